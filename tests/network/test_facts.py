"""What is gathered about a domain, with how many lookups and how fast."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from typing import Any

import pytest

from maillint.network.answers import Answer, Kind
from maillint.network.facts import WORKERS, Question, Selector, gather, gather_all
from maillint.network.replay import ReplayResolver
from maillint.network.resolver import DnsResolver, Resolver
from tests.dns_server import DnsServer

KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
ZONE: dict[str, Any] = {
    "acme.example TXT": ["v=spf1 include:esp.example -all"],
    "esp.example TXT": ["v=spf1 a ip4:192.0.2.0/24 -all"],
    "esp.example A": ["192.0.2.1"],
    "_dmarc.acme.example TXT": ["v=DMARC1; p=reject"],
    "s1._domainkey.acme.example TXT": [KEY],
    "google._domainkey.acme.example TXT": [KEY],
    "news.acme.example TXT": ["v=spf1 redirect=acme.example"],
}
QUESTIONS = [
    Question("acme.example", (Selector("s1"), Selector("google", origin="guessed")), ("192.0.2.7", "2001:db8::7")),
    Question("news.acme.example", (Selector("s1"),)),
    Question("gone.example", (Selector("google", origin="guessed"),)),
    Question("acme.example", (Selector("s9", origin="guessed"), Selector("google", origin="guessed"))),
]


def test_side_by_side_gives_what_one_by_one_gives() -> None:
    resolver = ReplayResolver(ZONE)
    assert gather_all(QUESTIONS, resolver) == [gather(question, resolver) for question in QUESTIONS]


def test_a_real_server_gets_each_query_once() -> None:
    with DnsServer(ZONE) as server:
        assert gather_all(QUESTIONS, DnsResolver(server.address)) == gather_all(QUESTIONS, ReplayResolver(ZONE))
        queries = Counter((query.name, query.kind) for query in server.queries if query.transport == "udp")
        assert set(queries.values()) == {1}


class Slow(Resolver):
    """Takes 10 ms for every answer, and counts how many lookups run at once."""

    def __init__(self) -> None:
        self.inner = ReplayResolver(ZONE)
        self.lock = threading.Lock()
        self.now = self.most = 0

    def lookup(self, name: str, kind: Kind) -> Answer:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.01)
        with self.lock:
            self.now -= 1
        return self.inner.lookup(name, kind)


@pytest.mark.parametrize("workers", [1, 3, WORKERS])
def test_lookups_at_the_same_time_are_limited(workers: int) -> None:
    resolver = Slow()
    gather_all([Question(f"{index}.example") for index in range(9)], resolver, workers)
    assert resolver.most == workers


def test_a_silent_server_costs_the_timeout_about_once() -> None:
    with DnsServer({}, {"*": "timeout"}) as server:
        begun = time.monotonic()
        (facts,) = gather_all([Question("a.acme.example", (Selector("s1"),))], DnsResolver(server.address, 1.0))
        assert time.monotonic() - begun < 3.5  # one after the other, these nine lookups would take nine seconds
        assert facts.exists is None
        assert not facts.dmarc.determined


class Interrupted(Slow):
    """Is interrupted by Ctrl-C in its first lookup."""

    def lookup(self, name: str, kind: Kind) -> Answer:
        if name == "0.example":
            raise KeyboardInterrupt
        return super().lookup(name, kind)


def test_an_interrupt_does_not_wait_for_the_lookups_that_are_left() -> None:
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        gather_all([Question(f"{index}.example") for index in range(500)], Interrupted(), 2)
    assert time.monotonic() - begun < 2  # all would take more than ten seconds


def test_an_interrupted_program_does_not_wait_for_the_lookups_that_are_running() -> None:
    code = """
import time
from maillint.network.answers import Absent
from maillint.network.facts import Question, gather_all
from maillint.network.resolver import Resolver

class Stuck(Resolver):
    def lookup(self, name, kind):
        if name == "0.example":
            raise KeyboardInterrupt
        time.sleep(30)
        return Absent("nxdomain")

gather_all([Question("1.example"), Question("0.example")], Stuck(), 20)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=15, check=False)
    assert done.stderr.strip().endswith("KeyboardInterrupt")


@pytest.mark.parametrize(
    ("question", "envelope"),
    [
        (Question("acme.example"), "acme.example"),
        (Question("acme.example", mail_from="a@EM.acme.example"), "em.acme.example"),
        (Question("acme.example", mail_from="em.acme.example"), "em.acme.example"),
        (Question("acme.example", mail_from="a@bücher.example"), "xn--bcher-kva.example"),
        (Question("acme.example", mail_from=""), "acme.example"),
        (Question("acme.example", mail_from="", helo="mx.esp.example"), "mx.esp.example"),
        (Question("acme.example", mail_from="a@acme.example", helo="mx.esp.example"), "acme.example"),
    ],
)
def test_the_domain_whose_spf_is_read(question: Question, envelope: str) -> None:
    assert question.envelope == envelope


@pytest.mark.parametrize(
    ("answer", "tried"), [("nodata", True), (["x"], True), ("nxdomain", False), ("timeout", False), ("servfail", False)]
)
def test_guessed_selectors_are_tried_only_where_the_domain_may_have_keys(answer: Any, tried: bool) -> None:
    zone = {"acme.example A": ["192.0.2.1"], "_domainkey.acme.example TXT": answer}
    with DnsServer({**zone, "g._domainkey.acme.example TXT": [KEY]}) as server:
        question = Question("acme.example", (Selector("g", origin="guessed"),))
        (facts,) = gather_all([question], DnsResolver(server.address, 0.5))
        assert [key.selector for key in facts.keys] == (["g"] if tried else [])
        assert server.lookups("g._domainkey.acme.example") == tried
