"""Where a wrapped link leads, as far as the link itself tells: gateways, trackers, redirects, shorteners."""

from __future__ import annotations

import re
from dataclasses import dataclass

from maillint.text.literals import first_segments, outside_groups
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.web.domains import a_label, is_under, parse_ip, registrable
from maillint.web.urls import Url, decoded_target, query_items, split, unpacked
from maillint.web.wrapped_targets import READERS, path_and_query, whole

TYPE_CHECKING = False  # typing itself costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from typing import Any, Literal

    Kind = Literal["gateway", "click-tracker", "redirector", "generic-redirect", "shortener"]

MOST_STEPS = 8
"""How many wrappers within wrappers are followed."""

LONGEST_URL = 65_536
"""How much of a URL is looked at."""

_LONGEST_HOST = 253
_LONGEST_PATH = 2048  # for the words of a path; a redirect says so at its start
_MOST_SEGMENTS = 64
_SHORTENER_KINDS = ("generic", "esp")
_TRACES = ("http", "aHR0", "SFRU", "SHR0", "68747470", "48545450")  # http, plain, in base64 and in hexadecimal
_LONGEST_WORDS = 32  # of a path segment that holds words; a longer one is a token
_WORD = re.compile(r"[a-z0-9]+")
_LITERAL_ENDING = re.compile(r"(?:[A-Za-z0-9-]|\\\.)+$")


@dataclass(frozen=True, slots=True)
class Wrapping:
    """What a URL is wrapped in.

    `kind` and `vendor` (for a redirect in no list, the registrable domain) are those of the outermost
    wrapper. `target` is the address behind all wrappers that can be read without asking anybody, None if
    the outermost cannot. `chain` has the vendors on the way, outermost first.
    """

    kind: Kind
    vendor: str
    target: str | None
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """Where a URL leads, as far as it tells.

    `target` is the URL itself if nothing wraps it. `chain` has the vendors of the wrappers on the way,
    `steps` says how many of them were taken off: with fewer steps than vendors, the target is still wrapped.
    """

    target: str
    chain: tuple[str, ...]
    steps: int


@dataclass(frozen=True, slots=True)
class _Form:
    """One form of wrapped address; of two that match, the one of lower rank is meant."""

    rank: int
    kind: Kind
    vendor: str
    host: str | None
    path: str | None
    targets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Short:
    vendor: str
    kind: str
    subdomains: bool


@dataclass(frozen=True, slots=True)
class _Generic:
    """What a redirect looks like on a host that is in no list."""

    anywhere: frozenset[str]
    at_root: frozenset[str]
    on_redirects: frozenset[str]
    segments: frozenset[str]
    words: frozenset[str]
    scripts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Exempt:
    by_host: dict[str, list[str | None]]
    by_label: dict[str, list[str | None]]
    words: frozenset[str]
    endings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    kind: Kind
    vendor: str
    target: str | None


