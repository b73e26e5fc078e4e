"""Bytes decoded by a charset, with a map back to the bytes; and the charset that a document declares."""

from __future__ import annotations

import codecs
import re

from maillint.patterns import regex
from maillint.text.offsets import MapBuilder, OffsetMap, Piece

# Only the pattern that most runs need is compiled here.
_SURROGATES = regex("[\ud800-\udfff]")
_DECLARED = (
    rb"""<meta\s[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._:+-]{1,40})|"""
    rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:+-]{1,40})"""
)
_DECLARATION_WINDOW = 4096
_NOT_OF_TEXTS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
"""Codecs that decode something else than a document, or whose result depends on the machine."""

_LINE_END = rb"\r\n|\r|\n"
_UTF8_WIDTHS = "[\x00-\x7f]+|[\x80-\u07ff]+|[\ud800-\udfff]+|[\u0800-\ud7ff\ue000-\uffff]+|[\U00010000-\U0010ffff]+"
"""Runs of characters that take the same number of bytes in UTF-8; a surrogate stands for one undecodable byte."""


def declared_charset(data: bytes) -> str | None:
    """Return the Python codec named by a ``<meta charset>`` or an XML declaration near the start."""
    found = re.search(_DECLARED, data[:_DECLARATION_WINDOW], re.IGNORECASE)
    return codec_name((found[1] or found[2]).decode("ascii")) if found else None


def codec_name(charset: str) -> str | None:
    """Return the name of the Python codec that reads a charset as a browser does; None for an unknown or unsafe one.

    UTF-16 and UTF-32 are read as UTF-8, ASCII and Latin-1 as windows-1252, as WHATWG's standards demand.
    """
    try:
        info = codecs.lookup(charset)
    except (LookupError, ValueError):
        return None
    if not getattr(info, "_is_text_encoding", True):
        return None
    name = info.name
    if name in _NOT_OF_TEXTS:
        return None
    if name.startswith(("utf-16", "utf-32")):  # text in these could not hold the declaration in ASCII
        return "utf-8"
    return "windows-1252" if name in {"iso8859-1", "ascii"} else name


def decode(data: bytes, encoding: str) -> str:
    """Decode bytes by a Python codec; a byte that does not decode becomes U+FFFD."""
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    try:
        text = data.decode(encoding, errors)
    except UnicodeDecodeError:  # a seven-bit charset, whose codec does not let bytes pass as surrogates
        text = data.decode(encoding, "replace")
    return without_surrogates(text)


def decode_mapped(data: bytes, encoding: str) -> tuple[str, OffsetMap]:
    """Decode bytes and map each character to its bytes; a byte that does not decode becomes U+FFFD.

    In single-byte charsets and UTF-8 each character maps to its own bytes; in other multi-byte charsets, a
    line of text maps to a line of bytes, in proportion.
    """
    try:
        raw = data.decode(encoding, "surrogateescape")
    except UnicodeDecodeError:  # see decode
        return _decode_lines(data, encoding)
    if len(raw) == len(data):
        return without_surrogates(raw), OffsetMap.identity(len(raw))
    if encoding in {"utf-8", "utf-8-sig"}:
        return without_surrogates(raw), _utf8_map(raw, len(data))
    return _decode_lines(data, encoding)


def without_surrogates(text: str) -> str:
    """Replace surrogates by U+FFFD: they stand for bytes that did not decode, and no encoding can carry them."""
    return _SURROGATES.sub("\ufffd", text)


def _utf8_map(text: str, size: int) -> OffsetMap:
    result, offset = OffsetMap(()), 0
    for run in re.finditer(_UTF8_WIDTHS, text):
        length = run.end() - run.start()
        first = text[run.start()]
        width = 1 if first < "\x80" or "\ud800" <= first <= "\udfff" else 2 if first < "\u0800" else 3
        if first > "\uffff":
            width = 4
        result.append(Piece(run.start(), length, offset, length * width))
        offset += length * width
    if offset != size:  # utf-8-sig has dropped a byte order mark
        skipped = size - offset
        pieces = (piece._replace(source=piece.source + skipped) for piece in result.pieces)
        return OffsetMap(pieces)
    return result


def _decode_lines(data: bytes, encoding: str) -> tuple[str, OffsetMap]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    built, start = MapBuilder(), 0
    for end in [*(found.end() for found in re.finditer(_LINE_END, data)), len(data)]:
        built.add(decoder.decode(data[start:end], end == len(data)), start, end - start)
        start = end
    return without_surrogates(built.text()), built.map()
