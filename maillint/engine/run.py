"""Run rules over a subject, whatever it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from maillint.catalogue.rule import DECIDED_BY_KIND, ActiveRule
from maillint.engine.subject import FindingT, Subject
from maillint.finding import Severity, Unknown
from maillint.hits import NotKnown

KIND_NOT_DECLARED = "the kind of mail is not declared (profile: cold, newsletter or transactional)"

_ReportT = TypeVar("_ReportT")


def run_rules(subject: Subject[FindingT, _ReportT], rules: Iterable[ActiveRule]) -> _ReportT:
    """Run those of the rules that are for this kind of subject, and return the subject's report.

    A rule that breaks becomes a finding and costs the others nothing.
    """
    own = [active for active in rules if active.rule.subject == subject.kind]
    findings: list[FindingT] = []
    unknown: dict[Unknown, None] = {}
    for active in own:
        rule, level = active.rule, active.level_for(subject.profile)
        if level is None:
            continue
        try:
            results = list(rule.check.run(subject.facts, active.options))
            hits = [result for result in results if not isinstance(result, NotKnown)]
            found = list(subject.findings(rule, Severity.INFO if level is DECIDED_BY_KIND else level, hits))
        except Exception as error:  # of the check, or of evidence that lacks what the rule's message names
            findings.append(subject.failure(rule, error))
            continue
        reasons = [result.reason for result in results if isinstance(result, NotKnown)]
        if level is not DECIDED_BY_KIND:
            findings.extend(found)
        elif found:
            reasons.append(KIND_NOT_DECLARED)
        unknown.update(dict.fromkeys(Unknown(rule.name, reason) for reason in reasons))
    return subject.report(findings, list(unknown), own)
