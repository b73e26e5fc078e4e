"""Which links of a message are requested, and which never are."""

from __future__ import annotations

import time
from typing import Any

import pytest

from maillint.analysis.askable_links import (
    ACTS,
    GATEWAY,
    MAY_UNSUBSCRIBE,
    TAG,
    TRACKER,
    Request,
    linked_hosts,
    may_request,
    requests,
)
from tests.linting import message_of


def requested(text: str, kind: str = "html", **settings: Any) -> list[str]:
    """The addresses that are requested, and the reasons why others are not, each once and in order."""
    found = (
        item.url if isinstance(item, Request) else item.reason for item in requests(message_of(text, kind, **settings))
    )
    return list(dict.fromkeys(found))


def a(url: str, text: str = "Acme") -> str:
    return f'<p><a href="{url}">{text}</a></p>'


HOME = "https://acme.example/"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (a(HOME), [HOME]),
        (a("http://acme.example/a?b=1&amp;c=2"), ["http://acme.example/a?b=1&c=2"]),
        (a("  https://acme.example/ "), [HOME]),
        (
            "<p>See https://acme.example/x, or www.acme.example.</p>",
            ["https://acme.example/x", "http://www.acme.example"],
        ),
        ("<p>See https://acme.example/very…long, or www.pdf.</p>", []),
        ('<map><area href="https://acme.example/"></map>', [HOME]),
        ('<!--[if mso]><v:roundrect href="https://acme.example/"></v:roundrect><![endif]-->', [HOME]),
        (a("mailto:ann@acme.example"), []),
        (a("tel:+442079460000"), []),
        (a("sms:+442079460000"), []),
        (a("ftp://acme.example/"), []),
        (a("javascript:alert(1)"), []),
        (a("#top"), []),
        (a(""), []),
        (a("/pricing"), []),
        (a("//acme.example/"), []),
        (a("https://example.com/x"), []),
        (a("https://www.yourdomain.com/"), []),
        ('<form action="https://acme.example/go"><button>Go</button></form>', []),
        ('<img src="https://acme.example/logo.png">', []),
        (a("https://{{ host }}/"), [TAG]),
        (a("https://acme.example/{{ path }}"), [TAG]),
        (a("https://acme.example/?id=*|UNIQID|*"), [TAG]),
        (a("{{ url }}"), [TAG]),
    ],
)
def test_links_of_the_web_whose_address_is_known(html: str, expected: list[str]) -> None:
    assert requested(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        a("https://acme.example/u/1", "Unsubscribe"),
        a("https://acme.example/u/1", "Se désabonner"),
        a("https://acme.example/u/1", "Отписаться"),
        a("https://acme.example/u/1", '<img src="u.png" alt="Unsubscribe">'),
        '<p><a href="https://acme.example/u/1" title="Unsubscribe">here</a></p>',
        '<p><a href="https://acme.example/u/1" aria-label="Manage preferences">here</a></p>',
        a("https://acme.example/unsubscribe?id=1", "here"),
        a("https://acme.example/list/opt-out/1", "here"),
        a("https://acme.us1.list-manage.com/unsubscribe?u=1", "here"),
        a("https://acme.example/u/1", "Click here if you no longer wish to hear from us"),
        a("https://acme.example/u/1", "Email settings"),
        a("{{ unsubscribe_url }}", "leave"),
        a("https://acme.example/{{ unsubscribe_path }}", "leave"),
    ],
)
def test_unsubscribe_links_are_never_requested_and_give_no_unknown(html: str) -> None:
    assert requested(html) == []


@pytest.mark.parametrize(
    "html",
    [
        '<p>To unsubscribe, <a href="https://acme.example/u/1">click here</a>.</p>',
        '<p><a href="https://acme.example/u/1">Click here</a> to unsubscribe.</p>',
        '<p>You no longer wish to get these mails? <a href="https://acme.example/u/1">Click here</a>.</p>',
        '<p>Um sich abzumelden oder abmelden zu lassen: <a href="https://acme.example/u/1">hier</a>.</p>',
        "<p>Unsubscribe: https://acme.example/u/1</p>",
    ],
)
def test_links_beside_words_about_leaving_are_not_requested(html: str) -> None:
    assert requested(html) == [MAY_UNSUBSCRIBE]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Unsubscribe: https://acme.example/u/1\n", [MAY_UNSUBSCRIBE]),
        ("To unsubscribe go to\nhttps://acme.example/u/1\n", [MAY_UNSUBSCRIBE]),
        ("https://acme.example/u/1 to unsubscribe\n", [MAY_UNSUBSCRIBE]),
        ("Home: https://acme.example/\nUnsubscribe: https://acme.example/u/1\n", [HOME, MAY_UNSUBSCRIBE]),
        ("Unsubscribe: https://acme.example/u/1\nHome: https://acme.example/\n", [MAY_UNSUBSCRIBE, HOME]),
    ],
)
def test_links_beside_such_words_in_plain_text_are_not_requested(text: str, expected: list[str]) -> None:
    assert requested(text, "txt") == expected


