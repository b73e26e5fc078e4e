"""Asks the DNS, and keeps "it is not there" apart from "nobody could say"."""

from __future__ import annotations

import ipaddress
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

from maillint.network.answers import CHAIN_LIMIT, KINDS, Absent, Answer, Found, Kind, Unreachable, is_address
from maillint.web import domains

if TYPE_CHECKING:
    from maillint.network._client import Client

DEFAULT_TIMEOUT = 5.0
"""Seconds that one lookup may take, tries and servers taken together."""

SILENCE_LIMIT = 16
"""Questions after which a server that has answered none of them is asked no more."""

_DNS_PORT = 53
_SURELY_THERE = "com"
_CUT_OFF = Unreachable(f"the DNS server denies that there is a .{_SURELY_THERE}, so it is cut off from the world")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")
_MX = re.compile(r"(\d{1,5})\s+(\S+)")
_UNREACHABLE = {"timeout": "timed out", "servfail": "SERVFAIL", "refused": "REFUSED"}
_SPACE = "\\032"
"""A space in a name of a recording, as zone files write it (RFC 1035 section 5.1)."""
_REASON_PREFIX = "unreachable: "


class Resolver(ABC):
    """Looks names up. Names may have a last dot, capitals, and letters beyond ASCII; no search list applies."""

    @abstractmethod
    def lookup(self, name: str, kind: Kind) -> Answer:
        """The records of one type at a name. A name that cannot stand in the DNS is `Absent("nxdomain")`."""

    def txt(self, name: str) -> Answer:
        """The TXT records of a name, one string per record."""
        return self.lookup(name, "TXT")

    def mx(self, name: str) -> Answer:
        """The MX records of a name, by preference; `mx_host` takes one apart."""
        return self.lookup(name, "MX")

    def cname(self, name: str) -> Answer:
        """The name that this name is an alias of."""
        return self.lookup(name, "CNAME")

    def ptr(self, ip: str) -> Answer:
        """The names of an address. Raises ValueError where `ip` is no address."""
        return self.lookup(ipaddress.ip_address(ip).reverse_pointer, "PTR")

    def address(self, name: str) -> Answer:
        """The IPv4, then the IPv6 addresses of a name; either is enough to be found."""
        answers = [self.lookup(name, "A"), self.lookup(name, "AAAA")]
        found = [answer for answer in answers if isinstance(answer, Found)]
        if found:
            records = tuple(record for answer in found for record in answer.records)
            return Found(records, min(answer.ttl for answer in found))
        for answer in answers:
            if isinstance(answer, Unreachable):
                return answer
        return Absent("nodata") if Absent("nodata") in answers else Absent("nxdomain")


def mx_host(record: str) -> tuple[int, str]:
    """The preference and host of an MX record as `Resolver.mx` gives it; the null MX has host `"."`."""
    preference, _, host = record.partition(" ")
    return int(preference), host