@dataclass(frozen=True, slots=True)
class LinkLists:
    """The link lists, indexed: classifying a URL takes a look-up for each label of its host.

    Made by `from_data`; the fields are its own affair.
    """

    by_host: dict[str, list[_Form]]
    by_label: dict[str, list[_Form]]
    by_segment: dict[str, list[_Form]]
    on_any_host: list[_Form]
    paths_on_any_host: str
    shorteners: dict[str, _Short]
    own_pages: frozenset[str]
    generic: _Generic
    exempt: _Exempt
    spared: tuple[str, ...]
    spared_shorteners: tuple[str, ...]

    @classmethod
    def from_data(
        cls,
        *,
        gateways: Mapping[str, Any] | None = None,
        redirectors: Mapping[str, Any] | None = None,
        shorteners: Mapping[str, Any] | None = None,
        wrappers: Mapping[str, Any] | None = None,
        exempt: Iterable[Mapping[str, Any]] = (),
        shortener_kinds: Collection[str] = _SHORTENER_KINDS,
        spared: Iterable[str] = (),
        spared_shorteners: Iterable[str] = (),
    ) -> LinkLists:
        """Make the indexes from parsed lists; the headers of the YAML files in rules/lists explain them.

        Each argument is a whole file: `gateways.yaml`, `redirectors.yaml`, `shorteners.yaml`,
        `click-wrappers.yaml`. `exempt` adds entries to the `exempt` of redirectors. `shortener_kinds` are the
        kinds of short hosts to be judged. `spared` are hosts that wrap nothing, and `spared_shorteners` such as are
        no shorteners, with what is below them. Raises ValueError for an entry whose target has no known form.
        """
        by_host: dict[str, list[_Form]] = {}
        by_label: dict[str, list[_Form]] = {}
        by_segment: dict[str, list[_Form]] = {}
        on_any_host: list[_Form] = []
        for entry, form in _forms(("gateway", gateways), ("redirector", redirectors), ("click-tracker", wrappers)):
            hosts = _index_hosts(entry)
            for name in hosts:
                by_host.setdefault(name, []).append(form)
            if "label" in entry:
                by_label.setdefault(entry["label"], []).append(form)
            elif not hosts:
                segments = [] if form.host else first_segments(form.path or "")
                for segment in segments:
                    by_segment.setdefault(segment, []).append(form)
                if not segments:
                    on_any_host.append(form)
        short = shorteners or {}
        found = redirectors or {}
        return cls(
            by_host=by_host,
            by_label=by_label,
            by_segment=by_segment,
            on_any_host=on_any_host,
            paths_on_any_host="|".join(f"(?:{form.path or ''})" for form in on_any_host) or "(?!)",
            shorteners={
                entry["host"]: _Short(entry["vendor"], entry["kind"], entry.get("subdomains", False))
                for entry in short.get("entries", ())
                if entry["kind"] in shortener_kinds
            },
            own_pages=frozenset(short.get("own-pages", ())),
            generic=_generic_rules(found.get("generic", {})),
            exempt=_exemptions([*found.get("exempt", ()), *exempt]),
            spared=tuple(spared),
            spared_shorteners=tuple(spared_shorteners),
        )


def classify(url: str, lists: LinkLists) -> Wrapping | None:
    """Tell what wraps a URL; None for a URL that leads where it says.

    A redirect within one organisation (one registrable domain, or domains that differ in their suffix only)
    is none. The host may be template output (U+F5B1): then only forms that any host may have are found.
    """
    walked = _walk(url, lists)
    if walked is None:
        return None
    steps, target = walked
    return Wrapping(steps[0].kind, steps[0].vendor, target, tuple(step.vendor for step in steps))


def unwrap(url: str, lists: LinkLists) -> Unwrapped:
    """Take off wrapper after wrapper, at most MOST_STEPS, without asking anybody."""
    walked = _walk(url, lists)
    if walked is None:
        return Unwrapped(url, (), 0)
    steps, target = walked
    taken_off = sum(step.target is not None for step in steps)
    return Unwrapped(url if target is None else target, tuple(step.vendor for step in steps), taken_off)


def _walk(url: str, lists: LinkLists) -> tuple[list[_Step], str | None] | None:
    """The wrappers from the outside in, and the last address; None when nothing wraps the URL."""
    steps: list[_Step] = []
    target: str | None = None
    address = url
    while len(steps) < MOST_STEPS:
        step = _step(address, lists)
        if step is None:
            break
        steps.append(step)
        if step.target is None:
            break
        address = target = step.target
    else:
        return steps, target
    if not steps:
        return None
    if target is not None and all(step.kind == "redirector" for step in steps):
        leaves = not _same_organisation(_host(split(url)), _host(split(target)))
        return (steps, target) if leaves else None
    return steps, target


def _step(url: str, lists: LinkLists) -> _Step | None:
    parts = split(url[:LONGEST_URL])
    if not parts.host or parts.scheme not in {"http", "https", ""}:
        return None
    if parts.path in {"", "/"} and not parts.query:  # a vendor's home page
        return None
    host = _host(parts)
    known = PLACEHOLDER_CHAR not in host and len(host) <= _LONGEST_HOST
    if lists.spared and is_under(host, lists.spared):
        return None
    form = _form(parts, host if known else "", lists)
    if form is not None:
        return _Step(form.kind, form.vendor, _target(form, parts))
    if not known:
        return None
    short = _shortener(parts, host, lists)
    if short is not None and not is_under(host, lists.spared_shorteners):
        return _Step("shortener", short.vendor, None)
    return _generic(parts, host, lists)


