"""SPF records, parsed: their terms, and which of their characters are wrong."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maillint.catalogue.examples import unmark
from maillint.network.spf import Modifier, Term, has_macro, parse, spf_records


@pytest.mark.parametrize(
    ("text", "is_spf"),
    [
        ("v=spf1", True),
        ("v=spf1 ", True),
        ("v=spf1 -all", True),
        ("V=SPF1 -all", True),
        ("v=spf10 -all", False),
        ("v=spf1-all", False),
        ("v=spf1\t-all", False),
        (" v=spf1 -all", False),
        ('"v=spf1 -all"', False),
        ("spf1 -all", False),
        ("v=spf2.0/pra -all", False),
        ("", False),
    ],
)
def test_which_text_is_a_record(text: str, is_spf: bool) -> None:
    assert spf_records(["site-verification=1", text]) == ((text,) if is_spf else ())
    assert any(error.code == "version" for error in parse(text).errors) is not is_spf


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("all", ("all", "+", "", None, None)),
        ("-all", ("all", "-", "", None, None)),
        ("~ALL", ("all", "~", "", None, None)),
        ("?include:_spf.acme.example", ("include", "?", "_spf.acme.example", None, None)),
        ("a", ("a", "+", "", None, None)),
        ("a/24", ("a", "+", "", 24, None)),
        ("a//64", ("a", "+", "", None, 64)),
        ("a/24//64", ("a", "+", "", 24, 64)),
        ("a:mail.acme.example", ("a", "+", "mail.acme.example", None, None)),
        ("a:mail.acme.example/0", ("a", "+", "mail.acme.example", 0, None)),
        ("a:acme.example//0", ("a", "+", "acme.example", None, 0)),
        ("a:foo:bar/baz.acme.example/8", ("a", "+", "foo:bar/baz.acme.example", 8, None)),
        ("mx", ("mx", "+", "", None, None)),
        ("mx:acme.example/28", ("mx", "+", "acme.example", 28, None)),
        ("ptr", ("ptr", "+", "", None, None)),
        ("ptr:acme.example", ("ptr", "+", "acme.example", None, None)),
        ("ip4:192.0.2.1", ("ip4", "+", "192.0.2.1", None, None)),
        ("-ip4:192.0.2.0/24", ("ip4", "-", "192.0.2.0", 24, None)),
        ("ip6:2001:db8::/32", ("ip6", "+", "2001:db8::", None, 32)),
        ("ip6:::ffff:192.0.2.1", ("ip6", "+", "::ffff:192.0.2.1", None, None)),
        ("exists:%{ir}.sbl.acme.example", ("exists", "+", "%{ir}.sbl.acme.example", None, None)),
        ("exists:%{l1r-}._at_.%{o,=_/}", ("exists", "+", "%{l1r-}._at_.%{o,=_/}", None, None)),
        ("exists:CL.%{i}.FR.%{s}.null.%{D2}", ("exists", "+", "CL.%{i}.FR.%{s}.null.%{D2}", None, None)),
        ("include:acme.xn--p1ai", ("include", "+", "acme.xn--p1ai", None, None)),
        ("include:acme.example.", ("include", "+", "acme.example.", None, None)),
        ("include:_spf.%%", ("include", "+", "_spf.%%", None, None)),
    ],
)
def test_mechanisms(term: str, expected: tuple[str, str, str, int | None, int | None]) -> None:
    record = parse(f"v=spf1  {term} ")
    (read,) = record.terms
    assert (read.mechanism, read.qualifier, read.value, read.cidr4, read.cidr6) == expected
    assert record.text[read.start : read.end] == term
    assert record.text[read.value_start : read.value_end] == read.value
    assert record.errors == ()


@pytest.mark.parametrize(
    "text",
    [  # the forms of RFC 7208, appendix A
        "v=spf1 +all",
        "v=spf1 a -all",
        "v=spf1 a:acme.org -all",
        "v=spf1 mx -all",
        "v=spf1 mx:acme.org -all",
        "v=spf1 mx mx:acme.org -all",
        "v=spf1 mx/30 mx:acme.org/30 -all",
        "v=spf1 ptr -all",
        "v=spf1 ip4:192.0.2.128/28 -all",
        "v=spf1 include:acme.com include:acme.net -all",
        "v=spf1 redirect=acme.org",
        "v=spf1 mx:acme.com -all",
        "v=spf1 ip4:192.0.2.0/24 mx -all exp=why.%{d}",
        "v=spf1 mx -all exp=explain._spf.%{d}",
        "v=spf1 -exists:%{l}.%{d}._user.acme.example ?all unknown=%{s}%% other=",
    ],
)
def test_valid_records(text: str) -> None:
    assert parse(text).errors == ()


@pytest.mark.parametrize(
    ("text", "codes"),
    [  # «» marks what the error points at
        ("«spf1 -all»", "version"),
        ("v=spf1 «ipv4»:192.0.2.1 -all", "unknown-mechanism"),
        ("v=spf1 «al» mx", "unknown-mechanism"),
        ("v=spf1 -«all.»", "unknown-mechanism"),
        ("v=spf1 «mx,a» -all", "malformed-term"),
        ("v=spf1 «-all;»", "malformed-term"),
        ("v=spf1 «-» all", "malformed-term"),
        ("v=spf1 «--all»", "malformed-term"),
        ("v=spf1 «192.0.2.1» -all", "malformed-term"),
        ("v=spf1 a:acme.example«\t»-all", "character"),
        ("v=spf1 include:b«ü»cher.example -all", "character"),
        ("v=spf1 mx «–»all", "character"),
        ("v=spf1 «include:» -all", "missing-value"),
        ("v=spf1 «include» -all", "missing-value"),
        ("v=spf1 «exists» -all", "missing-value"),
        ("v=spf1 «ip4» -all", "missing-value"),
        ("v=spf1 «ip4:» -all", "missing-value"),
        ("v=spf1 «a:» -all", "missing-value"),
        ("v=spf1 «a:/24» -all", "missing-value"),
        ("v=spf1 «redirect=»", "missing-value"),
        ("v=spf1 -all«:acme.example»", "unexpected-value"),
        ("v=spf1 ptr«/24» -all", "unexpected-value"),
        ("v=spf1 «-redirect=acme.example»", "modifier-qualifier"),
        ("v=spf1 ip4:«192.0.2» -all", "bad-address"),
        ("v=spf1 ip4:«192.0.02.1» -all", "bad-address"),
        ("v=spf1 ip4:«mail.acme.example» -all", "bad-address"),
        ("v=spf1 ip4:«2001:db8::1» -all", "bad-address"),
        ("v=spf1 ip6:«192.0.2.1» -all", "bad-address"),
        ("v=spf1 ip6:«fe80::1%eth0» -all", "bad-address"),
        ("v=spf1 ip4:192.0.2.0«/33» -all", "bad-cidr"),
        ("v=spf1 ip4:192.0.2.0«/024» -all", "bad-cidr"),
        ("v=spf1 ip4:192.0.2.0«/» -all", "bad-cidr"),
        ("v=spf1 ip4:192.0.2.0«/255.255.255.0» -all", "bad-cidr"),
        ("v=spf1 ip4:192.0.2.0«//24» -all", "bad-cidr"),
        ("v=spf1 ip6:2001:db8::«/129» -all", "bad-cidr"),
        ("v=spf1 a«/33» -all", "bad-cidr"),
        ("v=spf1 mx:acme.example«//129» -all", "bad-cidr"),
        ("v=spf1 include:«acme» -all", "bad-domain"),
        ("v=spf1 include:«acme.example/24» -all", "bad-domain"),
        ("v=spf1 a:«acme.example,» -all", "bad-domain"),
        ("v=spf1 a:«192.0.2.1» -all", "bad-domain"),
        ("v=spf1 a:«acme.-example» -all", "bad-domain"),
        ("v=spf1 a:«acme.example..» -all", "bad-domain"),
        ("v=spf1 exists:%{i}.«%{x}».acme.example -all", "bad-macro"),
        ("v=spf1 exists:«%{c}».acme.example -all", "bad-macro"),
        ("v=spf1 exists:«%{d0}» -all", "bad-macro"),
        ("v=spf1 exists:«%{d.acme.example» -all", "bad-macro"),
        ("v=spf1 exists:100«%.acme.example» -all", "bad-macro"),
        ("v=spf1 redirect=a.example «redirect=b.example»", "duplicate-modifier"),
        ("v=spf1 «foo» «bar»:baz -all", "unknown-mechanism unknown-mechanism"),
    ],
)
def test_invalid_records(text: str, codes: str) -> None:
    plain, spans = unmark(text)
    record = parse(plain)
    assert [error.code for error in record.errors] == codes.split()
    assert [(error.start, error.end) for error in record.errors] == spans


@pytest.mark.parametrize(
    ("text", "costly"),
    [
        ("v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all exp=why.acme.example", []),
        ("v=spf1 a mx ptr include:a.example exists:b.example -all", ["a", "mx", "ptr", "include", "exists"]),
        ("v=spf1 mx redirect=a.example", ["mx", "redirect"]),
        ("v=spf1 redirect=a.example mx -all", ["mx"]),
        ("v=spf1 mx -all a include:a.example", ["mx"]),
    ],
)
def test_terms_that_query_the_dns(text: str, costly: list[str]) -> None:
    terms = parse(text).lookup_terms
    assert [getattr(term, "mechanism", None) or getattr(term, "name", None) for term in terms] == costly


def test_all_and_modifiers() -> None:
    record = parse("v=spf1 mx ~all -all exp=why.example redirect=x.example Foo=bar foo=baz")
    assert record.all is not None
    assert record.all.qualifier == "~"
    assert [term.mechanism for term in record.reachable] == ["mx", "all"]
    assert record.redirect is None
    assert [(modifier.name, modifier.value) for modifier in record.modifiers] == [
        ("exp", "why.example"),
        ("redirect", "x.example"),
        ("foo", "bar"),
        ("foo", "baz"),
    ]
    exp = record.modifier("exp")
    assert exp is not None
    assert record.text[exp.value_start : exp.value_end] == "why.example"


def test_has_macro() -> None:
    assert has_macro("%{i}.acme.example")
    assert not has_macro("acme.example")


_PIECES = st.sampled_from(
    "v=spf1| |a|mx|ip4:|192.0.2.1|/24|//|include:|%{i}|%{|%|redirect=|-|~|all|acme.example|exp=|:|=|ü|\t|.".split("|")
)


@given(st.one_of(st.text(), st.lists(_PIECES).map("".join).map("v=spf1 {}".format)))
@example("v=spf1 exists:%{d" + "9" * 5000 + "}.example")
def test_any_text_is_read_and_every_span_lies_inside(text: str) -> None:
    record = parse(text)
    items: list[Term | Modifier] = [*record.terms, *record.modifiers]
    spans = [(item.start, item.end) for item in [*items, *record.errors]]
    spans += [(item.value_start, item.value_end) for item in items]
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert all(text[term.value_start : term.value_end] == term.value for term in record.terms)
    assert spf_records([text]) == () or record.errors or record.text == text


@pytest.mark.parametrize("piece", ["a:" + "/1" * 30, "exp=a.b ", "%{d", "x=" + "%%" * 20 + " ", "a" * 60, "-"])
def test_reading_takes_linear_time(piece: str) -> None:
    began = time.process_time()
    parse("v=spf1 " + piece * (300_000 // len(piece)))
    assert time.process_time() - began < 3
