"""Runs the real command as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BAD = "<p>Hi <b>Ada</p>\n"
"""A template with one finding: markup/unclosed-tag."""


def maillint(
    *arguments: str, folder: Path, stdin: str | bytes | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``maillint`` in a folder with colours off and a fixed width; output is decoded."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    result = subprocess.run(
        [sys.executable, "-m", "maillint", *arguments],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "80", "PYTHONIOENCODING": "utf-8", **environment},
        input=data if data is not None else b"",
        capture_output=True,
        check=False,
    )
    return subprocess.CompletedProcess(result.args, result.returncode, result.stdout.decode(), result.stderr.decode())


def rules_in(result: subprocess.CompletedProcess[str]) -> list[str]:
    """The rules of the findings that ``-f concise`` has printed."""
    return [line.split()[2] for line in result.stdout.splitlines() if line.count(":") > 2]


def git(*arguments: str, folder: Path) -> None:
    """Run git in a folder, as somebody."""
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@a.example", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )
