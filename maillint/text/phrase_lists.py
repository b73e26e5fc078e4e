"""The shipped lists of spam phrases, compiled."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache, lru_cache

from maillint.data.compiled import load_text
from maillint.data.lists import digest, load_yaml, rules_folder
from maillint.text.phrases import INDEX_FORMAT, Phrase, PhraseIndex, compile_phrases, read_phrases

_COMPILED = "phrases.json"

OWN_CATEGORY = "your own list"
OWN_WEIGHT = 2
"""Phrases that settings add are reported one by one, as those of strong sales pressure are."""


@cache
def phrase_index() -> PhraseIndex:
    """Return the phrases of every shipped language; they are compiled once and kept by content."""
    contents = _phrase_lists()
    return PhraseIndex.from_json(load_text(_COMPILED, _phrases_key(contents), lambda: _compile(contents)))


def compiled_phrases() -> tuple[str, str, str]:
    """Return the name, the key and the text of the compiled phrases, for the build of a wheel."""
    contents = _phrase_lists()
    return _COMPILED, _phrases_key(contents), _compile(contents)


def _phrase_lists() -> list[bytes]:
    folder = os.path.join(rules_folder(), "lists", "phrases")  # noqa: PTH118 -- as in maillint.data
    contents = []
    for name in sorted(os.listdir(folder)):  # noqa: PTH208
        if name.endswith(".yaml"):
            with open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123
                contents.append(file.read())
    return contents


def _phrases_key(contents: Sequence[bytes]) -> str:
    return digest([str(INDEX_FORMAT).encode(), *contents])


def _compile(contents: Sequence[bytes]) -> str:
    entries = [entry for content in contents for entry in read_phrases(load_yaml(content.decode("utf-8")))]
    return compile_phrases(entries).to_json()


@lru_cache(16)
def own_phrases(texts: tuple[str, ...]) -> PhraseIndex:
    return compile_phrases([Phrase(text, OWN_CATEGORY, OWN_WEIGHT) for text in texts])
