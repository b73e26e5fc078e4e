"""Answers from a mapping instead of the network: what ``dns`` and ``web`` of a rule's examples mean."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, cast

from maillint.network.answers import CHAIN_LIMIT, KINDS, Absent, Answer, Found, Kind, Unreachable, is_address
from maillint.network.http import PROBLEMS, Hop, RedirectChain, Web, answered, canonical
from maillint.network.resolver import Resolver, normal_answer, normal_name
from maillint.patterns import regex
from maillint.web.urls import split

_MX = regex(r"(\d{1,5})\s+(\S+)")
_STATUS = regex(r"[0-9]{3}")
_ABSENT = ("nxdomain", "nodata")
_UNREACHABLE = {"timeout": "timed out", "servfail": "SERVFAIL", "refused": "REFUSED"}


class ReplayResolver(Resolver):
    """Answers DNS lookups from a mapping that people can write.

    Keys are `"name TYPE"`; a PTR key may give the IP address itself. A value is a list of records (TXT
    strings, `"10 mx.example"`, addresses, host names), or one of the words `timeout`, `servfail`,
    `refused`, `nxdomain`, `nodata`. An empty list is `nodata`. As in the DNS, a name listed with another
    type only, or above a listed name, has no data; any other name does not exist; a listed CNAME is
    followed. Raises ValueError with one line naming the key at fault.
    """

    def __init__(self, mapping: Mapping[str, Sequence[str] | str]) -> None:
        self._answers: dict[tuple[str, Kind], Answer] = {}
        self._names: set[str] = set()
        for key, value in mapping.items():
            name, kind = _name_and_kind(key)
            answer = _answer(key, kind, value)
            self._answers[name, kind] = answer
            if answer != Absent("nxdomain"):
                labels = name.split(".")
                self._names.update(".".join(labels[i:]) for i in range(len(labels)))

    def lookup(self, name: str, kind: Kind) -> Answer:
        current = normal_name(name)
        for _ in range(CHAIN_LIMIT):
            if (current, kind) in self._answers:
                return self._answers[current, kind]
            alias = self._answers.get((current, "CNAME"))
            if not isinstance(alias, Found):
                return Absent("nodata" if current in self._names else "nxdomain")
            current = alias.records[0]
        return Unreachable("too many aliases in a row")


class ReplayWeb(Web):
    """Answers requests from a mapping that people can write.

    Keys are URLs. A value is a status code, a status code and the URL that it redirects to
    (``301 https://acme.example/``), ``absent`` (there is no such host), a problem of the certificate
    (``expired``, ``wrong-host``, …), or a reason why there is no answer (``accepts no connections``). A URL
    that is not listed answers 200.
    """

    def __init__(self, mapping: Mapping[str, int | str], may_request: Callable[[str], bool] = lambda url: True) -> None:
        super().__init__(may_request)
        self.verifies = True
        self._answers = {canonical(url) or url: str(value) for url, value in mapping.items()}

    def requested_chain(self, url: str) -> RedirectChain | None:
        return self.chain(url)

    def hop(self, url: str) -> Hop:
        value = self._answers.get(url, "200")
        word, _, location = value.partition(" ")
        if _STATUS.fullmatch(word):
            return answered(url, int(word), {"location": location} if location else {}, secure=url[:5] == "https")
        host = split(url).host
        if value == "absent":
            return Hop(url, "absent", f"there is no host {host}")
        problem = next((problem for problem in PROBLEMS.values() if problem == value), None)
        if problem is not None:
            return Hop(url, "certificate", f"{host} has a bad certificate", problem=problem)
        return Hop(url, "unknown", f"{host} {value}")


def _name_and_kind(key: str) -> tuple[str, Kind]:
    name, _, kind = key.strip().rpartition(" ")
    name, kind = name.strip(), kind.upper()
    if not name or " " in name or kind not in KINDS:
        raise ValueError(f"{key!r} is not a name and one of the types {', '.join(KINDS)}")
    if kind == "PTR" and is_address(name):
        name = ipaddress.ip_address(name).reverse_pointer
    return normal_name(name), kind


def _answer(key: str, kind: Kind, value: Sequence[str] | str) -> Answer:
    if isinstance(value, str):
        return _answer_by_word(key, value)
    records = list(value)
    for record in records:
        if not isinstance(record, str) or not _fits(kind, record):
            raise ValueError(f"{key!r}: {record!r} is not a record of type {kind}")
    if kind == "CNAME" and len(records) > 1:
        raise ValueError(f"{key!r}: a name has one CNAME at most")
    if kind == "MX":
        records = [" ".join(record.split()) for record in records]
    return normal_answer(kind, records) if records else Absent("nodata")


def _answer_by_word(key: str, word: str) -> Answer:
    if word in _ABSENT:
        return Absent(cast(Literal["nxdomain", "nodata"], word))
    if word in _UNREACHABLE:
        return Unreachable(_UNREACHABLE[word])
    words = ", ".join([*_UNREACHABLE, *_ABSENT])
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
