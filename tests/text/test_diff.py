"""Unified diffs: those of ``git apply``, and linear in the texts' length."""

from __future__ import annotations

import subprocess
from difflib import unified_diff as of_difflib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillint.text.diff import unified_diff

LINES = st.lists(st.sampled_from(["a", "b", "", "c\r", "long line", "x\x0cy"]), max_size=60)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\nc\n", "a\nB\nc\n"),
        ("a\nb\nc\n", "a\nc\n"),
        ("a\nb\nc\n", "a\nb\nb2\nc\n"),
        ("a\n", ""),
        ("", "a\n"),
        ("".join(f"{n}\n" for n in range(40)), "".join(f"{n}\n" for n in range(40) if n not in {3, 5, 30})),
    ],
)
def test_small_changes_are_shown_as_everybody_shows_them(before: str, after: str) -> None:
    expected = of_difflib(before.splitlines(keepends=True), after.splitlines(keepends=True), "f", "f")
    assert list(unified_diff(before, after, "f")) == list(expected)


def test_a_missing_line_end_is_reported() -> None:
    lines = list(unified_diff("a\nb", "a\nc\n", "f"))
    assert lines[3:] == [" a\n", "-b\n\\ No newline at end of file\n", "+c\n"]


def test_equal_texts_have_no_diff() -> None:
    assert list(unified_diff("a\nb", "a\nb", "f")) == []


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, LINES, st.sampled_from(["", "\n"]), st.sampled_from(["", "\n"]))
def test_git_applies_every_diff(tmp_path: Path, old: list[str], new: list[str], end: str, new_end: str) -> None:
    before, after = "\n".join(old) + end, "\n".join(new) + new_end
    if before == after or not before or not after:
        return
    (tmp_path / "f").write_bytes(before.encode())
    patch = "".join(unified_diff(before, after, "f")).encode()
    subprocess.run(
        ["git", "apply", "-p0", "--whitespace=nowarn", "-"], input=patch, cwd=tmp_path, check=True, capture_output=True
    )
    assert (tmp_path / "f").read_bytes() == after.encode()
