"""``--diff-base``: findings on changed lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import BAD, git, maillint

pytestmark = pytest.mark.slow


def test_only_changed_lines(mail: Path) -> None:
    (mail / "b.html").write_text(BAD)
    git("init", "-q", folder=mail)
    git("add", ".", folder=mail)
    git("commit", "-qm", "x", folder=mail)
    (mail / "a.html").write_text(BAD + "<p>Hi <i>Bea</p>\n")
    (mail / "new.html").write_text(BAD)
    result = maillint("check", ".", "--diff-base", "HEAD", "--select", "markup", "-f", "concise", folder=mail)
    assert [line.partition(": ")[0] for line in result.stdout.splitlines()[:-1]] == ["a.html:2:7", "new.html:1:7"]
    unknown = maillint("check", ".", "--diff-base", "no-such", folder=mail)
    assert unknown.returncode == 2
    assert "--diff-base: " in unknown.stderr
