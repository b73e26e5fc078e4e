"""Texts shortened for a message."""

from __future__ import annotations

import pytest

from maillint.text.shorten import shorten


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        (" two\n\t words ", 9, "two words"),
        ("", 5, ""),
        (" " * 100 + "far away", 5, ""),
    ],
)
def test_shorten(text: str, longest: int, expected: str) -> None:
    assert shorten(text, longest) == expected
