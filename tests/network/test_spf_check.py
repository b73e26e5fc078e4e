"""The SPF result of a connection (RFC 7208 section 4)."""

from __future__ import annotations

from typing import Any

import pytest

from maillint.network.replay import ReplayResolver
from maillint.network.resolver import DnsResolver
from maillint.network.spf_check import check_host
from tests.dns_server import DnsServer
from tests.network.noting import NotingResolver

IP = "192.0.2.10"
BASE: dict[str, Any] = {
    "acme.example A": ["192.0.2.10", "192.0.2.11"],
    "acme.example AAAA": ["2001:db8::10"],
    "acme.example MX": ["10 mx.acme.example", "20 mx2.acme.example"],
    "mx.acme.example A": ["192.0.2.129"],
    "mx2.acme.example A": ["192.0.2.130"],
    "mx2.acme.example AAAA": ["2001:db8::130"],
    "192.0.2.10 PTR": ["acme.example"],
    "192.0.2.65 PTR": ["mail.acme.example"],
    "mail.acme.example A": ["192.0.2.65"],
    "192.0.2.66 PTR": ["mail.acme.example"],
    "2001:db8::10 PTR": ["acme.example"],
    "pass.example TXT": ["v=spf1 +all"],
    "soft.example TXT": ["v=spf1 ~all"],
    "fail.example TXT": ["v=spf1 -all"],
    "neutral.example TXT": ["v=spf1 ?all"],
    "void.example TXT": ["site-verification=1"],
    "bad.example TXT": ["v=spf1 bogus -all"],
    "twice.example TXT": ["v=spf1 -all", "v=spf1 +all"],
    "slow.example TXT": "timeout",
    "slow.example A": "timeout",
    "slow.example MX": "servfail",
    "null.example MX": ["0 ."],
    "many.example MX": [f"{n} mx{n}.many.example" for n in range(11)],
    **{f"mx{n}.many.example A": ["203.0.113.1"] for n in range(11)},
    "99.2.0.192.in-addr.arpa PTR": "timeout",
    "192.0.2.67 PTR": ["notacme.example"],
    "notacme.example A": ["192.0.2.67"],
}


def zone(record: str) -> dict[str, Any]:
    return {**BASE, "acme.example TXT": [record]}


