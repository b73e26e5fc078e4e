"""What the engine asks of a subject, and the usual answers of one that stands in files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from maillint.catalogue.rule import ActiveRule, Rule
from maillint.engine.locate import hits_to_findings, internal_error, locate
from maillint.finding import INTERNAL_ERROR, FileReport, Finding, Severity, Unknown, source_order
from maillint.hits import Hit, Place
from maillint.text.source import Source
from maillint.text.spans import Span

FindingT = TypeVar("FindingT")
ReportT_co = TypeVar("ReportT_co", covariant=True)


class Subject(Protocol[FindingT, ReportT_co]):
    """Something that rules run over: a message, a domain, a campaign plan.

    A check declares the ``kind`` of subject that it is for, and is handed the ``facts``. The methods say what
    becomes of its hits.
    """

    @property
    def kind(self) -> str:
        """The name by which checks declare this kind of subject."""

    @property
    def profile(self) -> str:
        """The profile that decides how severe a rule is."""

    @property
    def facts(self) -> Any:
        """What checks read."""

    def findings(self, rule: Rule, severity: Severity, hits: Sequence[Any]) -> Iterator[FindingT]:
        """Turn a rule's hits into findings; raises KeyError for evidence that is not there."""

    def failure(self, rule: Rule, error: Exception) -> FindingT:
        """Turn the exception of a check that broke into a finding."""

    def report(self, findings: list[FindingT], unknown: list[Unknown], rules: Sequence[ActiveRule]) -> ReportT_co:
        """Sum up what the rules have found and what they could not know; ``rules`` are those of this kind."""


class FileSubject:
    """A subject that stands in files: each hit is a span of one of its texts, and each file gets a report.

    ``start`` is where a finding about the whole stands; ``sources`` are the files, the main one first. A new kind of
    subject needs no class of its own, unless its reports have more to say.
    """

    def __init__(self, kind: str, profile: str, facts: Any, start: Place, sources: Sequence[Source]) -> None:
        self.kind = kind
        self.profile = profile
        self.facts = facts
        self.start = start
        self.sources = sources

    def findings(self, rule: Rule, severity: Severity, hits: Iterable[Hit]) -> Iterator[Finding]:
        """One finding for each span.

        What stands in an included file is reported with that file; a count that goes over its limit there belongs
        to the file that includes it.
        """
        own = (hit for hit in hits if "limit" in hit.evidence or not hit.place.is_elsewhere(hit.span))
        return hits_to_findings(rule, severity, own)

    def failure(self, rule: Rule, error: Exception) -> Finding:
        """An internal error at the start."""
        return locate(INTERNAL_ERROR, Severity.ERROR, internal_error(rule, error), self.start, Span(0, 0))

    def report(
        self, findings: list[Finding], unknown: list[Unknown], rules: Sequence[ActiveRule]
    ) -> tuple[FileReport, ...]:
        """A report for each file, findings in source order; what could not be known stands with the main file."""
        return tuple(
            self.file_report(
                source,
                tuple(sorted((found for found in findings if found.path == source.path), key=source_order)),
                () if index else tuple(unknown),
            )
            for index, source in enumerate(self.sources)
        )

    def file_report(self, source: Source, findings: tuple[Finding, ...], unknown: tuple[Unknown, ...]) -> FileReport:
        """The report of one of the files."""
        return FileReport(source.path, self.kind, None, self.profile, False, None, findings, unknown, source.text)
