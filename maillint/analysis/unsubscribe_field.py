"""How a List-Unsubscribe field is written (RFC 2369, section 2): its addresses, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maillint.analysis.links import private_reason, stands_for_another
from maillint.hits import Change
from maillint.message.memo import remembered
from maillint.message.mime.mailboxes import comment_end
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.spans import Span, overlaps
from maillint.values import frozen
from maillint.web.domains import parse_ip
from maillint.web.urls import split

_PIECE = regex(
    r"(?P<space>\s+)|(?P<comma>,)|(?P<semicolon>;)|(?P<quote>\")|(?P<comment>\()"
    r"|<+(?P<uri>[^<>]*)>*|(?P<text>[^\s,<\"]+)"
)
_URI_SCHEME = regex(r"([A-Za-z][A-Za-z0-9+.-]{0,31}):")
_KNOWN_SCHEME = regex(r"(?:https?|mailto|ftp):", re.IGNORECASE)
_NEXT_URI = regex(r"[,;]\s*(?=(?:https?|mailto):)", re.IGNORECASE)
_BARE_ADDRESS = regex(rf"[^\s@<>,;:\"()/?{PLACEHOLDER_CHAR}]+@[^\s@<>,;:\"()/?{PLACEHOLDER_CHAR}]+")
_WHITE = regex(r"\s+")
_AFTER = " \t\r\n,;>"
_LONGEST = 10_000
"""Characters of a field that are read; real ones have not a tenth of that."""


@frozen
class Uri:
    """One address; ``span`` leaves out the angle brackets, which it may lack (``bracketed``).

    ``text`` has no white space, and PLACEHOLDER_CHAR for template tags. ``scheme`` is lower case; it is empty where
    there is none, and None where a tag may print it.
    """

    text: str
    span: Span
    scheme: str | None
    bracketed: bool


@frozen
class Fault:
    """What is wrong, in words that follow the field's name, and the changes that mend it."""

    span: Span
    words: str
    changes: tuple[Change, ...] = ()
    safe: bool = True


@frozen
class _Piece:
    """A part of the field between white space and comments.

    ``kind`` is ``uri`` (something in angle brackets, of which ``inner`` is the inside), ``loose`` (an address
    without them), ``tag`` (what a template tag prints), ``text`` (other words), ``comma``, ``semicolon`` or
    ``quote``.
    """

    kind: str
    span: Span
    inner: Span


@remembered
def uris(view: View) -> tuple[Uri, ...]:
    """The addresses in a view of the field, those without angle brackets too."""
    return tuple(_uri(view, piece) for piece in _pieces(view.text) if piece.kind in {"uri", "loose", "tag"})


def faults(view: View) -> Iterator[Fault | None]:
    """Yield every fault of the field, the first of each address; None where a template tag prints what matters."""
    pieces = _pieces(view.text)
    quotes = tuple(Change(piece.span, "") for piece in pieces if piece.kind == "quote")
    if quotes:
        yield Fault(quotes[0].span, "has quotation marks outside the angle brackets", quotes)
    pieces = [piece for piece in pieces if piece.kind != "quote"]
    certain = not any(piece.kind in {"text", "tag"} for piece in pieces)
    before: _Piece | None = None  # an address that must be followed by a comma
    for index, piece in enumerate(pieces):
        last = index == len(pieces) - 1
        if before is not None and piece.kind in {"uri", "loose"}:
            comma = Change(Span(before.span.end, before.span.end), ",")
            yield Fault(piece.span, "lacks a comma before the next address", (comma,))
        before = None
        match piece.kind:
            case "uri":
                yield from _uri_fault(view, piece)
                before = piece if view.text[piece.span.end - 1] == ">" else None
            case "loose":
                yield _loose_fault(view, piece, certain=certain)
                before = piece
            case "semicolon":
                yield Fault(
                    piece.span, "has a semicolon instead of a comma", (Change(piece.span, "" if last else ","),)
                )
            case "text":
                yield Fault(piece.span, "has text outside the angle brackets")
            case "tag":
                yield None


def _loose_fault(view: View, piece: _Piece, *, certain: bool) -> Fault:
    start, end = piece.inner
    opening = "<" if _KNOWN_SCHEME.match(view.text, start) else "<mailto:"
    changes = (Change(Span(start, start), opening), Change(Span(end, piece.span.end), ">"))
    return Fault(piece.inner, "has an address without angle brackets", changes if certain else ())


