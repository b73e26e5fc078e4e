"""The lookups that SPF records cost, with all the records that they include."""

from __future__ import annotations

from typing import Any

import pytest

from maillint.network.answers import Unreachable
from maillint.network.replay import ReplayResolver
from maillint.network.resolver import DnsResolver
from maillint.network.spf import Modifier
from maillint.network.spf_lookups import LookupTree, Step, evaluate_lookups
from tests.dns_server import DnsServer
from tests.network.noting import NotingResolver

LEAF = ["v=spf1 ip4:192.0.2.0/24 -all"]


def walk(zone: dict[str, Any], domain: str = "acme.example") -> LookupTree:
    return evaluate_lookups(domain, ReplayResolver(zone))


def shown(step: Step) -> str:
    return step.term.name if isinstance(step.term, Modifier) else step.term.mechanism


@pytest.mark.parametrize(
    ("records", "lookups", "voids"),
    [
        ({"acme": "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"}, 0, 0),
        ({"acme": "v=spf1 a mx -all"}, 2, 0),
        ({"acme": "v=spf1 a:gone.example mx:gone.example exists:gone.example -all"}, 3, 3),
        ({"acme": "v=spf1 a:leaf.example -all"}, 1, 1),
        ({"acme": "v=spf1 ptr exists:%{i}.leaf.example include:%{d}.leaf.example -all"}, 3, 0),
        ({"acme": "v=spf1 include:leaf.example include:leaf.example -all"}, 2, 0),
        ({"acme": "v=spf1 include:one.example -all", "one": "v=spf1 a:acme.example include:leaf.example"}, 3, 0),
        ({"acme": "v=spf1 mx redirect=one.example", "one": "v=spf1 a:acme.example -all"}, 3, 0),
        ({"acme": "v=spf1 redirect=one.example mx ~all", "one": "v=spf1 a -all"}, 1, 0),
        ({"acme": "v=spf1 -all mx include:leaf.example"}, 0, 0),
        ({"acme": "v=spf1 include:gone.example -all"}, 1, 1),
        ({"acme": "v=spf1 include:bare.example -all"}, 1, 0),
    ],
)
def test_counts(records: dict[str, str], lookups: int, voids: int) -> None:
    zone: dict[str, Any] = {f"{name}.example TXT": [text] for name, text in records.items()}
    zone |= {"acme.example A": ["192.0.2.1"], "acme.example MX": ["10 mx.acme.example"]}
    zone |= {"leaf.example TXT": LEAF, "bare.example TXT": ["site-verification=1"]}
    tree = walk(zone)
    assert (tree.lookups, tree.void_lookups) == (lookups, voids)
    assert tree.complete
    assert sum(step.share for step in tree.root_steps) == lookups
    assert tree.unreachable == ()


def test_shares_name_the_term_that_costs_most() -> None:
    tree = walk(
        {
            "acme.example TXT": ["v=spf1 a include:big.example redirect=small.example"],
            "acme.example A": ["192.0.2.1"],
            "big.example TXT": ["v=spf1 include:one.example include:two.example"],
            "one.example TXT": ["v=spf1 a:acme.example exists:acme.example"],
            "two.example TXT": LEAF,
            "small.example TXT": LEAF,
        }
    )
    assert [(shown(step), step.target, step.share) for step in tree.root_steps] == [
        ("a", "acme.example", 1),
        ("include", "big.example", 5),
        ("redirect", "small.example", 1),
    ]
    assert [node.domain for node in tree.nodes] == [
        *("acme.example", "big.example", "one.example", "two.example", "small.example")
    ]
    first_include = tree.root_steps[1]
    assert first_include.child is not None
    assert tree.nodes[first_include.child].domain == "big.example"
    assert tree.steps[tree.nodes[2].step or 0].target == "one.example"


