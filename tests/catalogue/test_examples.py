"""Marks in examples, and what is said where an example is not as it should be."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.catalogue.examples import difference, examples, mark, unmark
from maillint.catalogue.load import load_folder
from maillint.config.config import LayeredConfig
from maillint.data.yamlfile import FileError
from maillint.engine.lint import lint
from maillint.finding import Finding
from maillint.message.read import MessageSettings, read_message
from maillint.text.source import Source
from maillint.text.spans import Span

MARKED: list[tuple[str, str, list[tuple[int, int]]]] = [
    ("nothing", "nothing", []),
    ("", "", []),
    ("«a»", "a", [(0, 1)]),
    ("a«b»c«d»", "abcd", [(1, 2), (3, 4)]),
    ("«a«b»c»", "abc", [(0, 3), (1, 2)]),
    ("««a»b»", "ab", [(0, 1), (0, 2)]),
    ("«a«b»»", "ab", [(0, 2), (1, 2)]),
    ("««a»»", "a", [(0, 1), (0, 1)]),
    ("a«»b", "ab", [(1, 1)]),
    ("«a»«»«b»", "ab", [(0, 1), (1, 1), (1, 2)]),
    ("«a\n»«b»", "a\nb", [(0, 2), (2, 3)]),
]


@pytest.mark.parametrize(("marked", "text", "spans"), MARKED)
def test_marks_are_taken_out_and_put_in(marked: str, text: str, spans: list[tuple[int, int]]) -> None:
    assert unmark(marked) == (text, spans)
    assert mark(text, unmark(marked)[1]) == marked


@given(st.text("ab\n", max_size=8), st.data())
def test_marks_say_the_spans_again_whatever_they_enclose(text: str, data: st.DataObject) -> None:
    spans: list[tuple[int, int]] = []
    for _ in range(data.draw(st.integers(0, 4))):  # apart or inside each other, as marks can be
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        if all(end <= a or b <= start or (a <= start and end <= b) or (start <= a and b <= end) for a, b in spans):
            spans.append((start, end))

    assert unmark(mark(text, [Span(*span) for span in spans])) == (text, sorted(spans))


@pytest.mark.parametrize("text", ["«", "a»", "»«", "«a»»", "««a»"])
def test_a_mark_without_its_counterpart_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="without its"):
        unmark(text)


def found(text: str) -> list[Finding]:
    config = LayeredConfig()
    rules = [config.resolve(config.catalogue.rules["markup/duplicate-attribute"], "newsletter")]
    return list(lint(read_message([Source.from_text("a.html", text)], MessageSettings(), "html"), rules)[0].findings)


def test_what_is_found_as_marked_differs_in_nothing() -> None:
    marked = '<p class="a" «class="b"»>Hello</p>'
    text, spans = unmark(marked)
    assert difference(text, spans, found(text)) == ""


def test_a_difference_shows_the_text_with_what_is_expected_and_what_was_found() -> None:
    marked = '<p>Hi</p>\n<p «class="a"» class="b">\nHello</p>'
    text, spans = unmark(marked)
    assert difference(text, spans, found(text)) == (
        "expected:\n"
        "    <p>Hi</p>\n"
        '    <p «class="a"» class="b">\n'
        "    Hello</p>\n"
        "found:\n"
        "    <p>Hi</p>\n"
        '    <p class="a" «class="b"»>\n'
        "    Hello</p>\n"
        "  2:14: markup/duplicate-attribute <p> has two class attributes; clients keep the first"
    )


def test_a_finding_that_is_not_expected_and_one_that_is_missing() -> None:
    assert difference("<p>a</p>", [], []) == ""
    assert difference("<p>a</p>", [Span(3, 4)], []) == "expected:\n    <p>«a»</p>\nfound:\n    <p>a</p>"
    assert difference('<p class="a" class="b">', [], found('<p class="a" class="b">')).endswith(
        'found:\n    <p class="a" «class="b"»>\n'
        "  1:14: markup/duplicate-attribute <p> has two class attributes; clients keep the first"
    )


RULE = "summary: x\ncheck: pattern\noptions: {pattern: x}\nseverity: info\nmessage: x\nwhy: x\nexamples:\n"


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ("  - {bad: «x», headers: {}, goood: y}\n", ':8:29: unknown example key "goood"; did you mean "good"?'),
        ("  - {good: y}\n  - {note: x}\n", ':9:5: an example needs "bad", "good" or both'),
        ("  - x\n", ":8:5: an example must be a mapping"),
    ],
)
def test_a_faulty_example_is_an_error_at_its_place(tmp_path: Path, lines: str, error: str) -> None:
    (tmp_path / "odd.yaml").write_text(RULE + lines)
    (rule,) = load_folder(str(tmp_path))
    with pytest.raises(FileError) as raised:
        examples(rule)
    assert error in str(raised.value)


def test_an_example_has_its_texts_and_its_setting(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text(RULE + "  - {bad: «x», good: y, fixed: z, touch: 1, note: n}\n  - {good: y}\n")
    (rule,) = load_folder(str(tmp_path))
    first, second = examples(rule)
    assert (first.bad, first.good, first.fixed) == ("«x»", "y", "z")
    assert first.setting == {"touch": 1, "note": "n"}
    assert (second.bad, second.good, second.fixed, second.setting) == (None, "y", None, {})
