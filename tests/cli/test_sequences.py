"""A sequence of the configuration that has no file is a mistake, whatever the run is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from maillint import Config, LintError, lint
from tests.cli.command import maillint

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "cold/intro-1.html",
        "cold/intro-2.html",
        "deep/down/last-1.html",
        "a.html",
        "node_modules/gone-1.html",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("<p>Hi</p>\n")
    return tmp_path


@pytest.mark.parametrize(
    "entries",
    [
        "  - cold/intro-{touch}.html",
        "  - last-{touch}.html",
        "  - [cold/intro-1.html, cold/intro-2.html]",
        "  - [intro-1.html, a.html]\n  - deep/**/last-{touch}.html",
    ],
)
@pytest.mark.parametrize("path", [".", "a.html", "cold/intro-2.html"])
def test_files_that_are_there(folder: Path, entries: str, path: str) -> None:
    (folder / "maillint.yaml").write_text(f"sequences:\n{entries}\n")
    assert maillint("check", path, "--fail-on", "never", folder=folder).returncode == 0


@pytest.mark.parametrize(
    ("entries", "place", "pattern"),
    [
        ("  - cold/into-{touch}.html", "2:5", "cold/into-{touch}.html"),
        ("  - cold/intro-{touch}.html\n  - [a.html, b.html]", "3:14", "b.html"),
        ("  - [cold/intro-1.html,\n     intro-2.htm]", "3:6", "intro-2.htm"),
        ("  - gone-{touch}.html", "2:5", "gone-{touch}.html"),
        ("  - intro-{touch}.txt", "2:5", "intro-{touch}.txt"),
    ],
)
@pytest.mark.parametrize("path", [".", "a.html"])
def test_files_that_are_not_there(folder: Path, entries: str, place: str, pattern: str, path: str) -> None:
    (folder / "maillint.yaml").write_text(f"sequences:\n{entries}\n")
    result = maillint("check", path, folder=folder)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f'maillint: maillint.yaml:{place}: no file matches "{pattern}" (in sequences)\n'


def test_in_pyproject_and_an_extended_file(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.maillint]\nprofile = "cold"\nsequences = ["into-{touch}.html"]\n')
    result = maillint("check", folder=folder)
    assert (result.returncode, result.stderr) == (
        2,
        'maillint: pyproject.toml:3:1: no file matches "into-{touch}.html" (in sequences)\n',
    )
    (folder / "base.yaml").write_text("sequences: ['into-{touch}.html']\n")
    (folder / "maillint.yaml").write_text("extends: base.yaml\n")
    assert "maillint: base.yaml:1:13: no file matches" in maillint("check", folder=folder).stderr


def test_the_library_says_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "maillint.yaml").write_text("sequences: ['into-{touch}.html']\n")
    with pytest.raises(LintError, match=r"maillint\.yaml:1:13: no file matches"):
        lint(Path("a.html"))
    with pytest.raises(LintError, match=r'^no file matches "into-\{touch\}\.html"'):
        lint(Path("a.html"), config=Config(sequences=["into-{touch}.html"]))
