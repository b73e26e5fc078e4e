"""The GitHub action's own steps, run by the shell that runs them there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


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
    installed = tmp_path / "temp" / "maillint" / "bin" / "python"
    installed.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    installed.chmod(0o755)
    (tmp_path / "work" / "a b.html").write_text("<p>Hi <b>Ada</p>\n")
    git(tmp_path / "work", "init", "-q", ".")
    git(tmp_path / "work", "add", ".")
    git(tmp_path / "work", "commit", "-qm", "start")
    return tmp_path


def run(
    name: str, folder: Path, environment: dict[str, str], *, check: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run a step by the shell that GitHub runs it with."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step(name)["run"]]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=check)


def lint(runner: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """Run the step that lints, with further variables in upper case; the process and the step's outputs."""
    defaults = {key: known.get("default", "") for key, known in ACTION["inputs"].items()}
    given = {**defaults, **{key.replace("_", "-"): value for key, value in inputs.items()}}
    outputs = runner / "outputs"
    outputs.write_text("")
    environment = {
        **os.environ,
        **{name: value for name, value in inputs.items() if name.isupper()},
        "RUNNER_TEMP": str(runner / "temp"),
        "GITHUB_OUTPUT": str(outputs),
        "PATHS": given["paths"],
        "FAIL_ON": given["fail-on"],
        "CHANGED_ONLY": given["changed-only"],
        "ARGUMENTS": given["arguments"],
        "BASE": given.get("base", ""),
    }
    assert set(step("Lint")["env"]) == {"PATHS", "FAIL_ON", "CHANGED_ONLY", "ARGUMENTS", "BASE"}
    result = run("Lint", runner / "work", environment)
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


def test_a_base_that_has_not_been_fetched_is_one_line_that_says_what_to_do(runner: Path) -> None:
    base = git(runner / "work", "rev-parse", "HEAD")
    git(runner / "work", "commit", "-qm", "more", "--allow-empty")
    (runner / "work").rename(runner / "origin")
    git(runner, "clone", "-q", "--depth", "1", f"file://{runner / 'origin'}", str(runner / "work"))
    result, outputs = lint(runner, changed_only="true", base=base)
    assert (result.returncode, result.stdout, outputs) == (2, "", {})
    assert result.stderr == (
        f'maillint: --diff-base: git knows no revision "{base}"; fetch the whole history (fetch-depth: 0 for '
        "actions/checkout, else git fetch --unshallow)\n"
    )


def test_the_base_of_a_merge_queue_counts_too() -> None:
    base = step("Lint")["env"]["BASE"]
    assert base == "${{ github.event.pull_request.base.sha || github.event.merge_group.base_sha }}"


def test_a_wrong_option_uploads_nothing(runner: Path) -> None:
    result, outputs = lint(runner, arguments="--no-such-option")
    assert result.returncode == 2
    assert outputs == {}


# -- a checkout that would like to be run ----------------------------------------------------------------

MODULES = (
    "venv",
    "logging",
    "sitecustomize",
    "usercustomize",
    "pip",
    "ensurepip",
    "maillint",
    "click",
    "yaml",
    "hatchling",
)
PIP_CONF = "[global]\nindex-url = http://127.0.0.1:9/\nno-index = true\nrequire-hashes = true\n"


@pytest.fixture
def hostile(runner: Path) -> Path:
    """The runner, with a checkout full of modules that leave a file behind when they are imported."""
    work = runner / "work"
    for folder in (work, work / "src", work / ".venv"):
        folder.mkdir(exist_ok=True)
        for module in MODULES:
            (folder / f"{module}.py").write_text(
                f"open({str(runner / 'ran')!r}, 'a').write({module!r})\nraise SystemExit(9)\n"
            )
        for name in ("pip.conf", "pip.ini", "setup.cfg", "pyvenv.cfg"):
            (folder / name).write_text(PIP_CONF)
    (work / "constraints.txt").write_text("click==0.1\n")
    (work / "pyproject.toml").write_text("[build-system]\nrequires = ['no-such-package-at-all']\n")
    return runner


def variables(work: Path) -> dict[str, str]:
    """What a workflow may have set for steps of the project's own."""
    return {
        "PYTHONPATH": f"{work}:src:.",
        "PYTHONSTARTUP": str(work / "sitecustomize.py"),
        "PYTHONUSERBASE": str(work),
        "PIP_CONFIG_FILE": str(work / "pip.conf"),
        "PIP_CONSTRAINT": "constraints.txt",
        "PIP_BUILD_CONSTRAINT": "constraints.txt",
        "PIP_REQUIREMENT": "constraints.txt",
        "PIP_TARGET": str(work),
    }


def test_nothing_of_the_checkout_runs_while_maillint_is_installed(hostile: Path) -> None:
    shutil.rmtree(hostile / "temp/maillint")
    environment = {
        **os.environ,
        **variables(hostile / "work"),
        "RUNNER_TEMP": str(hostile / "temp"),
        "GITHUB_ACTION_PATH": str(ROOT),
        "INTERPRETER": sys.executable,
    }
    assert set(step("Install maillint")["env"]) == {"INTERPRETER"}
    for name in ("PIP_CONFIG_FILE", "PIP_FIND_LINKS"):  # where this machine keeps its packages, if not on an index
        if name in os.environ:
            environment[name] = os.environ[name]
    result = run("Install maillint", hostile / "work", environment)
    assert not (hostile / "ran").exists()
    assert result.returncode == 0, result.stderr
    assert (hostile / "temp/maillint/bin/maillint").exists()


def test_nothing_of_the_checkout_runs_while_it_is_linted(hostile: Path) -> None:
    result, outputs = lint(hostile, **variables(hostile / "work"))
    assert not (hostile / "ran").exists()
    assert (result.returncode, list(outputs)) == (1, ["sarif"]), result.stderr


def test_what_is_called_as_an_option_is_a_file(runner: Path) -> None:
    (runner / "work/--output-file=x.html").write_text("<p>Hi <b>Ada</p>\n")
    result, _ = lint(runner, paths="*.html")
    assert "file=--output-file=x.html,line=1" in result.stdout
    assert "file=a b.html,line=1" in result.stdout


def test_what_is_called_as_standard_input_is_a_file(runner: Path) -> None:
    (runner / "work/-").write_text("<p>Hi <b>Ada</p>\n")
    (runner / "work/a b.html").unlink()
    for paths in ("*", "-"):
        result, outputs = lint(runner, paths=paths)
        assert (result.returncode, list(outputs)) == (1, ["sarif"]), result.stderr
        assert result.stdout.startswith("::error file=-,line=1,col=7,")


def test_every_step_that_runs_python_isolates_it() -> None:
    for one in ACTION["runs"]["steps"]:
        for line in one.get("run", "").splitlines():
            if "/python" in line or "INTERPRETER" in line:
                assert " -I -m " in line, line
