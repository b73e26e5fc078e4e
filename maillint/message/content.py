"""What a view shows: its flow of text, its links and its images, gathered in one walk."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from maillint.message.css.stylesheet import StyleBlock, style_blocks
from maillint.message.css.visibility import Visibility
from maillint.message.html.tree import Element, Html, TextRun
from maillint.message.html.vocabulary import BLOCKS
from maillint.text.offsets import MapBuilder, OffsetMap, Piece
from maillint.text.spans import Span, overlaps

LINK_ROLES: Mapping[str, str] = {
    "a": "href",
    "area": "href",
    "form": "action",
    "button": "formaction",
    "input": "formaction",
    "v:rect": "href",
    "v:roundrect": "href",
}
"""By element, the attribute whose URL a reader opens."""

IMAGE_ROLES: Mapping[str, str] = {
    "img": "src",
    "amp-img": "src",
    "amp-anim": "src",
    "v:image": "src",
    "v:imagedata": "src",
}
"""By element, the attribute whose URL a client fetches to show a picture."""

_BREAKS = BLOCKS | {"br"}

BARE_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'`]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}>»”’…*_"


@dataclass(frozen=True)
class Flow:
    """Visible text in reading order, block elements set apart by a line end, with its way back to the view."""

    text: str
    map: OffsetMap = field(repr=False)
    _starts: Sequence[int] = field(repr=False)  # of each piece, in the view
    _pieces: Sequence[Piece] = field(repr=False)

    def span(self, start: int, end: int) -> Span:
        """Lead a range of the flow back to the view."""
        return self.map.span(Span(start, end))

    def within(self, span: Span) -> str:
        """Return what a span of the view shows, white space collapsed."""
        first = bisect_left(self._starts, span.start)
        last = bisect_left(self._starts, span.end)
        if first > 0 and self._pieces[first - 1].source + self._pieces[first - 1].source_length > span.start:
            piece = self._pieces[first - 1]
            start = piece.start + (span.start - piece.source)
        elif first < len(self._pieces):
            start = self._pieces[first].start
        else:
            return ""
        if last == 0:
            return ""
        piece = self._pieces[last - 1]
        end = piece.start + min(piece.length, max(span.end - piece.source, 0))
        return " ".join(self.text[start:end].split())


@dataclass(frozen=True)
class Link:
    """Something that opens a URL. ``kind`` is the element's name, or ``bare`` for a URL in plain text.

    ``url`` is the decoded attribute, white space around it removed, blanked characters left out;
    ``span`` the URL's place; ``shown`` the visible text and ``shown_span`` its place.
    """

    kind: str
    url: str
    span: Span
    shown: str
    shown_span: Span
    element: Element | None = None
    images: tuple[Image, ...] = ()


@dataclass(frozen=True)
class Image:
    """A picture that a client fetches or holds; ``url`` and ``span`` as in Link."""

    url: str
    span: Span
    element: Element


@dataclass(frozen=True)
class Content:
    """A view's flow of visible text, the text hidden from sight, its links, its images and its style sheets.

    ``visibility`` says of each element whether it can be seen.
    """

    flow: Flow
    hidden: Flow
    links: tuple[Link, ...]
    images: tuple[Image, ...]
    styles: tuple[StyleBlock, ...]
    visibility: Visibility


def gather(html: Html, *, outlook: bool = False) -> Content:
    """Walk a parsed view once. ``outlook``: the view is that of Outlook for Windows."""
    styles = tuple(style_blocks(html))
    visibility = Visibility(html, styles, outlook=outlook)
    flow, hidden = _flows(html, visibility)
    images = tuple(_images(html))
    links = [*_links(html, flow, images), *_bare_links(html, flow)]
    links.sort(key=lambda link: link.span)
    return Content(flow, hidden, tuple(links), images, styles, visibility)


def gather_text(text: str, hidden_spans: Sequence[Span]) -> Content:
    """Read a plain-text view: its flow is the text without what is blanked, its links are bare URLs."""
    builder = _FlowBuilder(hidden_spans)
    builder.add(TextRun(text, Span(0, len(text)), None))
    flow = builder.flow()
    links = tuple(_found_urls(flow))
    nothing = Html(text, hidden_spans, (), [], [], [], [], [])
    return Content(flow, _FlowBuilder(()).flow(), links, (), (), Visibility(nothing, ()))


class _FlowBuilder:
    def __init__(self, hidden_spans: Sequence[Span]) -> None:
        self._blanks = hidden_spans
        self._built = MapBuilder()
        self._broken = True

    def add(self, run: TextRun) -> None:
        span = run.span
        if span.end - span.start != len(run.text):  # a character reference
            self._built.add(run.text, span.start, span.end - span.start)
        else:
            position = span.start
            for gap in overlaps(self._blanks, span) if self._blanks else ():
                self._built.add(run.text[position - span.start : gap.start - span.start], position)
                position = gap.end
            self._built.add(run.text[position - span.start :], position)
        self._broken = False

    def line_break(self, at: int) -> None:
        if not self._broken:
            self._built.add("\n", at, 0)
            self._broken = True

    def flow(self) -> Flow:
        pieces = self._built.pieces
        return Flow(self._built.text(), self._built.map(), [piece.source for piece in pieces], pieces)


def _nothing(run: TextRun) -> bool:
    return False


def _flows(html: Html, visibility: Visibility) -> tuple[Flow, Flow]:
    shown, hidden = _FlowBuilder(html.hidden_spans), _FlowBuilder(html.hidden_spans)
    breaks = [element for element in html.elements if element.tag in _BREAKS]
    hides = visibility.hides_text if visibility.hides_some_text else _nothing
    pointer = 0
    last_block: Element | None = None
    for run in html.runs:
        start = run.span.start
        while pointer < len(breaks) and breaks[pointer].span.start < start:
            shown.line_break(breaks[pointer].span.start)
            pointer += 1
        element = run.element
        if element is None:
            if last_block is not None:
                shown.line_break(start)
                last_block = None
            shown.add(run)
            continue
        if element.silent:
            continue
        if element.block is not last_block:
            shown.line_break(start)
            last_block = element.block
        (hidden if hides(run) else shown).add(run)
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
        if html.mjml and element.silent:  # what mj-attributes shows of an element is none
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
        inside = Span(element.span.end, max(element.content_end, element.span.end))
        yield Link(
            element.tag,
            (element.value(name) or "").strip(),
            element.value_span(name),
            flow.within(inside),
            inside,
            element,
            tuple(images[bisect_left(starts, element.span.start) : bisect_left(starts, inside.end)]),  # itself, in MJML
        )


def _bare_links(html: Html, flow: Flow) -> Iterator[Link]:
    """URLs in the text that clients turn into links: those outside of any anchor."""
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
    for match in BARE_URL.finditer(flow.text):
        url = match[0].rstrip(_TRAILING)
        if len(url) < 5 or url.endswith("//"):
            continue
        span = flow.span(match.start(), match.start() + len(url))
        yield Link("bare", url, span, url, span)
