"""What somebody at a terminal sees of a run: how much, what was skipped, hints, and that it goes on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import maillint
from tests.files import write_files

SELECT = ("--select", "markup/unclosed-tag,links/placeholder,headers/from-missing,links/first-touch-limit")
COLD = """Hi Grace,

I saw that you are hiring three people for support. We help teams like yours answer half their tickets before anybody
reads them, without a new tool to learn.

Have a look: https://acme.example/tour and https://acme.example/prices

Is Thursday at 10 good for a short call?

Ada
"""


def lint(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return maillint("check", "--no-cache", *arguments, *SELECT, folder=folder, **more)


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    names = [f"<{tag}>x\n" for tag in ("b", "i", "em", "strong", "u", "s", "small", "big", "code", "tt", "sub", "sup")]
    write_files(tmp_path, {"a.html": "".join(f"<div>{start}</div>\n" for start in names) + '<a href="#">x</a>'})
    return tmp_path


# -- the cap


def heads(result: subprocess.CompletedProcess[str]) -> int:
    return sum(line.startswith("a.html:") for line in result.stdout.splitlines() if "(--all)" not in line)


def test_a_file_shows_ten_findings_and_sums_up_the_rest(mail: Path) -> None:
    everything = lint(mail, "a.html", "--all")
    assert heads(everything) == 13
    assert "(--all)" not in everything.stdout
    result = lint(mail, "a.html")
    assert heads(result) == 10
    assert "3 more, in lines " in result.stdout
    assert result.stdout.splitlines()[-1] == everything.stdout.splitlines()[-1]
    assert "links/placeholder" in result.stdout  # one of each rule comes first


@pytest.mark.parametrize(("value", "count"), [("3", 3), ("0", 13), ("12", 12), ("100", 13)])
def test_the_configuration_says_how_many(mail: Path, value: str, count: int) -> None:
    (mail / "maillint.yaml").write_text(f"max-findings-per-file: {value}\n")
    assert heads(lint(mail, "a.html")) == count
    assert heads(lint(mail, "a.html", "--all")) == 13
    shown = maillint("check", "a.html", "--show-settings", folder=mail).stdout
    assert f"max-findings-per-file: {value}  (maillint.yaml" in shown


@pytest.mark.parametrize("name", ["json", "sarif", "gitlab", "github", "concise", "junit", "markdown"])
def test_other_formats_show_all(mail: Path, name: str) -> None:
    assert lint(mail, "a.html", "-f", name).stdout == lint(mail, "a.html", "-f", name, "--all").stdout


# -- what was skipped


@pytest.mark.parametrize(
    ("text", "arguments", "status"),
    [
        ("<p>Hello</p>", (), 0),
        ("<p>Hello</p>", ("--fail-on-unknown",), 1),
        ("<p>Hello</p>", ("--fail-on-unknown", "--fail-on", "never"), 0),
        ("<p>Hello</p>", ("--fail-on-unknown", "--ignore", "headers"), 0),
        ("---\nfrom: ada@acme.example\n---\n<p>Hello</p>", ("--fail-on-unknown",), 0),
    ],
)
def test_what_is_skipped_can_fail_a_run(tmp_path: Path, text: str, arguments: tuple[str, ...], status: int) -> None:
    (tmp_path / "a.html").write_text(text)
    assert lint(tmp_path, "a.html", *arguments).returncode == status


def test_only_what_would_reach_the_threshold_fails_it(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.html": "<p>Hello</p>", "maillint.yaml": "rules: {headers/from-missing: warning}"})
    assert lint(tmp_path, "a.html", "--fail-on-unknown").returncode == 0
    assert lint(tmp_path, "a.html", "--fail-on-unknown", "--fail-on", "warning").returncode == 1
    assert lint(tmp_path, "a.html", MAILLINT_FAIL_ON_UNKNOWN="1", MAILLINT_FAIL_ON="warning").returncode == 1


def test_a_stored_result_says_what_was_skipped_and_suppressed_too(tmp_path: Path) -> None:
    text = "<!-- maillint: ignore-file[markup/unclosed-tag] as the tool closes it -->\n<div><b>x</div><p>Hello</p>"
    write_files(tmp_path, {"a.html": text, "maillint.yaml": "{}"})
    first, second = (maillint("check", "a.html", *SELECT, folder=tmp_path).stdout for _ in range(2))
    assert first == second
    assert 'write "headers:" in maillint.yaml' in " ".join(first.split())
    assert "1 suppressed" in first
    assert maillint("check", "a.html", *SELECT, "--fail-on-unknown", folder=tmp_path).returncode == 1


def test_what_the_baseline_knows_is_counted(mail: Path) -> None:
    lint(mail, "a.html", "--write-baseline", "known.json")
    result = lint(mail, "a.html", "--baseline", "known.json")
    assert "; 13 known in the baseline;" in " ".join(result.stdout.split())
    assert result.returncode == 0


# -- hints


def test_a_text_like_a_first_message_gets_a_hint(tmp_path: Path) -> None:
    (tmp_path / "intro.txt").write_text(f"Subject: a question\n\n{COLD}")
    assert (
        "hint: intro.txt looks like a first message to a stranger; give --touch 1" in lint(tmp_path, "intro.txt").stdout
    )
    result = lint(tmp_path, "intro.txt", "--touch", "1")
    assert "links/first-touch-limit\n  2 different links" in result.stdout
    assert "hint" not in result.stdout


@pytest.mark.parametrize(
    ("name", "text", "arguments"),
    [
        ("a.txt", COLD, ("-q",)),
        ("a.txt", COLD, ("-f", "concise")),
        ("a.txt", COLD, ("--profile", "transactional")),
        ("a.txt", COLD, ("--touch", "2")),
        ("a.txt", COLD.replace("?", "."), ()),
        ("a.txt", COLD.replace("Hi Grace,", "Our news of May"), ()),
        ("a.txt", re.sub("Have a look.*", "{{ url }}", COLD), ()),
        ("a.txt", COLD + "\nUnsubscribe: https://acme.example/unsubscribe\n", ()),
        ("a.txt", COLD + "word " * 300, ()),
        ("a.html", f"<table><tr><td>{COLD.replace(chr(10) * 2, '<br>')}</table>", ()),
        ("a.eml", f"From: a@acme.example\nTo: b@b.example\nSubject: Re: x\nIn-Reply-To: <1@b.example>\n\n{COLD}", ()),
    ],
)
def test_no_hint_for_anything_else(tmp_path: Path, name: str, text: str, arguments: tuple[str, ...]) -> None:
    (tmp_path / name).write_text(f"Subject: a question\n\n{text}" if name == "a.txt" else text)
    result = lint(tmp_path, name, *arguments)
    assert "hint" not in result.stdout + result.stderr


# -- what is not printed


def test_quiet_prints_nothing_but_findings(mail: Path) -> None:
    write_files(mail, {"clean.html": "<p>Hello</p>", "page.html": "<!doctype html><nav>a</nav><script>1</script>" * 9})
    for name in ("full", "concise", "github"):
        assert lint(mail, "clean.html", "-q", "-f", name).stdout == ""
    lines = lint(mail, ".", "-q", "-f", "concise").stdout.splitlines()
    assert lines
    assert all(line.startswith("a.html:") for line in lines)


@pytest.mark.parametrize("path", [".", "./", "../mail"])
def test_nothing_found_names_the_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "mail").mkdir()
    result = lint(tmp_path / "mail", path)
    named = path if path.startswith("../") else str(tmp_path / "mail")
    assert result.stderr == f"maillint: no templates or messages found in {named}\n"
    assert result.returncode == 2


# -- progress


@pytest.mark.skipif(os.name == "nt", reason="a pseudo-terminal, and a pipe with a name")
@pytest.mark.parametrize(
    ("arguments", "terminal", "shown"),
    [([], True, True), (["-q"], True, False), ([], False, False)],
    ids=["terminal", "quiet", "no terminal"],
)
def test_what_takes_a_second_says_so_on_a_terminal(arguments: list[str], terminal: bool, shown: bool) -> None:
    """However few the files are: here one, that takes its time to be read."""
    import pty

    reader, writer = pty.openpty() if terminal else os.pipe()
    run = subprocess.Popen(
        [sys.executable, "-m", "maillint", "check", "/dev/fd/0", "-f", "json", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=writer,
    )  # fmt: skip
    time.sleep(1.8)
    out, _ = run.communicate(b"<p>Hello</p>")
    os.close(writer)
    try:
        printed = os.read(reader, 1 << 20)
    except OSError:  # a pseudo-terminal whose other end is closed has nothing more to say
        printed = b""
    os.close(reader)
    assert (b"linting" in printed) == shown
    assert printed.endswith(b"\r\x1b[K") if shown else printed == b""
    assert json.loads(out)["summary"]["files"] == 1
