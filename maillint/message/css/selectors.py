"""What a selector asks of an element, as far as its last part tells, and how much it weighs (Selectors Level 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from maillint.message.html.tree import Element

_SIMPLE = re.compile(r"([.#]?)(-?[A-Za-z_][\w-]*)|\[[^\]]*\]?|:{1,2}[\w-]+(?:\([^)]*\)?)?|[*\\]")
_ATTRIBUTE = re.compile(r"\[\s*(class|id)\s*([~*^|$]?)=\s*[\"']?([^\"'\]]*)[\"']?\s*\]")
_COMBINATOR = re.compile(r"[\s>+~]+")
_LONGEST = 300
_MOST_COMPOUNDS = 12

Asked = tuple[frozenset[str], tuple[str, ...]]
"""Names that an element must have, and pieces that one of its names must hold."""


@lru_cache(4096)
def asked(arm: str) -> Asked:
    """Return the classes and ids that a selector's last compound asks for, in whatever way it says so."""
    last = _COMBINATOR.split(arm)[-1]
    names = {name for name in _simple_names(last) if name[0] in ".#"}
    pieces = []
    for name, operator, value in _ATTRIBUTE.findall(last):
        if operator in {"", "~"}:
            names.update(f"{'.' if name == 'class' else '#'}{part}" for part in value.split())
        else:
            pieces.append(value)
    return frozenset(names), tuple(pieces)


@lru_cache(4096)
def last_names(arm: str) -> frozenset[str]:
    """What a selector's last compound asks of an element: its tag, ``.class`` and ``#id``."""
    last = _COMBINATOR.split(arm)[-1]
    return frozenset(_simple_names(last))


def _simple_names(compound: str) -> Iterator[str]:
    for match in _SIMPLE.finditer(compound):
        if match[2]:
            yield match[0] if match[1] else match[2].lower()


def names_of(element: Element) -> frozenset[str]:
    """An element's tag, classes and id, as selectors write them."""
    attrs = element.attrs
    names = [element.tag]
    if "class" in attrs:
        names.extend(f".{name}" for name in attrs["class"].split())
    if "id" in attrs:
        names.append(f"#{attrs['id'].strip()}")
    return frozenset(names)


def is_simple(arm: str) -> bool:
    """Whether a selector costs no more than a look at each element and those around it."""
    return len(arm) <= _LONGEST and ":has" not in arm and len(_COMBINATOR.split(arm)) <= _MOST_COMPOUNDS


@lru_cache(4096)
def specificity(arm: str) -> tuple[int, int, int]:
    """A selector's weight, by its ids, its classes (with attributes and states), and its tags."""
    ids = classes = tags = 0
    for match in _SIMPLE.finditer(arm):
        if match[1] == "#":
            ids += 1
        elif match[1] == "." or match[0][0] in "[:":
            classes += 1
        elif match[2]:
            tags += 1
    return ids, classes, tags
