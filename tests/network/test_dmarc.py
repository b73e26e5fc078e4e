"""DMARC records, and the tree walk that finds the one that applies (RFC 9989)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.catalogue.examples import unmark
from maillint.network.dmarc import (
    Discovery,
    discover,
    dmarc_records,
    parse,
    tree_walk_domains,
)
from maillint.network.replay import ReplayResolver
from maillint.network.resolver import DnsResolver
from tests.dns_server import DnsServer


@pytest.mark.parametrize(
    ("text", "is_dmarc"),
    [
        ("v=DMARC1; p=none", True),
        ("v=DMARC1;p=none;", True),
        ("v=DMARC1", True),
        ("v = DMARC1 ; p=none", True),
        ("V=DMARC1; p=none", True),
        ("v=dmarc1; p=none", False),
        ("v=DMARC1 p=none", False),
        ("v=DMARC1, p=none", False),
        ("v=DMARC10; p=none", False),
        (" v=DMARC1; p=none", False),
        ("p=none; v=DMARC1", False),
        ('"v=DMARC1; p=none"', False),
        ("v=spf1 -all", False),
        ("", False),
    ],
)
def test_which_text_is_a_record(text: str, is_dmarc: bool) -> None:
    assert dmarc_records(["site-verification=1", text]) == ((text,) if is_dmarc else ())
    assert any(problem.code == "version" for problem in parse(text).problems) is not is_dmarc


def test_a_full_record() -> None:
    record = parse(
        "v=DMARC1; p=Reject; sp=quarantine; np=none; t=y; psd=n; adkim=s; aspf=S; fo=1:d:s;"
        " rua=mailto:Agg@acme.example, mailto:x@rep.example.net!10m ,https://rep.example/in;"
        " ruf=mailto:fail@acme.example"
    )
    assert (record.p, record.sp, record.np, record.testing, record.psd) == ("reject", "quarantine", "none", True, "n")
    assert [(uri.uri, uri.valid) for uri in record.rua] == [
        ("mailto:Agg@acme.example", True),
        ("mailto:x@rep.example.net!10m", True),
        ("https://rep.example/in", True),
    ]
    assert [record.text[uri.start : uri.end] for uri in record.rua] == [uri.uri for uri in record.rua]
    assert [problem.code for problem in record.problems] == ["obsolete-size", "unusable-uri"]


def test_defaults() -> None:
    record = parse("v=DMARC1; p=none")
    assert (record.psd, record.testing, record.rua, record.problems) == ("u", False, (), ())


@pytest.mark.parametrize(
    ("text", "code"),
    [  # «» marks what the problem points at
        ("«v=DMARC1 p=none»", "version"),
        ("v=DMARC1; p=«block»", "bad-value"),
        ("v=DMARC1; «p=»", "bad-value"),
        ("v=DMARC1; p=«none, rua=mailto:a@b.example»", "bad-value"),
        ("v=DMARC1; p=none; sp=«quarantined»", "bad-value"),
        ("v=DMARC1; p=none; np=«no»", "bad-value"),
        ("v=DMARC1; p=none; adkim=«relaxed»", "bad-value"),
        ("v=DMARC1; p=none; aspf=«f»", "bad-value"),
        ("v=DMARC1; p=none; t=«yes»", "bad-value"),
        ("v=DMARC1; p=none; psd=«x»", "bad-value"),
        ("v=DMARC1; p=none; fo=«2»", "bad-value"),
        ("v=DMARC1; p=none; fo=«0:1»", "bad-value"),
        ("v=DMARC1; p=none; fo=«d:d»", "bad-value"),
        ("v=DMARC1; p=none; «pct=100»", "removed-tag"),
        ("v=DMARC1; p=none; «ri=86400»", "removed-tag"),
        ("v=DMARC1; p=none; «rf=afrf»", "removed-tag"),
        ("v=DMARC1; p=none; «policy=none»", "unknown-tag"),
        ("v=DMARC1; p=none; «P=none»", "unknown-tag"),
        ("v=DMARC1; p=none; rua=«dmarc@acme.example»", "bad-uri"),
        ("v=DMARC1; p=none; rua=«mailto:»", "bad-uri"),
        ("v=DMARC1; p=none; rua=«mailto:acme.example»", "bad-uri"),
        ("v=DMARC1; p=none; rua=mailto:a@b.example,«mailto: c@d.example»", "bad-uri"),
        ("v=DMARC1; p=none; rua=mailto:a@b.example, «c@d.example»", "bad-uri"),
        ("v=DMARC1; p=none; «rua=»", "bad-uri"),
        ("v=DMARC1; p=none; rua=«https://reports.example/in»", "unusable-uri"),
        ("v=DMARC1; p=none; rua=«mailto:dmarc@localhost»", "unusable-uri"),
        ("v=DMARC1; p=none; rua=«mailto:dmarc@192.0.2.1»", "unusable-uri"),
        ("v=DMARC1; p=none; rua=mailto:a@b.example; ruf=«mailto:dmarc@localhost!10m»", "unusable-uri"),
        ("v=DMARC1; p=none; «rua=mailto:a@b.example,»", "bad-uri"),
        ("v=DMARC1; p=none; ruf=mailto:a@b.example«!5M»", "obsolete-size"),
        ("v=DMARC1; p=none; «p=reject»", "duplicate-tag"),
        ("v=DMARC1; p=none; «rua mailto:a@b.example»", "malformed-tag"),
        ("v=DMARC1;«;» p=none", "empty-tag"),
    ],
)
def test_problems(text: str, code: str) -> None:
    plain, spans = unmark(text)
    problems = parse(plain).problems
    assert [problem.code for problem in problems] == [code]
    assert [(problem.start, problem.end) for problem in problems] == spans


RUA = "; rua=mailto:a@acme.example"


@pytest.mark.parametrize(
    ("tags", "domain", "subdomain"),
    [
        ("; p=none", "none", "none"),
        ("; p=reject", "reject", "reject"),
        ("; p=reject; sp=none", "reject", "none"),
        ("; p=none; sp=quarantine; np=reject", "none", "quarantine"),
        ("; p=none; np=reject", "none", "none"),
        ("; p=reject; t=y", "quarantine", "quarantine"),
        ("; p=quarantine; t=y; np=reject", "none", "none"),
        ("; p=none; t=y", "none", "none"),
        ("", None, None),
        ("; sp=reject", None, None),
        ("; p=block", None, None),
        ("; p=reject; sp=block", None, None),
        ("; p=reject; np=block; rua=a@acme.example", None, None),
        (RUA, "none", "none"),
        ("; sp=reject" + RUA, "none", "none"),
        ("; p=block" + RUA, "none", "none"),
        ("; p=reject; sp=block" + RUA, "none", "none"),
        ("; p=reject; np=block" + RUA, "none", "none"),
        ("; p=reject; adkim=block", "reject", "reject"),
    ],
)
def test_effective_policy(tags: str, domain: str | None, subdomain: str | None) -> None:
    record = parse("v=DMARC1" + tags)
    assert record.effective() == domain
    assert record.effective("subdomain") == subdomain


def test_requested_policy_is_before_testing() -> None:
    assert parse("v=DMARC1; p=reject; sp=quarantine; t=y").requested("subdomain") == "quarantine"


@pytest.mark.parametrize(
    ("domain", "queried"),
    [
        ("example", ["example"]),
        ("acme.example", ["acme.example", "example"]),
        ("a.b.c.acme.example", ["a.b.c.acme.example", "b.c.acme.example", "c.acme.example", "acme.example", "example"]),
        ("1.2.3.4.5.6.7", ["1.2.3.4.5.6.7", "2.3.4.5.6.7", "3.4.5.6.7", "4.5.6.7", "5.6.7", "6.7", "7"]),
        (
            "1.2.3.4.5.6.7.8",
            ["1.2.3.4.5.6.7.8", "2.3.4.5.6.7.8", "3.4.5.6.7.8", "4.5.6.7.8", "5.6.7.8", "6.7.8", "7.8", "8"],
        ),
        (
            "a.b.c.d.e.f.g.h.i.j.mail.example.com",  # the example of RFC 9989 section 4.10
            [
                *("a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com"),
                *("h.i.j.mail.example.com", "i.j.mail.example.com", "j.mail.example.com"),
                *("mail.example.com", "example.com", "com"),
            ],
        ),
    ],
)
def test_what_a_tree_walk_queries(domain: str, queried: list[str]) -> None:
    assert list(tree_walk_domains(domain)) == queried
    found = discover(domain, ReplayResolver({}))
    assert [query.name for query in found.queries] == [f"_dmarc.{name}" for name in queried]


DEEP = "a.b.c.d.e.f.g.h.i.j.k.acme.example"


def walk(records: dict[str, str | list[str]], domain: str) -> Discovery:
    zone: dict[str, Any] = {
        f"_dmarc.{name} TXT": [f"v=DMARC1; {text}"] if isinstance(text, str) and "=" in text else text
        for name, text in records.items()
    }
    return discover(domain, ReplayResolver(zone))


@pytest.mark.parametrize(
    ("records", "domain", "policy", "organisational", "queries"),
    [
        ({}, "mail.acme.example", None, "mail.acme.example", 3),
        ({"acme.example": "p=none"}, "acme.example", "acme.example", "acme.example", 2),
        ({"acme.example": "p=none"}, "a.b.acme.example", "acme.example", "acme.example", 4),
        ({"acme.example": "p=none", "m.acme.example": "p=none"}, "m.acme.example", "m.acme.example", "acme.example", 3),
        ({"acme.example": "p=none", "m.acme.example": "p=none"}, "a.m.acme.example", "acme.example", "acme.example", 4),
        ({"m.acme.example": "p=none; psd=n", "acme.example": "p=none"}, "a.m.acme.example", *["m.acme.example"] * 2, 2),
        ({"acme.example": "p=none; psd=n", "example": "p=none"}, "acme.example", "acme.example", "acme.example", 1),
        ({"acme.example": "p=none", "example": "p=none"}, "acme.example", "acme.example", "example", 2),
        ({"acme.example": "p=none; psd=u"}, "m.acme.example", "acme.example", "acme.example", 3),
        ({"acme.example": "p=none; psd=z"}, "m.acme.example", "acme.example", "acme.example", 3),
        ({"acme.example": "psd=n"}, "m.acme.example", "acme.example", "acme.example", 2),
        # public suffixes
        ({"example": "p=reject; psd=y"}, "a.mail.acme.example", "example", "acme.example", 4),
        ({"example": "p=reject; psd=y", "acme.example": "p=none"}, "m.acme.example", *["acme.example"] * 2, 3),
        ({"example": "p=reject; psd=y", "m.acme.example": "p=none"}, "a.m.acme.example", "example", "acme.example", 4),
        ({"bank.example": "p=none; psd=y"}, "mega.bank.example", "bank.example", "mega.bank.example", 2),
        ({"bank.example": "p=none; psd=y", "example": "p=none"}, "bank.example", "bank.example", "bank.example", 1),
        # deep names
        ({"acme.example": "p=none"}, DEEP, "acme.example", "acme.example", 8),
        ({DEEP: "p=none"}, DEEP, DEEP, DEEP, 8),
        ({"f.g.h.i.j.k.acme.example": "p=none"}, DEEP, None, DEEP, 8),
        ({"g.h.i.j.k.acme.example": "p=none; psd=n"}, DEEP, *["g.h.i.j.k.acme.example"] * 2, 2),
        ({"g.h.i.j.k.acme.example": "p=none; psd=y"}, DEEP, "g.h.i.j.k.acme.example", "f.g.h.i.j.k.acme.example", 2),
        # where there are several records, none is used, nor its psd
        ({"acme.example": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "acme.example", None, "acme.example", 2),
        (
            {"m.acme.example": ["v=DMARC1; psd=n", "v=DMARC1; psd=n"], "acme.example": "p=none"},
            *("m.acme.example", "acme.example", "acme.example", 3),
        ),
        ({"acme.example": ["x=1", "v=DMARC1; p=none"]}, "acme.example", "acme.example", "acme.example", 2),
        ({"acme.example": ["v=dmarc1; p=none"]}, "acme.example", None, "acme.example", 2),
        # a query without an answer leaves open what stands above
        ({"acme.example": "timeout"}, "acme.example", None, None, 2),
        ({"m.acme.example": "servfail", "acme.example": "p=none"}, "m.acme.example", None, None, 3),
        ({"m.acme.example": "p=none", "acme.example": "refused"}, "m.acme.example", "m.acme.example", None, 3),
        ({"m.acme.example": "p=none; psd=n", "acme.example": "timeout"}, "m.acme.example", *["m.acme.example"] * 2, 1),
    ],
)
def test_tree_walk(
    records: dict[str, str | list[str]], domain: str, policy: str | None, organisational: str | None, queries: int
) -> None:
    found = walk(records, domain)
    assert (found.policy.domain if found.policy else None) == policy
    assert found.organisational == organisational
    assert len(found.queries) == queries
    assert found.determined is (policy is not None or not found.unreachable)


@pytest.mark.parametrize("domain", ["giant.bank.example", "mail.giant.bank.example"])
def test_the_public_suffix_example_of_the_rfc(domain: str) -> None:
    """RFC 9989 appendix B.4.3."""
    records: dict[str, str | list[str]] = {"bank.example": "p=none; psd=y", "giant.bank.example": "p=reject"}
    found = walk(records, domain)
    assert (found.organisational, found.record and found.record.p) == ("giant.bank.example", "reject")
    assert walk(records, "mail.mega.bank.example").organisational == "mega.bank.example"


def test_several_records_differ_from_no_record() -> None:
    found = walk({"acme.example": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "acme.example")
    assert [query.multiple for query in found.queries] == [True, False]
    assert found.queries[0].texts == ("v=DMARC1; p=none", "v=DMARC1; p=reject")
    assert found.record is None
    assert found.determined


@pytest.mark.parametrize("written", ["ACME.Example", "acme.example."])
def test_domains_are_normalised(written: str) -> None:
    assert walk({"acme.example": "p=none"}, written).organisational == "acme.example"
    assert walk({"xn--bcher-kva.example": "p=none"}, "Bücher.example").policy is not None


@pytest.mark.parametrize("failure", ["timeout", "servfail", "refused", "garbage"])
def test_failures_of_a_real_server(failure: Any) -> None:
    zone = {"_dmarc.acme.example TXT": [["v=DMARC1; p=re", "ject"]]}
    with DnsServer(zone, {"_dmarc.mail.acme.example": failure}) as server:
        resolver = DnsResolver(server.address, 0.3)
        found = discover("mail.acme.example", resolver)
        assert not found.determined
        assert [query.domain for query in found.unreachable] == ["mail.acme.example"]
        record = discover("acme.example", resolver).record
        assert record is not None
        assert record.p == "reject"


@given(st.one_of(st.text(), st.text(alphabet="psvrua=;:,!@1m ").map("v=DMARC1; rua=".__add__)))
def test_any_text_is_read_and_every_span_lies_inside(text: str) -> None:
    record = parse(text)
    spans = [(problem.start, problem.end) for problem in record.problems]
    spans += [(uri.start, uri.end) for uri in record.rua]
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert all(text[uri.start : uri.end] == uri.uri for uri in record.rua)
    assert record.effective() in (None, "none", "quarantine", "reject")


@given(st.text())
def test_any_domain_can_be_looked_up(domain: str) -> None:
    assert len(discover(domain, ReplayResolver({})).queries) <= 8
