"""What a pattern literally asks of a text, so that it is tried only where it can match."""

from __future__ import annotations

import re

_SEGMENT = re.compile(r"/((?:[A-Za-z0-9_-]|\\\.)+)(?:/|\\\?)")
_SEGMENTS = re.compile(r"/\(\?:((?:[A-Za-z0-9_|-]|\\\.)+)\)(?:/|\\\?)")  # a group of alternatives
_TOKEN = re.compile(r"(\\[^\w\s]|[\w/=&%~!@#:;,<>'-])|(\\\w|\[\^?\]?[^\]]*\]|\{[^}]*\}|.)", re.DOTALL)
_MAYBE = frozenset("?*{")


def first_segments(path: str) -> list[str]:
    """The first segments of which a pattern for paths demands one; none where it leaves that open."""
    if "|" in outside_groups(path):
        return []
    match = _SEGMENT.match(path) or _SEGMENTS.match(path)
    return [] if match is None else match[1].replace("\\", "").split("|")


def literal_piece(pattern: str) -> str:
    """Return the longest text that whatever matches a pattern must have; empty where the pattern leaves that open."""
    outside = outside_groups(pattern)
    if "|" in outside:
        return ""
    runs, run = [], ""
    for literal, other in _TOKEN.findall(outside):
        if literal:
            run += literal[-1]
            continue
        if other[0] in _MAYBE:  # the character before need not be there
            run = run[:-1]
        runs.append(run)
        run = ""
    return max((*runs, run), key=len)


def outside_groups(pattern: str) -> str:
    """A pattern without what stands in parentheses."""
    depth = 0
    kept = []
    for character in pattern:
        depth += (character == "(") - (character == ")")
        if not depth:
            kept.append(character)
    return "".join(kept)
