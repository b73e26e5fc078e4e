"""MJML in its own source: its components, what closes what in it, and the attributes that elements inherit.

A component that MJML calls an ending tag (``mj-text``, ``mj-raw`` …) holds HTML; within it the HTML standard's
rules hold and nothing reaches out of it, except that ``mj-raw`` may open what a later ``mj-raw`` closes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache

from maillint.data import load_list
from maillint.message.element import Element
from maillint.message.html import MAX_DEPTH, Builder, EndTag, Html, SyntaxFault, Unclosed, must_close
from maillint.text import Span

INCLUDED = "mj-included\uf5b4"
"""Encloses the text of an included file; the character keeps it apart from every tag that people write."""

_CELLS = frozenset({"td", "th", "tr"})
_FAR = 64
_MOST_CLASSES = 50
_SNIFFED = 4000
_ROOT = re.compile(r"<mjml[\s>]", re.IGNORECASE)
_OTHER_ROOT = re.compile(r"<(?:html|body|!doctype)[\s>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Component:
    """What ``rules/lists/mjml.yaml`` says of a component; ``attributes`` maps names to the values they take."""

    name: str
    holds: str = "components"
    inside: tuple[str, ...] = ()
    link: str | None = None
    picture: str | None = None
    base: str | None = None
    any: bool = False
    attributes: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    @property
    def silent(self) -> bool:
        """Whether text in it is no text of the message."""
        return self.holds in {"css", "defaults", "words"}


@cache
def components() -> Mapping[str, Component]:
    """Every component of MJML by its name."""
    data = load_list("mjml")
    result = {}
    for name, said in data["components"].items():
        attributes = dict(data["common"])
        for group in said.get("sets", ()):
            attributes.update(data["sets"][group])
        attributes.update(said.get("attributes", {}))
        known = {key: said[key] for key in ("holds", "link", "picture", "base", "any") if key in said}
        result[name] = Component(name, inside=tuple(said.get("inside", ())), attributes=attributes, **known)
    return result


@cache
def roles(kind: str) -> Mapping[str, str]:
    """By component, the attribute with the URL that a reader opens (``link``) or a client fetches (``picture``)."""
    found = ((name, getattr(component, kind)) for name, component in components().items())
    return {name: attribute for name, attribute in found if attribute is not None}


@cache
def _names() -> frozenset[str]:
    return frozenset(components()) | {INCLUDED}


def is_component(tag: str) -> bool:
    """Whether a tag is one of MJML's or of those that people add to it."""
    return tag == "mjml" or tag.startswith("mj-")


def is_mjml(text: str) -> bool:
    """Whether a text that does not say so by its name is an MJML document."""
    found = _ROOT.search(text, 0, _SNIFFED)
    return found is not None and not _OTHER_ROOT.search(text, 0, found.start())


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


def included_in(element: Element) -> Element | None:
    """The element that encloses the included file an element stands in, the outermost; None in the file itself."""
    return next((known for known in reversed(list(element.ancestors)) if known.tag == INCLUDED), None)


