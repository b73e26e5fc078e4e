"""Sources, spans, and the maps that lead from decoded text back to the file."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from maillint.errors import LintError
from maillint.text.offsets import MapBuilder, OffsetMap, Piece
from maillint.text.spans import Span

FALLBACK_ENCODING = "windows-1252"
"""What a source is read as when it is not UTF-8 and names no charset of its own (WHATWG's default)."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""<meta\s[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._:+-]{1,40})|"""
    rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:+-]{1,40})""",
    re.IGNORECASE,
)
_DECLARATION_WINDOW = 4096
_LINE_END = re.compile(r"\r\n|\r|\n")
_SURROGATES = re.compile("[\ud800-\udfff]")
_UTF8_WIDTHS = re.compile(
    "[\x00-\x7f]+|[\x80-\u07ff]+|[\ud800-\udfff]+|[\u0800-\ud7ff\ue000-\uffff]+|[\U00010000-\U0010ffff]+"
)


class NotTextError(LintError):
    """Raised for a source that holds binary data."""


@dataclass(frozen=True)
class Source:
    """A file's decoded text; line ends are kept as they are on disk.

    ``encoding`` is the Python codec that read it, ``bom`` whether a byte order mark stood before the
    text (it is no part of ``text``), ``guessed`` whether the encoding is the stated fallback.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bool = False
    guessed: bool = False
    data: bytes = field(default=b"", repr=False)

    @classmethod
    def from_bytes(cls, path: str, data: bytes, *, message: bool = False) -> Source:
        """Decode a file: by BOM, by UTF-8, by the charset it declares, then by the fallback.

        UTF-8 comes before the declared charset: text in another charset is practically never valid
        UTF-8, and templates saved as UTF-8 often keep an older declaration. A ``message`` declares a
        charset per part, so there the fallback is Latin-1, which gives every byte its own character.
        Raises NotTextError for binary data.
        """
        for mark, encoding in _BOMS:
            if data.startswith(mark):
                return cls(path, _decode(data[len(mark) :], encoding), encoding, bom=True, data=data)
        if b"\0" in (data[:1024] if message else data):  # a broken message may carry some further down
            raise NotTextError("binary data (it has NUL bytes), not text")
        try:
            return cls(path, data.decode("utf-8"), data=data)
        except UnicodeDecodeError:
            pass
        if message:
            return cls(path, data.decode("latin-1"), "latin-1", data=data)
        declared = declared_charset(data)
        if declared:
            return cls(path, _decode(data, declared), declared, data=data)
        return cls(path, _decode(data, FALLBACK_ENCODING), FALLBACK_ENCODING, guessed=True, data=data)

    @classmethod
    def from_text(cls, path: str, text: str) -> Source:
        """Wrap text that is already decoded."""
        return cls(path, _SURROGATES.sub("\ufffd", text))

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 1-based (line, column) of a character offset; a column counts characters."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """Return the character offset of a 1-based line and column; raises IndexError outside the text."""
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

    @property
    def line_count(self) -> int:
        """How many lines the text has; an empty text has one."""
        return len(self._line_starts)


def declared_charset(data: bytes) -> str | None:
    """Return the Python codec named by a ``<meta charset>`` or an XML declaration near the start."""
    found = _DECLARED.search(data, 0, _DECLARATION_WINDOW)
    return codec_name((found[1] or found[2]).decode("ascii")) if found else None


def codec_name(charset: str) -> str | None:
    """Return Python's name for an ASCII-compatible text charset, or None for an unknown or unsafe one."""
    try:
        info = codecs.lookup(charset)
    except (LookupError, ValueError):
        return None
    if not getattr(info, "_is_text_encoding", True):
        return None
    name = info.name
    if name in {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}:
        return None
    if name.startswith(("utf-16", "utf-32")):  # they cannot have carried the ASCII declaration itself
        return "utf-8"
    return "windows-1252" if name in {"iso8859-1", "ascii"} else name


def _decode(data: bytes, encoding: str) -> str:
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    try:
        text = data.decode(encoding, errors)
    except UnicodeDecodeError:  # a seven-bit charset: no byte of its own escapes
        text = data.decode(encoding, "replace")
    return _SURROGATES.sub("\ufffd", text)


def decode_mapped(data: bytes, encoding: str) -> tuple[str, OffsetMap]:
    """Decode bytes and map each character to its bytes; a byte that does not decode becomes U+FFFD.

    Single-byte charsets and UTF-8 map exactly; in other multi-byte charsets a line maps to its line.
    """
    try:
        raw = data.decode(encoding, "surrogateescape")
    except UnicodeDecodeError:  # a seven-bit charset: no byte of its own escapes
        return _decode_lines(data, encoding)
    if len(raw) == len(data):
        return _SURROGATES.sub("\ufffd", raw), OffsetMap.identity(len(raw))
    if encoding in {"utf-8", "utf-8-sig"}:
        return _SURROGATES.sub("\ufffd", raw), _utf8_map(raw, len(data))
    return _decode_lines(data, encoding)


def _utf8_map(text: str, size: int) -> OffsetMap:
    pieces, offset = [], 0
    for run in _UTF8_WIDTHS.finditer(text):
        length = run.end() - run.start()
        first = text[run.start()]
        width = 1 if first < "\x80" or "\ud800" <= first <= "\udfff" else 2 if first < "\u0800" else 3
        if first > "\uffff":
            width = 4
        pieces.append(Piece(run.start(), length, offset, length * width))
        offset += length * width
    if offset != size and pieces:  # utf-8-sig swallowed a mark
        skipped = size - offset
        pieces = [piece._replace(source=piece.source + skipped) for piece in pieces]
    return OffsetMap(pieces)


def _decode_lines(data: bytes, encoding: str) -> tuple[str, OffsetMap]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    built, start = MapBuilder(), 0
    for end in [*(found.end() for found in re.finditer(rb"\r\n|\r|\n", data)), len(data)]:
        built.add(decoder.decode(data[start:end], end == len(data)), start, end - start)
        start = end
    return _SURROGATES.sub("\ufffd", built.text()), built.map()
