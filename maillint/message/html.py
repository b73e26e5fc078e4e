"""One pass over a view's markup: elements with spans, what is unbalanced, and the text runs.

turbohtml's tokenizer (the HTML standard's) finds the tags; the stack here applies the standard's rules for
implied ends and scopes, and remembers what it had to forgive. The parser's own tree is built only for those
who ask for it (``Html.tree``).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from maillint.message.css import hides
from maillint.message.element import Element
from maillint.text import Span, overlaps

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from turbohtml import Document

VOID = frozenset("area base basefont bgsound br col embed frame hr img input link meta param source track wbr".split())
OPTIONAL_END = frozenset(
    "html head body p li dt dd rt rp optgroup option thead tbody tfoot tr td th colgroup caption".split()
)
_CELLS = frozenset({"td", "th", "tr"})
KNOWN = OPTIONAL_END | frozenset(
    (
        "a abbr acronym address article aside audio b bdi bdo big blink blockquote button canvas center cite code data"
        " datalist del details dfn dialog dir div dl em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6"
        " header hgroup i iframe ins kbd label legend main map mark marquee menu meter nav nobr noframes noscript"
        " object ol output picture pre progress q ruby s samp script search section select slot small span strike"
        " strong style sub summary sup table template textarea time title tt u ul var video"
    ).split()
)
_SCOPE = frozenset("applet caption html table td th marquee object template".split())
_TABLE_PARTS = frozenset("caption col colgroup tbody td tfoot th thead tr".split())
_CLOSES_P = frozenset(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3"
    " h4 h5 h6 header hgroup hr main menu nav ol p pre search section summary table ul".split()
)
_IN_HEAD = frozenset("base basefont bgsound head link meta noframes noscript script style template title xml".split())
_CLOSED_BY: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    # a start tag of the key ends open elements of the first set, looking no further than the second
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu", "dir"}) | _SCOPE),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"}) | _SCOPE),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"}) | _SCOPE),
    "option": (frozenset({"option"}), frozenset({"select", "datalist"}) | _SCOPE),
    "optgroup": (frozenset({"option", "optgroup"}), frozenset({"select"}) | _SCOPE),
    "td": (frozenset({"td", "th"}), frozenset({"table", "template"})),
    "th": (frozenset({"td", "th"}), frozenset({"table", "template"})),
    "tr": (frozenset({"tr", "td", "th", "caption", "colgroup"}), frozenset({"table", "template"})),
    "tbody": (frozenset("tr td th tbody thead tfoot caption colgroup".split()), frozenset({"table", "template"})),
    "a": (frozenset({"a"}), _SCOPE),
    "button": (frozenset({"button"}), _SCOPE),
    "nobr": (frozenset({"nobr"}), _SCOPE),
}
_CLOSED_BY["thead"] = _CLOSED_BY["tfoot"] = _CLOSED_BY["tbody"]
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

_ONCE = frozenset({"html", "body", "head"})

NO_TEXT = frozenset("head title style script template noembed iframe xml select textarea".split())
"""Elements whose text is not part of what readers see."""

BLOCKS = frozenset(
    (
        "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption"
        " figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol option p pre section summary"
        " table tbody td tfoot th thead tr ul"
    ).split()
)
"""Elements that begin and end a line of text."""

MAX_DEPTH = 512
"""Elements nested deeper than this hang on their 512th ancestor, as in browsers."""


class EndTag(NamedTuple):
    """An end tag with no element to end; ``closer`` is the element that had already ended it, if known."""

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
    """An element whose end tag is missing; ``at`` is the tag that ended it in its place, None at the end."""

    element: Element
    at: Span | None


class TextRun(NamedTuple):
    """A piece of text or one character reference: what it reads as, where it stands, whose it is."""

    text: str
    span: Span
    element: Element | None


class SyntaxFault(NamedTuple):
    """A tokenizer error by its code in the HTML standard, at an offset."""

    code: str
    offset: int


@dataclass
class Html:
    """A parsed view. ``elements`` and ``runs`` are in source order; spans are in the view's text."""

    text: str = field(repr=False)
    blanks: Sequence[Span] = field(repr=False)
    holes: Sequence[Span] = field(repr=False)
    elements: list[Element]
    runs: list[TextRun] = field(repr=False)
    unclosed: list[Unclosed]
    stray: list[EndTag]
    misnested: list[Misnested]
    mjml: ClassVar[bool] = False
    """Whether this is MJML, whose components are among the elements."""

    @classmethod
    def parse(
        cls,
        text: str,
        blanks: Sequence[Span] = (),
        holes: Sequence[Span] = (),
        *,
        partial: bool = False,
        halves: Sequence[Span] = (),
    ) -> Html:
        """Parse a view's text. ``partial``: template statements may open or close what another file ends.

        ``halves``, in order, are tags that insert half of a layout: they may open or end any element.
        """
        return Builder(text, blanks, holes, partial, halves).build()

    @cached_property
    def tree(self) -> Document:
        """The standard's own tree (turbohtml), with the offsets of ``text``."""
        from turbohtml import parse  # noqa: PLC0415 -- costs 40 ms

        return parse(normalise(self.text), source_locations=True)

    @cached_property
    def faults(self) -> list[SyntaxFault]:
        """The tokenizer's errors, without those that template tags and blanked text bring about."""
        starts = line_starts(normalise(self.text))
        result = []
        for error in self.tree.errors:
            offset = starts[error.line - 1] + error.col
            around = Span(max(offset - 2, 0), offset + 2)
            if self.text.startswith("<%", offset - 1):  # a tag of some engine, which is no markup
                continue
            if not overlaps(self.holes, around) and not overlaps(self.blanks, around):
                result.append(SyntaxFault(error.code, min(offset, len(self.text))))
        return result

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The same tree for BeautifulSoup's ways of searching and editing; each call on a view gives the one tree."""
        from maillint.message.soup import make_soup  # noqa: PLC0415 -- costs 90 ms

        return make_soup(self)

    def element_at(self, line: int | None, column: int | None) -> Element | None:
        """The element whose start tag begins at a 1-based line and 0-based column, as trees give them."""
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


