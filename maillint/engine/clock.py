"""A clock for ``maillint check --profile-rules``: how long each phase of a run takes, and each rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TypeVar

_Result = TypeVar("_Result")

PHASES = ("start", "find files", "read", "template", "views", "markup", "gather", "rules", "output")
"""The phases of a run, in order. What a rule is the first to ask for (``markup``) does not count as its own time."""


class Clock:
    """Adds up the time of phases and of rules; what is measured inside something else is no part of that."""

    def __init__(self) -> None:
        self.phases: dict[str, float] = dict.fromkeys(PHASES, 0.0)
        self.rules: dict[str, float] = {}
        self.calls: dict[str, int] = {}
        self._inner: list[float] = []  # of each measurement that has begun, the time that belongs to others

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure a phase."""
        began = self._begin()
        try:
            yield
        finally:
            self.phases[name] += self._end(began)

    def rule(self, name: str, work: Callable[[], _Result]) -> _Result:
        """Measure a rule, which is a part of the phase ``rules``."""
        began = self._begin()
        try:
            return work()
        finally:
            own = self._end(began)
            self.rules[name] = self.rules.get(name, 0.0) + own
            self.calls[name] = self.calls.get(name, 0) + 1
            self.phases["rules"] += own

    def _begin(self) -> float:
        self._inner.append(0.0)
        return perf_counter()

    def _end(self, began: float) -> float:
        taken = perf_counter() - began
        own = taken - self._inner.pop()
        if self._inner:
            self._inner[-1] += taken
        return own
