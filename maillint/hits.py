"""What checks yield: hits, and what could not be known; and what a hit's place has to offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from maillint.finding import Severity
from maillint.message.views import View
from maillint.text.offsets import OffsetMap
from maillint.text.source import Source
from maillint.text.spans import Span
from maillint.values import NamedTuple, field, frozen


class Place(Protocol):
    """A text that hits point into, and its way back to the file that it was read from.

    Message parts and header fields are places; ``FileText`` is one for a file that stands for itself.
    """

    @property
    def text(self) -> str:
        """The decoded text; spans of hits count in it."""

    @property
    def source(self) -> Source:
        """The file that the text was read from."""

    @property
    def map(self) -> OffsetMap:
        """Leads from ``text`` to ``source.text``."""

    @property
    def number(self) -> str | None:
        """The number of the MIME part, None for anything else."""

    def in_file(self, span: Span) -> Span:
        """Where a span of ``text`` stands in ``source.text``."""

    def is_elsewhere(self, span: Span) -> bool:
        """Whether a span stands in another file, which is put into this text and linted on its own."""

    def can_edit(self, span: Span, text: str) -> bool:
        """Whether putting ``text`` in the place of a span, in the file, changes the decoded text just so."""

    def label(self, views: Sequence[View], span: Span) -> str:
        """Say which audience alone gets a span that ``views`` show (``in Outlook``); "" if everyone does."""


@frozen
class FileText:
    """A whole file as a place: what was read is what stands there."""

    source: Source

    number = None

    @property
    def text(self) -> str:
        """The file's text."""
        return self.source.text

    @cached_property
    def map(self) -> OffsetMap:
        """Leads from each character to itself."""
        return OffsetMap.identity(len(self.source.text))

    def in_file(self, span: Span) -> Span:
        """The span itself, as far as the file goes."""
        return self.source.within(span)

    def is_elsewhere(self, span: Span) -> bool:
        """Never: the text is this file's alone."""
        return False

    def can_edit(self, span: Span, text: str) -> bool:
        """Always: the file holds the text as it is."""
        return True

    def label(self, views: Sequence[View], span: Span) -> str:
        """Nothing: every reader gets the same."""
        return ""


@frozen
class Change:
    """Replace a span of a hit's place by ``text``."""

    span: Span
    text: str


@frozen
class Hit:
    """What a check has found: where, and the evidence that the rule's message is made of.

    ``span`` counts in ``place.text``; ``view`` is the view that shows it, or those that do, None if every view does
    (or the place has none). ``changes`` mend it; ``safe`` if they keep the message's meaning. ``related`` are
    further spans of the same place with a few words each. It is never graver than ``at_most``, whatever the rule's
    severity: a note where no reader notices, a warning where it is not certain.
    """

    place: Place
    span: Span
    evidence: Mapping[str, Any] = field(default_factory=dict)
    view: View | Sequence[View] | None = None
    changes: tuple[Change, ...] = ()
    safe: bool = False
    related: tuple[tuple[Span, str], ...] = ()
    at_most: Severity | None = None

    @property
    def views(self) -> Sequence[View]:
        """The views that show it; none where every view does."""
        return () if self.view is None else (self.view,) if isinstance(self.view, View) else self.view


@frozen
class DomainHit:
    """What a check has found in a domain's DNS: the record and the span in it, if it is about one."""

    evidence: Mapping[str, Any] = field(default_factory=dict)
    record: str | None = None
    span: Span = Span(0, 0)


class RowHit(NamedTuple):
    """What a check has found in a list of recipients: hits with equal evidence are one finding.

    ``row`` is the row's index in the batch, None for what concerns the list as a whole. ``detail`` is what may differ
    within a finding (one domain of several), and is counted; ``cell`` the text in the row that is meant, "" for the
    address.
    """

    row: int | None
    evidence: Mapping[str, Any]
    detail: str = ""
    cell: str = ""


@frozen
class NotKnown:
    """Yielded instead of a guess: what the check lacks to answer, and what the user can write where to give it.

    Without a ``remedy``, nobody can do anything about it, and the reason is shown to those alone who ask with ``-v``.
    """

    reason: str
    remedy: str = ""
