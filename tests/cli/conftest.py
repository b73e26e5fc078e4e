"""What the tests of the command share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import BAD
from tests.linting import talkative


@pytest.fixture(autouse=True)
def _without_talkative_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run prints does not change with a new rule that finds something in any mail."""
    if talkative():
        monkeypatch.setenv("MAILLINT_IGNORE", ",".join(sorted(talkative())))


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """A folder with one template, in which one rule finds something."""
    (tmp_path / "a.html").write_text(BAD)
    return tmp_path


@pytest.fixture(scope="module")
def plain_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips where this machine's root cannot be made to respect a file's mode."""
    from tests.cli.limits import as_plain_user

    file = tmp_path_factory.mktemp("mode") / "x"
    file.write_text("")
    file.chmod(0o444)
    write = [sys.executable, "-c", f"open({str(file)!r}, 'a')"]
    if subprocess.run(write, preexec_fn=as_plain_user, capture_output=True, check=False).returncode == 0:
        pytest.skip("root writes everywhere")
