"""Sources, positions and the maps back from decoded text."""

from __future__ import annotations

import base64
import quopri
from encodings.aliases import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.message.mime.transfer import decode_base64, decode_quoted_printable
from maillint.text.offsets import MapBuilder, OffsetMap, Piece
from maillint.text.source import NotTextError, Source, codec_name, decode_mapped
from maillint.text.spans import Span, fill, merge, overlaps


@pytest.mark.parametrize(
    ("data", "text", "encoding", "guessed"),
    [
        (b"plain", "plain", "utf-8", False),
        ("Привет".encode(), "Привет", "utf-8", False),
        (b"\xef\xbb\xbfa", "a", "utf-8", False),
        ("\ufeffhé".encode("utf-16-le"), "hé", "utf-16-le", False),
        (
            '<meta charset="windows-1251">Привет'.encode("cp1251"),
            '<meta charset="windows-1251">Привет',
            "cp1251",
            False,
        ),
        ("<meta charset=koi8-r>Тема".encode("koi8-r"), "<meta charset=koi8-r>Тема", "koi8-r", False),
        ('<meta charset="iso-8859-1">é'.encode(), '<meta charset="iso-8859-1">é', "utf-8", False),
        ('<meta charset="utf-8">é'.encode("latin-1"), '<meta charset="utf-8">\ufffd', "utf-8", False),
        ('<meta charset="no-such">é'.encode("latin-1"), '<meta charset="no-such">é', "windows-1252", True),
        (b"caf\xe9 \x80", "café €", "windows-1252", True),
        (b"", "", "utf-8", False),
    ],
)
def test_a_source_is_decoded(data: bytes, text: str, encoding: str, guessed: bool) -> None:
    source = Source.from_bytes("x.html", data)
    assert (source.text, source.encoding, source.guessed) == (text, encoding, guessed)


