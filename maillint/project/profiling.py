"""What messages work out on first use, measured for ``maillint check --profile-rules``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from maillint.engine.clock import Clock
from maillint.message.model import Part
from maillint.message.views import View


@contextmanager
def watching(clock: Clock) -> Iterator[None]:
    """Measure what messages work out on first use, for as long as this lasts; other runs pay nothing for it."""
    watched = [(Part, "template", "template"), (Part, "views", "views"), (View, "html", "markup")]
    watched.append((View, "content", "gather"))
    before = [(owner, name, vars(owner)[name]) for owner, name, _ in watched]
    try:
        for owner, name, phase in watched:
            _measure(owner, name, phase, clock)
        yield
    finally:
        for owner, name, answer in before:
            setattr(owner, name, answer)


def _measure(owner: Any, name: str, phase: str, clock: Clock) -> None:
    answer = vars(owner)[name].func

    def measured(self: Any) -> Any:
        with clock.phase(phase):
            return answer(self)

    measured.__doc__ = answer.__doc__
    watched = cached_property(measured)
    watched.__set_name__(owner, name)
    setattr(owner, name, watched)
