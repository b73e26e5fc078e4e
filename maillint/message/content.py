"""What a view shows: its text, its links, its images, and what can be seen of them, gathered once for each view."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

from maillint.message.css.stylesheet import StyleBlock, style_blocks
from maillint.message.css.visibility import Visibility
from maillint.message.html.tree import Element, Html, TextRun
from maillint.message.html.vocabulary import BLOCKS
from maillint.patterns import regex
from maillint.text.offsets import MapBuilder, OffsetMap, Piece
from maillint.text.spans import Span, overlaps
from maillint.values import field, frozen

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

_BREAKS = BLOCKS | {"br"}

BARE_URL = regex(r"(?:https?://|www\.)[^\s<>\"'`]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}>»”’…*_"


@frozen
class Flow:
    """Text in reading order, with a line end around each block element, and its way back to the view."""

    text: str
    map: OffsetMap = field(repr=False)
    _starts: Sequence[int] = field(repr=False)  # of each piece, in the view
    _pieces: Sequence[Piece] = field(repr=False)

    def span(self, start: int, end: int) -> Span:
        """Return the place in the view of a range of the text."""
        return self.map.span(Span(start, end))

    def within(self, span: Span) -> str:
        """Return the text of a span of the view, with its white space collapsed."""
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


@frozen
class Link:
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


@frozen
class Image:
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


def gather(html: Html, *, outlook: bool = False) -> Content:
    """Gather the content of a parsed view. ``outlook``: the view is one of Outlook for Windows."""
    styles = tuple(style_blocks(html))
    visibility = Visibility(html, styles, outlook=outlook)
    flow, hidden = _flows(html, visibility)
    images = tuple(_images(html))
    links = [*_links(html, flow, images), *_bare_links(html, flow)]
    links.sort(key=lambda link: link.span)
    return Content(flow, hidden, tuple(links), images, styles, visibility)


def gather_text(text: str, hidden_spans: Sequence[Span]) -> Content:
    """Gather the content of a plain-text view: its text without ``hidden_spans``, and the bare URLs in it as links."""
    builder = _FlowBuilder(hidden_spans)
    builder.add(TextRun(text, Span(0, len(text)), None))
    flow = builder.flow()
    links = tuple(_found_urls(flow))
    no_elements = Html(text, hidden_spans, (), [], [], [], [], [])
    return Content(flow, _FlowBuilder(()).flow(), links, (), (), Visibility(no_elements, ()))


class _FlowBuilder:
    def __init__(self, hidden_spans: Sequence[Span]) -> None:
        self._hidden_spans = hidden_spans
        self._position = 0  # of the first hidden span that does not end before the text that is added
        self._built = MapBuilder()
        self._broken = True

    def add(self, run: TextRun) -> None:
        """Add a piece of text; pieces come in source order."""
        span = run.span
        if span.end - span.start != len(run.text):  # a character reference
            self._built.add(run.text, span.start, span.end - span.start)
        else:
            position = span.start
            for gap in self._gaps(span):
                self._built.add(run.text[position - span.start : gap.start - span.start], position)
                position = gap.end
            self._built.add(run.text[position - span.start :], position)
        self._broken = False

    def _gaps(self, span: Span) -> Sequence[Span]:
        spans, position = self._hidden_spans, self._position
        while position < len(spans) and spans[position].end <= span.start:
            position += 1
        self._position = position
        return overlaps(spans, span) if position < len(spans) and spans[position].start < span.end else ()

    def line_break(self, at: int) -> None:
        if not self._broken:
            self._built.add("\n", at, 0)
            self._broken = True

    def flow(self) -> Flow:
        pieces = self._built.pieces
        return Flow(self._built.text(), self._built.map(), [piece.source for piece in pieces], pieces)


def _flows(html: Html, visibility: Visibility) -> tuple[Flow, Flow]:
    """The visible text and the hidden text."""
    shown, hidden = _FlowBuilder(html.hidden_spans), _FlowBuilder(html.hidden_spans)
    breaks = [element for element in html.elements if element.tag in _BREAKS]
    hides_some = visibility.hides_some_text
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
        (hidden if hides_some and visibility.hides_text(run) else shown).add(run)
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
    for match in BARE_URL.finditer(flow.text):
        url = match[0].rstrip(_TRAILING)
        if len(url) < 5 or url.endswith("//"):
            continue
        span = flow.span(match.start(), match.start() + len(url))
        yield Link("bare", url, span, url, span)
