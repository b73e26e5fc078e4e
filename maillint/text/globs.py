"""Path patterns as in ``.gitignore``, over paths with ``/``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether a relative path, or a folder above it, matches one of the patterns.

    ``*`` and ``?`` stay within one name, ``**`` crosses folders; a pattern without an inner ``/``
    matches at any depth; a pattern that ends with ``/`` matches folders only, with all that is in them.
    """
    return any(_compiled(pattern).match(path) is not None for pattern in patterns)


def touch_of(path: str, pattern: str) -> int | None:
    """Return the number that stands for ``{touch}`` in a path that matches a pattern, None if none does."""
    found = _compiled(pattern).match(path)
    return int(found["touch"]) if found else None


@lru_cache(256)
def _compiled(pattern: str) -> re.Pattern[str]:
    anchored = "/" in pattern.rstrip("/")
    folder_only = pattern.endswith("/")
    body = pattern.strip("/").removeprefix("./")
    out: list[str] = []
    position = 0
    while position < len(body):
        if body.startswith("**/", position):
            out.append("(?:.*/)?")
            position += 3
        elif body.startswith("**", position):
            out.append(".*")
            position += 2
        elif body.startswith("{touch}", position):
            out.append(r"(?P<touch>[1-9]\d{0,3})")
            position += len("{touch}")
        elif body[position] == "*":
            out.append("[^/]*")
            position += 1
        elif body[position] == "?":
            out.append("[^/]")
            position += 1
        else:
            out.append(re.escape(body[position]))
            position += 1
    prefix = "" if anchored else "(?:.*/)?"
    return re.compile(prefix + "".join(out) + ("/.*" if folder_only else "(?:/.*)?") + r"\Z", re.DOTALL)
