"""Runs over many messages: what they hold until the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from maillint.config.config import CommandLine
from maillint.finding import FileReport
from maillint.project import runner
from maillint.project.discovery import Discovery
from maillint.project.runner import Work, lint_groups

LINKED = "<p><a href='http://bit.ly/{}'>Читайте</a><b></p>"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_over_many_messages_reports_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    for number in range(40):
        (tmp_path / f"{number:02}.html").write_text(LINKED.format(number) if number % 2 else "<p>Hi</p>", "utf-8")
    groups = Discovery(None, CommandLine(("links/shortener",))).groups([str(tmp_path)])
    expected = lint_groups(groups, Work(jobs)).report
    monkeypatch.setattr(runner, "MANY", 10)
    report = lint_groups(groups, Work(jobs)).report
    packed = [file for file in report.files if "findings" not in vars(file)]
    assert len(packed) == 20
    assert report == expected
    assert [file.text for file in report.files] == [file.text for file in expected.files]


def test_a_packed_report_takes_up_less() -> None:
    report = FileReport("a.html", "html", None, "cold", False, 1, (), (), "Hello, " * 1000)
    packed = report.packed()
    assert packed == report
    assert packed.text == report.text
    assert len(vars(packed)["_packed"]) < len(report.text) / 20
    with pytest.raises(AttributeError):
        packed.nothing  # noqa: B018
