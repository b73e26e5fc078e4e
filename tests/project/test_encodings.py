"""Files of maillint's own are read and written as UTF-8, whatever the system's encoding is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "arguments", [["--write-baseline", "new.json"], ["--baseline", "known.json"], ["-f", "json=x", "-f", "sarif=y"]]
)
def test_no_file_is_opened_in_the_systems_encoding(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "a.html").write_text("<p>Hi <b>Ada</p>\n")
    (tmp_path / "maillint.yaml").write_text("profile: cold\n")
    (tmp_path / "known.json").write_text('{"version": 1, "findings": []}')
    strict = ["-X", "warn_default_encoding", "-W", "error::EncodingWarning"]
    for _ in range(2):  # without a cache, and with one
        command = [sys.executable, *strict, "-m", "maillint", "check", ".", "--fail-on", "never", *arguments]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
    assert (tmp_path / ".maillint_cache/results.json").exists()
