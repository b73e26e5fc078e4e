"""What a rule rests on: stated by each shipped rule, borne out, shown; practice is no ground for an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maillint.catalogue.load import load_folder, shipped
from maillint.catalogue.rule import BASES, Rule
from maillint.cli.rule import page
from maillint.config.config import LayeredConfig
from maillint.data.profiles import PROFILES
from maillint.data.yamlfile import FileError
from maillint.finding import FileReport, Finding, Report, Severity
from maillint.output import Context, load
from tests.rule_pages import pages

RULES = list(shipped().rules.values())
RULE = "summary: x\ncheck: pattern\noptions: {pattern: x}\nseverity: error\nmessage: x\nwhy: x\n"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_shipped_rule_states_its_basis_and_bears_it_out(rule: Rule) -> None:
    assert rule.basis
    if rule.basis == "requirement":
        assert rule.requirements
    if rule.basis != "practice":
        assert rule.references


@pytest.mark.parametrize("profile", PROFILES)
def test_mere_practice_is_no_error_by_default(profile: str) -> None:
    levels = {active.rule.name: active.level_for(profile) for active in LayeredConfig().rules_for(profile)}
    practice = {rule.name for rule in RULES if rule.basis == "practice"}
    assert {name for name, level in levels.items() if level == Severity.ERROR} & practice == set()


def made(tmp_path: Path, lines: str) -> Rule:
    (tmp_path / "odd.yaml").write_text(RULE + lines)
    (rule,) = load_folder(str(tmp_path))
    return rule


@pytest.mark.parametrize(
    ("lines", "basis", "score"),
    [
        ("", "", ""),
        ("basis: standard\n", "standard", ""),
        ("basis: practice\n", "practice", ""),
        ("basis: filter\nscore: Rspamd URL_X,\n  2 points\n", "filter", "Rspamd URL_X, 2 points"),
    ],
)
def test_a_rule_of_ones_own_may_state_a_basis(tmp_path: Path, lines: str, basis: str, score: str) -> None:
    rule = made(tmp_path, lines)
    assert (rule.basis, rule.score) == (basis, score)
    assert ("Basis" in page(rule)) == bool(basis)


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ("basis: standrad\n", ':7:1: unknown basis "standrad"; did you mean "standard"?'),
        ("basis: law\n", f':7:1: unknown basis "law" (there are: {", ".join(BASES)})'),
        ("basis: [standard]\n", ":7:1: unknown basis"),
        ("basis: filter\n", ':7:1: "basis: filter" and "score" go together'),
        ("basis: practice\nscore: Rspamd X 1\n", ':8:1: "basis: filter" and "score" go together'),
        ("basis: filter\nscore: 2\n", ":8:1: score must be text"),
    ],
)
def test_a_faulty_basis_is_an_error_at_its_place(tmp_path: Path, lines: str, error: str) -> None:
    with pytest.raises(FileError) as raised:
        made(tmp_path, lines)
    assert error in str(raised.value)


def test_pages_and_reports_show_the_basis(tmp_path: Path) -> None:
    rule = made(tmp_path, "basis: filter\nscore: Rspamd URL_X, 2 points\n")
    other = Finding("content/other", Severity.INFO, "x", "a.html", 0, 0, 1, 1, 1, 1)
    own = Finding(rule.name, Severity.ERROR, "x", "a.html", 0, 0, 1, 1, 1, 1)
    report = Report(files=(FileReport("a.html", "html", None, "cold", False, None, (own, other), ()),))
    context = Context({rule.name: rule})

    assert "Basis\n  filter: a public spam filter scores it (Rspamd URL_X, 2 points)\n" in page(rule)
    findings = json.loads(load("json").render(report, context))["files"][0]["findings"]
    assert [finding["basis"] for finding in findings] == ["filter", None]
    (driver,) = [run["tool"]["driver"] for run in json.loads(load("sarif").render(report, context))["runs"]]
    assert [one.get("properties") for one in driver["rules"]] == [
        None,
        {"tags": ["local"], "basis": "filter", "score": "Rspamd URL_X, 2 points"},
    ]


def test_generated_pages_show_the_basis() -> None:
    texts = pages()
    for rule in RULES:
        section = texts[f"{rule.family}.md"].partition(f"## {rule.name}\n")[2].partition("\n## ")[0]
        assert f"**Basis.** {rule.basis}: {BASES[rule.basis]}" in section
