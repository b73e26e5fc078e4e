"""``--baseline`` and ``--write-baseline``: what is known is left out, and an old story ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import BAD, git, maillint, rules_in

pytestmark = pytest.mark.slow


def test_known_findings_are_left_out_and_new_ones_are_not(mail: Path) -> None:
    assert maillint("check", ".", "--write-baseline", "known.json", folder=mail).returncode == 0
    (mail / "a.html").write_text("<h1>News</h1>\n\n\n<p>Hi\n  <b>Ada</p><i>new\n</p>")
    result = maillint("check", ".", "--baseline", "known.json", "-f", "concise", folder=mail)
    assert result.returncode == 1
    assert [line for line in result.stdout.splitlines() if "<b>" in line] == []
    assert "markup/unclosed-tag <i> is never closed" in result.stdout


def test_stale_entries_are_reported_and_taken_out(mail: Path) -> None:
    maillint("check", ".", "--write-baseline", "known.json", folder=mail)
    (mail / "a.html").write_text("<p>Hi</p>")
    result = maillint("check", ".", "--baseline", "known.json", folder=mail)
    assert result.stderr == "maillint: 1 baseline entry no longer occurs in 1 file; --write-baseline takes them out\n"
    maillint("check", ".", "--write-baseline", "known.json", folder=mail)
    assert json.loads((mail / "known.json").read_text())["findings"] == []


def test_a_baseline_counts_how_often(mail: Path) -> None:
    maillint("check", ".", "--write-baseline", "known.json", folder=mail)
    (mail / "a.html").write_text(BAD + BAD)
    result = maillint("check", ".", "--baseline", "known.json", "-f", "concise", folder=mail)
    assert len(rules_in(result)) == 1


BOTH = '<p>Hi <b>Ada</p>\n<a href="http://acme.example/">A</a>\n'


def entries(folder: Path) -> list[tuple[str, str]]:
    return [(one["path"], one["rule"]) for one in json.loads((folder / "known.json").read_text())["findings"]]


@pytest.mark.parametrize("how", [("--select", "markup"), ("--ignore", "links")])
def test_rules_that_did_not_run_keep_their_entries(mail: Path, how: tuple[str, str]) -> None:
    (mail / "a.html").write_text(BOTH)
    everything = ("check", ".", "--select", "markup/unclosed-tag,links/insecure")
    maillint(*everything, "--write-baseline", "known.json", folder=mail)
    known = [("a.html", "links/insecure"), ("a.html", "markup/unclosed-tag")]
    assert entries(mail) == known
    partly = maillint("check", ".", "--baseline", "known.json", *how, "-f", "concise", folder=mail)
    assert (partly.returncode, partly.stderr) == (0, "")
    maillint("check", ".", "--select", "markup/unclosed-tag", "--write-baseline", "known.json", folder=mail)
    assert entries(mail) == known
    (mail / "a.html").write_text("<p>Hi</p>")
    maillint("check", ".", "--select", "markup/unclosed-tag", "--write-baseline", "known.json", folder=mail)
    assert entries(mail) == [("a.html", "links/insecure")]
    maillint("check", ".", "--write-baseline", "known.json", folder=mail)
    assert entries(mail) == []


def test_what_the_configuration_turns_off_is_taken_out(mail: Path) -> None:
    maillint("check", ".", "--write-baseline", "known.json", folder=mail)
    (mail / "maillint.yaml").write_text("rules: {markup: off}\n")
    assert "1 baseline entry no longer occurs" in maillint("check", ".", "--baseline", "known.json", folder=mail).stderr
    maillint("check", ".", "--write-baseline", "known.json", folder=mail)
    assert entries(mail) == []


def test_files_that_are_gone_are_reported_and_taken_out_and_files_that_were_not_linted_stay(mail: Path) -> None:
    for name in ("b", "c"):
        (mail / f"{name}.html").write_text(BAD)
    maillint("check", ".", "--write-baseline", "known.json", folder=mail)
    (mail / "b.html").unlink()
    result = maillint("check", "a.html", "--baseline", "known.json", folder=mail)
    assert result.stderr == "maillint: 1 baseline entry no longer occurs in 1 file; --write-baseline takes them out\n"
    maillint("check", "a.html", "--write-baseline", "known.json", folder=mail)
    assert [path for path, _ in entries(mail)] == ["a.html", "c.html"]


def test_changed_lines_alone_make_no_baseline_and_no_entry_stale(mail: Path) -> None:
    maillint("check", ".", "--write-baseline", "known.json", folder=mail)
    git("init", "-q", folder=mail)
    git("add", ".", folder=mail)
    git("commit", "-qm", "x", folder=mail)
    (mail / "a.html").write_text(BAD + "<p>Hi</p>\n")
    changed = maillint("check", ".", "--baseline", "known.json", "--diff-base", "HEAD", folder=mail)
    assert (changed.returncode, changed.stderr) == (0, "")
    refused = maillint("check", ".", "--write-baseline", "known.json", "--diff-base", "HEAD", folder=mail)
    assert refused.returncode == 2
    assert "leave out --diff-base" in refused.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2}', '{"version": 1, "findings": [{}]}'])
def test_a_broken_baseline_is_one_line(mail: Path, text: str) -> None:
    (mail / "known.json").write_text(text)
    result = maillint("check", ".", "--baseline", "known.json", folder=mail)
    assert result.returncode == 2
    assert result.stderr.startswith("maillint: known.json: not a baseline")


def test_the_configuration_can_name_the_baseline(mail: Path) -> None:
    (mail / "maillint.yaml").write_text("baseline: known.json\n")
    maillint("check", "a.html", "--write-baseline", "known.json", folder=mail)
    assert maillint("check", "a.html", folder=mail).returncode == 0
