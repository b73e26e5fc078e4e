"""Text of the input made safe for a terminal, and measured in terminal cells.

Characters that a reader cannot see, or that would control the terminal, are replaced: control characters by
their pictures (``␛``), BiDi controls, zero-width and other ignorable characters by ``<U+202E>``, a tab by spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from unicodedata import category, east_asian_width

from maillint.patterns import regex
from maillint.values import NamedTuple

TAB_WIDTH = 4
"""Cells."""

# C0 and C1 controls, line and paragraph separators, surrogates, noncharacters of the BMP, and
# Default_Ignorable_Code_Point (Unicode, DerivedCoreProperties.txt) with the interlinear annotations.
UNSEEN = regex(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SURROGATES = regex("[\ud800-\udfff]")
_JOINER = "\u200d"
_SELECTORS = "\ufe0e\ufe0f"
_KEYCAP = "\u20e3"
_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_LONGEST_CLUSTER = 8
"""Characters that are shown in one cell at most: a pile of combining marks would cover the lines above."""


class Cell(NamedTuple):
    """A character with the characters that combine with it: its ``[start, end)`` in the text, and how it is shown.

    ``width`` is in terminal cells and at least 1. ``replaced``: ``shown`` stands for a character that cannot be
    shown.
    """

    start: int
    end: int
    shown: str
    width: int
    replaced: bool = False


def visible(text: str) -> str:
    """Return a text on one line, with control characters and invisible characters replaced."""
    if text.isascii() and text.isprintable():
        return text
    return UNSEEN.sub(_replace, text)


def well_formed(text: str) -> str:
    """Return a text that every Unicode encoding can carry: a lone surrogate becomes U+FFFD."""
    return _SURROGATES.sub("\ufffd", text)


def cells(text: str, start: int = 0, end: int | None = None) -> list[Cell]:
    """Return the cells of ``text[start:end]``, with offsets in ``text``.

    Terminals disagree about the width of emoji sequences, so their joiners, variation selectors and skin tones
    are not shown, and their emoji are shown side by side.
    """
    result: list[Cell] = []
    for index in range(start, len(text) if end is None else end):
        char = text[index]
        if " " <= char <= "~":
            result.append(Cell(index, index + 1, char, 1))
            continue
        shown, width = _glyph(char)
        silent = _in_emoji(text, index)
        last = result[-1] if result else None
        joins = last is not None and not last.replaced and last.end - last.start < _LONGEST_CLUSTER
        if last is not None and joins and (silent or not width):
            result[-1] = last._replace(end=index + 1, shown=last.shown if silent else last.shown + shown)
        elif width:
            result.append(Cell(index, index + 1, shown, width, bool(UNSEEN.match(char))))
        else:
            result.append(Cell(index, index + 1, "\u25cc" + shown, 1))
    return result


def width_of(text: str) -> int:
    """Return how many terminal cells a text takes, which has been through ``visible``."""
    return len(text) if text.isascii() else total(cells(text))


def total(run: Iterable[Cell]) -> int:
    """Return how many terminal cells a run of cells takes."""
    return sum(cell.width for cell in run)


def clip(text: str, width: int) -> str:
    """Return a text made ``visible`` and cut to at most ``width`` terminal cells, the last of them ``…`` if it was cut.

    Unlike ``text.shorten``, which counts characters, this fits text to a column of a terminal.
    """
    text = visible(text)
    if text.isascii():
        return text if len(text) <= width else text[: max(width - 1, 0)] + "…"
    run = cells(text, 0, min(len(text), width * _LONGEST_CLUSTER))
    if run and run[-1].end == len(text) and total(run) <= width:
        return text
    end, room = 0, width - 1
    for cell in run:
        room -= cell.width
        if room < 0:
            break
        end = cell.end
    return text[:end] + "…"


def clip_left(text: str, width: int) -> str:
    """Do what ``clip`` does from the other end: for a path, whose end tells most."""
    text = visible(text)
    if width_of(text) <= width:
        return text
    run, start, room = cells(text), len(text), width - 1
    for cell in reversed(run):
        room -= cell.width
        if room < 0:
            break
        start = cell.start
    return "…" + text[start:]


def wrap(text: str, width: int, *, hard: bool = False) -> list[str]:
    """Return a text made ``visible`` in lines of at most ``width`` terminal cells.

    A longer word has a longer line, or with ``hard``, several lines.
    """
    words = visible(" ".join(text.split())).split(" ")
    if hard:
        words = [piece for word in words for piece in _pieces(word, width)]
    lines: list[str] = []
    used = 0
    for word in words:
        size = width_of(word)
        if lines and used + 1 + size <= width:
            lines[-1] += " " + word
            used += 1 + size
        else:
            lines.append(word)
            used = size
    return lines


def _pieces(word: str, width: int) -> list[str]:
    """A word in pieces of at most ``width`` cells."""
    if width_of(word) <= width:
        return [word]
    ends, used = [0], 0
    for cell in cells(word):
        used += cell.width
        if used > width:
            ends.append(cell.start)
            used = cell.width
    return [word[start:end] for start, end in pairwise([*ends, len(word)])]


def _glyph(char: str) -> tuple[str, int]:
    """How a character is shown, and in how many cells: 0 for one that combines with the one before."""
    if char == "\t":
        return " " * TAB_WIDTH, TAB_WIDTH
    if char < " ":
        return chr(0x2400 + ord(char)), 1
    if char == "\x7f":
        return "\u2421", 1
    if UNSEEN.match(char):
        return _named(char)
    kind = category(char)
    if kind in {"Mn", "Me"} or "\u1161" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff":
        return char, 0  # marks, and the vowels and finals of a decomposed Hangul syllable
    if kind in {"Cn", "Co"}:
        return _named(char)
    return char, 2 if east_asian_width(char) in {"W", "F"} else 1


def _named(char: str) -> tuple[str, int]:
    shown = f"<U+{ord(char):04X}>"
    return shown, len(shown)


def _replace(match: re.Match[str]) -> str:
    char = match[0]
    return char if _in_emoji(match.string, match.start()) else _glyph(char)[0]


def _in_emoji(text: str, index: int) -> bool:
    """Whether a character is a joiner, a variation selector or a skin tone within an emoji sequence."""
    char = text[index]
    if char != _JOINER and char not in _SELECTORS and char not in _TONES:
        return False
    base = next((before for before in text[max(index - 2, 0) : index][::-1] if not _modifies(before)), "")
    following = text[index + 1 : index + 2]
    if char in _SELECTORS and base and base in "#*0123456789":
        return following == _KEYCAP
    if char == _JOINER and not _symbol(following):
        return False
    return _symbol(base)


def _modifies(char: str) -> bool:
    return char in _SELECTORS or char in _TONES


def _symbol(char: str) -> bool:
    # Unicode puts these emoji into other categories than symbols: ‼ ⁉ 〰 〽 ℹ.
    return char > "\x7f" and (category(char) in {"So", "Sm"} or char in "\u203c\u2049\u3030\u303d\u2139")
