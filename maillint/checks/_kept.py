"""Results that several checks ask of one view, kept by the view's identity: to compare views costs more."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar, TypeVarTuple

from maillint.message.views import View

_Result = TypeVar("_Result")
_More = TypeVarTuple("_More")
_MOST_VIEWS = 48  # more than a message has


class _Same:
    __slots__ = ("view",)

    def __init__(self, view: View) -> None:
        self.view = view

    def __hash__(self) -> int:
        return id(self.view)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.view is other.view


def kept_by_view(function: Callable[[View, *_More], _Result]) -> Callable[[View, *_More], _Result]:
    """Keep what a function returns for the views, and further arguments, that were asked for last."""

    @lru_cache(_MOST_VIEWS)
    def kept(key: _Same, *more: *_More) -> _Result:
        return function(key.view, *more)

    @wraps(function)
    def found(view: View, *more: *_More) -> _Result:
        return kept(_Same(view), *more)

    return found
