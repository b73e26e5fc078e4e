"""Nothing of the input controls a terminal, or a CI server that reads the log; names are input, too."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest

from tests.cli.command import maillint

pytestmark = pytest.mark.slow

COMMANDS = [
    "::error::x",
    "::stop-commands::x",
    " ::set-output name=a::b",
    "##[error]x",
    "a ##[group]x",
    "##vso[task.x]y",
    "##teamcity[message text='x']",
]
CONTROLS = "\x1b[31m\x07\x08\x7f\x9b31m\x85\u202e\u2066\u200b\u2028\r\v\f"
TEXTS = [
    *COMMANDS[:4],
    COMMANDS[6],
    f"{CONTROLS}{COMMANDS[1]}{COMMANDS[5]}",
    f"x\n{COMMANDS[0]}\n{COMMANDS[3]}\r{COMMANDS[1]}",
]
CLI = Path(__file__).parents[2] / "maillint/cli"

RULE = """\
summary: {text}
check: pattern
options: {{pattern: Ada, in: source}}
severity: error
message: {text}
why: {text}
fix: {text}
references: [{text}, "https://a.example/{plain}) @all"]
"""


def quoted(text: str) -> str:
    """A text as YAML holds it, whatever is in it."""
    return '"' + "".join(f"\\u{ord(one):04x}" if not one.isalnum() else one for one in text) + '"'


def is_harmless(output: str) -> None:
    """Hold an output to what a terminal and a CI server make of each line."""
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", output), ascii(output)
    for line in output.split("\n"):
        own = re.match(r"::(error|warning|notice) (file|title)=", line)
        assert own or not line.strip().startswith("::"), line
        assert not re.search(r"##(vso|teamcity)?\[", line), line


FORMATS = ("full", "concise", "summary", "json", "sarif", "github", "gitlab", "junit", "markdown")


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_names_texts_and_rules(tmp_path: Path, text: str) -> None:
    name = text.replace("/", "_")
    (tmp_path / "rules/mine").mkdir(parents=True)
    (tmp_path / "rules/mine/no-ada.yaml").write_text(RULE.format(text=quoted(text), plain=quoted(text)[1:-1]))
    (tmp_path / f"{name}.html").write_text(f"---\nsubject: {quoted(text)}\n---\n<p>{text} Ada</p>\n")
    (tmp_path / f"{name}.eml").write_bytes(b"\0")
    (tmp_path / "maillint.yaml").write_text(
        f"rule-folders: [rules]\nheaders: {{X-A: {quoted(text)}}}\nown-domains: [{quoted(text)}]\n"
    )
    for kind in FORMATS:
        result = maillint("check", ".", "-f", kind, "-vv", "-j", "1", folder=tmp_path)
        assert result.returncode == 2
        assert "no-ada" in result.stdout
        is_harmless(result.stdout + result.stderr)
    for arguments in (["check", ".", "--show-settings"], ["rule", "mine/no-ada"], ["rule", "mine"], ["init", "rules"]):
        result = maillint(*arguments, folder=tmp_path)
        assert result.returncode == 0, result.stderr
        is_harmless(result.stdout + result.stderr)


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_errors(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.html").write_text(f"---\nprofile: {quoted(text)}\n---\n")
    for arguments in (["a.html"], [f"{text}.html"], ["a.html", "--select", text], ["a.html", "-f", text], [text]):
        result = maillint("check", *arguments, folder=tmp_path)
        assert result.returncode == 2
        is_harmless(result.stdout + result.stderr)
    for key in ("profile", "extends", "rule-folders", "plugins", "baseline", "dialect", text.strip() or "x"):
        (tmp_path / "maillint.yaml").write_text(f"{quoted(key)}: {quoted(text)}\n")
        result = maillint("check", "a.html", folder=tmp_path)
        assert result.returncode == 2
        is_harmless(result.stdout + result.stderr)


@pytest.mark.parametrize("text", ["##[error]x", "##vso[task.x]y", "##teamcity[x]", "::error::x"])
def test_colours_within_a_command_make_it_none_the_less(tmp_path: Path, text: str) -> None:
    """A server may take the colours away before it reads the line."""
    (tmp_path / "a.eml").write_text(f"From: {text} <a@b.example>\nSubject: {text}\n{text}: x\n\n{text}\n")
    for kind in ("full", "concise", "summary"):
        result = maillint("check", "a.eml", "-f", kind, "--color", "always", "-vv", "--all", folder=tmp_path)
        assert "\x1b[" in result.stdout
        is_harmless(re.sub(r"\x1b\[[0-9;]*m", "", result.stdout + result.stderr))


def test_a_patch_in_a_workflow_switches_commands_off(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("::error::x\n ::error::y\n<p>One</br>Two</p>\n")
    result = maillint("check", "a.html", "--diff", folder=tmp_path, GITHUB_ACTIONS="true")
    first, *_, last = result.stdout.splitlines()
    word = first.removeprefix("::stop-commands::")
    assert last == f"::{word}::" and re.fullmatch("[0-9a-f]{32}", word)
    plain = maillint("check", "a.html", "--diff", folder=tmp_path, GITHUB_ACTIONS="")
    assert plain.stdout.startswith("--- a.html\n+++ a.html\n")


def test_references_in_markdown_are_links_to_the_web_alone(tmp_path: Path) -> None:
    (tmp_path / "rules/mine").mkdir(parents=True)
    references = [
        "javascript:alert(1)",
        "https://a.example/x) [y](https://b.example",
        "https://a.example/># x",
        "@all",
    ]
    rule = RULE.replace("references: ", f"references: {references!r} #").format(text="x", plain="")
    (tmp_path / "rules/mine/no-ada.yaml").write_text(rule)
    (tmp_path / "a.html").write_text("<p>Ada</p>\n")
    (tmp_path / "maillint.yaml").write_text("rule-folders: [rules]\n")
    result = maillint("check", "a.html", "-f", "markdown", "--select", "mine", folder=tmp_path)
    assert re.findall(r"\[(\d+)\]\(<([^>]*)>\)", result.stdout) == [
        ("2", "https://a.example/x)%20%5By%5D(https://b.example"),
        ("3", "https://a.example/%3E#%20x"),
    ]
    assert "javascript:" not in result.stdout and "@all" not in result.stdout


def test_what_is_printed_goes_through_the_door() -> None:
    """No other module of the command line writes to a stream."""
    allowed = {
        "door.py": {"click.echo", "sys.stdout.write", "sys.stdout.buffer.write"},
        "list.py": {"click.echo"},  # progress, in words of its own
        "online.py": {"click.echo"},
        "__init__.py": {"click.echo"},
    }
    for path in CLI.glob("*.py"):
        calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}
        writing = {
            call
            for call in calls
            if call in {"print", "click.echo", "click.secho"} or re.match(r"sys\.std\w+\.(\w+\.)?write", call)
        }
        assert writing <= allowed.get(path.name, set()), path.name


def test_the_name_of_a_folder_adds_nothing_to_the_settings_that_init_proposes(tmp_path: Path) -> None:
    folder = tmp_path / "mail/x\nrules: {links: off}\n#"
    folder.mkdir(parents=True)
    for number in (1, 2):
        (folder / f"intro-{number}.html").write_text("<p>Hi</p>")
    assert maillint("init", "mail", folder=tmp_path).returncode == 0
    lines = (tmp_path / "mail/maillint.yaml").read_text().splitlines()
    assert all(not line or line.startswith("#") for line in lines), os.linesep.join(lines)
