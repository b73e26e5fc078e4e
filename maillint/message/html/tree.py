"""A parsed view: its elements, with the spans of their attributes found on first use, its text, and its faults."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from maillint.message.html.tokenizer import tree_parser
from maillint.message.html.vocabulary import BLOCKS, CLOSED_BY, NO_TEXT, VOID
from maillint.patterns import regex
from maillint.text.spans import Span, line_feeds, overlaps
from maillint.values import NamedTuple, field, mutable

if TYPE_CHECKING:
    from turbohtml import Document


_FIRST_PARSED = 100_000  # characters of a text whose errors are looked for at once
MAX_FAULTS = 20_000
"""Errors of the tokenizer in one view, at the most."""

TAG_NAME = regex(r"<[^\s/>]+")
ATTRIBUTE = regex(
    r"""[\s/]*(?P<name>=?[^\s/>=]+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>]+))?)?"""
)
"""The attribute states of the HTML tokenizer (13.2.5.32-39) over the source of one start tag."""


MAX_ATTRIBUTES = 2_000
"""Attributes of a start tag whose places are looked at."""

_NAMING = frozenset(("class", "css-class", "id"))
_NO_ATTRS: dict[str, str] = {}
_LONGEST_KEPT = 10_000  # characters of a start tag whose attributes are kept
_LONG = 1_000  # characters of one that may have too many attributes to look at each for a name


class Attribute(NamedTuple):
    """One attribute of a start tag; ``span`` is the place of name and value, ``value`` that of the value alone."""

    name: str
    span: Span
    value: Span

    def moved(self, by: int) -> Attribute:
        """The same attribute so many characters further on."""
        (start, end), (value_start, value_end) = self.span, self.value
        return Attribute(self.name, Span(start + by, end + by), Span(value_start + by, value_end + by))


class StartTag:
    """What the text of a start tag says wherever it stands; many elements share one, so it is never changed.

    ``attrs`` maps lower-case names to decoded values, the first of each name. ``is_block``, ``is_silent`` and
    ``is_void`` are those of elements of this name; ``breaks``: one begins a line. ``closes``: it ends the open elements
    of the first set, up to one of the second.
    """

    __slots__ = (
        "_attributes",
        "_names",
        "_repeats",
        "attrs",
        "breaks",
        "closes",
        "is_block",
        "is_silent",
        "is_void",
        "self_closing",
        "source",
        "tag",
    )

    def __init__(self, tag: str, attrs: Sequence[tuple[str, str]], self_closing: bool, source: str) -> None:
        self.tag = tag
        self.attrs = dict(reversed(attrs)) if attrs else _NO_ATTRS
        self.self_closing = self_closing
        self.source = source
        self.is_block = tag in BLOCKS
        self.breaks = self.is_block or tag == "br"
        self.is_silent = tag in NO_TEXT
        self.is_void = tag in VOID
        self.closes = CLOSED_BY.get(tag)
        self._attributes: tuple[Attribute, ...] | None = None  # a dictionary for what is kept would take three times
        self._names: frozenset[str] | None = None  # as much memory
        self._repeats: bool | None = None

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """The attributes in order, repeated ones included, MAX_ATTRIBUTES at the most; spans count from the tag."""
        found = self._attributes
        if found is None:
            found = self._read_attributes()
            if len(self.source) <= _LONGEST_KEPT:
                self._attributes = found
        return found

    def _read_attributes(self) -> tuple[Attribute, ...]:
        source = self.source
        name = TAG_NAME.match(source)
        position = name.end() if name else len(source)
        found: list[Attribute] = []
        while len(found) < MAX_ATTRIBUTES and (match := ATTRIBUTE.match(source, position)) and match.end() > position:
            group = match.lastgroup if match.lastgroup != "name" else None
            value = Span(*match.span(group)) if group else Span(match.end(), match.end())
            found.append(Attribute(match["name"].lower(), Span(match.start("name"), match.end()), value))
            position = match.end()
        return tuple(found)

    @property
    def repeats(self) -> bool:
        """Whether an attribute stands twice."""
        if self._repeats is None:
            values = sum(1 for value in self.attrs.values() if value)
            plain = self.source.count("=") == values == len(self.attrs)
            self._repeats = not plain and len(self.attributes) > len(self.attrs)
        return self._repeats

    @property
    def names(self) -> frozenset[str]:
        """The tag, ``.class`` and ``#id``, as selectors write them."""
        if self._names is None:
            self._names = names_among(self.tag, self.attrs)
        return self._names


