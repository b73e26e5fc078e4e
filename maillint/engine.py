"""Run rules over one message or one domain: no file, terminal or network of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from maillint.checks.base import DomainHit, Hit, NotKnown
from maillint.data import load_list
from maillint.finding import (
    DomainFinding,
    DomainReport,
    Edit,
    Excerpt,
    FileReport,
    Finding,
    Fix,
    Related,
    Severity,
    Unknown,
)
from maillint.message.headers import Field
from maillint.message.model import Message, Part, Place
from maillint.message.renderings import Rendering, Trail
from maillint.message.views import View
from maillint.rules import DECIDED_BY_KIND, ActiveRule, Rule
from maillint.text import Source, Span

INTERNAL_ERROR = "internal-error"
"""The name under which a check that raised is reported."""

KIND_NOT_DECLARED = "the kind of mail is not declared (profile: cold, newsletter or transactional)"

_EXCERPT_REACH = 500

MAX_PER_RULE = 200
"""Findings of one rule in one message at the most; the last one says how many more there are."""


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
            hits = [result for result in results if isinstance(result, Hit) and not _is_elsewhere(result)]
            found = list(hits_to_findings(active.rule, level, hits)) if isinstance(level, Severity) else []
        except Exception as error:  # of the check, or of evidence that lacks what the rule's message names
            findings.append(_internal_error(message, active.rule, error))
            continue
        findings.extend(found)
        for result in results:
            if isinstance(result, NotKnown):
                unknown[Unknown(active.rule.name, result.reason)] = None
        if level == DECIDED_BY_KIND and hits:
            unknown[Unknown(active.rule.name, KIND_NOT_DECLARED)] = None
    if subject == "message" and message.renderer is not None and _judges_renderings(rules):
        for rendering in message.renderings.made:
            findings.extend(_in_rendering(rendering, rules, findings))
    return tuple(_reports(message, findings, tuple(unknown)))


def _judges_renderings(rules: Iterable[ActiveRule]) -> bool:
    judging = {name for lists in load_list("rendered")["judged"].values() for names in lists.values() for name in names}
    return any(active.rule.name in judging or active.rule.family in judging for active in rules)


def _in_rendering(rendering: Rendering, rules: Iterable[ActiveRule], already: Sequence[Finding]) -> list[Finding]:
    """What the rules that judge a rendered message find in it, beyond what the template itself shows."""
    judged = load_list("rendered")["judged"][rendering.by]
    message = rendering.message
    result: list[Finding] = []
    for active in rules:
        rule, level = active.rule, active.level_for(message.profile)
        whole = rule.name in judged["whole"]
        if not isinstance(level, Severity) or rule.subject != "message":
            continue
        if not whole and rule.name not in judged["placed"] and rule.family not in judged["placed"]:
            continue
        try:
            hits = [hit for hit in rule.check.run(message, active.options) if isinstance(hit, Hit)]
            found = list(hits_to_findings(rule, level, [hit for hit in hits if whole or _leads_back(hit)]))
        except Exception as error:
            result.append(_internal_error(message, rule, error))
            continue
        known = [other for other in already if other.rule == rule.name]
        for finding in found:
            if not any(whole or _overlap(finding, other) for other in known):
                view = f"{finding.view}, {rendering.label}" if finding.view else rendering.label
                result.append(replace(finding, view=view, fix=None))
    return result


def _leads_back(hit: Hit) -> bool:
    """Whether a fault of a rendered text stands in something that stands in the template too."""
    return isinstance(hit.place.map, Trail) and hit.place.map.knows(hit.span)


def _overlap(one: Finding, other: Finding) -> bool:
    return one.path == other.path and (one.start == other.start or (one.start < other.end and other.start < one.end))


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
            findings.append(DomainFinding(INTERNAL_ERROR, Severity.ERROR, _what_failed(rule, error)))
            continue
        for result in results:
            if isinstance(result, NotKnown):
                unknown[Unknown(rule.name, result.reason)] = None
            elif isinstance(result, DomainHit) and isinstance(level, Severity):
                words = rule.wording(result.evidence)
                findings.append(
                    DomainFinding(rule.name, level, words, result.record, *result.span, dict(result.evidence))
                )
    findings.sort(key=lambda found: (-found.severity, found.rule, found.start))
    return DomainReport(domain, tuple(findings), tuple(unknown), facts)


# -- from hits to findings ----------------------------------------------------------------------------


def hits_to_findings(rule: Rule, level: Severity, hits: Sequence[Hit]) -> Iterator[Finding]:
    """One finding for each place and span, however many views show it."""
    grouped: dict[tuple[int, Span], list[Hit]] = {}
    for hit in hits:
        grouped.setdefault((id(hit.place), hit.span), []).append(hit)
    groups = list(grouped.values())
    for index, group in enumerate(groups[:MAX_PER_RULE], 1):
        yield _finding(rule, level, group, len(groups) - MAX_PER_RULE if index == MAX_PER_RULE else 0)


def _finding(rule: Rule, level: Severity, group: Sequence[Hit], more: int) -> Finding:
    hit = group[0]
    words = rule.wording(hit.evidence)
    if more > 0:
        words += f" (and {more} more of this rule)"
    return _located(
        rule.name,
        level,
        words,
        hit.place,
        hit.span,
        _view_label(group),
        dict(hit.evidence),
        _fix(hit),
        tuple(Related(*_in_source(hit.place, span), text) for span, text in hit.related),
    )


def _is_elsewhere(hit: Hit) -> bool:
    """Whether a fault stands in an included file, which is a file of its own; what is counted is told here too."""
    place = hit.place
    return isinstance(place, Part) and place.included(hit.span) is not None and "limit" not in hit.evidence


def _view_label(group: Sequence[Hit]) -> str:
    place = group[0].place
    views: list[View] = [hit.view for hit in group if hit.view is not None]
    if len(views) < len(group) or not isinstance(place, Part) or len(place.views) == 1:
        return ""
    return place.views.label(views, group[0].span)


def _fix(hit: Hit) -> Fix | None:
    """The hit's changes as edits of the file; None where the way back to the file is not one to one."""
    if not hit.changes or (isinstance(hit.place, Field) and hit.place.given):
        return None
    edits = []
    for change in hit.changes:
        if change.span.end > change.span.start and not hit.place.map.exact(change.span):
            return None
        if isinstance(hit.place, Field) and not hit.place.takes(change.text):
            return None
        edits.append(Edit(*_in_source(hit.place, change.span), change.text))
    quoted = isinstance(hit.place, Part) and hit.place.encoding == "quoted-printable"
    if quoted and not all(_stays_quoted_printable(hit.place.source.text, edit) for edit in edits):
        return None
    return Fix(tuple(edits), hit.safe)


