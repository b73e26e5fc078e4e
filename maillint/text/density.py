"""How much of a text is looked at: one that is nothing but tags would take hundreds of times its length in memory."""

from __future__ import annotations

FREE = 50_000
"""Tags, references, braces and addresses that any text may have."""

CHARACTERS = 50
"""A text may have one more for so many characters of its length; mail has one for thirty to a hundred, and is short."""

LEAST = 17
"""A text may have one for so many characters, however long it is: beyond a megabyte, that is more than the rest."""

_WEIGHTS = {
    "<": 2,
    "&": 2,
    "=": 1,
    "src=": 4,
    "action=": 5,
    "href=": 6,
    "rl(": 6,
    "www.": 10,
    "://": 10,
    "{": 2,
    "}": 4,
    "%": 1,
    "@": 4,
    "|": 4,
    "$": 2,
    "<#": 4,
    "#if": 4,
    "#end": 2,
    "th:": 5,
    "width:": -5,
    "<mj-": 6,
}
"""By what begins something in a text, in lower case, how much memory that takes, in halves of a tag."""

_MOST = {"<": 8, "&": 2, "=": 7, "(": 6, ".": 10, ":": 10, "{": 2, "}": 4, "%": 1, "@": 4, "|": 4, "$": 2, "#": 4}
"""The most that one of these characters can add to that, with the others of its piece: counted in no time."""


def readable_length(text: str) -> int:
    """How many characters of a text are looked at: all, unless it holds more than any mail does."""
    if len(text) <= FREE // 2:
        return len(text)
    allowed = max(FREE + len(text) // CHARACTERS, len(text) // LEAST)
    if not _exceeds(text, allowed):
        return len(text)
    enough, too_many = 0, len(text)
    while too_many - enough > 1_000:
        middle = (enough + too_many) // 2
        if _weight(text, middle) <= allowed:
            enough = middle
        else:
            too_many = middle
    return enough


def is_dense(text: str) -> bool:
    """Whether a text holds so much that each view of it takes a lot of memory."""
    return len(text) > FREE // 2 and _exceeds(text, FREE)


def _exceeds(text: str, allowed: int) -> bool:
    """Whether a text weighs more than so many tags; of most it is plain that they do not."""
    most = sum(weight * text.count(character) for character, weight in _MOST.items()) // 2
    return most > allowed and _weight(text, len(text)) > allowed


def _weight(text: str, end: int) -> int:
    begin = text[:end].lower()
    return sum(weight * begin.count(piece) for piece, weight in _WEIGHTS.items()) // 2
