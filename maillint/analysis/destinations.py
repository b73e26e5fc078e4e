"""Where links lead readers to: which of them go to the same place, and which only lead to what every message has."""

from __future__ import annotations

from functools import cache

from maillint.analysis.links import LinkInView
from maillint.data.lists import load_list
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.web.urls import normalise_for_counting

_NO_PLACE = frozenset({"javascript", "vbscript", "data", "file", "cid", "about"})
_LONGEST_TEXT = 200
"""A longer text is no link of a footer, whatever word it has."""


def destination(link: LinkInView) -> str | None:
    """Return a key that is equal for links to the same place; None for what leads nowhere.

    Campaign parameters and the place on the page make no difference, and wrappers are taken off. A template tag
    stands for its expression.
    """
    parts, url = link.address.parts, link.address.url
    if not url or url[0] == "#" or parts.scheme in _NO_PLACE:
        return None
    if parts.scheme in {"http", "https"} and not parts.host:
        return None
    if parts.scheme == "mailto":
        address = link.key.partition(":")[2].partition("?")[0].strip(" <>").lower()
        return f"mailto:{address}" if address else None
    wraps = link.wrapping
    if wraps is not None and wraps.target is not None and PLACEHOLDER_CHAR not in wraps.target:
        return normalise_for_counting(wraps.target)
    key = f"//{link.key}" if link.key[:4].lower() == "www." else link.key
    return normalise_for_counting(key)


def has_role(role: str, link: LinkInView) -> bool:
    """Whether a link leads to legal pages (``legal``) or to the copy for the browser (``browser-view``)."""
    words, paths = _role_words(role)
    shown = link.shown.lower()
    if len(shown) <= _LONGEST_TEXT and any(word in shown for word in words):
        return True
    if link.address.url.startswith(PLACEHOLDER_CHAR):
        text = link.text.lower()
        if any(word in text for word in words if " " not in word):
            return True
    path = link.address.parts.path.lower()
    segments = {segment.partition(".")[0].replace("-", "").replace("_", "") for segment in path.split("/", 20)}
    return not paths.isdisjoint(segments)


@cache
def _role_words(role: str) -> tuple[tuple[str, ...], frozenset[str]]:
    data = load_list("link-roles")[role]
    return tuple(data["texts"]), frozenset(data["paths"])
