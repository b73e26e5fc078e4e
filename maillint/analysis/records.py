"""What the checks of a domain's DNS share: queries without an answer, and spans and words of records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from maillint.hits import DomainHit, NotKnown
from maillint.text.spans import Span

if TYPE_CHECKING:
    from maillint.network.answers import Answer
    from maillint.network.facts import Lookup

Results = Iterator[DomainHit | NotKnown]

MOST_PROBLEMS = 20
"""Faults of one record that are reported one by one; a hostile record may have thousands."""

_WORDS = {"bad-cidr": "bad CIDR length", "character": "illegal character", "version": "bad version"}
"""Words for codes that do not speak for themselves."""


def unanswered(*lookups: Lookup) -> Iterator[NotKnown]:
    """Say why a lookup has no answer, for each lookup without one."""
    for lookup in lookups:
        if lookup.open:
            yield NotKnown(lookup.open)


def reason(answer: Answer | None) -> str:
    """Why there was no answer; empty for an answer."""
    return getattr(answer, "reason", "")


def words(code: str) -> str:
    """The words of a problem's code: `unknown-mechanism` becomes "unknown mechanism"."""
    return _WORDS.get(code) or code.replace("-", " ")


def whole(record: str) -> Span:
    """The span of a record as a whole."""
    return Span(0, len(record))


def first_word(record: str) -> Span:
    """The span of the first word or tag of a record."""
    indent = len(record) - len(record.lstrip())
    ends = [end for end in (record.find(" ", indent), record.find(";", indent)) if end > indent]
    return Span(0, min(ends, default=len(record)))
