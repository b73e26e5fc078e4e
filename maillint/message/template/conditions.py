"""The tests of branches, read far enough to recognise the same test, its negation and what contradicts it.

A test is reduced to literals, each a text that is true or false: ``a and not b`` is true if the literals ``a`` and
``not b`` are. Nothing is evaluated, and nothing is known of what a name stands for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain, product

from maillint.patterns import regex
from maillint.values import NamedTuple

MAX_LENGTH = 500
"""Characters of a test that are read."""

_MAX_ALTERNATIVES = 12
_LONGEST_VALUES = 4_000
_MAX_NESTING = 12
_LONGEST_PLAIN = 20_000
"""Of a longer text only the beginning is a test: that is all there is to tell it from others."""


class Condition(NamedTuple):
    """The text of a test, and whether it is true; as a string, the test as a reader understands it."""

    text: str
    holds: bool

    def __str__(self) -> str:
        if self.holds:
            return self.text
        left, equals, right = self.text.partition(" == ")
        return f"{left} != {right}" if equals else f"not {self.text}"


class Literal(NamedTuple):
    """One text that is true (``holds``) or false.

    ``scope`` is the block in which its names have their meaning, "" outside of any such block. An equality with a
    constant has ``subject`` and ``constant``: where it is true, the subject equals no other constant.
    """

    text: str
    holds: bool
    scope: str = ""
    subject: str = ""
    constant: str = ""

    def negated(self) -> Literal:
        """The literal that is true where this one is false."""
        return self._replace(holds=not self.holds)


Alternatives = tuple[tuple[Literal, ...], ...]
"""Conjunctions of literals of which at least one holds (disjunctive normal form); empty: it never holds."""


class Test(NamedTuple):
    """What must hold for a test to be true, and what for it to be false."""

    when_true: Alternatives
    when_false: Alternatives

    def negated(self) -> Test:
        """The test that is true where this one is false."""
        return Test(self.when_false, self.when_true)


NEVER = Test((), ((),))
"""The test of a branch that nobody gets."""


def _atom(text: str, scope: str) -> Test:
    literal = Literal(text, True, scope)
    return Test(((literal,),), ((literal.negated(),),))


def _all_of(tests: list[Test]) -> Test | None:
    """The test that is true where all of these are; None if it has too many alternatives to be worth reading."""
    count = 1
    for test in tests:
        count *= max(len(test.when_true), 1)
    if count > _MAX_ALTERNATIVES or sum(len(test.when_false) for test in tests) > _MAX_ALTERNATIVES:
        return None
    chosen = product(*(test.when_true for test in tests))
    joined = (tuple(dict.fromkeys(chain.from_iterable(alternatives))) for alternatives in chosen)
    possible = (found for found in joined if not any(literal.negated() in found for literal in found))
    return Test(tuple(possible), tuple(alternative for test in tests for alternative in test.when_false))


def _any_of(tests: list[Test]) -> Test | None:
    """The test that is true where one of these is; None if it has too many alternatives to be worth reading."""
    joined = _all_of([test.negated() for test in tests])
    return joined.negated() if joined else None


def _equality(subject: str, constant: str, scope: str) -> Test:
    """The test that a subject equals a constant."""
    literal = Literal(f"{subject} == {constant}", True, scope, subject, constant)
    return Test(((literal,),), ((literal.negated(),),))


_STRING = r"\"[^\"]*\"|'[^']*'"
_STRINGS = regex(_STRING)
_BRACKET = regex(rf"{_STRING}|[()]")
_CONSTANT = regex(rf"(?:{_STRING}|[+-]?\d+(?:\.\d+)?|:\w+|\*)\Z")
_EMPTY = regex(r"(?:blank|empty|nil|null|none|undefined|false|\"\"|''|-1e999)\Z", re.IGNORECASE)
_TOKEN = regex(rf"{_STRING}|&&|\|\||!(?![=])|[()]|\b(?:and|or|not|AND|OR|NOT)\b(?![\w.(=-])|[^\s()\"'&|!]+|\S")
_COMPARISON = regex(r"(.+?) ?(===|!==|==|!=|<>|<=|>=|(?<![=<>!])=(?![=>])|\b(?:eq|ne|is not|is)\b|[<>]) ?(.+)\Z")
_PREFIX = regex(r"(and|or|not|eq|ne)(?=[\s(])\s*(.+)\Z", re.DOTALL | re.IGNORECASE)
_OPPOSITE = {"<=": ">", ">=": "<"}
_CALLS = regex(r"(?:!\s*)?(?:empty|is_null)\((.+)\)\Z", re.IGNORECASE)


@lru_cache(4096)
def read_test(text: str, scope: str = "") -> Test:
    """Read a test, infix (``a and not b``, ``!a && b``) or prefix (``and .A (not .B)``).

    Names in it have the meaning of ``scope``. A test that is too long or cannot be read is one literal as a whole.
    """
    text = _plain(text)
    if not text or len(text) > MAX_LENGTH:
        return _atom(text[:MAX_LENGTH], scope)
    return _read(text, scope, 0)


def _plain(text: str) -> str:
    text = " ".join(text[:_LONGEST_PLAIN].split()).removesuffix(":").removesuffix(" then").removesuffix(" THEN").strip()
    if not (text.startswith("(") and text.endswith(")")):
        return text
    closers: dict[int, int] = {}
    waiting: list[int] = []
    for token in _BRACKET.finditer(text):
        if token[0] == "(":
            waiting.append(token.start())
        elif token[0] == ")" and waiting:
            closers[waiting.pop()] = token.start()
    start, end = 0, len(text)
    while closers.get(start) == end - 1:
        start, end = start + 1, end - 1
        while start < end and text[start] == " ":
            start += 1
        while start < end and text[end - 1] == " ":
            end -= 1
    return text[start:end]


def _closing(text: str, start: int) -> int:
    """The offset of the bracket that closes the one at ``start``, -1 without one."""
    depth = 0
    for token in _BRACKET.finditer(text, start):
        depth += (token[0] == "(") - (token[0] == ")")
        if depth == 0 and token[0] == ")":
            return token.start()
    return -1


def _read(text: str, scope: str, nesting: int) -> Test:
    text = _plain(text)
    if nesting > _MAX_NESTING or not text:
        return _atom(text, scope)
    for words in ({"or", "OR", "||"}, {"and", "AND", "&&"}):
        parts = _split(text, words)
        if len(parts) > 1 and all(part.strip() for part in parts):
            tests = [_read(part, scope, nesting + 1) for part in parts]
            joined = _any_of(tests) if "or" in words else _all_of(tests)
            return joined or _atom(text, scope)
    prefix = _PREFIX.match(text)
    if prefix:
        return _read_prefix(text, prefix[1].lower(), prefix[2], scope, nesting)
    if text.startswith("!") and not text.startswith("!="):
        return _read(text[1:], scope, nesting + 1).negated()
    return _comparison(text, scope)


def _read_prefix(text: str, word: str, rest: str, scope: str, nesting: int) -> Test:
    if word == "not":
        return _read(rest, scope, nesting + 1).negated()
    arguments = _arguments(rest)
    if word in {"eq", "ne"}:
        if len(arguments) != 2:
            return _atom(text, scope)
        test = _comparison(f"{_plain(arguments[0])} == {_plain(arguments[1])}", scope)
        return test if word == "eq" else test.negated()
    tests = [_read(argument, scope, nesting + 1) for argument in arguments]
    return (_any_of(tests) if word == "or" else _all_of(tests)) or _atom(text, scope)


def _split(text: str, words: set[str]) -> list[str]:
    """Split at words outside of brackets and quotes; a word at the very beginning divides nothing."""
    parts, start, depth = [], 0, 0
    for token in _TOKEN.finditer(text):
        if token[0] == "(":
            depth += 1
        elif token[0] == ")":
            depth = max(depth - 1, 0)
        elif depth == 0 and token[0] in words and token.start() > 0:
            parts.append(text[start : token.start()])
            start = token.end()
    parts.append(text[start:])
    return parts


def _arguments(text: str) -> list[str]:
    """Split at spaces outside of brackets and quotes."""
    parts, position = [], 0
    while position < len(text):
        if text[position] == " ":
            position += 1
            continue
        start = position
        while position < len(text) and text[position] != " ":
            if text[position] == "(":
                closing = _closing(text, position)
                position = closing if closing >= 0 else len(text) - 1
            elif text[position] in "\"'":
                closing = text.find(text[position], position + 1)
                position = closing if closing >= 0 else len(text) - 1
            position += 1
        parts.append(text[start:position])
    return parts


def _comparison(text: str, scope: str) -> Test:
    emptiness = _CALLS.match(text)
    if emptiness and "(" not in emptiness[1]:
        test = _atom(emptiness[1].strip(), scope)
        return test if text.startswith("!") else test.negated()
    if text.endswith((".blank?", ".empty?", ".nil?")):
        return _atom(text.rpartition(".")[0], scope).negated()
    if text.endswith((".present?", ".any?")):
        return _atom(text.rpartition(".")[0], scope)
    masked = _STRINGS.sub(lambda string: string[0][0] + "_" * (len(string[0]) - 2) + string[0][-1], text)
    found = _COMPARISON.match(masked)
    if found is None:
        if " not in " in text:
            return _atom(text.replace(" not in ", " in ", 1), scope).negated()
        return _atom(text, scope)
    left, sign, right = text[: found.end(1)].strip(), found[2], text[found.start(3) :].strip()
    if _COMPARISON.match(found[3]) and sign not in {"is", "is not"}:
        return _atom(text, scope)
    if sign in _OPPOSITE:
        return _atom(f"{left} {_OPPOSITE[sign]} {right}", scope).negated()
    if sign in {"<", ">"}:
        return _atom(f"{left} {sign} {right}", scope)
    if sign in {"is", "is not"} and not _EMPTY.match(right):
        test = _atom(f"{left} is {right}", scope)
        return test.negated() if sign == "is not" else test
    differs = sign in {"!=", "!==", "<>", "ne", "is not"}
    if _CONSTANT.match(left) and not _CONSTANT.match(right):
        left, right = right, left
    if _EMPTY.match(right):
        test = _atom(left, scope).negated()
    elif right.lower() == "true":
        test = _atom(left, scope)
    elif _CONSTANT.match(right):
        test = _equality(left, f'"{right[1:-1]}"' if right.startswith("'") else right, scope)
    else:
        test = _atom(f"{left} == {right}", scope)
    return test.negated() if differs else test


def read_case(subject: str, values: str, scope: str = "") -> Test:
    """The test that a subject is one of the values of a ``when``, which commas or ``or`` divide."""
    subject, values = subject[:MAX_LENGTH], values[:_LONGEST_VALUES]
    found = [value.strip() for value in re.split(r",|\bor\b|(?<=[\"'])\s+(?=[\"'])", values) if value.strip()]
    tests = [_equality(subject, f'"{value[1:-1]}"' if value.startswith("'") else value, scope) for value in found]
    if not tests:
        return _atom(f"{subject} == {values}", scope)
    return _any_of(tests) or _atom(f"{subject} in {values}", scope)


_COLLECTION = regex(
    r"\bin\s+(?P<after>.+)\Z|\A(?P<before>.+?)\s+as\s|<-\s*(?P<arrow>.+)\Z|:=\s*(?P<assigned>.+)\Z|:\s*(?P<colon>\$.+)\Z"
    r"|\bfrom=(?P<named>\S+)",
    re.DOTALL,
)


def collection(text: str) -> str:
    """What a loop iterates over: ``items`` in ``item in items``, ``items as item``, ``$i := items``, ``x <- items``."""
    text = _plain(text)[:MAX_LENGTH]
    found = _COLLECTION.search(text)
    return next((part for part in found.groups() if part), text).strip() if found else text
