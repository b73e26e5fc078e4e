"""How mails greet their reader: the words of ``rules/lists/greetings.yaml`` at the beginning of a line."""

from __future__ import annotations

from functools import cache

from maillint.data.lists import load_list


@cache
def _greetings() -> tuple[str, ...]:
    words = {word for language in load_list("greetings").values() for word in language}
    return tuple(sorted(words, key=len, reverse=True))


def greeting_length(line: str) -> int:
    """The length of the greeting that a line begins with, white space before it included; 0 without one."""
    start = len(line) - len(line.lstrip())
    low = line[start : start + 40].lower()
    if low.startswith(_greetings()):
        word = next(word for word in _greetings() if low.startswith(word))
        if not low[len(word) : len(word) + 1].isalnum():
            return start + len(word)
    return 0
