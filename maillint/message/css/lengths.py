"""Lengths in styles and attributes, as far as they are known without a layout."""

from __future__ import annotations

from collections.abc import Mapping

from maillint.message.html.tree import Element
from maillint.patterns import regex

TINY = 2.0
"""Lengths below so many pixels show nothing but a dot."""

_LENGTH = regex(r"([-+]?)(\d++(?:\.\d++)?|\.\d++)\s*(px|pt|em|rem|vw|vh|%)?")
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0}
_ABOUT = {**_PIXELS, "vw": 10.0, "vh": 10.0, "%": 10.0}
_ATTRIBUTE = regex(r"\s*\+?(\d++\.?+\d*+|\.\d++)(?:px)?+(?![\w%.])")


def pixels(value: str | None) -> float | None:
    """Return a lower-case length in CSS pixels; None for anything else (a share, ``auto``, less than nothing)."""
    found = _LENGTH.fullmatch(value) if value else None
    if found is None or found[1] == "-" or (found[3] or "") not in _PIXELS:
        return None
    return float(found[2]) * _PIXELS[found[3] or ""]


def about(value: str | None) -> float | None:
    """Return a lower-case length of either sign in about so many pixels, a share being one of 1,000 pixels."""
    found = _LENGTH.fullmatch(value) if value else None
    return float(found[1] + found[2]) * _ABOUT[found[3] or ""] if found else None


def attribute_length(attribute: str | None) -> float | None:
    """Read a ``width`` or ``height`` attribute in pixels; None for a share of something and for no number."""
    found = _ATTRIBUTE.match(attribute) if attribute else None
    return float(found[1]) if found else None


def declared_length(element: Element, values: Mapping[str, str], name: str) -> float | None:
    """Return an element's ``width`` or ``height`` in pixels, of its declarations or else its attribute."""
    declared = values.get(name)
    if declared is None:
        length = attribute_length(element.attrs.get(name))
    elif declared == "auto":  # the picture's own size, which an attribute of 1 shows to be tiny
        length = attribute_length(element.attrs.get(name))
        length = length if length is not None and length < TINY else None
    else:
        length = pixels(declared)
    most, least = pixels(values.get(f"max-{name}")), pixels(values.get(f"min-{name}"))
    if most is not None and (length is None or most < length) and (length is not None or most < TINY):
        length = most
    if least is not None and length is not None and least > length:
        length = least
    return length
