"""Which files of a folder are mail, and which are web pages."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from maillint.project.discovery import FEW_PAGES, Discovery
from maillint.project.web_pages import HEAD, weigh
from tests.cli.command import maillint
from tests.files import write_files

LETTER = "<p>Hello {{ name }},</p>\n<p>your invoice is ready.</p>\n"
PAGE = (
    '{% extends "base.html" %}\n<nav class="navbar"><form method="post">{% csrf_token %}<input name="q"></form></nav>\n'
)
FRAGMENT = "<p>{{ price }}</p>\n"

MAIL = {
    # by its path
    "emails/reset.html": FRAGMENT,
    "app/views/user_mailer/welcome.html.erb": "<p><%= link_to 'Sign in', login_url %></p>",
    "app/views/layouts/mailer.html.erb": "<html><body><%= yield %></body></html>",
    "shop/templates/email_templates/order.html": "<h1>Order {{ id }}</h1>",
    "src/EmailTemplates/Order.cshtml": "<p>@Model.Total</p>",
    "users/password_reset_email.html": "<p>{{ link }}</p>",
    # by what it is built of
    "a.html": '{% extends "emails/base.html" %}{% block content %}<p>Hi</p>{% endblock %}',
    "a.blade.php": "@component('mail::message')\n# Welcome\n@endcomponent",
    "b.blade.php": "<x-mail::message>\n# Welcome\n</x-mail::message>",
    "a.html.twig": "{% block subject %}Your order{% endblock %}<p>{{ order.number }}</p>",
    "b.html": "---\nsubject: Your order\n---\n<p>{{ order }}</p>",
    # by what it says
    "c.html": '<table role="presentation" cellpadding="0" bgcolor="#fff"><tr><td>Sale</td></tr></table>',
    "d.html": "<!--[if mso]><table><tr><td><![endif]--><header><nav>View</nav></header>",
    "e.html": LETTER,
    "f.html": '<p>{{ text }}</p><a href="{{ unsubscribe_url }}">Unsubscribe</a>',
    "g.html": "<p>{{ code }}</p><p>If you did not request this, ignore this email.</p>",
    "h.html": '<html><head><meta name="x-apple-disable-message-reformatting"></head><section>x</section></html>',
    "i.html": "<mjml><mj-body><mj-section><mj-button>Buy</mj-button></mj-section></mj-body></mjml>",
    "j.html": '<div aria-roledescription="email" role="article"><p>News</p></div>',
}
PAGES = {
    "index.html": PAGE,
    "a.html": '<script src="/app.js"></script><div id="app"></div>',
    "b.html": "<nav><a href='/'>Home</a></nav>",
    "c.html.erb": "<%= form_with model: @user do |f| %><%= f.text_field :name %><% end %>",
    "d.html.twig": "{{ form_start(form) }}{{ form_row(form.name) }}{{ form_end(form) }}",
    "e.blade.php": "@extends('layouts.app')\n@section('content')<h1>{{ $title }}</h1>@endsection",
    "f.html": '<button data-toggle="modal" data-target="#delete">Delete</button>',
    "g.component.html": '<mat-card *ngIf="ready"><tb-grid [rows]="rows"></tb-grid></mat-card>',
    "h.html.heex": '<.form for={@form} phx-submit="save"><.input field={@form[:name]} /></.form>',
    "i.cshtml": '<a asp-controller="Home" asp-action="Index">Home</a><label asp-for="Name"></label>',
    "404.html": "<h1>Not found</h1>",
    "app/views/auth/passwords/email.blade.php": "@extends('layouts.app')\n<form>@csrf<input type='email'>",
    "admin/emails/list.html": PAGE,
    "unsubscribe.html": '<form action="{{ unsubscribe_url }}" >{{ csrf_token }}<button>Yes</button></form>',
    "User.php": "<?php\nnamespace App;\n\nclass User\n{\n}\n",
    "Mailer/Sender.php": "<?php\nfinal class Sender { const HTML = '<p>Hello {{ name }}</p>'; }\n?>",
    "deploy.sh.erb": "#!/bin/sh\necho <%= version %>\n",
}
OPEN = {
    "fragment.html": FRAGMENT,
    "title.html.erb": "<h1><%= title %></h1>",
    "Dockerfile.j2": "FROM {{ image }}\n",
}


@pytest.mark.parametrize("path", MAIL)
def test_mail(path: str) -> None:
    assert weigh(path, MAIL[path].encode()).is_mail


@pytest.mark.parametrize("path", PAGES)
def test_web_pages_and_programs(path: str) -> None:
    evidence = weigh(path, PAGES[path].encode())
    assert evidence.is_mail is False
    assert evidence.reasons


@pytest.mark.parametrize("path", OPEN)
def test_what_says_nothing_is_left_to_its_neighbours(path: str) -> None:
    assert weigh(path, OPEN[path].encode()).is_mail is None


def taken(folder: Path, *paths: str, skip_pages: bool = False) -> tuple[list[str], list[str]]:
    """The files that are linted under paths, and those that are passed over; both relative to the folder."""
    discovery = Discovery(skip_pages=skip_pages)
    groups = discovery.groups([str(folder / path) for path in paths or [""]])
    wanted = [path for group in groups for path in group.paths if path in group.wanted]
    found = [os.path.relpath(path, folder).replace(os.sep, "/") for path in wanted]
    return sorted(found), sorted(Path(file.path).relative_to(folder).as_posix() for file in discovery.passed_over)


def test_a_fragment_goes_with_what_lies_beside_it(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"site/a.html": PAGE, "site/b.html": FRAGMENT, "letters/a.html": LETTER, "letters/b.html": FRAGMENT}
    )
    assert taken(tmp_path) == (["letters/a.html", "letters/b.html"], ["site/a.html", "site/b.html"])


def test_a_fragment_goes_with_the_folders_beside_its_own(tmp_path: Path) -> None:
    write_files(tmp_path, {"views/users/a.html": PAGE, "views/users/b.html": PAGE, "views/prices/a.html": FRAGMENT})
    write_files(tmp_path, {"a.eml": "Subject: x\n\nx\n"})
    assert taken(tmp_path)[0] == ["a.eml"]


def test_a_folder_of_fragments_alone_is_linted(tmp_path: Path) -> None:
    write_files(tmp_path, {"parts/a.html": FRAGMENT, "parts/b.html": FRAGMENT})
    assert taken(tmp_path) == (["parts/a.html", "parts/b.html"], [])


def test_a_text_beside_it_makes_a_fragment_mail(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.html": PAGE, "b.html": FRAGMENT, "b.txt": "{{ price }}\n"})
    assert taken(tmp_path)[0] == ["b.html", "b.txt"]


def test_a_text_beside_a_page_is_left_with_it(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.html": PAGE, "a.txt": "price list\n", "b.html": LETTER})
    assert taken(tmp_path) == (["b.html"], ["a.html"])


def test_a_named_file_is_linted_whatever_it_is(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.html": PAGE, "b.html": LETTER})
    assert taken(tmp_path, "a.html", "b.html") == (["a.html", "b.html"], [])
    assert taken(tmp_path, "a.html", "b.html", skip_pages=True) == (["b.html"], ["a.html"])


def test_named_files_and_their_folder_are_judged_alike(tmp_path: Path) -> None:
    files = {
        f"app/{number}/{path}": text for number, table in enumerate((MAIL, PAGES, OPEN)) for path, text in table.items()
    }
    write_files(tmp_path, {".git/HEAD": "ref: refs/heads/main\n", **files})
    assert taken(tmp_path) == taken(tmp_path, *files, skip_pages=True)


TEXTS: dict[str, str | bytes] = {
    "intro.txt": "Subject: Your order\n\nHi Ada,\n",
    "stated.txt": "---\nsubject: Your order\n---\nHi Ada,\n",
    "merge.txt": "Hi {{ first_name }},\n\nyour order is ready.\n",
    "plain.txt": (
        "Hello Ada,\n\nI saw your talk in Leeds and wondered how you close the books when stock and ledger differ.\n"
        "Would a call on Thursday suit you?\n"
    ),
    "plain-uk.txt": (
        "\nДобрий день!\r\n\r\nДякуємо, що ви з нами. Наступного тижня ми переїжджаємо до нового офісу, тож графік"
        " роботи зміниться на кілька днів.\r\n"
    ),
    "wide.txt": "Subject: Größe\n\nHi Ada,\n".encode("utf-16"),
    "letter.html": LETTER,
    "letter.txt": "Hello {{ name }}, your invoice is ready.\n",
    "letter_subject.txt": "Your invoice\n",
}
OTHER_TEXTS: dict[str, str | bytes] = {
    "README.txt": "Subject to change: {{ first_name }}\n",
    "requirements.txt": "click==8.1\n",
    "robots.txt": "User-agent: *\nDisallow: /\n",
    "notes.txt": "call Ada on Friday\n",
    "words.txt": "free\nmoney\n",
    "data.txt": b"\0\1\2",
    "CMakeLists.txt": "project(acme)\nset(A ${NAME})\n",
    "subject.txt": "Friday\n",
    "hello.txt": "Hello, world!\n\nThis file is what the server answers with.\n",
    "readme_theme.txt": (
        "Hello,\n\nplease read the documentation before you change anything in here, or ask on the forum first.\n"
    ),
    "talk.txt": "Hello everybody, welcome to this talk about the way in which we test our programs and deliver them.\n",
    "empty.txt": "",
    "settings.html.bak": LETTER,
}


def test_texts_are_mail_where_they_say_so(tmp_path: Path) -> None:
    """In a folder and by a hook alike, and nothing is said of the others."""
    write_files(tmp_path, {**TEXTS, **{f"docs/{name}": text for name, text in OTHER_TEXTS.items()}})
    names = [*TEXTS, *(f"docs/{name}" for name in OTHER_TEXTS if name != "settings.html.bak")]
    assert taken(tmp_path) == taken(tmp_path, *names, skip_pages=True) == (sorted(TEXTS), [])
    hook = maillint("check", "--skip-pages", *names[len(TEXTS) :], folder=tmp_path)
    assert (hook.returncode, hook.stderr) == (0, "")
    assert "docs/" not in hook.stdout


def test_a_file_of_no_known_kind_that_a_hook_names_is_linted(tmp_path: Path) -> None:
    """Somebody has said that the hook takes it."""
    write_files(tmp_path, {"letter.mail": LETTER})
    assert taken(tmp_path, "letter.mail", skip_pages=True) == (["letter.mail"], [])


def test_an_included_file_is_linted(tmp_path: Path) -> None:
    write_files(tmp_path, {"maillint.yaml": "include: [odd/]\n", "odd/a.html": PAGE, "site/a.html": PAGE})
    assert taken(tmp_path) == (["odd/a.html"], ["site/a.html"])


def test_the_names_of_folders_above_the_project_say_nothing(tmp_path: Path) -> None:
    """A checkout may lie anywhere; the folder that is named counts where there is no project."""
    write_files(tmp_path, {"emails/shop/.git/HEAD": "", "emails/shop/a.html": FRAGMENT, "emails/shop/b.html": PAGE})
    write_files(tmp_path, {"emails/shop/a.eml": "Subject: x\n\nx\n"})
    assert taken(tmp_path, "emails/shop")[0] == ["emails/shop/a.eml"]
    write_files(tmp_path, {"mails/a.html": FRAGMENT, "mails/b.html": PAGE, "mails/c.html": PAGE})
    assert taken(tmp_path, "mails")[0] == ["mails/a.html"]


def test_what_cannot_be_read_is_no_page(tmp_path: Path) -> None:
    (tmp_path / "a.html").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "b.html")
    assert taken(tmp_path) == (["a.html", "b.html"], [])


def test_the_run_says_what_it_passed_over(tmp_path: Path) -> None:
    write_files(tmp_path, {"site/a.html": PAGE, "site/User.php": PAGES["User.php"], "mail/b.html": LETTER})
    line = "1 web page and 1 program passed over; name a file or set include: to lint it\n"
    plain = maillint("check", ".", "--select", "markup/unclosed-tag", folder=tmp_path)
    assert (plain.returncode, plain.stdout) == (0, f"{line}1 file clean\n")
    verbose = maillint("check", ".", "--select", "markup/unclosed-tag", "-v", folder=tmp_path).stdout
    assert "site/a.html: passed over: a web page (a CSRF token, " in verbose
    assert "site/User.php: passed over: a program, no template\n" in verbose
    assert "passed over" not in maillint("check", ".", "--select", "markup/unclosed-tag", "-q", folder=tmp_path).stdout
    report = json.loads(maillint("check", ".", "-f", "json", folder=tmp_path).stdout)
    assert report["summary"]["passed_over"] == 2
    assert [file["path"] for file in report["passed_over"]] == ["site/User.php", "site/a.html"]


def test_a_folder_of_pages_alone_is_an_error_and_named_pages_are_none(tmp_path: Path) -> None:
    names = ["a", "b", *map(str, range(FEW_PAGES + 1))]
    write_files(tmp_path, {f"{name}.html": PAGE for name in names})
    walked = maillint("check", ".", folder=tmp_path)
    assert walked.returncode == 2
    assert (
        f"in {tmp_path}: {FEW_PAGES + 3} web pages passed over; name a file or set include: to lint it" in walked.stderr
    )
    named = maillint("check", "--skip-pages", "a.html", "b.html", folder=tmp_path)
    assert (named.returncode, named.stderr) == (0, "")
    assert "2 web pages passed over" in named.stdout


def test_few_pages_are_linted_where_there_is_nothing_else(tmp_path: Path) -> None:
    write_files(tmp_path, {f"{number}.html": PAGE for number in range(FEW_PAGES)} | {"User.php": PAGES["User.php"]})
    names = [f"{number}.html" for number in range(FEW_PAGES)]
    assert taken(tmp_path) == (names, ["User.php"])
    write_files(tmp_path, {"mail/b.html": LETTER})
    assert taken(tmp_path) == (["mail/b.html"], [*names, "User.php"])


def test_the_words_of_a_letter_are_no_classes_of_a_page(tmp_path: Path) -> None:
    words = "<p>You can renew the card; the session is well hidden in the box below, and errors are in the panel.</p>"
    assert weigh("a.html", words.encode()).is_mail is None
    page = '<p class="card panel">{{ session.errors }} {% can %} {{ messages }}</p>'
    assert weigh("a.html", page.encode()).is_mail is False


@pytest.mark.parametrize(
    "piece", ["<", "a-", "a.", "{{", "extends '", "hi ", "<nav ", "A", "@", "\n", "a(", 'include "\n']
)
def test_time_grows_no_faster_than_the_beginning(piece: str) -> None:
    """Only so many bytes are looked at, and none of them makes a search long."""
    weigh("a.html", b"x")
    head = (piece * HEAD).encode()[:HEAD]
    best = 1.0
    for _ in range(3):
        began = time.process_time()
        weigh(f"{piece * 100}/a.html", head)
        best = min(best, time.process_time() - began)
    assert best < 0.05