@lru_cache(1)  # one tag is asked for all of its attributes in turn
def _by_name(tag: StartTag) -> Mapping[str, Attribute]:
    """The first attribute of each name."""
    return {attribute.name: attribute for attribute in reversed(tag.attributes)}


class _Extra:
    """What few elements have; a place for it in each would take memory."""

    __slots__ = ("gaps", "inherited", "preview")

    def __init__(self) -> None:
        self.gaps: Sequence[Span] = ()
        self.inherited: Mapping[str, Span] | None = None
        self.preview = False


class Element:
    """An element: its start tag, whose place is ``span``, and what belongs to it.

    ``attrs`` maps lower-case names to decoded values, and is never changed in place; ``content_end`` is where the
    element's content ends, with or without an end tag; ``index`` is a number that no other element of the part has,
    and larger than that of the elements around it. ``silent``: its text is not shown in the message (a style, a
    title). ``block_index`` is the index of the block element that its text flows in, -1 for none. ``gaps`` are the
    parts of the start tag that this audience does not get. ``preview``: its text is shown in the list of messages only
    (MJML). ``inherited`` has the places of the attributes that ``mj-attributes`` gives it (MJML).
    """

    __slots__ = (
        "_extra",
        "attrs",
        "block_index",
        "content_end",
        "end_tag",
        "index",
        "parent",
        "silent",
        "span",
        "start_tag",
        "tag",
    )

    def __init__(self, start_tag: StartTag, span: Span, index: int) -> None:
        self.start_tag = start_tag
        self.tag = start_tag.tag
        self.attrs = start_tag.attrs
        self.span = span
        self.index = index
        self.end_tag: Span | None = None
        self.content_end = span[1]
        self.parent: Element | None = None
        self.silent = start_tag.is_silent
        self.block_index = index if start_tag.is_block else -1
        self._extra: _Extra | None = None

    def __repr__(self) -> str:
        return f"<{self.tag} at {self.span.start}>"

    @property
    def gaps(self) -> Sequence[Span]:
        return self._extra.gaps if self._extra is not None else ()

    @gaps.setter
    def gaps(self, spans: Sequence[Span]) -> None:
        self._own_extra().gaps = spans

    @property
    def preview(self) -> bool:
        return self._extra is not None and self._extra.preview

    @preview.setter
    def preview(self, is_preview: bool) -> None:
        self._own_extra().preview = is_preview

    @property
    def inherited(self) -> Mapping[str, Span] | None:
        return self._extra.inherited if self._extra is not None else None

    @inherited.setter
    def inherited(self, places: Mapping[str, Span]) -> None:
        self._own_extra().inherited = places

    def _own_extra(self) -> _Extra:
        if self._extra is None:
            self._extra = _Extra()
        return self._extra

    @property
    def self_closing(self) -> bool:
        """Whether the start tag ends with a slash."""
        return self.start_tag.self_closing

    @property
    def outer(self) -> Span:
        """From the start tag to the end tag; the start tag alone where there is no end tag."""
        return Span(self.span.start, self.end_tag.end if self.end_tag else self.span.end)

    @property
    def block(self) -> Element | None:
        """The block element that its text flows in: itself, or one around it."""
        element: Element | None = self
        while element is not None and element.index != self.block_index:
            element = element.parent
        return element

    @property
    def ancestors(self) -> Iterator[Element]:
        """The elements around this one, from the inside out."""
        element = self.parent
        while element is not None:
            yield element
            element = element.parent

    def in_any(self, tags: frozenset[str]) -> bool:
        """Whether an element around this one has a tag of the set."""
        element = self.parent
        while element is not None:
            if element.tag in tags:
                return True
            element = element.parent
        return False

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """Every attribute in source order, repeated ones included."""
        start = self.span.start
        return tuple(attribute.moved(start) for attribute in self.start_tag.attributes)

    def attribute(self, name: str) -> Attribute | None:
        """Return the first attribute of a name with its spans."""
        if len(self.start_tag.source) > _LONG:
            found = _by_name(self.start_tag).get(name)
            return found.moved(self.span.start) if found is not None else None
        for attribute in self.start_tag.attributes:
            if attribute.name == name:
                return attribute.moved(self.span.start)
        return None

    def value(self, name: str) -> str | None:
        """Return an attribute's decoded value without what this audience does not get; None where it is absent."""
        value = self.attrs.get(name)
        if value and self._extra is not None and self.gaps:
            attribute = self.attribute(name)
            if attribute is not None and (gaps := overlaps(self.gaps, attribute.value)):
                return self._without(attribute.value, gaps)
        return value

    def _without(self, span: Span, gaps: Sequence[Span]) -> str:
        from html import unescape  # noqa: PLC0415 -- seldom needed

        pieces, position = [], span.start
        for gap in (*gaps, Span(span.end, span.end)):
            pieces.append(self.start_tag.source[position - self.span.start : gap.start - self.span.start])
            position = gap.end
        return unescape("".join(pieces))

    def value_span(self, name: str) -> Span:
        """Return the place of an attribute's value: the attribute where the value is empty, or else the start tag.

        In MJML that of the default, where the element inherits it (``inherited``).
        """
        attribute = self.attribute(name)
        if attribute is None:
            return self.inherited.get(name, self.span) if self.inherited else self.span
        return attribute.value if attribute.value.end > attribute.value.start else attribute.span

    @property
    def names(self) -> frozenset[str]:
        """The tag, ``.class`` and ``#id``, as selectors write them."""
        return self.start_tag.names if self.attrs is self.start_tag.attrs else names_among(self.tag, self.attrs)


