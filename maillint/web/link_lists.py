"""The lists of gateways, redirectors, click trackers and shorteners, indexed so that a URL's entries are found fast.

The headers of the YAML files in rules/lists explain the entries.
"""

from __future__ import annotations

import re

from maillint.patterns import regex
from maillint.text.literals import first_segments, outside_groups
from maillint.values import NamedTuple, frozen
from maillint.web.domains import host_and_parents, name_label
from maillint.web.urls import Url, has_parameters
from maillint.web.wrapped_targets import READERS, path_and_query

TYPE_CHECKING = False  # importing typing costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any, Literal

    Kind = Literal["gateway", "click-tracker", "redirector", "generic-redirect", "shortener"]
    Closed = Literal["all", "idle"]

_JUDGED_SHORTENERS = ("generic", "esp")
"""Kinds of short hosts that wrap a link; those of brands and messengers lead to their own pages."""

_LITERAL_ENDING = regex(r"(?:[A-Za-z0-9-]|\\\.)+$")


class WrapperEntry(NamedTuple):
    """An entry of gateways, redirectors or click trackers: whose addresses these are, and where their target is.

    ``rank`` is its place in the lists: of two entries that match, the one of lower rank is meant. ``host`` and
    ``path`` are patterns, ``query`` patterns for parameters. ``targets`` are names of ``READERS`` with their
    arguments, to be tried in order.
    """

    rank: int
    kind: Kind
    vendor: str
    host: str | None
    path: str | None
    query: Sequence[str]
    targets: tuple[tuple[str, str], ...]
    closed: Closed | None = None

    def matches(self, host: str, subject: str) -> bool:
        """Whether the patterns match a host and its ``path_and_query``."""
        if self.path is not None and not re.match(self.path, subject):
            return False
        if self.query and not has_parameters(subject.partition("?")[2], self.query):
            return False
        return self.host is None or re.fullmatch(self.host, host) is not None

    def read_target(self, parts: Url) -> str | None:
        """The address behind a wrapped one, None where that cannot be read from it."""
        for reader, argument in self.targets:
            target = READERS[reader](parts, argument)
            if target is not None:
                return target
        return None


class Shortener(NamedTuple):
    """A host of short links; ``subdomains``: hosts below it are short hosts, too."""

    vendor: str
    kind: str
    subdomains: bool
    closed: Closed | None = None


@frozen
class GenericRedirects:
    """How redirects look on hosts that are in no list: names of parameters, and words of paths."""

    anywhere: frozenset[str]
    at_root: frozenset[str]
    on_redirects: frozenset[str]
    segments: frozenset[str]
    words: frozenset[str]
    glue: re.Pattern[str]
    scripts: tuple[str, ...]
    members: frozenset[str]
    never_packed: frozenset[str]

    def is_glued(self, segment: str) -> bool:
        """Whether a segment of a path, in lower case, is made of the words of a redirect: ``click-thru``."""
        return self.glue.fullmatch(segment) is not None


@frozen
class Exemptions:
    """Addresses that only look like redirects, as patterns for paths by host and by label (None: any path)."""

    by_host: dict[str, list[str | None]]
    by_label: dict[str, list[str | None]]
    words: frozenset[str]
    endings: tuple[str, ...]

    def cover(self, parts: Url, host: str) -> bool:
        """Whether an address on a host is exempt."""
        paths = [path for name in host_and_parents(host) for path in self.by_host.get(name, ())]
        if not self.by_label.keys().isdisjoint(host.split(".")):
            paths += self.by_label.get(name_label(host) or "", ())
        subject = path_and_query(parts)
        return any(pattern is None or re.match(pattern, subject) for pattern in paths)


