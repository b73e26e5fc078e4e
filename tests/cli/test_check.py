"""``maillint check`` as a user runs it: output, error lines and exit status."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from maillint._version import __version__
from tests.cli.command import BAD, maillint

pytestmark = pytest.mark.slow

GOOD = "<p>Hi Ada</p>\n"


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    (tmp_path / "bad.html").write_text(BAD)
    (tmp_path / "good.html").write_text(GOOD)
    return tmp_path


def test_a_finding_is_shown_with_its_place_and_fails_the_run(mail: Path) -> None:
    result = maillint("check", "bad.html", folder=mail)
    assert result.returncode == 1
    assert result.stderr == ""
    assert "bad.html:1:7  error  markup/unclosed-tag" in result.stdout
    assert "1 error in 1 file" in result.stdout


def test_a_clean_file_passes(mail: Path) -> None:
    result = maillint("check", "good.html", folder=mail)
    assert (result.returncode, result.stderr) == (0, "")


def test_folders_are_walked_without_what_is_no_mail(mail: Path) -> None:
    for path in ("sub/deep/x.htm", "sub/y.eml", "node_modules/z.html", ".venv/z.html", "notes.txt", "style.css"):
        (mail / path).parent.mkdir(parents=True, exist_ok=True)
        (mail / path).write_text("Subject: x\n\n" if path.endswith("eml") else BAD)
    (mail / "sub/intro.txt").write_text("---\ntouch: 1\n---\nHello\n")
    report = json.loads(maillint("check", ".", "-f", "json", folder=mail).stdout)
    assert [file["path"] for file in report["files"]] == [
        "bad.html", "good.html", "sub/intro.txt", "sub/y.eml", "sub/deep/x.htm",
    ]  # fmt: skip


def test_a_template_and_its_twin_are_one_message_in_two_files(mail: Path) -> None:
    (mail / "bad.txt").write_text("Hi Ada\n")
    report = json.loads(maillint("check", ".", "-f", "json", folder=mail).stdout)
    assert [(file["path"], file["kind"]) for file in report["files"]] == [
        ("bad.html", "html"), ("bad.txt", "txt"), ("good.html", "html"),
    ]  # fmt: skip
    alone = json.loads(maillint("check", "bad.txt", "-f", "json", folder=mail).stdout)
    assert [file["path"] for file in alone["files"]] == ["bad.html", "bad.txt"]
    assert alone["files"] == report["files"][:2]


def test_a_finding_in_a_base64_part_points_at_its_line(tmp_path: Path) -> None:
    html = "<p>Привет</p>\n" * 10 + "<p>Hi <b>Ada</p>\n"
    body = base64.encodebytes(html.encode("koi8-r")).decode()
    (tmp_path / "a.eml").write_text(
        "From: a@b.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/html; charset=koi8-r\n"
        f"Content-Transfer-Encoding: base64\n\n{body}"
    )
    result = maillint("check", "a.eml", "--select", "markup", "-f", "json", folder=tmp_path)
    [finding] = json.loads(result.stdout)["files"][0]["findings"]
    offset = html.encode("koi8-r").index(b"<b>")
    line, column = divmod(offset * 4 // 3, 76)
    assert (finding["line"], finding["column"]) == (7 + line, 1 + column)
    assert finding["part"] == "1"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--fail-on", "never"], 0),
        (["--fail-on", "warning"], 1),
        (["--min-severity", "error"], 1),
        (["--ignore", "markup"], 0),
        (["--ignore", "markup/unclosed-tag,links"], 0),
        (["--select", "links"], 0),
        (["--select", "markup/unclosed-tag"], 1),
        (["--format", "json", "--fail-on", "never"], 0),
        (["-q"], 1),
    ],
)
def test_the_exit_status(mail: Path, arguments: list[str], status: int) -> None:
    assert maillint("check", "bad.html", *arguments, folder=mail).returncode == status


@pytest.mark.parametrize("name", ["full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"])
def test_the_format_never_changes_the_exit_status(mail: Path, name: str) -> None:
    result = maillint("check", "bad.html", "good.html", "-f", name, folder=mail)
    assert result.returncode == 1
    assert "markup/unclosed-tag" in result.stdout


def test_several_formats_at_once(mail: Path) -> None:
    result = maillint("check", "bad.html", "-f", "concise", "-f", "json=out.json", folder=mail)
    assert result.stdout.startswith("bad.html:1:7: error")
    assert json.loads((mail / "out.json").read_text())["summary"]["error"] == 1


def test_standard_input(mail: Path) -> None:
    result = maillint("check", "-", "--stdin-filename", "new/a.html", "-f", "concise", folder=mail, stdin=BAD)
    assert result.returncode == 1
    assert result.stdout.startswith("new/a.html:1:7: error markup/unclosed-tag")
    message = maillint("check", "-", "-f", "json", folder=mail, stdin="From: a@b.example\nMIME-Version: 1.0\n\nHi\n")
    assert json.loads(message.stdout)["files"][0]["kind"] == "eml"
    draft = maillint("check", "-", "-f", "json", folder=mail, stdin="From: a@b.example\n\nHello\n")
    assert json.loads(draft.stdout)["files"][0]["kind"] == "txt"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["check", "missing.html"], "missing.html: no such file or folder"),
        (["check", "empty"], "no templates or messages found in empty"),
        (["check", "bad.html", "--select", "markup/unclosed"], 'did you mean "markup/unclosed-tag"?'),
        (["check", "bad.html", "--ignore", "link"], 'did you mean "links"?'),
        (["check", "bad.html", "--format", "jsn"], 'no output format "jsn"'),
        (["check", "bad.html", "--fail-on", "fatal"], "'fatal' is not one of"),
        (["check", "bad.html", "--touch", "0"], "0 is not in the range"),
        (["check", "bad.html", "--dialect", "jinjja"], 'did you mean "jinja"?'),
        (["check", "bad.html", "--config", "missing.yaml"], "missing.yaml: no such file"),
        (["check", "bad.html", "-f", "json", "-f", "full"], "only one format can go to standard output"),
        (["check", "bad.html", "-o", "no/such/folder/out.txt"], "no/such/folder/out.txt: no such file"),
        (["check", "-", "bad.html"], "- stands alone"),
        (["check", "--nonsense", "bad.html"], "no option --nonsense"),
        (["rule", "markup/unclosed"], 'did you mean "markup/unclosed-tag"?'),
    ],
)
def test_wrong_usage_is_one_clear_line_and_exit_2(mail: Path, arguments: list[str], error: str) -> None:
    (mail / "empty").mkdir()
    result = maillint(*arguments, folder=mail)
    assert result.returncode == 2
    assert error in result.stderr
    assert result.stderr.startswith("maillint: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("a.html", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary data"),
        ("a.eml", b"\0\0\0\0", "binary data"),
        ("a.html", b"---\ntouch: one\n---\nHi", 'line 2, column 8: touch must be a whole number from 1, not "one"'),
        ("a.html", b"---\nprofile: cool\n---\nHi", 'unknown profile "cool"'),
        ("a.html", b"---\ndialect: cobol\n---\nHi", 'unknown dialect "cobol"'),
        ("a.html", b"---\na: [\n---\nHi", "front matter"),
    ],
)
def test_a_file_that_cannot_be_linted_does_not_stop_the_others(mail: Path, name: str, data: bytes, error: str) -> None:
    (mail / name).write_bytes(data)
    result = maillint("check", name, "bad.html", "-f", "concise", folder=mail)
    assert result.returncode == 2
    assert result.stderr.startswith(f"maillint: {name}: ")
    assert error in result.stderr
    assert result.stderr.count("\n") == 1
    assert "bad.html:1:7" in result.stdout


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(mail: Path) -> None:
    (mail / "bad.html").chmod(0)
    result = maillint("check", "bad.html", folder=mail)
    assert (result.returncode, result.stderr) == (2, "maillint: bad.html: permission denied\n")


def test_a_link_to_nowhere(mail: Path) -> None:
    (mail / "gone.html").symlink_to("nowhere.html")
    result = maillint("check", "gone.html", folder=mail)
    assert (result.returncode, result.stderr) == (2, "maillint: gone.html: no such file or directory\n")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", b""),
        ("a.eml", b""),
        ("a.txt", b""),
        ("a.html", b"caf\xe9 \xff"),
        ("a.html", b"\xef\xbb\xbf<p>Hi</p>"),
        ("a.html", b"{{ {% {# <"),
        ("a.eml", b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Transfer-Encoding: base64\n\n####"),
    ],
)
def test_odd_files_are_linted_without_an_error(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    result = maillint("check", name, "--fail-on", "never", folder=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("config", "error"),
    [
        ("rules: [", "maillint.yaml:1:9: not valid YAML"),
        ("profil: cold", 'maillint.yaml:1:1: unknown key "profil"; did you mean "profile"?'),
        ("profile: cool", 'maillint.yaml:1:1: unknown profile "cool"; did you mean "cold"?'),
        ("rules:\n  markup/unclosed: off", 'maillint.yaml:2:3: no rule or family "markup/unclosed"'),
        ("rules:\n  markup: loud", 'maillint.yaml:2:3: severity must be error, warning, info or off, not "loud"'),
        ("rules:\n  markup/parse-error: {onyl: [x]}", 'no option "onyl"; did you mean "only"?'),
        ("rules:\n  markup/parse-error: {only: 3}", 'option "only" must be a list of texts'),
        ("rules:\n  markup: {only: [x]}", "markup is a family; options belong to one rule"),
        ("rule-folders: [nowhere]", 'maillint.yaml:1:16: no folder "nowhere"'),
        ("headers: [x]", "headers must be a mapping"),
        ("profile: cold\nprofile: cold", 'duplicate key "profile"'),
        ("- a", "the configuration must be a mapping"),
    ],
)
def test_a_fault_in_the_configuration_points_into_it(mail: Path, config: str, error: str) -> None:
    (mail / "maillint.yaml").write_text(config)
    result = maillint("check", "bad.html", folder=mail)
    assert result.returncode == 2
    assert error in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_nearest_configuration_counts(mail: Path) -> None:
    (mail / "maillint.yaml").write_text("rules: {markup: off}\n")
    (mail / "strict").mkdir()
    (mail / "strict/maillint.yaml").write_text("profile: cold\nrules: {markup/unclosed-tag: warning}\n")
    (mail / "strict/bad.html").write_text(BAD)
    report = json.loads(maillint("check", ".", "-f", "json", folder=mail).stdout)
    found = {
        file["path"]: (file["profile"], [found["severity"] for found in file["findings"]]) for file in report["files"]
    }
    assert found == {
        "bad.html": ("general", []),
        "good.html": ("general", []),
        "strict/bad.html": ("cold", ["warning"]),
    }


def test_excludes_hold_for_files_named_one_by_one(mail: Path) -> None:
    (mail / "maillint.yaml").write_text("exclude: [bad.*]\n")
    result = maillint("check", "bad.html", folder=mail)
    assert (result.returncode, result.stderr) == (0, "")


def test_rules_of_ones_own(mail: Path) -> None:
    (mail / "maillint.yaml").write_text("rule-folders: [house]\n")
    (mail / "house/style").mkdir(parents=True)
    (mail / "house/style/no-ada.yaml").write_text(
        "summary: the name Ada\ncheck: pattern\noptions: {pattern: Ada}\nseverity: warning\n"
        'message: "not {match}"\nwhy: She left.\n'
    )
    result = maillint("check", "good.html", "-f", "concise", folder=mail)
    assert result.stdout.startswith("good.html:1:7: warning style/no-ada not Ada")
    page = maillint("rule", "style/no-ada", folder=mail)
    assert "She left." in page.stdout


RULE = "summary: x\ncheck: pattern\noptions: {pattern: a}\nseverity: error\nmessage: m\nwhy: w\n"


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ("summary: x", '"check" is missing'),
        (RULE.replace("check: pattern", "check: patern"), 'unknown check "patern"; did you mean "pattern"?'),
        (RULE.replace("options: {pattern: a}\n", ""), 'needs the option "pattern"'),
        (RULE.replace("{pattern: a}", "{pattern: '['}"), "not a regular expression"),
        (
            RULE.replace("severity: error", "severity: fatal"),
            "severity must be one of error, warning, info, off",
        ),
        (RULE.replace("message: m", "message: '{word}'"), "has no field {word}"),
        (RULE + "when: x", 'unknown key "when"'),
    ],
)
def test_a_fault_in_a_rule_points_into_its_file(mail: Path, rule: str, error: str) -> None:
    (mail / "maillint.yaml").write_text("rule-folders: [house]\n")
    (mail / "house").mkdir()
    (mail / "house/mine.yaml").write_text(rule)
    result = maillint("check", "good.html", folder=mail)
    assert result.returncode == 2
    assert "house/mine.yaml:" in result.stderr
    assert error in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_read_only_home_is_no_trouble(mail: Path) -> None:
    result = maillint("check", "bad.html", folder=mail, XDG_CACHE_HOME="/proc/nowhere")
    assert (result.returncode, result.stderr) == (1, "")


def test_two_runs_say_the_same(mail: Path) -> None:
    first, second = (maillint("check", ".", "-f", "json", folder=mail).stdout for _ in range(2))
    assert first == second


def test_statistics(mail: Path) -> None:
    result = maillint("check", ".", "--statistics", folder=mail)
    assert "markup/unclosed-tag" in result.stdout
    assert "bad.html:1" not in result.stdout


def test_version_and_help(tmp_path: Path) -> None:
    assert maillint("--version", folder=tmp_path).stdout == f"maillint, version {__version__}\n"
    page = maillint("--help", folder=tmp_path).stdout
    assert "Exit status" in page
    assert "maillint check --touch 1 intro.html" in page


def test_the_list_of_rules_and_a_rules_page(tmp_path: Path) -> None:
    listing = maillint("rule", folder=tmp_path).stdout
    assert "markup/unclosed-tag" in listing
    page = maillint("rule", "markup/unclosed-tag", folder=tmp_path).stdout
    assert page.startswith("markup/unclosed-tag\n")
    assert "Examples («» marks what is found)" in page