@pytest.mark.parametrize(
    ("record", "ip", "result"),
    [
        ("v=spf1", IP, "neutral"),
        ("v=spf1 +all", IP, "pass"),
        ("v=spf1 -all", IP, "fail"),
        ("v=spf1 ~all", IP, "softfail"),
        ("v=spf1 ?all", IP, "neutral"),
        ("v=spf1 ip4:192.0.2.10 -all", IP, "pass"),
        ("v=spf1 ip4:192.0.2.8/29 -all", "192.0.2.15", "pass"),
        ("v=spf1 ip4:192.0.2.8/29 -all", "192.0.2.16", "fail"),
        ("v=spf1 ip4:203.0.113.9/0 -all", IP, "pass"),
        ("v=spf1 ip4:0.0.0.0/0 -all", "2001:db8::10", "fail"),
        ("v=spf1 ip4:192.0.2.10 -all", "::ffff:192.0.2.10", "pass"),
        ("v=spf1 ip6:2001:db8::/32 -all", "2001:db8:1::1", "pass"),
        ("v=spf1 ip6:2001:db8::/32 -all", IP, "fail"),
        ("v=spf1 -ip4:192.0.2.10 +all", IP, "fail"),
        ("v=spf1 a -all", IP, "pass"),
        ("v=spf1 a -all", "192.0.2.12", "fail"),
        ("v=spf1 a/24 -all", "192.0.2.200", "pass"),
        ("v=spf1 a -all", "2001:db8::10", "pass"),
        ("v=spf1 a//64 -all", "2001:db8::99", "pass"),
        ("v=spf1 a/24 -all", "2001:db8::99", "fail"),
        ("v=spf1 a:mail.acme.example -all", "192.0.2.65", "pass"),
        ("v=spf1 mx -all", "192.0.2.130", "pass"),
        ("v=spf1 mx/26 -all", "192.0.2.131", "pass"),
        ("v=spf1 mx -all", IP, "fail"),
        ("v=spf1 mx -all", "2001:db8::130", "pass"),
        ("v=spf1 mx:null.example -all", IP, "fail"),
        ("v=spf1 mx:many.example -all", IP, "permerror"),
        ("v=spf1 ptr -all", IP, "pass"),
        ("v=spf1 ptr -all", "2001:db8::10", "pass"),
        ("v=spf1 ptr -all", "192.0.2.65", "pass"),
        ("v=spf1 ptr:mail.acme.example -all", IP, "fail"),
        ("v=spf1 ptr -all", "192.0.2.66", "fail"),
        ("v=spf1 ptr -all", "192.0.2.67", "fail"),
        ("v=spf1 ptr -all", "192.0.2.99", "fail"),
        ("v=spf1 exists:mail.acme.example -all", "2001:db8::1", "pass"),
        ("v=spf1 exists:gone.acme.example -all", IP, "fail"),
        ("v=spf1 include:pass.example -all", IP, "pass"),
        ("v=spf1 ?include:pass.example -all", IP, "neutral"),
        ("v=spf1 include:fail.example ~all", IP, "softfail"),
        ("v=spf1 include:soft.example include:neutral.example -all", IP, "fail"),
        ("v=spf1 include:void.example +all", IP, "permerror"),
        ("v=spf1 include:gone.example +all", IP, "permerror"),
        ("v=spf1 include:bad.example +all", IP, "permerror"),
        ("v=spf1 include:twice.example +all", IP, "permerror"),
        ("v=spf1 include:slow.example +all", IP, "temperror"),
        ("v=spf1 redirect=soft.example", IP, "softfail"),
        ("v=spf1 redirect=fail.example ?all", IP, "neutral"),
        ("v=spf1 redirect=gone.example", IP, "permerror"),
        ("v=spf1 redirect=slow.example", IP, "temperror"),
        ("v=spf1 redirect=acme.example", IP, "permerror"),
        ("v=spf1 include:acme.example -all", IP, "permerror"),
        ("v=spf1 a:slow.example -all", IP, "temperror"),
        ("v=spf1 mx:slow.example -all", IP, "temperror"),
        ("v=spf1 ip4:192.0.2.10 a:slow.example -all", IP, "pass"),
        ("v=spf1 +all bogus", IP, "permerror"),
        ("v=spf1 unknown=%{d} -all", IP, "fail"),
    ],
)
def test_results(record: str, ip: str, result: str) -> None:
    found = check_host(ip, "ann@acme.example", "helo.acme.example", ReplayResolver(zone(record)))
    assert found.result == result
    assert bool(found.reason) is (result in ("temperror", "permerror"))


@pytest.mark.parametrize(
    ("mail_from", "result"),
    [
        ("ann@fail.example", "fail"),
        ("fail.example", "fail"),
        ("@fail.example", "fail"),
        ("", "softfail"),  # the HELO name is used instead
        ("ann@FAIL.example.", "fail"),
        ("ann@void.example", "none"),
        ("ann@gone.example", "none"),
        ("ann@twice.example", "permerror"),
        ("ann@slow.example", "temperror"),
        ("ann@localhost", "none"),
        ("ann@" + "x" * 64 + ".example", "none"),
        ("ann@a..example", "none"),
        ("ann@[192.0.2.1]", "none"),
        ("ann@\udc80.example", "none"),
    ],
)
def test_identities(mail_from: str, result: str) -> None:
    assert check_host(IP, mail_from, "soft.example", ReplayResolver(BASE)).result == result


def test_the_deciding_term_and_its_domain_are_named() -> None:
    resolver = ReplayResolver(
        {
            "acme.example TXT": ["v=spf1 include:a.example redirect=b.example"],
            "a.example TXT": ["v=spf1 -all"],
            "b.example TXT": ["v=spf1 mx ~all"],
        }
    )
    found = check_host(IP, "ann@acme.example", "", resolver)
    assert (found.domain, found.lookups, found.void_lookups) == ("b.example", 3, 1)
    assert found.term is not None
    assert (found.term.mechanism, found.term.start) == ("all", 10)


