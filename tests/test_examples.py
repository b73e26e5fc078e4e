"""The examples: each planted fault is found at its place, and the same mails without the faults are clean."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.command import maillint
from tests.docs import ROOT

FOLDER = Path(__file__).parent / "expected"
EXPECTED = (FOLDER / "faulty.txt").read_text(encoding="utf-8")
PLANTED = ",".join(sorted(set(re.findall(r": \w+ ([a-z-]+/[a-z-]+) ", EXPECTED))))
"""The rules whose faults the examples show. Others may have something to say too; it is not listed, so that a new rule
changes no list."""

SILENT = ",".join((FOLDER / "silent.txt").read_text(encoding="utf-8").split())
"""The rules that must find nothing in the clean examples. A new rule need not be among them."""


def test_each_planted_fault_is_found_at_its_place() -> None:
    faulty = maillint("check", "examples/faulty", "--select", PLANTED, "--no-cache", "-f", "concise", folder=ROOT)
    assert (faulty.returncode, faulty.stderr, faulty.stdout) == (1, "", EXPECTED)


def test_without_the_faults_the_rules_find_nothing() -> None:
    assert set(PLANTED.split(",")) <= set(SILENT.split(","))
    clean = maillint("check", "examples/clean", "--select", SILENT, "--fail-on", "info", "--no-cache", folder=ROOT)
    assert (clean.returncode, clean.stderr) == (0, ""), clean.stdout


def test_without_the_faults_no_rule_at_all_finds_an_error() -> None:
    clean = maillint("check", "examples/clean", "--no-cache", "-f", "concise", folder=ROOT)
    assert (clean.returncode, clean.stderr) == (0, ""), clean.stdout


def test_all_examples_together_end_well_with_fail_on_never() -> None:
    result = maillint("check", "examples/", "--no-cache", "--fail-on", "never", folder=ROOT)
    assert (result.returncode, result.stderr) == (0, "")
