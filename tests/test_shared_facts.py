"""Facts that checks share: worked out once for a message, in ``analysis/``; no check knows another check."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import maillint.analysis.header_fields
import maillint.analysis.links
import maillint.message.html.parser
import maillint.plugin
from maillint.analysis.beacons import read_address
from maillint.analysis.links import LinkInView, links_of
from maillint.engine.lint import lint
from maillint.message.model import Message
from maillint.message.views import Views, make_views, plain_views
from maillint.text.placeholder import PLACEHOLDER_CHAR
from tests.linting import message_of, rules_about

CHECKS = Path(maillint.__file__).parent / "checks"


def lint_with_all_rules(message: Message) -> None:
    lint(message, rules_about("message"))


def test_a_link_is_understood_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[LinkInView] = []

    def counted(*args: Any) -> LinkInView:
        made.append(LinkInView(*args))
        return made[-1]

    monkeypatch.setattr(maillint.analysis.links, "LinkInView", counted)
    links = "".join(f'<p><a href="https://acme.example/{number}?email=x">Page {number}</a></p>' for number in range(31))
    text = f"{links}{{% if a %}}<p>One</p>{{% else %}}<p>Other</p>{{% endif %}}"
    message = message_of(text, profile="cold", touch=1)
    lint_with_all_rules(message)
    views = tuple(view for _, view in message.views())
    assert len(views) == 2
    assert len(made) == 31
    assert list(links_of(message)) == made
    assert {link.views for link in made} == {views}


@pytest.mark.parametrize("length", [1, 3_000])
def test_a_link_is_the_same_in_views_that_have_been_parsed_apart(monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    """Whether or not the parser has kept what the start tag says."""
    monkeypatch.setattr(maillint.message.html.parser, "_MOST_KEPT", 2)
    link = f'<a href="https://acme.example/" title="{length * "x"}">Page</a>'
    message = message_of(f"<p>{link}</p><!--[if mso]><table><tr><td><i>x</i></td></tr></table><![endif]--><b>y</b>")
    [found] = links_of(message)
    assert len(found.views) == len(message.parts[0].views) == 2


def test_a_field_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[str] = Counter()

    def counted(make: Callable[..., Views]) -> Callable[..., Views]:
        def made(text: str, *args: Any, **more: Any) -> Views:
            read[text] += 1
            return make(text, *args, **more)

        return made

    for make in (make_views, plain_views):
        monkeypatch.setattr(maillint.analysis.header_fields, make.__name__, counted(make))
    fields = {
        "From": "Acme <news@acme.example>",
        "To": "ann@beta.example",
        "Subject": "Re: Buy now, earn $$$",
        "List-Unsubscribe": "<http://acme.example/u> <mailto:leave@acme.example>",
        "List-Unsubscribe-Post": "List-Unsubscribe=Twice",
    }
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    body = 'Content-Type: text/html\n\n<a href="https://other.example/?email=ann@beta.example">Prices</a>'
    message = message_of(head + body, "eml", profile="cold", touch=1)
    lint_with_all_rules(message)
    assert read == dict.fromkeys(fields.values(), 1)


def test_messages_with_other_settings_have_links_of_their_own() -> None:
    message = message_of('<a href="https://acme.example/">Acme</a>')
    other = message.with_settings(touch=1)
    [link], [again] = links_of(message), links_of(other)
    assert link is not again
    assert link.view is again.view


def test_authors_of_checks_get_links_understood() -> None:
    url = "https://www.google.com/url?q=https://acme.example/a"
    text = f'<p><a href="{url}">Prices</a></p><p><a href="https://{{{{ host }}}}/">Home</a></p>'
    message = message_of(text)
    wrapped, printed = maillint.plugin.links_of(message)
    assert (wrapped.shown, wrapped.text, wrapped.address.host) == ("Prices", url, "www.google.com")
    assert wrapped.part.text[wrapped.span.start : wrapped.span.end] == url
    assert wrapped.wrapping is not None
    assert (wrapped.wrapping.kind, wrapped.wrapping.target) == ("redirector", "https://acme.example/a")
    assert (printed.text, printed.address.host, printed.wrapping) == ("https://{{ host }}/", "", None)


@pytest.mark.parametrize("path", sorted(CHECKS.glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_a_check_knows_no_other_check(path: Path) -> None:
    imported = {
        node.module
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module is not None
    }
    assert [name for name in imported if name.startswith("maillint.checks")] == []


@pytest.mark.parametrize(
    "tag",
    [
        "*|URL|*", "{{ url }}", "{% url 'home' %}", "%%url%%", "%%=v(@url)=%%", "<%= url %>", "<?= $url ?>", "[[url]]",
        "[url]", "${url}", "#{url}", "$!{url}", "{$url}", "{url}", "{0}", "%RECIPIENT_URL%", "%recipient.url%",
        "__URL__", "##url##", "@@url@@", "$url", "@Model.Url", "-url-", "TRACKING_URL",
    ],
)  # fmt: skip
def test_a_tag_of_another_language_is_one_in_links_and_in_pictures(tag: str) -> None:
    text = f'Content-Type: text/html\n\n<a href="{tag}">Acme</a>'  # a message ready to send has no dialect
    [link] = links_of(message_of(text, "eml"))
    fetched = read_address(link.link.url, link.view, link.span)
    assert link.address.url == fetched.url == PLACEHOLDER_CHAR * len(tag)
