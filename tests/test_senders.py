"""Who a message is from: mailboxes as RFC 5322 writes them, and one answer for everything that asks for the sender."""

from __future__ import annotations

import time
from typing import Any

import pytest

from maillint.analysis.senders import (
    addresses,
    envelope_domain,
    from_domains,
    mailboxes_in,
    own_domains,
    sender_sites,
    senders,
)
from maillint.engine.lint import lint
from maillint.finding import FileReport
from maillint.message.mime.mailboxes import mailboxes
from maillint.message.model import Message
from tests.linting import active, message_of


def eml(*fields: str, body: str = "Hello") -> Message:
    text = "\n".join([*fields, "Content-Type: text/html", "", body])
    return message_of(text, "eml")


def template(sender: str, **settings: Any) -> Message:
    return message_of(f"---\nfrom: {sender}\n---\n<p>Hello</p>", **settings)


def report(message: Message, name: str) -> FileReport:
    return lint(message.with_settings(profile="cold", touch=1), [active(name)])[0]


# -- mailboxes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@acme.example", ["a@acme.example"]),
        ("<a@acme.example>", ["a@acme.example"]),
        ("Ann <a@acme.example>, Bob <b@beta.example>", ["a@acme.example", "b@beta.example"]),
        ("a@acme.example; b@beta.example", ["a@acme.example", "b@beta.example"]),
        ('"a b"@acme.example', ['"a b"@acme.example']),
        ("a @ acme . example", ["a@acme.example"]),
        ("a(home)@acme.example(work)", ["a@acme.example"]),
        ("a@[IPv6:2001:db8::1]", ["a@[IPv6:2001:db8::1]"]),
        ("Ann", [None]),
        ("Ann <>", [None]),
        ("", []),
        ("Smith, Ann <a@acme.example>", [None, "a@acme.example"]),
        ("Team: a@acme.example, <b@beta.example>; c@x.example", ["a@acme.example", "b@beta.example", "c@x.example"]),
        ("Team:a@acme.example;", ["a@acme.example"]),
        ("undisclosed-recipients:;", [None]),
        ("News: Acme <a@acme.example>", ["a@acme.example"]),  # not a group, which ends in a semicolon
        ("mailto:a@acme.example", ["mailto:a@acme.example"]),
        ('"unclosed <a@acme.example>', ["a@acme.example"]),
    ],
)  # fmt: skip
def test_mailboxes_of_a_field(text: str, found: list[str | None]) -> None:
    assert [box.address for box in mailboxes(text)] == found


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("<@a.example,@b.example:user@c.example>", "c.example"),
        ("a@acme.example", "acme.example"),
        ("Ann", ""),
    ],
)
def test_the_domain_of_a_mailbox(text: str, domain: str) -> None:
    [box] = mailboxes(text)
    assert box.domain == domain


def test_a_mailbox_has_its_place_in_the_field() -> None:
    text = 'Ann (x) <a@acme.example>, "Bob", c @ acme.example'
    assert [text[box.span.start : box.span.end] for box in mailboxes(text)] == [
        "a@acme.example",
        '"Bob"',
        "c @ acme.example",
    ]


@pytest.mark.parametrize("piece", ["a@b:", "(", '"', "<", "a,", "x:;", "[", "\\", "a b "])
def test_a_long_field_takes_little_time(piece: str) -> None:
    start = time.process_time()
    mailboxes(piece * 100_000 + ";")
    assert time.process_time() - start < 0.5


# -- one answer -----------------------------------------------------------------------------------------------

FIELDS: list[tuple[str, list[str]]] = [
    ('"Sales <b@other.example>" <a@acme.example>', ["a@acme.example"]),
    ("b@other.example <a@acme.example>", ["a@acme.example"]),
    ("(b@other.example) a@acme.example", ["a@acme.example"]),
    ("(was (b@other.example)) a@acme.example", ["a@acme.example"]),
    ("a@acme.example (b@other.example)", ["a@acme.example"]),
    ("<a@acme.example (b@other.example)>", ["a@acme.example"]),
    ("=?utf-8?q?=3Cb=40other.example=3E?= <a@acme.example>", ["a@acme.example"]),
    ("=?utf-8?q?b=40other.example=2C?= <a@acme.example>", ["a@acme.example"]),
    ("=?utf-8?q?b=40other.example?=", []),
    ("Team: a@acme.example;", ["a@acme.example"]),
    ("Team: a@acme.example, Bob <b@beta.example>;", ["a@acme.example", "b@beta.example"]),
    ("undisclosed-recipients:;", []),
    ("Smith, Ann <a@acme.example>", ["a@acme.example"]),
    ("Ann <a@acme.example>, b@beta.example", ["a@acme.example", "b@beta.example"]),
    ('"b@other.example"', []),
]


