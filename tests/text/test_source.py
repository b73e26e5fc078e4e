"""Files decoded, and the lines and columns of their characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.text.source import NotTextError, Source


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


def test_binary_data_is_refused() -> None:
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