@lru_cache(maxsize=64)
def _joined(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    return one | other


class MjmlBuilder(Builder):
    """Walks a view of MJML once; components nest strictly and keep the HTML in them apart."""

    def __init__(
        self, text: str, blanks: Sequence[Span], holes: Sequence[Span], partial: bool, halves: Sequence[Span]
    ) -> None:
        super().__init__(text, blanks, holes, partial, halves)
        self.result = Mjml(text, blanks, holes, [], [], [], [], [])
        self.frames: list[int] = []  # where in the stack the open components are
        self.boundaries = _names()
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
            element.hidden, element.silent = parent.hidden, parent.silent
        element.hidden = element.hidden or (known is not None and known.holds == "preview")
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
        _Inheritance(self.result.elements).apply()


class _Inheritance:
    """Gives elements the attributes that ``mj-attributes`` sets for them (MJML's order: the closest wins)."""

    def __init__(self, elements: Sequence[Element]) -> None:
        self.elements = elements
        self.all: list[Element] = []
        self.tags: dict[str, list[Element]] = {}
        self.classes: dict[str, list[Element]] = {}
        self.below: dict[tuple[str, str], list[Element]] = {}  # by class and tag: within an element of the class
        self.merged: dict[tuple[str, str, str], dict[str, tuple[str, Span]]] = {}

    def apply(self) -> None:
        for element in self.elements:
            parent = element.parent
            if parent is None or not element.attrs:
                continue
            if parent.tag == "mj-attributes":
                if element.tag == "mj-all":
                    self.all.append(element)
                elif element.tag == "mj-class":
                    self.classes.setdefault(element.attrs.get("name", ""), []).append(element)
                else:
                    self.tags.setdefault(element.tag, []).append(element)
            elif parent.tag == "mj-class" and parent.parent is not None and parent.parent.tag == "mj-attributes":
                self.below.setdefault((parent.attrs.get("name", ""), element.tag), []).append(element)
        inherits = bool(self.all or self.tags or self.classes)
        for element in self.elements:
            if not is_component(element.tag):
                continue
            if inherits and not (element.silent and element.in_any(_DEFAULTS)):
                self.give(element)
            _prefix(element)

    def give(self, element: Element) -> None:
        component = components().get(element.tag)
        if component is None or component.holds in {"defaults", "css"}:
            return
        found = dict(self.attributes(component, "", ""))
        around = next((known.attrs["mj-class"] for known in element.ancestors if "mj-class" in known.attrs), "")
        for name in element.attrs.get("mj-class", "").split()[:_MOST_CLASSES]:
            found.update(self.attributes(component, name, ""))
        if self.below:
            for name in around.split()[:_MOST_CLASSES]:
                found.update(self.attributes(component, "", name))
        inherited = {name: given for name, given in found.items() if name not in element.attrs}
        if inherited:
            element.attrs = {**{name: value for name, (value, _) in inherited.items()}, **element.attrs}
            element.inherited = {name: span for name, (_, span) in inherited.items()}

    def attributes(self, component: Component, own: str, around: str) -> Mapping[str, tuple[str, Span]]:
        """What a component takes by its name, by a class of its own, or by a class around it."""
        key = (component.name, own, around)
        if key not in self.merged:
            if own:
                givers = self.classes.get(own, [])
            elif around:
                givers = self.below.get((around, component.name), [])
            else:
                givers = [*self.all, *self.tags.get(component.name, ())]
            self.merged[key] = {
                name: (giver.attrs[name], _place(giver, name))
                for giver in givers
                for name in giver.attrs
                if name in component.attributes and name != "mj-class" and not (own and name == "name")
            }
        return self.merged[key]


_DEFAULTS = frozenset({"mj-attributes"})


def _place(giver: Element, name: str) -> Span:
    """Where a default stands; one out of an included file stands for that file."""
    included = included_in(giver)
    return giver.value_span(name) if included is None else included.span


def _prefix(element: Element) -> None:
    """Lay the address that a menu begins its links with before a link's own."""
    component = components().get(element.tag)
    parent = element.parent
    if component is not None and component.base and component.link and parent is not None:
        base = parent.attrs.get(component.base)
        if base and component.link in element.attrs:
            element.attrs[component.link] = base + element.attrs[component.link]


def parse(
    text: str,
    blanks: Sequence[Span] = (),
    holes: Sequence[Span] = (),
    *,
    partial: bool = False,
    halves: Sequence[Span] = (),
) -> Html:
    """Parse a view of MJML; as Html.parse."""
    return MjmlBuilder(text, blanks, holes, partial, halves).build()


def written(elements: Sequence[Element]) -> Iterator[Element]:
    """The elements that stand in the file itself, not in one that it includes."""
    until = -1
    for element in elements:
        if element.span.start < until:
            continue
        if element.tag == INCLUDED:
            until = element.content_end
            continue
        yield element
