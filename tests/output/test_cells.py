"""Text of the input as it is shown: harmless, visible, and measured in cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.output._cells import UNSEEN, cells, clip, clip_left, total, visible, width_of, wrap


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred", "␛[31mred"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("a\r\nb\nc", "a␍␊b␊c"),
        ("a\tb", "a    b"),
        ("\x00\x7f", "␀␡"),
        ("\x9b31m", "<U+009B>31m"),
        ("\u202ecod.exe\u202c", "<U+202E>cod.exe<U+202C>"),
        ("\u2066x\u2069\u200f", "<U+2066>x<U+2069><U+200F>"),
        ("pay\u200bpal", "pay<U+200B>pal"),
        ("sp\xadam", "sp<U+00AD>am"),
        ("\ufeffx", "<U+FEFF>x"),
        ("x\u2028y", "x<U+2028>y"),
        ("x\U000e0041", "x<U+E0041>"),
        ("\udc9b", "<U+DC9B>"),
        ("no\xa0break", "no\xa0break"),
        ("日本語 é עברית", "日本語 é עברית"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
        ("1\ufe0f", "1<U+FE0F>"),
        ("👩\u200dx", "👩<U+200D>x"),
        ("x\u200d👩", "x<U+200D>👩"),
        ("👨\U0001f3fd\u200d💻", "👨\U0001f3fd\u200d💻"),
        ("f\ufe0fr\u200dee", "f<U+FE0F>r<U+200D>ee"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown", "width"),
    [
        ("abc", "abc", 3),
        ("\t", "    ", 4),
        ("\x1b", "␛", 1),
        ("\u202e", "<U+202E>", 8),
        ("日本", "日本", 4),
        ("ｆｕ", "ｆｕ", 4),
        ("ﾊﾝ", "ﾊﾝ", 2),
        ("e\u0301", "e\u0301", 1),
        ("\u0301e", "◌\u0301e", 2),
        ("\u200b\u0301", "<U+200B>◌\u0301", 9),
        ("\u1112\u1161\u11ab", "\u1112\u1161\u11ab", 2),
        ("\u1112\ud7b0\ud7cb", "\u1112\ud7b0\ud7cb", 2),
        ("😀", "😀", 2),
        ("👩\u200d👩\u200d👧", "👩👩👧", 6),
        ("👍\U0001f3fd!", "👍!", 3),
        ("👨\U0001f3fd\u200d💻", "👨💻", 4),
        ("\U0001f3fd", "\U0001f3fd", 2),
        ("❤\ufe0f", "❤", 1),
        ("1\ufe0f\u20e3", "1\u20e3", 1),
        ("🇩🇪", "🇩🇪", 2),
        ("שלום", "שלום", 4),
        ("\ue000", "<U+E000>", 8),
        ("a" + "\u0301" * 9, "a" + "\u0301" * 7 + "◌" + "\u0301" * 2, 2),
    ],
)
def test_cells(text: str, shown: str, width: int) -> None:
    run = cells(text)
    assert ("".join(cell.shown for cell in run), total(run)) == (shown, width)


@given(st.text(), st.integers(0, 9))
def test_cells_cover_the_text_and_show_no_invisible_character(text: str, start: int) -> None:
    run = cells(text, start)
    assert [cell.start for cell in run[1:]] == [cell.end for cell in run[:-1]]
    assert not run or (run[0].start, run[-1].end) == (start, len(text))
    assert all(cell.width > 0 for cell in run)
    assert not UNSEEN.search("".join(cell.shown for cell in run))


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("a\u200bb", 5, "a<U+…"),
    ],
)
def test_clip(text: str, width: int, cut: str) -> None:
    assert clip(text, width) == cut


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 8, ["one two", "three"]),
        ("  one\n two ", 80, ["one two"]),
        ("日本 語語 x", 9, ["日本 語語", "x"]),
        ("https://acme.example/a-long-way x", 10, ["https://acme.example/a-long-way", "x"]),
        ("", 10, [""]),
    ],
)
def test_wrap(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("x https://acme.example/ y", ["x", "https://", "acme.exa", "mple/ y"]),
        ("日本語語語 x", ["日本語語", "語 x"]),
        ("a日本語語語", ["a日本語", "語語"]),
        ("", [""]),
    ],
)
def test_a_long_word_may_be_broken(text: str, lines: list[str]) -> None:
    assert wrap(text, 8, hard=True) == lines


@pytest.mark.parametrize(
    ("path", "width", "cut"),
    [("a/b.html", 8, "a/b.html"), ("a/b.html", 7, "…b.html"), ("日本/語.html", 8, "…語.html"), ("x" * 9, 1, "…")],
)
def test_clip_left(path: str, width: int, cut: str) -> None:
    assert clip_left(path, width) == cut


def test_width_counts_what_is_shown() -> None:
    assert (width_of("abc"), width_of("日本"), width_of("cafe\u0301")) == (3, 4, 4)
