"""Mailboxes of an address field, such as From or To (RFC 5322, section 3.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.spans import Span
from maillint.values import field, frozen, mutable

_TOKEN = regex(
    r"(?P<space>\s+)|(?P<comma>,)|(?P<semicolon>;)|(?P<colon>:)|<(?P<angle>[^<>]*)>|(?P<comment>\()"
    r'|(?P<word>(?:"(?:[^"\\]|\\.)*+"|\[[^\[\]]*+\]|[^\s",;:<(\[])++|.)',
    re.DOTALL,
)
_QUOTED = regex(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_COMMENT_MARK = regex(r'"(?:[^"\\]|\\.)*+"|\(', re.DOTALL)
_COMMENT_TOKEN = regex(r"[()]|\\.", re.DOTALL)
_AROUND_DOT = regex(r" ?([@.]) ?")
"""White space and comments around the dots of an obsolete address (RFC 5322, section 4.4)."""

_LONGEST = 4000


@frozen
class Mailbox:
    """One mailbox of a field. ``address`` is as written, without comments; it need not be valid.

    ``address`` is None where there is only a name. ``span`` is the address's place in the field's text, without angle
    brackets, or else the name's. ``printed``: a template tag prints some of the address, or some of a name that may
    be one.
    """

    span: Span
    address: str | None
    printed: bool = False

    @property
    def domain(self) -> str:
        """What stands after the address's last ``@``; empty without an address."""
        return self.address.rpartition("@")[2] if self.address is not None and "@" in self.address else ""


def mailboxes(text: str) -> list[Mailbox]:
    """Return the mailboxes of a field's value in order; the members of a group stand in the group's place.

    Semicolons divide mailboxes like commas do, which some programs write. Comments are left out, and an address in a
    quoted name is part of that name. A piece without an address is returned as a mailbox without one, and so is an
    empty group. Of a longer value the first 4,000 characters are read.
    """
    text = text[:_LONGEST]
    last_semicolon = text.rfind(";")
    found: list[Mailbox] = []
    piece = _Piece()
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        assert token is not None  # the last branch takes any character
        kind, position = token.lastgroup, token.end()
        span = Span(*token.span())
        if kind in {"comma", "semicolon"}:
            found.extend(piece.mailbox(text))
            piece = _Piece()
        elif kind == "colon" and piece.may_name_group and token.end() <= last_semicolon:
            piece = _Piece(group=[*piece.words, span])
        elif kind == "angle":
            piece.angle = piece.angle or Span(*token.span("angle"))
        elif kind in {"word", "colon"}:
            piece.words.append(span)
            piece.has_at = piece.has_at or "@" in _QUOTED.sub("", token[0])
        elif kind == "comment":
            position = comment_end(text, token.start())
    found.extend(piece.mailbox(text))
    return found


@mutable
class _Piece:
    """What stands between two commas: words, and the inside of angle brackets.

    ``group`` is the name of the group that begins there, which counts where the group has no member.
    """

    words: list[Span] = field(default_factory=list)
    angle: Span | None = None
    has_at: bool = False
    group: list[Span] = field(default_factory=list)

    @property
    def may_name_group(self) -> bool:
        """Whether a colon behind the words makes them a group's name: no address and no colon stands before it."""
        return not self.has_at and self.angle is None and not self.group

    def mailbox(self, text: str) -> Iterator[Mailbox]:
        """The mailbox, if the piece has one."""
        if self.angle is not None and self.angle.end > self.angle.start:
            inside = text[self.angle.start : self.angle.end]
            yield Mailbox(self.angle, _without_comments(inside).strip(), PLACEHOLDER_CHAR in inside)
        elif words := self.words or self.group:
            written = _joined(text, words)
            address = _AROUND_DOT.sub(r"\1", written) if self.has_at and self.angle is None else None
            yield Mailbox(Span(words[0].start, words[-1].end), address, PLACEHOLDER_CHAR in written)
        elif self.angle is not None:
            yield Mailbox(Span(self.angle.start - 1, self.angle.end + 1), None)


def _joined(text: str, words: list[Span]) -> str:
    """The words with one space where anything divides them, be it a comment."""
    pieces: list[str] = []
    end = words[0].start
    for word in words:
        pieces.extend(" " if word.start > end else "")
        pieces.append(text[word.start : word.end])
        end = word.end
    return "".join(pieces)


def _without_comments(text: str) -> str:
    if "(" not in text:
        return text
    kept: list[str] = []
    position = 0
    while (mark := _COMMENT_MARK.search(text, position)) is not None:
        if mark[0] == "(":
            kept.append(text[position : mark.start()])
            position = comment_end(text, mark.start())
        else:
            kept.append(text[position : mark.end()])
            position = mark.end()
    return "".join([*kept, text[position:]])


def comment_end(text: str, start: int) -> int:
    """Return where the comment ends that opens at ``start`` (RFC 5322, section 3.2.2); comments may hold comments."""
    depth = 0
    for token in _COMMENT_TOKEN.finditer(text, start):
        depth += (token[0] == "(") - (token[0] == ")")
        if depth == 0:
            return token.end()
    return len(text)
