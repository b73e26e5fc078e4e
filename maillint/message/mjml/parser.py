"""Parse MJML before it is rendered: components, and the HTML in them.

A component that MJML calls an ending tag (``mj-text``, ``mj-raw`` …) holds HTML. The rules of the HTML standard apply
in it, and no tag in it affects what is outside, except that one ``mj-raw`` may open an element that a later one closes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from maillint.message.html.parser import Builder
from maillint.message.html.tree import Element, EndTag, Html, SyntaxFault, Unclosed
from maillint.message.html.vocabulary import MAX_DEPTH, must_close
from maillint.message.mjml.components import INCLUDED, component_names, components, is_component
from maillint.message.mjml.inheritance import Inheritance
from maillint.text.spans import Span
from maillint.values import mutable

_CELLS = frozenset({"td", "th", "tr"})
_FAR = 64
"""How many elements are looked through: the first for the root, the last for one that an end tag may end."""


@mutable
class Mjml(Html):
    """A parsed view of MJML; its components are among the elements."""

    mjml = True

    @property
    def is_document(self) -> bool:
        """False, since MJML writes the HTML document around it."""
        return False

    @cached_property
    def root(self) -> Element | None:
        """The ``mjml`` element; None in a file that others include."""
        return next((element for element in self.elements[:_FAR] if element.tag == "mjml"), None)

    @cached_property
    def faults(self) -> list[SyntaxFault]:
        """The tokenizer's errors, without those about components that close themselves (``<mj-image />``)."""
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
        """The names that ``mj-class`` elements define."""
        return frozenset(
            element.attrs["name"] for element in self.elements if element.tag == "mj-class" and "name" in element.attrs
        )


def _is_component_at(ends: Mapping[int, Element], offset: int) -> bool:
    found = next((ends[end] for end in range(offset, offset + 3) if end in ends), None)
    return found is not None and is_component(found.tag)


_MOST_BOUNDARIES = 500
"""Names of components, those that nobody knows included, that HTML inside them does not reach beyond."""


class MjmlBuilder(Builder):
    """Walks a view of MJML once. Components nest strictly, and HTML ends with the component that it stands in."""

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
        self.result = Mjml(text, hidden_spans, holes, [], [], [], [], [], [])
        self.open_components: list[int] = []  # their indexes in the stack
        self.boundaries = component_names()
        self.stops: dict[frozenset[str], frozenset[str]] = {}  # with the boundaries
        self.css: Element | None = None  # an open mj-style: tags in it are text
        self.left_open: list[Element] = []  # HTML elements that an mj-raw opens and a later one may close
        self.left_open_tags: dict[str, int] = {}  # by tag, how many there are

    # -- start tags

    def start(self, element: Element) -> bool:
        if self.css is None:
            if not is_component(element.tag):
                return super().start(element)
            self.start_component(element)
        return False

    def start_component(self, element: Element) -> None:
        tag = element.tag
        component = components().get(tag)
        if tag not in self.boundaries and len(self.boundaries) < _MOST_BOUNDARIES:
            self.boundaries |= {tag}
            self.stops.clear()
        parent = self.stack[-1] if self.stack else None
        if parent is not None:
            element.parent = parent
        if component is not None and component.holds == "preview":
            element.preview = True
        element.silent = (parent is not None and parent.silent) or (component is not None and component.silent)
        element.block_index = element.index
        self.result.elements.append(element)
        if element.self_closing or len(self.stack) >= MAX_DEPTH:
            return
        self.open_components.append(len(self.stack))
        self.stack.append(element)
        self.open_tags[tag] = self.open_tags.get(tag, 0) + 1
        if component is not None and component.holds == "css":
            self.css = element

    def close_implied(self, targets: frozenset[str], stops: frozenset[str], by: Element) -> None:
        if stops not in self.stops:
            self.stops[stops] = stops | self.boundaries
        super().close_implied(targets, self.stops[stops], by)

    def drop(self) -> Element:
        element = super().drop()
        if self.open_components and self.open_components[-1] == len(self.stack):
            self.open_components.pop()
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
        index = self.find_component(tag)
        if index is None:
            self.unmatched(tag, span)
            return
        element = self.stack[index]
        left_open = []
        while len(self.stack) > index + 1:
            inner = self.drop()
            inner.content_end = span.start
            if tag == "mj-raw" and not is_component(inner.tag):
                left_open.append(inner)
            elif inner.tag in _CELLS:
                self.unclosed_cells.append(Unclosed(inner, span))
            elif is_component(inner.tag) or must_close(inner.tag):
                self.cut_short.append((Unclosed(inner, span), EndTag(tag, span)))
        for inner in reversed(left_open):
            self.left_open.append(inner)
            self.left_open_tags[inner.tag] = self.left_open_tags.get(inner.tag, 0) + 1
        element.end_tag = span
        element.content_end = span.start
        self.drop()

    def find_component(self, tag: str) -> int | None:
        """The index in the stack of the component that an end tag ends.

        The end tag of an included file ends no component around that file.
        """
        for index in reversed(self.open_components):
            if self.stack[index].tag == tag:
                return index
            if self.stack[index].tag == INCLUDED:
                return None
        return None

    def find_open(self, tag: str) -> int | None:
        index = super().find_open(tag)
        return None if index is not None and self.open_components and index < self.open_components[-1] else index

    def unmatched(self, tag: str, span: Span) -> None:
        raw = (
            bool(self.open_components)
            and self.stack[self.open_components[-1]].tag == "mj-raw"
            and not is_component(tag)
        )
        if raw and (self.end_left_open(tag, span) or not self.has_root()):
            return
        super().unmatched(tag, span)

    def end_left_open(self, tag: str, span: Span) -> bool:
        """End the last element of a tag that an earlier ``mj-raw`` has left open; False if there is none."""
        if not self.left_open_tags.get(tag):
            return False
        for position in range(len(self.left_open) - 1, max(len(self.left_open) - _FAR, 0) - 1, -1):
            element = self.left_open[position]
            if element.tag == tag:
                element.end_tag = span
                element.content_end = span.start
                del self.left_open[position]
                self.left_open_tags[tag] -= 1
                return True
        return False

    def has_root(self) -> bool:
        return any(element.tag == "mjml" for element in self.result.elements[:_FAR])

    def partial_closing(self) -> bool:
        return not self.has_root() and super().partial_closing()

    # -- the end

    def finish(self) -> None:
        if "mjml" in self.end_tags and self.has_root():
            unclosed = (element for element in self.left_open if must_close(element.tag))
            self.result.unclosed.extend(Unclosed(element, None) for element in unclosed)
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
