"""The GitHub action's own steps, run by the shell that runs them there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.slow

ACTION = yaml.safe_load((Path(__file__).parent.parent.parent / "action.yml").read_text(encoding="utf-8"))


def step(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(step for step in ACTION["runs"]["steps"] if step.get("name") == name)
    return found


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@a.example")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner's folders: a checkout with one faulty message, and a place where the action has installed maillint."""
    for name in ("work", "temp/maillint/bin"):
        (tmp_path / name).mkdir(parents=True)
    installed = tmp_path / "temp" / "maillint" / "bin" / "maillint"
    installed.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m maillint "$@"\n')
    installed.chmod(0o755)
    (tmp_path / "work" / "a b.html").write_text("<p>Hi <b>Ada</p>\n")
    git(tmp_path / "work", "init", "-q", ".")
    git(tmp_path / "work", "add", ".")
    git(tmp_path / "work", "commit", "-qm", "start")
    return tmp_path


def lint(runner: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """Run the step that lints; the process and the step's outputs."""
    defaults = {key: known.get("default", "") for key, known in ACTION["inputs"].items()}
    given = {**defaults, **{key.replace("_", "-"): value for key, value in inputs.items()}}
    outputs = runner / "outputs"
    outputs.write_text("")
    environment = {
        **os.environ,
        "RUNNER_TEMP": str(runner / "temp"),
        "GITHUB_OUTPUT": str(outputs),
        "PATHS": given["paths"],
        "FAIL_ON": given["fail-on"],
        "CHANGED_ONLY": given["changed-only"],
        "ARGUMENTS": given["arguments"],
        "BASE": given.get("base", ""),
    }
    assert set(step("Lint")["env"]) == {"PATHS", "FAIL_ON", "CHANGED_ONLY", "ARGUMENTS", "BASE"}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step("Lint")["run"]]
    result = subprocess.run(command, cwd=runner / "work", env=environment, capture_output=True, text=True, check=False)
    return result, dict(line.split("=", 1) for line in outputs.read_text().splitlines())


def test_findings_fail_the_step_and_are_there_to_upload(runner: Path) -> None:
    result, outputs = lint(runner)
    assert result.returncode == 1
    assert result.stdout.startswith("::error file=a b.html,line=1,col=7,")
    run = json.loads(Path(outputs["sarif"]).read_text())["runs"][0]
    assert [found["ruleId"] for found in run["results"]] == ["markup/unclosed-tag"]
    assert step("Upload")["with"]["sarif_file"] == "${{ steps.lint.outputs.sarif }}" and step("Lint")["id"] == "lint"


def test_what_may_not_fail_does_not(runner: Path) -> None:
    assert lint(runner, fail_on="never")[0].returncode == 0
    assert lint(runner, arguments="--ignore markup")[0].returncode == 0


def test_only_changed_lines(runner: Path) -> None:
    base = git(runner / "work", "rev-parse", "HEAD")
    assert lint(runner, changed_only="true", base=base)[0].returncode == 0
    with (runner / "work" / "a b.html").open("a") as file:
        file.write("<p>Hi <i>Bea</p>\n")
    result, _ = lint(runner, changed_only="true", base=base)
    assert result.returncode == 1
    assert "line=2" in result.stdout and "line=1," not in result.stdout


def test_a_wrong_option_uploads_nothing(runner: Path) -> None:
    result, outputs = lint(runner, arguments="--no-such-option")
    assert result.returncode == 2
    assert outputs == {}
