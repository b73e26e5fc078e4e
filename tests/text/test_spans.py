"""Spans: filled, merged, overlapped, and of single characters."""

from __future__ import annotations

import pytest

from maillint.text.spans import Span, character_at, fill, merge, overlaps


def test_spans_are_filled_without_moving_a_line_end() -> None:
    assert fill("ab\r\ncd", [Span(1, 5)], " ") == "a \r\n d"
    assert fill("abcd", [Span(0, 2), Span(1, 3)], "x") == "xxxd"


def test_spans_are_merged_and_overlapped() -> None:
    merged = merge([Span(5, 9), Span(0, 3), Span(3, 4), Span(6, 7)])
    assert merged == [Span(0, 4), Span(5, 9)]
    assert overlaps(merged, Span(2, 6)) == [Span(2, 4), Span(5, 6)]
    assert overlaps(merged, Span(4, 5)) == []


@pytest.mark.parametrize(("offset", "span"), [(0, (0, 1)), (1, (1, 1)), (2, (2, 2)), (3, (3, 4)), (4, (4, 4))])
def test_the_span_of_a_character_never_holds_a_line_end(offset: int, span: tuple[int, int]) -> None:
    assert character_at("a\r\nb", offset) == span
