"""Sidecars and conventions: files that are one message, and subjects that stand in a file of their own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from maillint import lint
from maillint.project.message_files import message_files
from tests.cli.command import maillint
from tests.files import write_files

pytestmark = pytest.mark.slow

HTML = "<p>Hi Ada, your order has been sent.</p>\n"
TEXT = "Hi Ada, your order has been sent.\n"
REPLY = "content/subject-fake-reply"
META = '{"Name": "Order", "Alias": "order", "Subject": "Re: your order", "TemplateType": "Standard"}\n'


def check(folder: Path, *arguments: str, status: int | None = None) -> list[dict[str, Any]]:
    result = maillint("check", *(arguments or (".",)), "-f", "json", "--no-cache", folder=folder)
    assert result.stderr == ""
    if status is not None:
        assert result.returncode == status
    files: list[dict[str, Any]] = json.loads(result.stdout)["files"]
    return files


def found(files: list[dict[str, Any]]) -> list[str]:
    """Every finding with its place."""
    return [f"{file['path']}:{hit['line']}:{hit['column']} {hit['rule']}" for file in files for hit in file["findings"]]


# -- which files are one message ----------------------------------------------------------------------

CONVENTIONS = [
    # Django: beside each other
    ("welcome.html", "welcome.txt", "welcome_subject.txt"),
    ("welcome.html", "welcome_message.txt", "welcome_subject.txt"),
    ("welcome_message.txt", "welcome_subject.txt"),
    ("welcome_message.html", "welcome_message.txt", "welcome_subject.txt"),
    ("password_reset_email.html", "password_reset_subject.txt"),
    ("order_body.html", "order_body.txt", "order_subject.txt"),
    ("email.txt", "email_subject.txt"),
    ("Welcome.html", "Welcome_Subject.txt"),
    ("order-body-html.jinja", "order-body-text.jinja", "order-subject.jinja"),
    ("order-body-html.html", "order-body-text.html", "order-subject.html"),
    ("email.body.gotmpl", "email.body.plaintext.gotmpl", "email.subject.gotmpl"),
    ("welcome.html.j2", "welcome.txt.j2", "welcome_subject.txt.j2"),
    ("welcome.mjml", "welcome.txt", "welcome_subject.txt"),
    # in a folder of their own
    ("welcome/body.html", "welcome/body.txt", "welcome/subject.txt"),
    ("welcome/message.txt", "welcome/subject.txt"),
    ("welcome/html.ejs", "welcome/text.ejs", "welcome/subject.ejs"),
    ("welcome/welcome.html", "welcome/welcome.txt", "welcome/subject.txt"),
    # Postmark
    ("order/content.html", "order/content.txt", "order/meta.json"),
    ("order/content.html", "order/meta.json"),
    ("order/content.txt", "order/meta.json"),
    # Rails
    ("welcome.html.erb", "welcome.text.erb"),
    ("welcome.de.html.erb", "welcome.de.text.erb"),
    ("welcome.html", "welcome.text"),
    ("welcome.mjml", "welcome.text.erb"),
    # Laravel
    ("orders.blade.php", "orders-text.blade.php"),
    ("orders.blade.php", "orders_plain.blade.php"),
    ("orders.html.blade.php", "orders.text.blade.php"),
    # Symfony, EC-CUBE
    ("welcome.html.twig", "welcome.txt.twig"),
    ("order.html.twig", "order.twig"),
    # Phoenix
    ("welcome.html.heex", "welcome.text.eex"),
    # a word for the format
    ("welcome.html", "welcome_text.txt"),
    ("welcome_html.html", "welcome_text.html"),
    ("mail-html.hbs", "mail-text.hbs"),
    ("html.ejs", "text.ejs"),
    ("welcome.html", "welcome-text.txt", "welcome_subject.txt"),
    ("WELCOME.HTML", "WELCOME-Text.TXT"),
    # Keycloak: in folders of their own
    ("email/html/reset.ftl", "email/text/reset.ftl"),
    ("html/reset.html", "text/reset.txt"),
]


def content(name: str) -> str:
    if name.endswith("meta.json"):
        return META
    if "subject" in name.lower():
        return "Re: your order\n"
    plain = any(word in name.lower() for word in ("txt", "text", "plain", "message.txt")) or name == "order.twig"
    return TEXT if plain else "<mjml><mj-body></mj-body></mjml>" if name.endswith(".mjml") else HTML


@pytest.fixture(scope="module")
def conventions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every convention in a folder of its own, with a number for a name."""
    folder = tmp_path_factory.mktemp("mail")
    for number, names in enumerate(CONVENTIONS):
        write_files(folder / str(number), {name: content(name) for name in names})
    return folder


