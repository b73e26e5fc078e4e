"""Bytes decoded by any charset, and each character mapped back to its bytes."""

from __future__ import annotations

from encodings.aliases import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.text.charsets import codec_name, decode_mapped
from maillint.text.source import Source
from maillint.text.spans import Span

CHARSETS = sorted({name for alias in aliases for name in [codec_name(alias)] if name})


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("windows-1251", "cp1251"),
        ("us-ascii", "windows-1252"),
        ("ISO-8859-1", "windows-1252"),
        ("utf-16", "utf-8"),
        ("no-such", None),
        ("base64", None),
        ("unicode_escape", None),
        ("idna", None),
        ("\0", None),
    ],
)
def test_codec_of_a_charset(charset: str, codec: str | None) -> None:
    assert codec_name(charset) == codec


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


@given(st.binary(max_size=60), st.sampled_from(CHARSETS))
def test_every_charset_decodes_any_bytes(data: bytes, charset: str) -> None:
    text, mapped = decode_mapped(data, charset)
    for index in range(len(text)):
        span = mapped.span(Span(index, index + 1))
        assert 0 <= span.start <= span.end <= len(data)
    Source.from_bytes("x.html", f"<meta charset={charset}>".encode() + data.replace(b"\0", b""))
