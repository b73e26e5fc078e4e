"""What a template language is made of: the parts of its entry in ``rules/lists/dialects.yaml``, checked and frozen.

The comment at the top of that file explains every key; a field here has the name of its key. An unknown key, a value of
another type or a pattern that does not compile raises a DialectError, which names the language and the key. Patterns
are compiled when they are first needed: a run needs few of them.
"""

# Made at every start: named tuples take a fifth of the time that dataclasses take, and as much again is saved
# without `from __future__ import annotations`, which would have each of their annotations compiled.

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, Literal, TypeVar, get_args

from maillint.errors import LintError
from maillint.values import NamedTuple

BlockKind = Literal["plain", "if", "unless", "case", "for", "with", "section", "store"]
DelimiterKind = Literal["output", "comment", "statement", "mixed", "code", "printed", "literal"]
RawKind = Literal["", "text", "comment"]
AttributeKind = Literal["if", "unless", "for", "case", "when"]


class DialectError(LintError):
    """A fault in ``rules/lists/dialects.yaml``; ``where`` is the language and the keys that lead to it."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"dialects.yaml: {where}: {problem}")


class Pattern:
    """A regular expression, compiled on first use."""

    __slots__ = ("_compiled", "_where", "source")

    def __init__(self, source: str, where: str) -> None:
        self.source = source
        self._where = where
        self._compiled: re.Pattern[str] | None = None

    def __repr__(self) -> str:
        return f"<pattern {self.source}>"

    @property
    def compiled(self) -> re.Pattern[str]:
        """The expression, ready to search with; raises DialectError if it does not compile."""
        if self._compiled is None:
            try:
                self._compiled = re.compile(self.source)
            except re.error as error:
                raise DialectError(self._where, f"not a pattern: {error}") from None
        return self._compiled


class Block(NamedTuple):
    """A block that a word opens."""

    ends: frozenset[str] = frozenset()
    middles: frozenset[str] = frozenset()
    kind: BlockKind = "plain"
    scope: bool = False
    cross_branch: bool = False
    raw: RawKind = ""
    until: Pattern | None = None
    single: Pattern | None = None
    prints: bool = False


class DelimiterSpec(NamedTuple):
    """What a tag begins and ends with: ``open`` and ``close``, or ``tag``, or ``directive``."""

    kind: DelimiterKind
    open: Pattern | None = None
    close: Pattern | None = None
    tag: Pattern | None = None
    directive: Pattern | None = None
    inside: Pattern | None = None
    holds: Pattern | None = None
    nests: str = ""
    strings: bool = False
    one_line: bool = False
    to_end: bool = False
    certain: bool = False
    lax: bool = False
    host_only: bool = False
    not_in_styles: bool = False
    markers_only: bool = False
    reference: bool = False
    literal: frozenset[str] = frozenset()


class ProgramTextSpec(NamedTuple):
    """How program text in tags is read."""

    strings: Pattern
    comments: Pattern
    words: tuple[Pattern, ...]
    breaks: Pattern | None = None
    starts: Pattern | None = None
    braces: bool = False
    modifiers: Pattern | None = None
    inserts: Pattern | None = None
    prints: Pattern | None = None
    calls: Pattern | None = None


class RazorSpec(NamedTuple):
    """How code is read that a transition character begins within markup, and that may hold markup again."""

    transition: str
    comment: tuple[str, ...]
    blocks: frozenset[str]
    lines: frozenset[str]
    bodies: frozenset[str]
    code: frozenset[str]
    literal: frozenset[str]
    inserts: Pattern
    strings: Pattern
    comments: Pattern


class AttributesSpec(NamedTuple):
    """Which attributes of elements belong to a language, and what each does."""

    blocks: Mapping[str, AttributeKind]
    text: frozenset[str] = frozenset()
    prefix: str = ""
    sets: frozenset[str] = frozenset()


# -- reading ------------------------------------------------------------------------------------------

Reader = Callable[[Any, str], Any]
"""Checks a value and returns it in the type of its field; the text says where the value stands in the file."""

_T = TypeVar("_T")


class Keys(Generic[_T]):
    """Reads a mapping with known keys; ``make`` takes what was read, by the names of the keys."""

    def __init__(self, make: Callable[..., _T], readers: Mapping[str, Reader], required: Iterable[str] = ()) -> None:
        self._make = make
        self._readers = {key: (key.replace("-", "_"), reader) for key, reader in readers.items()}
        self._required = tuple(required)

    def __call__(self, value: Any, where: str) -> _T:
        """Read a mapping; raises DialectError."""
        if not isinstance(value, dict):
            raise DialectError(where, "must be a mapping of keys to values")
        found = {}
        for key, item in value.items():
            if key not in self._readers:
                raise DialectError(where, f"unknown key {key!r} (known: {', '.join(self._readers)})")
            name, reader = self._readers[key]
            found[name] = reader(item, f"{where}: {key}")
        for key in self._required:
            if key not in value:
                raise DialectError(where, f"the key {key!r} is missing")
        return self._make(**found)


def text(value: Any, where: str) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise DialectError(where, "must be a text")
    return value


def flag(value: Any, where: str) -> bool:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        raise DialectError(where, "must be true or false")
    return value


def texts(value: Any, where: str) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not set(map(type, value)) <= {str} or "" in value:
        raise DialectError(where, "must be a list of texts")
    return tuple(value)


def names(value: Any, where: str) -> frozenset[str]:
    """A list of texts in any order."""
    return frozenset(texts(value, where))


def pattern(value: Any, where: str) -> Pattern:
    """A regular expression."""
    return Pattern(text(value, where), where)


def patterns(value: Any, where: str) -> tuple[Pattern, ...]:
    """A list of regular expressions."""
    return tuple(Pattern(item, where) for item in texts(value, where))


def list_of(reader: Callable[[Any, str], _T]) -> Callable[[Any, str], tuple[_T, ...]]:
    """A list of what ``reader`` reads."""

    def read(value: Any, where: str) -> tuple[_T, ...]:
        if not isinstance(value, list):
            raise DialectError(where, "must be a list")
        return tuple(reader(item, f"{where}: {number}") for number, item in enumerate(value, 1))

    return read


def by_name(reader: Callable[[Any, str], _T]) -> Callable[[Any, str], dict[str, _T]]:
    """A mapping of names to what ``reader`` reads."""

    def read(value: Any, where: str) -> dict[str, _T]:
        if not isinstance(value, dict):
            raise DialectError(where, "must be a mapping of names to values")
        return {text(name, where): reader(item, f"{where}: {name}") for name, item in value.items()}

    return read


def _one_of(kinds: Any) -> Reader:
    allowed = get_args(kinds)

    def read(value: Any, where: str) -> str:
        if value not in allowed:
            raise DialectError(where, f"must be one of {', '.join(filter(None, allowed))}")
        return str(value)

    return read


def _pair(value: Any, where: str) -> str:
    if len(text(value, where)) != 2:
        raise DialectError(where, "must be two characters")
    return str(value)


def _two_texts(value: Any, where: str) -> tuple[str, ...]:
    if len(texts(value, where)) != 2:
        raise DialectError(where, "must be a list of two texts")
    return tuple(value)


_read_block = Keys(
    Block,
    {
        "ends": names,
        "middles": names,
        "kind": _one_of(BlockKind),
        "scope": flag,
        "cross-branch": flag,
        "raw": _one_of(RawKind),
        "until": pattern,
        "single": pattern,
        "prints": flag,
    },
)


def block(value: Any, where: str) -> Block:
    """A block."""
    found = _read_block(value, where)
    if (found.raw == "") != (found.until is None):
        raise DialectError(where, "raw and until belong together")
    return found


_read_delimiter = Keys(
    DelimiterSpec,
    {
        "kind": _one_of(DelimiterKind),
        "open": pattern,
        "close": pattern,
        "tag": pattern,
        "directive": pattern,
        "inside": pattern,
        "holds": pattern,
        "nests": _pair,
        "strings": flag,
        "one-line": flag,
        "to-end": flag,
        "certain": flag,
        "lax": flag,
        "host-only": flag,
        "not-in-styles": flag,
        "markers-only": flag,
        "reference": flag,
        "literal": names,
    },
    required=["kind"],
)


def delimiter(value: Any, where: str) -> DelimiterSpec:
    """A delimiter."""
    found = _read_delimiter(value, where)
    if [found.open, found.tag, found.directive].count(None) != 2 or (found.open is None) != (found.close is None):
        raise DialectError(where, "must have open and close, or tag, or directive")
    return found


program_text = Keys(
    ProgramTextSpec,
    {
        "strings": pattern,
        "comments": pattern,
        "words": patterns,
        "breaks": pattern,
        "starts": pattern,
        "braces": flag,
        "modifiers": pattern,
        "inserts": pattern,
        "prints": pattern,
        "calls": pattern,
    },
    required=["strings", "comments", "words"],
)

_RAZOR: Mapping[str, Reader] = {
    "transition": text,
    "comment": _two_texts,
    "blocks": names,
    "lines": names,
    "bodies": names,
    "code": names,
    "literal": names,
    "inserts": pattern,
    "strings": pattern,
    "comments": pattern,
}
razor = Keys(RazorSpec, _RAZOR, required=_RAZOR)

attributes = Keys(
    AttributesSpec,
    {"blocks": by_name(_one_of(AttributeKind)), "text": names, "prefix": text, "sets": names},
    required=["blocks"],
)
