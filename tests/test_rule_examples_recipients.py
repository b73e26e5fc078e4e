"""Every example of every rule about lists of recipients: ``bad`` has findings where the marks are, ``good`` has none.

Equal faults are one finding, which stands at the first of them. ``suppress`` is a suppression list, ``dns`` holds the
records of the domains, and ``kind`` is the format, CSV or one cell a line where it is not given.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from maillint.catalogue.examples import difference, examples, unmark
from maillint.catalogue.load import shipped
from maillint.catalogue.rule import ActiveRule, Example, Rule
from maillint.finding import INTERNAL_ERROR, FileReport, Severity
from maillint.network.replay import ReplayResolver
from maillint.project.recipients import FAMILY, ListRun, lint_list
from maillint.recipients.opening import ListFile
from tests.linting import active

RULES = [rule for rule in shipped().rules.values() if rule.subject == FAMILY]
CASES = [(rule, example) for rule in RULES for example in examples(rule)]


def report(folder: Path, text: str, setting: Mapping[str, Any], rules: list[ActiveRule]) -> FileReport:
    path = folder / f"example.{setting.get('kind', 'list')}"
    path.write_text(text, encoding="utf-8")
    suppress = folder / "suppress.txt"
    suppress.write_text(setting.get("suppress", ""), encoding="utf-8")
    run = ListRun(
        suppress=(str(suppress),) if "suppress" in setting else (),
        resolver=ReplayResolver(setting["dns"]) if "dns" in setting else None,
    )
    return lint_list(ListFile(str(path)), rules, "newsletter", run)


def identify(case: tuple[Rule, Example]) -> str:
    rule, example = case
    return f"{rule.name}: {example.setting.get('note') or (example.bad or example.good or '')[:40]}"


@pytest.mark.parametrize("case", CASES, ids=identify)
def test_example(case: tuple[Rule, Example], tmp_path: Path) -> None:
    rule, example = case
    alone = [active(rule, example.setting.get("options"))]
    if example.bad is not None:
        text, spans = unmark(example.bad)
        assert spans, "a bad example marks what is bad"
        findings = report(tmp_path, text, example.setting, alone).findings
        assert not difference(text, spans, findings)
        assert INTERNAL_ERROR not in {found.rule for found in findings}
    if example.good is not None:
        found = report(tmp_path, example.good, example.setting, alone)
        assert not difference(example.good, [], found.findings)
        others = [active(other) for other in RULES if other is not rule]
        findings = report(tmp_path, example.good, example.setting, others).findings
        assert not difference(example.good, [], [each for each in findings if each.severity is Severity.ERROR])
        if "timeout" in (example.setting.get("dns") or {}).values() and rule.name == f"{FAMILY}/dead-domain":
            assert found.unknown


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_shows_what_is_bad_and_what_is_good(rule: Rule) -> None:
    cases = examples(rule)
    assert any(case.bad for case in cases)
    assert any(case.good for case in cases)
