"""The template languages: each a frozen Dialect, read from ``rules/lists/dialects.yaml`` and checked once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property, partial
from typing import Any

from maillint.data.lists import load_list
from maillint.message.template import spec
from maillint.message.template.spec import Block, DialectError, Pattern
from maillint.patterns import regex
from maillint.text.literals import literal_pieces
from maillint.values import NamedTuple, entity, field

_WEIGHED = 1_000_000
"""Characters in which evidence is sought; each piece of it is a search of its own."""


class Word(NamedTuple):
    """What stands first in a tag: its word, the name that a ``*`` in the dialect stands for, and what follows."""

    word: str
    name: str
    argument: str


class Evidence(NamedTuple):
    """A pattern that speaks for a language; a weight of 2 or more settles it."""

    weight: float
    pattern: Pattern


class Remedy(NamedTuple):
    """How a default is written in the texts that a pattern fits; ``{}`` in it is the expression that lacks one."""

    pattern: Pattern
    text: str


class Foreign(NamedTuple):
    """Languages with the same delimiters as another, and what a tag looks like that only they can have."""

    names: tuple[str, ...]
    pattern: Pattern


@entity
class Dialect:
    """A template language; the comment at the top of ``rules/lists/dialects.yaml`` explains the fields.

    ``closers`` and ``middles`` are the words that close and divide its blocks.
    """

    name: str
    title: str
    needles: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    aliases: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    embedded: bool = False
    trim: str = ""
    trim_end: str = ""
    ignore_case: bool = False
    delimiters: tuple[spec.DelimiterSpec, ...] = ()
    words: tuple[Pattern, ...] = ()
    blocks: Mapping[str, Block] = field(default_factory=dict)
    closers: frozenset[str] = frozenset()
    middles: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    inserts: frozenset[str] = frozenset()
    outputs: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    stores: Pattern | None = None
    per_iteration: Pattern | None = None
    unlisted_if: str = ""
    unknown_ends: Pattern | None = None
    program_text: spec.ProgramTextSpec | None = None
    razor: spec.RazorSpec | None = None
    attributes: spec.AttributesSpec | None = None
    foreign: tuple[Foreign, ...] = ()
    fallback: Pattern | None = None
    remedies: tuple[Remedy, ...] = ()
    defaults: str = ""

    def __repr__(self) -> str:
        return f"<dialect {self.name}>"

    def may_be_in(self, text: str) -> bool:
        """Whether a text could be in this language at all: one of the needles stands in it."""
        return any(needle in text for needle in self.needles)

    def weigh(self, text: str) -> tuple[float, str]:
        """Weigh the evidence for this language in the beginning of a text, which is all of any mail.

        Returns the weight and the heaviest piece found.
        """
        text = text[:_WEIGHED]
        total, heaviest, shown = 0.0, 0.0, ""
        for (weight, pattern), pieces in zip(self.evidence, self._pieces, strict=True):
            if pieces and not any(piece in text for piece in pieces):
                continue
            found = pattern.compiled.search(text)
            if found is None:
                continue
            total += weight
            if weight > heaviest:
                heaviest, shown = weight, " ".join(found[0].split())
        return total, shown

    @cached_property
    def _pieces(self) -> Sequence[tuple[str, ...]]:
        """For each piece of evidence, texts of which one must be there: to look for them costs less than to search."""
        return [literal_pieces(pattern.source) for _, pattern in self.evidence]

    def key(self, word: str) -> str:
        """A word as it is looked up."""
        return word.lower() if self.ignore_case else word

    def word(self, body: str) -> Word:
        """Take apart what stands inside a tag."""
        return match_word((pattern.compiled for pattern in self.words), body) or first_word(body)

    def block(self, word: Word) -> tuple[str, Block] | None:
        """The block that a word opens, with the key that it stands under."""
        own = self.key(word.word)
        for key in (own + word.name, f"{own}*" if word.name else "", own):
            if key and key in self.blocks:
                return key, self.blocks[key]
        if word.name.startswith(">") and f"{own}>*" in self.blocks:
            return f"{own}>*", self.blocks[f"{own}>*"]
        return None


def match_word(patterns: Iterable[re.Pattern[str]], body: str) -> Word | None:
    """Take a text apart by the first pattern that matches it; None without one."""
    for pattern in patterns:
        found = pattern.match(body)
        if found:
            groups = found.groupdict()
            word = on_one_line(groups["word"] or "")
            return Word(word, "".join((groups.get("name") or "").split()), (groups.get("argument") or "").strip())
    return None


_SHORT = 40
_MOST_SHARED = 2_000
_shared: dict[str, str] = {}


def on_one_line(text: str) -> str:
    """A text with its white space collapsed; many tags share a short one."""
    found = " ".join(text.split())
    if len(found) > _SHORT:
        return text if found == text else found
    if len(_shared) < _MOST_SHARED:
        return _shared.setdefault(found, found)
    return _shared.get(found, found)


_FIRST = regex(r"\S+")


def first_word(body: str) -> Word:
    """Take a text apart at its first space, or before an opening bracket."""
    found = _FIRST.match(body)
    word = found[0] if found else ""
    bracket = word.find("(")
    if bracket > 0:
        word = word[:bracket]
    return Word(word, "", body[len(word) :].strip())


# -- the languages in the list ------------------------------------------------------------------------


@cache
def dialects() -> Mapping[str, Dialect]:
    """The shipped dialects by name and by every alias; raises DialectError for an entry that cannot be read."""
    by_name = {name: read_dialect(name, entry) for name, entry in load_list("dialects").items()}
    result = dict(by_name)
    for dialect in by_name.values():
        for alias in dialect.aliases:
            result.setdefault(alias, dialect)
    return result


@cache
def all_dialects() -> tuple[Dialect, ...]:
    """The shipped dialects in the order of the list, each once."""
    return tuple(dict.fromkeys(dialects().values()))


# -- reading an entry ---------------------------------------------------------------------------------


def read_dialect(name: str, entry: Any) -> Dialect:
    """Read the entry of a language; raises DialectError, which says where it is wrong."""
    dialect = spec.Keys(partial(_make_dialect, name), _READERS, required=["title", "needles"])(entry, name)
    kinds = {delimiter.kind for delimiter in dialect.delimiters}
    if dialect.program_text is None and not kinds.isdisjoint({"code", "printed"}):
        raise DialectError(name, "its delimiters hold program text: the key 'program-text' is missing")
    if dialect.razor is not None and "{" not in dialect.blocks:
        raise DialectError(f"{name}: blocks", "'razor' needs the block '{'")
    return dialect


def _make_dialect(name: str, **fields: Any) -> Dialect:
    fold = str.lower if fields.get("ignore_case") else str
    blocks: dict[str, Block] = {fold(word): block for word, block in fields.pop("blocks", {}).items()}
    closers = frozenset(fold(word) for block in blocks.values() for word in block.ends)
    middles = frozenset(fold(word) for block in blocks.values() for word in block.middles)
    return Dialect(name, blocks=blocks, closers=closers, middles=middles, **fields)


def _needle_list(value: Any, where: str) -> tuple[str, ...]:
    needles = spec.texts(value, where)
    for needle in needles:
        if len(needle) < 2 or needle[0].isalnum() or needle[0].isspace():
            raise DialectError(where, f"{needle!r} must be two characters or more, the first no letter, digit or space")
    return needles


def _evidence(value: Any, where: str) -> Evidence:
    if not isinstance(value, list) or len(value) != 2 or isinstance(value[0], bool):
        raise DialectError(where, "must be a list of a weight and a pattern")
    if not isinstance(value[0], int | float) or value[0] <= 0:
        raise DialectError(where, "the weight must be a number above 0")
    return Evidence(value[0], spec.pattern(value[1], where))


def _remedy(value: Any, where: str) -> Remedy:
    pattern, text = spec.two_texts(value, where)
    if "{}" not in text:
        raise DialectError(where, "the second text has no {} for the expression")
    return Remedy(spec.pattern(pattern, where), text)


def _foreign(value: Any, where: str) -> tuple[Foreign, ...]:
    patterns = spec.by_name(spec.pattern)(value, where)
    return tuple(Foreign(tuple(names.split()), pattern) for names, pattern in patterns.items())


_READERS: Mapping[str, spec.Reader] = {
    "title": spec.text,
    "aliases": spec.texts,
    "extensions": spec.texts,
    "hints": spec.texts,
    "needles": _needle_list,
    "evidence": spec.list_of(_evidence),
    "embedded": spec.flag,
    "trim": spec.text,
    "trim-end": spec.text,
    "ignore-case": spec.flag,
    "delimiters": spec.list_of(spec.delimiter),
    "words": spec.patterns,
    "blocks": spec.by_name(spec.block),
    "silent": spec.names,
    "inserts": spec.names,
    "outputs": spec.names,
    "lines": spec.names,
    "stores": spec.pattern,
    "per-iteration": spec.pattern,
    "unlisted-if": spec.text,
    "unknown-ends": spec.pattern,
    "program-text": spec.program_text,
    "razor": spec.razor,
    "attributes": spec.attributes,
    "foreign": _foreign,
    "fallback": spec.pattern,
    "remedies": spec.list_of(_remedy),
    "defaults": spec.text,
}
