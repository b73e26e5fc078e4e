"""The parts of a MIME message, with their ranges in the file (RFC 2046).

The standard library's ``email`` reads the header of each part (content type, boundary, charset, file name).
Splitting a message into parts is done here, because ``email`` does not say where in the file they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from maillint.message.memo import look_at_clock
from maillint.message.mime.headers import Field, read_block
from maillint.text.source import Source
from maillint.text.spans import Span
from maillint.values import field, frozen

if TYPE_CHECKING:
    from email.message import Message as EmailMessage


Read = TypeVar("Read")

MAX_PARTS = 2000
"""The most parts of a message that are read."""

MAX_DEPTH = 50
"""The most multiparts and forwarded messages around a part that is read."""

_OWN = "content-"  # how the fields of a part begin that say something of it (RFC 2045, section 9)
_LONGEST_FIELD = 8_000
"""Characters of a field with parameters that are read: the standard library takes the square of their number."""


@frozen
class RawPart:
    """One MIME part.

    ``number`` is as in IMAP: ``1.2``, and ``1`` for a message of one part. ``content_type``, ``encoding`` (the
    Content-Transfer-Encoding) and ``disposition`` are in lower case, the latter two empty where absent.
    ``body`` is the range of the raw body in the source's text. ``path`` are the content types of the parts
    around this one, from the outside in. ``defect`` says what is wrong with the part. ``fields`` are all of them for
    the message itself, and those of MIME for a part.
    """

    number: str
    content_type: str
    charset: str | None
    encoding: str
    disposition: str
    filename: str | None
    fields: tuple[Field, ...] = field(repr=False)
    body: Span
    path: tuple[str, ...] = ()
    defect: str | None = None


def walk(source: Source) -> Iterator[RawPart]:
    """Yield every part of a message in order, also multiparts; never raises, however broken the MIME is.

    Stops at MAX_PARTS parts, and does not look into parts at MAX_DEPTH.
    """
    fields, body = read_block(source, 0, len(source.text))
    top = _part("1", source, fields, Span(body, len(source.text)), (), "text/plain")
    pending = [(top, "")]
    count = 0
    while pending and count < MAX_PARTS:
        look_at_clock()
        part, prefix = pending.pop()
        count += 1
        yield part
        if len(part.path) >= MAX_DEPTH:
            continue
        children = list(islice(_children(source, part, prefix), MAX_PARTS))
        pending.extend(reversed(children))


def _children(source: Source, part: RawPart, prefix: str) -> Iterator[tuple[RawPart, str]]:
    if part.content_type.startswith("multipart/"):
        boundary = _boundary(part)
        if not boundary:
            return
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        for index, span in enumerate(_split(source.text, part.body, boundary), 1):
            fields, body = read_block(source, span.start, span.end, _OWN)
            number = f"{prefix}{index}"
            child = _part(
                number, source, fields, Span(min(body, span.end), span.end), (*part.path, part.content_type), default
            )
            yield child, f"{number}."
    elif part.content_type in {"message/rfc822", "message/global"} and part.encoding in {"", "7bit", "8bit", "binary"}:
        fields, body = read_block(source, part.body.start, part.body.end, _OWN)
        inner_path = (*part.path, part.content_type)
        child = _part(part.number, source, fields, Span(body, part.body.end), inner_path, "text/plain")
        yield child, f"{part.number}."


def _part(number: str, source: Source, fields: list[Field], body: Span, path: tuple[str, ...], default: str) -> RawPart:
    header = _email_header(fields)
    content_type = _told(header.get_content_type, "text/plain") if header.get("content-type") is not None else default
    if content_type.startswith("multipart/") and not _parameter(header, "boundary"):
        return RawPart(
            number, "text/plain", None, "", "", None, tuple(fields), body, path, "multipart without a boundary"
        )
    return RawPart(
        number,
        content_type,
        _told(header.get_content_charset, None),
        str(header.get("content-transfer-encoding", "")).strip().lower(),
        (_told(header.get_content_disposition, None) or "").lower(),
        _filename(header),
        tuple(fields),
        body,
        path,
    )


def _email_header(fields: list[Field]) -> EmailMessage:
    from email.message import Message as EmailMessage  # noqa: PLC0415 -- 17 ms

    header = EmailMessage()
    for field in fields:  # noqa: F402 -- not the one of dataclasses
        if field.key.startswith(_OWN):
            header[field.name] = " ".join(field.raw[:_LONGEST_FIELD].split())
    return header


def _filename(header: EmailMessage) -> str | None:
    from email.header import decode_header, make_header  # noqa: PLC0415 -- see _email_header

    name = _parameter(header, "filename", "content-disposition")
    if name is None:
        name = _parameter(header, "name")
    return None if name is None else _told(lambda: str(make_header(decode_header(name.strip()))), name.strip())


def _boundary(part: RawPart) -> str | None:
    return _parameter(_email_header(list(part.fields)), "boundary")


def _parameter(header: EmailMessage, name: str, field_name: str = "content-type") -> str | None:
    """A parameter of a field; one in a charset that cannot be decoded (RFC 2231) is taken as it is written."""
    from email.utils import collapse_rfc2231_value, unquote  # noqa: PLC0415 -- see _email_header

    value = _told(lambda: header.get_param(name, None, field_name, unquote=True), None)
    if value is None:
        return None
    as_written = unquote(str(value[2] if isinstance(value, tuple) else value))
    return _told(lambda: collapse_rfc2231_value(value), as_written).rstrip()


def _told(read: Callable[[], Read], otherwise: Read) -> Read:
    """What ``email`` reads in a field; something else where it stumbles, for which it has many kinds of exceptions."""
    try:
        return read()
    except Exception:
        return otherwise


def _split(text: str, body: Span, boundary: str) -> Iterator[Span]:
    """The ranges between the delimiter lines of a multipart; the line end before a delimiter is part of it."""
    delimiter = re.compile(rf"(?:\A|(?<=[\r\n]))--{re.escape(boundary)}(--)?[ \t]*(?:\r\n|\r|\n|\Z)")
    start: int | None = None
    for found in delimiter.finditer(text, body.start, body.end):
        if start is not None:
            end = _before_line_end(text, found.start())
            if end > start:  # there is no part between two delimiters in a row
                yield Span(start, end)
        if found[1]:
            return
        start = found.end()
    if start is not None:
        yield Span(start, body.end)


def _before_line_end(text: str, offset: int) -> int:
    if text[max(offset - 2, 0) : offset] == "\r\n":
        return offset - 2
    return offset - 1
