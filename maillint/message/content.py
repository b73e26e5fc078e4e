"""What a view shows: its text, its links, its images, and what can be seen of them, gathered once for each view."""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from maillint.message.css.cascade import Sheets
from maillint.message.css.stylesheet import Sheet, StyleBlock, style_blocks
from maillint.message.css.visibility import Visibility
from maillint.message.html.tree import Element, Html
from maillint.message.memo import by_the_clock, look_at_clock
from maillint.patterns import regex
from maillint.text.offsets import OffsetMap, Piece
from maillint.text.spans import Span, overlaps
from maillint.values import NamedTuple, entity, field, frozen

LINK_ROLES: Mapping[str, str] = {
    "a": "href",
    "area": "href",
    "form": "action",
    "button": "formaction",
    "input": "formaction",
    "v:rect": "href",
    "v:roundrect": "href",
}
"""By element, the attribute with the URL that a reader opens."""

IMAGE_ROLES: Mapping[str, str] = {
    "img": "src",
    "amp-img": "src",
    "amp-anim": "src",
    "v:image": "src",
    "v:imagedata": "src",
}
"""By element, the attribute with the URL of a picture that a client fetches."""

_NEVER = sys.maxsize
_LONGEST_WITHIN = 20_000  # characters of what a link shows: five hundred may stand in each other
_MOST_IMAGES = 100  # of one link that are looked at

