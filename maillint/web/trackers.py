"""Whose open-tracking beacon an address is, by the list of trackers."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from maillint.data.amendments import AS_SHIPPED, Amendment
from maillint.data.lists import load_list
from maillint.patterns import regex
from maillint.text.literals import first_segments, literal_piece
from maillint.text.percent import unquote
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.values import frozen
from maillint.web.domains import a_label, host_and_parents, is_under
from maillint.web.urls import has_parameters, query_items, split

TYPE_CHECKING = False  # importing typing costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

LONGEST = 8192
"""How many characters of an address are read."""

_PLAIN = regex(r"(?:https?:)?//(?:[^/?#\\@]{0,200}@)?([^/?#\\@:%\s]+)(?::\d{1,5})?([^#\s\\]*)", re.IGNORECASE)
"""Ordinary addresses, for speed: group 1 is their host, group 2 the path with the query."""

_WORDS = regex(
    r"(?:(?:[A-Z]?[a-z]{1,15}+(?:[A-Z][a-z]{1,15}+){0,3}|[A-Z]{1,12}+)\d{0,4}|\d{1,4}(?:x(?:\d{1,4})?)?)?"
    r"(?:[-_. ,+@~]+(?:(?:[A-Z]?[a-z]{1,15}+(?:[A-Z][a-z]{1,15}+){0,3}|[A-Z]{1,12}+)\d{0,4}|\d{1,4}(?:x(?:\d{1,4})?)?)?"
    r")*+"
)
"""A piece of a path that people have named, such as a folder or a file: ``hero-600x300.png``, ``AppIcon@2x.png``."""

_LONGEST_SETTING = 16

_PICTURE = (".gif", ".png", ".jpg", ".jpeg", ".webp", ".svg")


@frozen
class _Beacon:
    rank: int
    vendor: str
    host: str | None
    path: str | None
    query: Sequence[str]
    token: bool

    def matches(self, host: str, subject: str) -> bool:
        if self.path is not None and not re.match(self.path, subject):
            return False
        if self.host is not None and not re.fullmatch(self.host, host):
            return False
        if self.query and not has_parameters(subject.partition("?")[2], self.query):
            return False
        return not self.token or not _is_for_everybody(subject)


class Beacons:
    """The list of trackers, indexed by host and by the first segment of the path."""

    def __init__(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Index entries; the header of ``rules/lists/trackers.yaml`` explains them."""
        self._by_host: dict[str, list[_Beacon]] = {}
        self._by_segment: dict[str, list[_Beacon]] = {}
        elsewhere: list[_Beacon] = []
        for rank, entry in enumerate(entries):
            get = entry.get
            beacon = _Beacon(rank, entry["vendor"], get("host"), get("path"), get("query", ()), get("token", False))
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
        """Return the vendor whose beacon an address is, None if it is not one.

        There may be template output (U+F5B1) in it; where that is the host, only trackers on any host match.
        """
        host, subject = _host_and_path(url[:LONGEST])
        if host is None:
            return None
        found = [beacon for beacon in self._candidates(host, subject) if beacon.matches(host, subject)]
        return min(found, key=lambda beacon: beacon.rank).vendor if found else None

    def _candidates(self, host: str, subject: str) -> Iterator[_Beacon]:
        for name in host_and_parents(host):
            yield from self._by_host.get(name, ())
        segment = subject[1:].partition("/")[0].partition("?")[0]
        yield from self._by_segment.get(segment, ())
        for piece, beacon in self._pieces:  # a pattern that cannot match is not compiled
            if piece in subject:
                yield beacon


@lru_cache(4096)
def beacon_vendor(url: str, amendment: Amendment = AS_SHIPPED) -> str | None:
    """Return the vendor whose beacon an address is, as ``Beacons.vendor`` does, by the list as settings amend it.

    A host that settings add is its own vendor, for all its addresses.
    """
    if amendment != AS_SHIPPED:
        if is_allowed(url, amendment):
            return None
        host = _host_and_path(url[:LONGEST])[0] or ""
        added = next((name for name in amendment.add if is_under(host, (name,))), None)
        if added is not None or amendment.replaces:
            return added
    return _shipped().vendor(url)


def is_added(url: str, amendment: Amendment) -> bool:
    """Whether settings add the host of an address to the list, so that all its addresses are beacons."""
    return bool(amendment.add) and is_under(_host_and_path(url[:LONGEST])[0] or "", amendment.add)


def is_allowed(url: str, amendment: Amendment) -> bool:
    """Whether settings allow the host of an address, whatever the address looks like."""
    return bool(amendment.allow) and is_under(_host_and_path(url[:LONGEST])[0] or "", amendment.allow)


@cache
def _shipped() -> Beacons:
    return Beacons(load_list("trackers")["entries"])


def _is_for_everybody(subject: str) -> bool:
    """Whether path and query have nothing that may differ from message to message.

    Then they are words, sizes and versions, or the name under which a picture is kept in a folder of pictures.
    """
    settings, folders = _pictures()
    path, _, query = subject.partition("?")
    for name, value in query_items(query):
        if name.lower() not in settings or len(value) > _LONGEST_SETTING or PLACEHOLDER_CHAR in value:
            return False
    segments = path.split("/")
    if path.lower().endswith(_PICTURE) and not folders.isdisjoint(map(str.lower, segments[:-1])):
        return PLACEHOLDER_CHAR not in path
    return all(_WORDS.fullmatch(unquote(segment)) is not None for segment in segments)


@cache
def _pictures() -> tuple[frozenset[str], frozenset[str]]:
    """The parameters that say how a picture is to look, and the folders in which pictures are kept."""
    signs = load_list("beacon-signs")
    return frozenset(signs["ordinary-parameters"]), frozenset(signs["picture-folders"])


def _host_and_path(url: str) -> tuple[str | None, str]:
    """The host in lower case, and the path with the query.

    Of a host with template output in it, only the domain after that is returned, which may be empty. The host is
    None where the address is not an http or https one.
    """
    if url.startswith(PLACEHOLDER_CHAR):
        rest = url.lstrip(PLACEHOLDER_CHAR)
        host, slash, rest = rest.partition("/")
        parent = host.lower() if host.startswith(".") else ""  # {{ account }}.list-manage.com/…
        return parent.lstrip("."), slash + rest.partition("#")[0] or "/"
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
