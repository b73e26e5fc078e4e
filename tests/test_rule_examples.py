"""Every example of every shipped rule: ``bad`` has this rule's finding there and nowhere else, ``good`` has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from maillint.catalogue.examples import difference, examples, unmark
from maillint.catalogue.load import shipped
from maillint.catalogue.rule import DECIDED_BY_KIND, ActiveRule, Example, Rule
from maillint.engine.lint import lint
from maillint.engine.suppression import suppress
from maillint.files.access import FileAccess
from maillint.finding import Finding, Severity
from maillint.message.read import MessageSettings, read_message
from maillint.text.source import Source
from maillint.text.spans import Span
from tests.files import write_files
from tests.linting import active, mended

RULES = [rule for rule in shipped().rules.values() if rule.check.subject in {"message", "suppression"}]
CASES = [(rule, example) for rule in RULES for example in examples(rule)]


def found(text: str, setting: Mapping[str, Any], rules: list[ActiveRule]) -> list[Finding]:
    with TemporaryDirectory() as folder:  # where an example's `files` stand beside it
        return found_in(folder, text, setting, rules)


def found_in(folder: str, text: str, setting: Mapping[str, Any], rules: list[ActiveRule]) -> list[Finding]:
    kind = setting.get("kind", "html")
    name = f"example.{kind}"
    files = setting.get("files") or {}
    if files:
        write_files(Path(folder), {**files, name: text})
    source = Source.from_text(str(Path(folder, name)) if files else name, text)
    settings = MessageSettings(
        profile=setting.get("profile"),
        touch=setting.get("touch"),
        dialect=setting.get("dialect"),
        headers=tuple((setting.get("headers") or {}).items()),
    )
    message = read_message([source], settings, kind, FileAccess([folder] if files else ()))
    reports = suppress(message, lint(message, rules), rules, shipped())
    return [place for file in reports for finding in file.findings for place in finding.at_each_place()]


def found_by(rule: Rule, text: str, setting: Mapping[str, Any]) -> list[Finding]:
    """What one rule finds; a rule about suppression comments has the others beside it."""
    if rule.check.subject == "message":
        return found(text, setting, [active(rule, setting.get("options"))])
    rules = [active(other) for other in RULES if other.check.subject == "message"]
    everything = found(text, setting, [*rules, active(rule, setting.get("options"))])
    return [finding for finding in everything if finding.rule == rule.name]


def profile_for(rule: Rule, setting: Mapping[str, Any]) -> Mapping[str, Any]:
    """The stated profile, else the first in which the rule has a severity."""
    if "profile" in setting:
        return setting
    order = ("general", "newsletter", "cold", "transactional")
    first = next((profile for profile in order if rule.levels[profile] not in {None, DECIDED_BY_KIND}), "general")
    return {**setting, "profile": first}


def identify(case: tuple[Rule, Example]) -> str:
    rule, example = case
    return f"{rule.name}: {example.setting.get('note') or (example.bad or example.good or '')[:40]}"


@pytest.mark.parametrize("case", CASES, ids=identify)
def test_example(case: tuple[Rule, Example]) -> None:
    rule, example = case
    setting = profile_for(rule, example.setting)
    if example.bad is not None:
        text, spans = unmark(example.bad)
        findings = found_by(rule, text, setting)
        assert_found(rule, text, spans, findings)
        assert spans, "a bad example marks what is bad"
        if example.fixed is not None:
            fixed = mended(text, findings)
            assert fixed == example.fixed
            assert_found(rule, fixed, [], found_by(rule, fixed, setting))
    if example.good is not None:
        assert_found(rule, example.good, [], found_by(rule, example.good, setting))
        everything = [active(other) for other in RULES if other is not rule]
        errors = [finding for finding in found(example.good, setting, everything) if finding.severity is Severity.ERROR]
        assert_found(rule, example.good, [], errors)


def assert_found(rule: Rule, text: str, expected: Sequence[Span], findings: Sequence[Finding]) -> None:
    """Fail with the text, marked with what is expected and with what was found, where these differ."""
    unexpected = difference(text, expected, findings)
    assert not unexpected, f"{rule.path}\n{unexpected}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_shows_what_is_bad_and_what_is_good(rule: Rule) -> None:
    cases = examples(rule)
    assert any(case.bad for case in cases)
    assert any(case.good for case in cases)
