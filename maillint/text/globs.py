"""Path patterns as in ``.gitignore``, over paths with ``/``; pathspec reads them, and is imported for the first one."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

TOUCH = "{touch}"
"""Stands in a pattern for the number of a message in its sequence: 1 to 9999, without leading zeros."""

MOST_PATTERNS = 10_000
"""Patterns that settings may have: each is compiled, and kept."""

_TOUCH_NUMBER = r"(?P<touch>[1-9][0-9]{0,3})"
_TOUCH_MARK = "\ue000"  # for private use, so in no path; and no character that a pattern gives a meaning


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether a relative path, or a folder above it, matches patterns; ``!`` takes back what earlier ones match.

    Beyond ``.gitignore``: ``#`` begins no comment, and ``./`` at the start means the folder itself, as ``/`` does.
    """
    return _compiled(tuple(patterns)).match_file(path)


def touch_of(path: str, pattern: str) -> int | None:
    """The number that stands for ``{touch}`` in a path that matches a pattern; None for a path that does not."""
    found = _numbered(pattern).match(path)
    return int(found["touch"]) if found else None


def is_pattern(text: str) -> bool:
    """Whether a text is a pattern that can match something."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # noqa: PLC0415 -- as in _compiled

    try:
        if "[" in text:  # a class such as [z-a] is wrong only once compiled
            return _pattern(_as_line(text)).include is not None
        return GitIgnoreSpecPattern.pattern_to_regex(_as_line(text))[1] is not None
    except (ValueError, re.error):
        return False


@lru_cache(MOST_PATTERNS)
def _compiled(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 -- 10 ms, and few configurations have patterns

    return GitIgnoreSpec.from_lines(map(_as_line, patterns), _pattern)


def _pattern(line: str) -> GitIgnoreSpecPattern:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # noqa: PLC0415 -- as in _compiled

    source, include = GitIgnoreSpecPattern.pattern_to_regex(line)
    if source is None:
        return GitIgnoreSpecPattern(None, include)
    with warnings.catch_warnings(action="ignore", category=FutureWarning):  # of [[a], whose bracket means itself
        return GitIgnoreSpecPattern(re.compile(_without_retries(source)), include)


# what pathspec makes of ** at the start, of ** between slashes, and of a star within a name
_FIRST_GAP, _GAP, _STAR = "^(?:.+/)?", "(?:/.+)?/", "[^/]*"


def _without_retries(regex: str) -> str:
    """The regular expression of a pattern so that no star but the last is tried again, as ``fnmatch`` does.

    Where what follows a star fits, nothing is gained if the star takes more: that leaves less for the rest. So the
    first place that fits is final, and a path is decided in one pass for any number of stars.
    """
    *pieces, last = regex.split(_GAP)
    result = ""
    for number, piece in enumerate(pieces):
        if _TOUCH_MARK in piece:  # the number that a path is given depends on the place
            result += (_GAP if number else "") + _within_names(piece)
        elif number:
            result += f"(?>(?:/.+?)??/{_within_names(piece)}(?=/))"
        elif piece.startswith(_FIRST_GAP):
            result += f"^(?>(?:.+?/)??{_within_names(piece[len(_FIRST_GAP) :])}(?=/))"
        else:
            result += _within_names(piece)
    return result + (_GAP if pieces else "") + _within_names(last)


def _within_names(regex: str) -> str:
    first, *rest = regex.split(_STAR)
    result = first
    for number, piece in enumerate(rest, 1):
        is_last = number == len(rest) or "/" in piece.replace("[^/]", "")  # of the stars in a name
        result += f"{_STAR}{piece}" if is_last or _TOUCH_MARK in piece else f"(?>[^/]*?{piece})"
    return result


@lru_cache(MOST_PATTERNS)
def _numbered(pattern: str) -> re.Pattern[str]:
    regex = _compiled((pattern.replace(TOUCH, _TOUCH_MARK),)).patterns[0].regex
    assert regex is not None, pattern  # settings hold no text that is_pattern refuses
    return re.compile(regex.pattern.replace(_TOUCH_MARK, _TOUCH_NUMBER))


def _as_line(pattern: str) -> str:
    """A pattern as the line of a ``.gitignore``."""
    if pattern.startswith("./"):
        return pattern[1:]
    return f"\\{pattern}" if pattern.startswith("#") else pattern
