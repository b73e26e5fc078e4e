"""``.maillint_cache`` and ``--jobs``: results are the same, wherever they come from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from maillint.data.checkout import digest
from maillint.project.cache_file import sealed
from tests.cli.command import BAD, maillint
from tests.cli.limits import as_plain_user, on_a_full_disk, run

pytestmark = pytest.mark.slow


def test_a_second_run_says_the_same_from_its_cache(mail: Path) -> None:
    first = maillint("check", ".", folder=mail)
    assert (mail / ".maillint_cache/.gitignore").read_text().endswith("*\n")
    stored = mail / ".maillint_cache/results.json"
    data = json.loads(stored.read_text())
    [entry] = data["messages"]["a.html"].values()
    entry["reports"][0]["findings"][0]["message"] = "from the cache"
    del data["seal"]
    stored.write_bytes(sealed(json.dumps(data)) or b"")
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


# -- where the cache cannot be, there is none


@pytest.mark.parametrize("trouble", ["read-only folder", "full disk", "a file", "a folder in its place", "a dead link"])
def test_the_cache_is_never_an_error(mail: Path, trouble: str) -> None:
    expected = run(mail, "check", ".", "--no-cache")
    before = None
    if trouble == "read-only folder":
        mail.chmod(0o555)
        before = as_plain_user
    elif trouble == "full disk":
        before = on_a_full_disk
    elif trouble == "a file":
        (mail / ".maillint_cache").write_text("what stood there\n")
    elif trouble == "a folder in its place":
        (mail / ".maillint_cache/results.json").mkdir(parents=True)
    else:
        (mail / ".maillint_cache").symlink_to("nowhere")
    try:
        result = run(mail, "check", ".", before=before)
    finally:
        mail.chmod(0o755)
    assert (result.returncode, result.stdout, result.stderr) == (expected.returncode, expected.stdout, "")
    assert list(mail.rglob("*.tmp")) == []


def test_caches_of_runs_at_the_same_time_do_not_harm_each_other(mail: Path) -> None:
    for number in range(60):
        (mail / f"{number:02}.html").write_text(BAD)
    halves = [[f"{number:02}.html" for number in range(60) if number % 2 == odd] for odd in (0, 1)]
    command = [sys.executable, "-m", "maillint", "check", "-f", "concise", "-j", "2"]
    started = [
        subprocess.Popen([*command, *half], cwd=mail, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for half in (*halves, ["."], ["."])
    ]
    for process in started:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (1, "")
        assert out.count("error markup/unclosed-tag") in {30, 61}
    stored = json.loads((mail / ".maillint_cache/results.json").read_text())["messages"]
    assert {"00.html", "01.html"} & stored.keys()
    assert list(mail.rglob("*.tmp")) == []
    again = run(mail, "check", ".", "-f", "concise")
    assert again.stdout == run(mail, "check", ".", "-f", "concise", "--no-cache").stdout


def forged(mail: Path) -> None:
    """Results that say of a bad file that nothing was found, as another machine would store them."""
    elsewhere = mail / "elsewhere"
    maillint("check", "a.html", folder=mail, MAILLINT_CACHE_DIR=str(elsewhere))
    stored = mail / ".maillint_cache/results.json"
    data = json.loads(stored.read_text())
    del data["seal"]
    for entry in data["messages"]["a.html"].values():
        entry["reports"][0]["findings"] = []
    body = json.dumps(data)[1:].encode()
    seal = digest([(elsewhere / "key").read_bytes(), body])
    stored.write_bytes(f'{{"seal":"{seal}",'.encode() + body)


def test_results_that_a_checkout_brings_do_not_count(mail: Path) -> None:
    first = maillint("check", "a.html", "--no-cache", folder=mail)
    assert first.returncode == 1
    forged(mail)
    assert maillint("check", "a.html", folder=mail, MAILLINT_CACHE_DIR=str(mail / "elsewhere")).returncode == 0
    assert maillint("check", "a.html", folder=mail).stdout == first.stdout
    data = (mail / ".maillint_cache/results.json").read_bytes()
    (mail / ".maillint_cache/results.json").write_bytes(b"{" + data[data.index(b'"format"') :])  # without a seal
    assert maillint("check", "a.html", folder=mail).stdout == first.stdout


def test_the_key_is_for_the_user_alone(mail: Path) -> None:
    maillint("check", "a.html", folder=mail, MAILLINT_CACHE_DIR=str(mail / "own"))
    key = mail / "own/key"
    assert (key.stat().st_mode & 0o777, len(key.read_bytes())) == (0o600, 32)


def test_without_a_place_for_the_key_nothing_is_stored(mail: Path) -> None:
    (mail / "file").write_text("")
    maillint("check", "a.html", folder=mail, MAILLINT_CACHE_DIR=str(mail / "file/cache"))
    assert not (mail / ".maillint_cache/results.json").exists()
