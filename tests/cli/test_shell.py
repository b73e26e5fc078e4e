"""What a shell and a terminal get: completion in the shells themselves, the environment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import maillint

pytestmark = pytest.mark.slow

# -- completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(tmp_path: Path, shell: str) -> None:
    assert "_MAILLINT_COMPLETE" in maillint("completion", shell, folder=tmp_path).stdout


def test_rule_names_complete(tmp_path: Path) -> None:
    result = maillint(
        folder=tmp_path,
        _MAILLINT_COMPLETE="bash_complete",
        COMP_WORDS="maillint check --select markup/un",
        COMP_CWORD="3",
    )
    assert "markup/unclosed-tag" in result.stdout


ASKED = [
    ("check --stat", "--statistics"),
    ("ch", "check"),
    ("check --select markup/uncl", "markup/unclosed-tag"),
    ("check --profile tr", "transactional"),
    ("completion f", "fish"),
    ("rule links/sho", "links/shortener"),
]

BASH = """
eval "$(maillint completion bash)" || exit 3
complete -p maillint > /dev/null || exit 4
read -ra COMP_WORDS <<< "maillint $1"
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_maillint_completion maillint
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
autoload -U compinit && compinit -u -D || exit 3
eval "$(maillint completion zsh)" || exit 3
[[ -n $_comps[maillint] ]] || exit 4
words=(maillint ${=1}) CURRENT=$#words
compadd() { print -l -- ${(P)@[-1]} }
_describe() { print -l -- ${(P)3} }
_maillint_completion
"""
FISH = """
maillint completion fish | source; or exit 3
complete -C "maillint $argv[1]"
"""


@pytest.fixture
def command_path(tmp_path: Path) -> str:
    """A PATH on which `maillint` is this checkout's."""
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin/maillint"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m maillint "$@"\n')
    script.chmod(0o755)
    return os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]])


@pytest.mark.parametrize(
    ("shell", "script"), [("bash", BASH), ("zsh", ZSH), ("fish", FISH)], ids=["bash", "zsh", "fish"]
)
def test_completion_in_the_shell_itself(tmp_path: Path, command_path: str, shell: str, script: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    environment = {**os.environ, "PATH": command_path, "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    for words, expected in ASKED:
        result = subprocess.run(
            [shell, "-c", script, *([] if shell == "fish" else ["-"]), words],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert result.returncode == 0, (words, result.stderr)
        offered = [line.partition("\t")[0].partition(":")[0] for line in result.stdout.splitlines()]
        assert expected in offered, (words, result.stdout)


# -- the environment


def said(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, list[str]]:
    """Exit status, profile and rules of what a run reports as JSON."""
    result = maillint("check", "a.html", *arguments, "-f", "json", folder=folder, **environment)
    report = json.loads(result.stdout)["files"][0]
    return result.returncode, report["profile"], [found["rule"] for found in report["findings"]]


def test_every_setting_of_the_environment(mail: Path) -> None:
    found = ["markup/unclosed-tag"]
    (mail / "other.yaml").write_text("profile: cold\n")
    maillint("check", "a.html", "--write-baseline", "known.json", folder=mail)
    assert said(mail) == (1, "general", found)
    for name, value, expected in [
        ("MAILLINT_SELECT", "links,tracking", (0, "general", [])),
        ("MAILLINT_SELECT", "markup links", (1, "general", found)),
        ("MAILLINT_IGNORE", "markup", (0, "general", [])),
        ("MAILLINT_PROFILE", "newsletter", None),
        ("MAILLINT_CONFIG", "other.yaml", None),
        ("MAILLINT_FAIL_ON", "never", (0, "general", found)),
        ("MAILLINT_BASELINE", "known.json", (0, "general", [])),
        ("MAILLINT_JOBS", "2", (1, "general", found)),
        ("MAILLINT_NO_CACHE", "1", (1, "general", found)),
        ("MAILLINT_DIALECT", "liquid", (1, "general", found)),
    ]:
        shown = said(mail, **{name: value})
        assert shown == expected or (expected is None and shown[1] in {"newsletter", "cold"}), name
    page = maillint("check", "a.html", folder=mail, MAILLINT_FORMAT="concise json=out.json").stdout
    assert page.startswith("a.html:1:7: error")
    assert json.loads((mail / "out.json").read_text())["summary"]["error"] == 1
    hidden = maillint("check", "a.html", "-f", "concise", folder=mail, MAILLINT_MIN_SEVERITY="error").stdout
    assert "markup/unclosed-tag" in hidden


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("MAILLINT_PROFILE", "cool", "'cool' is not one of"),
        ("MAILLINT_SELECT", "markup/unclosed", 'did you mean "markup/unclosed-tag"?'),
        ("MAILLINT_JOBS", "many", "neither auto nor a number"),
        ("MAILLINT_CONFIG", "none.yaml", "none.yaml: no such file"),
        ("MAILLINT_FORMAT", "jsn", 'no output format "jsn"'),
        ("MAILLINT_DIALECT", "cobol", 'unknown dialect "cobol"'),
    ],
)
def test_a_wrong_setting_of_the_environment_is_one_line(mail: Path, name: str, value: str, error: str) -> None:
    result = maillint("check", "a.html", folder=mail, **{name: value})
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert error in result.stderr


@pytest.mark.parametrize(("jobs", "status"), [("auto", 1), ("1", 1), ("256", 1), ("0", 2), ("257", 2), ("-1", 2)])
def test_the_number_of_processes(mail: Path, jobs: str, status: int) -> None:
    assert maillint("check", "a.html", f"--jobs={jobs}", folder=mail).returncode == status
