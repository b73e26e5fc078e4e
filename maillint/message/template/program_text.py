"""Program text in tags: which of its statements open, divide or close a block that goes on after the tag."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence

from maillint.message.memo import look_at_clock
from maillint.message.template.dialect import Word, match_word
from maillint.message.template.spec import ProgramTextSpec
from maillint.patterns import regex
from maillint.values import NamedTuple

_MAX_STATEMENT = 4_000
"""Of a longer statement only the beginning and the end are read."""

_NEVER = regex("(?!)")
_BRACE = Word("}", "", "")


MAX_STATEMENTS = 20_000
"""Statements of one tag that belong to blocks outside of it; what follows them is not read."""

_CLOSES, _AFTER_BLOCK = 1, 2


class BlockStatement(NamedTuple):
    """A statement that belongs to a block which begins or ends outside its tag; ``middle``: it can only divide one."""

    start: int
    word: Word
    middle: bool = False


class _Statements:
    """The statements of a tag in order: where each begins and ends, and what it is."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        self._numbers = array("q")  # objects take five times the memory, and a text may have one for each character

    def __len__(self) -> int:
        return len(self._numbers) // 3

    def __iter__(self) -> Iterator[tuple[int, int, bool, bool]]:
        """Start and end of each, whether it closes a block, and whether it follows one that ended in the same tag."""
        numbers = self._numbers
        for place in range(0, len(numbers), 3):
            kind = numbers[place + 2]
            yield numbers[place], numbers[place + 1], bool(kind & _CLOSES), bool(kind & _AFTER_BLOCK)

    def add(self, start: int, end: int, *, closes: bool = False, after_block: bool = False) -> None:
        """Add one behind the last."""
        self._numbers.extend((start, end, closes * _CLOSES + after_block * _AFTER_BLOCK))

    def cut(self, count: int) -> None:
        """Keep so many."""
        del self._numbers[count * 3 :]

    def copy(self, other: _Statements, first: int, stop: int) -> None:
        """Add those of another from a first one on."""
        self._numbers.extend(other._numbers[first * 3 : stop * 3])


