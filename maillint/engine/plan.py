"""Lint a campaign plan, with the messages that its steps name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from maillint.catalogue.load import Catalogue
from maillint.catalogue.rule import ActiveRule
from maillint.engine.run import run_rules
from maillint.engine.subject import FileSubject
from maillint.finding import FileReport
from maillint.plan.campaign import Campaign
from maillint.values import replace

if TYPE_CHECKING:
    from maillint.engine.clock import Clock

KIND = "plan"
"""The kind of subject that a plan is, and of file in reports."""


def lint_plan(
    campaign: Campaign,
    profile: str,
    rules: Sequence[ActiveRule],
    catalogue: Catalogue,
    clock: Clock | None = None,
) -> Sequence[FileReport]:
    """Run the rules about plans over one; comments in it suppress findings. Returns the report of its file.

    A ``clock`` measures each rule.
    """
    source = campaign.plan.source
    subject = FileSubject(KIND, profile, replace(campaign, profile=profile), campaign.plan.place, (source,))
    reports = run_rules(subject, rules, clock=clock)
    if "maillint:" not in source.text:
        return reports
    from maillint.analysis.directives import directives_in_yaml  # noqa: PLC0415 -- few plans have such a comment
    from maillint.engine.suppression import suppress_by  # noqa: PLC0415

    unknown = {question.rule for report in reports for question in report.unknown}
    answered = [active for active in rules if active.rule.name not in unknown]
    directives = list(directives_in_yaml(source, len(source.text)))
    return suppress_by(directives, subject, reports, answered, catalogue)
