"""Path patterns as in ``.gitignore``, over paths with ``/``; pathspec reads them, and is imported for the first one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

TOUCH = "{touch}"
"""Stands in a pattern for the number of a message in its sequence: 1 to 9999, without leading zeros."""

MAX_STARS = 4
"""Stars of a pattern at the most: the time to see that a path does not match grows with its length to that power."""

_TOUCH_NUMBER = r"(?P<touch>[1-9][0-9]{0,3})"
_TOUCH_MARK = "\ue000"  # for private use, so in no path; and no character that a pattern gives a meaning


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether a relative path, or a folder above it, matches patterns; ``!`` takes back what earlier ones match.

    Beyond ``.gitignore``: ``#`` begins no comment, and ``./`` at the start means the folder itself, as ``/`` does.
    """
    return _compiled(tuple(patterns)).match_file(path)


def stars(pattern: str) -> int:
    """How many ``*`` and ``**`` a pattern has."""
    return re.sub(r"\*+", "*", pattern).count("*")


def touch_of(path: str, pattern: str) -> int | None:
    """The number that stands for ``{touch}`` in a path that matches a pattern; None for a path that does not."""
    found = _numbered(pattern).match(path)
    return int(found["touch"]) if found else None


def is_pattern(text: str) -> bool:
    """Whether a text is a pattern that can match something."""
    try:
        return _compiled((text,)).patterns[0].include is not None
    except (IndexError, ValueError):
        return False


@lru_cache(256)
def _compiled(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 -- 10 ms, and few configurations have patterns

    return GitIgnoreSpec.from_lines(map(_as_line, patterns))


@lru_cache(256)
def _numbered(pattern: str) -> re.Pattern[str]:
    regex = _compiled((pattern.replace(TOUCH, _TOUCH_MARK),)).patterns[0].regex
    assert regex is not None, pattern  # settings hold no text that is_pattern refuses
    return re.compile(regex.pattern.replace(_TOUCH_MARK, _TOUCH_NUMBER))


def _as_line(pattern: str) -> str:
    """A pattern as the line of a ``.gitignore``."""
    if pattern.startswith("./"):
        return pattern[1:]
    return f"\\{pattern}" if pattern.startswith("#") else pattern
