"""Tag lists, the syntax of DKIM and DMARC."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.catalogue.examples import unmark
from maillint.network.tags import parse_tags


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("v=DMARC1; p=none", [("v", "DMARC1"), ("p", "none")]),
        ("v=DMARC1;p=none;", [("v", "DMARC1"), ("p", "none")]),
        (" v = 1 ;\r\n\tb = ab\r\n cd ; ", [("v", "1"), ("b", "ab\r\n cd")]),
        ("p=", [("p", "")]),
        ("p=a=b==", [("p", "a=b==")]),
        ("V=1; _x=2; x_1=3", [("V", "1"), ("x_1", "3")]),
        ("", []),
    ],
)
def test_tags(text: str, tags: list[tuple[str, str]]) -> None:
    listed = parse_tags(text)
    assert [(tag.name, tag.value) for tag in listed.tags] == tags
    assert all(text[tag.value_start : tag.value_end] == tag.value for tag in listed.tags)
    assert all(text[tag.start : tag.end].startswith(tag.name) for tag in listed.tags)


@pytest.mark.parametrize(
    ("text", "codes"),
    [  # «» marks what the problem points at
        ("v=1; «p none»; t=y", ["malformed-tag"]),
        ("v=1; «=none»", ["malformed-tag"]),
        ("v=1; «1p=none»", ["malformed-tag"]),
        ("v=1; «a b=none»", ["malformed-tag"]),
        ("v=1;«;» p=none", ["empty-tag"]),
        ("«;»v=1", ["empty-tag"]),
        ("v=1; p=none; «p=reject»", ["duplicate-tag"]),
        ("v=1; n=caf«é»", ["character"]),
        ("v=1; p=“none”", ["character", "character"]),
    ],
)
def test_problems(text: str, codes: list[str]) -> None:
    plain, spans = unmark(text)
    problems = parse_tags(plain).problems
    assert [problem.code for problem in problems] == codes
    assert not spans or [(problem.start, problem.end) for problem in problems] == spans


def test_the_first_tag_of_a_name_is_used() -> None:
    first = parse_tags("p=none; p=reject").first("p")
    assert first is not None
    assert first.value == "none"


@given(st.one_of(st.text(), st.text(alphabet=";= \tvp=1é\x00")))
def test_any_text_is_read_and_every_span_lies_inside(text: str) -> None:
    listed = parse_tags(text)
    for tag in listed.tags:
        assert 0 <= tag.start <= tag.value_start <= tag.value_end <= tag.end <= len(text)
    for problem in listed.problems:
        assert 0 <= problem.start < problem.end <= len(text)
