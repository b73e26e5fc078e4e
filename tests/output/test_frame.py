"""Source frames: the carets are below the span, whatever characters the line has."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.finding import DomainFinding, Severity
from maillint.output._cells import width_of
from maillint.output._frame import Frames, of_record
from maillint.output._paint import Paint
from maillint.text.source import Source


def frame(marked: str, width: int = 80, gutter: int = 1) -> list[str]:
    """Draw the ``«»`` of a text."""
    start = marked.index("«")
    end = marked.index("»") - 1
    text = marked.replace("«", "", 1).replace("»", "", 1)
    return Frames(Source("a", text), width, Paint(), gutter).draw(start, end, Severity.ERROR)


@pytest.mark.parametrize(
    ("marked", "line", "carets"),
    [
        ("See «this» one", "See this one", "    ^^^^"),
        ("«S»ee", "See", "^"),
        ("See«»", "See", "   ^"),
        ("S«»ee", "See", " ^"),
        ("\t<p\tid=«x»>", "<p    id=x>", "         ^"),
        ("    <p  «x»>", "<p  x>", "    ^"),
        ("  «  <p>»", "  <p>", "^^^^^"),
        ("a«\t»b", "a    b", " ^^^^"),
        ("日本語 «mail» です", "日本語 mail です", "       ^^^^"),
        ("«日本»語", "日本語", "^^^^"),
        ("ｗｉｄｅ «x»", "ｗｉｄｅ x", "         ^"),
        ("ﾊﾝｶｸ «x»", "ﾊﾝｶｸ x", "     ^"),
        ("한국어 «테스트»", "한국어 테스트", "       ^^^^^^"),
        ("\u1112\u1161\u11ab «x»", "\u1112\u1161\u11ab x", "   ^"),
        ("cafe\u0301 «x»", "cafe\u0301 x", "     ^"),
        ("caf«e\u0301» x", "cafe\u0301 x", "   ^"),
        ("cafe«\u0301» x", "cafe\u0301 x", "   ^"),
        ("😀 «x»", "😀 x", "   ^"),
        ("👩\u200d👩\u200d👧 «x»", "👩👩👧 x", "       ^"),
        ("👍\U0001f3fd «x»", "👍 x", "   ^"),
        ("❤\ufe0f «x»", "❤ x", "  ^"),
        ("🇩🇪 «x»", "🇩🇪 x", "   ^"),
        ("שלום «מייל» abc", "שלום מייל abc", "     ^^^^"),
        ("عربي «x»", "عربي x", "     ^"),
        ("\u202eevil\u202c «x»", "<U+202E>evil<U+202C> x", " " * 21 + "^"),
        ("pay«\u200b»pal", "pay<U+200B>pal", "   ^^^^^^^^"),
        ("pay\u200bpal «x»", "pay<U+200B>pal x", " " * 15 + "^"),
        ("«\x1b[31m»red", "␛[31mred", "^^^^^"),
        ("\x1b[31m«red»", "␛[31mred", "     ^^^"),
        ("\x9b«x»", "<U+009B>x", "        ^"),
        ("a\x00b «x»\x7f", "a␀b x␡", "    ^"),
        ("\udcff«x»", "<U+DCFF>x", "        ^"),
        ("trailing   «»", "trailing", "           ^"),
    ],
)
def test_carets_are_aligned(marked: str, line: str, carets: str) -> None:
    assert frame(marked) == [f"1 | {line}", f"  | {carets}"]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("one\r\n«two»\r\nthree", ["2 | two", "  | ^^^"]),
        ("one\r«two»\rthree", ["2 | two", "  | ^^^"]),
        ("one\n«two»\nthree", ["2 | two", "  | ^^^"]),
        ("one«\r\n»two", ["1 | one", "  |    ^"]),
        ("one\r«\n»two", ["1 | one", "  |    ^"]),
        ("«one\r\n»two", ["1 | one", "  | ^^^"]),
        ("a\x0bb\x0c«c»\u2028d", ["1 | a␋b␌c<U+2028>d", "  |     ^"]),
        ("  <p «a\n  b»>", ["1 | <p a", "  |    ^", "2 | b>", "  | ^"]),
        ("x «a\r\nb\r\n\tc» y", ["1 | x a", "  |   ^", "…", "3 | c y", "  | ^"]),
        ("«a\n\n\n»b", ["1 | a", "  | ^", "…", "3 |", "  | ^"]),
        ("x«\n  y»", ["1 | x", "  |  ^", "2 | y", "  | ^"]),
    ],
)
def test_lines(marked: str, expected: list[str]) -> None:
    assert frame(marked) == expected


@pytest.mark.parametrize("marked", ["«»", "«»\nabc", "   «»\nabc", "a\n«»\nb", "a\r\n\t«»\r\nb", "a\n«»"])
def test_nothing_is_drawn_for_an_empty_span_on_a_blank_line(marked: str) -> None:
    assert frame(marked) == []


@pytest.mark.parametrize(
    ("marked", "line", "carets"),
    [
        ("«x»" + "y" * 23, "x" + "y" * 23, "^"),
        ("«x»" + "y" * 24, "x" + "y" * 22 + "…", "^"),
        ("y" * 21 + "«xx»" + "z", "y" * 21 + "xxz", " " * 21 + "^^"),
        ("y" * 30 + "«xx»", "…" + "y" * 20 + "xx", " " * 21 + "^^"),
        ("y" * 30 + "«xx»" + "z" * 30, "…" + "y" * 10 + "xx" + "z" * 10 + "…", " " * 11 + "^^"),
        ("y" * 30 + "«" + "x" * 90 + "»", "…" + "y" * 4 + "x" * 18 + "…", " " * 5 + "^" * 19),
        ("y" * 30 + "«»", "…" + "y" * 21, " " * 22 + "^"),
        ("語" * 20 + "«語»" + "語" * 20, "…" + "語" * 5 + "語" + "語" * 5 + "…", " " * 11 + "^^"),
        ("<p>" + "e\u0301" * 40 + "«x»", "…" + "e\u0301" * 21 + "x", " " * 22 + "^"),
        ("👩\u200d👧" * 20 + "«x»", "…" + "👩👧" * 5 + "x", " " * 21 + "^"),
    ],
)
def test_a_long_line_is_cut_around_the_span(marked: str, line: str, carets: str) -> None:
    """A width of 28 leaves 24 cells to the line, and the ellipses are among them."""
    assert frame(marked, 28) == [f"1 | {line}", f"  | {carets}"]


def test_only_a_stretch_of_a_long_line_is_read() -> None:
    text = "QUJD" * 500_000
    frames = Frames(Source("a", text), 80, Paint())
    frames.draw(0, 1, Severity.ERROR)
    lines = [frames.draw(start, len(text), Severity.ERROR) for start in range(0, len(text), 4000)]
    assert {len(line) for drawn in lines[1:-1] for line in drawn} == {80}


def test_the_gutter_holds_the_largest_number() -> None:
    assert frame("a\n«b»", gutter=4) == ["   2 | b", "     | ^"]


def test_colour_changes_nothing_but_colour() -> None:
    source = Source("a", "日本 \x1b[0m\tx")
    plain = Frames(source, 80, Paint()).draw(3, 6, Severity.WARNING)
    painted = Frames(source, 80, Paint(True)).draw(3, 6, Severity.WARNING)
    assert [re.sub("\x1b\\[[0-9;]*m", "", line) for line in painted] == plain
    assert "\x1b[1;33m^^^\x1b[0m" in painted[1]


@given(
    st.text(alphabet=st.sampled_from("ab \t\r\n\x1b\u200b\u202e\u200d\ufe0f\u0301日👩😀🇩é")) | st.text(),
    st.integers(0, 80),
    st.integers(0, 80),
    st.integers(30, 60),
)
def test_a_frame_fits_and_is_harmless(text: str, start: int, length: int, width: int) -> None:
    source = Source.from_text("a", text)
    lines = Frames(source, width, Paint()).draw(start, start + length, Severity.ERROR)
    assert len(lines) in {0, 2, 4, 5}
    for line in lines:
        assert width_of(line) <= width
        assert not re.search("[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufe0f]", line)
    carets = [line for line in lines if re.fullmatch(r" +\| *\^+", line)]
    assert len(carets) >= min(len(lines), 1)


@pytest.mark.parametrize(
    ("record", "start", "end", "lines"),
    [
        ("v=spf1 -all", 7, 11, ["  | v=spf1 -all", "  |        ^^^^"]),
        ("v=spf1 -all", 11, 11, ["  | v=spf1 -all", "  |            ^"]),
        ("v=spf1 -all", 0, 0, ["  | v=spf1 -all"]),
        ("v=spf1\n\x1b", 7, 8, ["  | ␛", "  | ^"]),
        (None, 0, 0, []),
    ],
)
def test_a_record_has_no_line_number(record: str | None, start: int, end: int, lines: list[str]) -> None:
    found = DomainFinding("auth/spf-all", Severity.ERROR, "a message", record, start, end)
    assert of_record(found, 80, Paint()) == lines
