"""What has been rendered, and its way back to the template."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from maillint.hits import NotKnown
from maillint.text.offsets import OffsetMap, Piece
from maillint.text.spans import Span
from maillint.values import NamedTuple, field, frozen

if TYPE_CHECKING:
    from maillint.message.model import Message, Place


class Printed(NamedTuple):
    """What one output tag has printed.

    ``tag`` is the tag's place in ``place``, ``at`` the output's place in ``page``, the whole rendered text.
    """

    place: Place
    tag: Span
    page: str
    at: Span

    @property
    def text(self) -> str:
        """The output of the tag."""
        return self.page[self.at.start : self.at.end]


@frozen
class Rendering:
    """A message rendered in one way: ``by`` is ``jinja`` or ``mjml``, ``label`` says in findings how.

    ``message`` has the rendered parts, whose maps lead back to the template. ``printed`` is what each output tag has
    printed, as far as that is certain.
    """

    by: str
    label: str
    message: Message = field(repr=False)
    printed: tuple[Printed, ...] = field(default=(), repr=False)


class Failed(NamedTuple):
    """A template that could not be rendered for a fault of its own: where, why, and with which data (``label``)."""

    place: Place
    span: Span
    reason: str
    label: str


@frozen
class Renderings:
    """All renderings of a message, what failed, and in ``unknown`` why something else was not rendered."""

    made: tuple[Rendering, ...] = ()
    failed: tuple[Failed, ...] = ()
    unknown: tuple[NotKnown, ...] = ()


class PartialOffsetMap(OffsetMap):
    """Leads from a rendered text back to the template, where that is certain.

    ``pieces`` are the stretches of the text that come from the template, in order and apart. A piece that is as long
    as its source leads to it character by character, any other to all of it; all other text leads to ``fallback``.
    """

    __slots__ = ("_ends", "_fallback", "_pieces", "_places")

    def __init__(self, pieces: Sequence[Piece], fallback: Span) -> None:
        super().__init__(())
        self._pieces = list(pieces)
        self._places = [piece.start for piece in pieces]
        self._ends = [piece.start + piece.length for piece in pieces]
        self._fallback = fallback

    def _touched(self, span: Span) -> list[Piece]:
        first = bisect_right(self._ends, span.start)
        last = max(bisect_left(self._places, span.end), first)
        if span.end <= span.start:
            last = bisect_right(self._places, span.start)
        return self._pieces[first:last]

    def knows(self, span: Span) -> bool:
        """Whether any of a span comes from the template."""
        return bool(self._touched(span))

    def start(self, offset: int) -> int:
        """Return the offset that the character at ``offset`` comes from."""
        return self.span(Span(offset, offset + 1)).start

    def end(self, offset: int) -> int:
        """Return the end of what the character before ``offset`` comes from."""
        return self.span(Span(max(offset - 1, 0), max(offset, 1))).end

    def span(self, span: Span) -> Span:
        """Return the span of all that a span comes from in the template."""
        touched = self._touched(span)
        if not touched:
            return self._fallback
        places = [_place(piece, span) for piece in touched]
        return Span(min(place.start for place in places), max(place.end for place in places))

    def exact(self, span: Span) -> bool:
        """Whether the whole span comes from one piece of the template, unchanged."""
        touched = self._touched(span)
        if len(touched) != 1 or touched[0].length != touched[0].source_length:
            return False
        return touched[0].start <= span.start and span.end <= touched[0].start + touched[0].length


def _place(piece: Piece, span: Span) -> Span:
    if piece.length != piece.source_length:
        return Span(piece.source, piece.source + piece.source_length)
    start = max(span.start - piece.start, 0)
    end = min(span.end - piece.start, piece.length)
    return Span(piece.source + start, piece.source + max(end, start))


def leads_back(mapped: OffsetMap, span: Span) -> bool:
    """Whether any of a span of a text stands in the template that the text was rendered from."""
    return isinstance(mapped, PartialOffsetMap) and mapped.knows(span)
