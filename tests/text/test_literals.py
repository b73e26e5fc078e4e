"""Literal pieces of regular expressions."""

from __future__ import annotations

import pytest

from maillint.text.literals import first_segments, literal_piece, outside_groups


@pytest.mark.parametrize(
    ("pattern", "segments"),
    [
        (r"/ls/click\?upn=", ["ls"]),
        (r"/e\.gif\?", ["e.gif"]),
        (r"/(?:CL0|L0)/", ["CL0", "L0"]),
        (r"/[23]/", []),
        (r"/open", []),
        (r"/a/|/b/", []),
        (r"/(?:a|b)/|/c/", []),
        ("", []),
    ],
)
def test_first_segments(pattern: str, segments: list[str]) -> None:
    assert first_segments(pattern) == segments


@pytest.mark.parametrize(
    ("pattern", "piece"),
    [
        (r"/open\.gif\?", "/open.gif?"),
        (r"/o/[0-9]+/pixel", "/pixel"),
        (r"/pixels?/a", "/pixel"),
        (r"/x(?:longer than the rest)/ab", "/ab"),
        (r"a|b", ""),
        (r"\|\s*default\s*:", "default"),
        (r"\|\s*(?:raw|safe)", "|"),
        (r"\d+", ""),
    ],
)
def test_literal_piece(pattern: str, piece: str) -> None:
    assert literal_piece(pattern) == piece


def test_a_parenthesis_marks_the_place_of_a_group() -> None:
    assert outside_groups("a(b(c)d)e(f)") == "a)e)"
