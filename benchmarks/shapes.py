"""Texts of one shape and any length, for benchmarks and tests of growth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Shape(NamedTuple):
    """Texts of one shape: ``text`` makes one of about a size, to be linted as ``settings`` say.

    Those of the functions here take the number of the first piece, too; with another one, no piece is the same.
    """

    text: Callable[..., str]
    settings: Mapping[str, Any]


def repeated(piece: str, before: str = "", after: str = "", **settings: Any) -> Shape:
    """A piece again and again; ``@N@`` in it is its number."""

    def text(size: int, first: int = 0) -> str:
        return before + _numbered(piece, size - len(before) - len(after), first) + after

    return Shape(text, settings or {"kind": "html"})


def nested(opening: str, closing: str, before: str = "", after: str = "", **settings: Any) -> Shape:
    def text(size: int, _: int = 0) -> str:
        depth = max(1, size // (len(opening) + len(closing)))
        return before + opening * depth + closing * depth + after

    return Shape(text, settings or {"kind": "html"})


def beside(one: str, other: str, before: str = "", between: str = "", after: str = "", **settings: Any) -> Shape:
    """As many characters of one numbered piece as of another."""

    def text(size: int, first: int = 0) -> str:
        return before + between.join(_numbered(piece, size // 2, first) for piece in (one, other)) + after

    return Shape(text, settings or {"kind": "html"})


def _numbered(piece: str, size: int, first: int) -> str:
    count = max(1, size // len(piece))
    if "@N@" not in piece:
        return piece * count
    return "".join(piece.replace("@N@", str(n)) for n in range(first, first + count))


HEAD = (
    "From: Ada <ada@acme.example>\r\nTo: bob@b.example\r\nSubject: News\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\n"
    "Message-ID: <1@acme.example>\r\nMIME-Version: 1.0\r\n"
)
MIXED = HEAD + 'Content-Type: multipart/mixed; boundary="edge"\r\n\r\n'
PLAIN = "--edge\r\nContent-Type: text/plain\r\n\r\nNumber @N@: https://acme.example/@N@\r\n"
EML = {"kind": "eml"}
JINJA = {"filename": "a.html.j2"}
STYLED = "<html><head><style>"
BODY = "</style></head><body>"

ORDINARY: Mapping[str, Shape] = {
    "tags": repeated("<p>Hello {{ user.name }}, {% if user.vip %}gold{% else %}grey{% endif %}</p>\n", **JINJA),
    "branches": repeated("{% if plan == @N@ %}<p>Plan @N@</p>{% else %}<p>No</p>{% endif %}\n", **JINJA),
    "links": repeated('<p><a href="https://acme.example/p/@N@?utm_source=a#x">acme.example/p/@N@</a></p>\n'),
    "styles": repeated('<p style="color: red; display: block; width: @N@px" class="c@N@">Word</p>\n'),
    "sheets": beside(
        ".c@N@ { color: red; display: none }\n", '<p class="c@N@">Word</p>\n', STYLED, BODY, "</body></html>"
    ),
    "text": repeated("Dear reader, the weather of day @N@ is fine and costs $ @N@.\n", "<p>", "</p>"),
    "headers": repeated("X-Field-@N@: some value that goes on and\r\n on\r\n", HEAD, "\r\nHello", **EML),
    "parts": repeated(PLAIN, MIXED, "--edge--\r\n", **EML),
}
"""What the growth of work is held to most closely on."""
