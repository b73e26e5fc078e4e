"""The base of every error that is a user's to mend."""

from __future__ import annotations


class LintError(ValueError):
    """What could not be linted, read or understood, in one line for people; nothing has been printed or written.

    Raised for settings that are not valid, for files that are missing or unreadable, and for messages that
    contradict themselves (an unknown profile in a template's front matter).
    """
