"""The decoded text of a file, with the lines and columns of its characters."""

from __future__ import annotations

import codecs
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import chain

from maillint.errors import LintError
from maillint.patterns import regex
from maillint.text.charsets import declared_charset, decode, without_surrogates
from maillint.text.spans import Span, line_feeds
from maillint.values import field, frozen

FALLBACK_ENCODING = "windows-1252"
"""The encoding of a source that is not UTF-8 and declares no charset (the default of WHATWG's HTML standard)."""

SMALL = 25_000
"""Characters of a text that cannot hold too much to be looked at, whatever they are."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LINE_END = regex(r"\r\n|\r|\n")


class NotTextError(LintError):
    """A source holds binary data."""


@lru_cache(2)
def lowered(text: str) -> str:
    """A text in lower case, worked out once for those who ask it something one after the other.

    It takes twenty times as long where a character is none of ASCII.
    """
    return text.lower()


@frozen
class Source:
    """A file's decoded text, with its line ends as on disk. Offsets count characters of ``text``.

    ``encoding`` is the Python codec that read it. ``bom``: a byte order mark came before the text, of which it
    is no part. ``guessed``: the encoding is FALLBACK_ENCODING, for want of any other sign. ``data`` is empty
    for a text that did not come from bytes.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False
    guessed: bool = False
    data: bytes = field(default=b"", repr=False)

    @classmethod
    def from_bytes(cls, path: str, data: bytes, *, message: bool = False) -> Source:
        """Decode a file: by its byte order mark, as UTF-8, by the charset that it declares, or by the fallback.

        UTF-8 comes before the declared charset: text in another charset is practically never valid UTF-8, and
        templates saved as UTF-8 often keep an older declaration. A ``message`` declares a charset for each
        part, so there the fallback is Latin-1, which gives every byte a character of its own. Raises
        NotTextError for binary data.
        """
        for mark, encoding in _BOMS:
            if data.startswith(mark):
                return cls(path, decode(data[len(mark) :], encoding), encoding, bom=True, data=data)
        if b"\0" in (data[:1024] if message else data):  # parts of a broken message may have NUL bytes
            raise NotTextError("binary data (it has NUL bytes), not text")
        try:
            return cls(path, data.decode("utf-8"), data=data)
        except UnicodeDecodeError:
            pass
        if message:
            return cls(path, data.decode("latin-1"), "latin-1", data=data)
        declared = declared_charset(data)
        if declared:
            return cls(path, decode(data, declared), declared, data=data)
        return cls(path, decode(data, FALLBACK_ENCODING), FALLBACK_ENCODING, guessed=True, data=data)

    @classmethod
    def from_text(cls, path: str, text: str) -> Source:
        """Make a source of text that is decoded already."""
        return cls(path, without_surrogates(text))

    @cached_property
    def _line_starts(self) -> Sequence[int]:
        if "\r" in self.text:
            return array("I", chain((0,), (found.end() for found in _LINE_END.finditer(self.text))))
        return line_feeds(self.text)

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column of an offset; columns count characters."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a 1-based line and column; raises IndexError outside the text."""
        start = self._line_starts[line - 1]
        if line < 1 or column < 1 or start + column - 1 > len(self.text):
            raise IndexError((line, column))
        return start + column - 1

    def line_span(self, line: int) -> Span:
        """Return the span of a 1-based line, without its line end."""
        starts = self._line_starts
        start = starts[line - 1]
        end = starts[line] if line < len(starts) else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)

    def within(self, span: Span) -> Span:
        """Return a span cut to the text; an empty one stays at its place."""
        start = min(span.start, len(self.text))
        return Span(start, min(max(span.end, start), len(self.text)))
