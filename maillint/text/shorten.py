"""Texts shortened for a message: the one place that does so. (Terminal cells are counted by ``output._cells.clip``.)"""

from __future__ import annotations

SHOWN = 80
"""The most characters of the input that a message quotes, unless it asks for another number."""


def shorten(text: str, longest: int = SHOWN) -> str:
    """Return a text on one line, with white space collapsed, cut to ``longest`` characters with an ellipsis.

    No more than four times as many characters are read, so that a long text costs no time.
    """
    line = " ".join(text[: 4 * longest].split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
