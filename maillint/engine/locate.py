"""From hits to findings: places in the file, labels, fixes, excerpts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from maillint.catalogue.rule import Rule
from maillint.errors import reason_of
from maillint.finding import Edit, Excerpt, Finding, Fix, Related, Severity
from maillint.hits import Hit, Place
from maillint.text.spans import Span

MAX_PER_RULE = 200
"""Findings of one rule in one subject at the most; the last one says how many more there are."""

_EXCERPT_REACH = 500
"""Characters of an excerpt before and after its span, at the most."""

_LONGEST_REASON = 200


def hits_to_findings(rule: Rule, severity: Severity, hits: Sequence[Hit]) -> Iterator[Finding]:
    """One finding for each place and span, however many views show it; MAX_PER_RULE at the most."""
    grouped: dict[tuple[int, Span], list[Hit]] = {}
    for hit in hits:
        grouped.setdefault((id(hit.place), hit.span), []).append(hit)
    groups = list(grouped.values())
    more = len(groups) - MAX_PER_RULE
    for number, group in enumerate(groups[:MAX_PER_RULE], 1):
        yield _finding(rule, severity, group, more if number == MAX_PER_RULE else 0)


def _finding(rule: Rule, severity: Severity, group: Sequence[Hit], more: int) -> Finding:
    """The finding of hits at the same span of the same place; the first one has the evidence and the changes."""
    hit = group[0]
    words = rule.wording(hit.evidence)
    if more > 0:
        words += f" (and {more} more of this rule)"
    return locate(
        rule.name,
        severity,
        words,
        hit.place,
        hit.span,
        _view_label(group),
        dict(hit.evidence),
        _fix(hit),
        tuple(Related(*hit.place.in_file(span), text) for span, text in hit.related),
    )


def _view_label(group: Sequence[Hit]) -> str:
    if any(hit.view is None for hit in group):
        return ""
    return group[0].place.label([view for hit in group for view in hit.views], group[0].span)


def _fix(hit: Hit) -> Fix | None:
    """The hit's changes as edits of the file; None if it has no changes, or one of them cannot be made in the file."""
    if not hit.changes or not all(hit.place.can_edit(change.span, change.text) for change in hit.changes):
        return None
    return Fix(tuple(Edit(*hit.place.in_file(change.span), change.text) for change in hit.changes), hit.safe)


def locate(
    rule: str,
    severity: Severity,
    words: str,
    place: Place,
    span: Span,
    view: str = "",
    evidence: Mapping[str, object] | None = None,
    fix: Fix | None = None,
    related: tuple[Related, ...] = (),
) -> Finding:
    """Make a finding of a span of a place, with its lines and columns in the file."""
    source = place.source
    start, end = place.in_file(span)
    return Finding(
        rule,
        severity,
        words,
        source.path,
        start,
        end,
        *source.position(start),
        *source.position(end),
        place.number,
        view,
        evidence or {},
        fix,
        related,
        _excerpt(place, span),
    )


def _excerpt(place: Place, span: Span) -> Excerpt | None:
    """The decoded lines around a span that stands encoded in the file."""
    if span.end <= span.start or place.map.exact(span):
        return None
    start = max(place.text.rfind("\n", 0, span.start) + 1, span.start - _EXCERPT_REACH)
    end = place.text.find("\n", span.end)
    end = min(end if end >= 0 else len(place.text), span.end + _EXCERPT_REACH)
    return Excerpt(place.text[start:end].rstrip("\r"), span.start - start, span.end - start)


def internal_error(rule: Rule, error: Exception) -> str:
    """One line about a rule that broke, for a finding."""
    return f"rule {rule.name} failed: {reason_of(error, _LONGEST_REASON)}"
