"""Transfer encodings and charsets of parts, decoded with each character mapped back to the file."""

from __future__ import annotations

import base64
import quopri
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.message.mime.parts import walk
from maillint.message.mime.transfer import decode, decode_base64, decode_quoted_printable
from maillint.text.source import Source
from maillint.text.spans import Span


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
    encoded = quopri.encodestring(raw, quotetabs=True)  # else it leaves blanks before a lone CR, and decodes them too
    decoded, mapped = decode_quoted_printable(encoded)
    assert decoded == quopri.decodestring(encoded)
    for index, byte in enumerate(decoded):
        start, end = mapped.span(Span(index, index + 1))
        piece = encoded[start:end]
        assert piece == bytes([byte]) or piece.upper() == f"={byte:02X}".encode()


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_blanks_before_any_line_end_are_no_part_of_quoted_printable(line_end: bytes) -> None:
    encoded = b"one \t" + line_end + b"two =" + line_end + b"three= " + line_end + b"four "
    assert decode_quoted_printable(encoded)[0] == b"one" + line_end + b"two threefour"


@pytest.mark.parametrize("cte", ["base64", "quoted-printable", "8bit"])
@pytest.mark.parametrize("charset", ["utf-8", "koi8-r", "windows-1251"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_text_is_decoded_and_each_word_leads_to_its_line(cte: str, charset: str, line_end: str) -> None:
    text = "Первая строка\nВторая строка с ссылкой\n"
    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content(text, charset=charset, cte=cte)
    data = message.as_bytes().replace(b"\n", line_end.encode())
    file = Source.from_bytes("x.eml", data, message=True)
    [part] = walk(file)
    decoded = decode(file, part)
    assert decoded.text.replace("\r\n", "\n").rstrip() == text.rstrip()
    start = decoded.text.index("Вторая")
    found = decoded.map.span(Span(start, start + 6))
    raw = file.text[found.start : found.end].encode("latin-1" if file.encoding == "latin-1" else "utf-8")
    expected = {
        "8bit": "Вторая".encode(charset),
        "quoted-printable": "".join(f"={byte:02X}" for byte in "Вторая".encode(charset)).encode(),
    }
    if cte in expected:
        assert raw == expected[cte]
    else:
        assert file.text[found.start : found.end].strip()


def test_a_seven_bit_charset_is_decoded_in_an_ascii_file() -> None:
    data = b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + "日本語 $$$\n".encode("iso-2022-jp")
    file = Source.from_bytes("x.eml", data, message=True)
    [part] = walk(file)
    assert decode(file, part).text == "日本語 $$$\n"
