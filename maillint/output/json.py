"""The stable, versioned report for programs; docs/json.md and docs/schema/report.schema.json describe it."""

from __future__ import annotations

from maillint.finding import DomainReport, FileReport, Finding, Fix, FurtherPlace, Related, Report, Unknown
from maillint.output import Context
from maillint.output._json import dumps
from maillint.output._report import SEVERITIES, shown, shown_of_domain
from maillint.text.source import Source

VERSION = 1
"""Incremented when a key is removed or changes its meaning; new keys may be added at any time."""


def render(report: Report, context: Context) -> str:
    """Return the report as one JSON object on one line."""
    return dumps(document(report, context))


def document(report: Report, context: Context) -> dict[str, object]:
    """Return the report as JSON-ready values.

    It has ``files`` unless the run was about domains only, and ``errors`` where something failed.
    """
    result: dict[str, object] = {
        "version": VERSION,
        "tool": {"name": "maillint", "version": context.version},
    }
    summary: dict[str, int] = {}
    if report.files or not report.domains:
        result["files"] = [_file(file, context) for file in report.files]
        summary["files"] = len(report.files)
        summary["passed_over"] = len(report.passed_over)
    if report.domains:
        result["domains"] = [_domain(domain, context) for domain in report.domains]
        summary["domains"] = len(report.domains)
    if report.failures:
        result["errors"] = [{"path": failure.path, "message": failure.message} for failure in report.failures]
    if report.passed_over:
        result["passed_over"] = [{"path": file.path, "reason": file.reason} for file in report.passed_over]
    summary |= {severity.label: report.count(severity) for severity in SEVERITIES}
    return result | {"summary": summary | {"unknown": report.unknown}}


def _file(file: FileReport, context: Context) -> dict[str, object]:
    source = Source(file.path, file.text)
    return {
        **file.facts,
        "path": file.path,
        "kind": file.kind,
        "dialect": file.dialect,
        "profile": file.profile,
        "touch": file.touch,
        "findings": [_finding(finding, source, context) for finding in shown(file, context)],
        "unknown": _unknown(file.unknown),
    }


def _finding(finding: Finding, source: Source, context: Context) -> dict[str, object]:
    result: dict[str, object] = {
        "rule": finding.rule,
        "severity": finding.severity.label,
        "message": finding.message,
        "basis": _basis(finding.rule, context),
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "start": finding.start,
        "end": finding.end,
        "part": finding.part,
        "view": finding.view,
        "evidence": finding.evidence,
        "fix": _fix(finding.whole_fix),
    }
    if finding.places:
        result["places"] = [_place(place, finding) for place in finding.places]
    if finding.unlisted:
        result["unlisted"] = finding.unlisted
    if finding.related:
        result["related"] = [_related(place, source) for place in finding.related]
    return result


def _basis(rule: str, context: Context) -> str | None:
    doc = context.rules.get(rule)
    return doc.basis or None if doc else None


def _place(place: FurtherPlace, finding: Finding) -> dict[str, object]:
    """A further place of a finding, with what is not the same at the first one."""
    span = {name: getattr(place, name) for name in ("line", "column", "end_line", "end_column", "start", "end")}
    other = {name: getattr(place, name) for name in ("part", "view", "evidence")}
    return span | {name: value for name, value in other.items() if value != getattr(finding, name)}


def _related(place: Related, source: Source) -> dict[str, object]:
    line, column = source.position(place.start)
    return {
        "message": place.message,
        "line": line,
        "column": column,
        "start": place.start,
        "end": place.end,
    }


def _fix(fix: Fix | None) -> dict[str, object] | None:
    if fix is None:
        return None
    edits = [{"start": edit.start, "end": edit.end, "text": edit.text} for edit in fix.edits]
    return {"safety": fix.safety, "edits": edits}


def _domain(domain: DomainReport, context: Context) -> dict[str, object]:
    result: dict[str, object] = {
        "domain": domain.domain,
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity.label,
                "message": finding.message,
                "basis": _basis(finding.rule, context),
                "record": finding.record,
                "start": finding.start,
                "end": finding.end,
                "evidence": finding.evidence,
            }
            for finding in shown_of_domain(domain, context)
        ],
        "unknown": _unknown(domain.unknown),
    }
    return result | {key: value for key, value in domain.facts.items() if key not in result}


def _unknown(unknown: tuple[Unknown, ...]) -> list[dict[str, str]]:
    return [
        {"rule": one.rule, "reason": one.reason, **({"remedy": one.remedy} if one.remedy else {})} for one in unknown
    ]
