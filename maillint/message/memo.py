"""Answers that are worked out once, and live as long as the message or view they are about."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from itertools import islice
from typing import Any, Protocol, TypeVar, TypeVarTuple

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class TimeUpError(Exception):
    """The time that may be spent on a message is over."""


class TimeLimit:
    """Seconds of processor time for a message; they pass while the limit is ``running``, and end at the next look.

    The time of this thread counts and nobody else's, so that a busy machine ends nothing. To ask for it is a call of
    the system, so the clock on the wall says first whether it can be over: a thread never gets more than that.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.raised: TimeUpError | None = None
        self._left = seconds
        self._end: float | None = None
        self._earliest = 0.0
        self._looks = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the time pass for what is done in this block, by ``look_at_clock`` too."""
        outer = _running.set(self)
        self._end = time.thread_time() + self._left
        self._earliest = time.perf_counter() + self._left
        try:
            yield
        finally:
            self._left = self._end - time.thread_time()
            _running.reset(outer)

    def check(self) -> None:
        """Raise TimeUpError if the time is over."""
        if self._end is None or (now := time.perf_counter()) < self._earliest:
            return
        left = self._end - time.thread_time()
        if left > 0:
            self._earliest = now + left
            return
        self.raised = TimeUpError(f"the time limit of {self.seconds:g} s is over")
        raise self.raised

    def glance(self) -> None:
        """The same at each 64th call, for loops."""
        self._looks += 1
        if not self._looks & 63:
            self.check()


_running: ContextVar[TimeLimit | None] = ContextVar("_running", default=None)


def running_limit() -> TimeLimit | None:
    """The time limit of the message at hand."""
    return _running.get()


def look_at_clock() -> None:
    """Raise TimeUpError if the time for the message at hand is over: called in each loop that may be long."""
    limit = _running.get()
    if limit is not None:
        limit.glance()


def by_the_clock(items: Iterable[_Item]) -> Iterator[_Item]:
    """The items, with a look at the clock before each 250 of them: for loops over what takes no time."""
    pending = iter(items)
    while some := tuple(islice(pending, 250)):
        limit = _running.get()
        if limit is not None:
            limit.check()
        yield from some


_More = TypeVarTuple("_More")


class Owner(Protocol):
    """A message or a view: something that keeps what has been worked out about it."""

    @property
    def memo(self) -> dict[Any, Any]:
        """The answers so far, by function and further arguments."""


_Owner = TypeVar("_Owner", bound=Owner)


def remembered(function: Callable[[_Owner, *_More], _Result]) -> Callable[[_Owner, *_More], _Result]:
    """Call a function once for each owner and further (hashable) arguments; later calls get the same object."""

    @wraps(function)
    def answer(owner: _Owner, *more: *_More) -> _Result:
        memo = owner.memo
        key = (function, *more)
        if key not in memo:
            memo[key] = function(owner, *more)
        result: _Result = memo[key]
        return result

    return answer
