"""What makes an element small or hides it: its attributes, its style, the style sheets, what stands around it.

This is the cascade (CSS Cascading and Inheritance Level 4) for the few properties that can do so, with no
layout behind it: a length is known where it is declared, and unknown otherwise. Rules under a condition
(``@media``, ``@supports``) hide nothing, since most readers are not under it; but what such a rule would
show again is a picture that waits for its readers, and nobody's beacon.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from maillint.message.css.declarations import pixels
from maillint.message.css.selectors import Asked, asked, is_simple, last_names, names_of, specificity
from maillint.message.css.stylesheet import SheetRule, StyleBlock, style_blocks
from maillint.message.html.tree import Element, Html

Values = Mapping[str, str]
"""Lower-case properties to their lower-case values."""

TINY = 2.0
"""Lengths below so many pixels show nothing but a dot."""

_FAR = -500.0  # a margin or an offset beyond this leads off any screen
_PROPERTIES = frozenset(
    (
        "display visibility opacity width height max-width max-height min-width min-height overflow overflow-x"
        " overflow-y position left top right bottom margin-left margin-top text-indent clip clip-path transform"
    ).split()
)
_COULD_HIDE = {
    word: re.compile(rf"\s*:\s*(?:{value})")
    for word, value in {
        "display": "none",
        "visibility": "hidden|collapse",
        "opacity": "[0.]",
        "width": r"[01](?![\d.]|\s*%)",
        "height": r"[01](?![\d.])",
        "clip": "rect",
        "clip-path": "",
        "position": "absolute|fixed",
        "text-indent": "-",
        "margin-left": "-",
        "margin-top": "-",
        "transform": "[^;}]*(?:scale|translate)",
    }.items()
}
"""What a sheet must have to hide anything: properties with the beginning of their values."""

_SMALL = "width|height|max-width|max-height".split("|")
_NUMBER = re.compile(r"\s*\+?(\d+\.?\d*|\.\d+)(?:px)?(?![\w%.])")
_SIGNED = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|vw|vh|%)?")
_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "vw": 10.0, "vh": 10.0, "%": 10.0}
_CLIPPED = re.compile(r"rect\(\s*([01](?:px)?)[\s,]+\1[\s,]+\1[\s,]+\1\s*\)|inset\(\s*(?:[5-9]\d|100)%|circle\(\s*0")
_GONE = re.compile(r"scale(?:3d|x|y)?\(\s*0(?:\.0+)?\s*[,)]|translate(?:3d|x|y)?\(\s*(?:0\s*,\s*)?-\d{3,}")
_HIDDEN = frozenset({"none", "hidden", "collapse"})
_MOST_WORK = 400_000  # rules times elements: what a hostile sheet may cost


class Hiding(NamedTuple):
    """What keeps an element from sight: ``words`` say how, ``element`` is the one that is hidden so."""

    words: str
    element: Element


@lru_cache(8192)
def layout(style: str) -> Mapping[str, tuple[str, bool]]:
    """Read the declarations that bear on sight: property to value and whether it is ``!important``."""
    result: dict[str, tuple[str, bool]] = {}
    for piece in style.split(";"):
        name, _, value = piece.partition(":")
        name = name.strip().lower()
        if name not in _PROPERTIES:
            continue
        value = value.strip().lower()
        important = value.endswith(("!important", "! important"))
        if important:
            value = value[: value.rindex("!")].rstrip()
        if value and (important or not result.get(name, ("", False))[1]):
            result[name] = (value, important)
    return result


@lru_cache(8192)
def _inline_hides(style: str, around: bool) -> str | None:
    own = layout(style)
    return hides({name: value for name, (value, _) in own.items()}, around=around) if own else None


def hides(values: Values, *, around: bool = False) -> str | None:
    """Say in words how declarations hide an element; None if they do not. ``around``: with all inside it."""
    if values.get("display") == "none":
        return "display: none"
    if values.get("visibility") in {"hidden", "collapse"}:
        return f"visibility: {values['visibility']}"
    opacity = _signed(values.get("opacity"))
    if opacity is not None and opacity < 0.03:
        return "opacity: 0"
    if around and "hidden" in {values.get("overflow"), values.get("overflow-x"), values.get("overflow-y")}:
        for name in _SMALL:
            if pixels(values.get(name)) == 0:
                return f"{name}: 0"
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


def _signed(value: str | None) -> float | None:
    match = _SIGNED.fullmatch(value) if value else None
    return float(match[1]) * _UNITS[match[2] or ""] if match else None


def _is_far(value: str | None) -> bool:
    length = _signed(value)
    return length is not None and length <= _FAR


def length_of(attribute: str | None) -> float | None:
    """Read a ``width`` or ``height`` attribute in pixels; None for a share of something and for no number."""
    match = _NUMBER.match(attribute) if attribute else None
    return float(match[1]) if match else None


def _length(element: Element, values: Values, name: str) -> float | None:
    declared = values.get(name)
    if declared is None:
        length = length_of(element.attrs.get(name))
    elif declared == "auto":  # as the picture has it; who writes a 1 beside it knows that
        length = length_of(element.attrs.get(name))
        length = length if length is not None and length < TINY else None
    else:
        length = pixels(declared)
    most, least = pixels(values.get(f"max-{name}")), pixels(values.get(f"min-{name}"))
    if most is not None and (length is None or most < length) and (length is not None or most < TINY):
        length = most
    if least is not None and length is not None and least > length:
        length = least
    return length


class Looks:
    """How a view's elements look, as far as declarations tell. Answers are kept, for as long as this is."""

    def __init__(self, html: Html, *, word: bool = False) -> None:
        """``word``: as Outlook for Windows has it, whose engine knows no way to hide but ``display``."""
        self._html = html
        self._word = word
        self._around: dict[int, Hiding | None] = {}
        self._selected: dict[int, frozenset[int]] = {}

    # -- questions

    def size(self, element: Element) -> tuple[float | None, float | None]:
        """Width and height in pixels; None for one that is not declared, or not in a fixed unit.

        Style sheets are asked only where the element is small without them, or a rule could make it so.
        """
        style = element.attrs.get("style")
        values: Values = {name: value for name, (value, _) in layout(style).items()} if style else {}
        width, height = _length(element, values, "width"), _length(element, values, "height")
        small = (width is not None and width < TINY) or (height is not None and height < TINY)
        if small or self._matching(element, self._hiding_by_name):
            values = self.values(element)
            width, height = _length(element, values, "width"), _length(element, values, "height")
        return width, height

    def hiding(self, element: Element) -> Hiding | None:
        """What hides an element, itself or from around it; None if it can be seen."""
        own = self._own(element, around=False)
        return own or self._inherited(element.parent)

    def switched(self, hiding: Hiding | None, element: Element) -> bool:
        """Whether some readers' sheet shows what is hidden (or is small, with no ``hiding``) for the others.

        Rules that name the element by class or id count, whatever their condition: a media query, or a
        selector that only one mail client's page fulfils. So do those that name an element around it.
        """
        waiting = self._showing.get(_kind(hiding.words) if hiding else "size")
        if not waiting:
            return False
        nodes = (element,) if hiding is None else _path(element, hiding.element)
        return any(
            names <= own and all(any(piece in name for name in own) for piece in pieces)
            for own in map(names_of, nodes)
            for names, pieces in waiting
        )

    def values(self, element: Element) -> Values:
        """The element's declarations after the cascade, without inheritance; attributes are not among them."""
        inline = layout(element.attrs["style"]) if element.attrs.get("style") else {}
        matching = self._matching(element, self._by_name)
        if not matching:
            return {name: value for name, (value, _) in inline.items()}
        best: dict[str, tuple[bool, bool, tuple[int, int, int], int]] = {}
        result: dict[str, str] = {}
        for rule in matching:
            weight = max((specificity(arm) for arm in rule.arms), default=(0, 0, 0))
            for name, (value, important) in rule.declared.items():
                rank = (important, False, weight, rule.order)
                if name not in best or rank >= best[name]:
                    best[name], result[name] = rank, value
        for name, (value, important) in inline.items():
            if name not in best or (important, True) >= best[name][:2]:
                result[name] = value
        return result

    # -- answers

    def _own(self, element: Element, *, around: bool) -> Hiding | None:
        attrs = element.attrs
        style = attrs.get("style")
        words = _inline_hides(style, around) if style else None
        if words is not None or self._matching(element, self._hiding_by_name):
            words = hides(self.values(element), around=around)  # a sheet may take back what an attribute says
        if words is None and "hidden" in attrs and "display" not in self.values(element):
            words = "the hidden attribute"
        if words is None or (self._word and not words.startswith("display")):
            return None
        return Hiding(words, element)

    def _inherited(self, element: Element | None) -> Hiding | None:
        """What hides all that stands in an element."""
        chain = []
        found: Hiding | None = None
        while element is not None:
            if element.index in self._around:
                found = self._around[element.index]
                break
            chain.append(element)
            element = element.parent
        for around in reversed(chain):
            found = found or self._own(around, around=True)
            self._around[around.index] = found
        return found

    # -- style sheets

    @cached_property
    def _rules(self) -> Sequence[_Rule]:
        """Every rule that bears on sight, whatever its condition."""
        most = _MOST_WORK // (len(self._html.elements) + 1)
        rules: list[_Rule] = []
        for block in self._blocks:
            for rule in block.sheet.rules:
                declared = layout(rule.body)
                if declared and len(rules) < most:
                    rules.append(_Rule(rule, declared, len(rules), block.conditional))
        return rules

    @cached_property
    def _blocks(self) -> Sequence[StyleBlock]:
        return tuple(style_blocks(self._html))  # a walk over all elements

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[_Rule]]:
        return _indexed(rule for rule in self._rules if not rule.conditional)

    @cached_property
    def _hiding_by_name(self) -> Mapping[str, Sequence[_Rule]]:
        """The rules that hide something for everybody; few templates have one."""
        if not any(_could_hide(block.text) for block in self._blocks):
            return {}
        return _indexed(rule for rule in self._rules if not rule.conditional and rule.could_hide)

    @cached_property
    def _showing(self) -> Mapping[str, Sequence[Asked]]:
        """By what was hidden or small, what the selectors that show it again ask of an element."""
        found: dict[str, dict[Asked, None]] = {}
        for rule in self._rules:
            for kind in rule.shows:
                for wanted in map(asked, rule.arms):
                    if wanted[0] or wanted[1]:
                        found.setdefault(kind, {})[wanted] = None
        return {kind: tuple(wanted) for kind, wanted in found.items()}

    def _matching(self, element: Element, index: Mapping[str, Sequence[_Rule]]) -> list[_Rule]:
        if not index:
            return []
        names = names_of(element)
        candidates = {rule.order: rule for name in (*names, "*") for rule in index.get(name, ())}
        return [
            rule
            for order, rule in sorted(candidates.items())
            if any(last_names(arm) <= names for arm in rule.arms) and element.index in self._selects(rule)
        ]

    def _selects(self, rule: _Rule) -> frozenset[int]:
        """The indexes of the elements that a rule's selectors match."""
        if rule.order not in self._selected:
            found: set[int] = set()
            for arm in rule.arms:
                if not is_simple(arm):
                    continue
                try:
                    nodes = self._html.tree.select(arm)
                except ValueError:  # browsers drop a rule whose selector they do not understand
                    continue
                for node in nodes:
                    element = self._html.element_at(node.source_line, node.source_col)
                    if element is not None:
                        found.add(element.index)
            self._selected[rule.order] = frozenset(found)
        return self._selected[rule.order]


