"""The base of every error that is a user's to mend."""

from __future__ import annotations

MAX_LINE = 2_000
"""Characters of an error's line at the most."""


class LintError(ValueError):
    """What could not be linted, read or understood, in one line for people; nothing has been printed or written.

    Raised for settings that are not valid, for files that are missing or unreadable, and for messages that
    contradict themselves (an unknown profile in a template's front matter).
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(one_line(message))


def one_line(text: str) -> str:
    """A text on one line, not too long, with what cannot be printed as escapes: errors quote what they are about."""
    if len(text) > MAX_LINE:
        text = f"{text[: MAX_LINE - 1]}…"
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def reason_of(error: Exception, longest: int) -> str:
    """What an error says, cut, after the name of its class unless the error is a user's to mend."""
    said = " ".join(str(error).split())[:longest]
    return said if isinstance(error, LintError) else f"{type(error).__name__}: {said}"