def _uri_fault(view: View, piece: _Piece) -> Iterator[Fault]:
    """The first fault of an address in angle brackets."""
    start, end = piece.inner
    raw = view.text[start:end]
    changes: tuple[Change, ...]
    uri = _uri(view, piece)
    if not raw.strip():
        yield Fault(piece.span, "has an empty pair of angle brackets")
    elif end == piece.span.end:
        address = raw.rstrip(_AFTER)
        at = start + len(address)
        whole = not _WHITE.search(address) and not _NEXT_URI.search(address)
        yield Fault(
            Span(piece.span.start, at),
            "has an unclosed angle bracket",
            (Change(Span(at, at), ">"),) if whole else (),
        )
    elif start - piece.span.start > 1 or piece.span.end - end > 1:
        changes = (Change(Span(piece.span.start, start), "<"), Change(Span(end, piece.span.end), ">"))
        yield Fault(piece.span, "has doubled angle brackets", changes)
    elif dividers := [Span(start + found.start(), start + found.end()) for found in _NEXT_URI.finditer(raw)]:
        changes = tuple(Change(divider, ">, <") for divider in dividers)
        yield Fault(piece.span, "has several addresses in one pair of angle brackets", changes)
    elif uri.scheme == "":
        changes = (Change(Span(start, start), "mailto:"),) if _BARE_ADDRESS.fullmatch(raw) else ()
        yield Fault(piece.inner, "has an address without https: or mailto:", changes)
    elif white := _white(view, piece.inner):
        yield _white_fault(view, piece.inner, white)
    elif reason := _unreachable(uri):
        yield Fault(piece.inner, reason)


def _white(view: View, span: Span) -> list[Span]:
    """The runs of white space in a span, without those that only stand for blanked template tags."""
    runs = [Span(*match.span()) for match in _WHITE.finditer(view.text, *span)]
    return [run for run in runs if not overlaps(view.hidden_spans, run)]


def _white_fault(view: View, inner: Span, white: list[Span]) -> Fault:
    """Clients ignore white space here (RFC 2369, section 2), so it can go; in a query, to drop it is a guess."""
    query = view.text.find("?", *inner)
    meant = {run for run in white if 0 <= query < run.start and run.end < inner.end}
    changes = tuple(Change(run, "%20" if run in meant else "") for run in white)
    return Fault(white[0], "has white space inside an address", changes, safe=not meant)


def _unreachable(uri: Uri) -> str | None:
    """Say why no recipient can reach an address; None if recipients may."""
    if uri.scheme in {"http", "https"}:
        host = split(uri.text).host
        if not host:
            return "has an address without a host"
    elif uri.scheme == "mailto":
        address = uri.text.partition(":")[2].partition("?")[0].replace("%40", "@")
        if PLACEHOLDER_CHAR in address:
            return None
        local, _, host = address.rpartition("@")
        if not local or not host:
            return "has mailto: without an e-mail address"
    else:
        return None
    if PLACEHOLDER_CHAR in host:
        return None
    if private_reason(host.lower()) or ("." not in host and parse_ip(host) is None):
        return "leads to a host that recipients cannot reach"
    return "leads to a placeholder host" if stands_for_another(host) else None


def _uri(view: View, piece: _Piece) -> Uri:
    text = _WHITE.sub("", view.text[piece.inner.start : piece.inner.end])
    match = _URI_SCHEME.match(text)
    scheme = match[1].lower() if match else None if PLACEHOLDER_CHAR in text.partition(":")[0] else ""
    return Uri(text, piece.inner, scheme, piece.kind == "uri")


def _pieces(text: str) -> list[_Piece]:
    """Cut the field into its pieces, leaving out the comments and white space between them, which are legal."""
    pieces: list[_Piece] = []
    position = 0
    text = text[:_LONGEST]
    while found := _PIECE.match(text, position):
        position = found.end()
        kind, span = str(found.lastgroup), Span(*found.span())
        if kind == "comment":
            position = comment_end(text, span.start)
        elif kind == "uri":
            pieces.append(_Piece(kind, span, Span(*found.span("uri"))))
        elif kind == "text":
            pieces.append(_text_piece(found[0], span))
            if pieces[-1].kind == "text" and len(pieces) > 1 and pieces[-2].kind == "text":
                joined = Span(pieces[-2].span.start, span.end)
                pieces[-2:] = [_Piece("text", joined, joined)]
        elif kind != "space":
            pieces.append(_Piece(kind, span, span))
    return pieces


def _text_piece(text: str, span: Span) -> _Piece:
    """A word outside of angle brackets, which may be an address; a semicolon or bracket at its end is left out."""
    bare = text.rstrip(";>")
    if _KNOWN_SCHEME.match(bare) or _BARE_ADDRESS.fullmatch(bare):
        return _Piece("loose", span, Span(span.start, span.start + len(bare)))
    return _Piece("tag" if PLACEHOLDER_CHAR in text else "text", span, span)
