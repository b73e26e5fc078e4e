"""The one way in which a text is made fit for a message."""

from __future__ import annotations

SHOWN = 80
"""Characters of a piece of the input that a message quotes at the most, unless it says otherwise."""


def shorten(text: str, longest: int = SHOWN) -> str:
    """Return a text on one line, white space collapsed, and cut with an ellipsis to at most so many characters.

    No more than four times as many characters are read, so that padding costs nothing.
    """
    line = " ".join(text[: 4 * longest].split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
