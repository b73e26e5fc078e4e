"""The parts of a MIME message with their places in the file (RFC 2046).

The standard library's ``email`` reads every part's header (content type, boundary, charset, file name);
the walk here keeps the raw ranges, which ``email`` does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from maillint.message.mime.headers import Field, read_block
from maillint.text.source import Source
from maillint.text.spans import Span

if TYPE_CHECKING:
    from email.message import Message as EmailMessage


MAX_PARTS = 2000
MAX_DEPTH = 50


@dataclass(frozen=True)
class RawPart:
    """One MIME part. ``number`` is as in IMAP (``1.2``; ``1`` for a message of one part).

    ``body`` is the raw body's range in the source's text; ``path`` holds the content types around it.
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
    """Yield every part of a message in order, containers included; never raises on broken MIME."""
    fields, body = read_block(source, 0, len(source.text))
    top = _part("1", source, fields, Span(body, len(source.text)), (), "text/plain")
    pending = [(top, "")]
    count = 0
    while pending and count < MAX_PARTS:
        part, prefix = pending.pop()
        count += 1
        yield part
        if len(part.path) >= MAX_DEPTH:
            continue
        children = list(_children(source, part, prefix))
        pending.extend(reversed(children))


def _children(source: Source, part: RawPart, prefix: str) -> Iterator[tuple[RawPart, str]]:
    if part.content_type.startswith("multipart/"):
        boundary = _boundary(part)
        if not boundary:
            return
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        for index, span in enumerate(_split(source.text, part.body, boundary), 1):
            fields, body = read_block(source, span.start, span.end)
            number = f"{prefix}{index}"
            child = _part(
                number, source, fields, Span(min(body, span.end), span.end), (*part.path, part.content_type), default
            )
            yield child, f"{number}."
    elif part.content_type in {"message/rfc822", "message/global"} and part.encoding in {"", "7bit", "8bit", "binary"}:
        fields, body = read_block(source, part.body.start, part.body.end)
        inner_path = (*part.path, part.content_type)
        child = _part(part.number, source, fields, Span(body, part.body.end), inner_path, "text/plain")
        yield child, f"{part.number}."


def _part(number: str, source: Source, fields: list[Field], body: Span, path: tuple[str, ...], default: str) -> RawPart:
    header = _email_header(fields)
    content_type = header.get_content_type() if header.get("content-type") is not None else default
    if content_type.startswith("multipart/") and not header.get_boundary():
        return RawPart(
            number, "text/plain", None, "", "", None, tuple(fields), body, path, "multipart without a boundary"
        )
    try:
        charset = header.get_content_charset()
    except (LookupError, ValueError):
        charset = None
    return RawPart(
        number,
        content_type,
        charset,
        str(header.get("content-transfer-encoding", "")).strip().lower(),
        (header.get_content_disposition() or "").lower(),
        _filename(header),
        tuple(fields),
        body,
        path,
    )


def _email_header(fields: list[Field]) -> EmailMessage:
    from email.message import Message as EmailMessage  # noqa: PLC0415 -- 17 ms

    header = EmailMessage()
    for known in fields:
        if known.key.startswith("content-"):
            header[known.name] = " ".join(known.raw.split())
    return header


def _filename(header: EmailMessage) -> str | None:
    from email.header import decode_header, make_header  # noqa: PLC0415 -- see _email_header

    name = header.get_filename()
    if name is None:
        return None
    try:
        return str(make_header(decode_header(name)))
    except (LookupError, ValueError):
        return name


def _boundary(part: RawPart) -> str | None:
    boundary = _email_header(list(part.fields)).get_boundary()
    return boundary.rstrip() if boundary else None


def _split(text: str, body: Span, boundary: str) -> Iterator[Span]:
    """The ranges between a multipart's delimiter lines; the line end before a delimiter belongs to it."""
    delimiter = re.compile(rf"(?:\A|(?<=[\r\n]))--{re.escape(boundary)}(--)?[ \t]*(?:\r\n|\r|\n|\Z)")
    start: int | None = None
    for found in delimiter.finditer(text, body.start, body.end):
        if start is not None:
            end = _before_line_end(text, found.start())
            if end > start:  # delimiters in a row set nothing apart
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
