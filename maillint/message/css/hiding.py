"""Which declarations hide an element, and which show it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from maillint.message.css.lengths import about, pixels
from maillint.patterns import regex
from maillint.values import NamedTuple

Kind = Literal["display", "visibility", "opacity", "size", "place", "mso-hide"]

FINAL: frozenset[Kind] = frozenset({"display", "opacity", "mso-hide"})
"""Kinds that one property of that name makes, and that nothing inside can take back."""

Values = Mapping[str, str]
"""Lower-case properties to their lower-case values."""

PROPERTIES = frozenset(
    (
        "display visibility opacity width height max-width max-height min-width min-height overflow overflow-x"
        " overflow-y position left top right bottom margin-left margin-top text-indent clip clip-path transform"
        " mso-hide"
    ).split()
)
"""The properties that bear on sight."""

SIZES = ("width", "height", "max-width", "max-height")

_NEGATIVE_MARGIN = regex(r"margin-(?:left|top)\s*:\s*-")
_FAR = -500.0  # a margin or an offset beyond this leads off any screen
_CLIPPED = regex(r"rect\(\s*([01](?:px)?)[\s,]+\1[\s,]+\1[\s,]+\1\s*\)|inset\(\s*(?:[5-9]\d|100)%|circle\(\s*0")
_GONE = regex(r"scale(?:3d|x|y)?\(\s*0(?:\.0+)?\s*[,)]|translate(?:3d|x|y)?\(\s*(?:0\s*,\s*)?-\d{3,}")
_HIDDEN = frozenset({"none", "hidden", "collapse"})


class Way(NamedTuple):
    """A way of hiding: in words, and its kind: a rule that shows something again must undo the same kind."""

    words: str
    kind: Kind


def may_hide(style: str) -> bool:
    """Whether it is worth reading the declarations of a lower-case style; to search it for words costs less."""
    return (
        ("none" in style and "display" in style)
        or "visibility" in style
        or "opacity" in style
        or "overflow" in style
        or "absolute" in style
        or "fixed" in style
        or "clip" in style
        or "scale" in style
        or "translate" in style
        or "indent" in style
        or "mso-hide" in style
        or ("margin-" in style and _NEGATIVE_MARGIN.search(style) is not None)
        or "/*" in style
    )


def ways(values: Values, *, around: bool) -> Iterator[Way]:
    """The ways in which declarations hide an element. ``around``: those that hide all inside it."""
    if values.get("display") == "none":
        yield Way("display: none", "display")
    if values.get("visibility") in {"hidden", "collapse"}:
        yield Way(f"visibility: {values['visibility']}", "visibility")
    opacity = about(values.get("opacity"))
    if opacity is not None and opacity < 0.03:
        yield Way("opacity: 0", "opacity")
    if around and "hidden" in {values.get("overflow"), values.get("overflow-x"), values.get("overflow-y")}:
        yield from (Way(f"{name}: 0", "size") for name in SIZES if pixels(values.get(name)) == 0)
    words = _out_of_place(values, around)
    if words is not None:
        yield Way(words, "place")


def ways_in_outlook(values: Values, *, around: bool) -> Iterator[Way]:
    """As ``ways``, for Outlook for Windows: Word's engine knows only these two."""
    if values.get("display") == "none":
        yield Way("display: none", "display")
    if values.get("mso-hide") == "all":
        yield Way("mso-hide: all", "mso-hide")


def _out_of_place(values: Values, around: bool) -> str | None:
    """How declarations lay an element out where nobody sees it."""
    placed = values.get("position") in {"absolute", "fixed"}
    for name in ("left", "top", "right", "bottom") if placed else ():
        if _is_far(values.get(name)):
            return f"{name}: {values[name]}"
    for name in ("margin-left", "margin-top", "text-indent"):
        if _is_far(values.get(name)) and (around or name != "text-indent"):
            return f"{name}: {values[name]}"
    if (placed and _CLIPPED.match(values.get("clip", ""))) or _CLIPPED.match(values.get("clip-path", "")):
        return "a clip that leaves nothing"
    if _GONE.search(values.get("transform", "")):
        return f"transform: {values['transform']}"
    return None


def _is_far(value: str | None) -> bool:
    length = about(value)
    return length is not None and length <= _FAR


def undone(values: Values) -> frozenset[Kind]:
    """The kinds of hiding that declarations undo."""
    kinds: set[Kind] = set()
    if values.get("display", "none") not in _HIDDEN:
        kinds.add("display")
    if values.get("visibility", "hidden") not in _HIDDEN:
        kinds.add("visibility")
    if (about(values.get("opacity")) or 0) > 0.03:
        kinds.add("opacity")
    lengths = [values[name] for name in SIZES if name in values]
    if any(pixels(length) not in {0, 1} for length in lengths):
        kinds.add("size")
    if values.get("position") in {"static", "relative"} or "size" in kinds:
        kinds.add("place")
    return frozenset(kinds)
