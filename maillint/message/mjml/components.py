"""The components of MJML, as rules/lists/mjml.yaml describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from maillint.data.lists import load_list
from maillint.message.html.tree import Element
from maillint.patterns import regex
from maillint.values import field, frozen

INCLUDED = "mj-included\uf5b4"
"""The element put around the text of an included file; for its last character, no file has such a tag of its own."""
_SNIFFED = 4000
_ROOT = regex(r"<mjml[\s>]", re.IGNORECASE)
_OTHER_ROOT = regex(r"<(?:html|body|!doctype)[\s>]", re.IGNORECASE)


@frozen
class Component:
    """What ``rules/lists/mjml.yaml`` says of a component, which explains each of these.

    ``attributes`` maps names to the kind of values that they take, or to the values.
    """

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
        """Whether text in it is not shown in the message."""
        return self.holds in {"css", "defaults", "words"}


@cache
def components() -> Mapping[str, Component]:
    """Every component of MJML by its name."""
    data = load_list("mjml")
    result = {}
    for name, entry in data["components"].items():
        attributes = dict(data["common"])
        for group in entry.get("sets", ()):
            attributes.update(data["sets"][group])
        attributes.update(entry.get("attributes", {}))
        fields = {key: entry[key] for key in ("holds", "link", "picture", "base", "any") if key in entry}
        result[name] = Component(name, inside=tuple(entry.get("inside", ())), attributes=attributes, **fields)
    return result


@cache
def roles(kind: str) -> Mapping[str, str]:
    """By component, its attribute with the URL that readers open (``link``) or clients fetch (``picture``)."""
    found = ((name, getattr(component, kind)) for name, component in components().items())
    return {name: attribute for name, attribute in found if attribute is not None}


@cache
def component_names() -> frozenset[str]:
    """The tags of all components, and that of included files."""
    return frozenset(components()) | {INCLUDED}


def is_component(tag: str) -> bool:
    """Whether a tag is a component of MJML, or one that a project registers itself."""
    return tag == "mjml" or tag.startswith("mj-")


def is_mjml(text: str) -> bool:
    """Whether a text is an MJML document, for files whose name does not say so."""
    found = _ROOT.search(text, 0, _SNIFFED)
    return found is not None and not _OTHER_ROOT.search(text, 0, found.start())


def included_in(element: Element) -> Element | None:
    """The element around the outermost included file that an element stands in; None in the file itself."""
    return next((around for around in reversed(list(element.ancestors)) if around.tag == INCLUDED), None)
