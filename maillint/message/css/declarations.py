"""Inline styles: declarations, lengths, and what hides an element."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_DECLARATION = re.compile(r"""\s*([-\w]+)\s*:((?:[^;"'(]|"[^"]*"|'[^']*'|\((?:"[^"]*"|'[^']*'|[^)"'])*\)|["'(])*);?""")
_LENGTH = re.compile(r"\s*\+?(\d*\.?\d+)\s*(px|pt|em|rem|%|)?\s*$", re.IGNORECASE)
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0}


@lru_cache(4096)
def declarations(style: str) -> Mapping[str, str]:
    """Return the declarations of a ``style`` attribute: lower-case property to value, later ones winning."""
    result: dict[str, str] = {}
    position = 0
    while position < len(style):
        match = _DECLARATION.match(style, position)
        if match is None or match.end() == position:
            semicolon = style.find(";", position)
            if semicolon < 0:
                break
            position = semicolon + 1
            continue
        name, value = match[1].lower(), match[2].strip()
        important = value.lower().endswith("!important")
        if important:
            value = value[: value.rindex("!")].strip()
        result[name] = value
        position = match.end()
    return result


def pixels(value: str | None) -> float | None:
    """Return a length in CSS pixels; None for what is no absolute length (a percentage, ``auto``, nothing)."""
    match = _LENGTH.match(value) if value else None
    if match is None or match[2] == "%":
        return None
    return float(match[1]) * _PIXELS[match[2].lower()]


def hides(attrs: Mapping[str, str]) -> bool:
    """Whether an element's own attributes keep it, and all inside it, from the reader's eye."""
    if "hidden" in attrs:
        return True
    style = attrs.get("style")
    if not style:
        return False
    low = style.lower()
    if not any(word in low for word in ("display", "visibility", "opacity", "max-height", "font-size")):
        return False
    own = declarations(low)
    if own.get("display") == "none" or own.get("visibility") in {"hidden", "collapse"}:
        return True
    if pixels(own.get("opacity")) == 0:
        return True
    return pixels(own.get("max-height")) == 0 and own.get("overflow") == "hidden"
