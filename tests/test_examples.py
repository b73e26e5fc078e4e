"""The examples: every planted fault is found at its place and nothing else, and the clean twins are clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import maillint
from tests.docs import ROOT

EXPECTED = Path(__file__).parent / "expected"


@pytest.mark.parametrize(("folder", "status"), [("faulty", 1), ("clean", 0)])
def test_what_is_said_of_the_examples(folder: str, status: int) -> None:
    result = maillint("check", f"examples/{folder}", "--no-cache", "-f", "concise", folder=ROOT)
    expected = (EXPECTED / f"{folder}.txt").read_text(encoding="utf-8")
    assert (result.returncode, result.stderr, result.stdout) == (status, "", expected)


def test_all_examples_together_end_well_with_fail_on_never() -> None:
    result = maillint("check", "examples/", "--no-cache", "--fail-on", "never", folder=ROOT)
    assert (result.returncode, result.stderr) == (0, "")
