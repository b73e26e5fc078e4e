"""Errors: one line on standard error, the same in the command, in --watch, in the library and in the pytest plugin."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from maillint import Config, LintError, lint
from tests.cli.command import git, maillint

pytestmark = pytest.mark.slow

CLI = Path(__file__).parents[2] / "maillint/cli"


def error_of(result: subprocess.CompletedProcess[str]) -> str:
    """The one line of an error."""
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("maillint: ")
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("maillint: ").rstrip("\n")


# -- what is said of the command line, and what of files ----------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--diff-base", "-x"], "--diff-base -x: not a revision"),
        (["-f", "jsn"], 'no output format "jsn"'),
        (["--online", "--online-allow-private", "x"], "--online-allow-private: 'x' is neither an address"),
        (["--dns", "--resolver", "x:y"], "--resolver: 'x:y': the port is a number"),
        (["--watch", "--online"], "--watch would request every link again and again"),
    ],
)
def test_a_wrong_command_line_points_to_the_help(mail: Path, arguments: list[str], error: str) -> None:
    line = error_of(maillint("check", "a.html", *arguments, folder=mail))
    assert line.startswith(error)
    assert line.endswith(" (see maillint check --help)")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["none.html"], "none.html: no such file or folder"),
        (["empty"], "no templates or messages found in empty"),
        (["a.html", "-o", "none/x"], "none/x: no such file or directory; nothing written"),
        (["a.html", "--write-baseline", "none/x"], "none/x: no such file or directory; nothing written"),
        (["a.html", "--baseline", "none.json"], "none.json: no such file or directory"),
        (["a.html", "--baseline", "a.html"], "a.html: not a baseline: it is not JSON"),
        (["a.html", "--diff-base", "none"], "--diff-base: "),
        (["a.html", "--ignore", "link"], 'no rule or family "link"; did you mean "links"?'),
    ],
)
def test_what_is_wrong_elsewhere_does_not(mail: Path, arguments: list[str], error: str) -> None:
    (mail / "empty").mkdir()
    git("init", "-q", folder=mail)
    result = maillint("check", *arguments, "-q", folder=mail)
    line = error_of(subprocess.CompletedProcess(result.args, result.returncode, "", result.stderr))
    assert line.startswith(error)
    assert "--help" not in line


def test_without_git_there_is_one_line(mail: Path) -> None:
    line = error_of(maillint("check", "a.html", "--diff-base", "HEAD", folder=mail, PATH=str(mail)))
    assert line == "--diff-base needs git, which is not installed"


def test_a_selector_that_cannot_be_is_one_line_for_both_commands(mail: Path) -> None:
    (mail / "maillint.yaml").write_text("dkim-selectors: ['a b']\nown-domains: [b.example]\n")
    expected = "maillint.yaml: dkim-selectors: 'a b' is not a DKIM selector (the s= of a signature, such as s1)"
    for arguments in (["dns", "b.example"], ["check", "a.html", "--dns"]):
        line = error_of(maillint(*arguments, "--resolver", "127.0.0.1:1", folder=mail))
        assert line.endswith(expected)


def test_errors_become_lines_in_one_place() -> None:
    """No command turns one of maillint's own errors into one of click's: main() shows both."""
    for path in CLI.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and node.type is not None:
                caught = ast.unparse(node.type)
                raised = {ast.unparse(inner) for inner in ast.walk(node) if isinstance(inner, ast.Raise)}
                if any("click." in words for words in raised):
                    known = caught in {"ValueError", "(ValueError, OverflowError)", "click.NoSuchOption"}
                    assert known, f"{path.name}: {caught} becomes {raised}"


# -- the same line everywhere -------------------------------------------------------------------------

FAULTS = [
    ("profil: cold\n", "", 'maillint.yaml:1:1: unknown key "profil"; did you mean "profile"?'),
    ("rules: [\n", "", "maillint.yaml:2:1: not valid YAML"),
    ("rule-folders: [house]\n", "summary: x\n", "house/mine/x.yaml:1:1: "),
]


@pytest.mark.parametrize(("config", "rule", "error"), FAULTS)
def test_the_library_says_what_the_command_says(
    mail: Path, monkeypatch: pytest.MonkeyPatch, config: str, rule: str, error: str
) -> None:
    monkeypatch.chdir(mail)
    (mail / "house/mine").mkdir(parents=True)
    (mail / "house/mine/x.yaml").write_text(rule)
    (mail / "maillint.yaml").write_text(config)
    said = error_of(maillint("check", "a.html", folder=mail))
    assert said.startswith(error)
    for call in (lambda: lint(Path("a.html")), Config.find, lambda: Config.load("maillint.yaml")):
        with pytest.raises(LintError) as raised:
            call()
        assert str(raised.value) == said


@pytest.mark.parametrize(
    ("data", "path"), [(b"\0", "a.html"), (b"---\ntouch: x\n---\n", "a.html"), (None, "none.html")]
)
def test_the_library_says_of_a_file_what_the_command_says(
    mail: Path, monkeypatch: pytest.MonkeyPatch, data: bytes | None, path: str
) -> None:
    monkeypatch.chdir(mail)
    if data is not None:
        (mail / path).write_bytes(data)
    result = maillint("check", path, "-q", folder=mail)
    with pytest.raises(LintError) as raised:
        lint(Path(path))
    assert f"maillint: {raised.value}\n" == result.stderr


def test_the_pytest_plugin_says_what_the_command_says(mail: Path) -> None:
    (mail / "maillint.yaml").write_text("profil: cold\n")
    (mail / "test_mail.py").write_text("def test_mail(assert_clean_mail):\n    assert_clean_mail('<p>Hi</p>')\n")
    said = error_of(maillint("check", "a.html", folder=mail))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mail.py"]
    result = subprocess.run(command, cwd=mail, capture_output=True, text=True, check=False)
    assert f"AssertionError: {said}" in result.stdout


BROKEN = """
import maillint.cli.check
maillint.cli.check.run_once = lambda *given: 1 // 0
from maillint.cli import main
main(["check", "a.html"])
"""


def test_a_fault_of_maillints_own_says_where_and_how_to_see_more(mail: Path) -> None:
    def run(**more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", BROKEN]
        environment = {**os.environ, **more}
        return subprocess.run(command, cwd=mail, env=environment, capture_output=True, text=True, check=False)

    fault = "internal error: ZeroDivisionError: integer division or modulo by zero (<string>:3)"
    assert error_of(run()) == f"{fault}; MAILLINT_TRACEBACK=1 shows more"
    assert "Traceback" in run(MAILLINT_TRACEBACK="1").stderr
