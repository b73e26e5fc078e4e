"""Baselines, suppression, settings, caches, changed lines: what makes a linter liveable with."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.cli.command import maillint

BAD = "<p>Hi <b>Ada</p>\n"


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    (tmp_path / "a.html").write_text(BAD)
    return tmp_path


def rules_in(result: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.split()[2] for line in result.stdout.splitlines() if line.count(":") > 2]


# -- baseline


def test_known_findings_are_left_out_and_new_ones_are_not(mail: Path) -> None:
    assert maillint("check", ".", "--write-baseline", "known.json", folder=mail).returncode == 0
    (mail / "a.html").write_text("<h1>News</h1>\n\n\n<p>Hi\n  <b>Ada</p><i>new\n</p>")
    result = maillint("check", ".", "--baseline", "known.json", "-f", "concise", folder=mail)
    assert result.returncode == 1
    assert [line for line in result.stdout.splitlines() if "<b>" in line] == []
    assert "markup/unclosed-tag <i> is never closed" in result.stdout


def test_stale_entries_are_told_and_taken_out(mail: Path) -> None:
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


def test_files_that_are_gone_are_told_and_taken_out_and_files_that_were_not_linted_stay(mail: Path) -> None:
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


# -- suppression


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("<p>Hi <b>Ada</p>{# maillint: ignore[markup/unclosed-tag] why #}", []),
        ("{# maillint: ignore[markup] why #}\n<p>Hi <b>Ada</p>", []),
        ("{# maillint: ignore-file[markup/unclosed-tag] why #}\n\n\n<p>Hi <b>Ada</p>", []),
        ("---\n# maillint: ignore-file[markup/unclosed-tag] why\nsubject: x\n---\n<p>Hi <b>Ada</p>", []),
        ("<p>Hi <b>Ada</p><!-- maillint: ignore[markup/unclosed-tag] why -->", ["suppression/in-html-comment"]),
        ("{# maillint: ignore[markup/unclosed-tag] why #}\n<p>Hi</p>\n<p>Hi <b>Ada</p>",
         ["suppression/unused", "markup/unclosed-tag"]),
        ("<p>Hi <b>Ada</p>{# maillint: ignore[markup/unclosed] #}",
         ["markup/unclosed-tag", "suppression/unknown-name"]),
        ("<p>Hi <b>Ada</p>{# maillint: ignore #}", ["markup/unclosed-tag", "suppression/blanket"]),
        ("<p>maillint: ignore[markup/unclosed-tag] <b>Ada</p>", ["markup/unclosed-tag"]),
    ],
)  # fmt: skip
def test_suppression(mail: Path, text: str, rules: list[str]) -> None:
    (mail / "a.html").write_text(text)
    result = maillint("check", "a.html", "--select", "markup,suppression", "-f", "concise", folder=mail)
    assert rules_in(result) == rules


def test_what_did_not_run_is_not_called_unused(mail: Path) -> None:
    (mail / "a.html").write_text("<p>Hi</p>{# maillint: ignore[markup/unclosed-tag] why #}")
    result = maillint("check", "a.html", "--select", "suppression", "-f", "concise", folder=mail)
    assert rules_in(result) == []


# -- settings


def test_settings_and_their_origins(mail: Path) -> None:
    (mail / "base.yaml").write_text("own-domains: [a.example]\nrules: {markup: warning}\n")
    (mail / "maillint.yaml").write_text(
        "extends: [base.yaml]\nown-domains: [b.example]\noverrides:\n  - files: [a.*]\n    profile: cold\n"
        "    rules: {markup/unclosed-tag: info}\nsequences: [[z.html, a.html]]\n"
    )
    page = maillint("check", "a.html", "--show-settings", "--ignore", "links", folder=mail).stdout
    assert "profile: cold  (maillint.yaml:5)" in page
    assert "own-domains: a.example, b.example  (base.yaml:1, maillint.yaml:2)" in page
    assert "touch: 2  (maillint.yaml:7)" in page
    assert "markup/unclosed-tag: info  (base.yaml:2, maillint.yaml:6)" in page
    report = json.loads(maillint("check", "a.html", "-f", "json", "--select", "markup", folder=mail).stdout)
    [file] = report["files"]
    assert (file["profile"], file["touch"], file["findings"][0]["severity"]) == ("cold", 2, "info")


@pytest.mark.parametrize(
    ("pattern", "touch"),
    [("a.html", None), ("{touch}.html", None), ("sub/intro-{touch}.html", 3), ("**/*-{touch}.html", 3)],
)
def test_a_touch_by_the_file_name(tmp_path: Path, pattern: str, touch: int | None) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/intro-3.html").write_text("<p>Hi</p>")
    name = pattern if "{touch}" in pattern else f"[{pattern}]"
    (tmp_path / "maillint.yaml").write_text(
        f"sequences:\n  - {json.dumps(pattern) if '{touch}' in pattern else name}\n"
    )
    report = json.loads(maillint("check", "sub", "-f", "json", folder=tmp_path).stdout)
    assert report["files"][0]["touch"] == touch


def test_settings_in_pyproject(mail: Path) -> None:
    (mail / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.maillint]\nrules = {markup = "off"}\n')
    assert maillint("check", "a.html", "--select", "markup", folder=mail).returncode == 0
    (mail / "pyproject.toml").write_text('[tool.maillint]\nprofil = "cold"\n')
    result = maillint("check", "a.html", folder=mail)
    assert result.returncode == 2
    assert 'pyproject.toml:2:1: unknown key "profil"; did you mean "profile"?' in result.stderr


def test_the_environment_comes_between_file_and_command_line(mail: Path) -> None:
    (mail / "maillint.yaml").write_text("profile: newsletter\n")
    settings = {"folder": mail, "MAILLINT_PROFILE": "transactional", "MAILLINT_FAIL_ON": "never"}
    result = maillint("check", "a.html", "-f", "json", **settings)  # type: ignore[arg-type]
    assert (result.returncode, json.loads(result.stdout)["files"][0]["profile"]) == (0, "transactional")
    result = maillint("check", "a.html", "-f", "json", "--profile", "cold", "--fail-on", "error", **settings)  # type: ignore[arg-type]
    assert (result.returncode, json.loads(result.stdout)["files"][0]["profile"]) == (1, "cold")


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({"maillint.yaml": "extends: [b.yaml]", "b.yaml": "extends: [maillint.yaml]"}, "extend each other in a circle"),
        ({"maillint.yaml": "extends: [none.yaml]"}, 'maillint.yaml:1:11: no file "none.yaml"'),
        ({"maillint.yaml": "overrides: {a: b}"}, "overrides must be a list"),
        ({"maillint.yaml": "overrides:\n  - profile: cold"}, 'an override needs "files"'),
        ({"maillint.yaml": "overrides:\n  - files: [a]\n    exclude: [b]"}, 'maillint.yaml:3:5: unknown key "exclude"'),
        ({"maillint.yaml": "sequences: [intro.html]"}, 'needs "{touch}" in it'),
        ({"maillint.yaml": "jurisdictions: [germany]"}, 'unknown jurisdiction "germany"; did you mean "de"?'),
        ({"pyproject.toml": "[tool.maillint]\nprofile = "}, "not valid TOML"),
    ],
)
def test_faults_in_settings(mail: Path, files: dict[str, str], error: str) -> None:
    for name, text in files.items():
        (mail / name).write_text(text)
    result = maillint("check", "a.html", folder=mail)
    assert result.returncode == 2
    assert error in result.stderr
    assert result.stderr.count("\n") == 1


# -- cache and processes


def test_a_second_run_says_the_same_from_its_cache(mail: Path) -> None:
    first = maillint("check", ".", folder=mail)
    assert (mail / ".maillint_cache/.gitignore").read_text().endswith("*\n")
    stored = mail / ".maillint_cache/results.json"
    data = json.loads(stored.read_text())
    data["messages"]["a.html"]["reports"][0]["findings"][0]["message"] = "from the cache"
    stored.write_text(json.dumps(data))
    second = maillint("check", ".", folder=mail)
    assert second.stdout == first.stdout.replace("<b> is never closed; </p> ends it", "from the cache")
    assert maillint("check", ".", "--no-cache", folder=mail).stdout == first.stdout
    (mail / "a.html").write_text(BAD + "\n")
    assert maillint("check", ".", folder=mail).stdout == first.stdout


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"format": 1, "version": "0"}'])
def test_a_damaged_cache_is_no_cache(mail: Path, damage: str) -> None:
    first = maillint("check", ".", folder=mail)
    (mail / ".maillint_cache/results.json").write_text(damage)
    assert maillint("check", ".", folder=mail).stdout == first.stdout


def test_settings_are_part_of_what_is_remembered(mail: Path) -> None:
    assert maillint("check", ".", folder=mail).returncode == 1
    assert maillint("check", ".", "--ignore", "markup", folder=mail).returncode == 0
    (mail / "maillint.yaml").write_text("rules: {markup: warning}\n")
    assert maillint("check", ".", folder=mail).returncode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_many_processes_say_what_one_says(mail: Path) -> None:
    for number in range(60):
        (mail / f"{number:02}.html").write_text(f"<p>{number} <b>x</p>" if number % 3 else "<p>x</p>")
    (mail / "binary.html").write_bytes(b"\0\0")
    one, four = (maillint("check", ".", "--no-cache", "-j", jobs, "-f", "concise", folder=mail) for jobs in ("1", "4"))
    assert one.stdout == four.stdout
    assert (one.returncode, one.stderr) == (four.returncode, four.stderr)
    assert one.stderr == "maillint: binary.html: binary data (it has NUL bytes), not text\n"


# -- changed lines


def git(*arguments: str, folder: Path) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@a.example", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def test_only_changed_lines(mail: Path) -> None:
    (mail / "b.html").write_text(BAD)
    git("init", "-q", folder=mail)
    git("add", ".", folder=mail)
    git("commit", "-qm", "x", folder=mail)
    (mail / "a.html").write_text(BAD + "<p>Hi <i>Bea</p>\n")
    (mail / "new.html").write_text(BAD)
    result = maillint("check", ".", "--diff-base", "HEAD", "--select", "markup", "-f", "concise", folder=mail)
    assert [line.partition(": ")[0] for line in result.stdout.splitlines()[:-1]] == ["a.html:2:7", "new.html:1:7"]
    unknown = maillint("check", ".", "--diff-base", "no-such", folder=mail)
    assert unknown.returncode == 2
    assert "--diff-base: " in unknown.stderr


# -- other commands


def test_statistics(mail: Path) -> None:
    result = maillint("check", ".", "--statistics", folder=mail)
    assert "markup/unclosed-tag" in result.stdout
    assert "a.html:1" not in result.stdout


def test_the_schema_takes_what_is_right_and_nothing_else(tmp_path: Path) -> None:
    schema = json.loads(maillint("schema", folder=tmp_path).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    valid = {"profile": "cold", "rules": {"markup": False, "markup/parse-error": {"severity": "info", "only": ["x"]}}}
    jsonschema.validate(valid, schema)
    faulty: list[dict[str, object]] = [
        {"profil": "cold"},
        {"profile": "cool"},
        {"rules": {"markup/parse-error": {"onyl": []}}},
    ]
    for wrong in faulty:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_init_writes_a_configuration_that_works_and_overwrites_nothing(mail: Path) -> None:
    result = maillint("init", folder=mail)
    assert result.returncode == 0
    assert "additional_dependencies: [maillint==0.1.0]" in result.stdout
    assert maillint("check", ".", "--fail-on", "never", folder=mail).returncode == 0
    before = (mail / "maillint.yaml").read_text()
    again = maillint("init", folder=mail)
    assert again.returncode == 2
    assert "is there already; nothing written" in again.stderr
    assert (mail / "maillint.yaml").read_text() == before


def test_init_proposes_what_it_has_found(tmp_path: Path) -> None:
    mails = tmp_path / "mails"
    (mails / "cold").mkdir(parents=True)
    for touch in (1, 2):
        (mails / "cold" / f"intro-{touch}.html").write_text(BAD)
    (mails / "order.liquid").write_text("{% if paid %}<p>Thank you</p>{% endif %}")
    (mails / "docs").mkdir()
    (mails / "docs" / "index.html").write_text("<p>Manual</p>")
    printed = maillint("init", "mails", folder=tmp_path).stdout
    assert r"files: \.(html?|xhtml|mjml|eml)(\.[a-z0-9]+)?$|\.liquid$" in printed
    assert "maillint check mails" in printed
    written = (mails / "maillint.yaml").read_text().splitlines()
    assert {"#   - cold/intro-{touch}.html", "exclude: [docs/]"} <= set(written)
    assert any("Found here:" in line and "liquid" in line for line in written)


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
