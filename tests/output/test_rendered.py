"""Whole outputs, as files in ``expected/``: ``python -m tests.output.test_rendered`` writes them anew to be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maillint.finding import Report, Severity
from maillint.output import Context, formats, load
from maillint.values import replace
from tests.output.samples import CLEAN, DOMAIN, HOSTILE, PASSED_OVER, PLAIN, RUN

EXPECTED = Path(__file__).with_name("expected")

RUNS: dict[str, tuple[Report, Context]] = {
    "run": (RUN, PLAIN),
    "run-verbose": (RUN, replace(PLAIN, verbose=1)),
    "run-narrow": (RUN, replace(PLAIN, width=50)),
    "run-errors": (RUN, replace(PLAIN, min_severity=Severity.ERROR)),
    "run-strict": (RUN, replace(PLAIN, fail_on=Severity.WARNING)),
    "run-lenient": (RUN, replace(PLAIN, fail_on=None)),
    "domain": (DOMAIN, PLAIN),
    "both": (replace(RUN, domains=DOMAIN.domains), PLAIN),
    "clean": (CLEAN, PLAIN),
    "nothing": (Report(), PLAIN),
    "passed-over": (PASSED_OVER, PLAIN),
    "passed-over-verbose": (PASSED_OVER, replace(PLAIN, verbose=1)),
    "passed-over-quiet": (PASSED_OVER, replace(PLAIN, verbose=-1)),
}
TEXTS = {
    "full": (
        "run",
        "run-verbose",
        "run-narrow",
        "run-errors",
        "domain",
        "both",
        "clean",
        "nothing",
        "passed-over-verbose",
    ),
    "concise": ("run", "run-errors", "domain", "both", "clean", "nothing", "passed-over", "passed-over-quiet"),
    "summary": ("run", "run-errors", "domain", "both", "clean", "nothing", "passed-over"),
    "github": ("run", "run-errors", "domain", "clean", "passed-over-verbose"),
    "markdown": ("run", "run-errors", "domain", "clean", "passed-over-verbose"),
    "junit": ("run", "run-errors", "run-strict", "run-lenient", "domain", "clean"),
    "gitlab": ("run", "domain", "clean"),
    "sarif": ("run", "domain"),
    "json": ("run", "run-errors", "domain", "both", "nothing", "passed-over"),
}
CASES = [(name, run) for name, runs in TEXTS.items() for run in runs]


def rendered(name: str, run: str) -> str:
    report, context = RUNS[run]
    return load(name).render(report, context)


@pytest.mark.parametrize(("name", "run"), CASES)
def test_rendered(name: str, run: str) -> None:
    assert rendered(name, run) == (EXPECTED / f"{run}.{name}").read_text(encoding="utf-8")


def test_every_expected_file_is_compared() -> None:
    assert {path.name for path in EXPECTED.iterdir()} == {f"{run}.{name}" for name, run in CASES}
    assert set(TEXTS) == set(formats())


@pytest.mark.parametrize("name", formats())
@pytest.mark.parametrize("verbose", [0, 1])
def test_nothing_of_the_input_controls_a_terminal(name: str, verbose: int) -> None:
    out = load(name).render(HOSTILE, replace(PLAIN, verbose=verbose))
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028\u202a-\u202e\u2066-\u2069\U000e0000-\U000e0fff]", out
    )
    assert out.encode("utf-8")
    assert out.endswith("\n")


@pytest.mark.parametrize("name", ["full", "concise", "summary"])
@pytest.mark.parametrize("report", [RUN, DOMAIN, HOSTILE])
def test_colour_changes_nothing_but_colour(name: str, report: Report) -> None:
    painted = load(name).render(report, replace(PLAIN, color=True))
    assert "\x1b[1;31m" in painted
    assert re.sub(r"\x1b\[[0-9;]+m", "", painted) == load(name).render(report, PLAIN)


@pytest.mark.parametrize("name", sorted(set(formats()) - {"full", "concise", "summary"}))
def test_colour_is_for_terminals_only(name: str) -> None:
    assert load(name).render(RUN, replace(PLAIN, color=True)) == load(name).render(RUN, PLAIN)


if __name__ == "__main__":
    EXPECTED.mkdir(exist_ok=True)
    for stale in EXPECTED.iterdir():
        stale.unlink()
    for format_, run_ in CASES:
        (EXPECTED / f"{run_}.{format_}").write_text(rendered(format_, run_), encoding="utf-8")
