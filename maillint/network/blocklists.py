"""Queries blocklists of domains by DNS, and tells a refusal to answer from a listing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from maillint.network._threads import Once, run_in_threads
from maillint.network.answers import Absent, Unreachable
from maillint.network.resolver import Resolver
from maillint.values import field, frozen
from maillint.web.domains import a_label, parse_ip, registrable

_WORKERS = 8
_REFUSALS = "127.255.255."


@frozen
class Blocklist:
    """One list: the zone to query, and what its answers mean; rules/lists/blocklists.yaml explains the parts."""

    name: str
    title: str
    zone: str
    whole_host: bool
    codes: Mapping[str, str] = field(default_factory=dict)
    bits: tuple[tuple[int, str], ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_data(cls, entry: Mapping[str, Any], zone: str | None = None) -> Blocklist:
        """Make a list from its entry in the YAML file; ``zone`` is queried instead of the public one."""
        return cls(
            entry["name"],
            entry["title"],
            (zone or entry["zone"]).strip(".").lower(),
            entry["asks"] == "host",
            {item["code"]: item["kind"] for item in entry.get("codes", ())},
            tuple((item["bit"], item["kind"]) for item in entry.get("bits", ())),
            {item["code"]: item["why"] for item in entry.get("refused", ())},
        )

    def subject(self, host: str) -> str | None:
        """The domain to query for a host; None for an IP address and for what has no registrable domain."""
        name = a_label(host) if parse_ip(host) is None else None
        return None if name is None or registrable(name) is None else name if self.whole_host else registrable(name)

    def meaning(self, record: str) -> tuple[str, ...]:
        """The kinds of listing that an A record stands for; raises RefusedError for a record that is not a listing."""
        if not record.startswith("127."):
            raise RefusedError(f"{record} is not a blocklist answer; the DNS server made it up")
        if record in self.refused:
            raise RefusedError(self.refused[record], lasting=True)
        if record in self.codes:
            return (self.codes[record],)
        if record.startswith(_REFUSALS):
            raise RefusedError(f"it refuses, with {record}", lasting=True)
        if not self.bits:
            raise RefusedError(f"{record} is not a listing code")
        number = int(record.rpartition(".")[2])
        return tuple(kind for bit, kind in self.bits if number & bit)


class RefusedError(ValueError):
    """An answer that says nothing about the domain; a ``lasting`` one would be the same for every domain."""

    def __init__(self, why: str, *, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


@frozen
class Listing:
    """What a list says of a domain: the ``kinds`` of listing, empty if it is not listed, or why it is ``unknown``."""

    title: str
    domain: str
    kinds: tuple[str, ...] = ()
    unknown: str = ""


class Blocklists:
    """Queries lists, once for each domain; a list that refuses to answer is not queried again."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._lock = threading.Lock()
        self._listings: Once[tuple[str, str], Listing] = Once()
        self._refusals: dict[str, str] = {}
        """By zone, why the list answers no query."""

    def listing(self, blocklist: Blocklist, domain: str) -> Listing:
        """What a list says of a domain, which is as ``Blocklist.subject`` gives it."""
        return self._listings.get((blocklist.zone, domain), lambda: self._query(blocklist, domain))

    def query_all(
        self, questions: Iterable[tuple[Blocklist, str]], done: Callable[[int], None] = lambda count: None
    ) -> None:
        """Query lists side by side, for ``listing`` to return at once; ``done`` as in ``run_in_threads``."""
        run_in_threads(lambda question: self.listing(*question), questions, _WORKERS, done)

    def _query(self, blocklist: Blocklist, domain: str) -> Listing:
        with self._lock:
            refusal = self._refusals.get(blocklist.zone)
        if refusal is not None:
            return Listing(blocklist.title, domain, (), refusal)
        answer = self._resolver.lookup(f"{domain}.{blocklist.zone}", "A")
        if isinstance(answer, Absent):
            return Listing(blocklist.title, domain)
        if isinstance(answer, Unreachable):
            return Listing(blocklist.title, domain, (), f"{blocklist.title} cannot be queried: {answer.reason}")
        kinds: dict[str, None] = {}
        try:
            for record in answer.records:
                kinds |= dict.fromkeys(blocklist.meaning(record))
        except RefusedError as error:
            words = f"{blocklist.title} does not say: {error}"
            if error.lasting:
                with self._lock:
                    self._refusals[blocklist.zone] = words
            return Listing(blocklist.title, domain, (), words)
        return Listing(blocklist.title, domain, tuple(kinds))