def test_neighbours_of_unsubscribe_links_are_requested() -> None:
    footer = (
        '<p><a href="https://acme.example/">Home</a> | <a href="https://acme.example/u/1">Unsubscribe</a> | '
        '<a href="https://acme.example/privacy">Privacy</a></p><p>Unsubscribe at any time.</p>'
        '<p><a href="https://acme.example/blog">Blog</a></p>'
    )
    assert requested(footer) == [HOME, "https://acme.example/privacy", "https://acme.example/blog"]


def test_an_address_that_unsubscribes_in_one_place_is_not_requested_in_another() -> None:
    assert requested(a("https://acme.example/x/1", "Unsubscribe") + a("https://acme.example/x/1#top", "Acme")) == [
        MAY_UNSUBSCRIBE
    ]


def test_the_address_in_list_unsubscribe_is_not_requested() -> None:
    headers = (("List-Unsubscribe", "<mailto:leave@acme.example>, <https://acme.example/l/1>"),)
    assert requested(a("https://acme.example/l/1") + a(HOME), headers=headers) == [MAY_UNSUBSCRIBE, HOME]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://acme.example/confirm?id=1", "Acme"),
        ("https://acme.example/users/confirmation/abc", "Acme"),
        ("https://acme.example/verify-email/abc", "Acme"),
        ("https://acme.example/password_reset.php", "Acme"),
        ("https://acme.example/welcome?reset_password_token=abc", "Acme"),
        ("https://acme.example/welcome?token=abc", "Acme"),
        ("https://acme.example/survey?score=9", "9"),
        ("https://acme.example/x/1", "Confirm your address"),
        ("https://acme.example/x/1", "Accept invitation"),
        ("https://acme.example/x/1", "E-Mail bestätigen"),
        ("https://acme.example/x/1", "Подтвердить"),
    ],
)
def test_links_that_act_are_not_requested(url: str, text: str) -> None:
    assert requested(a(url, text)) == [ACTS]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://acme.example/confirmed-bookings", "Acme"),
        ("https://acme.example/acceptance", "Acceptance of terms"),
        ("https://acme.example/attivita", "Le attività"),
        ("https://acme.example/pricing?utm_source=news", "Acme"),
        ("https://acme.example/activities", "Activities"),
    ],
)
def test_links_that_only_sound_like_those_that_act_are_requested(url: str, text: str) -> None:
    assert requested(a(url, text)) == [url]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://u1.ct.sendgrid.net/ls/click?upn=abcdefghijklmnop", [TRACKER]),
        ("https://click.pstmrk.it/3ts/acme.example%2Fpricing/abc/def/ghi", ["https://acme.example/pricing"]),
        (
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.example%2Fa&data=1",
            ["https://acme.example/a"],
        ),
        (
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.example%2Funsubscribe%2F1&data=1",
            [],
        ),
        (
            "https://eur01.safelinks.protection.outlook.com/"
            "?url=https%3A%2F%2Fu1.ct.sendgrid.net%2Fls%2Fclick%3Fupn%3Dabcdefghijklmnop&data=1",
            [TRACKER],
        ),
        ("https://protect-eu.mimecast.com/s/abcDEF123?domain=acme.example", [GATEWAY]),
        ("https://www.google.com/url?q=https://acme.example/a", ["https://acme.example/a"]),
        ("https://bit.ly/abc123", ["https://bit.ly/abc123"]),
    ],
)
def test_for_a_wrapped_link_its_target_is_requested(url: str, expected: list[str]) -> None:
    assert requested(a(url.replace("&", "&amp;"))) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://acme.example/", True),
        ("https://acme.example/unsubscribe/1", False),
        ("https://acme.example/confirm", False),
        ("https://acme.example/?token=1", False),
        ("https://u1.ct.sendgrid.net/ls/click?upn=abcdefghijklmnop", False),
    ],
)
def test_a_redirect_is_followed_to_what_may_be_requested(url: str, expected: bool) -> None:
    assert may_request(url) is expected


def test_each_view_has_its_links() -> None:
    html = '{% if a %}<a href="https://a.example/">A</a>{% else %}<a href="https://b.example/">B</a>{% endif %}'
    assert sorted(requested(html)) == ["https://a.example/", "https://b.example/"]


def test_hosts_are_those_of_all_web_links() -> None:
    html = a("https://a.example/unsubscribe", "Leave") + a("https://b.example/{{ x }}") + a("https://{{ h }}/")
    found = linked_hosts(message_of(html + a("mailto:x@c.example")))
    assert [request.host for request in found] == ["a.example", "b.example"]


@pytest.mark.parametrize(
    "text",
    [
        a(HOME) * 10_000,
        "<p>" + "".join(f'<a href="https://acme.example/{n}">{n}</a> ' for n in range(10_000)) + "</p>",
        "<p>" + "word " * 200_000 + '<a href="https://acme.example/">x</a></p>',
        a("https://acme.example/" + "a/" * 200_000),
        a("https://acme.example/?" + "a=b&amp;" * 35_000),
        "<div>" * 5000 + a(HOME),
    ],
    ids=["many", "many in one paragraph", "long text", "long path", "many parameters", "deep"],
)
def test_hostile_input_costs_little(text: str) -> None:
    whole = message_of(text)
    for part in whole.parts:
        for view in part.views:
            assert view.content.links  # parsing is not measured here
    start = time.process_time()
    list(requests(whole))
    assert time.process_time() - start < 1.5
