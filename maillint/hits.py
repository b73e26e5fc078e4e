"""What checks yield: hits, and what could not be known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from maillint.message.model import Place
from maillint.message.views import View
from maillint.text.spans import Span


@dataclass(frozen=True, slots=True)
class Change:
    """Replace a span of a hit's place by ``text``."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """What a check has found: where, and the evidence that the rule's message is made of.

    ``span`` counts in ``place.text``; ``view`` is the view that shows it, None if every view does (or the
    place has none). ``changes`` mend it; ``safe`` if they keep the message's meaning. ``related`` are
    further spans of the same place with a few words each.
    """

    place: Place
    span: Span
    evidence: Mapping[str, Any] = field(default_factory=dict)
    view: View | None = None
    changes: tuple[Change, ...] = ()
    safe: bool = False
    related: tuple[tuple[Span, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DomainHit:
    """What a check has found in a domain's DNS: the record and the span in it, if it is about one."""

    evidence: Mapping[str, Any] = field(default_factory=dict)
    record: str | None = None
    span: Span = Span(0, 0)


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Yielded instead of a guess: what the check lacks to answer."""

    reason: str
