"""Every example of every rule about domains, with the records that it gives and no network.

``bad`` and ``good`` read as the command line of ``maillint dns``; ``dns`` holds the records. A finding of
``bad`` has the record and the span that ``«»`` mark there, or no record where nothing is marked.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Mapping
from typing import Any

import pytest

from maillint.catalogue.examples import examples
from maillint.catalogue.load import shipped
from maillint.catalogue.rule import ActiveRule, Example, Rule
from maillint.engine.domain import lint_domain
from maillint.finding import DomainReport, Severity
from maillint.network.facts import Question, Selector, gather
from maillint.network.replay import ReplayResolver
from tests.linting import active

RULES = [rule for rule in shipped().rules.values() if rule.check.subject == "domain"]
CASES = [(rule, example) for rule in RULES for example in examples(rule)]


def question(line: str) -> Question:
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("domain")
    parser.add_argument("--selector", action="append", default=[])
    parser.add_argument("--ip", action="append", default=[])
    parser.add_argument("--mail-from")
    parser.add_argument("--helo")
    given = parser.parse_args(shlex.split(line))
    selectors = tuple(map(Selector, given.selector))
    return Question(given.domain, selectors, tuple(given.ip), given.mail_from, given.helo)


def report(line: str, dns: Mapping[str, Any], rules: list[ActiveRule]) -> DomainReport:
    facts = gather(question(line), ReplayResolver(dns))
    return lint_domain(facts, facts.domain, {}, rules)


def unmark(dns: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, int, int]]]:
    """The records without their marks, and each mark as (record, start, end)."""
    plain: dict[str, Any] = {}
    marks: list[tuple[str, int, int]] = []
    for name, value in dns.items():
        if isinstance(value, str):
            plain[name] = value
            continue
        plain[name] = [re.sub("[«»]", "", record) for record in value]
        for record, clean in zip(value, plain[name], strict=True):
            places = [mark.start() - index for index, mark in enumerate(re.finditer("[«»]", record))]
            marks += [(clean, start, end) for start, end in zip(places[::2], places[1::2], strict=True)]
    return plain, sorted(marks)


def identify(case: tuple[Rule, Example]) -> str:
    rule, example = case
    return f"{rule.name}: {example.setting.get('note') or example.bad or example.good}"


@pytest.mark.parametrize("case", CASES, ids=identify)
def test_example(case: tuple[Rule, Example]) -> None:
    rule, example = case
    dns, marks = unmark(example.setting.get("dns") or {})
    alone = [active(rule, example.setting.get("options"))]
    if example.bad is not None:
        findings = report(example.bad, dns, alone).findings
        assert findings
        assert not any(found.rule == "internal-error" for found in findings), findings
        places = sorted((found.record or "", found.start, found.end) for found in findings)
        assert places == (marks or [("", 0, 0)])
        assert all("{" not in found.message for found in findings)
    if example.good is not None:
        assert report(example.good, dns, alone).findings == ()
        others = [active(other) for other in RULES if other is not rule]
        worst = [found for found in report(example.good, dns, others).findings if found.severity is Severity.ERROR]
        assert worst == []


@pytest.mark.parametrize("case", CASES, ids=identify)
def test_what_nobody_could_say_is_said_to_be_unknown(case: tuple[Rule, Example]) -> None:
    rule, example = case
    dns, _ = unmark(example.setting.get("dns") or {})
    if example.good is not None and {"timeout", "servfail"} & {
        value for value in dns.values() if isinstance(value, str)
    }:
        assert report(example.good, dns, [active(rule)]).unknown


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_shows_what_is_bad_and_what_is_good(rule: Rule) -> None:
    cases = examples(rule)
    assert any(case.bad for case in cases)
    assert any(case.good for case in cases)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_domain_has_no_profile(rule: Rule) -> None:
    """Its records serve all of its mail, so a rule about it is as severe in every profile."""
    assert len(set(rule.levels.values())) == 1
