"""Put a rendered text together, and note where its pieces come from."""

from __future__ import annotations

from maillint.message.html.tree import normalise
from maillint.message.model import Part
from maillint.message.rendering.model import PartialOffsetMap
from maillint.text.offsets import Piece
from maillint.text.spans import Span


class RenderedText:
    """Collects the pieces of a rendered text, and where they come from in the file."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.texts: list[str] = []
        self.pieces: list[Piece] = []
        self.length = 0

    def plain(self, text: str) -> None:
        """Add text that does not come from the template."""
        self.texts.append(text)
        self.length += len(text)

    def written(self, text: str, span: Span) -> None:
        """Add what a span of the part has become. The text of an included file does not come from this file."""
        if self.part.included(span) is not None:
            self.plain(text)
            return
        place = self.part.map.span(span)
        own = normalise(self.part.text[span.start : span.end]) == normalise(text)
        if own and self.part.map.exact(span):
            self._piece(text, place)
        elif len(text) == place.end - place.start > 1:  # of equal length by chance: two pieces, each leads to all of it
            self._piece(text[:1], place)
            self._piece(text[1:], place)
        else:
            self._piece(text, place)

    def _piece(self, text: str, place: Span) -> None:
        if text:
            self.pieces.append(Piece(self.length, len(text), place.start, place.end - place.start))
            self.plain(text)

    def made(self, content_type: str, fallback: Span) -> Part:
        """The rendered part, which is no template any more."""
        return Part("".join(self.texts), self.part.source, PartialOffsetMap(self.pieces, fallback), content_type)
