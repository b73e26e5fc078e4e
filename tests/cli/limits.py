"""Runs the real command where the system gets in its way: no right to write, no room on the disk."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

resource = pytest.importorskip("resource", reason="POSIX only")


def as_plain_user() -> None:
    """Give up what lets root read and write everything (CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH)."""
    if os.geteuid() == 0:
        library = ctypes.CDLL(None)
        for capability in (1, 2):
            library.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP; it holds from the next exec on


def on_a_full_disk() -> None:
    """No file may grow beyond 100 bytes: to the process, that is a disk that fills up half-way."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


def run(folder: Path, *arguments: str, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "maillint", *arguments],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=before,
        timeout=120,
    )
