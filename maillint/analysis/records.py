"""What the checks of a domain's DNS share: unanswered questions, and words from records."""

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
"""Faults of one record that are told one by one; a hostile record may have thousands."""


def unanswered(*lookups: Lookup) -> Iterator[NotKnown]:
    """Say of each lookup that nobody could answer, and why."""
    for lookup in lookups:
        if lookup.open:
            yield NotKnown(lookup.open)


def reason(answer: Answer | None) -> str:
    """Why nobody could answer; empty for an answer."""
    return getattr(answer, "reason", "")


def words(code: str) -> str:
    """The words of a parser's code: `unknown-mechanism` is an unknown mechanism."""
    return code.replace("-", " ")


def whole(record: str) -> Span:
    """The span of a record as a whole."""
    return Span(0, len(record))


def first_word(record: str) -> Span:
    """The span of what a record begins with."""
    indent = len(record) - len(record.lstrip())
    ends = [end for end in (record.find(" ", indent), record.find(";", indent)) if end > indent]
    return Span(0, min(ends, default=len(record)))
