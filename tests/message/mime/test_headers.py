"""Header fields: unfolded, decoded, and each character mapped back to the file."""

from __future__ import annotations

import pytest

from maillint.message.mime.headers import Field, read_block
from maillint.text.source import Source
from maillint.text.spans import Span


def fields(text: str) -> list[Field]:
    return read_block(Source.from_text("x.eml", text), 0, len(text))[0]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Subject: plain", "plain"),
        ("Subject:no space", "no space"),
        ("Subject: =?utf-8?B?0J/RgNC40LLQtdGC?=", "Привет"),
        ("Subject: =?utf-8?q?caf=C3=A9_au_lait?= today", "café au lait today"),
        ("Subject: =?utf-8?B?0J/RgA==?=\r\n =?utf-8?B?0LjQstC10YI=?=", "Привет"),
        ("Subject: =?koi8-r?B?9MXNwQ==?=", "Тема"),
        ("Subject: one\r\n two\r\n\tthree", "one two three"),
        ("Subject: =?no-such?B?AAAA?= stays", "=?no-such?B?AAAA?= stays"),
        ("Subject:", ""),
    ],
)
def test_a_value_is_unfolded_and_decoded(raw: str, text: str) -> None:
    [field] = fields(raw + "\r\n\r\nbody")
    assert field.text == text


def test_characters_of_an_encoded_word_point_at_the_word() -> None:
    text = "Subject: a =?utf-8?q?=C3=A9x?= b\n\n"
    [field] = fields(text)
    assert field.text == "a éx b"
    for index in (2, 3):
        found = field.map.span(Span(index, index + 1))
        assert text[found.start : found.end] == "=?utf-8?q?=C3=A9x?="
    assert not field.map.exact(Span(2, 3))
    assert field.map.exact(Span(5, 6))
    found = field.map.span(Span(5, 6))
    assert text[found.start : found.end] == "b"


def test_a_block_ends_at_the_empty_line_and_keeps_order() -> None:
    text = "From: a@b.example\nTo: c@d.example\nTo: e@f.example\n\nSubject: not a header\n"
    found, body = read_block(Source.from_text("x.eml", text), 0, len(text))
    assert [field.name for field in found] == ["From", "To", "To"]
    assert text[body:] == "Subject: not a header\n"


def test_text_without_headers_is_all_body() -> None:
    text = "Dear reader,\nhello\n"
    assert read_block(Source.from_text("x.eml", text), 0, len(text)) == ([], 0)


def test_an_mbox_line_is_skipped() -> None:
    assert [field.name for field in fields("From me@x.example Mon Nov  2\nSubject: x\n\n")] == ["Subject"]


def test_an_empty_value_has_a_place() -> None:
    text = "From: a@b.example\nSubject:\nTo: c@d.example\n\n"
    field = fields(text)[1]
    assert field.map.span(Span(0, 0)) == (len("From: a@b.example\nSubject:"),) * 2
