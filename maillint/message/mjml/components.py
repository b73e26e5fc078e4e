"""The components of MJML, as rules/lists/mjml.yaml describes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from maillint.data.lists import load_list
from maillint.message.html.tree import Element

INCLUDED = "mj-included\uf5b4"
"""Encloses the text of an included file; the character keeps it apart from every tag that people write."""
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
def component_names() -> frozenset[str]:
    return frozenset(components()) | {INCLUDED}


def is_component(tag: str) -> bool:
    """Whether a tag is one of MJML's or of those that people add to it."""
    return tag == "mjml" or tag.startswith("mj-")


def is_mjml(text: str) -> bool:
    """Whether a text that does not say so by its name is an MJML document."""
    found = _ROOT.search(text, 0, _SNIFFED)
    return found is not None and not _OTHER_ROOT.search(text, 0, found.start())


def included_in(element: Element) -> Element | None:
    """The element that encloses the included file an element stands in, the outermost; None in the file itself."""
    return next((known for known in reversed(list(element.ancestors)) if known.tag == INCLUDED), None)


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
