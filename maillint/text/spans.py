"""Spans: half-open ranges of characters in a text."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from maillint.patterns import regex
from maillint.values import NamedTuple

_NOT_LINE_END = regex(r"[^\r\n]")


class Span(NamedTuple):
    """A half-open range ``[start, end)`` of characters."""

    start: int
    end: int


def fill(text: str, spans: Iterable[Span], character: str, *, keep_lines: bool = True) -> str:
    """Replace each character of the spans, which are in order and may overlap; the text keeps its length.

    ``keep_lines``: line ends are not replaced.
    """
    pieces, position = [], 0
    for start, end in spans:
        if end <= position:
            continue
        start = max(start, position)  # noqa: PLW2901 -- spans may overlap
        chunk = text[start:end]
        pieces.append(text[position:start])
        pieces.append(_blanked(chunk, character) if keep_lines else character * len(chunk))
        position = end
    if not pieces:
        return text
    pieces.append(text[position:])
    return "".join(pieces)


def _blanked(text: str, character: str) -> str:
    """A text with nothing but line ends left."""
    if "\r" in text:
        return _NOT_LINE_END.sub(character, text)
    if "\n" in text:
        return "\n".join([character * len(line) for line in text.split("\n")])
    return character * len(text)


def merge(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, without empty ones; those that overlap or touch are joined."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start <= result[-1].end:
            if span.end > result[-1].end:
                result[-1] = Span(result[-1].start, span.end)
        elif span.end > span.start:
            result.append(span)
    return result


def overlaps(spans: Sequence[Span], span: Span) -> list[Span]:
    """Return the parts of ``span`` that ``spans`` cover, which are in order and do not overlap."""
    index = max(bisect_left(spans, (span.start, 0)) - 1, 0)
    result = []
    while index < len(spans) and spans[index].start < span.end:
        start, end = max(spans[index].start, span.start), min(spans[index].end, span.end)
        if end > start:
            result.append(Span(start, end))
        index += 1
    return result


def line_feeds(text: str) -> array[int]:
    """The offsets at which a text and each line behind a line feed begin."""
    starts = array("I", (0,))
    position = text.find("\n") + 1
    while position:
        starts.append(position)
        position = text.find("\n", position) + 1
    return starts


def character_at(text: str, offset: int) -> Span:
    """Return the span of the character at an offset; an empty span at the end of the text or of a line."""
    return Span(offset, offset + (offset < len(text) and text[offset] not in "\r\n"))
