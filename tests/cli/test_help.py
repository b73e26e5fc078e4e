"""Help, and what is said of a command line that is mistyped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maillint.cli import COMMANDS
from tests.cli.command import BAD, maillint, rules_in

pytestmark = pytest.mark.slow


def test_the_bare_command_shows_the_help_and_is_wrong_usage(tmp_path: Path) -> None:
    bare = maillint(folder=tmp_path)
    assert (bare.returncode, bare.stderr) == (2, "")
    assert bare.stdout == maillint("--help", folder=tmp_path).stdout
    assert bare.stdout.startswith("Usage: maillint [OPTIONS] COMMAND [ARGS]...\n")


def test_check_lints_the_folder_it_stands_in(mail: Path) -> None:
    (mail / "below").mkdir()
    (mail / "below/b.html").write_text(BAD)
    result = maillint("check", "-f", "concise", folder=mail)
    assert rules_in(result) == ["markup/unclosed-tag"] * 2
    assert result.stdout == maillint("check", ".", "-f", "concise", folder=mail).stdout


@pytest.mark.parametrize("command", [None, *COMMANDS])
@pytest.mark.parametrize("width", [80, 200])
def test_no_line_of_the_help_is_too_long_and_no_word_is_broken(tmp_path: Path, command: str | None, width: int) -> None:
    page = maillint(*([command] if command else []), "--help", folder=tmp_path, COLUMNS=str(width)).stdout
    assert max(map(len, page.splitlines())) <= 80
    wide = set(re.findall(r"\S+", page))
    assert wide == set(re.findall(r"\S+", maillint(*([command] if command else []), "-h", folder=tmp_path).stdout))


@pytest.mark.parametrize(
    ("command", "titles"),
    [
        (
            "check",
            ["What to lint", "The kind of mail", "Rules and settings", "Fixing", "Online", "Output", "Running", "Help"],
        ),
        ("dns", ["What to look up", "Rules and settings", "Online", "Output", "Help"]),
        ("list", ["What to check", "How to read it", "Rules and settings", "Online", "Output", "Help"]),
        ("plan", ["Making a plan", "Journal", "Arithmetic", "Rules and settings", "Output", "Help"]),
        ("rule", ["Rules and settings", "Help"]),
    ],
)
def test_options_stand_in_groups(tmp_path: Path, command: str, titles: list[str]) -> None:
    page = maillint(command, "--help", folder=tmp_path).stdout
    assert re.findall(r"^(\w.*):$", page, re.MULTILINE) == titles
    starts = {len(found[0]) for found in re.finditer(r"^  -\S.*?  +(?=\S)", page, re.MULTILINE)}
    assert len(starts) == 1  # all texts begin in one column
    assert page.endswith("-h, --help".ljust(starts.pop() - 2) + "Show this message and exit.\n") or command == "dns"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["chek"], 'no command "chek"; did you mean "check"? (see maillint --help)'),
        (["lint", "a.html"], 'no command "lint"; did you mean "maillint check"? (see maillint --help)'),
        (["help"], 'no command "help"; did you mean "maillint --help"? (see maillint --help)'),
        (["a.html"], 'no command "a.html"; to lint it: "maillint check a.html" (see maillint --help)'),
        (["mails"], 'no command "mails"; to lint it: "maillint check mails" (see maillint --help)'),
        (["xyzzy"], f'no command "xyzzy"; there are {", ".join(COMMANDS)} (see maillint --help)'),
        (["--fix", "."], '--fix belongs to a command: "maillint check --fix" (see maillint --help)'),
        (["--selector", "s1"], '--selector belongs to a command: "maillint dns --selector" (see maillint --help)'),
        (["check", "--selct", "x"], "no option --selct; did you mean --select? (see maillint check --help)"),
        (["check", "--stat"], "no option --stat; did you mean --statistics? (see maillint check --help)"),
        (["check", "--min"], "no option --min; did you mean --min-severity? (see maillint check --help)"),
        (["check", "--zzz"], "no option --zzz (see maillint check --help)"),
        (["rule", "links/shortner"], 'no rule or family "links/shortner"; did you mean "links/shortener"? '
                                     "(see maillint rule --help)"),
    ],
)  # fmt: skip
def test_a_suggestion_for_what_is_mistyped(mail: Path, arguments: list[str], line: str) -> None:
    (mail / "mails").mkdir()
    result = maillint(*arguments, folder=mail)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"maillint: {line}\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["check", "--fail-on", "warn"], "--fail-on: 'warn' is not one of error, warning, info, never; did you mean "
                                         '"warning"? (see maillint check --help)'),
        (["check", "--profile", "b2b"], "--profile: 'b2b' is not one of cold, newsletter, transactional, general "
                                        "(see maillint check --help)"),
        (["check", "--touch", "first"], "--touch: 'first' is not a whole number (see maillint check --help)"),
        (["check", "--baseline"], "option '--baseline' requires an argument (see maillint check --help)"),
        (["check", "--select", "nothing"], 'no rule or family "nothing"; "maillint rule" lists them'),
        (["rule", "nothing"], 'no rule or family "nothing"; "maillint rule" lists them (see maillint rule --help)'),
        (["init", "nowhere"], "FOLDER: directory 'nowhere' does not exist (see maillint init --help)"),
        (["completion", "csh"], "SHELL: 'csh' is not one of bash, zsh, fish; did you mean \"zsh\"? "
                                "(see maillint completion --help)"),
        (["list"], "missing argument 'FILE' (see maillint list --help)"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_wrong_value(mail: Path, arguments: list[str], line: str) -> None:
    result = maillint(*arguments, folder=mail)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"maillint: {line}\n")
