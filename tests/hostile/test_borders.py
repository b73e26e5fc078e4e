"""A link that leads out of the folders given to a run is not read, wherever it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import BAD, maillint

pytestmark = pytest.mark.slow

SECRET = "zq7-not-yours"
REFUSED = "a link that leads out of the folders to lint; --follow-symlinks reads it"


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """A folder to lint, ``mail``, beside one that is nobody's business."""
    (tmp_path / "mail/in").mkdir(parents=True)
    (tmp_path / "away").mkdir()
    (tmp_path / "away/secret.html").write_text(f"<p>{SECRET} <b>Ada</p>\n")
    (tmp_path / "away/secret.txt").write_text(f"{SECRET}\n")
    (tmp_path / "mail/fine.html").write_text(BAD)
    return tmp_path / "mail"


@pytest.mark.parametrize("target", [".", "in", "in/a.html"])
def test_a_message(mail: Path, target: str) -> None:
    (mail / "in/a.html").symlink_to("../../away/secret.html")
    for more in ([], ["--fix"], ["--diff"], ["--no-cache"]):
        result = maillint("check", target, *more, folder=mail)
        assert (result.returncode, result.stderr.splitlines()[-1]) == (2, f"maillint: in/a.html: {REFUSED}")
        assert SECRET not in result.stdout
    followed = maillint("check", target, "--follow-symlinks", "-f", "json", "-q", folder=mail)
    assert (followed.returncode, followed.stderr) == (1, "")
    assert "in/a.html" in followed.stdout


@pytest.mark.parametrize(
    "options", [["-o", "in/report.txt"], ["--write-baseline", "in/report.txt"]], ids=lambda o: o[0]
)
@pytest.mark.parametrize("link", ["file", "new file", "folder"])
def test_what_is_written(mail: Path, options: list[str], link: str) -> None:
    target = mail.parent / "away/report.txt"
    if link == "folder":
        (mail / "in").rmdir()
        (mail / "in").symlink_to("../away")
    else:
        (mail / "in/report.txt").symlink_to("../../away/report.txt")
        if link == "file":
            target.write_text('{"version": 1, "findings": []}')
    before = target.read_text() if target.exists() else None
    result = maillint("check", "fine.html", *options, folder=mail)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "in/report.txt: a link that leads out of " in result.stderr
    assert (target.read_text() if target.exists() else None) == before
    written = maillint("check", "fine.html", *options, "--follow-symlinks", folder=mail)
    assert written.returncode in {0, 1}
    assert "unclosed-tag" in target.read_text()


def test_a_link_within_the_folders_is_read(mail: Path) -> None:
    (mail / "in/a.html").symlink_to("../fine.html")
    result = maillint("check", ".", "-f", "concise", "--select", "markup", folder=mail)
    assert (result.returncode, result.stdout.count("unclosed-tag")) == (1, 2)


@pytest.mark.parametrize(
    ("name", "beside", "rule"),
    [
        ("in/a.txt", "in/a.html", "content"),
        ("in/a_subject.txt", "in/a.html", "content"),
        ("in/a.data.yaml", "in/a.html.j2", "markup"),
        ("in/part.mjml", "in/a.mjml", "mjml"),
    ],
)
def test_what_belongs_to_a_message(mail: Path, name: str, beside: str, rule: str) -> None:
    """A twin, a subject's file, sample data, an include: read only with ``--follow-symlinks``."""
    body = {
        "in/a.mjml": '<mjml><mj-body><mj-include path="./part.mjml" /></mj-body></mjml>',
        "in/a.html.j2": "<p>{{ word }}</p>",
    }.get(beside, "<p>Hi</p>")
    (mail / beside).write_text(body)
    (mail / name).symlink_to("../../away/secret.txt")
    run = ("check", beside, "-f", "json", "-v", "--fail-on", "never")
    closed = maillint(*run, folder=mail)
    assert SECRET not in closed.stdout + closed.stderr
    assert '"in/a.txt"' not in closed.stdout and closed.returncode == 0


def test_a_baseline(mail: Path) -> None:
    maillint("check", ".", "--write-baseline", "known.json", folder=mail)
    (mail / "known.json").rename(mail / "../away/known.json")
    (mail / "known.json").symlink_to("../away/known.json")
    (mail / "maillint.yaml").write_text("baseline: known.json\n")
    result = maillint("check", ".", folder=mail)
    assert result.returncode == 2
    assert result.stderr.endswith(f"known.json: {REFUSED}\n")
    assert maillint("check", ".", "--follow-symlinks", "-q", "--select", "markup", folder=mail).returncode == 0


@pytest.mark.parametrize(
    "secret", [f"{SECRET}: x\n", f"{SECRET}\n", f"- {SECRET}\n", f"profile: {SECRET}\n", f"a: *{SECRET}"]
)
@pytest.mark.parametrize("way", ["extends", "link", "TOML", "rules", "link to a rule"])
def test_an_error_quotes_nothing_of_settings_outside_the_project(mail: Path, way: str, secret: str) -> None:
    away = mail.parent / "away"
    (away / "x.yaml").write_text(secret)
    (away / "x.toml").write_text(f"[tool.maillint]\n{secret}")
    (mail / "rules/mine").mkdir(parents=True)
    if way == "link":
        (mail / "maillint.yaml").symlink_to("../away/x.yaml")
    elif way == "TOML":
        (mail / "pyproject.toml").symlink_to("../away/x.toml")
    elif way == "link to a rule":
        (mail / "rules/mine/x.yaml").symlink_to("../../../away/x.yaml")
    line = {"extends": "extends: ../away/x.yaml", "rules": "rule-folders: [../away]"}.get(way, "rule-folders: [rules]")
    if way not in {"link", "TOML"}:
        (mail / "maillint.yaml").write_text(f"{line}\n")
    for more in ([], ["--show-settings"], ["-f", "json"]):
        result = maillint("check", ".", *more, folder=mail)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.endswith(": not valid; it stands outside the project, so nothing of it is quoted\n")
        assert SECRET not in result.stderr


def test_settings_outside_the_project_are_read(mail: Path) -> None:
    (mail.parent / "away/x.yaml").write_text("rules: {markup: off}\n")
    (mail / "maillint.yaml").write_text("extends: ../away/x.yaml\n")
    assert maillint("check", ".", "--select", "markup", folder=mail).returncode == 0
