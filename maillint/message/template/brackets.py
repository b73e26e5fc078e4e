"""Pieces in brackets: the arguments, members and indices that follow a name in a template's tags."""

from __future__ import annotations

import re

from maillint.message.template.delimiters import MAX_TAG, STRING
from maillint.patterns import regex

_MAX_FAILED = 50
"""After this many failed searches for an end, no more pieces in brackets are looked for."""

_BRACKETS = regex(rf"{STRING}|(?P<open>[(\[{{])|(?P<close>[)\]}}])")


class Brackets:
    """Reads pieces in brackets of one text; ``member`` matches what else may follow a name (``.name``)."""

    def __init__(self, text: str, member: re.Pattern[str]) -> None:
        self._text = text
        self._member = member
        self._failed = 0

    def end(self, start: int) -> int | None:
        """The end of a piece that begins at ``start``, None without one; brackets in quotes do not count."""
        if self._failed > _MAX_FAILED:
            return None
        depth = 0
        for token in _BRACKETS.finditer(self._text, start, start + MAX_TAG):
            if token.lastgroup == "open":
                depth += 1
            elif token.lastgroup == "close":
                depth -= 1
                if depth == 0:
                    return token.end()
        self._failed += 1
        return None

    def argument(self, position: int, spaces: str = " \t\r\n") -> tuple[int, str]:
        """The end of an argument in round brackets after a place, and the argument; the place and "" without one.

        ``spaces`` are the characters that may stand before the bracket.
        """
        start = position
        while start < len(self._text) and start < position + 20 and self._text[start] in spaces:
            start += 1
        end = self.end(start) if self._text.startswith("(", start) else None
        return (position, "") if end is None else (end, self._text[start + 1 : end - 1].strip())

    def reference(self, position: int) -> int:
        """The end of a reference whose name ends at a place: its members, calls and indices are part of it."""
        while position < len(self._text):
            member = self._member.match(self._text, position)
            if member:
                position = member.end()
                continue
            end = self.end(position) if self._text[position] in "([" else None
            if end is None:
                break
            position = end
        return position
