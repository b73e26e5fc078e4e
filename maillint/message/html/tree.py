"""A parsed view: its elements, with the spans of their attributes found on first use, its text, and its faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from maillint.message.html.tokenizer import tree_parser
from maillint.patterns import regex
from maillint.text.spans import Span, overlaps
from maillint.values import NamedTuple, field, mutable

if TYPE_CHECKING:
    from turbohtml import Document


TAG_NAME = regex(r"<[^\s/>]+")
ATTRIBUTE = regex(
    r"""[\s/]*(?P<name>=?[^\s/>=]+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>]+))?)?"""
)
"""The attribute states of the HTML tokenizer (13.2.5.32-39) over the source of one start tag."""


class Attribute(NamedTuple):
    """One attribute of a start tag; ``span`` is the place of name and value, ``value`` that of the value alone."""

    name: str
    span: Span
    value: Span


class Element:
    """An element: its start tag, whose place is ``span``, and what belongs to it.

    ``attrs`` maps lower-case names to decoded values; ``content_end`` is where the element's content ends, with or
    without an end tag; ``index`` is its place in ``Html.elements``, where parents come before their children.
    ``silent``: its text is not shown in the message (a style, a title). ``preview``: its text is shown in the list of
    messages only (MJML). ``block`` is the block element that its text flows in. ``inherited`` has the places of the
    attributes that ``mj-attributes`` gives it (MJML).
    """

    __slots__ = (
        "__dict__",
        "attrs",
        "block",
        "content_end",
        "depth",
        "end_tag",
        "html",
        "index",
        "inherited",
        "parent",
        "preview",
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
        self.preview = False
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
        """Return an attribute's decoded value without what this audience does not get; None where it is absent."""
        value = self.attrs.get(name)
        if value and self.html.hidden_spans and overlaps(self.html.hidden_spans, self.span):
            attribute = self.attribute(name)
            if attribute is not None and (gaps := overlaps(self.html.hidden_spans, attribute.value)):
                return _without(self.html.text, attribute.value, gaps)
        return value

    def value_span(self, name: str) -> Span:
        """Return the place of an attribute's value: the attribute where the value is empty, or else the start tag.

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


class EndTag(NamedTuple):
    """An end tag that ends no element; ``closer`` is the element that has ended it before, where that is known."""

    tag: str
    span: Span
    closer: Element | None = None


class Misnested(NamedTuple):
    """An end tag that comes while ``inner``, opened inside its element, is still open."""

    tag: str
    span: Span
    outer: Element
    inner: Element


class Unclosed(NamedTuple):
    """An element whose end tag is missing; ``at`` is the tag that ends it instead, None for the end of the text."""

    element: Element
    at: Span | None


class TextRun(NamedTuple):
    """A piece of text or one character reference: the text that readers get, its place, and the element around it."""

    text: str
    span: Span
    element: Element | None


class SyntaxFault(NamedTuple):
    """A tokenizer error by its code in the HTML standard, at an offset."""

    code: str
    offset: int


@mutable
class Html:
    """A parsed view. ``elements`` and ``runs`` are in source order; all spans are in the view's text.

    ``hidden_spans`` are what this audience does not get, ``holes`` what template tags print.
    """

    text: str = field(repr=False)
    hidden_spans: Sequence[Span] = field(repr=False)
    holes: Sequence[Span] = field(repr=False)
    elements: list[Element]
    runs: list[TextRun] = field(repr=False)
    unclosed: list[Unclosed]
    stray: list[EndTag]
    misnested: list[Misnested]
    mjml: ClassVar[bool] = False
    """Whether this is MJML, whose components are among the elements."""

    @cached_property
    def tree(self) -> Document:
        """The tree that the HTML standard makes of the text (turbohtml's), built on first use."""
        import turbohtml  # noqa: F401, PLC0415 -- costs 20 ms; selecting needs it

        return self._document

    @cached_property
    def _document(self) -> Document:
        document: Document = tree_parser()(normalise(self.text), source_locations=True)
        return document

    @cached_property
    def faults(self) -> list[SyntaxFault]:
        """The tokenizer's errors, without those that template tags and blanked text cause."""
        starts = line_starts(normalise(self.text))
        result = []
        for error in self._document.errors:
            offset = starts[error.line - 1] + error.col
            around = Span(max(offset - 2, 0), offset + 2)
            if self.text.startswith("<%", offset - 1):  # a template tag
                continue
            if not overlaps(self.holes, around) and not overlaps(self.hidden_spans, around):
                result.append(SyntaxFault(error.code, min(offset, len(self.text))))
        return result

    def element_at(self, line: int | None, column: int | None) -> Element | None:
        """The element whose start tag begins at a 1-based line and 0-based column, as ``tree`` counts them."""
        return self._by_place.get((line, column)) if line is not None else None

    @cached_property
    def _by_place(self) -> dict[tuple[int | None, int | None], Element]:
        starts = line_starts(normalise(self.text))
        result: dict[tuple[int | None, int | None], Element] = {}
        line = 0
        for element in self.elements:
            while line + 1 < len(starts) and starts[line + 1] <= element.span.start:
                line += 1
            result[line + 1, element.span.start - starts[line]] = element
        return result

    @property
    def is_document(self) -> bool:
        """Whether this is a whole document rather than a fragment."""
        return any(element.tag in {"html", "body"} for element in self.elements)


def normalise(text: str) -> str:
    """Turn CRLF and lone CR into one line feed each without moving any other character."""
    return text.replace("\r\n", " \n").replace("\r", "\n") if "\r" in text else text


def line_starts(text: str) -> list[int]:
    """The offset of each line of a normalised text."""
    starts = [0]
    for line in text.split("\n")[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    return starts