@frozen
class LinkLists:
    """The link lists, indexed: classifying a URL takes a look-up for each label of its host.

    Made by ``from_data``. ``allowed_hosts`` wrap nothing, and ``allowed_shorteners`` shorten nothing, whatever
    the lists say of them and of hosts below them.
    """

    by_host: dict[str, list[WrapperEntry]]
    by_label: dict[str, list[WrapperEntry]]
    by_segment: dict[str, list[WrapperEntry]]
    on_any_host: list[WrapperEntry]
    paths_on_any_host: str
    """One pattern for the paths of all entries in ``on_any_host``."""

    shorteners: dict[str, Shortener]
    own_pages: frozenset[str]
    generic: GenericRedirects
    exempt: Exemptions
    allowed_hosts: tuple[str, ...]
    allowed_shorteners: tuple[str, ...]

    @classmethod
    def from_data(
        cls,
        *,
        gateways: Mapping[str, Any] | None = None,
        redirectors: Mapping[str, Any] | None = None,
        shorteners: Mapping[str, Any] | None = None,
        wrappers: Mapping[str, Any] | None = None,
        allowed_hosts: Iterable[str] = (),
        allowed_shorteners: Iterable[str] = (),
    ) -> LinkLists:
        """Index the contents of ``gateways.yaml``, ``redirectors.yaml``, ``shorteners.yaml``, ``click-wrappers.yaml``.

        Raises ValueError for an entry whose ``target`` has an unknown form.
        """
        by_host: dict[str, list[WrapperEntry]] = {}
        by_label: dict[str, list[WrapperEntry]] = {}
        by_segment: dict[str, list[WrapperEntry]] = {}
        on_any_host: list[WrapperEntry] = []
        for data, entry in _entries(("gateway", gateways), ("redirector", redirectors), ("click-tracker", wrappers)):
            hosts = _hosts_of(data)
            for name in hosts:
                by_host.setdefault(name, []).append(entry)
            if "label" in data:
                by_label.setdefault(data["label"], []).append(entry)
            elif not hosts:
                segments = [] if entry.host else first_segments(entry.path or "")
                for segment in segments:
                    by_segment.setdefault(segment, []).append(entry)
                if not segments:
                    on_any_host.append(entry)
        short = shorteners or {}
        redirects = redirectors or {}
        return cls(
            by_host=by_host,
            by_label=by_label,
            by_segment=by_segment,
            on_any_host=on_any_host,
            paths_on_any_host="|".join(f"(?:{entry.path or ''})" for entry in on_any_host) or "(?!)",
            shorteners={
                data["host"]: Shortener(data["vendor"], data["kind"], data.get("subdomains", False), data.get("closed"))
                for data in short.get("entries", ())
                if data["kind"] in _JUDGED_SHORTENERS
            },
            own_pages=frozenset(short.get("own-pages", ())),
            generic=_generic_redirects(redirects.get("generic", {})),
            exempt=_exemptions(redirects.get("exempt", ())),
            allowed_hosts=tuple(allowed_hosts),
            allowed_shorteners=tuple(allowed_shorteners),
        )

    def entry(self, parts: Url, host: str) -> WrapperEntry | None:
        """The first entry that matches an address, None if none does.

        ``host`` is empty where it is not known: then only entries that match on any host are found.
        """
        subject = path_and_query(parts)
        candidates = [*self._candidates(parts, host)]
        if re.match(self.paths_on_any_host, subject):  # all patterns at once, as most addresses match none
            candidates += self.on_any_host
        candidates.sort(key=_rank)
        return next((entry for entry in candidates if entry.matches(host, subject)), None)

    def _candidates(self, parts: Url, host: str) -> Iterator[WrapperEntry]:
        for name in host_and_parents(host):
            yield from self.by_host.get(name, ())
        if host and not self.by_label.keys().isdisjoint(host.split(".")):
            yield from self.by_label.get(name_label(host) or "", ())
        yield from self.by_segment.get(parts.path[1:].partition("/")[0], ())

    def shortener(self, parts: Url, host: str) -> Shortener | None:
        """The shortener of a short link; None for other addresses, also for a shortener's home page and own pages."""
        segment = parts.path.lstrip("/").partition("/")[0]
        if not segment or segment.partition(".")[0].lower() in self.own_pages:
            return None
        short = self.shorteners.get(host) or self.shorteners.get(host.removeprefix("www."))
        if short is None:
            above = (self.shorteners.get(name) for name in host_and_parents(host.partition(".")[2]))
            short = next((entry for entry in above if entry is not None and entry.subdomains), None)
        return short