def test_files_by_convention_are_one_message(conventions: Path) -> None:
    """Each file is reported once, and the subject is judged with the message, at its own place."""
    files = check(conventions, ".", "--select", REPLY)
    paths = [f"{number}/{name}" for number, names in enumerate(CONVENTIONS) for name in names]
    assert sorted(file["path"] for file in files) == sorted(paths)
    sidecars = {path for path in paths if "subject" in path.lower() or path.endswith(".json")}
    assert {hit.split(":")[0] for hit in found(files)} == sidecars
    assert len(found(files)) == len(sidecars)
    named = check(conventions, *reversed(paths), "--select", REPLY)
    assert len(named) == len(files)
    assert sorted(found(named)) == sorted(found(files))


@pytest.mark.parametrize("number", range(len(CONVENTIONS)), ids=lambda number: " + ".join(CONVENTIONS[number]))
def test_every_file_of_a_message_leads_to_it(conventions: Path, number: int) -> None:
    names = CONVENTIONS[number]
    paths = tuple(str(conventions / str(number) / name) for name in names)
    assert {message_files(path) for path in paths} == {paths}


@pytest.mark.parametrize("number", [0, 8, 17])
def test_whichever_file_is_named_the_whole_message_is_reported(conventions: Path, number: int) -> None:
    for name in CONVENTIONS[number]:
        files = check(conventions / str(number), name, "--select", REPLY)
        assert [file["path"] for file in files] == list(CONVENTIONS[number])
        assert len(found(files)) == 1


def test_what_is_excluded_is_read_and_not_reported(tmp_path: Path) -> None:
    files = {"a.html": HTML, "a_subject.txt": "Re: x\n", "maillint.yaml": "exclude: ['*_subject.txt']\n"}
    write_files(tmp_path, files)
    [file] = check(tmp_path, "a.html")
    assert file["path"] == "a.html"
    assert REPLY not in {unknown["rule"] for unknown in file["unknown"]}  # so the subject has been read
    assert check(tmp_path, "a_subject.txt") == []


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"subject.txt": "Re: x\n"}, id="no body"),
        pytest.param({"welcome_subject.txt": "Re: x\n", "order.html": HTML}, id="a body of another name"),
        pytest.param({"subject.txt": "Re: x\n", "a.html": HTML, "b.html": HTML}, id="two messages in the folder"),
        pytest.param({"x_subject.txt": "Re: x\n", "x.html": HTML, "x_email.html": HTML}, id="two bodies of the name"),
        pytest.param({"x_subject.txt": "Re: x\nand so on\n", "x.html": HTML}, id="two lines of text"),
        pytest.param({"x_subject.txt": "Re: " + 1000 * "x", "x.html": HTML}, id="a line too long"),
        pytest.param({"x_subject.txt": "Re: x" + 11_000 * "\n", "x.html": HTML}, id="a file too large"),
        pytest.param({"x_subject.txt": b"Re: \0x", "x.html": HTML}, id="binary"),
        pytest.param({"x_subject.html": "<p>Re: x</p>", "x.txt": TEXT}, id="a page on subjects"),
        pytest.param({"content.html": HTML, "meta.json": '{"title": "Re: x"}'}, id="another tool's meta.json"),
        pytest.param({"index.html": HTML, "meta.json": META}, id="a meta.json without content.html"),
        pytest.param({"subjects.txt": "Re: x\n", "subjects_old.txt": "Re: x\n", "x.html": HTML}, id="another word"),
    ],
)
def test_nothing_is_taken_for_a_sidecar_by_guessing(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    report = lint(write_files(tmp_path, {"other/a.eml": "From: a@b.example\n\nHello\n", **files}))
    mail = {"a.eml", *(name for name in files if name.endswith(".html"))}
    assert {Path(file.path).name for file in report.files} == mail
    assert not [hit for hit in report.findings if hit.rule == REPLY]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"article.html": HTML, "article-text.html": HTML}, id="the other has markup"),
        pytest.param({"mail.html": HTML, "mail.php": "<?php mail($to, $subject, $text);\n"}, id="a program"),
        pytest.param({"order.html.twig": HTML, "order.j2": TEXT}, id="another language"),
        pytest.param({"a.html": HTML, "a_html.html": HTML, "a_text.txt": TEXT}, id="two HTML bodies"),
        pytest.param({"a.html": HTML, "a_text.txt": TEXT, "a-plain.txt": TEXT}, id="two texts"),
        pytest.param({"a.html": HTML, "context.txt": TEXT, "text.txt": TEXT}, id="other names"),
        pytest.param({"html/a.html": HTML, "text/b.txt": TEXT}, id="other names in two folders"),
        pytest.param({"html/a.ftl": HTML, "text/a.ftl": HTML}, id="markup in the other folder"),
        pytest.param({"html/a.ftl": HTML, "plain/a.ftl": TEXT}, id="another folder"),
    ],
)
def test_nothing_is_taken_for_a_twin_by_guessing(tmp_path: Path, files: dict[str, str]) -> None:
    write_files(tmp_path, files)
    paths = [str(tmp_path / name) for name in files]
    assert [message_files(path) for path in paths] == [(path,) for path in paths]


