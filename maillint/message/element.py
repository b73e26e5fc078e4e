"""One element of a parsed view, with the spans of its attributes found when they are asked for."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from maillint.text import Span, overlaps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from maillint.message.html import Html

TAG_NAME = re.compile(r"<[^\s/>]+")
ATTRIBUTE = re.compile(
    r"""[\s/]*(?P<name>=?[^\s/>=]+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>]+))?)?"""
)
"""The attribute states of the HTML tokenizer (13.2.5.32-39) over the source of one start tag."""


class Attribute(NamedTuple):
    """One attribute as it stands in the source; ``span`` covers name and value, ``value`` only the value."""

    name: str
    span: Span
    value: Span


class Element:
    """A start tag and what belongs to it.

    ``attrs`` maps lower-case names to decoded values; ``content_end`` is where the element's content ends,
    with or without an end tag. ``hidden``: it, or an element around it, is kept from the reader's eye.
    ``silent``: its text is no text of the message (a style, a title). ``block`` is the block element that
    its text flows in.
    """

    __slots__ = (
        "__dict__",
        "attrs",
        "block",
        "content_end",
        "depth",
        "end_tag",
        "hidden",
        "html",
        "index",
        "inherited",
        "parent",
        "self_closing",
        "silent",
        "span",
        "tag",
    )

    def __init__(
        self, tag: str, attrs: dict[str, str], span: Span, html: Html, index: int, self_closing: bool = False
    ) -> None:
        self.tag = tag
        self.attrs = attrs
        self.span = span
        self.html = html
        self.index = index
        self.self_closing = self_closing
        self.end_tag: Span | None = None
        self.content_end = span.end
        self.parent: Element | None = None
        self.depth = 0
        self.hidden = False
        self.silent = False
        self.block: Element | None = None
        self.inherited: dict[str, Span] | None = None

    def __repr__(self) -> str:
        return f"<{self.tag} at {self.span.start}>"

    @property
    def outer(self) -> Span:
        """From the start tag to the end tag; the start tag alone where there is no end tag."""
        return Span(self.span.start, self.end_tag.end if self.end_tag else self.span.end)

    @property
    def ancestors(self) -> Iterator[Element]:
        """The elements around this one, from the inside out."""
        element = self.parent
        while element is not None:
            yield element
            element = element.parent

    def in_any(self, tags: frozenset[str]) -> bool:
        """Whether an element around this one has a tag of the set."""
        return any(element.tag in tags for element in self.ancestors)

    @cached_property
    def attributes(self) -> tuple[Attribute, ...]:
        """Every attribute in source order, repeated ones included."""
        text = self.html.text
        name = TAG_NAME.match(text, self.span.start)
        position = name.end() if name else self.span.end
        found = []
        while (match := ATTRIBUTE.match(text, position, self.span.end)) and match.end() > position:
            group = match.lastgroup if match.lastgroup != "name" else None
            value = Span(*match.span(group)) if group else Span(match.end(), match.end())
            found.append(Attribute(match["name"].lower(), Span(match.start("name"), match.end()), value))
            position = match.end()
        return tuple(found)

    def attribute(self, name: str) -> Attribute | None:
        """Return the first attribute of a name with its spans."""
        return next((attribute for attribute in self.attributes if attribute.name == name), None)

    def value(self, name: str) -> str | None:
        """Return an attribute's decoded value without blanked characters, None where it is absent."""
        value = self.attrs.get(name)
        if value and self.html.blanks and overlaps(self.html.blanks, self.span):
            attribute = self.attribute(name)
            if attribute is not None and (gaps := overlaps(self.html.blanks, attribute.value)):
                return _without(self.html.text, attribute.value, gaps)
        return value

    def value_span(self, name: str) -> Span:
        """Return the span of an attribute's value; the start tag's where the attribute has none.

        In MJML that of the default, where the element inherits it (``inherited``).
        """
        attribute = self.attribute(name)
        if attribute is None:
            return self.inherited.get(name, self.span) if self.inherited else self.span
        return attribute.value if attribute.value.end > attribute.value.start else attribute.span


def _without(text: str, span: Span, gaps: list[Span]) -> str:
    from html import unescape  # noqa: PLC0415 -- seldom needed

    pieces, position = [], span.start
    for gap in gaps:
        pieces.append(text[position : gap.start])
        position = gap.end
    pieces.append(text[position : span.end])
    return unescape("".join(pieces))
