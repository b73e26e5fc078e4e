"""Templates: their tags and the choices those make. They are never executed.

A dialect says how tags are delimited (``dialects``), the lexer finds them (``lexer``), their blocks make
choices (``choices``), and ``views`` shows what each audience gets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from maillint.data.lists import load_list
from maillint.message.template.attribute_blocks import element_marks
from maillint.message.template.block_tags import Mark
from maillint.message.template.blocks import Structure, build
from maillint.message.template.detect import guests
from maillint.message.template.dialect import Dialect
from maillint.message.template.lexer import read_marks
from maillint.message.template.razor import read_markup_code
from maillint.message.template.tags import Broken, Choice, Problem, Tag
from maillint.text.spans import Span, fill


@dataclass(frozen=True)
class Template:
    """A text's tags in order and what they make of it.

    ``structure`` holds its choices, the tags that match no other, and the blocks kept for later; ``broken``
    are places where a tag cannot be read; ``guests`` are merge-tag languages found beside the text's own.
    """

    dialect: Dialect | None
    tags: tuple[Tag, ...] = ()
    structure: Structure = Structure()
    broken: tuple[Broken, ...] = ()
    guests: tuple[Dialect, ...] = ()

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The choices at the top level."""
        return self.structure.choices

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The tags that match no other."""
        return self.structure.problems

    def outputs(self) -> Iterator[Tag]:
        """The tags that print something."""
        return (tag for tag in self.tags if tag.prints)

    @cached_property
    def has_statements(self) -> bool:
        """Whether anything but text output and comments stands in the text (a partial or layout may)."""
        return any(tag.kind not in {"output", "comment"} for tag in self.tags)

    @property
    def has_inserts(self) -> bool:
        """Whether a tag inserts another template, or puts a piece of this one into another (``{{#> layout}}``)."""
        return any(
            tag.kind == "insert" or tag.word in _WRAPPERS or (tag.kind == "open" and tag.word.startswith("#>"))
            for tag in self.tags
        )

    @cached_property
    def halves(self) -> tuple[Span, ...]:
        """The tags that insert half of a layout, by the name of what they insert."""
        inserts = [tag for tag in self.tags if tag.kind == "insert"]
        if not inserts:
            return ()
        named = _half_names()
        return tuple(tag.span for tag in inserts if named.search(_inserted(tag)))


_WRAPPERS = frozenset({"extends", "layout", "embed", "component"})
"""Words of tags that put a template, or a piece of it, into another."""

_QUOTED = re.compile(r"[\"'](?P<name>[^\"']{1,200})[\"']")


def _inserted(tag: Tag) -> str:
    """The name of what a tag inserts: the first quoted piece, or the first word after the tag's own."""
    quoted = _QUOTED.search(tag.argument[:500])
    if quoted:
        return quoted["name"]
    words = tag.argument[:500].removeprefix(tag.word).split()
    return words[0] if words else ""


@cache
def _half_names() -> re.Pattern[str]:
    return re.compile("|".join(load_list("partials")["halves"]), re.IGNORECASE)


@cache
def inserts_template(tag: str) -> bool:
    """Whether an element of this name stands for another template until a build tool inserts it (``<yield />``)."""
    names = load_list("partials")["elements"]
    return any(tag.startswith(name[:-1]) if name.endswith("*") else tag == name for name in names)


def read(text: str, dialect: Dialect | None) -> Template:
    """Read a text in a dialect; without one it has no tags. Linear in the text's length."""
    if dialect is None:
        return Template(None)
    marks, broken = _read_beside(text, dialect, ())
    others = guests(text, dialect)
    if others:  # what their tags look like may also stand within this language's own: look again without those
        others = guests(fill(text, [mark.tag.span for mark in marks], " "), dialect)
    if others:
        marks, broken = _read_beside(text, dialect, others)
    return Template(dialect, tuple(mark.tag for mark in marks), build(marks), tuple(broken), others)


def _read_beside(text: str, dialect: Dialect, others: tuple[Dialect, ...]) -> tuple[list[Mark], list[Broken]]:
    marks, broken = read_marks(text, dialect, others)
    if dialect.markup_code is not None:
        marks = read_markup_code(text, dialect, marks)
    if dialect.attributes is not None:
        marks = element_marks(text, dialect, marks)
    return marks, broken
