"""Who takes the mail of domains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from maillint.network.answers import Absent, Found, Unreachable
from maillint.network.mail_hosts import MailHosts, gather_mail_hosts, mail_hosts
from maillint.network.replay import ReplayResolver
from maillint.network.resolver import DnsResolver
from tests.dns_server import DnsServer

ZONE: Mapping[str, Any] = {
    "acme.example MX": ["20 b.acme.example", "10 a.acme.example"],
    "a.acme.example AAAA": ["2001:db8::1"],
    "b.acme.example A": ["192.0.2.2"],
    "null.example MX": ["0 ."],
    "bare.example A": ["192.0.2.3"],
    "empty.example TXT": ["x"],
    "moved.example MX": ["10 gone.example"],
    "half.example MX": ["10 gone.example", "20 b.acme.example"],
    "shaky.example MX": ["10 gone.example", "20 broken.example"],
    "broken.example A": "servfail",
    "broken.example MX": "servfail",
}
CASES = [
    ("acme.example", ("a.acme.example", "b.acme.example"), Found(("2001:db8::1",))),
    ("null.example", (".",), None),
    ("bare.example", (), Found(("192.0.2.3",))),
    ("empty.example", (), Absent("nodata")),
    ("gone.example", (), None),
    ("moved.example", ("gone.example",), Absent("nxdomain")),
    ("half.example", ("gone.example", "b.acme.example"), Found(("192.0.2.2",))),
    ("shaky.example", ("gone.example", "broken.example"), Unreachable("SERVFAIL")),
    ("broken.example", (), None),
]


@pytest.mark.parametrize(("domain", "hosts", "addresses"), CASES)
def test_mail_hosts(domain: str, hosts: tuple[str, ...], addresses: object) -> None:
    found = mail_hosts(domain, ReplayResolver(ZONE))
    assert (found.hosts, found.addresses) == (hosts, addresses)


def test_many_domains_are_looked_up_once_each() -> None:
    names = [name for name, _, _ in CASES]
    done: list[int] = []
    with DnsServer(ZONE) as server:
        found = gather_mail_hosts([*names, *names], DnsResolver(server.address, 2, sceptical=False), done.append)
        assert [server.lookups(name, "MX") for name in names] == [1] * len(names)
        assert server.lookups("b.acme.example", "A") == 1
    assert list(found) == names
    assert done == list(range(1, len(names) + 1))
    resolver = ReplayResolver(ZONE)
    assert {name: hosts.hosts for name, hosts in found.items()} == {
        name: mail_hosts(name, resolver).hosts for name in names
    }


def test_no_domain_is_no_lookup() -> None:
    assert gather_mail_hosts([], ReplayResolver({})) == {}
    assert MailHosts("x", Absent("nxdomain")).hosts == ()