BARE_URL = regex(r"(?:https?://|www\.)[^\s<>\"'`]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}>»”’…*_"


@entity
class Flow:
    """Text in reading order, with a line end around each block element, and its way back to the view.

    White space between two tags is one character of it at the most. ``_pieces`` are the fields of ``Piece`` as plain
    tuples; nothing but line ends stands between them.
    """

    text: str
    _pieces: Sequence[tuple[int, int, int, int]] = field(repr=False)

    @cached_property
    def map(self) -> OffsetMap:
        """Leads from the text to the view."""
        pieces: list[Piece] = []
        position = 0
        for piece in self._pieces:
            if piece[0] > position:  # a line end
                pieces.append(Piece(position, 1, piece[2], 0))
            pieces.append(Piece(*piece))
            position = piece[0] + piece[1]
        return OffsetMap(pieces)

    @cached_property
    def _sources(self) -> Sequence[int]:
        return [piece[2] for piece in self._pieces]

    def span(self, start: int, end: int) -> Span:
        """Return the place in the view of a range of the text."""
        return self.map.span(Span(start, end))

    def range(self, span: Span) -> tuple[int, int]:
        """Return where in the text a span of the view begins and ends."""
        return self._offset(span[0]), self._offset(span[1])

    def _offset(self, source: int) -> int:
        """The first place in the text of something that does not stand before an offset of the view."""
        index = bisect_left(self._sources, source)
        if not index:
            return 0
        start, length, begin, width = self._pieces[index - 1]
        return start + (source - begin if length == width and source < begin + width else length)

    def within(self, span: Span) -> str:
        """Return the text of a span of the view, its beginning if it is long, with its white space collapsed."""
        pieces = self._pieces
        first = bisect_left(self._sources, span[0])
        last = bisect_left(self._sources, span[1], lo=first)
        if first > 0 and pieces[first - 1][2] + pieces[first - 1][3] > span[0]:
            piece = pieces[first - 1]
            start = piece[0] + (span[0] - piece[2])
        elif first < last:
            start = pieces[first][0]
        else:
            return ""
        if last == 0:
            return ""
        begin, length, source, _ = pieces[last - 1]
        end = min(begin + min(length, max(span[1] - source, 0)), start + _LONGEST_WITHIN)
        return " ".join(self.text[start:end].split())


class Link(NamedTuple):
    """Something that opens a URL. ``kind`` is the element's name, or ``bare`` for a URL in the text.

    ``url`` is the decoded attribute without white space around it and without what this audience does not get;
    ``span`` is its place. ``shown`` is the visible text, white space collapsed, ``shown_span`` its place; ``images``
    are those in the link.
    """

    kind: str
    url: str
    span: Span
    shown: str
    shown_span: Span
    element: Element | None = None
    images: tuple[Image, ...] = ()


class Image(NamedTuple):
    """A picture that a client fetches, or that the message holds; ``url`` and ``span`` as in Link."""

    url: str
    span: Span
    element: Element


@frozen
class Content:
    """What a view shows.

    ``flow`` is the visible text and ``hidden`` the text that most readers do not see; ``links`` and ``images`` are in
    source order. ``styles`` are its style sheets; ``visibility`` says of each element whether it can be seen.
    """

    flow: Flow
    hidden: Flow
    links: tuple[Link, ...]
    images: tuple[Image, ...]
    styles: tuple[StyleBlock, ...]
    visibility: Visibility


class KnownSheets:
    """Style sheets that have been read, for other views with the same."""

    def __init__(self) -> None:
        self.read: dict[str, Sheet] = {}
        self.together: dict[Any, Sheets] = {}


def gather(html: Html, *, outlook: bool = False, known: KnownSheets | None = None) -> Content:
    """Gather the content of a parsed view. ``outlook``: the view is one of Outlook for Windows.

    ``known`` are the sheets that other views have.
    """
    known = known or KnownSheets()
    styles = tuple(style_blocks(html, known.read))
    sheets = Sheets.of(styles, known.together)
    visibility = Visibility(html, sheets, outlook=outlook)
    flow, hidden = _flows(html, visibility)
    images = tuple(_images(html))
    links = [*_links(html, flow, images), *_bare_links(html, flow)]
    links.sort(key=lambda link: link.span)
    return Content(flow, hidden, tuple(links), images, styles, visibility)


def gather_text(text: str, hidden_spans: Sequence[Span]) -> Content:
    """Gather the content of a plain-text view: its text without ``hidden_spans``, and the bare URLs in it as links."""
    writer = _FlowWriter(hidden_spans)
    writer.add(text, 0, len(text))
    flow = writer.flow()
    links = tuple(_found_urls(flow))
    no_elements = Html(text, hidden_spans, (), [], [], [], [], [], [])
    return Content(flow, _FlowWriter(()).flow(), links, (), (), Visibility(no_elements, Sheets(())))


class _FlowWriter:
    """Puts a flow together; pieces of text come in source order."""

    def __init__(self, hidden_spans: Sequence[Span]) -> None:
        self._hidden_spans = hidden_spans
        self._position = 0  # of the first hidden span that does not end before the text that is added
        self._next_hidden = hidden_spans[0][0] if hidden_spans else _NEVER
        self._texts: list[str] = []
        self._pieces: list[tuple[int, int, int, int]] = []
        self._length = 0
        self.breaks = False  # a line ends here, once more text follows

    def add(self, text: str, start: int, end: int) -> None:
        """Add a text that stands at ``start`` to ``end``, without what the audience does not get of it."""
        if end > self._next_hidden and end - start == len(text):  # not a character reference
            position = start
            for gap in self._gaps(start, end):
                self._add(text[position - start : gap[0] - start], position, gap[0])
                position = gap[1]
            text, start = text[position - start :], position
        self._add(text, start, end)

    def _add(self, text: str, start: int, end: int) -> None:
        size = len(text)
        if not size:
            return
        if self.breaks:
            self.breaks = False
            if self._length:
                self._texts.append("\n")
                self._length += 1
        self._texts.append(text)
        self._pieces.append((self._length, size, start, end - start))
        self._length += size

    def _gaps(self, start: int, end: int) -> Sequence[Span]:
        spans, position = self._hidden_spans, self._position
        while position < len(spans) and spans[position][1] <= start:
            position += 1
        self._position = position
        self._next_hidden = spans[position][0] if position < len(spans) else _NEVER
        return overlaps(spans, Span(start, end)) if self._next_hidden < end else ()

    def flow(self) -> Flow:
        return Flow("".join(self._texts), self._pieces)


def _flows(html: Html, visibility: Visibility) -> tuple[Flow, Flow]:
    """The visible text and the hidden text."""
    shown, hidden = _FlowWriter(html.hidden_spans), _FlowWriter(html.hidden_spans)
    hides_some = visibility.hides_some_text
    last_block = -1
    for text, start, end, element, breaks in by_the_clock(html.runs):
        if breaks:
            shown.breaks = True
        if element is None:
            block = -1
        elif element.silent:
            continue
        else:
            block = element.block_index
        if block != last_block:
            shown.breaks = True
            last_block = block
        if hides_some and element is not None and visibility.hides_text(text, element):
            hidden.add(text, start, end)
        elif text.isspace() and text.isascii():  # indentation, or the space between two words
            if not shown.breaks:
                shown.add("\n" if "\n" in text or "\r" in text else " ", start, end)
        else:
            shown.add(text, start, end)
    return shown.flow(), hidden.flow()


def _roles(html: Html, kind: str, usual: Mapping[str, str]) -> Mapping[str, str]:
    if not html.mjml:
        return usual
    from maillint.message.mjml.components import roles  # noqa: PLC0415 -- seldom needed

    return {**usual, **roles(kind)}


def _images(html: Html) -> Iterator[Image]:
    roles = _roles(html, "picture", IMAGE_ROLES)
    for element in html.elements:
        name = roles.get(element.tag)
        if html.mjml and element.silent:  # a default in mj-attributes
            continue
        if element.tag == "input" and element.attrs.get("type", "").lower() == "image":
            name = "src"
        if name is not None and name in element.attrs:
            yield Image((element.value(name) or "").strip(), element.value_span(name), element)


def _links(html: Html, flow: Flow, images: Sequence[Image]) -> Iterator[Link]:
    starts = [image.element.span.start for image in images]
    roles = _roles(html, "link", LINK_ROLES)
    for element in html.elements:
        name = roles.get(element.tag)
        if name is None or name not in element.attrs or (html.mjml and element.silent):
            continue
        look_at_clock()
        inside = Span(element.span.end, max(element.content_end, element.span.end))
        first = bisect_left(starts, element.span.start)  # itself, in MJML
        yield Link(
            element.tag,
            (element.value(name) or "").strip(),
            element.value_span(name),
            flow.within(inside),
            inside,
            element,
            tuple(images[first : min(bisect_left(starts, inside.end), first + _MOST_IMAGES)]),
        )


def _bare_links(html: Html, flow: Flow) -> Iterator[Link]:
    """URLs in the text outside anchors, which clients turn into links."""
    tags = {"a", "area", *(_roles(html, "link", {}))}
    anchors = [
        Span(element.span.start, max(element.content_end, element.span.end))
        for element in html.elements
        if element.tag in tags
    ]
    starts = [anchor.start for anchor in anchors]
    for link in _found_urls(flow):
        index = bisect_right(starts, link.span.start) - 1
        if index < 0 or anchors[index].end <= link.span.start:
            yield link


def _found_urls(flow: Flow) -> Iterator[Link]:
    if "://" not in flow.text and "www." not in flow.text.lower():
        return
    for match in BARE_URL.finditer(flow.text):
        url = match[0].rstrip(_TRAILING)
        if len(url) < 5 or url.endswith("//"):
            continue
        span = flow.span(match.start(), match.start() + len(url))
        yield Link("bare", url, span, url, span)
