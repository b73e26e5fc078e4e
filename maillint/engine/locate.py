"""From hits to findings: places in the file, labels, fixes, excerpts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from maillint.catalogue.rule import Rule
from maillint.errors import reason_of
from maillint.finding import Edit, Excerpt, Finding, Fix, Related, Severity
from maillint.hits import Hit, Place
from maillint.text.spans import Span

MAX_PER_RULE = 200
"""Findings of one rule in one subject at the most; the last one says how many more there are."""

MAX_RELATED = 50
"""Places that a finding is related to, at the most."""

_EXCERPT_REACH = 500
"""Characters of an excerpt before and after its span, at the most."""

_LONGEST_REASON = 200


def hits_to_findings(rule: Rule, severity: Severity, hits: Iterable[Hit]) -> Iterator[Finding]:
    """One finding for each place and span, however many views show it; MAX_PER_RULE at the most.

    Of the hits beyond those, only their number is kept.
    """
    grouped: dict[tuple[int, Span], list[Hit]] = {}
    more: set[int] = set()
    for hit in hits:
        key = (id(hit.place), hit.span)
        if key in grouped or len(grouped) < MAX_PER_RULE:
            grouped.setdefault(key, []).append(hit)
        else:
            more.add(hash(key))
    for number, group in enumerate(grouped.values(), 1):
        yield _finding(rule, severity, group, len(more) if number == MAX_PER_RULE else 0)


def _finding(rule: Rule, severity: Severity, group: Sequence[Hit], more: int) -> Finding:
    """The finding of hits at the same span of the same place; the first one has the evidence and the changes."""
    hit = min(group, key=lambda hit: hit.harmless)
    words = rule.wording(hit.evidence)
    if more > 0:
        words += f" (and {more} more of this rule)"
    return locate(
        rule.name,
        min(severity, Severity.INFO) if all(hit.harmless for hit in group) else severity,
        words,
        hit.place,
        hit.span,
        _view_label(group),
        dict(hit.evidence),
        _fix(hit),
        tuple(_related(hit)),
    )


def _related(hit: Hit) -> Iterator[Related]:
    """The places that a hit is related to, MAX_RELATED at the most; the last one says how many more there are."""
    more = len(hit.related) - MAX_RELATED
    for number, (span, text) in enumerate(hit.related[:MAX_RELATED], 1):
        left_out = f" (and {more} more places)" if more > 0 and number == MAX_RELATED else ""
        yield Related(*hit.place.in_file(span), text + left_out)


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
