"""Every example of every rule about campaign plans: ``files`` are the templates that lie beside the plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from maillint.catalogue.examples import examples, unmark
from maillint.catalogue.load import shipped
from maillint.catalogue.rule import ActiveRule, Example, Rule
from maillint.engine.plan import lint_plan
from maillint.finding import Finding, Severity
from maillint.project.discovery import Discovery
from maillint.project.plan_run import load_campaign
from tests.files import write_files
from tests.linting import active
from tests.test_rule_examples import assert_found, identify, profile_for

RULES = [rule for rule in shipped().rules.values() if rule.subject == "plan"]
CASES = [(rule, example) for rule in RULES for example in examples(rule)]


def found(text: str, setting: Mapping[str, Any], rules: list[ActiveRule]) -> list[Finding]:
    with TemporaryDirectory() as folder:
        write_files(Path(folder), {**(setting.get("files") or {}), "example.campaign.yaml": text})
        (group, *_) = Discovery().groups([str(Path(folder, "example.campaign.yaml"))])
        campaign, _ = load_campaign(group)
        profile = setting.get("profile") or campaign.plan.profile or "general"
        return [finding for report in lint_plan(campaign, profile, rules, shipped()) for finding in report.findings]


@pytest.mark.parametrize("case", CASES, ids=identify)
def test_example(case: tuple[Rule, Example]) -> None:
    rule, example = case
    own = [active(rule, example.setting.get("options"))]
    if example.bad is not None:
        text, spans = unmark(example.bad)
        assert spans, "a bad example marks what is bad"
        assert_found(rule, text, spans, found(text, setting_for(rule, example, text), own))
    if example.good is not None:
        setting = setting_for(rule, example, example.good)
        assert_found(rule, example.good, [], found(example.good, setting, own))
        others = [active(other) for other in RULES if other is not rule]
        errors = [finding for finding in found(example.good, setting, others) if finding.severity is Severity.ERROR]
        assert_found(rule, example.good, [], errors)


def setting_for(rule: Rule, example: Example, text: str) -> Mapping[str, Any]:
    """The stated profile; that of a plan that implies one; else the first in which the rule has a severity."""
    says = any(f"{word}:" in text for word in ("kind", "profile"))
    return example.setting if says else profile_for(rule, example.setting)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_shows_what_is_bad_and_what_is_good(rule: Rule) -> None:
    cases = examples(rule)
    assert any(case.bad for case in cases)
    assert any(case.good for case in cases)


def test_practice_is_no_error() -> None:
    errors = {rule.name for rule in RULES if Severity.ERROR in rule.levels.values()}
    assert errors == {"campaign/false-thread", "campaign/list-source"}
    assert all(shipped().rules[name].requirements for name in errors)
