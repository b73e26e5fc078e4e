"""Where a wrapped link leads, as far as its address says: gateways, click trackers, redirects, shorteners."""

from __future__ import annotations

from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.values import frozen
from maillint.web.domains import a_label, is_under, name_label, parse_ip, registrable
from maillint.web.urls import Url, decoded_target, query_items, split
from maillint.web.wrapped_targets import READERS, packed_target, relative_target, whole

TYPE_CHECKING = False  # importing typing costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Iterator

    from maillint.web.link_lists import Closed, Exemptions, GenericRedirects, Kind, LinkLists

MOST_STEPS = 8
"""How many wrappers within wrappers are taken off."""

LONGEST_URL = 65_536
"""How many characters of a URL are read."""

_LONGEST_HOST = 253
_LONGEST_PATH = 2048
"""How many characters of a path are searched for words: a redirect has its own at the start."""

_MOST_SEGMENTS = 64
_TRACES = (
    "http",
    "aHR0",
    "SFRU",
    "SHR0",
    "68747470",
    "48545450",
    "NB2HI4",
    "nb2hi4",
    "eyJ",
    "eyA",
    "PMR",
    "PMQ",
    "//",
    "%2",
)
"""How ``http`` begins, plain, in base64, hexadecimal and base32, and how JSON does in these, and an address without a
scheme; an address without any of them carries no other."""

_LONGEST_SEGMENT = 32
"""Characters of a path segment that may hold words; a longer one is a token."""

_WORD = regex(r"[a-z0-9]+")


@frozen
class Wrapping:
    """What a URL is wrapped in.

    `kind` and `vendor` are those of the outermost wrapper; a redirect in no list has its registrable domain for
    a vendor. `target` is the address behind all wrappers that can be read without a request; None if the
    outermost cannot be read. `chain` has the vendors from the outside in; the last wrapper may be one that
    cannot be read, and is then still around `target`.
    """

    kind: Kind
    vendor: str
    target: str | None
    chain: tuple[str, ...]
    closed: Closed | None = None


@frozen
class _Wrapper:
    """One wrapper around an address, which is None where it cannot be read."""

    kind: Kind
    vendor: str
    target: str | None
    closed: Closed | None = None


def classify(url: str, lists: LinkLists) -> Wrapping | None:
    """Return what wraps a URL, None for a URL that is not wrapped. Makes no request.

    A redirect within one organisation (one registrable domain, or domains that differ in their suffix only) is
    no wrapper. Parts of the host may be template output (U+F5B1): then only wrappers on any host are found.
    """
    wrappers: list[_Wrapper] = []
    target: str | None = None
    address = url
    while len(wrappers) < MOST_STEPS:
        wrapper = _outermost(address, lists)
        if wrapper is None:
            break
        wrappers.append(wrapper)
        if wrapper.target is None:
            break
        address = target = wrapper.target
    else:  # the target may still be wrapped, so that it does not matter whose it is
        return _wrapping(wrappers, target)
    if not wrappers:
        return None
    if target is not None and all(wrapper.kind == "redirector" for wrapper in wrappers):
        leaves = not _same_organisation(_host(split(url)), _host(split(target)))
        return _wrapping(wrappers, target) if leaves else None
    return _wrapping(wrappers, target)


def _wrapping(wrappers: list[_Wrapper], target: str | None) -> Wrapping:
    first = wrappers[0]
    return Wrapping(first.kind, first.vendor, target, tuple(wrapper.vendor for wrapper in wrappers), first.closed)


def _outermost(url: str, lists: LinkLists) -> _Wrapper | None:
    parts = split(url[:LONGEST_URL])
    if not parts.host or parts.scheme not in {"http", "https", ""}:
        return None
    if parts.path in {"", "/"} and not parts.query:  # a vendor's home page
        return None
    host = _host(parts)
    host_is_known = PLACEHOLDER_CHAR not in host and len(host) <= _LONGEST_HOST
    if lists.allowed_hosts and is_under(host, lists.allowed_hosts):
        return None
    entry = lists.entry(parts, host if host_is_known else "")
    if entry is not None:
        return _Wrapper(entry.kind, entry.vendor, entry.read_target(parts), entry.closed)
    if not host_is_known:
        return None
    short = lists.shortener(parts, host)
    if short is not None and not is_under(host, lists.allowed_shorteners):
        return _Wrapper("shortener", short.vendor, None, short.closed)
    return _generic_redirect(parts, host, lists)