def names_among(tag: str, attrs: dict[str, str]) -> frozenset[str]:
    """A tag with the classes and the id among its attributes, as selectors write them."""
    if not _NAMING.intersection(attrs):
        return _named(tag)
    names = [tag]
    if "class" in attrs:
        names.extend(f".{name}" for name in attrs["class"].split())
    if "css-class" in attrs:  # of a component of MJML
        names.extend(f".{name}" for name in attrs["css-class"].split())
    if "id" in attrs:
        names.append(f"#{attrs['id'].strip()}")
    return frozenset(names)


@lru_cache(maxsize=1_000)
def _named(tag: str) -> frozenset[str]:
    return frozenset((tag,))


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


class Misplaced(NamedTuple):
    """An element that cannot stand right in a table or a row, which is ``parent``."""

    element: Element
    parent: Element


class TextRun(NamedTuple):
    """A piece of text or one character reference: the text that readers get, its place, and the element around it.

    ``breaks``: an element that begins a line of its own has started since the run before.
    """

    text: str
    start: int
    end: int
    element: Element | None
    breaks: bool


class Trace(NamedTuple):
    """How a walk ended, for views that differ from this one in some places only.

    ``open`` are the elements that the text leaves open, ``end_tags`` the names of all end tags. ``quiet``: no fault has
    to be settled with what follows it far away.
    """

    open: tuple[Element, ...]
    quirks: bool
    end_tags: frozenset[str]
    quiet: bool


class SyntaxFault(NamedTuple):
    """A tokenizer error by its code in the HTML standard, at an offset."""

    code: str
    offset: int