@pytest.mark.parametrize("name", ["html/a.html", "text/a.txt", "html", "text", "."])
def test_bodies_in_two_folders_are_reported_whichever_is_named(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {"mail/html/a.html": "<p>Hi <b>Ada</p>\n", "mail/text/a.txt": TEXT})
    both = [("mail/html/a.html", ["markup/unclosed-tag"]), ("mail/text/a.txt", [])]
    for folder, path in ((tmp_path, os.path.normpath(f"mail/{name}")), (tmp_path / "mail", name)):
        files = check(folder, path, "--select", "markup")
        found = [(file["path"], [hit["rule"] for hit in file["findings"]]) for file in files]
        assert found == [(one.removeprefix("mail/" if folder != tmp_path else ""), rules) for one, rules in both]


def test_the_subject_that_names_its_message_comes_before_one_that_does_not(tmp_path: Path) -> None:
    files = {"a.html": HTML, "subject.txt": "Re: y\n", "a_subject.txt": "Re: x\n"}
    assert [Path(file.path).name for file in lint(write_files(tmp_path, files)).files] == ["a.html", "a_subject.txt"]


def test_an_error_names_the_file_it_stands_in(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {"a.html": HTML, "a.txt": "---\nprofile: cool\n---\nHi\n"})
    result = maillint("check", "a.html", folder=folder)
    assert result.stderr.startswith('maillint: a.txt: line 2, column 10: unknown profile "cool"')


def test_a_text_file_that_is_no_subject_is_an_ordinary_text(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {"subject.txt": "Re: x\n\nsee http://192.0.2.1/a\n"})
    [file] = check(folder, "subject.txt", "--select", "links/ip-host,content")
    assert [hit["rule"] for hit in file["findings"]] == ["links/ip-host"]


def test_a_hook_may_name_another_tools_meta_json(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {"icons/meta.json": "{", "a.html": HTML})
    assert maillint("check", "icons/meta.json", folder=folder).returncode == 0
    assert [file["path"] for file in check(folder, "icons/meta.json", "a.html")] == ["a.html"]


def test_an_excluded_sidecar_is_read_and_not_reported(tmp_path: Path) -> None:
    files = {"a.html": HTML, "a_subject.txt": "Re: x\n", "maillint.yaml": 'exclude: ["*_subject.txt"]\n'}
    folder = write_files(tmp_path, files)
    assert [file["path"] for file in check(folder)] == ["a.html"]
    assert maillint("check", "a_subject.txt", folder=folder).returncode == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of Unix")
def test_a_subject_that_is_a_pipe_or_a_folder_stops_nothing(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {"a.html": HTML, "b.html": HTML, "b_subject.txt/x": "", "c/content.html": HTML})
    os.mkfifo(folder / "a_subject.txt")
    os.mkfifo(folder / "c/meta.json")
    assert [file["path"] for file in check(folder)] == ["a.html", "b.html", "c/content.html"]


# -- the subject's file -------------------------------------------------------------------------------

