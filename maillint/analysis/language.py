"""The language that a message is written in, by its small words or its script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from maillint.data.lists import load_list
from maillint.message.memo import remembered
from maillint.message.model import Message
from maillint.patterns import regex
from maillint.values import NamedTuple

_READ = 6000
"""Characters of the visible text that are looked at."""

_FEWEST = 5
_LEAST_SHARE = 0.15
"""How many small words a text must have to be known, and what part of all its words they are."""

_CLEAR = 1.3
"""How many times as many small words of one language as of any other there must be."""

_LETTERS = 20
"""How many letters of a script a text must have; in Japanese most are Chinese."""

_BEYOND_LATIN = "\u036f"

_WORD = regex(r"[^\W\d_]++")


class Language(NamedTuple):
    """A language: its ISO 639-1 code, and its English name."""

    code: str
    name: str


@remembered
def language_of(message: Message) -> Language | None:
    """The language of the longest text that readers see; None where too little of it tells."""
    texts = [view.content.flow.text[:_READ] for part in message.parts for view in (part.views.first,)]
    text = max(texts, key=len, default="")
    return _by_script(text) or _by_words(text)


def _by_script(text: str) -> Language | None:
    if sum(1 for character in text if character > _BEYOND_LATIN and character.isalpha()) < _LETTERS // 2:
        return None  # quotes, dashes and what template tags print are no letters
    letters = sum(map(len, _WORD.findall(text)))
    found = {language: sum(map(len, pattern.findall(text))) for language, pattern in _languages().scripts}
    japanese = next(language for language in found if language.code == "ja")
    if found[japanese] >= _LETTERS // 2:
        return japanese
    language = max(found, key=lambda language: found[language])
    return language if found[language] >= max(_LETTERS, letters / 3) else None


def _by_words(text: str) -> Language | None:
    words = _WORD.findall(text.lower())
    counts: dict[Language, int] = {}
    by_word = _languages().by_word
    for word in words:
        for language in by_word.get(word, ()):
            counts[language] = counts.get(language, 0) + 1
    if not counts:
        return None
    first, *others = sorted(counts, key=lambda language: -counts[language])
    enough = counts[first] >= max(_FEWEST, _LEAST_SHARE * len(words))
    return first if enough and (not others or counts[first] >= _CLEAR * counts[others[0]]) else None


class _Languages(NamedTuple):
    by_word: Mapping[str, tuple[Language, ...]]
    scripts: tuple[tuple[Language, re.Pattern[str]], ...]


@cache
def _languages() -> _Languages:
    by_word: dict[str, tuple[Language, ...]] = {}
    scripts: list[tuple[Language, re.Pattern[str]]] = []
    for code, entry in load_list("languages")["languages"].items():
        language = Language(code, entry["name"])
        for word in dict.fromkeys(entry.get("words", ())):
            by_word[word] = (*by_word.get(word, ()), language)
        if "script" in entry:
            scripts.append((language, regex(f"[{entry['script']}]+")))
    return _Languages(by_word, tuple(scripts))
