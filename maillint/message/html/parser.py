"""One pass over a view's markup: its elements with their spans, its text, and what is unbalanced.

turbohtml's tokenizer (that of the HTML standard) finds the tags; the stack of open elements here follows the
standard's rules for implied end tags and scopes, and notes what the standard repairs in silence. The standard's own
tree is built on first use only (``Html.tree``).
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

from maillint.message.html.tokenizer import tokenizer
from maillint.message.html.tree import (
    Element,
    EndTag,
    Html,
    Misnested,
    Misplaced,
    StartTag,
    Trace,
    Unclosed,
    line_starts,
    normalise,
)
from maillint.message.html.vocabulary import (
    BLOCKS,
    CELLS,
    CLOSES_P,
    HEADINGS,
    IN_HEAD,
    IN_TABLES,
    KNOWN,
    MAX_DEPTH,
    MAY_STAND_IN_TABLES,
    ONCE,
    RAW_TEXT,
    SCOPE,
    TABLE_PARTS,
    is_known,
    is_office,
    must_close,
)
from maillint.message.memo import by_the_clock
from maillint.patterns import regex
from maillint.text.spans import Span, overlaps

new_span: Callable[[tuple[int, int]], Span] = partial(tuple.__new__, Span)
"""Span(*pair), without the cost of a NamedTuple's own constructor: the walk makes a span for each tag and text."""

_NOSCRIPT = regex(r"<(/?)(?i:noscript)(?=[\s/>])")
_SCRIPTLESS = "noscrip-"  # of the same length; the tokenizer takes a noscript's content for text, mail clients do not

_SWALLOWED = regex(
    r"</(?:head|body|html|table|t[dr]|div|p|a|span|h[1-6])\b|<(?:body|head|table|t[dr]|div|p|a|img|span|h[1-6])\b",
    re.IGNORECASE,
)
_SWALLOWED_BY_STYLE = regex(r"/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|(?P<tag></head\b|<body[\s>]|<style[\s>])", re.IGNORECASE)
_COMMENT_ENDS = ("-->", "--!>", "<!-->", "<!--->")
_FAR = 20  # faults, back from an end tag, among which its own is looked for

_P, _P_SCOPE = frozenset({"p"}), SCOPE | {"button"}
_NEVER = sys.maxsize
_LONGEST_KEPT = 2_000  # characters of a start tag
_MOST_KEPT = 10_000
_kept: dict[str, StartTag] = {}  # by its text: a newsletter repeats each thirty times


def _tag_name(tag: str | None) -> str:
    return "noscript" if tag == _SCRIPTLESS else tag or ""


def _start_tag(token: Any, source: str) -> StartTag:
    """What a token says, kept for the next one of the same text."""
    made = StartTag(_tag_name(token.tag), token.attrs or (), token.self_closing, source)
    if len(source) <= _LONGEST_KEPT:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[source] = made
    return made


class _Interrupted:
    """Elements that a start tag ends while others are open inside of them, and whose end tags may follow.

    ``inner`` are those that need an end tag, ``waiting`` the names of all. The first end tag that follows is the fault;
    the others come of the same cause.
    """

    __slots__ = ("by", "inner", "is_reported", "waiting")

    def __init__(self, by: Element, inner: list[Unclosed], names: list[str]) -> None:
        self.by = by
        self.inner = inner
        self.waiting = names
        self.is_reported = False

    def end(self, tag: str) -> None:
        """One of the end tags has come."""
        self.waiting.remove(tag)
        mine = next((unclosed for unclosed in self.inner if unclosed.element.tag == tag), None)
        if mine is not None:
            self.inner.remove(mine)


