"""Which links of a message may be asked about, and which never are."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from maillint.analysis.header_fields import field_views
from maillint.analysis.links import Seen, is_placeholder_host, seen, wrapping
from maillint.analysis.unsubscribe_field import uris
from maillint.data.amendments import SHIPPED, Lists
from maillint.data.lists import load_list
from maillint.hits import NotKnown
from maillint.message.model import Message
from maillint.message.views import View
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.spans import Span
from maillint.web.domains import is_host_like
from maillint.web.urls import Url, normalise_for_counting, query_items, split

TAG = "a template tag prints a piece of a link's address"
TRACKER = "a click tracker's link is not asked, which would count as a click"
GATEWAY = "only a mail gateway knows where a link leads"
ACTS = "a link that does something when it is opened is not asked"
MAYBE_OUT = "a link that may lead out of the list is not asked"

_BEFORE = 100
_AFTER = 60
_MARKUP_BEFORE = 2000
"""Characters before a link, markup included, in which its text is sought; ``_BEFORE`` of what is found are read."""
_MARKUP_AFTER = 1000
_LONGEST_WORDS = 300
_MOST_SEGMENTS = 20


@dataclass(frozen=True, slots=True)
class Question:
    """A link, and the address that is asked: its own, or the one that it wraps."""

    link: Seen
    url: str

    @property
    def host(self) -> str:
        """The host of the address, as written."""
        return split(self.url).host


def questions(message: Message) -> Iterator[Question | NotKnown]:
    """Every link of a message that may be asked, in every view, and why others of the web are not.

    Nothing is said of ways out of the list, of forms, and of addresses that have rules of their own
    (placeholders, and what is no web address). What is a way out in one place is none to be asked in another.
    """
    ways_out = _ways_out(message)
    for link in _web_links(message, printed=True):
        if _is_named_way_out(link):
            continue
        if PLACEHOLDER_CHAR in link.address.url:
            yield NotKnown(TAG)
        elif normalise_for_counting(link.address.url) in ways_out:
            yield NotKnown(MAYBE_OUT)
        else:
            yield _question(link)


def _question(link: Seen) -> Question | NotKnown:
    """Ask about what a link wraps, if it is known, and else about itself."""
    if _says_that_it_acts(link):
        return NotKnown(ACTS)
    url = _absolute(link)
    found = wrapping(url, link.lists)
    if found is not None and found.kind in {"click-tracker", "gateway", "redirector"}:
        url = found.target if found.target is not None and PLACEHOLDER_CHAR not in found.target else url
    why = _reason_against(url, link.lists)
    return NotKnown(why) if why else Question(link, url)


def hosts(message: Message) -> Iterator[Question]:
    """Every web link with a known host, for what is asked about hosts without asking them."""
    for link in _web_links(message):
        if link.address.host:
            yield Question(link, _absolute(link))


def may_ask(url: str) -> bool:
    """Whether an address that another redirects to may be asked."""
    return not _reason_against(url)


def _reason_against(url: str, lists: Lists = SHIPPED) -> str:
    """Why an address is not asked; empty if it may be."""
    if _reads_as_way_out(url):
        return MAYBE_OUT
    if acts(split(url)):
        return ACTS
    found = wrapping(url, lists)
    return {"click-tracker": TRACKER, "gateway": GATEWAY}.get(found.kind, "") if found is not None else ""


def acts(parts: Url) -> bool:
    """Whether an address reads as one that does something when it is opened."""
    paths, parameters = _acting()
    segments = parts.path.lower().split("/", _MOST_SEGMENTS)
    if any(_plain(segment) in paths for segment in segments):
        return True
    return any(name.lower() in parameters for name, _ in query_items(parts.query))


def _plain(segment: str) -> str:
    return segment.partition(".")[0].replace("-", "").replace("_", "")


def _says_that_it_acts(link: Seen) -> bool:
    return _acting_words().search(_words(link)) is not None


def _web_links(message: Message, *, printed: bool = False) -> Iterator[Seen]:
    """Links that a reader opens by http or https, at a host that may be somebody's.

    With ``printed``, also those whose address begins with a template tag, and may be of the web.
    """
    for link in seen(message):
        parts, kind = link.address.parts, link.link.kind
        if kind == "form" or (kind == "bare" and _is_no_address(link)):
            continue
        if link.address.url.startswith(PLACEHOLDER_CHAR):
            if printed:
                yield link
            continue
        written = parts.scheme in {"http", "https"} or (kind == "bare" and not parts.scheme)
        if written and parts.host and not (link.address.host and is_placeholder_host(link.address.host)):
            yield link


def _is_no_address(link: Seen) -> bool:
    """Whether running text only looks like an address: one that was shortened for the eye, or a file's name."""
    return "…" in link.link.url or (not link.address.parts.scheme and not is_host_like(link.address.host))


