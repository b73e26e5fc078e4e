"""The texts of MIME parts: transfer encoding and charset decoded, with a map to the file (RFC 2045, section 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maillint.message.mime.parts import RawPart
from maillint.patterns import regex
from maillint.text.charsets import codec_name, decode_mapped
from maillint.text.offsets import OffsetMap, Piece
from maillint.text.source import Source
from maillint.text.spans import Span
from maillint.values import field, frozen

_SEVEN_BIT_CHARSETS = ("iso2022", "hz", "utf-7", "utf_7")
"""Prefixes of charsets that encode everything in ASCII bytes, so that their text looks like valid UTF-8."""

_QP_TOKEN = regex(rb"=[0-9A-Fa-f]{2}|=[ \t]*+(?:\r\n|\r|\n|\Z)|(?<![ \t])[ \t]++(?=\r\n|\r|\n|\Z)")
_BASE64_RUN = regex(rb"[A-Za-z0-9+/]+")


@frozen
class Decoded:
    """The text of a part, its map to the source's text, and the Python codec that decoded it."""

    text: str = field(repr=False)
    map: OffsetMap = field(repr=False)
    charset: str


def decode(source: Source, part: RawPart) -> Decoded:
    """Decode a text part, first by its transfer encoding, then by its charset; other bytes become U+FFFD.

    Text that is valid UTF-8 is read as UTF-8 if the part declares ASCII, or no charset.
    """
    data = source.text[part.body.start : part.body.end]
    charset = codec_name(part.charset or "us-ascii") or "utf-8"
    plain = part.encoding not in {"base64", "quoted-printable", "x-uuencode"}
    if plain and source.encoding == "utf-8" and not charset.startswith(_SEVEN_BIT_CHARSETS):
        # the whole file is UTF-8 or ASCII, and so is this part, whatever charset it declares
        return Decoded(data, OffsetMap.identity(len(data), part.body.start), charset)
    raw = data.encode("latin-1" if source.encoding == "latin-1" else "utf-8", "replace")
    byte_map = OffsetMap.identity(len(raw), part.body.start)
    if len(raw) != len(data):  # a UTF-8 file, where some characters take several bytes
        byte_map = _utf8_bytes_to_text(data, part.body.start)
    if part.encoding == "quoted-printable":
        raw, inner = decode_quoted_printable(raw)
        byte_map = inner.then(byte_map)
    elif part.encoding == "base64":
        raw, inner = decode_base64(raw)
        byte_map = inner.then(byte_map)
    if charset == "windows-1252" and (part.charset or "us-ascii").lower() in {"us-ascii", "ascii"} and _is_utf8(raw):
        charset = "utf-8"
    text, char_map = decode_mapped(raw, charset)
    return Decoded(text, char_map.then(byte_map), charset)


LONGEST_LINE = 76
"""Characters that a line of quoted-printable may have (RFC 2045, section 6.7, rule 5)."""


def keeps_quoted_printable(source: str, span: Span, text: str) -> bool:
    """Whether a plain text in the place of a span of an encoded source decodes to itself.

    It must hold nothing that wants an escape, and leave no line too long or with a blank at its end.
    """
    before = source[source.rfind("\n", 0, span.start) + 1 : span.start] + text
    end = source.find("\n", span.end)
    line = before + source[span.end : end if end >= 0 else len(source)].rstrip("\r")
    shorter = len(text) <= span.end - span.start and "\n" not in source[span.start : span.end]
    fits = shorter or len(line) <= LONGEST_LINE
    return fits and text.isascii() and "=" not in text and line == line.rstrip(" \t")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _utf8_bytes_to_text(text: str, start: int) -> OffsetMap:
    result, offset = OffsetMap(()), 0
    for run in re.finditer(r"[\x00-\x7f]+|[^\x00-\x7f]", text):
        width = len(run[0].encode("utf-8", "replace"))
        length = run.end() - run.start()
        result.append(Piece(offset, width, start + run.start(), length))
        offset += width
    return result


def decode_quoted_printable(data: bytes) -> tuple[bytes, OffsetMap]:
    """Decode quoted-printable (RFC 2045 section 6.7) and map each byte to its place in ``data``."""
    out = bytearray()
    result = OffsetMap(())
    position = 0

    def add(chunk: bytes, source: int, width: int) -> None:
        if chunk:
            result.append(Piece(len(out), len(chunk), source, width))
            out.extend(chunk)

    for token in _QP_TOKEN.finditer(data):
        add(data[position : token.start()], position, token.start() - position)
        position = token.end()
        if token[0][:1] == b"=" and len(token[0]) == 3 and token[0][1:].strip():
            add(bytes([int(token[0][1:], 16)]), token.start(), 3)
    add(data[position:], position, len(data) - position)
    return bytes(out), result


def decode_base64(data: bytes) -> tuple[bytes, OffsetMap]:
    """Decode base64 (RFC 2045 section 6.8) and map each byte to its digits in ``data``.

    Other characters are skipped, padding may be missing, and what follows it is ignored.
    """
    import binascii  # noqa: PLC0415 -- only messages need it

    runs = OffsetMap(())  # runs of digits, mapped to their places in the data
    digits = bytearray()
    for run in _BASE64_RUN.finditer(data, 0, (data.find(b"=") + 1 or len(data) + 1) - 1):
        runs.append(Piece(len(digits), run.end() - run.start(), run.start(), run.end() - run.start()))
        digits.extend(run[0])
    if len(digits) % 4 == 1:
        del digits[-1]
    raw = binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
    return raw, OffsetMap(_base64_pieces(runs, len(raw)))


def _base64_pieces(digits: OffsetMap, size: int) -> Iterator[Piece]:
    """Map bytes to digits: byte ``i`` comes from the digits ``[4i // 3, ceil(4(i + 1) / 3))``.

    The complete groups of four digits in a run are one piece; the bytes of other groups are a piece each.
    """

    def single(byte: int) -> Piece:
        begin, end = digits.start(byte * 4 // 3), digits.end(-(-(byte + 1) * 4 // 3))
        return Piece(byte, 1, begin, end - begin)

    done = 0
    for run in digits.pieces:
        first, last = -(-run.start // 4), min((run.start + run.length) // 4, size // 3)
        if last <= first:
            continue
        yield from (single(byte) for byte in range(done, first * 3))
        yield Piece(first * 3, (last - first) * 3, run.source + first * 4 - run.start, (last - first) * 4)
        done = last * 3
    yield from (single(byte) for byte in range(done, size))