def _host(parts: Url) -> str:
    host = parts.host.removesuffix(".")
    return host if host.isascii() or PLACEHOLDER_CHAR in host else a_label(host) or host


def _same_organisation(a: str, b: str) -> bool:
    return a == b or (name_label(a) or a) == (name_label(b) or b)


# -- redirects in no list ---------------------------------------------------------------------------------------


def _generic_redirect(parts: Url, host: str, lists: LinkLists) -> _Wrapper | None:
    text = f"{parts.path}?{parts.query}"
    if not any(trace in text for trace in _TRACES) and "http" not in text.lower():
        return None
    segments = _segments(parts.path)
    words = {word for segment in segments for word in _WORD.findall(segment)}
    if not lists.exempt.words.isdisjoint(words) or lists.exempt.cover(parts, host):
        return None
    site = registrable(host) or host
    generic = lists.generic
    is_redirect = not (generic.segments.isdisjoint(segments) and generic.words.isdisjoint(words))
    is_redirect = is_redirect or any(map(generic.is_glued, segments))
    for target in _carried(parts, lists.generic, is_redirect=is_redirect):
        if _is_elsewhere(target, host, lists.exempt):
            return _Wrapper("generic-redirect", site, target)
    return None


def _segments(path: str) -> list[str]:
    """The segments of a path that may hold words, without file endings; they end where a carried address begins."""
    segments = []
    for segment in path[:_LONGEST_PATH].lower().split("/", _MOST_SEGMENTS):
        if segment.startswith("http"):
            break
        if len(segment) <= _LONGEST_SEGMENT:
            segments.append(segment.partition(".")[0])
    return segments


def _is_elsewhere(target: str, host: str, exempt: Exemptions) -> bool:
    """Whether a carried address is a page of another organisation."""
    parts = split(target)
    other = _host(parts)
    if PLACEHOLDER_CHAR in other or parts.path.lower().endswith(exempt.endings):
        return False
    if registrable(other) is None and parse_ip(other) is None:
        return False
    return not _same_organisation(host, other)


def _carried(parts: Url, generic: GenericRedirects, *, is_redirect: bool) -> Iterator[str]:
    """The addresses that a URL carries where redirects have their target; `is_redirect` by the words of its path."""
    path = parts.path[:_LONGEST_PATH].lower()
    at_root = is_redirect or path in {"", "/"} or path.endswith(generic.scripts)
    for name, value in query_items(parts.query):
        key = name.lower().replace("_", "").replace("-", "")
        counts = (
            key in generic.anywhere
            or (at_root and key in generic.at_root)
            or (is_redirect and key in generic.on_redirects)
        )
        target = decoded_target(value) or relative_target(value) if counts else None
        if target is None and key not in generic.never_packed:
            target = packed_target(value, generic.members)
        if target is not None:
            yield target
    if at_root:
        target = READERS["query"](parts, "") if parts.query[:4].lower() == "http" else None
        if target is not None:
            yield target
    yield from _carried_by_path(parts, generic)


def _carried_by_path(parts: Url, generic: GenericRedirects) -> Iterator[str]:
    before = ""
    start = 0
    for segment in parts.path.split("/", _MOST_SEGMENTS)[:_MOST_SEGMENTS]:
        target = None
        is_redirect = before in generic.segments or generic.is_glued(before)
        if segment[:4].lower() == "http":
            if is_redirect:
                target = decoded_target(segment if "%2f" in segment.lower() else whole(parts)[start:])
        elif not segment and is_redirect:
            target = relative_target(whole(parts)[start - 1 :])
        else:
            target = packed_target(segment, generic.members)
        if target is not None:
            yield target
        start += len(segment) + 1
        before = segment.partition(".")[0].lower()