def _absolute(link: Seen) -> str:
    url = link.link.url
    return f"http://{url}" if url[:4].lower() == "www." else url


# -- ways out -----------------------------------------------------------------------------------------


def _ways_out(message: Message) -> set[str]:
    """The addresses that lead out of the list: by a header field, by how they read, by the words around them."""
    found = {
        normalise_for_counting(uri.text)
        for known in message.headers.all("list-unsubscribe")
        for uri in uris(field_views(message, known).first)
    }
    surroundings: dict[int, _Surroundings] = {}
    for link in _web_links(message):
        if PLACEHOLDER_CHAR in link.address.url:
            continue
        key = normalise_for_counting(link.address.url)
        if key in found:
            continue
        if _is_named_way_out(link):
            found.add(key)
        else:
            if id(link.view) not in surroundings:
                surroundings[id(link.view)] = _Surroundings(link.view)
            if surroundings[id(link.view)].tell_way_out(link):
                found.add(key)
    return found


def _is_named_way_out(link: Seen) -> bool:
    """Whether a link's address or words say that it leads out of the list."""
    return _reads_as_way_out(link.text) or _tells_way_out(_words(link))


def _reads_as_way_out(url: str) -> bool:
    lowered = url.lower()
    return any(word in lowered for word in _unsubscribe_words())


def _tells_way_out(text: str) -> bool:
    return any(word in text for words in (_unsubscribe_words(), _roundabout_words()) for word in words)


def _words(link: Seen) -> str:
    """What a link shows: its text, and what stands for its pictures."""
    element = link.link.element
    if element is None:
        return ""
    pictures = [image.element for image in link.link.images[:5]]
    attributes = [each.attrs.get(name, "") for each in (element, *pictures) for name in ("title", "aria-label", "alt")]
    return " ".join(text[:_LONGEST_WORDS] for text in (link.link.shown, *attributes) if text).lower()


class _Surroundings:
    """The text around the links of a view: what stands between a link and its neighbours."""

    def __init__(self, view: View) -> None:
        self._view = view
        links = view.content.links
        self._starts = sorted(link.shown_span.start for link in links)
        self._ends = sorted(link.shown_span.end for link in links)

    def tell_way_out(self, link: Seen) -> bool:
        """Whether the words around a link are about leaving the list."""
        return _tells_way_out(f"{self._before(link)} \0 {self._after(link)}".lower())

    def _before(self, link: Seen) -> str:
        element = link.link.element
        start = link.link.span.start if element is None else element.span.start
        index = bisect_right(self._ends, start) - 1
        neighbour = self._ends[index] if index >= 0 else 0
        first = max(neighbour, self._block(link).start, start - _MARKUP_BEFORE)
        return self._text(Span(first, start))[-_BEFORE:]

    def _after(self, link: Seen) -> str:
        end = max(link.link.shown_span.end, link.link.span.end)
        index = bisect_left(self._starts, end)
        neighbour = self._starts[index] if index < len(self._starts) else len(self._view.text)
        stop = min(neighbour, self._block(link).end, end + _MARKUP_AFTER)
        if link.link.element is None:
            line_end = self._view.text.find("\n", end, stop)
            stop = stop if line_end < 0 else line_end
        return self._text(Span(end, stop))[:_AFTER]

    def _block(self, link: Seen) -> Span:
        """The block that the link's sentence stands in."""
        element = link.link.element
        block = None if element is None else element.block
        return Span(0, len(self._view.text)) if block is None else Span(block.span.start, block.content_end)

    def _text(self, span: Span) -> str:
        return self._view.content.flow.within(span) if span.end > span.start else ""


# -- lists --------------------------------------------------------------------------------------------


@cache
def _unsubscribe_words() -> tuple[str, ...]:
    return tuple(load_list("unsubscribe")["words"])


@cache
def _roundabout_words() -> tuple[str, ...]:
    return tuple(load_list("never-asked")["ways-out"])


@cache
def _acting() -> tuple[frozenset[str], frozenset[str]]:
    data = load_list("never-asked")
    return frozenset(data["paths"]), frozenset(data["parameters"])


@cache
def _acting_words() -> re.Pattern[str]:
    words = sorted(load_list("never-asked")["texts"], key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")
