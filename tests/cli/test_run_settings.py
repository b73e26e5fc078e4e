"""Keys of the configuration about a run: select, ignore, fail-on, min-severity, format, require-baseline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import BAD, maillint, rules_in

pytestmark = pytest.mark.slow

TWO = '<p class="a" class="b">Hi <b>Ada</p>\n'
"""A template with a warning, markup/duplicate-attribute, and an error, markup/unclosed-tag."""

DUPLICATE, UNCLOSED = "markup/duplicate-attribute", "markup/unclosed-tag"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.html").write_text(TWO)
    return tmp_path


def configure(folder: Path, text: str) -> None:
    (folder / "maillint.yaml").write_text(text)


@pytest.mark.parametrize(
    ("config", "arguments", "rules"),
    [
        ("select: [markup]", [], [DUPLICATE, UNCLOSED]),
        (f"select: {DUPLICATE}", [], [DUPLICATE]),
        (f"select: markup\nignore: [{UNCLOSED}]", [], [DUPLICATE]),
        (f"select: markup\nignore: [{UNCLOSED}]", ["--ignore", DUPLICATE], []),
        (f"select: links\nignore: [{UNCLOSED}]", ["--select", "markup"], [DUPLICATE, UNCLOSED]),
        (f"select: markup\nignore: [{UNCLOSED}]", ["--select", UNCLOSED, "--ignore", "links"], [UNCLOSED]),
        ("select: []", ["--select", "markup"], [DUPLICATE, UNCLOSED]),
    ],
)
def test_which_rules_run(folder: Path, config: str, arguments: list[str], rules: list[str]) -> None:
    configure(folder, config)
    assert rules_in(maillint("check", "-f", "concise", *arguments, folder=folder)) == rules


def test_the_environment_comes_between(folder: Path) -> None:
    configure(folder, f"select: markup\nignore: [{UNCLOSED}]\nfail-on: warning\nformat: json\n")
    result = maillint("check", folder=folder, MAILLINT_SELECT="links", MAILLINT_FORMAT="concise")
    assert (rules_in(result), result.returncode) == ([], 0)
    assert maillint("check", folder=folder).returncode == 1
    assert maillint("check", folder=folder, MAILLINT_FAIL_ON="error").returncode == 0
    assert maillint("check", "--fail-on", "warning", folder=folder, MAILLINT_FAIL_ON="error").returncode == 1


def test_extended_files_add_to_what_is_ignored_and_replace_what_is_selected(folder: Path) -> None:
    (folder / "base.yaml").write_text(f"select: links\nignore: [{UNCLOSED}]\n")
    configure(folder, "extends: base.yaml\nselect: markup\n")
    assert rules_in(maillint("check", "-f", "concise", folder=folder)) == [DUPLICATE]


@pytest.mark.parametrize(("word", "status"), [("error", 0), ("warning", 1), ("never", 0)])
def test_fail_on(folder: Path, word: str, status: int) -> None:
    configure(folder, f"select: [{DUPLICATE}]\nfail-on: {word}\n")
    assert maillint("check", folder=folder).returncode == status
    assert maillint("check", "--fail-on", "warning", folder=folder).returncode == 1


def test_min_severity_and_format(folder: Path) -> None:
    configure(folder, "select: markup\nmin-severity: error\nformat: concise\n")
    result = maillint("check", folder=folder)
    assert rules_in(result) == [UNCLOSED]
    assert rules_in(maillint("check", "--min-severity", "warning", folder=folder)) == [DUPLICATE, UNCLOSED]
    assert json.loads(maillint("check", "-f", "json", folder=folder).stdout)["summary"]["files"] == 1
    assert maillint("check", "--statistics", folder=folder).stdout != result.stdout
    maillint("check", "-o", "out.txt", folder=folder)
    assert (folder / "out.txt").read_text() == result.stdout


def test_a_configuration_names_no_file_to_write(folder: Path) -> None:
    configure(folder, "format: json=out.json\n")
    result = maillint("check", folder=folder)
    assert (result.returncode, (folder / "out.json").exists()) == (2, False)


def test_each_file_is_judged_by_its_own_configuration(tmp_path: Path) -> None:
    for name, config in {"x": f"select: [{DUPLICATE}]\nfail-on: warning\n", "y": "select: links\n"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.html").write_text(TWO)
        configure(tmp_path / name, config)
    (tmp_path / "b.html").write_text(BAD)
    configure(tmp_path, "select: links\nfail-on: never\nformat: concise\n")
    result = maillint("check", folder=tmp_path)
    assert (rules_in(result), result.returncode) == ([DUPLICATE], 0)  # several: the working folder's fail-on
    result = maillint("check", "x", "-f", "concise", folder=tmp_path)
    assert (rules_in(result), result.returncode) == ([DUPLICATE], 1)  # one: its own


@pytest.mark.parametrize("text", [BAD, ""], ids=["with a finding", "empty baseline"])
def test_a_run_needs_a_baseline_where_the_configuration_requires_it(mail: Path, text: str) -> None:
    (mail / "a.html").write_text(text or "<p>Hi</p>\n")
    configure(mail, "select: markup\nrequire-baseline: true\n")
    result = maillint("check", folder=mail)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith(
        "maillint: maillint.yaml:2: require-baseline: no baseline is named; write one with "
    )
    assert '"maillint check . --write-baseline maillint-baseline.json"' in result.stderr
    assert maillint("check", ".", "--write-baseline", "maillint-baseline.json", folder=mail).returncode == 0
    assert maillint("check", "--baseline", "maillint-baseline.json", folder=mail).returncode == 0
    configure(mail, "select: markup\nrequire-baseline: true\nbaseline: gone.json\n")
    result = maillint("check", folder=mail)
    assert (result.returncode, "there is no gone.json; write one with" in result.stderr) == (2, True)
    configure(mail, "select: markup\nrequire-baseline: true\nbaseline: maillint-baseline.json\n")
    assert maillint("check", folder=mail).returncode == 0


def test_settings_show_where_each_of_them_comes_from(folder: Path) -> None:
    configure(folder, "select: [markup]\nignore: [links]\nfail-on: warning\nrequire-baseline: true\n")
    page = maillint(
        *("check", "a.html", "--show-settings", "--ignore", "content", "--min-severity", "error"),
        folder=folder,
        MAILLINT_FORMAT="concise",
    ).stdout
    for line in [
        "select: markup  (maillint.yaml:1)",
        "ignore: content, links  (command line, maillint.yaml:2)",
        "fail-on: warning  (maillint.yaml:3)",
        "min-severity: error  (command line)",
        "format: concise  (environment, MAILLINT_FORMAT)",
        "require-baseline: true  (maillint.yaml:4)",
        "domains: none  (default)",
    ]:
        assert f"  {line}\n" in page
    page = maillint("check", "a.html", "--show-settings", "--select", "links", folder=folder).stdout
    assert "  select: links  (command line)\n  ignore: none  (default)\n" in page


@pytest.mark.parametrize(
    ("command", "config", "environment", "status"),
    [
        (["list", "l.csv"], "fail-on: never\n", {}, 0),
        (["list", "l.csv"], "", {"MAILLINT_FAIL_ON": "never"}, 0),
        (["list", "l.csv"], "", {}, 1),
        (["list", "l.csv"], "", {"MAILLINT_SELECT": "recipients/typo-domain"}, 0),
        (["list", "l.csv"], "", {"MAILLINT_CONFIG": "none.yaml"}, 2),
        (["plan", "a.campaign.yaml"], "", {"MAILLINT_FORMAT": "sarif"}, 0),
        (["plan", "a.campaign.yaml"], "", {"MAILLINT_FORMAT": "yaml"}, 2),
        (["plan", "a.campaign.yaml"], "", {"MAILLINT_CONFIG": "none.yaml"}, 2),
        (["plan", "a.campaign.yaml", "-f", "sarif"], "", {}, 2),
    ],
)
def test_lists_and_plans_take_them_too(
    tmp_path: Path, command: list[str], config: str, environment: dict[str, str], status: int
) -> None:
    (tmp_path / "l.csv").write_text("email\nada@\n")
    (tmp_path / "a.campaign.yaml").write_text("goal: {kind: reply, sentence: Talk}\n")
    configure(tmp_path, config)
    result = maillint(*command, folder=tmp_path, **environment)
    assert result.returncode == status, result.stderr


def test_a_plan_is_json_where_the_environment_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.campaign.yaml").write_text("goal: {kind: reply, sentence: Talk}\n")
    assert json.loads(maillint("plan", "a.campaign.yaml", folder=tmp_path, MAILLINT_FORMAT="json").stdout)
