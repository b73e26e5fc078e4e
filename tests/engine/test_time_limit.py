"""The time limit of a message: what is left out when it is over, and how that is said."""

from __future__ import annotations

from pathlib import Path

import pytest

import maillint
from maillint.finding import TIME_LIMIT, Severity
from tests.cli.command import maillint as command

TEXT = '<p><a href="http://a.example/">https://b.example</a></p>' * 50


def test_a_message_that_takes_too_long_gets_one_finding_that_says_so() -> None:
    report = maillint.lint(TEXT, kind="html", config=maillint.Config(time_limit=1e-300))
    assert [finding.rule for finding in report.findings] == [TIME_LIMIT]
    finding = report.findings[0]
    assert finding.severity is Severity.ERROR
    assert finding.message.startswith("linting took longer than 1e-300 s (time-limit), and ")
    assert " rules did not look at it: " in finding.message


def test_by_default_there_is_time_enough() -> None:
    assert TIME_LIMIT not in {finding.rule for finding in maillint.lint(TEXT, kind="html").findings}


def test_the_command_exits_with_two(tmp_path: Path) -> None:
    (tmp_path / "maillint.yaml").write_text("time-limit: 1.0e-300\n", encoding="utf-8")
    (tmp_path / "a.html").write_text(TEXT, encoding="utf-8")
    result = command("check", "a.html", folder=tmp_path)
    assert (result.returncode, "time-limit" in result.stdout) == (2, True)


def test_no_comment_suppresses_it() -> None:
    text = "<!-- maillint: ignore-file[time-limit] because -->" + TEXT
    report = maillint.lint(text, kind="html", config=maillint.Config(time_limit=1e-300))
    assert TIME_LIMIT in {finding.rule for finding in report.findings}


@pytest.mark.parametrize("value", [0, -1, True, "long"])
def test_it_must_be_a_number_above_zero(value: object) -> None:
    with pytest.raises(maillint.LintError, match="time-limit must be a number of seconds above 0"):
        maillint.Config(time_limit=value)  # type: ignore[arg-type]