new_span: Callable[[tuple[int, int]], Span] = partial(tuple.__new__, Span)
"""Span(*pair), without the price of a NamedTuple's own constructor: the walk makes one per tag and text."""


_NOSCRIPT = re.compile(r"(?<=<)noscript(?=[\s/>])|(?<=</)noscript(?=[\s/>])", re.IGNORECASE)
_SCRIPTLESS = "noscrip-"  # mail clients run no scripts and read what a noscript element holds, unlike the tokenizer


def _named(tag: str | None) -> str:
    return "noscript" if tag == _SCRIPTLESS else tag or ""


class Builder:
    """Walks a view's tags once, with a stack of what is open; ``mjml`` walks its own way."""

    def __init__(
        self, text: str, blanks: Sequence[Span], holes: Sequence[Span], partial: bool, halves: Sequence[Span]
    ) -> None:
        self.result = Html(text, blanks, holes, [], [], [], [], [])
        self.halves = [half.start for half in halves]
        self.stack: list[Element] = []
        self.partial = partial
        self.quirks = True
        self.forgiven: list[tuple[Unclosed, EndTag]] = []  # closed by force; their own end tag may follow
        self.beyond: list[Misnested] = []  # end tags whose element lies outside their scope
        self.ended_p: Element | None = None  # the block that ended the last <p> before its end tag
        self.end_tags: set[str] = set()
        self.begins_with_end = False  # the lower half of a layout: its first tag ends something
        self.open_tags: dict[str, int] = {}
        self.doubtful: list[Unclosed] = []  # cells: a fault only where the document ends its other cells

    def build(self) -> Html:
        from turbohtml import tokenize  # noqa: PLC0415 -- costs 40 ms

        clean = normalise(self.result.text)
        starts = line_starts(clean)
        run = self.result.runs.append
        stack, elements = self.stack, self.result.elements
        clean = _NOSCRIPT.sub(_SCRIPTLESS, clean)
        for token in tokenize(clean, capture_source=True, resolve_references=False):
            kind = token.type
            offset = starts[token.line - 1] + token.col
            if kind == 0:  # text
                data = token.data or ""
                run(TextRun(data, new_span((offset, offset + len(data))), stack[-1] if stack else None))
            elif kind == 1:
                source = token.source or ""
                self.start(
                    Element(
                        _named(token.tag),
                        dict(reversed(token.attrs or ())),
                        new_span((offset, offset + len(source))),
                        self.result,
                        len(elements),
                        token.self_closing,
                    )
                )
            elif kind == 5:  # a character reference
                source = token.source or ""
                parent = stack[-1] if stack else None
                run(TextRun(token.data or "", new_span((offset, offset + len(source))), parent))
            elif kind == 2:
                self.end(_named(token.tag), new_span((offset, offset + len(token.source or ""))))
            elif kind == 4:
                self.quirks = _is_quirky(token.public_id, token.system_id, token.name)
        self.finish()
        return self.result

    # -- start tags

    def start(self, element: Element) -> None:
        tag = element.tag
        if tag in _CLOSED_BY:
            targets, stops = _CLOSED_BY[tag]
            self.close_implied(targets, stops, element)
        elif tag in _HEADINGS and self.stack and self.stack[-1].tag in _HEADINGS:
            self.pop(element.span)
        elif tag not in _IN_HEAD and ":" not in tag and self.stack and self.stack[-1].tag == "head":
            self.drop()
        if tag in _CLOSES_P and not (tag == "table" and self.quirks):
            self.close_implied(frozenset({"p"}), _SCOPE | {"button"}, element)
        parent = self.stack[-1] if self.stack else None
        attrs = element.attrs
        if parent is None:
            element.hidden = bool(attrs) and hides(attrs)
            element.silent = tag in NO_TEXT
            element.block = element if tag in BLOCKS else None
        else:
            element.parent = parent
            element.depth = parent.depth + 1
            element.hidden = parent.hidden or (bool(attrs) and hides(attrs))
            element.silent = parent.silent or tag in NO_TEXT
            element.block = element if tag in BLOCKS else parent.block
        self.result.elements.append(element)
        open_tags = self.open_tags
        if tag in VOID:
            return
        if tag in _ONCE and open_tags.get(tag):
            return  # the parser takes the attributes of a second one and ignores its tag
        if element.self_closing and (":" in tag or tag not in KNOWN or open_tags.get("svg") or open_tags.get("math")):
            return
        if len(self.stack) < MAX_DEPTH:
            self.stack.append(element)
            self.open_tags[tag] = self.open_tags.get(tag, 0) + 1

    def close_implied(self, targets: frozenset[str], stops: frozenset[str], by: Element) -> None:
        """End the open elements that a start tag ends, down to the outermost target in reach."""
        depth = None
        for index in range(len(self.stack) - 1, -1, -1):
            tag = self.stack[index].tag
            if tag in stops and tag not in targets:
                break
            if tag in targets:
                depth = index
        if depth is None:
            return
        while len(self.stack) > depth:
            closed = self.pop(by.span)
            if closed.tag == "p":
                self.ended_p = by

    def drop(self) -> Element:
        element = self.stack.pop()
        self.open_tags[element.tag] -= 1
        return element

    def pop(self, at: Span | None) -> Element:
        """End the innermost element without an end tag of its own."""
        element = self.drop()
        element.content_end = at.start if at else len(self.result.text)
        unclosed = Unclosed(element, at)
        if element.tag in _CELLS:
            self.doubtful.append(unclosed)
        elif element.tag in KNOWN and element.tag not in OPTIONAL_END:
            self.result.unclosed.append(unclosed)
        return element

    # -- end tags

    def end(self, tag: str, span: Span) -> None:
        self.begins_with_end = self.begins_with_end or not (self.result.elements or self.end_tags)
        self.end_tags.add(tag)
        index = self.find_open(tag)
        if index is None:
            self.unmatched(tag, span)
            return
        element = self.stack[index]
        while len(self.stack) > index + 1:
            inner = self.drop()
            inner.content_end = span.start
            unclosed = Unclosed(inner, span)
            if inner.tag in _CELLS:
                self.doubtful.append(unclosed)
            elif inner.tag in KNOWN and inner.tag not in OPTIONAL_END:
                self.forgiven.append((unclosed, EndTag(tag, span)))
            if inner.tag == "p":
                self.ended_p = element
        element.end_tag = span
        element.content_end = span.start
        self.drop()

    def find_open(self, tag: str) -> int | None:
        """The index of the open element that an end tag ends, None where it is out of scope."""
        if not self.open_tags.get(tag) and tag not in _HEADINGS:
            return None
        if tag in {"html", "body"}:
            stops: frozenset[str] = frozenset()
        elif tag == "table":
            stops = frozenset({"template"})
        elif tag in _TABLE_PARTS:
            stops = frozenset({"table", "template"})
        else:
            stops = _SCOPE
        for index in range(len(self.stack) - 1, -1, -1):
            open_tag = self.stack[index].tag
            if open_tag == tag or (tag in _HEADINGS and open_tag in _HEADINGS):
                return index
            if open_tag in stops:
                return None
        return None

    def unmatched(self, tag: str, span: Span) -> None:
        for position in range(len(self.forgiven) - 1, max(len(self.forgiven) - 20, 0) - 1, -1):
            unclosed, early = self.forgiven[position]
            if unclosed.element.tag == tag:  # <b><i></b></i>
                del self.forgiven[position]
                outer = unclosed.element.parent or unclosed.element
                self.result.misnested.append(Misnested(early.tag, early.span, outer, unclosed.element))
                return
        if self.open_tags.get(tag):
            index = max(index for index, known in enumerate(self.stack) if known.tag == tag)
            self.beyond.append(Misnested(tag, span, self.stack[index], self.stack[index + 1]))
        elif ":" in tag:
            return  # Office's own namespaces: Word reads them in its own, lenient way
        elif tag == "head" and any(element.tag == "head" for element in self.result.elements[:20]):
            return  # something that belongs in the body has ended the head before: that is what is amiss
        elif not (self.partial_closing() and not self.blocks_open()):
            self.result.stray.append(EndTag(tag, span, self.ended_p if tag == "p" else None))

    def blocks_open(self) -> bool:
        return any(known.tag not in {"html", "body", "head"} for known in self.stack)

    def partial_closing(self) -> bool:
        """Whether the file may end what another file has opened."""
        return not any(element.tag in {"html", "body"} for element in self.result.elements[:20]) and (
            self.partial or self.closes_document or self.begins_with_end
        )

    @cached_property
    def closes_document(self) -> bool:
        low = self.result.text[-2000:].lower()
        return "</body" in low or "</html" in low

    # -- the end

    def finish(self) -> None:
        result = self.result
        opens_document = any(element.tag in {"html", "body"} for element in result.elements[:20])
        fragment = self.partial or self.begins_with_end
        complete = bool(self.end_tags & {"html", "body"}) if opens_document else not fragment
        while self.stack:
            if complete:
                self.pop(None)
            else:
                self.stack.pop()
        crossed = {id(known.outer) for known in self.beyond if known.outer.end_tag is None}
        for known in self.beyond:
            if known.outer.end_tag is None:
                result.misnested.append(known)
            else:
                result.stray.append(EndTag(known.tag, known.span))
        result.unclosed = [known for known in result.unclosed if id(known.element) not in crossed]
        self.forgiven = [pair for pair in self.forgiven if id(pair[0].element) not in crossed]
        result.unclosed.extend(unclosed for unclosed, _ in self.forgiven)
        result.unclosed.extend(doubt for doubt in self.doubtful if doubt.element.tag in self.end_tags)
        if self.halves:
            self.forgive_halves()
        result.unclosed.sort(key=lambda unclosed: unclosed.element.span)
        result.stray.sort(key=lambda stray: stray.span)
        result.misnested.sort(key=lambda misnested: misnested.span)

    def forgive_halves(self) -> None:
        """Leave out what an inserted half of a layout may have opened or ended."""
        result, end = self.result, len(self.result.text)
        result.stray = [stray for stray in result.stray if not self.half_between(0, stray.span.start)]
        result.misnested = [
            crossed for crossed in result.misnested if not self.half_between(crossed.outer.span.end, crossed.span.start)
        ]
        result.unclosed = [
            unclosed
            for unclosed in result.unclosed
            if not self.half_between(unclosed.element.span.end, unclosed.at.start if unclosed.at else end)
        ]

    def half_between(self, start: int, end: int) -> bool:
        index = bisect_left(self.halves, start)
        return index < len(self.halves) and self.halves[index] < end


def is_known(tag: str) -> bool:
    """Whether HTML or MJML has an element of that name; ``mj-`` alone is the beginning of one."""
    return tag in KNOWN or tag in VOID or (tag.startswith("mj-") and tag[-1] != "-")


def must_close(tag: str) -> bool:
    """Whether an element of HTML needs an end tag."""
    return tag in KNOWN and tag not in OPTIONAL_END


def _is_quirky(public_id: str | None, system_id: str | None, name: str | None) -> bool:
    """Whether a doctype puts browsers in quirks mode (the standard's main cases, section 13.2.6.4.1)."""
    if (name or "").lower() != "html":
        return True
    public = (public_id or "").lower()
    if public.startswith(("-//w3c//dtd html 4.01 transitional//", "-//w3c//dtd html 4.01 frameset//")):
        return not system_id
    return public.startswith(("-//w3c//dtd html 3", "-//w3c//dtd html 4.0 ", "-//ietf//", "-//w3o//"))
