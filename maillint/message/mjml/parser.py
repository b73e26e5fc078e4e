"""Parse MJML in its own source: components, and the HTML between them.

A component that MJML calls an ending tag (``mj-text``, ``mj-raw`` …) holds HTML; within it the HTML standard's
rules hold and nothing reaches out of it, except that ``mj-raw`` may open what a later ``mj-raw`` closes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from maillint.message.html.parser import Builder
from maillint.message.html.tree import Element, EndTag, Html, SyntaxFault, Unclosed
from maillint.message.html.vocabulary import MAX_DEPTH, must_close
from maillint.message.mjml.components import INCLUDED, component_names, components, is_component
from maillint.message.mjml.inheritance import Inheritance
from maillint.text.spans import Span

_CELLS = frozenset({"td", "th", "tr"})
_FAR = 64


@dataclass
class Mjml(Html):
    """A parsed view of MJML: as Html, with its components among the elements."""

    mjml = True

    @property
    def is_document(self) -> bool:
        """MJML writes the HTML document around it, whatever this is."""
        return False

    @cached_property
    def root(self) -> Element | None:
        """The ``mjml`` element; None in a file that others include."""
        return next((element for element in self.elements[:_FAR] if element.tag == "mjml"), None)

    @cached_property
    def faults(self) -> list[SyntaxFault]:
        """The tokenizer's errors; that components close themselves is none."""
        starts = {element.span.end: element for element in self.elements if element.self_closing}
        own = super().faults
        return [
            fault
            for fault in own
            if fault.code != "non-void-html-element-start-tag-with-trailing-solidus"
            or not _is_component_at(starts, fault.offset)
        ]

    @cached_property
    def class_names(self) -> frozenset[str]:
        """The names that ``mj-class`` may take here."""
        return frozenset(
            element.attrs["name"] for element in self.elements if element.tag == "mj-class" and "name" in element.attrs
        )


def _is_component_at(ends: Mapping[int, Element], offset: int) -> bool:
    found = next((ends[end] for end in range(offset, offset + 3) if end in ends), None)
    return found is not None and is_component(found.tag)


