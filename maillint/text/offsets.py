"""Maps from offsets in a decoded text back to offsets in the text, or bytes, that it was decoded from."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise

from maillint.text.spans import Span
from maillint.values import NamedTuple


class Piece(NamedTuple):
    """A run of an OffsetMap: ``length`` decoded units at ``start`` come from ``source_length`` units at ``source``."""

    start: int
    length: int
    source: int
    source_length: int


class OffsetMap:
    """Maps offsets in a decoded text to offsets in its source: the text, or the bytes, that it was decoded from.

    A unit is a character of a text or a byte of bytes. The pieces are in the order of the decoded text. A
    piece whose two lengths agree maps one to one; any other maps in proportion (start rounded down, end
    rounded up), which is right for base64, for character references and for quoted-printable escapes.

    ``outer`` maps from the source on to the source of the source, and is applied last.
    """

    __slots__ = ("_outer", "_starts", "_widths")

    def __init__(self, pieces: Iterable[Piece], outer: OffsetMap | None = None) -> None:
        self._starts, self._widths = array("q"), array("q")  # a piece as an object takes ten times the memory
        self._outer = outer
        for piece in pieces:
            self.append(piece)

    def append(self, piece: Piece) -> None:
        """Add a piece behind the last one, while the map is made."""
        self._starts.append(piece[0])
        self._widths.extend(piece[1:])

    @classmethod
    def identity(cls, length: int, source: int = 0) -> OffsetMap:
        """Map ``length`` units one to one, beginning at ``source``."""
        return cls([Piece(0, length, source, length)])

    def _piece(self, offset: int) -> Piece | None:
        return self._at(max(bisect_right(self._starts, offset) - 1, 0)) if self._starts else None

    def _at(self, index: int) -> Piece:
        length, source, source_length = self._widths[index * 3 : index * 3 + 3]
        return Piece(self._starts[index], length, source, source_length)

    @property
    def pieces(self) -> Iterator[Piece]:
        """The pieces in order."""
        return map(self._at, range(len(self._starts)))

    def start(self, offset: int) -> int:
        """Return where the unit at ``offset`` begins in the source."""
        piece = self._piece(offset)
        inner = 0
        if piece is not None:
            inside = max(offset - piece.start, 0)
            inner = piece.source + piece.source_length
            if inside < piece.length:
                inner = piece.source + inside * piece.source_length // piece.length
        return self._outer.start(inner) if self._outer else inner

    def end(self, offset: int) -> int:
        """Return where the unit before ``offset`` ends in the source."""
        if offset <= 0:
            return self.start(0)
        piece = self._piece(offset - 1)
        inner = 0
        if piece is not None:
            inside = min(offset - piece.start, piece.length)
            inner = piece.source - (-inside * piece.source_length // piece.length)
        return self._outer.end(inner) if self._outer else inner

    def span(self, span: Span) -> Span:
        """Return the span in the source; an empty span stays empty."""
        start = self.start(span.start)
        return Span(start, start if span.end <= span.start else max(start, self.end(span.end)))

    def exact(self, span: Span) -> bool:
        """Whether the span maps to the source unit by unit and without a gap, so that it can be edited there."""
        first = max(bisect_right(self._starts, span.start) - 1, 0)
        last = max(bisect_right(self._starts, max(span.end - 1, span.start)) - 1, 0)
        run = [self._at(index) for index in range(first, min(last + 1, len(self._starts)))]
        straight = all(piece.length == piece.source_length for piece in run) and all(
            left.source + left.source_length == right.source for left, right in pairwise(run)
        )
        if not straight or self._outer is None:
            return straight
        return self._outer.exact(self._without_outer().span(span))

    def then(self, outer: OffsetMap) -> OffsetMap:
        """Return this map followed by ``outer``, which maps from this map's source on."""
        result = self._without_outer()
        result._outer = self._outer.then(outer) if self._outer else outer
        return result

    def _without_outer(self) -> OffsetMap:
        result = OffsetMap(())
        result._starts, result._widths = self._starts, self._widths
        return result


class MapBuilder:
    """Builds a decoded text and its OffsetMap piece by piece; pieces that continue one to one are joined."""

    __slots__ = ("_last", "_length", "_map", "_parts")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._map = OffsetMap(())
        self._last: Piece | None = None  # not in the map yet
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, text: str, source: int, source_length: int | None = None) -> None:
        """Append text that comes from ``source_length`` units at ``source``; by default from one for each character."""
        size = len(text)
        if not size:
            return
        width = size if source_length is None else source_length
        last = self._last
        if (
            last is not None
            and size == width
            and last.length == last.source_length
            and last.source + last.source_length == source
        ):
            self._last = Piece(last.start, last.length + size, last.source, last.length + size)
        else:
            if last is not None:
                self._map.append(last)
            self._last = Piece(self._length, size, source, width)
        self._parts.append(text)
        self._length += size

    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    def map(self) -> OffsetMap:
        """The map of the text, to which nothing is added any more."""
        if self._last is not None:
            self._map.append(self._last)
            self._last = None
        return self._map