class ProgramText:
    """How a dialect's program text is read (``program-text`` in ``rules/lists/dialects.yaml``)."""

    def __init__(self, spec: ProgramTextSpec) -> None:
        breaks = spec.breaks.source if spec.breaks else "(?!)"
        starts = spec.starts.source if spec.starts else "(?!)"
        self._token = re.compile(
            f"(?P<string>{spec.strings.source})|(?P<comment>{spec.comments.source})"
            f"|(?P<break>{breaks})|(?P<start>{starts})"
            r"|(?P<open>[(\[])|(?P<close>[)\]])|(?P<lbrace>\{)|(?P<rbrace>\})"
        )
        self._braces = spec.braces
        self._modifiers = spec.modifiers.compiled if spec.modifiers else _NEVER
        self._words = [pattern.compiled for pattern in spec.words]
        self._inserts = spec.inserts.compiled if spec.inserts else _NEVER
        self._prints = spec.prints.compiled if spec.prints else _NEVER
        self._calls = spec.calls.compiled if spec.calls else _NEVER

    def inserts(self, code: str) -> bool:
        """Whether code prints another template."""
        return self._inserts.search(code) is not None

    def masked(self, body: str) -> str:
        """The text, at the same length, without what stands in comments and strings."""
        return self._token.sub(lambda found: _mask_inside(found[0]) if found.lastgroup in _UNREAD else found[0], body)

    def printed(self, masked: str, start: int, end: int) -> tuple[int, int] | None:
        """Where a piece of masked text prints something though its tag does not say so.

        Returns the start of the statement that prints and the start of what it prints.
        """
        found = self._prints.search(masked, start, min(end, start + _MAX_STATEMENT))
        return (found.start("start"), max(found.start("start"), found.end("word"))) if found else None

    def may_print(self, masked: str) -> bool:
        """Whether masked text calls something that may print markup."""
        return self._calls.search(masked) is not None

    def block_statements(self, body: str) -> list[BlockStatement]:
        """The statements of a tag that belong to a block which begins or ends outside of it, in order."""
        clean, statements = self._statements(body)
        found: list[BlockStatement] = []
        closing: int | None = None  # a closing brace whose block may go on with an else
        for begin, end, closes, after_block in statements:
            if len(found) >= MAX_STATEMENTS:
                return found
            if closes:
                if closing is not None:
                    found.append(BlockStatement(closing, _BRACE))
                closing = begin
                continue
            text = clean[begin:end]
            word = self._word(text)
            if word is None:
                if text.strip(" \t\r\n);,") and closing is not None:
                    found.append(BlockStatement(closing, _BRACE))
                    closing = None
                continue
            start = begin + len(text) - len(text.lstrip())
            divides = word.word.startswith(("else", "elseif"))
            if closing is not None:
                if divides:
                    start = closing
                else:
                    found.append(BlockStatement(closing, _BRACE))
                closing = None
            elif divides and after_block:
                word = Word("{", "", "")
            found.append(BlockStatement(start, word, divides))
        if closing is not None:
            found.append(BlockStatement(closing, _BRACE))
        return found

    def _word(self, text: str) -> Word | None:
        text = text.strip()
        if len(text) > _MAX_STATEMENT:
            half = _MAX_STATEMENT // 2
            text = f"{text[:half]} {text[-half:]}"
        return match_word(self._words, text) if text else None

    def _statements(self, body: str) -> tuple[str, _Statements]:
        """The text without its comments, and the statements that no complete pair of braces encloses."""
        comments = array("q")  # the ends of each
        done = _Statements()
        stack: list[tuple[int, int, int, int, bool]] = []  # start, depth, place, statements before, after a block
        start, depth, after_block = 0, 0, False
        for token in self._token.finditer(body):
            look_at_clock()
            kind = token.lastgroup
            if kind == "comment":
                comments.extend(token.span())
            elif kind == "open" or (kind == "lbrace" and not self._braces):
                depth += 1
            elif kind == "close" or (kind == "rbrace" and not self._braces):
                depth = max(depth - 1, 0)
            elif kind == "break" and depth == 0:
                done.add(start, token.start(), after_block=after_block)
                start, after_block = token.end(), False
            elif kind == "start":
                done.add(start, token.start())
                start, depth = token.start(), 0
            elif kind == "lbrace":
                stack.append((start, depth, token.end(), len(done), after_block))
                start, depth, after_block = token.end(), 0, False
            elif kind == "rbrace" and stack:
                start, depth, _, before, after_block = stack.pop()
                done.cut(before)
                if depth == 0 and _ends_statement(body, token.end()) and not self._modifiers.match(body, token.end()):
                    start, after_block = token.end(), True
            elif kind == "rbrace":
                done.add(start, token.start(), after_block=after_block)
                done.add(token.start(), token.end(), closes=True)
                start, depth, after_block = token.end(), 0, False
        done.add(start, len(body), after_block=after_block)
        if not stack:
            return _blank(body, comments), done
        found = _Statements()
        position = 0
        for head, _, place, before, after in stack:
            found.copy(done, position, before)
            found.add(head, place, after_block=after)
            position = before
        found.copy(done, position, len(done))
        return _blank(body, comments), found


_UNREAD = {"string", "comment"}


def _mask_inside(text: str) -> str:
    return f"{text[0]}{' ' * (len(text) - 2)}{text[-1]}" if len(text) > 1 else text


def _ends_statement(body: str, position: int) -> bool:
    """Whether a statement ends with the closing brace before a place: nothing there goes on with its value."""
    rest = body[position : position + 40].lstrip()
    return not rest or rest[0] not in ").,;:]?+-*/|&=<>"


def _blank(body: str, borders: Sequence[int]) -> str:
    """A text without what stands between the first and the second, the third and the fourth border …"""
    if not borders:
        return body
    pieces, position = [], 0
    for start, end in zip(borders[::2], borders[1::2], strict=True):
        pieces.append(body[position:start] + " " * (end - start))
        position = end
    return "".join(pieces) + body[position:]