def _rank(entry: WrapperEntry) -> int:
    return entry.rank


def _entries(*lists: tuple[Kind, Mapping[str, Any] | None]) -> Iterator[tuple[Mapping[str, Any], WrapperEntry]]:
    """The entries of the lists, each as written and as an object, ranked in this order."""
    rank = 0
    for kind, content in lists:
        for data in (content or {}).get("entries", ()):
            vendor = data["vendor"]
            targets = tuple(_parsed_target(target, vendor) for target in _as_list(data.get("target")))
            query = data.get("query", ())
            place = data.get("host"), data.get("path")
            yield data, WrapperEntry(rank, kind, vendor, *place, query, targets, data.get("closed"))
            rank += 1


def _as_list(value: str | list[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


def _parsed_target(target: str, vendor: str) -> tuple[str, str]:
    form, _, argument = target.partition(":")
    if form not in READERS:
        raise ValueError(f"{vendor}: no such form of target: {target}")
    return form, argument


def _hosts_of(data: Mapping[str, Any]) -> list[str]:
    """The names to index an entry under: its hosts, else the literal ending of its pattern for hosts."""
    hosts: list[str] = data.get("hosts", [])
    pattern: str | None = data.get("host")
    if hosts or pattern is None or "label" in data or "|" in outside_groups(pattern):
        return hosts
    ending = _LITERAL_ENDING.search(pattern.removesuffix("$"))
    if ending is None:
        return []
    name = ending[0].replace("\\.", ".")
    whole_labels = ending.start() == 0 or ending[0].startswith("\\.")
    name = name.removeprefix(".") if whole_labels else name.partition(".")[2]
    return [name] if "." in name or (name and "path" not in data) else []  # a path narrows down more than ".com"


def _generic_redirects(data: Mapping[str, Any]) -> GenericRedirects:
    return GenericRedirects(
        anywhere=frozenset(data.get("anywhere", ())),
        at_root=frozenset(data.get("at-root", ())),
        on_redirects=frozenset(data.get("on-redirects", ())),
        segments=frozenset(data.get("segments", ())),
        words=frozenset(data.get("words", ())),
        glue=_glue({*data.get("words", ()), *data.get("glued", ())}, data.get("beside", ())),
        scripts=tuple(data.get("scripts", ())),
        members=frozenset(data.get("members", ())),
        never_packed=frozenset(data.get("never-packed", ())),
    )


def _glue(words: Collection[str], beside: Collection[str]) -> re.Pattern[str]:
    """A pattern for two to four words with nothing else between them, one of which must be one of a redirect."""
    some = "|".join(sorted(words, key=len, reverse=True)) or "(?!)"
    more = "|".join(sorted({*words, *beside}, key=len, reverse=True)) or "(?!)"
    return re.compile(f"(?=[a-z_-]{{0,32}}?(?:{some}))(?:(?:{more})[-_]?){{2,4}}")


def _exemptions(entries: Iterable[Mapping[str, Any]]) -> Exemptions:
    by_host: dict[str, list[str | None]] = {}
    by_label: dict[str, list[str | None]] = {}
    words: set[str] = set()
    endings: list[str] = []
    for entry in entries:
        for name in entry.get("hosts", ()):
            by_host.setdefault(name, []).append(entry.get("path"))
        if "label" in entry:
            by_label.setdefault(entry["label"], []).append(entry.get("path"))
        words.update(entry.get("words", ()))
        endings.extend(entry.get("endings", ()))
    return Exemptions(by_host, by_label, frozenset(words), tuple(endings))