def parse_server(text: str) -> tuple[str, int]:
    """Take `HOST:PORT` apart; the port defaults to 53 and an IPv6 address stands in brackets.

    Raises ValueError with one line for people.
    """
    match = re.fullmatch(r"\[([^\[\]]*)\](?::(.*))?", text)
    if match:
        host, port = match.groups()
        if not is_address(host, 6):
            raise ValueError(f"{host!r} in {text!r} is not an IPv6 address")
    else:
        if text.count(":") > 1:
            raise ValueError(f"{text!r}: an IPv6 address stands in brackets, as in [::1]:53")
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
    """Asks name servers, once for each name and type; safe to use from several threads.

    `server` is `HOST:PORT` (ValueError where it is not), or None for those the system names. An answer
    too long for UDP is asked for over TCP. `timeout` is in seconds, for one lookup with all its tries.
    Servers that are silent from the start are given up after `SILENCE_LIMIT` questions: a long list of
    domains would else take hours where there is no way to the network. Where `sceptical` (by default, for
    the system's servers), one that denies a top-level domain that is surely there is believed nothing:
    sandboxes and captive networks have such servers.
    """

    def __init__(
        self, server: str | None = None, timeout: float = DEFAULT_TIMEOUT, *, sceptical: bool | None = None
    ) -> None:
        self._server = None if server is None else parse_server(server)
        self._sceptical = server is None if sceptical is None else sceptical
        self._timeout = timeout
        self._once = _Once()
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._silent: int | None = 0
        """Questions that timed out before any answer; None once there was one."""

    def lookup(self, name: str, kind: Kind) -> Answer:
        key = _normal(name)
        return self._once.get((key, kind), lambda: self._ask(key, kind))

    def _ask(self, name: str, kind: Kind) -> Answer:
        labels = _wire_labels(name)
        if labels is None:
            return Absent("nxdomain")
        with self._lock:
            if self._client is None:
                from maillint.network._client import Client  # noqa: PLC0415 -- dnspython costs 80 ms

                self._client = Client(self._server, self._timeout)
            if self._silent is not None and self._silent >= SILENCE_LIMIT:
                return Unreachable("no server answers")
        answer = self._client.ask(labels, kind)
        with self._lock:
            if not isinstance(answer, Unreachable) or not answer.timed_out:
                self._silent = None
            elif self._silent is not None:
                self._silent += 1
        doubtful = self._sceptical and answer == Absent("nxdomain")
        if doubtful and (name == _SURELY_THERE or self.lookup(_SURELY_THERE, "TXT") == _CUT_OFF):
            return _CUT_OFF
        return _found(kind, answer.records, answer.ttl) if isinstance(answer, Found) else answer


class RecordingResolver(Resolver):
    """Passes lookups on and keeps every answer, in the form that `ReplayResolver` reads."""

    def __init__(self, inner: Resolver) -> None:
        self._inner = inner
        self._lock = threading.Lock()
        self._records: dict[str, list[str] | str] = {}

    @property
    def records(self) -> dict[str, list[str] | str]:
        """What was asked so far, by `"name TYPE"` in alphabetical order; it can be written as JSON or YAML."""
        with self._lock:
            return dict(sorted(self._records.items()))

    def lookup(self, name: str, kind: Kind) -> Answer:
        answer = self._inner.lookup(name, kind)
        match answer:
            case Found(records):
                written: list[str] | str = list(records)
            case Absent(absence):
                written = absence
            case Unreachable(reason):
                written = _REASON_PREFIX + reason
        with self._lock:
            self._records[_replay_name(name, kind)] = written
        return answer


class ReplayResolver(Resolver):
    """Answers from a mapping that people can write, and never touches the network.

    Keys are `"name TYPE"`; a PTR key may name the address itself. Values are a list of records (TXT
    strings, `"10 mx.example"`, addresses, host names), or one of the words `timeout`, `servfail`,
    `refused`, `nxdomain`, `nodata`, or `unreachable: REASON`. An empty list is `nodata`. As in the DNS,
    a name listed with another type only, or above a listed name, has no data; any other name does not
    exist; a listed CNAME is followed. Raises ValueError with one line naming the key at fault.
    """

    def __init__(self, mapping: Mapping[str, Sequence[str] | str]) -> None:
        self._answers: dict[tuple[str, Kind], Answer] = {}
        self._names: set[str] = set()
        for key, value in mapping.items():
            name, kind = _replay_key(key)
            answer = _replay_answer(key, kind, value)
            self._answers[name, kind] = answer
            if answer != Absent("nxdomain"):
                labels = name.split(".")
                self._names.update(".".join(labels[i:]) for i in range(len(labels)))

    def lookup(self, name: str, kind: Kind) -> Answer:
        current = _normal(name)
        for _ in range(CHAIN_LIMIT):
            if (current, kind) in self._answers:
                return self._answers[current, kind]
            alias = self._answers.get((current, "CNAME"))
            if not isinstance(alias, Found):
                return Absent("nodata" if current in self._names else "nxdomain")
            current = alias.records[0]
        return Unreachable("too many aliases in a row")