@lru_cache(maxsize=64)
def _joined(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    return one | other


class MjmlBuilder(Builder):
    """Walks a view of MJML once; components nest strictly and keep the HTML in them apart."""

    def __init__(
        self,
        text: str,
        hidden_spans: Sequence[Span],
        holes: Sequence[Span],
        partial: bool,
        layout_fragments: Sequence[Span],
        per_iteration: frozenset[str],
    ) -> None:
        super().__init__(text, hidden_spans, holes, partial, layout_fragments, per_iteration)
        self.result = Mjml(text, hidden_spans, holes, [], [], [], [], [])
        self.frames: list[int] = []  # where in the stack the open components are
        self.boundaries = component_names()
        self.css: Element | None = None  # an open mj-style: tags in it are text
        self.carried: list[Element] = []  # HTML that an mj-raw has opened and a later one may close
        self.carried_tags: dict[str, int] = {}

    # -- start tags

    def start(self, element: Element) -> None:
        if self.css is not None:
            return
        if is_component(element.tag):
            self.start_component(element)
        else:
            super().start(element)

    def start_component(self, element: Element) -> None:
        tag = element.tag
        known = components().get(tag)
        if tag not in self.boundaries:
            self.boundaries |= {tag}
        parent = self.stack[-1] if self.stack else None
        if parent is not None:
            element.parent, element.depth = parent, parent.depth + 1
            element.silent = parent.silent
        element.preview = known is not None and known.holds == "preview"
        element.silent = element.silent or (known is not None and known.silent)
        element.block = element
        self.result.elements.append(element)
        if element.self_closing or len(self.stack) >= MAX_DEPTH:
            return
        self.frames.append(len(self.stack))
        self.stack.append(element)
        self.open_tags[tag] = self.open_tags.get(tag, 0) + 1
        if known is not None and known.holds == "css":
            self.css = element

    def close_implied(self, targets: frozenset[str], stops: frozenset[str], by: Element) -> None:
        super().close_implied(targets, _joined(stops, self.boundaries), by)

    def drop(self) -> Element:
        element = super().drop()
        if self.frames and self.frames[-1] == len(self.stack):
            self.frames.pop()
        return element

    def pop(self, at: Span | None) -> Element:
        element = super().pop(at)
        if is_component(element.tag):
            self.result.unclosed.append(Unclosed(element, at))
        return element

    # -- end tags

    def end(self, tag: str, span: Span) -> None:
        if self.css is not None:
            if tag != self.css.tag:
                return
            self.css = None
        if is_component(tag):
            self.end_component(tag, span)
        else:
            super().end(tag, span)

    def end_component(self, tag: str, span: Span) -> None:
        self.begins_with_end = self.begins_with_end or not (self.result.elements or self.end_tags)
        self.end_tags.add(tag)
        index = self.open_component(tag)
        if index is None:
            self.unmatched(tag, span)
            return
        element = self.stack[index]
        carried = []
        while len(self.stack) > index + 1:
            inner = self.drop()
            inner.content_end = span.start
            if tag == "mj-raw" and not is_component(inner.tag):
                carried.append(inner)
            elif inner.tag in _CELLS:
                self.doubtful.append(Unclosed(inner, span))
            elif is_component(inner.tag) or must_close(inner.tag):
                self.forgiven.append((Unclosed(inner, span), EndTag(tag, span)))
        for inner in reversed(carried):
            self.carried.append(inner)
            self.carried_tags[inner.tag] = self.carried_tags.get(inner.tag, 0) + 1
        element.end_tag = span
        element.content_end = span.start
        self.drop()

    def open_component(self, tag: str) -> int | None:
        """The index of the component that an end tag ends; an included file ends none that is open around it."""
        for index in reversed(self.frames):
            if self.stack[index].tag == tag:
                return index
            if self.stack[index].tag == INCLUDED:
                return None
        return None

    def find_open(self, tag: str) -> int | None:
        index = super().find_open(tag)
        return None if index is not None and self.frames and index < self.frames[-1] else index

    def unmatched(self, tag: str, span: Span) -> None:
        raw = bool(self.frames) and self.stack[self.frames[-1]].tag == "mj-raw" and not is_component(tag)
        if raw and (self.end_carried(tag, span) or not self.has_root()):
            return
        super().unmatched(tag, span)

    def end_carried(self, tag: str, span: Span) -> bool:
        """End what an earlier ``mj-raw`` has opened, the latest first."""
        if not self.carried_tags.get(tag):
            return False
        for position in range(len(self.carried) - 1, max(len(self.carried) - _FAR, 0) - 1, -1):
            element = self.carried[position]
            if element.tag == tag:
                element.end_tag = span
                element.content_end = span.start
                del self.carried[position]
                self.carried_tags[tag] -= 1
                return True
        return False

    def has_root(self) -> bool:
        return any(element.tag == "mjml" for element in self.result.elements[:_FAR])

    def partial_closing(self) -> bool:
        return not self.has_root() and super().partial_closing()

    # -- the end

    def finish(self) -> None:
        if "mjml" in self.end_tags and self.has_root():
            self.result.unclosed.extend(Unclosed(known, None) for known in self.carried if must_close(known.tag))
        super().finish()
        Inheritance(self.result.elements).apply()


def parse_mjml(
    text: str,
    hidden_spans: Sequence[Span] = (),
    holes: Sequence[Span] = (),
    *,
    partial: bool = False,
    layout_fragments: Sequence[Span] = (),
    per_iteration: frozenset[str] = frozenset(),
) -> Html:
    """Parse a view of MJML; as parse_html."""
    return MjmlBuilder(text, hidden_spans, holes, partial, layout_fragments, per_iteration).build()
