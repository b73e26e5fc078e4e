"""Looks names up in the DNS, and keeps "there is no such record" apart from "there was no answer"."""

from __future__ import annotations

import ipaddress
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING

from maillint.network._threads import Once
from maillint.network.answers import Absent, Answer, Found, Kind, Unreachable, is_address
from maillint.patterns import regex
from maillint.web import domains

if TYPE_CHECKING:
    from maillint.network._client import Client

DEFAULT_TIMEOUT = 5.0
"""Seconds that one lookup may take, retries and all servers included."""

BUDGET = 600.0
"""Seconds after the first query in which others are sent; a run over many domains takes one or two minutes."""

SILENCE_LIMIT = 16
"""Queries that may time out before the first answer; after them no more are sent."""

_DNS_PORT = 53
_SURELY_THERE = "com"
_CUT_OFF = Unreachable(f"the DNS server denies that there is a .{_SURELY_THERE}, so it is cut off from the world")
_HOST = regex(r"(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")


class Resolver(ABC):
    """Looks names up. Names may have a trailing dot, capitals, and letters beyond ASCII; no search list applies."""

    @abstractmethod
    def lookup(self, name: str, kind: Kind) -> Answer:
        """The records of one type at a name. A name that the DNS cannot hold is `Absent("nxdomain")`."""

    def txt(self, name: str) -> Answer:
        """The TXT records of a name, one string per record."""
        return self.lookup(name, "TXT")

    def mx(self, name: str) -> Answer:
        """The MX records of a name, by preference; `mx_host` splits one into its two values."""
        return self.lookup(name, "MX")

    def ptr(self, ip: str) -> Answer:
        """The names of an IP address. Raises ValueError where `ip` is not one."""
        return self.lookup(ipaddress.ip_address(ip).reverse_pointer, "PTR")

    def address(self, name: str) -> Answer:
        """The IPv4, then the IPv6 addresses of a name; `Found` where it has any of either family."""
        answers = [self.lookup(name, "A"), self.lookup(name, "AAAA")]
        found = [answer for answer in answers if isinstance(answer, Found)]
        if found:
            return Found(tuple(record for answer in found for record in answer.records))
        for answer in answers:
            if isinstance(answer, Unreachable):
                return answer
        return Absent("nodata") if Absent("nodata") in answers else Absent("nxdomain")


def mx_host(record: str) -> tuple[int, str]:
    """The preference and host of an MX record as `Resolver.mx` gives it; the null MX has host `"."`."""
    preference, _, host = record.partition(" ")
    return int(preference), host


def parse_server(text: str) -> tuple[str, int]:
    """Split `HOST:PORT`; the port defaults to 53, and an IPv6 address is written in brackets.

    Raises ValueError with one line for people.
    """
    match = re.fullmatch(r"\[([^\[\]]*)\](?::(.*))?", text)
    if match:
        host, port = match.groups()
        if not is_address(host, 6):
            raise ValueError(f"{host!r} in {text!r} is not an IPv6 address")
    else:
        if text.count(":") > 1:
            raise ValueError(f"{text!r}: an IPv6 address needs brackets, as in [::1]:53")
        host, colon, port = text.partition(":")
        port = port if colon else None
        if not _HOST.fullmatch(host) or (host[-1:].isdigit() and not is_address(host, 4)):
            raise ValueError(f"{text!r} is not HOST:PORT")
    if port is None:
        return host, _DNS_PORT
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise ValueError(f"{text!r}: the port is a number from 1 to 65535")
    return host, int(port)


class DnsResolver(Resolver):
    """Queries name servers, once for each name and type; safe to use from several threads.

    `server` is `HOST:PORT` (ValueError where it is not), or None for the system's servers. An answer too long
    for UDP is requested again over TCP. `timeout` is in seconds, for one lookup with all its retries.

    After `budget` seconds no more queries are sent. Nor are they where the first `SILENCE_LIMIT` all time out: without
    a network, a long list of domains would take hours. A `sceptical` resolver (by default one that uses the system's
    servers) trusts no "there is no such name" of a server that denies a top-level domain which certainly exists:
    sandboxes and captive networks have such servers.
    """

    def __init__(
        self,
        server: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        *,
        sceptical: bool | None = None,
        budget: float = BUDGET,
    ) -> None:
        self._server = None if server is None else parse_server(server)
        self._sceptical = server is None if sceptical is None else sceptical
        self._timeout = timeout
        self._budget = budget
        self._end = float("inf")
        self._answers: Once[tuple[str, Kind], Answer] = Once()
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._silent: int | None = 0
        """Queries that timed out before the first answer; None once there was one."""

    def lookup(self, name: str, kind: Kind) -> Answer:
        key = normal_name(name)
        return self._answers.get((key, kind), lambda: self._query(key, kind))

    def _query(self, name: str, kind: Kind) -> Answer:
        labels = _wire_labels(name)
        if labels is None:
            return Absent("nxdomain")
        with self._lock:
            if self._client is None:
                from maillint.network._client import Client  # noqa: PLC0415 -- dnspython costs 80 ms

                self._client = Client(self._server, self._timeout)
                self._end = time.monotonic() + self._budget
            if time.monotonic() >= self._end:
                return Unreachable(f"the {self._budget:g} s for all lookups are over")
            if self._silent is not None and self._silent >= SILENCE_LIMIT:
                return Unreachable("no server answers")
        answer = self._client.query(labels, kind)
        with self._lock:
            if not isinstance(answer, Unreachable) or not answer.timed_out:
                self._silent = None
            elif self._silent is not None:
                self._silent += 1
        doubtful = self._sceptical and answer == Absent("nxdomain")
        if doubtful and (name == _SURELY_THERE or self.lookup(_SURELY_THERE, "TXT") == _CUT_OFF):
            return _CUT_OFF
        return normal_answer(kind, answer.records) if isinstance(answer, Found) else answer


def normal_name(name: str) -> str:
    """Return a name in the form in which names are compared: lower case, A-labels, no trailing dot."""
    bare = name[:-1] if name.endswith(".") else name
    if bare.isascii():
        return bare.lower()
    return domains.a_label(bare) or bare.lower()


def normal_answer(kind: Kind, records: Iterable[str]) -> Found:
    """Return records in the form and order that `Found` describes: servers rotate theirs, and findings must not.

    Addresses are valid IP addresses, MX records `"10 host"`.
    """
    if kind in ("CNAME", "PTR"):
        records = [_normal_host(record) for record in records]
    elif kind in ("A", "AAAA"):
        ordered = sorted({ipaddress.ip_address(record) for record in records}, key=lambda ip: ip.packed)
        return Found(tuple(map(str, ordered)))
    elif kind == "MX":
        hosts = sorted((preference, _normal_host(host)) for preference, host in map(mx_host, records))
        return Found(tuple(f"{preference} {host}" for preference, host in hosts))
    return Found(tuple(sorted(records)))


def _normal_host(name: str) -> str:
    return name if name == "." else normal_name(name)


def _wire_labels(name: str) -> list[bytes] | None:
    """The labels of a name as the DNS sends them; None for a name beyond the limits of RFC 1035, section 2.3.4."""
    if not name.isascii() or len(name) > 253:
        return None
    labels = [label.encode("ascii") for label in name.split(".")] if name else []
    if any(not 0 < len(label) < 64 for label in labels):
        return None
    return [*labels, b""]