@pytest.mark.parametrize(
    ("record", "result", "lookups"),
    [
        ("v=spf1 " + "exists:a.acme.example " * 10 + "-all", "permerror", 3),
        ("v=spf1 " + "a:mail.acme.example " * 10 + "-all", "fail", 10),
        ("v=spf1 " + "a:mail.acme.example " * 11 + "-all", "permerror", 11),
        ("v=spf1 " + "a:mail.acme.example " * 10 + "redirect=pass.example", "permerror", 11),
        ("v=spf1 " + "a:gone.example " * 2 + "-all", "fail", 2),
        ("v=spf1 " + "a:gone.example " * 3 + "-all", "permerror", 3),
    ],
)
def test_limits(record: str, result: str, lookups: int) -> None:
    found = check_host(IP, "ann@acme.example", "", ReplayResolver(zone(record)))
    assert (found.result, found.lookups) == (result, lookups)


def test_only_ten_names_of_an_address_are_evaluated() -> None:
    names = [f"h{n:02}.acme.example" for n in range(11)]
    for last, result in ((names[9], "pass"), (names[10], "fail")):
        resolver = ReplayResolver(
            {"acme.example TXT": ["v=spf1 ptr -all"], f"{IP} PTR": names, f"{last} A": [IP], "192.0.2.1 PTR": []}
        )
        assert check_host(IP, "ann@acme.example", "", resolver).result == result


@pytest.mark.parametrize(
    ("spec", "expanded"),
    [  # the examples of RFC 7208 section 7.4
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        # and others
        ("%{h}.%{p}.x.example", "helo.example.com.unknown.x.example"),
        ("%{S}.x.example", "strong-bad%40email.example.com.x.example"),
        ("a%%b%_c%-d.x.example", "a%b c%20d.x.example"),
        ("%{i99}.x.example", "192.0.2.3.x.example"),
    ],
)
def test_macros(spec: str, expanded: str) -> None:
    record = f"v=spf1 exists:{spec} -all"
    resolver = NotingResolver(ReplayResolver({"email.example.com TXT": [record]}))
    check_host("192.0.2.3", "strong-bad@email.example.com", "helo.example.com", resolver)
    assert (expanded, "A") in resolver.lookups


def test_macro_of_an_ipv6_address() -> None:
    resolver = NotingResolver(ReplayResolver({"a.example TXT": ["v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all"]}))
    check_host("2001:db8::cb01", "ann@a.example", "", resolver)
    name = "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.a.example"
    assert (name, "A") in resolver.lookups


def test_macro_of_the_validated_name() -> None:
    mapping = {**zone("v=spf1 exists:%{p}.x.example -all"), "acme.example.x.example A": ["127.0.0.2"]}
    assert check_host(IP, "ann@acme.example", "", ReplayResolver(mapping)).result == "pass"


def test_long_names_lose_labels_on_the_left() -> None:
    resolver = NotingResolver(ReplayResolver({"a.example TXT": ["v=spf1 exists:%{l}.x.example -all"]}))
    check_host(IP, ".".join(["long"] * 60) + "@a.example", "", resolver)
    assert [name for name, kind in resolver.lookups if kind == "A"] == [".".join(["long"] * 48) + ".x.example"]


def test_hostile_macros_end_soon() -> None:
    record = "v=spf1 " + " ".join("exists:" + "%{s}" * 2000 + ".example" for _ in range(9)) + " -all"
    found = check_host(IP, "x" * 60 + "@a.example", "", ReplayResolver({"a.example TXT": [record]}))
    assert found.result == "permerror"


def test_a_text_that_is_no_address() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        check_host("nonsense", "ann@acme.example", "", ReplayResolver({}))


def test_over_a_real_server() -> None:
    served = {**BASE, "acme.example TXT": ["v=spf1 mx include:slow.example -all"]}
    served["65.2.0.192.in-addr.arpa PTR"] = served.pop("192.0.2.65 PTR")
    served = {key: value for key, value in served.items() if not key[0].isdigit()}
    with DnsServer(served) as server:
        resolver = DnsResolver(server.address, 0.3)
        assert check_host("192.0.2.129", "ann@acme.example", "", resolver).result == "pass"
        assert check_host("192.0.2.1", "ann@acme.example", "", resolver).result == "temperror"
