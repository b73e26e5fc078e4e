"""Blocklists: what is queried, what an answer means, and which answers say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from maillint.checks.online import LISTS
from maillint.data.lists import load_list
from maillint.network.blocklists import Blocklist, Blocklists, Listing
from maillint.network.replay import ReplayResolver
from maillint.network.resolver import DnsResolver
from tests.dns_server import DnsServer

ENTRIES = {entry["name"]: entry for entry in load_list("blocklists")["lists"]}
DBL, SURBL, URIBL = (Blocklist.from_data(ENTRIES[name]) for name in LISTS)


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    zone: dict[str, Any] = {
        "bad.example.dbl.spamhaus.org A": ["127.0.1.4"],
        "both.example.dbl.spamhaus.org A": ["127.0.1.2", "127.0.1.5"],
        "bad.example.multi.surbl.org A": ["127.0.0.80"],
        "slow.example.multi.surbl.org A": "timeout",
        "broken.example.multi.surbl.org A": "servfail",
        "bad.example.multi.uribl.com A": ["127.0.0.1"],
    }
    with DnsServer(zone) as running:
        yield running


def test_the_options_name_all_lists() -> None:
    assert tuple(ENTRIES) == LISTS
    assert all(entry["terms"].startswith("https://") for entry in ENTRIES.values())


@pytest.mark.parametrize(
    ("blocklist", "host", "subject"),
    [
        (DBL, "www.acme.co.uk", "www.acme.co.uk"),
        (SURBL, "www.acme.co.uk", "acme.co.uk"),
        (URIBL, "WWW.Acme.Example.", "acme.example"),
        (DBL, "bücher.example", "xn--bcher-kva.example"),
        (SURBL, "a.github.io", "a.github.io"),
        (DBL, "192.0.2.1", None),
        (DBL, "0x7f.1", None),
        (SURBL, "[2001:db8::1]", None),
        (DBL, "localhost", None),
        (SURBL, "co.uk", None),
        (DBL, "a b.example", None),
    ],
)
def test_what_is_queried(blocklist: Blocklist, host: str, subject: str | None) -> None:
    assert blocklist.subject(host) == subject


@pytest.mark.parametrize(
    ("blocklist", "records", "kinds", "unknown"),
    [
        (DBL, [], (), ""),
        (DBL, ["127.0.1.2"], ("low reputation",), ""),
        (DBL, ["127.0.1.2", "127.0.1.4"], ("low reputation", "phishing"), ""),
        (DBL, ["127.0.1.103"], ("abused redirector",), ""),
        (DBL, ["127.0.1.255"], (), "Spamhaus DBL does not say: it does not take IP addresses"),
        (DBL, ["127.255.255.254"], (), "Spamhaus DBL does not say: it does not answer public DNS servers"),
        (DBL, ["127.255.255.255"], (), "Spamhaus DBL does not say: too many questions come from this DNS server"),
        (DBL, ["127.255.255.250"], (), "Spamhaus DBL does not say: it refuses, with 127.255.255.250"),
        (DBL, ["127.0.1.77"], (), "Spamhaus DBL does not say: 127.0.1.77 is not a listing code"),
        (DBL, ["192.0.2.80"], (), "192.0.2.80 is not a blocklist answer; the DNS server made it up"),
        (DBL, ["127.0.1.2", "127.255.255.255"], (), "too many questions come from this DNS server"),
        (SURBL, ["127.0.0.8"], ("phishing",), ""),
        (SURBL, ["127.0.0.80"], ("malware", "spam and other abuse"), ""),
        (SURBL, ["127.0.0.128"], ("cracked site",), ""),
        (SURBL, ["127.0.0.1"], (), "too many questions come from this DNS server"),
        (SURBL, ["127.0.0.2"], (), ""),
        (URIBL, ["127.0.0.2"], ("spam",), ""),
        (URIBL, ["127.0.0.14"], ("spam",), ""),
        (URIBL, ["127.0.0.4"], (), ""),
        (URIBL, ["127.0.0.8"], (), ""),
        (URIBL, ["127.0.0.1"], (), "it does not answer public or busy DNS servers"),
        (URIBL, ["127.255.255.255"], (), "it refuses, with 127.255.255.255"),
    ],
)
def test_what_an_answer_means(blocklist: Blocklist, records: list[str], kinds: tuple[str, ...], unknown: str) -> None:
    zone = {f"acme.example.{blocklist.zone} A": records} if records else {}
    listing = Blocklists(ReplayResolver(zone)).listing(blocklist, "acme.example")
    assert (listing.title, listing.domain, listing.kinds) == (blocklist.title, "acme.example", kinds)
    assert listing.unknown.endswith(unknown)
    assert bool(listing.unknown) is bool(unknown)


@pytest.mark.parametrize(
    ("blocklist", "domain", "kinds", "unknown"),
    [
        (DBL, "bad.example", ("phishing",), ""),
        (DBL, "both.example", ("low reputation", "malware"), ""),
        (DBL, "good.example", (), ""),
        (SURBL, "bad.example", ("malware", "spam and other abuse"), ""),
        (SURBL, "slow.example", (), "SURBL cannot be queried: timed out after 0.5 s"),
        (SURBL, "broken.example", (), "SURBL cannot be queried: SERVFAIL"),
        (URIBL, "bad.example", (), "URIBL does not say: it does not answer public or busy DNS servers"),
    ],
)
def test_over_the_network(
    server: DnsServer, blocklist: Blocklist, domain: str, kinds: tuple[str, ...], unknown: str
) -> None:
    lists = Blocklists(DnsResolver(server.address, 0.5))
    assert lists.listing(blocklist, domain) == Listing(blocklist.title, domain, kinds, unknown)


def test_a_list_that_refuses_gets_no_more_queries(server: DnsServer) -> None:
    lists = Blocklists(DnsResolver(server.address, 5))
    first = lists.listing(URIBL, "bad.example")
    second = lists.listing(URIBL, "never.example")
    assert first.unknown == second.unknown
    assert server.lookups("never.example.multi.uribl.com") == 0
    assert lists.listing(SURBL, "bad.example").kinds


def test_each_domain_is_queried_once(server: DnsServer) -> None:
    lists = Blocklists(DnsResolver(server.address, 5))
    finished: list[int] = []
    lists.query_all([(DBL, "once.example"), (SURBL, "once.example"), (DBL, "twice.example")], finished.append)
    for _ in range(3):
        assert not lists.listing(DBL, "once.example").kinds
    assert server.lookups("once.example.dbl.spamhaus.org") == 1
    assert server.lookups("once.example.multi.surbl.org") == 1
    assert finished == [1, 2, 3]


def test_another_zone_may_be_queried(server: DnsServer) -> None:
    mirror = Blocklist.from_data(ENTRIES["dbl"], "Key.DBL.dq.example.")
    zone = {"acme.example.key.dbl.dq.example A": ["127.0.1.2"]}
    assert Blocklists(ReplayResolver(zone)).listing(mirror, "acme.example").kinds == ("low reputation",)
