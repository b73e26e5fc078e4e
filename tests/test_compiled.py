"""Texts that are slow to make: where they come from, and that a damaged one is never trusted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from maillint.data import compiled
from maillint.data.compiled import cache_folder, load_text, write_built

KEY = "list of 3 May, format 1"
TEXT = "first line\nsecond line, ünïcode\r\nno newline at the end"


def refuse() -> str:
    raise AssertionError("made again")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of this test, which does not exist yet."""
    path = tmp_path / "of the user" / "cache"
    monkeypatch.setenv("MAILLINT_CACHE_DIR", str(path))
    return path


@pytest.fixture
def stored(folder: Path) -> Path:
    """The cache file of TEXT under KEY."""
    assert load_text("list", KEY, lambda: TEXT) == TEXT
    (path,) = folder.iterdir()
    return path


@pytest.mark.parametrize("text", [TEXT, "", "\n", "\n\nempty lines first", "\r\n", "\ud800 alone", "x" * 300_000])
def test_a_text_is_made_once_and_comes_back_unchanged(folder: Path, text: str) -> None:
    assert load_text("list", KEY, lambda: text) == text
    assert load_text("list", KEY, refuse) == text


def test_the_file_is_named_for_the_text_and_its_key_and_starts_with_the_key(stored: Path) -> None:
    assert stored.name.startswith("list-")
    assert stored.read_bytes().startswith(KEY.encode() + b"\n")


def test_another_key_is_another_text_and_both_are_kept(folder: Path, stored: Path) -> None:
    assert load_text("list", "list of 4 May, format 1", lambda: "new") == "new"
    assert load_text("list", KEY, refuse) == TEXT


