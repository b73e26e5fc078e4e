"""Answers that are worked out once, and live as long as the message or view they are about."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar, TypeVarTuple

_Result = TypeVar("_Result")
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
