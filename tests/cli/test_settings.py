"""Settings: files, ``pyproject.toml``, the environment, the command line, and ``--show-settings``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import maillint

pytestmark = pytest.mark.slow


def test_settings_and_their_origins(mail: Path) -> None:
    (mail / "z.html").write_text("<p>Hi</p>")
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
    for file in ("sub/intro-3.html", "a.html", "7.html"):
        (tmp_path / file).write_text("<p>Hi</p>")
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
