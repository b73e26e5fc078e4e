"""Whether a link leads out of the list: one answer for counts, identifiers and requests."""

from __future__ import annotations

from typing import Any

import pytest

from maillint.analysis.askable_links import Request, requests
from maillint.analysis.links import links_of
from maillint.analysis.unsubscribe import Grade, unsubscribe_grade
from maillint.engine.lint import lint
from maillint.message.model import Message
from tests.linting import active, message_of

URL = "https://acme.example/u?mc_eid=1a2b"
OTHERS = '<p><a href="https://other.example/">Prices</a></p>'


def grade(text: str, kind: str = "html", **settings: Any) -> Grade | None:
    """The grade of the first link."""
    message = message_of(text, kind, **settings)
    return unsubscribe_grade(message, next(links_of(message)))


def finds(message: Message, name: str) -> bool:
    return bool(lint(message.with_settings(profile="cold", touch=1), [active(name)])[0].findings)


def link(text: str, url: str = URL, attributes: str = "") -> str:
    return f'<a href="{url}"{attributes}>{text}</a>'


NAMED = [
    link("Unsubscribe"),
    link("Se désabonner"),
    link('<img src="x.png" alt="Unsubscribe">'),
    link("here", attributes=' title="Unsubscribe"'),
    link("here", attributes=' aria-label="Manage preferences"'),
    link("Email settings"),
    link("If you no longer wish to hear from us"),
    link("here", "https://acme.example/unsubscribe?mc_eid=1a2b"),
    link("here", "https://acme.example/unsub/1?mc_eid=1a2b"),
    link("here", "{{ UnsubURL }}?mc_eid=1a2b"),
    link("here", "{{ optoutlink }}?mc_eid=1a2b"),
]
IMPLIED = [
    f"<p>To unsubscribe, {link('click here')}.</p>",
    f"<p>{link('Click here')} to unsubscribe.</p>",
    f"<p>Tired of us? Then leave. To unsubscribe: {link('here')}</p>",
    f"<p>You no longer wish to get these mails? {link('Click here')}.</p>",
    f"{link('Leave')}<p>{link('Unsubscribe')}</p>",
]
POSSIBLE = [
    f"<p>You can unsubscribe at any time. Read on: {link('Prices')}</p>",
    f"<p>{link('Prices')}. If you would rather not hear from me, just say so.</p>",
]
NO = [
    link("Prices"),
    f"<p>{link('Prices')}</p><p>Unsubscribe at any time.</p>",
    f"<p>{link('Prices')} | {link('Unsubscribe', 'https://acme.example/out')}</p>",
    link("here", "https://acme.example/submit?mc_eid=1a2b"),
]
GRADES: list[tuple[str, Grade | None]] = [
    *((text, "named") for text in NAMED),
    *((text, "implied") for text in IMPLIED),
    *((text, "possible") for text in POSSIBLE),
    *((text, None) for text in NO),
]


@pytest.mark.parametrize(("text", "expected"), GRADES)
def test_how_a_link_is_known(text: str, expected: Grade | None) -> None:
    assert grade(text) == expected


@pytest.mark.parametrize(("text", "expected"), [(text, expected) for text, expected in GRADES if "{{" not in text])
def test_counts_identifiers_and_requests_agree(text: str, expected: Grade | None) -> None:
    message = message_of(text + OTHERS)
    links = [found for found in links_of(message) if found.address.url == next(links_of(message)).address.url]
    leads_out = expected in {"named", "implied"}
    assert finds(message, "links/first-touch-limit") is not leads_out
    assert finds(message, "tracking/link-identifier") is not leads_out
    requested = [item for item in requests(message) if isinstance(item, Request) and item.link in links]
    assert bool(requested) is (expected is None)


def test_the_address_in_list_unsubscribe_is_one_everywhere() -> None:
    headers = (("List-Unsubscribe", f"<mailto:leave@acme.example>, <{URL}>"),)
    message = message_of(link("Leave") + OTHERS, headers=headers)
    assert unsubscribe_grade(message, next(links_of(message))) == "implied"
    assert not finds(message, "links/first-touch-limit")
    assert not finds(message, "tracking/link-identifier")
    assert [item.url for item in requests(message) if isinstance(item, Request)] == ["https://other.example/"]


@pytest.mark.parametrize(("tag", "expected"), [("{{ list.leave }}", "implied"), ("{{ site.start }}", None)])
def test_tags_in_list_unsubscribe_are_told_apart(tag: str, expected: Grade | None) -> None:
    text = f"---\nheaders:\n  List-Unsubscribe: '<{{{{ list.leave }}}}>'\n---\n{link('Acme', tag)}"
    assert grade(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Unsubscribe: https://acme.example/u\n", "implied"),
        ("To unsubscribe go to\nhttps://acme.example/u\n", "implied"),
        ("https://acme.example/u to unsubscribe\n", "implied"),
        ("https://acme.example/u\nUnsubscribe: https://acme.example/v\n", None),
    ],
)
def test_links_in_plain_text(text: str, expected: Grade | None) -> None:
    assert grade(text, "txt") == expected
