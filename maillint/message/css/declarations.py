"""Declarations: what a ``style`` attribute, or the body of a rule, declares (CSS Syntax Module Level 3, section 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from maillint.patterns import regex
from maillint.values import NamedTuple

_OPAQUE = regex(
    r"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?"
    r"|\"(?:[^\"\\\r\n]++|\\.)*+\"?|'(?:[^'\\\r\n]++|\\.)*+'?|url\([^)\"'\r\n]*|URL\([^)\"'\r\n]*"
)
_SPECIAL = regex(r"[\"']|/\*")
_DELIMITER = regex(r"[();]")
_NAME = regex(r"-{0,2}[A-Za-z_][\w-]*")
_IMPORTANT = regex(r"!\s*important\Z", re.IGNORECASE)


class Declaration(NamedTuple):
    """A property's value, without comments and white space around it, and whether it is ``!important``."""

    value: str
    important: bool


def read_declarations(text: str, only: frozenset[str] | None = None) -> dict[str, Declaration]:
    """Return the declarations that hold, by lower-case property: the last important one, or else the last.

    Values are not validated; a declaration without a name or a value is dropped, as browsers do. ``only`` names the
    properties that are wanted, if not all are.
    """
    result: dict[str, Declaration] = {}
    for piece in _split(text):
        name, _, value = piece.partition(":")
        name = name.strip().lower()
        if (name not in only) if only is not None else not _NAME.fullmatch(name):
            continue
        value = value.strip()
        important = "!" in value and _IMPORTANT.search(value) is not None
        if important:
            value = value[: value.rindex("!")].rstrip()
        if not value:
            continue
        if important or name not in result or not result[name].important:
            result[name] = Declaration(value, important)
    return result


def declarations(text: str) -> dict[str, str]:
    """Return the values that hold, by lower-case property, as ``read_declarations`` finds them."""
    return {name: declaration.value for name, declaration in read_declarations(text).items()}


def _split(text: str) -> Iterable[str]:
    """Split at the semicolons outside of comments, strings, addresses and parentheses; comments become spaces."""
    pieces = text.split(";")
    if not _SPECIAL.search(text) and ("(" not in text or all(map(_is_balanced, pieces))):
        return pieces
    return _split_with_care(text)


def _is_balanced(piece: str) -> bool:
    return piece.count("(") == piece.count(")")


def _split_with_care(text: str) -> Iterator[str]:
    start, depth = 0, 0
    for delimiter in _DELIMITER.finditer(mask(text)):
        if delimiter[0] == "(":
            depth += 1
        elif delimiter[0] == ")":
            depth = max(depth - 1, 0)
        elif not depth:
            yield without_comments(text[start : delimiter.start()])
            start = delimiter.end()
    yield without_comments(text[start:])


def mask(text: str) -> str:
    """Blank the comments of CSS, and put an ``x`` for each character of strings and bare addresses.

    What is left of braces, parentheses and semicolons is syntax. The length stays.
    """
    return _OPAQUE.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    length = len(found[0])
    if found[0].startswith("/*"):
        return " " * length
    return "x" * length if found[0][0] in "\"'" else "xxx(" + "x" * (length - 4)


def without_comments(text: str) -> str:
    """Return CSS with a space for each comment."""
    return _OPAQUE.sub(lambda found: " " if found[0].startswith("/*") else found[0], text) if "/*" in text else text
