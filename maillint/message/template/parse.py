"""Reads a template: its tags and the choices that they make. Nothing is executed.

A dialect says how tags are delimited (``dialect``), the lexer finds them (``lexer``), their blocks make choices
(``blocks``), and ``views`` shows what each audience gets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property

from maillint.data.lists import load_list
from maillint.message.template.block_tags import BlockTag
from maillint.message.template.blocks import Structure, match_blocks
from maillint.message.template.detect import other_dialects
from maillint.message.template.dialect import Dialect
from maillint.message.template.lexer import find_tags
from maillint.message.template.tags import Broken, Choice, Problem, Tag
from maillint.patterns import regex
from maillint.text.spans import Span, fill
from maillint.values import frozen


@frozen
class Template:
    """A text's tags in order and what they make of it.

    ``dialect`` is None for a text that is no template. ``broken`` are places where a tag cannot be read;
    ``other_dialects`` are the languages beside the text's own whose tags are among ``tags``.
    """

    dialect: Dialect | None
    tags: tuple[Tag, ...] = ()
    structure: Structure = Structure()
    broken: tuple[Broken, ...] = ()
    other_dialects: tuple[Dialect, ...] = ()

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
        """Whether the text has tags that do more than print text: with those it may be a partial or a layout."""
        return any(tag.kind not in {"output", "comment"} for tag in self.tags)

    @cached_property
    def may_be_part(self) -> bool:
        """Whether statements may open or close what another file ends.

        Not in a template that extends another: each of its blocks takes the place of a whole one there.
        """
        return self.has_statements and not any(tag.word in _EXTENDING for tag in self.tags)

    @property
    def has_inserts(self) -> bool:
        """Whether a tag inserts another template, or puts a piece of this one into another (``{{#> layout}}``)."""
        return any(
            tag.kind == "insert" or tag.word in _WRAPPERS or (tag.kind == "open" and tag.word.startswith("#>"))
            for tag in self.tags
        )

    @cached_property
    def layout_fragments(self) -> tuple[Span, ...]:
        """The tags that insert a fragment of a layout (``header``, ``footer``), by the name of what they insert.

        Such a fragment may open elements that another one ends.
        """
        inserts = [tag for tag in self.tags if tag.kind == "insert"]
        if not inserts:
            return ()
        names = _fragment_names()
        return tuple(tag.span for tag in inserts if names.search(_inserted(tag)))


_EXTENDING = frozenset({"extends", "sw_extends"})
"""Words of tags that say which template this one fills the blocks of."""

_WRAPPERS = frozenset({"extends", "layout", "embed", "component"})
"""Words of tags that put a template, or a piece of it, into another."""

_QUOTED = regex(r"[\"'](?P<name>[^\"']{1,200})[\"']")


def _inserted(tag: Tag) -> str:
    """The name of what a tag inserts: the first quoted piece, or the first word after the tag's own."""
    quoted = _QUOTED.search(tag.argument[:500])
    if quoted:
        return quoted["name"]
    words = tag.argument[:500].removeprefix(tag.word).split()
    return words[0] if words else ""


@cache
def _fragment_names() -> re.Pattern[str]:
    return re.compile("|".join(load_list("partials")["layout-fragments"]), re.IGNORECASE)


@cache
def inserts_template(tag: str) -> bool:
    """Whether an element of this name stands for another template until a build tool inserts it (``<yield />``)."""
    names = load_list("partials")["elements"]
    return any(tag.startswith(name[:-1]) if name.endswith("*") else tag == name for name in names)


def read(text: str, dialect: Dialect | None) -> Template:
    """Read a text in a dialect; without one it has no tags. Linear in the text's length."""
    if dialect is None:
        return Template(None)
    tags, broken = _find_tags(text, dialect, ())
    others = other_dialects(text, dialect)
    if others:  # what looks like their tags may stand within those of the text's own language: look again without them
        others = other_dialects(fill(text, [tag.tag.span for tag in tags], " "), dialect)
    if others:
        tags, broken = _find_tags(text, dialect, others)
    return Template(dialect, tuple(tag.tag for tag in tags), match_blocks(tags), tuple(broken), others)


def _find_tags(text: str, dialect: Dialect, others: tuple[Dialect, ...]) -> tuple[list[BlockTag], list[Broken]]:
    tags, broken = find_tags(text, dialect, others)
    if dialect.razor is not None:
        from maillint.message.template.razor import read_razor  # noqa: PLC0415 -- seldom needed, and full of patterns

        tags = read_razor(text, dialect, tags)
    if dialect.attributes is not None:
        from maillint.message.template.attribute_blocks import add_attribute_tags  # noqa: PLC0415 -- as razor

        tags = add_attribute_tags(text, dialect, tags)
    return tags, broken