ALLAUTH = "{% load i18n %}\n{% autoescape off %}\n{% blocktrans %}SUBJECT{% endblocktrans %}\n{% endautoescape %}\n"


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Re: your order", ["1:1"]),
        ("\n  Re: your order\r\n", ["2:3"]),
        ("\ufeffRe: your order", ["1:1"]),
        (ALLAUTH.replace("SUBJECT", "Your order"), []),
        (ALLAUTH.replace("SUBJECT", "Re: Your order"), ["3:17"]),
        ("{% load i18n %}{% trans 'Your order' %}", []),
        ("{% include 'other_subject.txt' %}", []),
        ("{% if new %}\n  Your {{ shop }} order\n{% else %}\n  Re: Your order\n{% endif %}\n", ["4:3"]),
        ("{# Copyright\n   Acme #}\n\n{{ _('Your order') }}\n", []),
        ("{% extends 'base/subject.txt' %}\n{% block subject %}Re: order{% endblock %}\n", ["2:20"]),
        ("{{ subject }}", []),
        ("", []),
    ],
)
def test_the_finding_stands_at_its_place_in_the_subjects_file(
    tmp_path: Path, subject: str, expected: list[str]
) -> None:
    files = {"a_message.txt": "{% load i18n %}" + TEXT, "a_subject.txt": subject}
    [message, beside] = lint(write_files(tmp_path, files)).files
    assert [f"{hit.line}:{hit.column}" for hit in beside.findings if hit.rule == REPLY] == expected
    assert (len(message.findings), len(beside.findings)) == (0, len(expected))


def test_a_subject_in_another_charset_is_read_and_said(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {"a.html": HTML, "a_subject.txt": "Réponse: Re: x".encode("cp1252")})
    assert "a_subject.txt: not UTF-8" in maillint("check", ".", "-v", "--no-cache", folder=folder).stdout
    write_files(tmp_path, {"a_subject.txt": "Re: größer".encode("utf-16")})
    assert found(check(folder, "a_subject.txt")) == [f"a_subject.txt:1:1 {REPLY}"]


def test_a_subject_stated_in_front_matter_comes_first(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {"a.html": f"---\nsubject: Your order\n---\n{HTML}", "a_subject.txt": "Re: x\n"})
    assert found(check(folder, ".", "--select", "content,headers")) == []


def test_a_subject_is_fixed_in_its_file(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {"a.html": HTML, "a_subject.txt": "{% load i18n %}\nRe: your order\n"})
    assert maillint("check", "a_subject.txt", "--fix", folder=folder).returncode == 0
    assert (folder / "a_subject.txt").read_text() == "{% load i18n %}\nyour order\n"


def test_comments_suppress_in_a_subjects_file(tmp_path: Path) -> None:
    comment = f"{{# maillint: ignore[{REPLY}] it does answer #}}\n"
    folder = write_files(tmp_path, {"a.txt": "Hi {{ name|default:'there' }}\n", "a_subject.txt": f"{comment}Re: x\n"})
    assert found(check(folder)) == []
    write_files(
        folder, {"a_subject.txt": "Re: x\n", "a.txt": f"{{# maillint: ignore-file[{REPLY}] it does answer #}}\nHi\n"}
    )
    assert found(check(folder)) == []
    write_files(folder, {"a_subject.txt": f"{comment}Your order\n", "a.txt": TEXT})
    assert found(check(folder)) == ["a_subject.txt:1:1 suppression/unused"]


def test_results_are_kept_until_the_sidecar_changes(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {"a.html": HTML, "a_subject.txt": "Your order\n", "maillint.yaml": ""})
    for subject, status in (("Your order\n", 0), ("Re: x\n", 1), ("Re: x\n", 1), ("Your order\n", 0)):
        write_files(folder, {"a_subject.txt": subject})
        assert maillint("check", ".", folder=folder).returncode == status
    (folder / "a_subject.txt").unlink()
    assert "no headers are given" in maillint("check", ".", "-v", folder=folder).stdout


# -- Postmark -----------------------------------------------------------------------------------------