_QUOTED_PRINTABLE_LINE = 76
"""Characters that a line of quoted-printable may have (RFC 2045, section 6.7, rule 5)."""


def _stays_quoted_printable(text: str, edit: Edit) -> bool:
    """Whether a plain edit of an encoded line means there what it says: no new escape, no line too long or trimmed."""
    before = text[text.rfind("\n", 0, edit.start) + 1 : edit.start] + edit.text
    end = text.find("\n", edit.end)
    line = before + text[edit.end : end if end >= 0 else len(text)].rstrip("\r")
    shorter = len(edit.text) <= edit.end - edit.start and "\n" not in text[edit.start : edit.end]
    fits = shorter or len(line) <= _QUOTED_PRINTABLE_LINE
    return fits and edit.text.isascii() and "=" not in edit.text and line == line.rstrip(" \t")


def _in_source(place: Place, span: Span) -> Span:
    """Lead a span back to the file, kept inside it."""
    if isinstance(place, Field) and place.given:
        return Span(0, 0)
    limit = len(place.source.text)
    include = place.included(span) if isinstance(place, Part) else None
    start, end = place.map.span(span if include is None else include.tag)
    return Span(min(start, limit), min(max(end, start), limit))


def _located(
    rule: str,
    level: Severity,
    words: str,
    place: Place,
    span: Span,
    view: str = "",
    evidence: Mapping[str, object] | None = None,
    fix: Fix | None = None,
    related: tuple[Related, ...] = (),
) -> Finding:
    source: Source = place.source
    start, end = _in_source(place, span)
    number = place.number if isinstance(place, Part) else None
    return Finding(
        rule,
        level,
        words,
        source.path,
        start,
        end,
        *source.position(start),
        *source.position(end),
        number,
        view,
        evidence or {},
        fix,
        related,
        _excerpt(place, span),
    )


def _excerpt(place: Place, span: Span) -> Excerpt | None:
    """The decoded lines around a span that stands encoded in the file."""
    if span.end <= span.start or place.map.exact(span) or (isinstance(place, Field) and place.given):
        return None
    start = max(place.text.rfind("\n", 0, span.start) + 1, span.start - _EXCERPT_REACH)
    end = place.text.find("\n", span.end)
    end = min(end if end >= 0 else len(place.text), span.end + _EXCERPT_REACH)
    return Excerpt(place.text[start:end].rstrip("\r"), span.start - start, span.end - start)


def _what_failed(rule: Rule, error: Exception) -> str:
    return f"rule {rule.name} failed: {type(error).__name__}: {' '.join(str(error).split())[:200]}"


def _internal_error(message: Message, rule: Rule, error: Exception) -> Finding:
    return _located(INTERNAL_ERROR, Severity.ERROR, _what_failed(rule, error), message.start, Span(0, 0))


def _reports(message: Message, findings: Sequence[Finding], unknown: tuple[Unknown, ...]) -> Iterator[FileReport]:
    """What could not be known is told once, with the message's first file."""
    notes = (*message.notes, message.left_out) if message.left_out else message.notes
    for index, source in enumerate(message.sources):
        own = [found for found in findings if found.path == source.path]
        own.sort(key=lambda found: (found.start, found.end, -found.severity, found.rule))
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
