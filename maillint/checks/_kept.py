"""Results that several checks ask of one view, kept by the view's identity: to compare views costs more."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from maillint.message.views import View

_Result = TypeVar("_Result")
_MOST_VIEWS = 48  # more than a message has


class _Same:
    __slots__ = ("view",)

    def __init__(self, view: View) -> None:
        self.view = view

    def __hash__(self) -> int:
        return id(self.view)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.view is other.view


def kept_by_view(function: Callable[[View], _Result]) -> Callable[[View], _Result]:
    """Keep what a function returns for the views that were asked for last."""
    kept = lru_cache(_MOST_VIEWS)(lambda key: function(key.view))

    @wraps(function)
    def found(view: View) -> _Result:
        return kept(_Same(view))

    return found