@pytest.mark.parametrize(("field", "expected"), FIELDS)
def test_every_question_about_the_sender_has_one_answer(field: str, expected: list[str]) -> None:
    message = eml(f"From: {field}", body='<a href="https://other.example/">Prices</a>')
    sites = [address.rpartition("@")[2] for address in expected]
    assert [box.address for box in senders(message)] == expected
    assert addresses(message, "from") == set(expected)
    assert from_domains(message) == sites
    assert list(sender_sites(message)) == sites
    assert own_domains(message) == set(sites)
    assert len(report(message, "headers/from-multiple").findings) == (len(expected) > 1)
    unaligned = report(message, "links/unaligned")
    assert [found.evidence["domain"] for found in unaligned.findings] == sites[:1]
    assert len(unaligned.unknown) == (not expected)


@pytest.mark.parametrize("number", range(2))
def test_each_of_several_senders_is_a_sender_everywhere(number: int) -> None:
    site = ("acme.example", "beta.example")[number]
    message = eml(
        "From: a@acme.example", "From: b@beta.example", body=f'<a href="https://{site}/?email=x@{site}">Prices</a>'
    )
    assert [box.address for box in senders(message)] == ["a@acme.example", "b@beta.example"]
    assert from_domains(message) == ["acme.example", "beta.example"]
    assert len(report(message, "headers/from-multiple").findings) == 1
    assert report(message, "links/unaligned").findings == ()


def test_mail_to_a_name_that_looks_like_an_address_is_not_mail_to_the_sender() -> None:
    links = '<a href="mailto:b@other.example">Bob</a> <a href="https://acme.example/">Prices</a>'
    message = eml('From: "Sales <b@other.example>" <a@acme.example>', body=links)
    assert len(report(message, "links/first-touch-limit").findings) == 1
    own = eml("From: Sales <b@other.example>", body=links)
    assert report(own, "links/first-touch-limit").findings == ()


def test_a_link_with_an_address_out_of_a_senders_name_may_be_the_readers() -> None:
    body = '<a href="https://acme.example/?email=ann@beta.example">Prices</a>'
    named = eml('From: "ann@beta.example" <a@acme.example>', body=body)
    assert len(report(named, "tracking/link-identifier").findings) == 1
    assert report(eml("From: ann@beta.example", body=body), "tracking/link-identifier").findings == ()


@pytest.mark.parametrize(
    ("sender", "domains"),
    [
        ("'\"Acme\" <a@acme.example>'", ["acme.example"]),
        ("'Acme <{{ local }}@acme.example>'", ["acme.example"]),
        ("'{{ name }} <a@acme.example>'", ["acme.example"]),
        ("'Acme <a@{{ domain }}>'", []),
        ("'Acme <a@%%domain%%>'", []),
        ("'<%= @user.email %>'", []),
    ],
)
def test_what_a_template_says_of_its_sender(sender: str, domains: list[str]) -> None:
    message = template(sender)
    assert from_domains(message) == domains
    assert list(sender_sites(message)) == domains


@pytest.mark.parametrize(
    ("path", "domain"),
    [
        ("<bounce@mail.acme.example>", "mail.acme.example"),
        ("<@relay.example:bounce@mail.acme.example>", "mail.acme.example"),
        ("<>", None),
    ],
)
def test_the_envelope_domain_is_the_return_paths(path: str, domain: str | None) -> None:
    assert envelope_domain(eml(f"Return-Path: {path}", "From: a@acme.example")) == domain


def test_a_field_is_cut_into_mailboxes_once() -> None:
    message = eml("From: a@acme.example")
    [field] = message.headers.all("from")
    assert mailboxes_in(message, field) is mailboxes_in(message, field)
