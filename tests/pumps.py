"""Texts that make a regular expression work hard, made from the expression itself.

What costs time is a repeat without an end: the text leads up to it, repeats what it repeats, and then breaks off. So do
the texts that repeat the way up to it, which a search tries again from each of its beginnings.
"""

from __future__ import annotations

from collections.abc import Iterator
from re import _constants as _codes  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

code: Any = _codes

LONG = 40
"""A repeat that may go on for so long counts as one without an end."""

_SAMPLES = "aA1_-./:;,=<>()[]{}\"'`\\@#$%&*|!?+~^ \n\r\t\u00e9\u200b\u0301"
_CATEGORIES = {
    code.CATEGORY_DIGIT: "1",
    code.CATEGORY_NOT_DIGIT: "a",
    code.CATEGORY_SPACE: " ",
    code.CATEGORY_NOT_SPACE: "a",
    code.CATEGORY_WORD: "a",
    code.CATEGORY_NOT_WORD: " ",
}


class Pump:
    """Three texts: ``lead`` once, ``body`` again and again, ``tail`` once."""

    def __init__(self, lead: str, body: str, tail: str) -> None:
        self.lead, self.body, self.tail = lead, body, tail

    def text(self, size: int) -> str:
        """A text of about a size."""
        return self.lead + self.body * max(1, size // max(1, len(self.body))) + self.tail

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from others."""
        return self.lead, self.body, self.tail


def pumps(source: str, flags: int = 0) -> list[Pump]:
    """Return the texts to try on an expression, each different."""
    tree = _parser.parse(source, flags)
    found: dict[tuple[str, str, str], Pump] = {}
    bodies: dict[str, None] = {}
    leads: list[tuple[str, str]] = []
    for lead, node in _walk(tree, ""):
        leads.extend((lead, body) for body in _witnesses(node))
    for atom in _atoms(tree):
        bodies[atom] = None
    whole = _one(tree)
    tails = ("", "\x00", "!\n", "a ")
    for lead, body in leads:
        for tail in tails:
            _add(found, Pump(lead, body, tail))
        _add(found, Pump("", lead + body, ""))
        _add(found, Pump("", lead + body + body, "\x00"))
        bodies[body] = None
    for body in bodies:
        for tail in ("", "\x00"):
            _add(found, Pump("", body, tail))
    for cut in range(1, min(len(whole), 30)):
        _add(found, Pump("", whole[:cut], "\x00"))
    _add(found, Pump("", whole, "\x00"))
    return list(found.values())


def _add(found: dict[tuple[str, str, str], Pump], pump: Pump) -> None:
    if pump.body:
        found.setdefault(pump.key, pump)


# -- what an expression matches -----------------------------------------------------------------------


def _in_class(items: list[tuple[Any, Any]], character: str) -> bool:
    negated = False
    inside = False
    point = ord(character)
    for op, value in items:
        if op is code.NEGATE:
            negated = True
        elif op is code.LITERAL:
            inside |= value == point
        elif op is code.RANGE:
            inside |= value[0] <= point <= value[1]
        elif op is code.CATEGORY:
            inside |= {
                code.CATEGORY_DIGIT: character.isdigit(),
                code.CATEGORY_NOT_DIGIT: not character.isdigit(),
                code.CATEGORY_SPACE: character.isspace(),
                code.CATEGORY_NOT_SPACE: not character.isspace(),
                code.CATEGORY_WORD: character.isalnum() or character == "_",
                code.CATEGORY_NOT_WORD: not (character.isalnum() or character == "_"),
            }[value]
    return inside != negated


def _members(items: list[tuple[Any, Any]]) -> list[str]:
    """Characters of a class, one of each sort."""
    found = [sample for sample in _SAMPLES if _in_class(items, sample)]
    for op, value in items:
        if op is code.LITERAL and items[0][0] is not code.NEGATE:
            found.append(chr(value))
        elif op is code.RANGE and items[0][0] is not code.NEGATE:
            found.append(chr(value[0]))
    return list(dict.fromkeys(found)) or ["a"]


def _one(tree: Any) -> str:
    """One short text that a tree matches, as far as look-arounds and references do not matter."""
    return "".join(_one_of(op, value) for op, value in tree)


def _one_of(op: Any, value: Any) -> str:
    if op is code.LITERAL:
        return chr(value)
    if op is code.NOT_LITERAL:
        return next(sample for sample in _SAMPLES if ord(sample) != value)
    if op is code.ANY:
        return "a"
    if op is code.IN:
        return _members(value)[0]
    if op is code.CATEGORY:
        return _CATEGORIES[value]
    if op is code.BRANCH:
        return _one(value[1][0])
    if op is code.SUBPATTERN:
        return _one(value[3])
    if op is code.ATOMIC_GROUP:
        return _one(value)
    if op in _REPEATS:
        return str(_one(value[2]) * min(value[0], 50))
    if op is code.GROUPREF_EXISTS:
        return _one(value[1])
    return ""


_REPEATS = {code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT}


def _children(op: Any, value: Any) -> list[Any]:
    if op is code.BRANCH:
        return list(value[1])
    if op is code.SUBPATTERN:
        return [value[3]]
    if op is code.ATOMIC_GROUP:
        return [value]
    if op in _REPEATS:
        return [value[2]]
    if op in {code.ASSERT, code.ASSERT_NOT}:
        return [value[1]]
    if op is code.GROUPREF_EXISTS:
        return [part for part in value[1:] if part is not None]
    return []


def _walk(tree: Any, lead: str) -> Iterator[tuple[str, Any]]:
    """Each repeat without an end, with a text that leads up to it."""
    for op, value in tree:
        if op in _REPEATS and value[1] >= LONG:
            yield lead, value[2]
        for child in _children(op, value):
            yield from _walk(child, lead)
        lead += _one_of(op, value)


def _witnesses(tree: Any) -> list[str]:
    """Short texts that the body of a repeat matches."""
    found = {_one(tree): None}
    items = list(tree)
    if len(items) == 1:
        op, value = items[0]
        if op is code.IN:
            found.update(dict.fromkeys(_members(value)))
        elif op is code.BRANCH:
            for branch in value[1]:
                found.update(dict.fromkeys(_witnesses(branch)))
        elif op is code.SUBPATTERN:
            found.update(dict.fromkeys(_witnesses(value[3])))
        elif op is code.ANY:
            found.update(dict.fromkeys('a "'))
        elif op in _REPEATS:
            found.update(dict.fromkeys(_witnesses(value[2])))
    return [text for text in found if text]


def _atoms(tree: Any) -> Iterator[str]:
    """Each literal and each class of an expression, runs of literals also as a whole."""
    run = ""
    for op, value in tree:
        if op is code.LITERAL:
            run += chr(value)
            yield chr(value)
            continue
        if len(run) > 1:
            yield run
        run = ""
        if op is code.IN:
            yield from _members(value)
        elif op is code.ANY:
            yield "a"
        elif op is code.NOT_LITERAL:
            yield _one_of(op, value)
        for child in _children(op, value):
            yield from _atoms(child)
    if len(run) > 1:
        yield run
