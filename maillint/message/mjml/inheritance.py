"""The attributes that `mj-attributes` gives to components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from maillint.message.html.tree import Element
from maillint.message.mjml.components import Component, components, included_in, is_component
from maillint.text.spans import Span

_MOST_CLASSES = 50


class Inheritance:
    """Gives elements the attributes that ``mj-attributes`` sets for them.

    As in MJML, an element's own attributes come first, then those of its classes, then those of its component, then
    those of ``mj-all``.
    """

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
            add_menu_base(element)

    def give(self, element: Element) -> None:
        component = components().get(element.tag)
        if component is None or component.holds in {"defaults", "css"}:
            return
        found = dict(self.attributes(component, "", ""))
        around = next((outer.attrs["mj-class"] for outer in element.ancestors if "mj-class" in outer.attrs), "")
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
        """The defaults of a component with their places: by its name, by its own class, or by a class around it."""
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
    """The place of a default; that of the included file for one that stands in such a file."""
    included = included_in(giver)
    return giver.value_span(name) if included is None else included.span


def add_menu_base(element: Element) -> None:
    """Put the address with which a menu begins all its links (``base-url``) before that of a link."""
    component = components().get(element.tag)
    parent = element.parent
    if component is not None and component.base and component.link and parent is not None:
        base = parent.attrs.get(component.base)
        if base and component.link in element.attrs:
            element.attrs = {**element.attrs, component.link: base + element.attrs[component.link]}
