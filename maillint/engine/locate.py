"""From hits to findings: places in the file, labels, fixes, excerpts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from maillint.catalogue.rule import Rule
from maillint.finding import (
    INTERNAL_ERROR,
    Edit,
    Excerpt,
    Finding,
    Fix,
    Related,
    Severity,
)
from maillint.hits import Hit
from maillint.message.mime.headers import Field
from maillint.message.model import Message, Part, Place
from maillint.message.views import View
from maillint.text.source import Source
from maillint.text.spans import Span

_EXCERPT_REACH = 500

MAX_PER_RULE = 200
"""Findings of one rule in one message at the most; the last one says how many more there are."""


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
    return located(
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


def is_elsewhere(hit: Hit) -> bool:
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


def located(
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


def what_failed(rule: Rule, error: Exception) -> str:
    return f"rule {rule.name} failed: {type(error).__name__}: {' '.join(str(error).split())[:200]}"


def internal_error_finding(message: Message, rule: Rule, error: Exception) -> Finding:
    return located(INTERNAL_ERROR, Severity.ERROR, what_failed(rule, error), message.start, Span(0, 0))
