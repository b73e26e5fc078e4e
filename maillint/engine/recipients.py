"""Lint a list of recipients: rules run over one batch of rows after the other, and equal hits become one finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from maillint.catalogue.rule import ActiveRule, Rule
from maillint.engine.locate import internal_error
from maillint.engine.run import run_rules
from maillint.finding import INTERNAL_ERROR, FileReport, Finding, Severity, Unknown
from maillint.hits import RowHit
from maillint.recipients.layout import Layout
from maillint.recipients.mask import masked
from maillint.recipients.model import Batch
from maillint.text.shorten import shorten
from maillint.values import field, mutable

MOST_FINDINGS = 20
"""Findings of one rule at the most, those of most rows; the last one says how many more there are."""

_MOST_PLACES = 5
"""Rows of a finding that are named."""

_MOST_NAMED = 4
"""Details that a message names, the commonest first; reports for programs have _MOST_DETAILS."""

_MOST_DETAILS = 100

_MOST_CAUSES = 10_000
"""Causes of one rule that are counted one by one; the rows of any others are counted together."""


@mutable
class _Place:
    line: int
    column: int
    start: int
    end: int
    example: str


@mutable
class _Cause:
    """All hits of a rule with the same evidence: how many rows, and where the first of them stand."""

    rule: Rule
    severity: Severity
    evidence: Mapping[str, Any]
    rows: int = 0
    details: dict[str, int] = field(default_factory=dict)
    places: list[_Place] = field(default_factory=list)


class RecipientsSubject:
    """A list of recipients, judged batch by batch.

    ``show_addresses``: findings quote addresses as they are; otherwise a local part is masked.
    """

    kind = "recipients"

    def __init__(
        self, path: str, layout: Layout, profile: str, rules: Sequence[ActiveRule], *, show_addresses: bool = False
    ) -> None:
        self.facts: Batch
        self.path = path
        self.layout = layout
        self.profile = profile
        self.reasons: dict[str, int] = {}
        self._rules = [rule for rule in rules if rule.rule.subject == self.kind]
        self._show = show_addresses
        self._causes: dict[str, dict[tuple[Any, ...], _Cause]] = {}
        self._left_out: dict[str, int] = {}
        self._failures: dict[str, Finding] = {}
        self._unknown: dict[Unknown, None] = {}
        self._doubtful: dict[int, list[str]] = {}

    def judge(self, batch: Batch) -> Mapping[int, Sequence[str]]:
        """Run the rules over some rows; the doubtful ones by their index, each with the rules that found something."""
        self.facts = batch
        self._doubtful = {}
        run_rules(self, self._rules)
        return self._doubtful

    # -- what the engine asks of a subject

    def findings(self, rule: Rule, severity: Severity, hits: Sequence[RowHit]) -> Iterator[Finding]:
        """Add hits to their causes: a finding is made of all of them, at the end."""
        causes = self._causes.setdefault(rule.name, {})
        rows: set[int] = set()
        for hit in hits:
            if hit.row is not None:
                rows.add(hit.row)
            key = tuple(hit.evidence.values())
            cause = causes.get(key)
            if cause is None:
                if len(causes) >= _MOST_CAUSES:
                    self._left_out[rule.name] = self._left_out.get(rule.name, 0) + 1
                    continue
                cause = causes[key] = _Cause(rule, severity, hit.evidence)
            cause.rows += hit.row is not None
            if hit.detail and (hit.detail in cause.details or len(cause.details) < _MOST_CAUSES):
                cause.details[hit.detail] = cause.details.get(hit.detail, 0) + 1
            if len(cause.places) < _MOST_PLACES:
                cause.places.append(self._place(hit))
        self.reasons[rule.name] = self.reasons.get(rule.name, 0) + len(rows)
        if severity >= Severity.WARNING:
            for row in rows:
                self._doubtful.setdefault(row, []).append(rule.name)
        return iter(())

    def failure(self, rule: Rule, error: Exception) -> Finding:
        """An internal error at the start, once for each rule."""
        found = Finding(INTERNAL_ERROR, Severity.ERROR, internal_error(rule, error), self.path, 0, 0, 1, 1, 1, 1)
        return self._failures.setdefault(rule.name, found)

    def report(self, findings: list[Finding], unknown: list[Unknown], rules: Sequence[ActiveRule]) -> None:
        """Keep what could not be known: the report is made at the end."""
        self._unknown.update(dict.fromkeys(unknown))

    # -- places

    def _place(self, hit: RowHit) -> _Place:
        batch = self.facts
        if hit.row is None:
            return _Place(1, 1, 0, 0, "")
        row, cells = hit.row, batch.cells[hit.row]
        text = batch.texts[row]
        address = cells[self.layout.index] if self.layout.index < len(cells) else ""
        at, end = _span(text, hit.cell or address)
        start = batch.offset(row)
        line = batch.lines[row] + text.count("\n", 0, at)
        example = shorten(address) if self._show else shorten(masked(address))
        return _Place(line, at - text.rfind("\n", 0, at), start + at, start + end, example)

    # -- the end

    def file_report(self, facts: Mapping[str, Any]) -> FileReport:
        """The report of the whole list; ``facts`` is what else was found out, ready for JSON."""
        findings = [*self._failures.values()]
        for name, causes in self._causes.items():
            ordered = sorted(causes.values(), key=lambda cause: (-cause.rows, cause.places[0].start))
            more = ordered[MOST_FINDINGS:]
            rows = sum(cause.rows for cause in more) + self._left_out.get(name, 0)
            for number, cause in enumerate(ordered[:MOST_FINDINGS], 1):
                last = number == MOST_FINDINGS and rows
                findings.append(self._finding(cause, f" (and {rows:,} more rows of this rule)" if last else ""))
        return FileReport(
            self.path,
            self.layout.format,
            None,
            self.profile,
            False,
            None,
            tuple(sorted(findings, key=lambda finding: (finding.start, finding.end, -finding.severity, finding.rule))),
            tuple(self._unknown),
            facts=facts,
        )

    def _finding(self, cause: _Cause, more: str) -> Finding:
        place = cause.places[0]
        lines = list(dict.fromkeys(place.line for place in cause.places))
        ordered = sorted(cause.details.items(), key=lambda item: -item[1])
        evidence = {**cause.evidence, "rows": cause.rows, "lines": lines if cause.rows else []}
        if ordered:
            evidence["details"] = dict(ordered[:_MOST_DETAILS])
        examples = [place.example for place in cause.places if place.example]
        if examples:
            evidence["examples"] = examples
        words = cause.rule.wording(
            {
                **cause.evidence,
                "rows": f"{cause.rows:,}",
                "where": _where(lines, cause.rows),
                "details": _details(ordered),
            }
        )
        return Finding(
            cause.rule.name,
            cause.severity,
            words + more,
            self.path,
            place.start,
            place.end,
            place.line,
            place.column,
            place.line,
            place.column + place.end - place.start,
            evidence=evidence,
        )


def _span(text: str, cell: str) -> tuple[int, int]:
    """Where a cell stands in its row; the whole row where that cannot be said."""
    for spelling in (cell, cell.replace('"', '""')) if cell else ():
        at = text.find(spelling)
        if at >= 0:
            return at, at + len(spelling)
    return 0, len(text.rstrip("\r\n"))


def _details(details: Sequence[tuple[str, int]]) -> str:
    """The commonest details in words, with their numbers where there are several."""
    if len(details) == 1:
        return details[0][0]
    named = ", ".join(f"{detail} ({rows:,})" for detail, rows in details[:_MOST_NAMED])
    more = len(details) - _MOST_NAMED
    return f"{named} and {more:,} more" if more > 0 else named


def _where(lines: Sequence[int], rows: int) -> str:
    """The lines of a finding in words, as many as are known."""
    numbers = [f"{line:,}" for line in lines]
    more = rows - len(numbers)
    if more > 0:
        return f"lines {', '.join(numbers)} and {more:,} more"
    head = f"{', '.join(numbers[:-1])} and {numbers[-1]}" if len(numbers) > 1 else numbers[0]
    return f"line{'s' * (len(numbers) > 1)} {head}"