class Builder:
    """Walks a view's tags once, with a stack of the elements that are open; MJML has a subclass."""

    def __init__(
        self,
        text: str,
        hidden_spans: Sequence[Span],
        holes: Sequence[Span],
        partial: bool,
        layout_fragments: Sequence[Span],
        per_iteration: frozenset[str],
        first_index: int = 0,
    ) -> None:
        self.result = Html(text, hidden_spans, holes, [], [], [], [], [], [])
        self.layout_fragments = [fragment.start for fragment in layout_fragments]
        self.per_iteration = per_iteration
        self.stack: list[Element] = []
        self.partial = partial
        self.count = first_index  # the next element's index
        self.quirks = True
        self.breaks = False  # an element that begins a line has started since the last run of text
        self.cut_short: list[tuple[Unclosed, EndTag]] = []  # ended by another's end tag; their own may follow
        self.out_of_scope: list[Misnested] = []  # end tags that cannot reach their element
        self.interrupted: list[_Interrupted] = []
        self.ended_p: Element | None = None  # the block that ended the last <p> before its end tag
        self.end_tags: set[str] = set()
        self.begins_with_end = False  # the first tag ends something, as in the lower half of a layout
        self.open_tags: dict[str, int] = {}  # by tag, how many elements are open
        self.unclosed_cells: list[Unclosed] = []  # faults only where the document ends its other cells

    def build(self) -> Html:
        self.walk(self.result.text, 0)
        quiet = not (self.cut_short or self.out_of_scope or self.unclosed_cells or self.interrupted)
        quiet = quiet and self.result.open_comment is None
        quiet = quiet and not (self.begins_with_end or any(stray.closer is not None for stray in self.result.stray))
        self.result.trace = Trace(tuple(self.stack), self.quirks, frozenset(self.end_tags), quiet)
        self.result.next_index = self.count
        self.finish()
        return self.result

    def walk(self, text: str, offset_of_text: int) -> None:
        """Walk the tags of a text, which stands at an offset of the view."""
        clean = normalise(text)
        # tokens follow one another without a gap, but for this one, which is none
        starts = line_starts(clean, offset_of_text) if "</>" in clean else None
        end = offset_of_text
        clean = _NOSCRIPT.sub(rf"<\1{_SCRIPTLESS}", clean)
        add_run, stack, known = self.result.runs.append, self.stack, _kept
        hidden = self.result.hidden_spans
        index = bisect_left(hidden, (offset_of_text, 0))
        next_hidden = hidden[index][0] if index < len(hidden) else _NEVER
        for token in by_the_clock(tokenizer()(clean, capture_source=True, resolve_references=False)):
            kind = token.type
            offset = end if starts is None else starts[token.line - 1] + token.col
            if kind == 0:  # text
                data = token.data
                end = offset + len(data)
                if not (self.breaks and data.isspace() and data.isascii()):  # indentation, before a line
                    add_run((data, offset, end, stack[-1] if stack else None, self.breaks))
                    self.breaks = False
                continue
            source = token.source
            end = offset + len(source)
            if kind == 1:
                start_tag = known.get(source) or _start_tag(token, source)
                element = Element(start_tag, new_span((offset, end)), self.count)
                self.count += 1
                if end > next_hidden:
                    if gaps := overlaps(hidden, element.span):
                        element.gaps = gaps
                    index = bisect_left(hidden, (end, 0))
                    next_hidden = hidden[index][0] if index < len(hidden) else _NEVER
                if self.start(element):
                    return
            elif kind == 2:
                tag = token.tag
                self.end("noscript" if tag == _SCRIPTLESS else tag, new_span((offset, end)))
            elif kind == 5:  # a character reference
                add_run((token.data, offset, end, stack[-1] if stack else None, self.breaks))
                self.breaks = False
            elif kind == 3:
                if end == offset_of_text + len(clean) and not source.endswith(_COMMENT_ENDS) and source[:4] == "<!--":
                    self.result.open_comment = new_span((offset, end))
            elif kind == 4:
                self.quirks = _is_quirky(token.public_id, token.system_id, token.name)

    # -- start tags

    def start(self, element: Element) -> bool:
        """Put an element in its place; True ends the walk."""
        tag, stack, open_tags, start_tag = element.tag, self.stack, self.open_tags, element.start_tag
        if start_tag.closes is not None:
            self.close_implied(*start_tag.closes, element)
        elif stack:
            inner = stack[-1].tag
            if inner in HEADINGS and tag in HEADINGS:
                self.pop(element.span)
            elif inner == "head" and tag not in IN_HEAD and ":" not in tag:
                self.drop()
        if start_tag.breaks:
            self.breaks = True
            if tag in CLOSES_P and open_tags.get("p") and not (tag == "table" and self.quirks):
                self.close_implied(_P, _P_SCOPE, element)
        if stack:
            parent = element.parent = stack[-1]
            if parent.silent:
                element.silent = True
            if element.block_index < 0:
                element.block_index = parent.block_index
            if parent.tag in IN_TABLES and tag not in MAY_STAND_IN_TABLES:
                self.misplace(element, parent)
        self.result.elements.append(element)
        if start_tag.is_void:
            return False
        if tag in ONCE and open_tags.get(tag):
            return False  # of a second one, browsers take over the attributes only
        if start_tag.self_closing and (":" in tag or tag not in KNOWN or open_tags.get("svg") or open_tags.get("math")):
            return False
        if len(stack) < MAX_DEPTH:
            stack.append(element)
            open_tags[tag] = open_tags.get(tag, 0) + 1
        return False

    def misplace(self, element: Element, parent: Element) -> None:
        """Note an element that cannot stand right in a table, the first one in each parent."""
        misplaced = self.result.misplaced
        if is_known(element.tag) and not (misplaced and misplaced[-1].parent is parent):
            misplaced.append(Misplaced(element, parent))

    def close_implied(self, targets: frozenset[str], stops: frozenset[str], by: Element) -> None:
        """End the open elements that a start tag ends: those inside the outermost target in scope, and itself."""
        depth = None
        for index in range(len(self.stack) - 1, -1, -1):
            tag = self.stack[index].tag
            if tag in stops and tag not in targets:
                break
            if tag in targets:
                depth = index
        if depth is None:
            return
        unclosed, names = len(self.result.unclosed), []
        while len(self.stack) > depth:
            closed = self.pop(by.span)
            names.append(closed.tag)
            if closed.tag == "p":
                self.ended_p = by
        if len(self.result.unclosed) > unclosed:
            self.interrupted.append(_Interrupted(by, self.result.unclosed[unclosed:], names))
            del self.result.unclosed[unclosed:]

    def drop(self) -> Element:
        element = self.stack.pop()
        self.open_tags[element.tag] -= 1
        return element

    def pop(self, at: Span | None) -> Element:
        """End the innermost open element without an end tag of its own; ``at`` is the tag that ends it."""
        element = self.drop()
        self.close(element, at.start if at else len(self.result.text))
        unclosed = Unclosed(element, at)
        if element.tag in CELLS:
            self.unclosed_cells.append(unclosed)
        elif must_close(element.tag) or is_office(element.tag):
            self.result.unclosed.append(unclosed)
        return element

    # -- end tags

    def end(self, tag: str, span: Span) -> None:
        if tag not in self.end_tags:
            self.begins_with_end = self.begins_with_end or not (self.result.elements or self.end_tags)
            self.end_tags.add(tag)
        if self.stack and self.stack[-1].tag == tag:  # as nearly always
            index: int | None = len(self.stack) - 1
        else:
            index = self.find_open(tag)
        if index is None:
            self.unmatched(tag, span)
            return
        element = self.stack[index]
        while len(self.stack) > index + 1:
            inner = self.drop()
            self.close(inner, span.start)
            unclosed = Unclosed(inner, span)
            if inner.tag in CELLS:
                self.unclosed_cells.append(unclosed)
            elif must_close(inner.tag) or is_office(inner.tag) or (inner.tag == "p" and tag not in BLOCKS):
                self.cut_short.append((unclosed, EndTag(tag, span)))
            if inner.tag == "p":
                self.ended_p = element
        self.close(element, span[0], span)
        self.drop()
        if tag == "style":
            pieces = _SWALLOWED_BY_STYLE.finditer(self.result.text, element.span[1], span[0])
            if any(piece["tag"] for piece in pieces):
                self.result.unclosed.append(Unclosed(element, span))

    def close(self, element: Element, content_end: int, end_tag: Span | None = None) -> None:
        """Say where an element ends."""
        element.content_end = content_end
        element.end_tag = end_tag

    def find_open(self, tag: str) -> int | None:
        """The index in the stack of the element that an end tag ends; None where no such element is in scope."""
        if not self.open_tags.get(tag) and tag not in HEADINGS:
            return None
        if tag in {"html", "body"}:
            stops: frozenset[str] = frozenset()
        elif tag == "table":
            stops = frozenset({"template"})
        elif tag in TABLE_PARTS:
            stops = frozenset({"table", "template"})
        else:
            stops = SCOPE
        for index in range(len(self.stack) - 1, -1, -1):
            open_tag = self.stack[index].tag
            if open_tag == tag or (tag in HEADINGS and open_tag in HEADINGS):
                return index
            if open_tag in stops:
                return None
        return None

    def unmatched(self, tag: str, span: Span) -> None:
        for position in range(len(self.cut_short) - 1, max(len(self.cut_short) - _FAR, 0) - 1, -1):
            unclosed, early = self.cut_short[position]
            if unclosed.element.tag == tag:  # <b><i></b></i>
                del self.cut_short[position]
                outer = unclosed.element.parent or unclosed.element
                self.result.misnested.append(Misnested(early.tag, early.span, outer, unclosed.element))
                return
        for interrupted in reversed(self.interrupted[-_FAR:]):
            if tag in interrupted.waiting:  # <p><b><hr></b></p>
                interrupted.end(tag)
                if not interrupted.is_reported:
                    interrupted.is_reported = True
                    self.result.stray.append(EndTag(tag, span, interrupted.by))
                return
        if self.open_tags.get(tag):
            index = max(index for index, element in enumerate(self.stack) if element.tag == tag)
            self.out_of_scope.append(Misnested(tag, span, self.stack[index], self.stack[index + 1]))
        elif ":" in tag:
            return  # of a namespace of Office, which Word reads leniently
        elif any(name.startswith(f"{tag}:") for name in self.open_tags):
            return  # <x-slot:title> of Blade ends with </x-slot>
        elif tag == "head" and any(element.tag == "head" for element in self.result.elements[:20]):
            return  # an element of the body has ended the head before its end tag
        elif not (self.partial_closing() and not self.blocks_open()):
            self.result.stray.append(EndTag(tag, span, self.ended_p if tag == "p" else None))

    def blocks_open(self) -> bool:
        return any(element.tag not in {"html", "body", "head"} for element in self.stack)

    def partial_closing(self) -> bool:
        """Whether the file may be part of a document, and end what another file has opened."""
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
        swallowing = self.stack[-1] if self.stack and self.stack[-1].tag in RAW_TEXT else None
        while self.stack:
            if complete:
                self.pop(None)
            else:
                self.stack.pop()
        for interrupted in self.interrupted:
            result.unclosed.extend(interrupted.inner)
        crossed = {id(fault.outer) for fault in self.out_of_scope if fault.outer.end_tag is None}
        for fault in self.out_of_scope:
            if fault.outer.end_tag is None:
                result.misnested.append(fault)
            else:
                result.stray.append(EndTag(fault.tag, fault.span))
        result.unclosed = [fault for fault in result.unclosed if id(fault.element) not in crossed]
        self.cut_short = [pair for pair in self.cut_short if id(pair[0].element) not in crossed]
        result.unclosed.extend(unclosed for unclosed, _ in self.cut_short if unclosed.element.tag != "p")
        result.unclosed.extend(cell for cell in self.unclosed_cells if cell.element.tag in self.end_tags)
        if self.layout_fragments:
            self.drop_faults_of_fragments()
        if self.per_iteration:
            result.unclosed = [fault for fault in result.unclosed if fault.element.tag not in self.per_iteration]
            result.stray = [fault for fault in result.stray if fault.tag not in self.per_iteration]
        if swallowing is not None and _SWALLOWED.search(result.text, swallowing.span.end):
            result.unclosed = [fault for fault in result.unclosed if fault.at is not None]  # their end is swallowed
            result.unclosed.append(Unclosed(swallowing, None))
        result.unclosed.sort(key=lambda unclosed: unclosed.element.span)
        result.stray.sort(key=lambda stray: stray.span)
        result.misnested.sort(key=lambda misnested: misnested.span)

    def drop_faults_of_fragments(self) -> None:
        """Drop the faults that an inserted fragment of a layout may mend, since it may open or end any element."""
        result, end = self.result, len(self.result.text)
        result.stray = [stray for stray in result.stray if not self.fragment_between(0, stray.span.start)]
        result.misnested = [
            crossed
            for crossed in result.misnested
            if not self.fragment_between(crossed.outer.span.end, crossed.span.start)
        ]
        result.unclosed = [
            unclosed
            for unclosed in result.unclosed
            if not self.fragment_between(unclosed.element.span.end, unclosed.at.start if unclosed.at else end)
        ]

    def fragment_between(self, start: int, end: int) -> bool:
        index = bisect_left(self.layout_fragments, start)
        return index < len(self.layout_fragments) and self.layout_fragments[index] < end