def _host(parts: Url) -> str:
    host = parts.host.removesuffix(".")
    return host if host.isascii() or PLACEHOLDER_CHAR in host else a_label(host) or host


def _suffixes(host: str) -> Iterator[str]:
    """The host, and the names above it."""
    while host:
        yield host
        host = host.partition(".")[2]


def _label(host: str) -> str | None:
    """The label under the public suffix: `google` for www.google.co.uk."""
    name = registrable(host)
    return None if name is None else name.partition(".")[0]


def _same_organisation(a: str, b: str) -> bool:
    return a == b or (_label(a) or a) == (_label(b) or b)


# Lists ------------------------------------------------------------------------------------------------------


def _forms(*lists: tuple[Kind, Mapping[str, Any] | None]) -> Iterator[tuple[Mapping[str, Any], _Form]]:
    rank = 0
    for kind, data in lists:
        for entry in (data or {}).get("entries", ()):
            vendor = entry["vendor"]
            targets = tuple(_parsed_target(target, vendor) for target in _as_list(entry.get("target")))
            yield entry, _Form(rank, kind, vendor, entry.get("host"), entry.get("path"), targets)
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


def _index_hosts(entry: Mapping[str, Any]) -> list[str]:
    """The names to index an entry under: its hosts, else what its pattern for hosts literally ends in."""
    hosts: list[str] = entry.get("hosts", [])
    pattern: str | None = entry.get("host")
    if hosts or pattern is None or "label" in entry or "|" in outside_groups(pattern):
        return hosts
    ending = _LITERAL_ENDING.search(pattern.removesuffix("$"))
    if ending is None:
        return []
    name = ending[0].replace("\\.", ".")
    whole = ending.start() == 0 or ending[0].startswith("\\.")
    name = name.removeprefix(".") if whole else name.partition(".")[2]
    return [name] if "." in name or (name and "path" not in entry) else []  # a path tells more than ".com"


def _generic_rules(data: Mapping[str, Any]) -> _Generic:
    return _Generic(
        anywhere=frozenset(data.get("anywhere", ())),
        at_root=frozenset(data.get("at-root", ())),
        on_redirects=frozenset(data.get("on-redirects", ())),
        segments=frozenset(data.get("segments", ())),
        words=frozenset(data.get("words", ())),
        scripts=tuple(data.get("scripts", ())),
    )


def _exemptions(entries: Iterable[Mapping[str, Any]]) -> _Exempt:
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
    return _Exempt(by_host, by_label, frozenset(words), tuple(endings))


# Known forms ------------------------------------------------------------------------------------------------


def _form(parts: Url, host: str, lists: LinkLists) -> _Form | None:
    subject = path_and_query(parts)
    candidates = [*_candidates(parts, host, lists)]
    if re.match(lists.paths_on_any_host, subject):  # all of them at once: most addresses match none
        candidates += lists.on_any_host
    candidates.sort(key=_rank)
    return next((form for form in candidates if _matches(form, host, subject)), None)


def _rank(form: _Form) -> int:
    return form.rank


def _candidates(parts: Url, host: str, lists: LinkLists) -> Iterator[_Form]:
    for name in _suffixes(host):
        yield from lists.by_host.get(name, ())
    if host and not lists.by_label.keys().isdisjoint(host.split(".")):
        yield from lists.by_label.get(_label(host) or "", ())
    yield from lists.by_segment.get(parts.path[1:].partition("/")[0], ())


def _matches(form: _Form, host: str, subject: str) -> bool:
    if form.path is not None and not re.match(form.path, subject):
        return False
    return form.host is None or re.fullmatch(form.host, host) is not None


