"""Selectors: what their last compound requires of an element, and their specificity (Selectors Level 4)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from maillint.patterns import regex
from maillint.values import NamedTuple

_SIMPLE = regex(r"([.#]?)(-?[A-Za-z_][\w-]*)|\[[^\]]*\]?|:{1,2}[\w-]+(?:\([^)]*\)?)?|[*\\]")
_ATTRIBUTE = regex(r"\[\s*(class|id)\s*([~*^|$]?)=\s*+[\"']?([^\"'\]]{0,300}+)[\"']?\s*+\]")
_COMBINATOR = regex(r"[\s>+~]+")
_PLAIN = regex(r"[A-Za-z][\w-]*(?:[.#]-?[A-Za-z_][\w-]*)*|(?:[.#]-?[A-Za-z_][\w-]*)+")
_ONE_NAME = regex(r"[a-z][a-z0-9]*|[.#][A-Za-z_][\w-]*")
_LONGEST = 300
_MOST_COMPOUNDS = 12


class ClassTest(NamedTuple):
    """What a selector's last compound requires of an element's classes and id, in whatever way it says so.

    ``names`` (``.class``, ``#id``) must all be the element's; each of ``pieces`` must be part of one of its names.
    """

    names: frozenset[str]
    pieces: tuple[str, ...]

    def passes(self, names: frozenset[str]) -> bool:
        """Whether an element with these names passes."""
        return self.names <= names and all(any(piece in name for name in names) for piece in self.pieces)


class Selector:
    """One selector of a rule's list."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def names(self) -> frozenset[str]:
        """The tag, ``.class`` and ``#id`` that the last compound requires."""
        return frozenset((self.text,)) if _ONE_NAME.fullmatch(self.text) else frozenset(_simple_names(self._last))

    @cached_property
    def class_test(self) -> ClassTest:
        """What the last compound requires of classes and id."""
        names = {name for name in self.names if name[0] in ".#"}
        pieces = []
        for name, operator, value in _ATTRIBUTE.findall(self._last):
            if operator in {"", "~"}:
                names.update(f"{'.' if name == 'class' else '#'}{part}" for part in value.split())
            else:
                pieces.append(value)
        return ClassTest(frozenset(names), tuple(pieces))

    @cached_property
    def specificity(self) -> tuple[int, int, int]:
        """The weight, by ids, by classes (with attributes and states), and by tags."""
        ids = classes = tags = 0
        for match in _SIMPLE.finditer(self.text):
            if match[1] == "#":
                ids += 1
            elif match[1] == "." or match[0][0] in "[:":
                classes += 1
            elif match[2]:
                tags += 1
        return ids, classes, tags

    @cached_property
    def is_plain(self) -> bool:
        """Whether ``names`` are all that it requires."""
        return _PLAIN.fullmatch(self.text) is not None

    @cached_property
    def is_cheap(self) -> bool:
        """Whether it costs no more than a look at each element and those around it."""
        text = self.text
        return len(text) <= _LONGEST and ":has" not in text and len(_COMBINATOR.split(text)) <= _MOST_COMPOUNDS

    @cached_property
    def _last(self) -> str:
        return _COMBINATOR.split(self.text)[-1]


def _simple_names(compound: str) -> Iterator[str]:
    for match in _SIMPLE.finditer(compound):
        if match[2]:
            yield match[0] if match[1] else match[2].lower()
