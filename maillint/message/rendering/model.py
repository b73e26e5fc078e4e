"""What has been rendered, and its way back to the template."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from maillint.text.offsets import OffsetMap, Piece
from maillint.text.spans import Span

if TYPE_CHECKING:
    from maillint.message.model import Message, Place


class Printed(NamedTuple):
    """What one output tag has printed: the tag's place in the template, and the text's place in ``page``."""

    place: Place
    tag: Span
    page: str
    at: Span

    @property
    def text(self) -> str:
        """What it has printed."""
        return self.page[self.at.start : self.at.end]


@dataclass(frozen=True)
class Rendering:
    """One message made of a template. ``label`` says in findings how it was made, ``by`` by what.

    ``message`` has the rendered parts; their maps lead back to the template. ``printed`` is what each output
    tag has printed, as far as that is certain.
    """

    by: str
    label: str
    message: Message = field(repr=False)
    printed: tuple[Printed, ...] = field(default=(), repr=False)


class Failed(NamedTuple):
    """What could not be rendered for a fault of its own: why, where, and with which data."""

    place: Place
    span: Span
    reason: str
    label: str


@dataclass(frozen=True)
class Renderings:
    """Everything that was made of a message; ``unknown`` are reasons why something was not."""

    made: tuple[Rendering, ...] = ()
    failed: tuple[Failed, ...] = ()
    unknown: tuple[str, ...] = ()


class PartialOffsetMap(OffsetMap):
    """Leads from a rendered text back to the template, where that is certain.

    ``pieces`` are the stretches of it that stand in the template, in order and apart; one whose lengths differ
    leads to its whole place. All else leads to ``fallback``.
    """

    __slots__ = ("_ends", "_fallback", "_known", "_places")

    def __init__(self, pieces: Sequence[Piece], fallback: Span) -> None:
        super().__init__([])
        self._known = list(pieces)
        self._places = [piece.start for piece in pieces]
        self._ends = [piece.start + piece.length for piece in pieces]
        self._fallback = fallback

    def _touched(self, span: Span) -> list[Piece]:
        first = bisect_right(self._ends, span.start)
        last = max(bisect_left(self._places, span.end), first)
        if span.end <= span.start:
            last = bisect_right(self._places, span.start)
        return self._known[first:last]

    def knows(self, span: Span) -> bool:
        """Whether any of a span stands in the template."""
        return bool(self._touched(span))

    def start(self, offset: int) -> int:
        """Return where the character at ``offset`` comes from."""
        return self.span(Span(offset, offset + 1)).start

    def end(self, offset: int) -> int:
        """Return where what the character before ``offset`` comes from ends."""
        return self.span(Span(max(offset - 1, 0), max(offset, 1))).end

    def span(self, span: Span) -> Span:
        """Lead a span back: to all that it touches of the template."""
        touched = self._touched(span)
        if not touched:
            return self._fallback
        places = [_place(piece, span) for piece in touched]
        return Span(min(place.start for place in places), max(place.end for place in places))

    def exact(self, span: Span) -> bool:
        """Whether the whole span stands in the template as it is here."""
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
