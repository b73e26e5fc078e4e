"""From hits to findings: places in the file, labels, fixes, excerpts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from maillint.catalogue.rule import Rule
from maillint.check import ALONE
from maillint.errors import reason_of
from maillint.finding import Edit, Excerpt, Finding, Fix, Related, Severity, joined, source_order
from maillint.hits import Hit, Place
from maillint.text.spans import Span
from maillint.values import replace

MAX_CAUSES = 200
"""Findings of one rule in one subject at the most, each with all places of its cause."""

MAX_PLACES = 2_000
"""Places of one rule in one subject at the most; its last finding says how many more there are."""

MAX_RELATED = 50
"""Places that a finding is related to, at the most."""

_EXCERPT_REACH = 500
"""Characters of an excerpt before and after its span, at the most."""

_LONGEST_REASON = 200


def hits_to_findings(rule: Rule, severity: Severity, hits: Iterable[Hit]) -> Iterator[Finding]:
    """One finding for each cause in a file, with its places; MAX_CAUSES and MAX_PLACES at the most.

    A place is a span, however many views show it. Of the hits beyond the bounds, only their number is kept.
    """
    grouped: dict[tuple[int, Span], list[Hit]] = {}
    more: set[int] = set()
    for hit in hits:
        key = (id(hit.place), hit.span)
        if key in grouped or len(grouped) < MAX_PLACES:
            grouped.setdefault(key, []).append(hit)
        else:
            more.add(hash(key))
    causes: dict[tuple[object, ...], list[Finding]] = {}
    unlisted = len(more)
    for group in grouped.values():
        finding = _finding(rule, severity, group)
        cause = _cause(rule, finding)
        if cause in causes or len(causes) < MAX_CAUSES:
            causes.setdefault(cause, []).append(finding)
        else:
            unlisted += 1
    for number, found in enumerate(causes.values(), 1):
        whole = joined(sorted(found, key=source_order)) if len(found) > 1 else found[0]
        if unlisted and number == len(causes):
            words = f"{whole.message} (and {unlisted} more of this rule)"
            whole = replace(whole, message=words, unlisted=unlisted)
        yield whole


def _cause(rule: Rule, finding: Finding) -> tuple[object, ...]:
    """What findings of a rule have in common that are one."""
    names = rule.check.cause
    if names == ALONE:
        return (object(),)
    words = tuple(str(finding.evidence.get(name)) for name in names) if names else (finding.message,)
    return finding.path, finding.severity, finding.fix is not None and not finding.fix.safe, *words


def _finding(rule: Rule, severity: Severity, group: Sequence[Hit]) -> Finding:
    """The finding of hits at the same span of the same place; the first one has the evidence and the changes."""
    hit = max(group, key=lambda hit: hit.at_most or Severity.ERROR)
    return locate(
        rule.name,
        severity if hit.at_most is None else min(severity, hit.at_most),
        rule.wording(hit.evidence),
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
