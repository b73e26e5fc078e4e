"""Every example of every rule about answers from the web: ``web`` holds what addresses answer, ``dns`` the records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from maillint.analysis.askable_links import may_request
from maillint.catalogue.examples import examples, unmark
from maillint.catalogue.load import shipped
from maillint.catalogue.rule import Example, Rule
from maillint.checks.online import Online
from maillint.engine.lint import lint, lint_online
from maillint.finding import FileReport, Severity
from maillint.message.read import MessageSettings, read_message
from maillint.network.blocklists import Blocklists
from maillint.network.replay import ReplayResolver, ReplayWeb
from maillint.text.source import Source
from tests.linting import active
from tests.test_rule_examples import RULES as OFFLINE
from tests.test_rule_examples import assert_found, identify

RULES = [rule for rule in shipped().rules.values() if rule.check.subject == "online"]
CASES = [(rule, example) for rule in RULES for example in examples(rule)]


def judged(text: str, setting: Mapping[str, Any], rules: list[Rule]) -> FileReport:
    kind = setting.get("kind", "html")
    settings = MessageSettings(profile=setting.get("profile"), headers=tuple((setting.get("headers") or {}).items()))
    message = read_message([Source.from_text(f"example.{kind}", text)], settings, kind)
    web = ReplayWeb(setting.get("web") or {}, may_request)
    reads = Online(message, web, Blocklists(ReplayResolver(setting.get("dns") or {})).listing)
    ruleset = [active(rule, setting.get("options")) for rule in rules]
    online = lint_online(message, reads, ruleset)
    offline = lint(message, [active(rule) for rule in OFFLINE] if len(rules) > 1 else [])
    (report,) = [
        FileReport("", kind, None, "", True, None, (*a.findings, *b.findings), a.unknown)
        for a, b in zip(online, offline, strict=True)
    ]
    return report


@pytest.mark.parametrize("case", CASES, ids=identify)
def test_example(case: tuple[Rule, Example]) -> None:
    rule, example = case
    if example.bad is not None:
        text, spans = unmark(example.bad)
        findings = judged(text, example.setting, [rule]).findings
        assert_found(rule, text, spans, findings)
        assert spans
    if example.good is not None:
        assert_found(rule, example.good, [], judged(example.good, example.setting, [rule]).findings)


@pytest.mark.parametrize("case", [case for case in CASES if case[1].good], ids=identify)
def test_what_is_good_has_no_error_of_any_rule(case: tuple[Rule, Example]) -> None:
    rule, example = case
    setting = {key: value for key, value in example.setting.items() if key != "options"}
    others = [other for other in RULES if other is not rule]
    errors = [
        found for found in judged(example.good or "", setting, others).findings if found.severity is Severity.ERROR
    ]
    assert_found(rule, example.good or "", [], errors)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_shows_what_is_bad_and_what_is_good(rule: Rule) -> None:
    cases = examples(rule)
    assert any(case.bad for case in cases)
    assert any(case.good for case in cases)