@lru_cache(128)
def _could_hide(sheet: str) -> bool:
    """Whether a sheet may hide anything; to search it for words costs less than to take it apart."""
    low = sheet.lower()
    for word, value in _COULD_HIDE.items():
        position = low.find(word)
        while position >= 0:
            position += len(word)
            if value.match(low, position):
                return True
            position = low.find(word, position)
    return False


class _Rule:
    """A rule that bears on sight, with what is asked of it more than once."""

    def __init__(
        self, rule: SheetRule, declared: Mapping[str, tuple[str, bool]], order: int, conditional: bool
    ) -> None:
        self.declared = declared
        self.order = order
        self.conditional = conditional or bool(rule.conditions)
        self.arms = tuple(filter(None, (arm.strip() for arm in rule.selector.split(","))))

    @cached_property
    def could_hide(self) -> bool:
        values = {name: value for name, (value, _) in self.declared.items()}
        return hides(values, around=True) is not None or any(
            (length := pixels(values.get(name))) is not None and length < TINY for name in _SMALL
        )

    @cached_property
    def shows(self) -> frozenset[str]:
        """The kinds of hiding that the rule ends: ``display``, ``visibility``, ``opacity``, ``size``, ``place``."""
        declared = {name: value for name, (value, _) in self.declared.items()}
        kinds = {name for name in ("display", "visibility") if declared.get(name, "none") not in _HIDDEN}
        if (_signed(declared.get("opacity")) or 0) > 0.03:
            kinds.add("opacity")
        lengths = [declared[name] for name in _SMALL if name in declared]
        if any((pixels(length) if length != "0" else 0) not in {0, 1} for length in lengths):
            kinds.add("size")
        if declared.get("position") in {"static", "relative"} or kinds & {"size"}:
            kinds.add("place")
        return frozenset(kinds)


def _kind(words: str) -> str:
    name = words.partition(":")[0]
    if name in {"display", "visibility", "opacity"}:
        return name
    return "size" if name in _SMALL else "display" if name == "the hidden attribute" else "place"


def _indexed(rules: Iterable[_Rule]) -> Mapping[str, Sequence[_Rule]]:
    """Rules by one name that each of their selectors asks of an element; ``*`` for those that ask for none."""
    index: dict[str, list[_Rule]] = {}
    for rule in rules:
        for name in {min(last_names(arm), default="*") for arm in rule.arms}:  # ids and classes sort before tags
            index.setdefault(name, []).append(rule)
    return index


def _path(element: Element, top: Element) -> Iterator[Element]:
    """An element and those around it, up to and with ``top``."""
    node: Element | None = element
    while node is not None:
        yield node
        if node is top:
            return
        node = node.parent
