"""Pieces in brackets: the arguments, members and indices that follow a name in a template's tags."""

from __future__ import annotations

import re

from maillint.message.template.delimiters import MAX_TAG, STRING

_MAX_FAILED = 50
"""After so many searches for an end that came to nothing, no piece in brackets is looked for any more."""

_BRACKETS = re.compile(rf"{STRING}|(?P<open>[(\[{{])|(?P<close>[)\]}}])")


class Brackets:
    """The brackets of one text; ``member`` is what a name may be followed by, beside brackets."""

    def __init__(self, text: str, member: re.Pattern[str]) -> None:
        self._text = text
        self._member = member
        self._failed = 0

    def end(self, start: int) -> int | None:
        """The end of a piece that begins at ``start``, brackets in quotes left out; None without one."""
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

    def argument(self, position: int, hidden_spans: str = " \t\r\n") -> tuple[int, str]:
        """The end of an argument in round brackets that may follow, and the argument; without one, the same place."""
        start = position
        while start < len(self._text) and start < position + 20 and self._text[start] in hidden_spans:
            start += 1
        end = self.end(start) if self._text.startswith("(", start) else None
        return (position, "") if end is None else (end, self._text[start + 1 : end - 1].strip())

    def reference(self, position: int) -> int:
        """The end of a reference: members, calls and indices that follow a name."""
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
