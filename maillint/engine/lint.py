"""Run rules over one subject; no file, terminal or network of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from maillint.catalogue.rule import DECIDED_BY_KIND, ActiveRule
from maillint.engine.locate import hits_to_findings, internal_error_finding, is_elsewhere, what_failed
from maillint.engine.rendered import findings_in_rendering, judges_renderings
from maillint.finding import (
    INTERNAL_ERROR,
    DomainFinding,
    DomainReport,
    FileReport,
    Finding,
    Severity,
    Unknown,
    source_order,
    weight_order,
)
from maillint.hits import DomainHit, Hit, NotKnown
from maillint.message.model import Message
from maillint.message.rendering.render import render, renders

KIND_NOT_DECLARED = "the kind of mail is not declared (profile: cold, newsletter or transactional)"


def lint(
    message: Message, rules: Iterable[ActiveRule], subject: str = "message", reads: Any = None
) -> tuple[FileReport, ...]:
    """Run every rule over a message; one report for each of its files, findings in source order.

    Rules of another ``subject`` run where it is named; ``reads`` is then what their checks read.
    """
    findings: list[Finding] = []
    unknown: dict[Unknown, None] = {}
    rules = tuple(rules)
    for active in rules:
        level = active.level_for(message.profile)
        if level is None or active.rule.subject != subject:
            continue
        try:
            results = list(active.rule.check.run(message if reads is None else reads, active.options))
            hits = [result for result in results if isinstance(result, Hit) and not is_elsewhere(result)]
            found = list(hits_to_findings(active.rule, level, hits)) if isinstance(level, Severity) else []
        except Exception as error:  # of the check, or of evidence that lacks what the rule's message names
            findings.append(internal_error_finding(message, active.rule, error))
            continue
        findings.extend(found)
        for result in results:
            if isinstance(result, NotKnown):
                unknown[Unknown(active.rule.name, result.reason)] = None
        if level == DECIDED_BY_KIND and hits:
            unknown[Unknown(active.rule.name, KIND_NOT_DECLARED)] = None
    if subject == "message" and renders(message) and judges_renderings(rules):
        for rendering in render(message).made:
            findings.extend(findings_in_rendering(rendering, rules, findings))
    return tuple(_reports(message, findings, tuple(unknown)))


def lint_domain(subject: Any, domain: str, facts: Mapping[str, object], rules: Iterable[ActiveRule]) -> DomainReport:
    """Run every rule about domains over what is known of one; ``subject`` is what the checks read."""
    findings: list[DomainFinding] = []
    unknown: dict[Unknown, None] = {}
    for active in rules:
        level = active.level_for("newsletter")
        if level is None or active.rule.subject != "domain":
            continue
        rule = active.rule
        try:
            results = list(rule.check.run(subject, active.options))
        except Exception as error:
            findings.append(DomainFinding(INTERNAL_ERROR, Severity.ERROR, what_failed(rule, error)))
            continue
        for result in results:
            if isinstance(result, NotKnown):
                unknown[Unknown(rule.name, result.reason)] = None
            elif isinstance(result, DomainHit) and isinstance(level, Severity):
                words = rule.wording(result.evidence)
                findings.append(
                    DomainFinding(rule.name, level, words, result.record, *result.span, dict(result.evidence))
                )
    findings.sort(key=weight_order)
    return DomainReport(domain, tuple(findings), tuple(unknown), facts)


def _reports(message: Message, findings: Sequence[Finding], unknown: tuple[Unknown, ...]) -> Iterator[FileReport]:
    """What could not be known is told once, with the message's first file."""
    unseen = message.branches_without_view
    notes = (*message.notes, unseen) if unseen else message.notes
    for index, source in enumerate(message.sources):
        own = [found for found in findings if found.path == source.path]
        own.sort(key=source_order)
        yield FileReport(
            source.path,
            message.kind if index == 0 else "json" if source.path.endswith(".json") else "txt",
            message.dialect,
            message.profile,
            message.profile_inferred,
            message.touch,
            tuple(own),
            unknown if index == 0 else (),
            source.text,
            notes if index == 0 else (),
        )
