"""A template language: how its tags are delimited and what its words do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

from maillint.data.lists import load_list


@dataclass(frozen=True, slots=True)
class Block:
    """A block that a word opens; ``rules/lists/dialects.yaml`` explains the fields."""

    ends: frozenset[str] = frozenset()
    middles: frozenset[str] = frozenset()
    kind: str = "plain"
    scope: bool = False
    loose: bool = False
    raw: str = ""
    until: re.Pattern[str] | None = None
    single: re.Pattern[str] | None = None
    prints: bool = False

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Block:
        """Build a block from its entry."""
        return cls(
            frozenset(entry.get("ends", ())),
            frozenset(entry.get("middles", ())),
            entry.get("kind", "plain"),
            entry.get("scope", False),
            entry.get("loose", False),
            entry.get("raw", ""),
            re.compile(entry["until"]) if "until" in entry else None,
            re.compile(entry["single"]) if "single" in entry else None,
            entry.get("prints", False),
        )


class Word(NamedTuple):
    """What stands first in a tag: its word, the name that a ``*`` stands for, and what follows."""

    word: str
    name: str
    argument: str


class Dialect:
    """A template language (``rules/lists/dialects.yaml`` explains its fields); patterns are made when needed."""

    def __init__(self, name: str, entry: Mapping[str, Any]) -> None:
        self.name = name
        self.title: str = entry["title"]
        self.aliases: tuple[str, ...] = tuple(entry.get("aliases", ()))
        self.extensions: tuple[str, ...] = tuple(entry.get("extensions", ()))
        self.hints: tuple[str, ...] = tuple(entry.get("hints", ()))
        self.marks: tuple[str, ...] = tuple(entry["marks"])
        self.guest: bool = entry.get("guest", False)
        self.ignore_case: bool = entry.get("ignore-case", False)
        self.trim: str = entry.get("trim", "")
        self.trim_end: str = entry.get("trim-end", "")
        self.entry = entry

    def __repr__(self) -> str:
        return f"<dialect {self.name}>"

    def marked(self, text: str) -> bool:
        """Whether a text could be in this language at all."""
        return not _present(text).isdisjoint(self.marks)

    @cached_property
    def _signs(self) -> tuple[tuple[float, re.Pattern[str]], ...]:
        return tuple((weight, re.compile(pattern)) for weight, pattern in self.entry.get("signs", ()))

    def evidence(self, text: str) -> tuple[float, str]:
        """Weigh the signs of this language in a text; returns the weight and the heaviest sign found."""
        total, heaviest, shown = 0.0, 0.0, ""
        for weight, pattern in self._signs:
            found = pattern.search(text)
            if found is None:
                continue
            total += weight
            if weight > heaviest:
                heaviest, shown = weight, " ".join(found[0].split())
        return total, shown

    # -- words and blocks

    def key(self, word: str) -> str:
        """A word as it is looked up."""
        return word.lower() if self.ignore_case else word

    @cached_property
    def _words(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern) for pattern in self.entry.get("words", ()))

    def word(self, body: str) -> Word:
        """Take what stands inside a tag apart."""
        return take(self._words, body) or first_word(body)

    @cached_property
    def blocks(self) -> Mapping[str, Block]:
        """The blocks by their opening words."""
        return {self.key(word): Block.read(entry) for word, entry in self.entry.get("blocks", {}).items()}

    @cached_property
    def closers(self) -> frozenset[str]:
        """The words that close a block."""
        return frozenset(self.key(word) for block in self.blocks.values() for word in block.ends)

    @cached_property
    def middles(self) -> frozenset[str]:
        """The words that divide a block."""
        return frozenset(self.key(word) for block in self.blocks.values() for word in block.middles)

    @cached_property
    def silent(self) -> frozenset[str]:
        """Statement words that print nothing."""
        return frozenset(self.entry.get("silent", ()))

    @cached_property
    def inserts(self) -> frozenset[str]:
        """Statement words that print another template."""
        return frozenset(self.entry.get("inserts", ()))

    @cached_property
    def lines(self) -> frozenset[str]:
        """Words whose argument holds a statement a line."""
        return frozenset(self.entry.get("lines", ()))

    @cached_property
    def stores(self) -> re.Pattern[str] | None:
        """What a tag that keeps its value looks like."""
        return _pattern(self.entry.get("stores"))

    @cached_property
    def turns(self) -> re.Pattern[str] | None:
        """What the test of a block looks like that goes by the turns of a loop."""
        return _pattern(self.entry.get("turns"))

    @cached_property
    def unknown_ends(self) -> re.Pattern[str] | None:
        """What the end of a block that is not listed looks like."""
        return _pattern(self.entry.get("unknown-ends"))

    @cached_property
    def fallback(self) -> re.Pattern[str] | None:
        """What an output tag with a default looks like."""
        return _pattern(self.entry.get("fallback"))

    @property
    def markup_code(self) -> Mapping[str, Any] | None:
        """How code within markup is read, where a sign begins it."""
        return self.entry.get("markup-code")

    @property
    def attributes(self) -> Mapping[str, Any] | None:
        """What attributes do, where some belong to the language."""
        return self.entry.get("attributes")

    @cached_property
    def foreign(self) -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
        """Tags of other languages that use the same delimiters: the languages and what such a tag looks like."""
        return tuple(
            (tuple(names.split()), re.compile(pattern)) for names, pattern in self.entry.get("foreign", {}).items()
        )

    @property
    def defaults(self) -> str:
        """Where else a default may be set; empty where it can only stand in the template."""
        return str(self.entry.get("defaults", ""))

    def block(self, word: Word) -> tuple[str, Block] | None:
        """The block that a word opens, with the key it stands under."""
        own = self.key(word.word)
        for key in (own + word.name, f"{own}*" if word.name else "", own):
            if key and key in self.blocks:
                return key, self.blocks[key]
        if word.name.startswith(">") and f"{own}>*" in self.blocks:
            return f"{own}>*", self.blocks[f"{own}>*"]
        return None


def _pattern(source: str | None) -> re.Pattern[str] | None:
    return re.compile(source) if source else None


def take(patterns: Iterable[re.Pattern[str]], body: str) -> Word | None:
    """Take a body apart by the first pattern that matches it."""
    for pattern in patterns:
        found = pattern.match(body)
        if found:
            groups = found.groupdict()
            word = " ".join((groups["word"] or "").split())
            return Word(word, "".join((groups.get("name") or "").split()), (groups.get("argument") or "").strip())
    return None


_FIRST = re.compile(r"\S+")


def first_word(body: str) -> Word:
    """Take a body apart at its first space, or before an opening bracket."""
    found = _FIRST.match(body)
    word = found[0] if found else ""
    bracket = word.find("(")
    if bracket > 0:
        word = word[:bracket]
    return Word(word, "", body[len(word) :].strip())


@cache
def dialects() -> Mapping[str, Dialect]:
    """The shipped dialects by name, and by every other name they go by."""
    own = {name: Dialect(name, entry) for name, entry in load_list("dialects").items()}
    result = dict(own)
    for dialect in own.values():
        for alias in dialect.aliases:
            result.setdefault(alias, dialect)
    return result


@cache
def own_dialects() -> tuple[Dialect, ...]:
    return tuple(dict.fromkeys(dialects().values()))


@cache
def _marks() -> Mapping[str, tuple[str, ...]]:
    """The marks of all dialects by their first two characters."""
    found: dict[str, dict[str, None]] = {}
    for dialect in own_dialects():
        for mark in dialect.marks:
            found.setdefault(mark[:2], {})[mark] = None
    return {start: tuple(marks) for start, marks in found.items()}


@cache
def _starts() -> re.Pattern[str]:
    """The first two characters of any mark, at every place where they stand."""
    following: dict[str, str] = {}
    for start in _marks():
        following[start[0]] = following.get(start[0], "") + start[1]
    firsts = "|".join(f"{re.escape(first)}(?=[{re.escape(second)}])" for first, second in following.items())
    return re.compile(f"({firsts})(?=(.))")


@lru_cache(4)
def _present(text: str) -> frozenset[str]:
    """The marks that stand in a text; one pass tells which are worth a search."""
    starts = {first + second for first, second in set(_starts().findall(text))}
    return frozenset(mark for start in starts for mark in _marks()[start] if mark == start or mark in text)
