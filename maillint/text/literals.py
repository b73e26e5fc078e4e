"""Literal pieces of regular expressions: a text without them cannot match, so the expression need not be compiled.

The lists of trackers and wrappers have hundreds of patterns, and compiling one costs as much as a thousand look-ups.
"""

from __future__ import annotations

import re

from maillint.patterns import regex

_SEGMENT = regex(r"/((?:[A-Za-z0-9_-]|\\\.)+)(?:/|\\\?)")
_SEGMENTS = regex(r"/\(\?:((?:[A-Za-z0-9_|-]|\\\.)+)\)(?:/|\\\?)")  # a group of alternatives: /(?:one|two)/
_TOKEN = regex(r"(\\[^\w\s]|[\w/=&%~!@#:;,<>'-])|(\\\w|\[\^?\]?[^\]]*(?:\]|\Z)|\{[^}]*(?:\}|\Z)|.)", re.DOTALL)
_MAYBE = frozenset("?*{")


def first_segments(path: str) -> list[str]:
    """Return the first path segments that a pattern for paths allows; empty where it allows any."""
    if "|" in outside_groups(path):
        return []
    match = _SEGMENT.match(path) or _SEGMENTS.match(path)
    return [] if match is None else match[1].replace("\\", "").split("|")


def literal_piece(pattern: str) -> str:
    """Return the longest literal text that every match of a pattern contains; empty where there is none."""
    outside = outside_groups(pattern)
    if "|" in outside.replace("\\|", ""):
        return ""
    runs, run = [], ""
    for literal, other in _TOKEN.findall(outside):
        if literal:
            run += literal[-1]
            continue
        if other[0] in _MAYBE:  # the character before is optional
            run = run[:-1]
        runs.append(run)
        run = ""
    return max((*runs, run), key=len)


def literal_pieces(pattern: str) -> tuple[str, ...]:
    """Return texts of which every match of a pattern contains one; empty where that is not plain to see."""
    pieces = tuple(map(literal_piece, _alternatives(pattern)))
    return pieces if all(pieces) else ()


def outside_groups(pattern: str) -> str:
    """Return a pattern with a closing parenthesis in the place of each group."""
    depth = 0
    outside = []
    for character in pattern:
        depth += (character == "(") - (character == ")")
        if not depth:
            outside.append(character)
    return "".join(outside)


_AROUND = regex(r"\(\?<?[=!]")
_OPEN_GROUP = regex(r"\((?:\?(?::|[ms]+:|P<\w+>))?")
_CLASS = regex(r"\[((?:[^\]\\^-]|\\[^\w\s])+)\]")


def first_characters(pattern: str) -> frozenset[str] | None:
    """Return the characters that a match of a pattern can begin with; None where that is not plain to see."""
    found: set[str] = set()
    for alternative in _alternatives(pattern):
        first = _first_of_one(alternative)
        if first is None:
            return None
        found |= first
    return frozenset(found)


def _first_of_one(pattern: str) -> frozenset[str] | None:
    """As ``first_characters``, for a pattern without alternatives outside its groups."""
    while _AROUND.match(pattern):
        pattern = pattern[_group_end(pattern) :]
    if opened := _OPEN_GROUP.match(pattern):
        end = _group_end(pattern)
        inside, after = first_characters(pattern[opened.end() : end - 1]), pattern[end : end + 1]
        if after == "?" and inside is not None:
            rest = _first_of_one(pattern[end + 1 :])
            return None if rest is None else inside | rest
        return None if after in _MAYBE else inside
    if one_of := _CLASS.match(pattern):
        first, after = frozenset(one_of[1].replace("\\", "")), pattern[one_of.end() :][:1]
    else:
        literal = _TOKEN.match(pattern)
        if literal is None or not literal[1]:
            return None
        first, after = frozenset(literal[1][-1]), pattern[literal.end() :][:1]
    return None if after in _MAYBE else first


def _alternatives(pattern: str) -> list[str]:
    """Split a pattern at the bars outside its groups and classes."""
    pieces, start, position = [], 0, 0
    while position < len(pattern):
        if pattern[position] == "(":
            position += _group_end(pattern[position:])
            continue
        if pattern[position] == "|":
            pieces.append(pattern[start:position])
            start = position + 1
        token = _TOKEN.match(pattern, position)
        position = token.end() if token else position + 1
    return [*pieces, pattern[start:]]


def _group_end(pattern: str) -> int:
    """Where the group ends that a pattern begins with."""
    depth, position = 0, 0
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        piece = token[0] if token else pattern[position]
        depth += (piece == "(") - (piece == ")")
        position += len(piece)
        if not depth:
            break
    return position
