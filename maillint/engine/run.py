"""Run rules over a subject, whatever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from maillint.catalogue.rule import DECIDED_BY_KIND, ActiveRule, Rule
from maillint.engine.subject import FindingT, Subject
from maillint.finding import Severity, Unknown
from maillint.hits import NotKnown

MAX_RESULTS = 10_000
"""What a check yields about one subject is taken no further than this."""

KIND_NOT_DECLARED = NotKnown(
    "the kind of mail is not declared", 'write "profile: newsletter" (or cold, transactional) in maillint.yaml'
)

if TYPE_CHECKING:
    from maillint.check import PlainNeeds
    from maillint.engine.clock import Clock

_ReportT = TypeVar("_ReportT")

Runs = Callable[["PlainNeeds", Mapping[str, Any]], "bool | NotKnown"]
"""Whether a check can find anything in a subject, by its needs and options; NotKnown where that is its whole answer."""


def run_rules(
    subject: Subject[FindingT, _ReportT],
    rules: Iterable[ActiveRule],
    runs: Runs = lambda needs, options: True,
    clock: Clock | None = None,
) -> _ReportT:
    """Run those of the rules that are for this kind of subject, and return the subject's report.

    A rule whose needs are not met, as ``runs`` says, is left out: its check is neither called nor imported. A rule that
    breaks becomes a finding and costs the others nothing. A ``clock`` measures each.
    """
    own = [active for active in rules if active.rule.subject == subject.kind]
    findings: list[FindingT] = []
    unknown: dict[Unknown, None] = {}
    for active in own:
        rule, level = active.rule, active.level_for(subject.profile)
        if level is None:
            continue
        try:
            answer = runs(rule.needs, active.options)
            if answer is False:
                continue
            if answer is not True:
                results: Sequence[Any] = [answer]
            elif clock is None:
                results = _results(active, subject.facts)
            else:
                results = clock.rule(rule.name, partial(_results, active, subject.facts))
            if not results:
                continue
            hits = [result for result in results if not isinstance(result, NotKnown)]
            found = list(subject.findings(rule, Severity.INFO if level is DECIDED_BY_KIND else level, hits))
        except Exception as error:  # of the check, or of evidence that lacks what the rule's message names
            findings.append(subject.failure(rule, error))
            continue
        reasons = [result for result in results if isinstance(result, NotKnown)]
        if level is not DECIDED_BY_KIND:
            findings.extend(found)
        elif found:
            reasons.append(KIND_NOT_DECLARED)
        worst = _worst(rule) if level is DECIDED_BY_KIND else level
        unknown.update(dict.fromkeys(Unknown(rule.name, why.reason, why.remedy, worst) for why in reasons))
    return subject.report(findings, list(unknown), own)


def _worst(rule: Rule) -> Severity:
    """How severe a rule can be, whatever the kind of mail is."""
    levels = (level for level in rule.levels.values() if level is not None and level is not DECIDED_BY_KIND)
    return max(levels, default=Severity.INFO)


def _results(active: ActiveRule, facts: Any) -> Sequence[Any]:
    """What a check yields, MAX_RESULTS at the most, since a text may have a million faults."""
    results = list(islice(active.rule.check.run(facts, active.options), MAX_RESULTS + 1))
    if len(results) > MAX_RESULTS:
        results[MAX_RESULTS] = NotKnown(f"it has found {MAX_RESULTS:,} places; the rest is not looked at")
    return results