@pytest.mark.parametrize(
    ("zone", "status"),
    [
        ({"acme.example TXT": LEAF}, "read"),
        ({"acme.example TXT": ["v=spf1 bogus"]}, "read"),
        ({}, "missing"),
        ({"acme.example A": ["192.0.2.1"]}, "missing"),
        ({"acme.example TXT": ["site-verification=1"]}, "missing"),
        ({"acme.example TXT": ["v=spf1 a -all", "v=spf1 mx -all"]}, "multiple"),
        ({"acme.example TXT": "timeout"}, "unreachable"),
        ({"acme.example TXT": "servfail"}, "unreachable"),
    ],
)
def test_status_of_the_record_itself(zone: dict[str, Any], status: str) -> None:
    tree = walk(zone)
    assert tree.nodes[0].status == status
    assert (tree.nodes[0].record is not None) is (status == "read")
    below = walk({**zone, "top.example TXT": ["v=spf1 include:acme.example -all"]}, "top.example")
    assert below.nodes[1].status == status


@pytest.mark.parametrize(
    "zone",
    [
        {"acme.example TXT": ["v=spf1 include:acme.example -all"]},
        {"acme.example TXT": ["v=spf1 redirect=ACME.example."]},
        {
            "acme.example TXT": ["v=spf1 include:b.example -all"],
            "b.example TXT": ["v=spf1 redirect=c.example"],
            "c.example TXT": ["v=spf1 include:acme.example"],
        },
    ],
)
def test_loops_are_noticed_and_not_followed(zone: dict[str, Any]) -> None:
    tree = walk(zone)
    assert tree.nodes[-1].status == "loop"
    assert tree.lookups == len(zone)
    assert tree.complete


def test_the_same_record_on_two_branches_is_no_loop() -> None:
    zone = {
        "acme.example TXT": ["v=spf1 include:a.example include:b.example -all"],
        "a.example TXT": ["v=spf1 include:shared.example -all"],
        "b.example TXT": ["v=spf1 include:shared.example -all"],
        "shared.example TXT": LEAF,
    }
    tree = walk(zone)
    assert tree.lookups == 4
    assert {node.status for node in tree.nodes} == {"read"}


def test_hostile_records_end_soon() -> None:
    bomb = " ".join(["include:{}.example"] * 10)
    zone: dict[str, Any] = {f"n{i}.example TXT": ["v=spf1 " + bomb.format(*[f"n{i + 1}"] * 10)] for i in range(60)}
    resolver = NotingResolver(ReplayResolver(zone))
    tree = evaluate_lookups("n0.example", resolver)
    assert not tree.complete
    assert tree.lookups == 100
    assert len(set(resolver.lookups)) <= 101


def test_deep_chains_need_no_stack() -> None:
    zone: dict[str, Any] = {f"n{i}.example TXT": [f"v=spf1 redirect=n{i + 1}.example"] for i in range(3000)}
    assert walk(zone, "n0.example").lookups == 100


def test_unanswered_lookups_are_counted_apart_and_end_the_walk_after_five() -> None:
    slow = [f"slow{i}.example" for i in range(9)]
    zone: dict[str, Any] = {f"{name} A": "timeout" for name in slow}
    zone["acme.example TXT"] = ["v=spf1 " + " ".join(f"a:{name}" for name in slow)]
    zone["brief.example TXT"] = ["v=spf1 a:slow0.example a:gone.example -all"]
    tree = walk(zone, "brief.example")
    assert [step.target for step in tree.unreachable] == ["slow0.example"]
    assert (tree.lookups, tree.void_lookups, tree.complete) == (2, 1, True)
    tree = walk(zone)
    assert (len(tree.unreachable), tree.complete) == (5, False)


def test_over_a_real_server() -> None:
    zone: dict[str, Any] = {
        "acme.example TXT": [["v=spf1 include:_spf.acm", "e.example a:slow.example -all"]],
        "_spf.acme.example CNAME": ["spf.host.example"],
        "spf.host.example TXT": ["v=spf1 mx:host.example ~all"],
        "host.example MX": ["10 mx.host.example"],
        "slow.example A": "timeout",
        "slow.example AAAA": "servfail",
    }
    with DnsServer(zone) as server:
        tree = evaluate_lookups("acme.example", DnsResolver(server.address, 0.3))
    assert [(shown(step), step.share) for step in tree.steps] == [("include", 2), ("mx", 1), ("a", 1)]
    assert isinstance(tree.steps[-1].answer, Unreachable)