def test_binary_data_is_no_source() -> None:
    with pytest.raises(NotTextError, match="NUL"):
        Source.from_bytes("x.html", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")


def test_a_message_that_is_not_utf8_keeps_a_character_for_each_byte() -> None:
    data = b"Subject: \xf4\r\n\r\n\xe9\x81"
    assert len(Source.from_bytes("x.eml", data, message=True).text) == len(data)


@pytest.mark.parametrize(
    ("text", "offset", "position"),
    [
        ("ab\ncd", 0, (1, 1)),
        ("ab\ncd", 2, (1, 3)),
        ("ab\ncd", 3, (2, 1)),
        ("ab\r\ncd", 4, (2, 1)),
        ("ab\rcd", 3, (2, 1)),
        ("ab\n\ncd", 4, (3, 1)),
        ("ab\n", 3, (2, 1)),
        ("", 0, (1, 1)),
        ("é\U0001f600x\ny", 2, (1, 3)),
    ],
)
def test_positions_count_characters_and_every_kind_of_line_end(
    text: str, offset: int, position: tuple[int, int]
) -> None:
    source = Source.from_text("x", text)
    assert source.position(offset) == position
    assert source.offset(*position) == offset


@given(st.text(alphabet="a\r\né\U0001f600", max_size=60))
def test_offset_and_position_are_inverse(text: str) -> None:
    source = Source.from_text("x", text)
    for offset in range(len(text) + 1):
        assert source.offset(*source.position(offset)) == offset


@given(st.binary(max_size=400), st.integers(1, 80), st.sampled_from([b"\n", b"\r\n"]))
def test_each_byte_of_base64_leads_to_its_digits(raw: bytes, width: int, line_end: bytes) -> None:
    encoded = base64.b64encode(raw)
    wrapped = line_end.join(encoded[i : i + width] for i in range(0, len(encoded), width)) + line_end
    decoded, mapped = decode_base64(wrapped)
    assert decoded == raw
    digits = [index for index, byte in enumerate(wrapped) if byte not in b"\r\n="]
    for index in range(len(raw)):
        span = mapped.span(Span(index, index + 1))
        assert span == (digits[index * 4 // 3], digits[-(-(index + 1) * 4 // 3) - 1] + 1)


@given(st.binary(max_size=300))
def test_each_byte_of_quoted_printable_leads_to_its_place(raw: bytes) -> None:
    encoded = quopri.encodestring(raw, quotetabs=b"\r" in raw)  # quopri takes a lone CR for no line end
    decoded, mapped = decode_quoted_printable(encoded)
    assert decoded.replace(b"\r", b"") == quopri.decodestring(encoded).replace(b"\r", b"")
    for index, byte in enumerate(decoded):
        start, end = mapped.span(Span(index, index + 1))
        piece = encoded[start:end]
        assert piece == bytes([byte]) or piece.upper() == f"={byte:02X}".encode()


@pytest.mark.parametrize("charset", ["utf-8", "koi8-r", "cp1251", "latin-1", "shift_jis"])
def test_each_character_leads_to_its_bytes(charset: str) -> None:
    text = {"koi8-r": "Тема: а\nб", "cp1251": "Їжак\nє", "latin-1": "é\nü", "shift_jis": "日本\n語"}.get(
        charset, "a é\n€ \U0001f600 Жx"
    )
    data = text.encode(charset)
    decoded, mapped = decode_mapped(data, charset)
    assert decoded == text
    for index, character in enumerate(text):
        start, end = mapped.span(Span(index, index + 1))
        assert character in data[start:end].decode(charset, "ignore") or charset == "shift_jis"


def test_bytes_that_do_not_decode_are_one_replacement_each() -> None:
    decoded, mapped = decode_mapped(b"a\xff\xfeb", "utf-8")
    assert decoded == "a\ufffd\ufffdb"
    assert mapped.span(Span(3, 4)) == (3, 4)


CHARSETS = sorted({name for alias in aliases for name in [codec_name(alias)] if name})


@given(st.binary(max_size=60), st.sampled_from(CHARSETS))
def test_no_charset_is_stopped_by_any_bytes(data: bytes, charset: str) -> None:
    text, mapped = decode_mapped(data, charset)
    for index in range(len(text)):
        span = mapped.span(Span(index, index + 1))
        assert 0 <= span.start <= span.end <= len(data)
    Source.from_bytes("x.html", f"<meta charset={charset}>".encode() + data.replace(b"\0", b""))


def test_maps_compose_exactly() -> None:
    text = "Привет"
    wrapped = base64.encodebytes(text.encode("koi8-r"))
    raw, bytes_map = decode_base64(wrapped)
    decoded, characters = decode_mapped(raw, "koi8-r")
    composed = characters.then(bytes_map).then(OffsetMap.identity(len(wrapped), 100))
    assert decoded == text
    assert composed.span(Span(0, 3)) == (100, 104)
    assert composed.span(Span(1, 2)) == (101, 103)
    assert not composed.exact(Span(1, 2))


def test_a_map_is_exact_only_where_nothing_was_decoded() -> None:
    built = MapBuilder()
    built.add("ab", 10)
    built.add("&", 12, 5)
    built.add("c", 17)
    mapped = built.map()
    assert built.text() == "ab&c"
    assert mapped.exact(Span(0, 2))
    assert not mapped.exact(Span(1, 3))
    assert mapped.exact(Span(3, 4))
    assert mapped.span(Span(2, 3)) == (12, 17)


def test_text_with_a_gap_is_not_exact() -> None:
    mapped = OffsetMap([Piece(0, 2, 0, 2), Piece(2, 2, 5, 2)])
    assert mapped.exact(Span(0, 2))
    assert not mapped.exact(Span(1, 3))


def test_spans_are_filled_without_moving_a_line_end() -> None:
    assert fill("ab\r\ncd", [Span(1, 5)], " ") == "a \r\n d"
    assert fill("abcd", [Span(0, 2), Span(1, 3)], "x") == "xxxd"


def test_spans_are_merged_and_overlapped() -> None:
    merged = merge([Span(5, 9), Span(0, 3), Span(3, 4), Span(6, 7)])
    assert merged == [Span(0, 4), Span(5, 9)]
    assert overlaps(merged, Span(2, 6)) == [Span(2, 4), Span(5, 6)]
    assert overlaps(merged, Span(4, 5)) == []
