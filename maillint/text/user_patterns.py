"""Regular expressions that users write: searched within a bound on time, since some need longer than the world has."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Protocol

from maillint.errors import LintError

SECONDS = 2.0
"""How long the patterns of one rule may take over one message."""

MAX_PATTERN = 5_000
"""Characters of a pattern at the most."""


class StoppedPatternError(LintError):
    """A pattern that was stopped because it took too long."""


class Found(Protocol):
    """A match, as ``re`` gives it."""

    def start(self) -> int:
        """Where it begins."""

    def end(self) -> int:
        """Where it ends."""

    def span(self) -> tuple[int, int]:
        """Both."""

    def __getitem__(self, group: int) -> str:
        """The text of a group."""


@lru_cache(64)  # options of rules: a run has few, and they hold no text of a message
def _compiled(source: str, case: bool) -> Any:
    import regex  # noqa: PLC0415 -- 15 ms, for rules with patterns alone

    return regex.compile(source, 0 if case else regex.IGNORECASE)


def pattern_fault(source: str) -> str | None:
    """What is wrong with a pattern; None for one that can be searched for."""
    if len(source) > MAX_PATTERN:
        return f"longer than {MAX_PATTERN:,} characters"
    try:
        _compiled(source, True)
    except RecursionError:
        return "nested too deeply"
    except Exception as error:  # the package's own errors, and those of numbers
        return " ".join(str(error).split()) or type(error).__name__
    return None


class Search:
    """The patterns of one rule over one message; together they have SECONDS. Raises StoppedPatternError."""

    def __init__(self) -> None:
        self._left = SECONDS

    def all(self, source: str, text: str, *, case: bool = False) -> Iterator[Found]:
        """Every match of a pattern in a text."""
        matches = iter(_compiled(source, case).finditer(text, timeout=max(self._left, 0.001)))
        while (match := self._timed(source, lambda: next(matches, None))) is not None:
            yield match

    def first(self, source: str, text: str, *, case: bool = False) -> Found | None:
        """The first match of a pattern in a text."""
        return self._timed(source, lambda: _compiled(source, case).search(text, timeout=max(self._left, 0.001)))

    def _timed(self, source: str, search: Any) -> Found | None:
        began = time.monotonic()
        try:
            found: Found | None = search()
        except TimeoutError:
            shown = source if len(source) <= 60 else f"{source[:59]}…"
            raise StoppedPatternError(f"the pattern {shown!r} was stopped after {SECONDS:g} s") from None
        self._left -= time.monotonic() - began
        return found