def test_a_file_of_another_key_under_this_name_is_not_taken(stored: Path) -> None:
    stored.write_bytes(stored.read_bytes().replace(b"3 May", b"2 May"))
    assert load_text("list", KEY, lambda: "made again") == "made again"


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[:5], id="cut in the key"),
        pytest.param(lambda data: data[: len(KEY) + 1], id="cut after the key"),
        pytest.param(lambda data: data[: len(KEY) + 4], id="cut in the seal"),
        pytest.param(lambda data: data[:-1], id="cut by a byte"),
        pytest.param(lambda data: data + b"\n", id="longer"),
        pytest.param(lambda data: data.replace(b"second", b"secund"), id="a letter changed"),
        pytest.param(lambda data: data.replace(b"\r\n", b"\n"), id="line ends changed"),
        pytest.param(lambda data: b"\xff" * len(data), id="not text"),
        pytest.param(lambda data: KEY.encode() + b"\n" + TEXT.encode(), id="no seal"),
    ],
)
def test_a_damaged_file_is_made_again_and_mended(stored: Path, damage: object) -> None:
    assert callable(damage)
    stored.write_bytes(damage(stored.read_bytes()))
    assert load_text("list", KEY, lambda: TEXT) == TEXT
    assert load_text("list", KEY, refuse) == TEXT


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MAILLINT_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert load_text("list", KEY, lambda: TEXT) == TEXT


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_no_error(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    assert load_text("list", KEY, lambda: TEXT) == TEXT
    assert list(folder.iterdir()) == []


def test_a_file_that_cannot_be_replaced_is_no_error_and_leaves_nothing_behind(folder: Path, stored: Path) -> None:
    stored.unlink()
    stored.mkdir()
    assert load_text("list", KEY, lambda: TEXT) == TEXT
    assert list(folder.iterdir()) == [stored]


def test_what_make_raises_is_raised_and_nothing_is_stored(folder: Path) -> None:
    with pytest.raises(AssertionError, match="made again"):
        load_text("list", KEY, refuse)
    assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "key"),
    [("", KEY), (".", KEY), ("..", KEY), ("../list", KEY), ("a/b", KEY), ("/list", KEY)]
    + [("list", key) for key in ("", "two\nlines", "two\rlines", " spaced", "ended\n")],
)
def test_names_are_plain_and_keys_are_one_line(folder: Path, name: str, key: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        load_text(name, key, refuse)
    with pytest.raises(ValueError, match="not a"):
        write_built(str(folder), name, key, TEXT)


@pytest.mark.parametrize(
    ("environment", "windows", "expected"),
    [
        ({"MAILLINT_CACHE_DIR": "/a", "XDG_CACHE_HOME": "/b"}, False, "/a"),
        ({"MAILLINT_CACHE_DIR": "/a", "LOCALAPPDATA": "/c"}, True, "/a"),
        ({"MAILLINT_CACHE_DIR": "", "XDG_CACHE_HOME": "/b"}, False, "/b/maillint"),
        ({"XDG_CACHE_HOME": "/b"}, False, "/b/maillint"),
        ({"XDG_CACHE_HOME": "relative"}, False, "/home/reader/.cache/maillint"),
        ({"XDG_CACHE_HOME": ""}, False, "/home/reader/.cache/maillint"),
        ({"LOCALAPPDATA": "/c"}, False, "/home/reader/.cache/maillint"),
        ({"LOCALAPPDATA": "/c", "XDG_CACHE_HOME": "/b"}, True, "/c/maillint"),
        ({}, True, None),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="the paths are POSIX")
def test_cache_folder(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], windows: bool, expected: str | None
) -> None:
    monkeypatch.setenv("HOME", "/home/reader")
    assert compiled._cache_folder(environment, windows=windows) == expected


def test_cache_folder_reads_the_environment(folder: Path) -> None:
    assert cache_folder() == str(folder)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package `maillint` of only this module, to ship files in; the folder to import it from."""
    data = tmp_path / "site" / "maillint" / "data"
    data.mkdir(parents=True)
    for folder in (data.parent, data):
        (folder / "__init__.py").touch()
    shutil.copy(compiled.__file__, data)
    return tmp_path / "site"


def start(code: str, package: Path, cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", f"from maillint.data.compiled import load_text\n{code}"],
        env=os.environ | {"PYTHONPATH": str(package), "MAILLINT_CACHE_DIR": str(cache)},
        cwd=package,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize(
    ("key", "damaged", "expected"),
    [
        pytest.param(KEY, False, "shipped", id="the shipped text"),
        pytest.param("list of 4 May", False, "made", id="made for another key"),
        pytest.param(KEY, True, "made", id="damaged"),
    ],
)
def test_a_shipped_text_goes_first(package: Path, folder: Path, key: str, damaged: bool, expected: str) -> None:
    built = package / "maillint" / "_built"
    write_built(str(built), "list", KEY, "shipped")
    assert [path.name for path in built.iterdir()] == ["list"]
    if damaged:
        (built / "list").write_bytes((built / "list").read_bytes()[:-1])
    process = start(f"print(load_text('list', {key!r}, lambda: 'made'))", package, folder)
    assert process.communicate()[0].split() == [expected]
    assert folder.exists() == (expected == "made")


def test_write_built_says_when_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        write_built(str(tmp_path / "file"), "list", KEY, TEXT)


def test_processes_that_store_at_once_all_get_the_text(package: Path, folder: Path) -> None:
    code = f"""
import os
text = "line\\n" * 100_000
for turn in range(15):
    assert load_text("list", {KEY!r}, lambda: text) == text
    if turn % 5 == 0:
        for name in os.listdir(os.environ["MAILLINT_CACHE_DIR"]):
            try:
                os.unlink(os.path.join(os.environ["MAILLINT_CACHE_DIR"], name))
            except OSError:
                pass
"""
    processes = [start(code, package, folder) for _ in range(4)]
    assert [process.communicate()[0] for process in processes] == [""] * 4
    (path,) = folder.iterdir()
    assert not path.name.endswith(".tmp")
