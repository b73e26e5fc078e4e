"""Program text in tags: which statements in it open, divide or close a block that goes on after the tag."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maillint.message.template.dialect import Word, take

_MAX_STATEMENT = 4_000
"""Of a longer statement only the beginning and the end are looked at."""


@dataclass(slots=True)
class Piece:
    """A statement of a tag's program text that belongs to a block; ``middle``: it can only divide one."""

    start: int
    word: Word
    middle: bool = False


@dataclass(slots=True)
class _Statement:
    start: int
    end: int
    closes: bool = False
    after_block: bool = False  # it follows a block that ended in the same tag


class Code:
    """How program text is read (``code`` in ``rules/lists/dialects.yaml``)."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        breaks = entry.get("breaks", "(?!)")
        starts = entry.get("starts", "(?!)")
        self._token = re.compile(
            f"(?P<string>{entry['strings']})|(?P<comment>{entry['comments']})|(?P<break>{breaks})|(?P<start>{starts})"
            r"|(?P<open>[(\[])|(?P<close>[)\]])|(?P<lbrace>\{)|(?P<rbrace>\})"
        )
        self._braces: bool = entry.get("braces", False)
        self._words = [re.compile(pattern) for pattern in entry["words"]]
        self.inserts = re.compile(entry.get("inserts", "(?!)"))
        self._prints = re.compile(entry.get("prints", "(?!)"))
        self._calls = re.compile(entry.get("calls", "(?!)"))

    def read(self, body: str) -> str:
        """Text of the same length without what stands in comments and strings."""
        return self._token.sub(lambda found: _masked(found[0]) if found.lastgroup in _UNREAD else found[0], body)

    def printed(self, clean: str, start: int, end: int) -> tuple[int, int] | None:
        """Where a piece of ``read`` text begins to print, though its tag does not say so, and where what is printed."""
        found = self._prints.search(clean, start, min(end, start + _MAX_STATEMENT))
        return (found.start("said"), max(found.start("said"), found.end("word"))) if found else None

    def may_print(self, clean: str) -> bool:
        """Whether ``read`` text calls something that may print markup."""
        return self._calls.search(clean) is not None

    def structure(self, body: str) -> list[Piece]:
        """The statements of a tag that belong to a block which begins or ends outside of it, in order."""
        clean, statements = self._statements(body)
        pieces: list[Piece] = []
        closing: int | None = None  # a closing brace whose block may go on with an else
        for statement in statements:
            if statement.closes:
                if closing is not None:
                    pieces.append(Piece(closing, Word("}", "", "")))
                closing = statement.start
                continue
            text = clean[statement.start : statement.end]
            word = self._word(text)
            if word is None:
                if text.strip(" \t\r\n);,") and closing is not None:
                    pieces.append(Piece(closing, Word("}", "", "")))
                    closing = None
                continue
            start = statement.start + len(text) - len(text.lstrip())
            divides = word.word.startswith(("else", "elseif"))
            if closing is not None:
                if divides:
                    start = closing
                else:
                    pieces.append(Piece(closing, Word("}", "", "")))
                closing = None
            elif divides and statement.after_block:
                word = Word("{", "", "")
            pieces.append(Piece(start, word, divides))
        if closing is not None:
            pieces.append(Piece(closing, Word("}", "", "")))
        return pieces

    def _word(self, text: str) -> Word | None:
        text = text.strip()
        if len(text) > _MAX_STATEMENT:
            half = _MAX_STATEMENT // 2
            text = f"{text[:half]} {text[-half:]}"
        return take(self._words, text) if text else None

    def _statements(self, body: str) -> tuple[str, list[_Statement]]:
        """The statements that no complete pair of braces encloses, and the text without its comments."""
        comments: list[tuple[int, int]] = []
        done: list[_Statement] = []
        stack: list[tuple[int, int, int, int, bool]] = []  # start, depth, place, statements before, after a block
        start, depth, after_block = 0, 0, False
        for token in self._token.finditer(body):
            kind = token.lastgroup
            if kind == "comment":
                comments.append(token.span())
            elif kind == "open" or (kind == "lbrace" and not self._braces):
                depth += 1
            elif kind == "close" or (kind == "rbrace" and not self._braces):
                depth = max(depth - 1, 0)
            elif kind == "break" and depth == 0:
                done.append(_Statement(start, token.start(), False, after_block))
                start, after_block = token.end(), False
            elif kind == "start":
                done.append(_Statement(start, token.start()))
                start, depth = token.start(), 0
            elif kind == "lbrace":
                stack.append((start, depth, token.end(), len(done), after_block))
                start, depth, after_block = token.end(), 0, False
            elif kind == "rbrace" and stack:
                start, depth, _, kept, after_block = stack.pop()
                del done[kept:]
                if depth == 0 and _ends_statement(body, token.end()):
                    start, after_block = token.end(), True
            elif kind == "rbrace":
                done.append(_Statement(start, token.start(), False, after_block))
                done.append(_Statement(token.start(), token.end(), closes=True))
                start, depth, after_block = token.end(), 0, False
        done.append(_Statement(start, len(body), False, after_block))
        for offset, (head, _, place, kept, after) in enumerate(stack):
            done.insert(kept + offset, _Statement(head, place, False, after))
        return _blank(body, comments), done


_UNREAD = {"string", "comment"}


def _masked(text: str) -> str:
    return f"{text[0]}{' ' * (len(text) - 2)}{text[-1]}" if len(text) > 1 else text


def _ends_statement(body: str, position: int) -> bool:
    """Whether a statement is over after a closing brace: nothing goes on with its value."""
    rest = body[position : position + 40].lstrip()
    return not rest or rest[0] not in ").,;:]?+-*/|&=<>"


def _blank(body: str, spans: list[tuple[int, int]]) -> str:
    if not spans:
        return body
    pieces, position = [], 0
    for start, end in spans:
        pieces.append(body[position:start] + " " * (end - start))
        position = end
    return "".join(pieces) + body[position:]
