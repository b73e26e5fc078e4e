"""Lint a domain: findings are about records in the DNS, which stand in no file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from maillint.catalogue.rule import ActiveRule, Rule
from maillint.engine.locate import internal_error
from maillint.engine.run import run_rules
from maillint.finding import INTERNAL_ERROR, DomainFinding, DomainReport, Severity, Unknown, weight_order
from maillint.hits import DomainHit


def lint_domain(facts: Any, domain: str, results: Mapping[str, object], rules: Iterable[ActiveRule]) -> DomainReport:
    """Run the rules about domains over what is known of one, the weightiest findings first.

    ``facts`` are what their checks read, ``results`` the JSON-ready form of it for the report.
    """
    return run_rules(_DomainSubject(facts, domain, results), rules)


class _DomainSubject:
    """One domain. Its records serve all of its mail, so rules about it are as severe in every profile."""

    kind = "domain"
    profile = "newsletter"

    def __init__(self, facts: Any, domain: str, results: Mapping[str, object]) -> None:
        self.facts = facts
        self.domain = domain
        self.results = results

    def findings(self, rule: Rule, severity: Severity, hits: Sequence[DomainHit]) -> Iterator[DomainFinding]:
        """One finding for each hit."""
        for hit in hits:
            evidence = dict(hit.evidence)
            yield DomainFinding(rule.name, severity, rule.wording(evidence), hit.record, *hit.span, evidence)

    def failure(self, rule: Rule, error: Exception) -> DomainFinding:
        """An internal error of the domain."""
        return DomainFinding(INTERNAL_ERROR, Severity.ERROR, internal_error(rule, error))

    def report(
        self, findings: list[DomainFinding], unknown: list[Unknown], rules: Sequence[ActiveRule]
    ) -> DomainReport:
        """The domain's report."""
        return DomainReport(self.domain, tuple(sorted(findings, key=weight_order)), tuple(unknown), self.results)