def _is_quirky(public_id: str | None, system_id: str | None, name: str | None) -> bool:
    """Whether a doctype puts browsers in quirks mode (the standard's main cases, section 13.2.6.4.1)."""
    if (name or "").lower() != "html":
        return True
    public = (public_id or "").lower()
    if public.startswith(("-//w3c//dtd html 4.01 transitional//", "-//w3c//dtd html 4.01 frameset//")):
        return not system_id
    return public.startswith(("-//w3c//dtd html 3", "-//w3c//dtd html 4.0 ", "-//ietf//", "-//w3o//"))


def parse_html(
    text: str,
    hidden_spans: Sequence[Span] = (),
    holes: Sequence[Span] = (),
    *,
    partial: bool = False,
    layout_fragments: Sequence[Span] = (),
    per_iteration: frozenset[str] = frozenset(),
    first_index: int = 0,
) -> Html:
    """Parse a view's text. ``partial``: template statements may open or close what another file ends.

    ``layout_fragments``, in order, are tags that insert a fragment of a layout: they may open or end any element.
    ``per_iteration`` are the names of elements that may begin in one iteration of a loop and end in another: they are
    neither unclosed nor stray. Elements are numbered from ``first_index``.
    """
    return Builder(text, hidden_spans, holes, partial, layout_fragments, per_iteration, first_index).build()