STRINGS = [
    ('{"Subject": "Re: your order"}', "1:14", '{"Subject": "your order"}'),
    ('\ufeff{\r\n "Alias": "a",\r\n "Subject": "Re: x"}', "3:14", '\ufeff{\r\n "Alias": "a",\r\n "Subject": "x"}'),
    (r'{"Subject": "\u0020Re: \"x\""}', "1:20", r'{"Subject": "\u0020\"x\""}'),
    (r'{"Subject": "\u0052e: x"}', "1:14", None),
    (r'{"Subject": "Re:\u00a0x"}', "1:14", None),
    (r'{"Name": "\"Subject\": \\", "Subject": "Re: x"}', "1:41", r'{"Name": "\"Subject\": \\", "Subject": "x"}'),
    ('{"T": {"Subject": "x", "a": [{}]}, "Subject": "Re: "}', "1:48", None),
    ('{"Subject": "x", "Subject": "Re: x"}', "1:30", '{"Subject": "x", "Subject": "x"}'),
    ('{"Subject": "{{#if a}}Re: {{/if}}x"}', "1:23", '{"Subject": "{{#if a}}{{/if}}x"}'),
    (r'{"Alias": "", "\u0053ubject": "Re: \ud83d\ude00"}', "1:32", r'{"Alias": "", "\u0053ubject": "\ud83d\ude00"}'),
    (r'{"Subject": "Re: \ud83d"}', "1:14", r'{"Subject": "\ud83d"}'),
]


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], list[str]]:
    """What is found in each ``meta.json``, and what it is after fixing."""
    folder = tmp_path_factory.mktemp("postmark")
    names = [f"{number:02}/meta.json" for number in range(len(STRINGS))]
    for name, (meta, _, _) in zip(names, STRINGS, strict=True):
        write_files(folder, {name: meta, name.replace("meta.json", "content.html"): HTML})
    hits = found(check(folder, ".", "--select", REPLY))
    maillint("check", ".", "--fix", folder=folder)
    return hits, [(folder / name).read_bytes().decode() for name in names]


def test_the_finding_stands_at_its_place_in_the_json_string(mended: tuple[list[str], list[str]]) -> None:
    assert mended[0] == [f"{number:02}/meta.json:{place} {REPLY}" for number, (_, place, _) in enumerate(STRINGS)]


@pytest.mark.parametrize("number", range(len(STRINGS)), ids=lambda number: STRINGS[number][0])
def test_a_json_string_is_fixed_only_where_its_characters_are_the_files(
    mended: tuple[list[str], list[str]], number: int
) -> None:
    before, _, fixed = STRINGS[number]
    assert mended[1][number] == (before if fixed is None else fixed)


@pytest.mark.parametrize(
    "meta",
    [
        '{"Subject": "Your order {{ \\"Re: \\" }}", "TemplateType": "Standard"}',
        '{"Subject": null, "Alias": "a"}',
        '{"Subject": {"Subject": "Re: x"}}',
        '["Subject", {"Subject": "Re: x"}]',
        '{"Alias": "a", "TestRenderModel": {"Subject": "Re: x"}}',
        '{"subject": "Re: x", "Alias": "Subject"}',
    ],
)
def test_only_the_outermost_subject_is_one(tmp_path: Path, meta: str) -> None:
    report = lint(write_files(tmp_path, {"content.txt": TEXT, "meta.json": meta}))
    assert report.findings == ()
    assert [file.kind for file in report.files] == ["txt", "json"]


@pytest.mark.parametrize(
    ("meta", "error"),
    [
        ('{"Alias": "a",\n "Subject": "x",}', "order/meta.json: line 2, column 1"),
        ('{"Subject": "x" // why\n}', "order/meta.json: line 1, column 17: not valid JSON: expecting ',' delimiter"),
        ('{"Subject": "x', "order/meta.json: line 1, column 13: not valid JSON: unterminated string"),
        ('{"Subject": "x", "a": ' + 200_000 * "[", "order/meta.json: line 1, column 1: nested too deeply"),
        ('{"Subject": "x", "a": "' + 20_000_000 * "a" + '"}', "order/meta.json: too large (20,000,025 bytes"),
    ],
    ids=["comma", "comment", "unfinished", "nested", "large"],
)  # fmt: skip
def test_a_broken_meta_json_is_one_line(tmp_path: Path, meta: str, error: str) -> None:
    folder = write_files(tmp_path, {"order/content.html": HTML, "order/meta.json": meta, "a.html": HTML})
    result = maillint("check", ".", "-f", "concise", folder=folder)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr + result.stdout
    assert error in result.stderr + result.stdout


