"""Whose open beacon an address is: the list of trackers, indexed by host and by path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from maillint.data.amendments import AS_SHIPPED, Amendment
from maillint.data.lists import load_list
from maillint.text.literals import first_segments, literal_piece
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.web.domains import a_label, is_under
from maillint.web.urls import split

TYPE_CHECKING = False  # typing itself costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

LONGEST = 8192
"""How much of an address is looked at."""

_PLAIN = re.compile(r"(?:https?:)?//(?:[^/?#\\@]{0,200}@)?([^/?#\\@:%\s]+)(?::\d{1,5})?([^#\s\\]*)", re.IGNORECASE)
"""Addresses that need no more careful taking apart: their host, and their path with the query."""


@dataclass(frozen=True, slots=True)
class _Beacon:
    rank: int
    vendor: str
    host: str | None
    path: str | None

    def matches(self, host: str, subject: str) -> bool:
        if self.path is not None and not re.match(self.path, subject):
            return False
        return self.host is None or re.fullmatch(self.host, host) is not None


class Beacons:
    """The trackers; finding one takes a look-up for each label of the host and one for the path."""

    def __init__(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Index entries of the form that ``rules/lists/trackers.yaml`` explains."""
        self._by_host: dict[str, list[_Beacon]] = {}
        self._by_segment: dict[str, list[_Beacon]] = {}
        elsewhere: list[_Beacon] = []
        for rank, entry in enumerate(entries):
            beacon = _Beacon(rank, entry["vendor"], entry.get("host"), entry.get("path"))
            hosts = entry.get("hosts", ())
            segments = () if hosts or beacon.host else first_segments(beacon.path or "")
            for name in hosts:
                self._by_host.setdefault(name, []).append(beacon)
            for segment in segments:
                self._by_segment.setdefault(segment, []).append(beacon)
            if not hosts and not segments:
                elsewhere.append(beacon)
        self._pieces = [(literal_piece(beacon.path or ""), beacon) for beacon in elsewhere]

    def vendor(self, url: str) -> str | None:
        """Return whose beacon an address is, None for any other address.

        Template output (U+F5B1) may stand anywhere in it; where it prints the host, only forms count that any
        host may have.
        """
        host, subject = _taken_apart(url[:LONGEST])
        if host is None:
            return None
        found = [beacon for beacon in self._candidates(host, subject) if beacon.matches(host, subject)]
        return min(found, key=lambda beacon: beacon.rank).vendor if found else None

    def _candidates(self, host: str, subject: str) -> Iterator[_Beacon]:
        name = host
        while name:
            yield from self._by_host.get(name, ())
            name = name.partition(".")[2]
        segment = subject[1:].partition("/")[0].partition("?")[0]
        yield from self._by_segment.get(segment, ())
        for piece, beacon in self._pieces:  # no pattern is compiled for an address that cannot match it
            if piece in subject:
                yield beacon


@lru_cache(4096)
def beacon_vendor(url: str, amendment: Amendment = AS_SHIPPED) -> str | None:
    """Return the vendor of a tracker's address, None for any other; ``amendment`` is what settings say of the list.

    A host that they add is its own vendor, in all its addresses. See ``Beacons.vendor``.
    """
    if amendment != AS_SHIPPED:
        if is_allowed(url, amendment):
            return None
        host = _taken_apart(url[:LONGEST])[0] or ""
        added = next((name for name in amendment.add if is_under(host, (name,))), None)
        if added is not None or amendment.replaces:
            return added
    return _shipped().vendor(url)


def is_allowed(url: str, amendment: Amendment) -> bool:
    """Whether settings let an address's host pass, whatever it looks like."""
    return bool(amendment.allow) and is_under(_taken_apart(url[:LONGEST])[0] or "", amendment.allow)


@cache
def _shipped() -> Beacons:
    return Beacons(load_list("trackers")["entries"])


def _taken_apart(url: str) -> tuple[str | None, str]:
    """The lower-case host, empty where a template prints it, with path and query; None for no web address."""
    if url.startswith(PLACEHOLDER_CHAR):
        rest = url.lstrip(PLACEHOLDER_CHAR)
        host, slash, rest = rest.partition("/")
        known = host.lower() if host.startswith(".") else ""  # {{ account }}.list-manage.com/…
        return known.lstrip("."), slash + rest.partition("#")[0] or "/"
    match = _PLAIN.match(url)
    if match is not None:
        host, subject = match[1], match[2]
    else:
        parts = split(url)
        if not parts.host or parts.scheme not in {"http", "https", ""}:
            return None, ""
        host = parts.host
        subject = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if PLACEHOLDER_CHAR in host:
        host = host[host.rindex(PLACEHOLDER_CHAR) + 1 :].partition(".")[2]
    if not subject.startswith("/"):
        subject = f"/{subject}"
    host = host.removesuffix(".").lower()
    return host if host.isascii() else a_label(host) or host, subject
