"""Parts of messages: the same structure as the standard library finds, with ranges in the file."""

from __future__ import annotations

import email
import importlib.util
from email.message import EmailMessage
from pathlib import Path

import pytest

from maillint.message.mime.parts import walk
from maillint.message.mime.transfer import decode
from maillint.text.source import Source
from maillint.text.spans import Span


def source(data: bytes) -> Source:
    return Source.from_bytes("x.eml", data, message=True)


def test_nested_parts_have_the_numbers_of_imap() -> None:
    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content("plain é")
    message.add_alternative("<p>html é</p>", subtype="html", cte="base64")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="offer.pdf")
    parts = list(walk(source(message.as_bytes())))
    assert [(part.number, part.content_type, part.filename) for part in parts] == [
        ("1", "multipart/mixed", None),
        ("1", "multipart/alternative", None),
        ("1.1", "text/plain", None),
        ("1.2", "text/html", None),
        ("2", "application/pdf", "offer.pdf"),
    ]


def test_a_forwarded_message_is_walked_into() -> None:
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("inside")
    outer = EmailMessage()
    outer.set_content("outside")
    outer.add_attachment(inner)
    kinds = [(part.content_type, part.path[-1:]) for part in walk(source(outer.as_bytes()))]
    assert ("text/plain", ("message/rfc822",)) in kinds


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"no header at all, just text\n",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x\n--x--\n--x\nafter",
        b"Content-Type: text/plain; charset=no-such-charset\nContent-Transfer-Encoding: base64\n\n!!!!",
        b'Content-Type: text/plain; charset="utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=ZZ=3',
        b'Content-Type: multipart/mixed; boundary=""\n\n--\n\nx\n----\n',
        b"Subject\n: x\n\nbody",
        b"Content-Type: message/rfc822\n\n" * 200,
        b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 200,
    ],
)
def test_broken_mime_is_read_without_an_exception(data: bytes) -> None:
    file = source(data)
    for part in walk(file):
        text = decode(file, part)
        assert 0 <= part.body.start <= part.body.end <= len(file.text)
        for index in range(len(text.text)):
            found = text.map.span(Span(index, index + 1))
            assert 0 <= found.start <= found.end <= len(file.text)


def library_messages() -> list[Path]:
    """The standard library's own test messages, where this Python has them."""
    spec = importlib.util.find_spec("test.test_email")
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.glob("data/msg_*.txt"))


# The standard library looks into delivery reports and external bodies, and stops at missing boundaries.
READ_DIFFERENTLY = {"msg_16.txt", "msg_36.txt", "msg_43.txt", "msg_25.txt", "msg_41.txt"}


@pytest.mark.parametrize("path", library_messages(), ids=lambda path: path.name)
def test_the_structure_is_the_standard_librarys(path: Path) -> None:
    data = path.read_bytes()
    ours = [part.content_type for part in walk(source(data))]
    theirs = [part.get_content_type() for part in email.message_from_bytes(data).walk()]
    assert (ours == theirs) != (path.name in READ_DIFFERENTLY)
