"""Literal pieces of regular expressions: a text without them cannot match, so the expression need not be compiled.

The lists of trackers and wrappers have hundreds of patterns, and compiling one costs as much as a thousand look-ups.
"""

from __future__ import annotations

import re

from maillint.patterns import regex

_SEGMENT = regex(r"/((?:[A-Za-z0-9_-]|\\\.)+)(?:/|\\\?)")
_SEGMENTS = regex(r"/\(\?:((?:[A-Za-z0-9_|-]|\\\.)+)\)(?:/|\\\?)")  # a group of alternatives: /(?:one|two)/
_TOKEN = regex(r"(\\[^\w\s]|[\w/=&%~!@#:;,<>'-])|(\\\w|\[\^?\]?[^\]]*\]|\{[^}]*\}|.)", re.DOTALL)
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
    if "|" in outside:
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


def outside_groups(pattern: str) -> str:
    """Return a pattern with a closing parenthesis in the place of each group."""
    depth = 0
    outside = []
    for character in pattern:
        depth += (character == "(") - (character == ")")
        if not depth:
            outside.append(character)
    return "".join(outside)