def _target(form: _Form, parts: Url) -> str | None:
    for reader, argument in form.targets:
        target = READERS[reader](parts, argument)
        if target is not None:
            return target
    return None


# Shorteners and redirects in no list ------------------------------------------------------------------------


def _shortener(parts: Url, host: str, lists: LinkLists) -> _Short | None:
    segment = parts.path.lstrip("/").partition("/")[0]
    if not segment or segment.partition(".")[0].lower() in lists.own_pages:
        return None
    short = lists.shorteners.get(host) or lists.shorteners.get(host.removeprefix("www."))
    if short is None:
        above = (lists.shorteners.get(name) for name in _suffixes(host.partition(".")[2]))
        short = next((entry for entry in above if entry is not None and entry.subdomains), None)
    return short


def _generic(parts: Url, host: str, lists: LinkLists) -> _Step | None:
    text = f"{parts.path}?{parts.query}"
    if not any(trace in text for trace in _TRACES) and "http" not in text.lower():
        return None
    segments = _segments(parts.path)
    words = {word for segment in segments for word in _WORD.findall(segment)}
    if not lists.exempt.words.isdisjoint(words) or _is_exempt(parts, host, lists.exempt):
        return None
    site = registrable(host) or host
    redirects = not (lists.generic.segments.isdisjoint(segments) and lists.generic.words.isdisjoint(words))
    for target in _carried(parts, lists.generic, redirects=redirects):
        if _is_elsewhere(target, host, lists.exempt):
            return _Step("generic-redirect", site, target)
    return None


def _segments(path: str) -> list[str]:
    """The segments of a path that can hold words: up to an address that it carries, endings left out."""
    segments = []
    for segment in path[:_LONGEST_PATH].lower().split("/", _MOST_SEGMENTS):
        if segment.startswith("http"):
            break
        if len(segment) <= _LONGEST_WORDS:
            segments.append(segment.partition(".")[0])
    return segments


def _is_exempt(parts: Url, host: str, exempt: _Exempt) -> bool:
    paths = [path for name in _suffixes(host) for path in exempt.by_host.get(name, ())]
    if not exempt.by_label.keys().isdisjoint(host.split(".")):
        paths += exempt.by_label.get(_label(host) or "", ())
    subject = path_and_query(parts)
    return any(pattern is None or re.match(pattern, subject) for pattern in paths)


def _is_elsewhere(target: str, host: str, exempt: _Exempt) -> bool:
    parts = split(target)
    other = _host(parts)
    if PLACEHOLDER_CHAR in other or parts.path.lower().endswith(exempt.endings):
        return False
    if registrable(other) is None and parse_ip(other) is None:
        return False
    return not _same_organisation(host, other)


def _carried(parts: Url, generic: _Generic, *, redirects: bool) -> Iterator[str]:
    """The addresses that a URL carries where a redirect has its target; `redirects`: so says its path."""
    path = parts.path[:_LONGEST_PATH].lower()
    starts = redirects or path in {"", "/"} or path.endswith(generic.scripts)
    for name, value in query_items(parts.query):
        key = name.lower().replace("_", "").replace("-", "")
        counts = (
            key in generic.anywhere
            or (starts and key in generic.at_root)
            or (redirects and key in generic.on_redirects)
        )
        target = decoded_target(value) if counts else None
        if target is not None:
            yield target
    if starts:
        target = READERS["query"](parts, "") if parts.query[:4].lower() == "http" else None
        if target is not None:
            yield target
    yield from _carried_by_path(parts, generic)


def _carried_by_path(parts: Url, generic: _Generic) -> Iterator[str]:
    before = ""
    start = 0
    for segment in parts.path.split("/", _MOST_SEGMENTS)[:_MOST_SEGMENTS]:
        target = None
        if segment[:4].lower() == "http":
            if before in generic.segments:
                target = decoded_target(segment if "%2f" in segment.lower() else whole(parts)[start:])
        elif unpacked(segment) is not None:
            target = decoded_target(segment)
        if target is not None:
            yield target
        start += len(segment) + 1
        before = segment.partition(".")[0].lower()
