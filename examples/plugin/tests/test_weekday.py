"""The plugin as its users have it: installed, and named in the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from maillint import Config, Finding, lint, render

RULE = Path(__file__).parent.parent / "maillint_dates/rules/dates/weekday.yaml"


def findings(text: str, options: dict[str, object], filename: str | None = None) -> list[Finding]:
    """What the rule finds in a text; other rules may find something too."""
    config = Config(plugins=["dates"], rules={"dates/weekday": options} if options else {})
    return [finding for finding in lint(text, filename=filename, config=config).findings if finding.rule == "dates/weekday"]


def found(text: str, **options: object) -> list[str]:
    """What the rule says of a text."""
    return [finding.message for finding in findings(text, options)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We meet on Friday, 12 March 2026.", ["12 March 2026 is a Thursday, not a Friday"]),
        ("We meet on friday the 12th of march, 2026.", ["12 March 2026 is a Thursday, not a friday"]),
        ("<p>We meet on <b>Friday</b>, March 12th, 2026.</p>", ["12 March 2026 is a Thursday, not a Friday"]),
        ("Subject: Friday, 12 March 2026\n\nSee you there.\n", ["12 March 2026 is a Thursday, not a Friday"]),
        ("We meet on Thursday, 12 March 2026.", []),
        ("We meet on Friday, 31 June 2026.", []),
        ("We meet on Friday, {{ date }}.", []),
        ("We meet on Friday, 12 March.", []),
    ],
)
def test_weekdays_go_with_their_dates(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_the_year_of_a_date_without_one_is_unknown_or_given() -> None:
    report = lint("We meet on Friday, 12 March.", config=Config(plugins=["dates"]))
    assert "a date has a weekday but no year" in [unknown.reason for unknown in report.files[0].unknown]
    assert found("We meet on Friday, 12 March.", year=2026) == ["12 March 2026 is a Thursday, not a Friday"]


@pytest.mark.parametrize("example", yaml.safe_load(RULE.read_text())["examples"], ids=str)
def test_the_examples_of_the_rule_hold(example: dict[str, object]) -> None:
    options = example.get("options", {})
    assert isinstance(options, dict)
    bad, good = str(example.get("bad", "")), str(example.get("good", ""))
    clean = bad.replace("«", "").replace("»", "")
    for finding in findings(clean, options, "a.html"):
        assert f"{clean[: finding.start]}«{clean[finding.start : finding.end]}»{clean[finding.end :]}" == bad
        if "fixed" in example:
            assert finding.fix is not None
            (edit,) = finding.fix.edits
            assert clean[: edit.start] + edit.text + clean[edit.end :] == example["fixed"]
    assert bool(bad) == bool(findings(clean, options, "a.html"))
    assert findings(good, options, "a.html") == []


def test_without_the_plugin_named_nothing_of_it_runs() -> None:
    assert "dates/weekday" not in render(lint("We meet on Friday, 12 March 2026."))
