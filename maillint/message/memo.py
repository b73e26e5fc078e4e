"""Answers that are worked out once, and live as long as the message or view they are about."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar, TypeVarTuple

_Result = TypeVar("_Result")


class TimeUpError(Exception):
    """The time that may be spent on a message is over."""


class TimeLimit:
    """Seconds of processor time, from now on, for what is worked out about a message; it ends at the next look.

    The time of this thread counts and nobody else's, so that a busy machine ends nothing.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.thread_time() + seconds
        self.raised: TimeUpError | None = None

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return time.thread_time() >= self._end

    def check(self) -> None:
        """Raise TimeUpError if the time is over."""
        if self.is_over:
            self.raised = TimeUpError(f"the time limit of {self.seconds:g} s is over")
            raise self.raised


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
