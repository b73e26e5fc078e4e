"""What the files of a checkout hold is known by their states, and never a moment after it has changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from maillint.data import checkout, compiled
from maillint.data.checkout import content_digests
from maillint.data.compiled import load_object
from tests.docs import ROOT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files that have settled."""
    monkeypatch.setenv("MAILLINT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(checkout, "SETTLED", 0)
    top = tmp_path / "top"
    (top / "inner").mkdir(parents=True)
    (top / "a.py").write_text("one")
    (top / "inner" / "b.py").write_text("two")
    (top / "inner" / "c.txt").write_text("other")
    return top


def digests(folder: Path) -> dict[str, str]:
    return content_digests({"top": str(folder)}, (".py",))


def test_each_file_and_folder_has_a_digest(folder: Path) -> None:
    found = digests(folder)
    assert sorted(found) == ["top/", "top/a.py", "top/inner/", "top/inner/b.py"]
    assert digests(folder) == found


@pytest.mark.skipif(os.name == "nt", reason="there, files are always read")
def test_files_that_are_as_they_were_are_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = digests(folder)
    monkeypatch.setattr(checkout, "_digests", lambda *given: pytest.fail("files are read"))
    assert digests(folder) == expected


def rewrite(path: Path) -> None:
    """Another content of the same size, at the same time as far as the file says."""
    before = path.stat()
    path.write_text("six")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace(path: Path) -> None:
    """Another file of the same size and time in its place, as ``cp -p`` and archives leave it."""
    before = path.stat()
    other = path.with_name("other")
    other.write_text("ten")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.rename(path)


@pytest.mark.parametrize("change", [rewrite, replace])
def test_a_change_counts_that_keeps_size_and_time(folder: Path, change: Callable[[Path], None]) -> None:
    before = digests(folder)
    change(folder / "inner/b.py")
    after = digests(folder)
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {"top/", "top/inner/", "top/inner/b.py"}


def test_new_files_and_files_that_are_gone_count(folder: Path) -> None:
    before = digests(folder)
    (folder / "new.py").write_text("")
    assert set(digests(folder)) - set(before) == {"top/new.py"}
    (folder / "new.py").unlink()
    assert digests(folder) == before


def test_files_that_have_just_changed_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkout, "SETTLED", 10**15)
    digests(folder)
    assert not (folder.parent / "cache").exists()


def test_an_edited_rule_and_an_edited_check_count_at_once(tmp_path: Path) -> None:
    for name in ("maillint", "rules"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "a.html").write_text("<p>Hi <b>Ada</p>\n")
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "MAILLINT_CACHE_DIR": str(tmp_path / "cache")}

    def found() -> str:
        command = [
            sys.executable,
            "-m",
            "maillint",
            "check",
            "a.html",
            "-f",
            "concise",
            "--select",
            "markup/unclosed-tag",
        ]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        ).stdout

    assert "<b> is never closed; </p> ends it" in found()
    rule = tmp_path / "rules/markup/unclosed-tag.yaml"
    rule.write_text(rule.read_text().replace("is never closed", "has no end tag!"))
    assert "<b> has no end tag!; </p> ends it" in found()
    checks = tmp_path / "maillint/checks/markup.py"
    checks.write_text(checks.read_text().replace('"tag": tag, "closer": closer', '"tag": "TAG", "closer": closer'))
    assert "<TAG> has no end tag!; </p> ends it" in found()


# -- plain data ---------------------------------------------------------------------------------------


def test_plain_data_is_made_once_for_each_key(folder: Path) -> None:
    data = {"a": [1, "ü", None, {"b": 2.5}]}
    assert load_object("data", "one", lambda: data) == data
    assert load_object("data", "one", lambda: pytest.fail("made again")) == data
    assert load_object("data", "two", lambda: "other") == "other"
    [path] = (folder.parent / "cache").iterdir()  # of the latest key
    assert sys.implementation.cache_tag in path.name


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff" * 9])
def test_damaged_plain_data_is_made_again(folder: Path, damage: bytes) -> None:
    load_object("data", "key", lambda: "made")
    [path] = (folder.parent / "cache").iterdir()
    compiled._write(str(path), "key", damage)
    assert load_object("data", "key", lambda: "made") == "made"
