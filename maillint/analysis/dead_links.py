"""Elements that look like links and have no address: a reader clicks on them, and nothing happens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maillint.message.html.tree import Element
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.spans import Span

_PLAIN = frozenset("style class target rel title role align tabindex dir lang width height bgcolor".split())
"""Attributes that say nothing of an address; a language of templates may set one by any other."""

_LINKS = frozenset({"a", "mj-button", "button"})
_INKY = frozenset({"columns", "callout", "spacer", "block-grid", "container", "row", "wrapper"})
"""Components of Inky, whose button is a link."""

_LIKE_LINK = regex(
    r"text-decoration(?:-line)?\s*:\s*underline|\b(?:background(?:-color)?|border(?:-radius)?|padding(?:-\w+)?)\s*:\s*(?!none|0|transparent)"
    r"|\bdisplay\s*:\s*(?:inline-)?block|\bcursor\s*:\s*pointer",
    re.IGNORECASE,
)
_LINK_CLASS = regex(r"\b(?:btn|button|link|cta|unsub\w*)\b|(?:-|_|\b)(?:btn|button|link|cta)(?:-|_|\b)", re.IGNORECASE)
_LETTERS = regex(r"[^\W\d_]{2}")
_DETECTED = regex(r"\d[\d\s().,:/+-]{5}|\S@\S|\w\.\w{2}|\b\d{1,5}\b[^,\n]{0,80},|\d{1,2}:\d\d")
"""What clients make links of by themselves: an <a> without an address around it keeps them from that."""


def dead_links(view: View) -> Iterator[Element]:
    """Elements with words that look like a link or a button, or are one in MJML and Inky, and have no address."""
    tags = {
        start_tag for start_tag in view.html.start_tags if start_tag.tag in _LINKS and "href" not in start_tag.attrs
    }
    if not tags:
        return
    inky = len(_INKY & {start_tag.tag for start_tag in view.html.start_tags}) >= 2
    for element in view.html.elements:
        if element.start_tag not in tags:
            continue
        if element.tag == "a":
            dead = _looks_like_link(element) and not _is_detected(_words(view, element))
        elif element.tag == "mj-button":
            dead = "href" not in element.attrs and not element.silent  # it may inherit one
        else:
            dead = inky and element.attrs.keys() <= _PLAIN
        if dead and not element.gaps and PLACEHOLDER_CHAR not in "".join(element.attrs) and _words(view, element):
            yield element


def _words(view: View, element: Element) -> str:
    """What a reader sees of an element, if there are words in it or a template tag prints them."""
    shown = view.content.flow.within(Span(element.span.end, max(element.content_end, element.span.end)))
    return shown if _LETTERS.search(shown) or PLACEHOLDER_CHAR in shown else ""


def _looks_like_link(element: Element) -> bool:
    attrs = element.attrs
    if not attrs or not attrs.keys() <= _PLAIN:  # an id or a name makes it a place to link to
        return False
    style = attrs.get("style", "")
    if "target" in attrs or attrs.get("role", "").lower() in {"button", "link"} or _LIKE_LINK.search(style):
        return True
    return _LINK_CLASS.search(attrs.get("class", "")) is not None


def _is_detected(words: str) -> bool:
    return _DETECTED.search(words) is not None
