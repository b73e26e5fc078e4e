"""Reads phrase lists: the shipped ones (rules/lists/phrases), compiled and cached, and phrases that settings add."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from maillint.data.lists import load_plain, load_yaml, rules_folder
from maillint.text.phrases import INDEX_FORMAT, Phrase, PhraseIndex, compile_phrases, phrase_tokens

COMPILED = f"phrases-{INDEX_FORMAT}.json"
"""The file name of the compiled phrases."""

OWN_CATEGORY = "your own list"
"""The category of phrases that settings add."""

OWN_WEIGHT = 2
"""Their weight: that of strong sales pressure in the shipped lists, which is reported phrase by phrase."""


@cache
def phrase_index() -> PhraseIndex:
    """Return the phrases of every shipped language; the compiled form is cached by the content of the lists."""
    data = load_plain(COMPILED, ("rules/lists/phrases/",), compile_shipped_phrases)
    return PhraseIndex(data["phrases"], data["tokens"], [(*run,) for run in data["runs"]], data["heads"])


@cache
def listed_languages() -> frozenset[str]:
    """Return the ISO 639-1 codes of the languages that have a shipped list."""
    return frozenset(name.removesuffix(".yaml") for name in _names())


def compile_shipped_phrases() -> str:
    """Return the compiled form of the shipped phrases; raises as ``read_phrases``."""
    contents = _phrase_lists()
    entries = [entry for content in contents for entry in read_phrases(load_yaml(content.decode("utf-8")))]
    return compile_phrases(entries).to_json()


def _phrase_lists() -> list[bytes]:
    contents = []
    for name in _names():
        with open(os.path.join(_folder(), name), "rb") as file:  # noqa: PTH118, PTH123
            contents.append(file.read())
    return contents


def _names() -> list[str]:
    return sorted(name for name in os.listdir(_folder()) if name.endswith(".yaml"))  # noqa: PTH208


def _folder() -> str:
    return os.path.join(rules_folder(), "lists", "phrases")  # noqa: PTH118 -- as in maillint.data


@lru_cache(16)
def own_phrases(texts: tuple[str, ...]) -> PhraseIndex:
    """Return phrases that settings add or allow, as an index; raises ValueError for one that can never match."""
    return compile_phrases([Phrase(text, OWN_CATEGORY, OWN_WEIGHT) for text in texts])


def read_phrases(document: object) -> list[Phrase]:
    """Return the phrases of a list, given as the content of its YAML file, in order.

    The head of `rules/lists/phrases/en.yaml` describes the format. Raises ValueError, which names the place,
    where the content has another shape.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("categories"), Mapping):
        raise ValueError("a phrase list needs a mapping `categories`")
    unknown = set(document) - {"language", "source", "categories"}
    if unknown:
        raise ValueError(f"unknown key {min(map(str, unknown))!r} in a phrase list")
    return [
        entry for name, category in document["categories"].items() for entry in _category_entries(str(name), category)
    ]


def _category_entries(name: str, category: object) -> Iterator[Phrase]:
    if not isinstance(category, Mapping):
        raise ValueError(f"category {name}: expected weight, why and phrases")
    unknown = set(category) - {"weight", "why", "phrases", "not"}
    if unknown:
        raise ValueError(f"category {name}: unknown key {min(map(str, unknown))!r}")
    weight = category.get("weight")
    if type(weight) is not int or weight not in (1, 2, 3):
        raise ValueError(f"category {name}: weight must be 1, 2 or 3")
    for key, negative in (("phrases", False), ("not", True)):
        texts = category.get(key, [])
        if not isinstance(texts, list):
            raise ValueError(f"category {name}: {key} must be a list")
        for text in texts:
            if not isinstance(text, str):
                raise ValueError(f"category {name}: {text!r} is not text; put it in quotes")
            try:
                phrase_tokens(text)
            except ValueError as error:
                raise ValueError(f"category {name}: {error}") from None
            yield Phrase(text, name, weight, negative)