class _Once:
    """Runs each question once, however many threads ask it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, Kind], _Entry] = {}

    def get(self, key: tuple[str, Kind], ask: Callable[[], Answer]) -> Answer:
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
        with entry.lock:
            if entry.answer is None:
                entry.answer = ask()
            return entry.answer


@dataclass(slots=True)
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    answer: Answer | None = None


def _normal(name: str) -> str:
    """The form names are compared in: lower case, A-labels, no last dot."""
    bare = name[:-1] if name.endswith(".") else name
    if bare.isascii():
        return bare.lower()
    return domains.a_label(bare) or bare.lower()


def _wire_labels(name: str) -> list[bytes] | None:
    """The labels of a name as the DNS sends them, or None where the name breaks its limits (RFC 1035 2.3.4)."""
    if not name.isascii() or len(name) > 253:
        return None
    labels = [label.encode("ascii") for label in name.split(".")] if name else []
    if any(not 0 < len(label) < 64 for label in labels):
        return None
    return [*labels, b""]


def _found(kind: Kind, records: Iterable[str], ttl: int = 0) -> Found:
    """Records in their normal form and order: servers rotate theirs, and findings must not."""
    if kind in ("CNAME", "PTR"):
        records = [_host(record) for record in records]
    elif kind in ("A", "AAAA"):
        ordered = sorted({ipaddress.ip_address(record) for record in records}, key=lambda ip: ip.packed)
        return Found(tuple(map(str, ordered)), ttl)
    elif kind == "MX":
        hosts = sorted((preference, _host(host)) for preference, host in map(mx_host, records))
        return Found(tuple(f"{preference} {host}" for preference, host in hosts), ttl)
    return Found(tuple(sorted(records)), ttl)


def _host(name: str) -> str:
    return name if name == "." else _normal(name)


def _replay_name(name: str, kind: Kind) -> str:
    written = _normal(name).replace(" ", _SPACE)
    return f"{written or '.'} {kind}"


def _replay_key(key: str) -> tuple[str, Kind]:
    name, _, kind = key.strip().rpartition(" ")
    name, kind = name.strip(), kind.upper()
    if not name or " " in name or kind not in KINDS:
        raise ValueError(f"{key!r} is not a name and one of the types {', '.join(KINDS)}")
    if kind == "PTR" and is_address(name):
        name = ipaddress.ip_address(name).reverse_pointer
    return _normal(name.replace(_SPACE, " ")), kind


def _replay_answer(key: str, kind: Kind, value: Sequence[str] | str) -> Answer:
    if isinstance(value, str):
        return _replay_word(key, value)
    records = list(value)
    for record in records:
        if not isinstance(record, str) or not _fits(kind, record):
            raise ValueError(f"{key!r}: {record!r} is not a record of type {kind}")
    if kind == "CNAME" and len(records) > 1:
        raise ValueError(f"{key!r}: a name has one CNAME at most")
    if kind == "MX":
        records = [" ".join(record.split()) for record in records]
    return _found(kind, records) if records else Absent("nodata")


def _replay_word(key: str, word: str) -> Answer:
    if word in ("nxdomain", "nodata"):
        return Absent(cast(Literal["nxdomain", "nodata"], word))
    if word in _UNREACHABLE:
        return Unreachable(_UNREACHABLE[word])
    if word.startswith(_REASON_PREFIX):
        return Unreachable(word.removeprefix(_REASON_PREFIX))
    words = ", ".join([*_UNREACHABLE, "nxdomain", "nodata"])
    raise ValueError(f"{key!r}: {word!r} is neither a list of records nor one of {words}")


def _fits(kind: Kind, record: str) -> bool:
    match kind:
        case "A":
            return is_address(record, 4)
        case "AAAA":
            return is_address(record, 6)
        case "MX":
            return bool(_MX.fullmatch(record.strip()))
        case "CNAME" | "PTR":
            return bool(record) and " " not in record
        case "TXT":
            return True