def test_a_meta_json_in_another_charset_is_read_and_said(tmp_path: Path) -> None:
    meta = '{"Subject": "Re: größer"}'
    folder = write_files(tmp_path, {"content.html": HTML, "meta.json": meta.encode("cp1252")})
    result = maillint("check", ".", "-v", folder=folder)
    assert "meta.json:1:14" in result.stdout
    assert "meta.json: not UTF-8; read as windows-1252" in result.stdout


def test_a_layout_is_a_fragment(tmp_path: Path) -> None:
    layout = '<!DOCTYPE html><html><body><a href="#top">Top</a>{{{ @content }}}<a href="https://acme.example/">A</a></body></html>\n'
    meta = '{"Name": "Basic", "Alias": "basic", "TemplateType": "Layout"}'
    files = {"content.html": layout, "content.txt": "{{{ @content }}}\n\nAcme\n", "meta.json": meta}
    folder = write_files(tmp_path, {f"_layouts/basic/{name}": text for name, text in files.items()})
    assert found(check(folder, ".", "--profile", "newsletter")) == []
    assert "a layout: other templates are put into it" in maillint("check", ".", "-v", folder=folder).stdout


def test_a_comment_in_the_template_suppresses_in_meta_json(tmp_path: Path) -> None:
    comment = f"{{{{! maillint: ignore-file[{REPLY}] a forwarded order }}}}\n"
    folder = write_files(tmp_path, {"content.html": comment + HTML, "meta.json": META})
    assert found(check(folder)) == []


# -- Maizzle ------------------------------------------------------------------------------------------


def test_of_maizzles_front_matter_what_is_mail_is_read(tmp_path: Path) -> None:
    page = (
        '---\ntitle: "Re: free money, act now"\npreheader: Act now, {{ page.name }}\nsubject: "Re: hello"\n'
        'bodyClass: "free money"\n---\n<x-main>\n<p>Hello</p>\n</x-main>\n'
    )
    hits = found(check(write_files(tmp_path, {"emails/a.html": page}), ".", "--select", "content,markup"))
    assert hits == ["emails/a.html:3:12 content/spam-words", f"emails/a.html:4:11 {REPLY}"]


def test_a_preheader_is_a_field_of_templates_only(tmp_path: Path) -> None:
    message = "From: a@b.example\nSubject: x\nPreheader: act now\n\nHello\n"
    assert found(check(write_files(tmp_path, {"a.eml": message}), ".", "--select", "content")) == []


MAIZZLE = {
    "layouts/main.html": (
        "<!DOCTYPE {{{ page.doctype || 'html' }}}>\n<html lang=\"{{ page.language || 'en' }}\">\n<head>\n"
        '<if condition="page.title"><title>{{{ page.title }}}</title></if>\n<stack name="head" />\n'
        "<style>@tailwind utilities; img { @apply max-w-full; }</style>\n</head>\n<body>\n"
        '<a href="#content">Skip</a>\n<div role="article"><yield /></div>\n</body>\n</html>\n'
    ),
    "layouts/old.html": '<!DOCTYPE html><html><body><a href="#x">x</a>\n<block name="template"></block></body></html>',
    "emails/new.html": (
        '---\ntitle: Hello\n---\n<x-main>\n<fill:footer><p>Bye</p></fill:footer>\n<table><x-spacer height="24px" />\n'
        '<each loop="item in page.items"><tr><td>{{ item }}</td></tr></each>\n'
        '<if condition="page.x"><tr><td>1</td></tr></if><else><tr><td>2</td></tr></else></table>\n'
        '<x-button href="https://acme.example/">Go</x-button> <a href="@{{ url }}">Confirm</a>\n'
        '<env:production><p>Only there</p></env:production>\n<component src="x.html"></component>\n</x-main>\n'
    ),
    "emails/old.html": (
        '---\ntitle: Old\n---\n<extends src="layouts/old.html">\n<block name="template">\n<p>Hi\n</block>\n</extends>'
    ),
}


def test_layouts_and_templates_of_maizzle_are_fragments(tmp_path: Path) -> None:
    assert found(check(write_files(tmp_path, MAIZZLE), ".", "--profile", "newsletter")) == []
