"""Font sizes of zero, which hide text and leave pictures as large as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from maillint.message.css.hiding import Values
from maillint.message.html.tree import Element
from maillint.patterns import regex

PROPERTIES = frozenset({"font", "font-size"})

Size = Literal["zero", "some", "inherited"]

_ZERO_FONT = regex(r"font(?:-size)?\s*(?:/\*|:\s*(?:/\*|[+0.]))")
_ZERO = regex(r"(?<!\S)\+?(?:0++(?:\.0++)?|\.0++)(?:px|pt|em|rem|ex|%)?+(?![^\s/])")
_OF_PARENT = regex(r"inherit|unset|larger|smaller|(?:\d++(?:\.\d++)?|\.\d++)(?:em|ex|%)")
_SIZED_BY_BROWSERS = frozenset({"button", "input", "select", "textarea"})


def may_be_zero(css: str) -> bool:
    """Whether lower-case CSS may declare a font size of zero; to search it costs less than to take it apart."""
    return _ZERO_FONT.search(css) is not None


def declared_size(element: Element, values: Values) -> Size:
    """Whether an element gives its text a size, by its declarations or as browsers do."""
    sizes = [values[name] for name in ("font-size", "font") if name in values]
    if sizes and all(map(_ZERO.search, sizes)):
        return "zero"
    if any(not _OF_PARENT.fullmatch(size) and not _ZERO.search(size) for size in sizes):
        return "some"
    sized = element.tag in _SIZED_BY_BROWSERS or (element.tag == "font" and "size" in element.attrs)
    return "some" if sized else "inherited"


class FontSizes:
    """The closest font size that is declared around a text."""

    def __init__(self, inline: Callable[[Element], Values], cascaded: Callable[[Element], Values]) -> None:
        """``inline`` gives the declarations of an element's style, ``cascaded`` those of the style sheets, too."""
        self._inline = inline
        self._cascaded = cascaded
        self._is_zero: dict[int, bool] = {}

    def is_zero(self, element: Element) -> bool:
        """Whether the text right in an element has no size."""
        chain: list[Element] = []
        node: Element | None = element
        zero = False
        while node is not None and node.index not in self._is_zero:
            declared = declared_size(node, self._inline(node))
            if declared == "zero":
                declared = declared_size(node, self._cascaded(node))
            if declared != "inherited":
                zero = self._is_zero[node.index] = declared == "zero"
                break
            chain.append(node)
            node = node.parent
        else:
            zero = node is not None and self._is_zero[node.index]
        for inner in reversed(chain):
            if zero:  # only now is it worth reading the style sheets for those whose style says nothing
                zero = declared_size(inner, self._cascaded(inner)) != "some"
            self._is_zero[inner.index] = zero
        return zero
