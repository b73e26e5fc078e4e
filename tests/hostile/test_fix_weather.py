"""``--fix`` in hard weather: nothing lost, nothing half-written; the exit status and the words say what happened.

A full disk, a read-only file and a file that changes meanwhile are in ``tests/cli/test_unusual_files.py``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import maillint

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="POSIX only")]

BEFORE = "<p>One</br>Two</p>\n" * 20
AFTER = BEFORE.replace("</br>", "<br>")
FIX = [
    sys.executable,
    "-m",
    "maillint",
    "check",
    ".",
    "--fix",
    "--select",
    "markup",
    "-f",
    "concise",
    "--fail-on",
    "never",
]

KILLED = """
import os, signal, sys
count = 0
def counted(event, arguments):
    global count
    if event in {"open", "os.rename", "os.remove", "os.chmod", "os.chown"} and ".maillint.tmp" in str(arguments):
        count += 1
        if count == int(sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(counted)
from maillint.cli import main
main(sys.argv[2:])
"""
"""Ends itself, without a chance to clean up, at the n-th step of writing files."""


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    for number in range(3):
        (tmp_path / f"{number}.html").write_text(BEFORE)
    return tmp_path


@pytest.mark.parametrize("step", range(1, 9))
def test_killed_at_any_step(mail: Path, step: int) -> None:
    command = [sys.executable, "-c", KILLED, str(step), *FIX[3:]]
    result = subprocess.run(command, cwd=mail, capture_output=True, text=True, check=False)
    assert result.returncode == -signal.SIGKILL
    texts = [path.read_text() for path in sorted(mail.glob("*.html"))]
    assert set(texts) <= {BEFORE, AFTER}
    left = list(mail.glob("*.tmp"))
    assert len(left) <= 1, "what was being written when it was killed; no file of the user's"
    again = subprocess.run(FIX, cwd=mail, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert [path.read_text() for path in sorted(mail.glob("*.html"))] == [AFTER] * 3


def test_killed_at_a_random_moment(mail: Path) -> None:
    for number in range(200):
        (mail / f"{number:03}.html").write_text(BEFORE)
    for delay in (0.5, 1.0, 1.5):
        with subprocess.Popen(FIX, cwd=mail, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(delay)
            process.kill()
        assert {path.read_text() for path in mail.glob("*.html")} <= {BEFORE, AFTER}


def test_two_runs_at_once(mail: Path) -> None:
    """Each file is mended by one of them; the other says of it that it has changed, or finds nothing left to mend."""
    for number in range(100):
        (mail / f"{number:03}.html").write_text(BEFORE)
    runs = [
        subprocess.Popen(FIX, cwd=mail, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for process in runs:
        _, errors = process.communicate(timeout=120)
        lines = [line for line in errors.splitlines() if not line.startswith("Applied ")]
        assert all(line.endswith("changed since it was read; nothing written") for line in lines), errors
        assert process.returncode == (2 if lines else 0)
    assert {path.read_text() for path in mail.glob("*.html")} == {AFTER}
    assert list(mail.glob("*.tmp")) == []


def test_a_real_disk_that_is_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here; test_unusual_files.py limits the size of files instead")
    try:
        (disk / "a.html").write_text(BEFORE * 60)
        (disk / "rest").write_bytes(b"x" * (os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - 8192))
        result = maillint("check", "a.html", "--fix", "--select", "markup", "--no-cache", folder=disk)
        assert result.returncode == 2
        assert "maillint: a.html: no space left on device; nothing written" in result.stderr
        assert (disk / "a.html").read_text() == BEFORE * 60
        assert sorted(path.name for path in disk.iterdir()) == ["a.html", "rest"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)
