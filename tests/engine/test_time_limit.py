"""The time limit of a message: what is left out when it is over, and how that is said."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

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


LONG = {
    "tags": ("html", "<p><i>x</i>" * 60_000),
    "end tags": ("html", "<table><tr><td>" + "<b>" * 400 + "</i>" * 100_000),
    "links": ("html", "".join(f'<a href="https://a{n}.example/?b={n}">x</a>' for n in range(10_000))),
    "template tags": ("a.html.j2", "{% if a %}x{{ b }}{% endif %}" * 20_000),
    "tests": ("a.html.j2", "".join(f"{{% if a{n} %}}x{{% endif %}}" for n in range(20_000))),
    "header fields": ("eml", "X-A: b\n" * 60_000 + "\nHi"),
    "parts": (
        "eml",
        "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\nContent-Type: text/html\n\n<p>x\n" * 10_000,
    ),
    "styles": ("html", "<style>" + ".a b{display:none}" * 5_000 + "</style>" + "<p class=a><b>x</b></p>" * 5_000),
    "components": ("mjml", "<mjml><mj-body>" + "<mj-text font-siz='1'>x</mj-text>" * 10_000 + "</mj-body></mjml>"),
    "comments": ("html", "<!-- maillint: ignore[links] x --><p>a</p>\n" * 10_000),
}


@pytest.mark.parametrize("what", LONG)
def test_it_covers_reading_and_parsing_and_ends_soon(what: str) -> None:
    kind, text = LONG[what]
    given: dict[str, Any] = {"filename": kind} if "." in kind else {"kind": kind}
    maillint.lint("<p>x", **given)
    start = time.thread_time()
    report = maillint.lint(text, **given, config=maillint.Config(time_limit=0.05))
    assert time.thread_time() - start < 1.5
    assert TIME_LIMIT in {finding.rule for finding in report.findings}
    assert "internal-error" not in {finding.rule for finding in report.findings}
