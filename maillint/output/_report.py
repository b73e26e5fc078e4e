"""What several formats need of a report: the findings to show, counts in words, fingerprints."""

from __future__ import annotations

from typing import NamedTuple

from maillint.finding import (
    DomainFinding,
    DomainReport,
    FileReport,
    Finding,
    Report,
    Severity,
    Unknown,
    source_order,
    weight_order,
)
from maillint.output import Context
from maillint.output._cells import visible

SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_SNIPPET = 400


def shown(file: FileReport, context: Context) -> list[Finding]:
    """Return the findings of a file that the context does not hide, by position."""
    return [found for found in _ordered(file) if found.severity >= context.min_severity]


def shown_of_domain(domain: DomainReport, context: Context) -> list[DomainFinding]:
    """Return the findings of a domain that the context does not hide, the worst first."""
    return [found for found in _ordered_of_domain(domain) if found.severity >= context.min_severity]


def _ordered(file: FileReport) -> list[Finding]:
    return sorted(file.findings, key=source_order)


def _ordered_of_domain(domain: DomainReport) -> list[DomainFinding]:
    return sorted(domain.findings, key=weight_order)


def hidden(report: Report, context: Context) -> int:
    """Return how many findings the context hides."""
    return sum(report.count(severity) for severity in SEVERITIES if severity < context.min_severity)


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 file``, ``2 files``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def message(found: Finding, *, part: bool = False) -> str:
    """Return a finding's message with the view that alone shows it, and the MIME part if asked for."""
    where = [f"part {found.part}"] if part and found.part else []
    where += [found.view] if found.view else []
    return visible(f"{found.message} ({', '.join(where)})" if where else found.message)


def last_line(found: Finding) -> int:
    """Return the last line that a finding touches; ``end_line`` is one more where it ends with a line end."""
    return found.end_line - (found.end_column == 1 and found.end_line > found.line)


class Reason(NamedTuple):
    """Why questions stayed open, which rules asked them, and of which files and domains."""

    text: str
    rules: tuple[str, ...]
    files: tuple[str, ...]
    domains: tuple[str, ...]


def reasons(report: Report) -> list[Reason]:
    """Return what stayed unknown by reason, in the order of the report; all of it ``visible``."""
    asked: dict[str, tuple[dict[str, None], dict[str, None], dict[str, None]]] = {}
    groups: list[tuple[int, str, tuple[Unknown, ...]]] = [
        *((1, file.path, file.unknown) for file in report.files),
        *((2, domain.domain, domain.unknown) for domain in report.domains),
    ]
    for kind, place, unknowns in groups:
        for unknown in unknowns:
            entry = asked.setdefault(visible(unknown.reason), ({}, {}, {}))
            entry[0][visible(unknown.rule)] = None
            entry[kind][visible(place)] = None
    return [
        Reason(text, tuple(sorted(rules)), tuple(files), tuple(domains))
        for text, (rules, files, domains) in asked.items()
    ]


def count_groups(files: int, domains: int) -> str:
    """Return ``2 files and 1 domain``, without what there is none of."""
    counts = ((files, "file"), (domains, "domain"))
    return " and ".join(plural(count, noun) for count, noun in counts if count)


def fingerprinted(file: FileReport, context: Context) -> list[tuple[Finding, str]]:
    """Return the findings that the context does not hide, each with a stable fingerprint.

    It is made from path, rule, the text below the span with its white space evened out, and an ordinal
    among findings that share these; so it survives other lines coming and going, and hiding.
    """
    seen: dict[tuple[str, ...], int] = {}
    pairs = [(found, _print(seen, file.path, found.rule, _snippet(file.text, found))) for found in _ordered(file)]
    return [pair for pair in pairs if pair[0].severity >= context.min_severity]


def fingerprinted_of_domain(domain: DomainReport, context: Context) -> list[tuple[DomainFinding, str]]:
    """Return the same for a domain, the fingerprints made from its name, the rule and the record."""
    seen: dict[tuple[str, ...], int] = {}
    pairs = [
        (found, _print(seen, domain.domain, found.rule, found.record or "")) for found in _ordered_of_domain(domain)
    ]
    return [pair for pair in pairs if pair[0].severity >= context.min_severity]


def _print(seen: dict[tuple[str, ...], int], place: str, rule: str, text: str) -> str:
    from hashlib import sha256  # noqa: PLC0415

    key = (place, rule, " ".join(text[:_SNIPPET].split()))
    seen[key] = ordinal = seen.get(key, 0) + 1
    return sha256("\0".join((*key, str(ordinal))).encode("utf-8", "surrogatepass")).hexdigest()


def _snippet(text: str, found: Finding) -> str:
    """The text below the span; where it is empty, what follows it on the line."""
    stretch = text[found.start : found.start + _SNIPPET]
    if found.end > found.start:
        return stretch[: found.end - found.start]
    return next(iter(stretch.splitlines()), "")