@mutable
class Html:
    """A parsed view. ``elements`` and ``runs`` are in source order; all spans are in the view's text.

    ``hidden_spans`` are what this audience does not get, ``holes`` what template tags print. ``runs`` has the fields
    of ``TextRun`` as plain tuples, since there are many; ``text_runs`` gives them by name. ``open_comment`` is a
    comment that never ends. ``next_index`` is larger than that of any element.
    """

    text: str = field(repr=False)
    hidden_spans: Sequence[Span] = field(repr=False)
    holes: Sequence[Span] = field(repr=False)
    elements: list[Element]
    runs: list[tuple[str, int, int, Element | None, bool]] = field(repr=False)
    unclosed: list[Unclosed]
    stray: list[EndTag]
    misnested: list[Misnested]
    misplaced: list[Misplaced]
    open_comment: Span | None = None
    trace: Trace | None = field(default=None, repr=False, compare=False)
    next_index: int = field(default=0, repr=False, compare=False)
    mjml: ClassVar[bool] = False
    """Whether this is MJML, whose components are among the elements."""

    @property
    def text_runs(self) -> Iterator[TextRun]:
        """The runs of text with their fields by name."""
        return (TextRun(*run) for run in self.runs)

    @cached_property
    def start_tags(self) -> frozenset[StartTag]:
        """What start tags there are, however often each stands in the text."""
        return frozenset({element.start_tag for element in self.elements})

    @cached_property
    def tree(self) -> Document:
        """The tree that the HTML standard makes of the text (turbohtml's), built on first use."""
        import turbohtml  # noqa: F401, PLC0415 -- costs 20 ms; selecting needs it

        document: Document = tree_parser()(normalise(self.text), source_locations=True)
        return document

    @cached_property
    def faults(self) -> list[SyntaxFault]:
        """The tokenizer's errors, without those that template tags and blanked text cause; MAX_FAULTS at the most."""
        text = normalise(self.text)
        if "tree" in vars(self):  # it has them, and a second tree would take as much memory
            errors = self.tree.errors
            return self._without_holes(errors, line_starts(text)) if errors else []
        starts: Sequence[int] = ()
        size = 0
        while True:  # where nearly each character is an error, all of them would take a hundred times the text's memory
            size = len(text) if len(text) <= _FIRST_PARSED else max(size * 4, _FIRST_PARSED)
            errors = tree_parser()(text[:size], positions=False).errors  # the tree itself is not kept
            starts = starts or (line_starts(text) if errors else ())
            result = self._without_holes(errors, starts)
            if size >= len(text) or len(result) == MAX_FAULTS:
                return result

    def _without_holes(self, errors: Sequence[Any], starts: Sequence[int]) -> list[SyntaxFault]:
        result = []
        for error in errors:
            offset = starts[error.line - 1] + error.col
            around = Span(max(offset - 2, 0), offset + 2)
            if self.text.startswith("<%", offset - 1):  # a template tag
                continue
            if not overlaps(self.holes, around) and not overlaps(self.hidden_spans, around):
                result.append(SyntaxFault(error.code, min(offset, len(self.text))))
                if len(result) == MAX_FAULTS:
                    break
        return result

    def element_at(self, line: int | None, column: int | None) -> Element | None:
        """The element whose start tag begins at a 1-based line and 0-based column, as ``tree`` counts them."""
        if line is None or column is None or not 0 < line <= len(self._line_starts):
            return None
        offset = self._line_starts[line - 1] + column
        index = bisect_left(self.elements, offset, key=_start_of)
        found = self.elements[index] if index < len(self.elements) else None
        return found if found is not None and found.span.start == offset else None

    @cached_property
    def _line_starts(self) -> Sequence[int]:
        return line_starts(normalise(self.text))

    @property
    def is_document(self) -> bool:
        """Whether this is a whole document rather than a fragment."""
        return any(element.tag in {"html", "body"} for element in self.elements)


def _start_of(element: Element) -> int:
    return element.span.start


def normalise(text: str) -> str:
    """Turn CRLF and lone CR into one line feed each without moving any other character."""
    return text.replace("\r\n", " \n").replace("\r", "\n") if "\r" in text else text


def line_starts(text: str, offset: int = 0) -> Sequence[int]:
    """The offset of each line of a normalised text, which stands at an offset of another."""
    starts = line_feeds(text)
    return array("I", [start + offset for start in starts]) if offset else starts
