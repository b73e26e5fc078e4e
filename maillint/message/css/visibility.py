"""Whether an element can be seen, and its text read: the one answer, for text and for pictures alike.

An element is hidden by its attributes, by its style, by the style sheets, or by an element around it, as far as
declarations tell without a layout. What is hidden from most readers counts as hidden; ``shown_elsewhere`` says
whether some readers see it all the same. Text in the colour of its background is not hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from maillint.message.css.cascade import Cascade, Sheets, read_values, values_of
from maillint.message.css.declarations import Declaration
from maillint.message.css.fonts import FontSizes, may_be_zero
from maillint.message.css.hiding import FINAL, Kind, Values, Way, may_hide, ways, ways_in_outlook
from maillint.message.css.lengths import TINY, declared_length
from maillint.message.html.tree import Element, Html, StartTag
from maillint.message.memo import by_the_clock
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.values import NamedTuple

_NOTHING: Mapping[str, Declaration] = {}


class Hiding(NamedTuple):
    """What keeps an element from sight: ``words`` say how, ``element`` is the one that is hidden so."""

    words: str
    kind: Kind
    element: Element


class _Inside(NamedTuple):
    """What hides all that stands in an element: the element itself, or one around it.

    Nothing inside can undo ``final``. What is visible by its own style undoes ``visibility``.
    """

    final: Hiding | None = None
    visibility: Hiding | None = None

    @property
    def outermost(self) -> Hiding | None:
        """The one to name."""
        if self.final is None or self.visibility is None:
            return self.final or self.visibility
        if self.final.element is self.visibility.element:
            return self.final if self.final.kind == "display" else self.visibility
        return min(self.final, self.visibility, key=lambda hiding: hiding.element.index)


_SEEN = _Inside()


class Visibility:
    """What can be seen of a view's elements. Answers are cached for as long as this lives."""

    def __init__(self, html: Html, sheets: Sheets, *, outlook: bool = False) -> None:
        """``sheets`` are the view's. ``outlook``: the view is that of Outlook for Windows."""
        self._html = html
        self._sheets = sheets
        self._cascade = Cascade(html, sheets)
        self._ways = ways_in_outlook if outlook else ways
        self._attribute_hides = not outlook
        self._declared: dict[str, Mapping[str, Declaration]] = {}

    # -- questions

    def hidden_by(self, element: Element) -> Hiding | None:
        """What hides an element, itself or from around it; None if it can be seen."""
        if element.start_tag in self._hiding_tags:
            own = next(iter(self._own(element, around=False)), None)
            if own is not None:
                return own
        return self._inherited(element).outermost if self._inside else None

    def content_hidden_by(self, element: Element) -> Hiding | None:
        """What hides all that stands in an element; None if it can be seen, but for parts that hide themselves."""
        return self._inside.get(element.index, _SEEN).outermost

    @cached_property
    def hides_some_text(self) -> bool:
        """Whether any text may be hidden; quick, for the many views without."""
        return bool(self._inside) or self._has_zero_fonts

    def hides_text(self, text: str, element: Element) -> bool:
        """Whether a piece of text right in an element is hidden: as all around it, or by a font size of zero."""
        inside = self._inside.get(element.index)
        if inside is not None and inside.outermost is not None:
            return True
        if not self._has_zero_fonts or text.isspace():
            return False
        if PLACEHOLDER_CHAR in text and text.replace(PLACEHOLDER_CHAR, " ").isspace():
            return False  # what a template tag prints may be markup, with a size of its own
        return self._font_sizes.is_zero(element)

    def shown_elsewhere(self, hiding: Hiding | None, element: Element) -> bool:
        """Whether some readers see what is hidden from most (or is small, with no ``hiding``).

        The rules for them count if they name the element, or one between it and what is hidden, by class or id.
        """
        if hiding is None:
            return self._cascade.undoes("size", (element,))
        return hiding.kind == "mso-hide" or self._cascade.undoes(hiding.kind, _path(element, hiding.element))

    def size(self, element: Element) -> tuple[float | None, float | None]:
        """Width and height in pixels; None for one that is not declared, or not in a fixed unit.

        Style sheets count only where the element is small without them, or a rule could make it so.
        """
        known = self._sheets.sizes.get(element.start_tag) if element.attrs is element.start_tag.attrs else None
        if known is not None:
            return known
        values = values_of(self._style(element))
        width, height = declared_length(element, values, "width"), declared_length(element, values, "height")
        small = (width is not None and width < TINY) or (height is not None and height < TINY)
        if small or self._cascade.could_hide(element):
            values = self._values(element)
            return declared_length(element, values, "width"), declared_length(element, values, "height")
        if element.attrs is element.start_tag.attrs and not self._cascade.may_hide(element.names):
            self._sheets.sizes[element.start_tag] = width, height
        return width, height

    # -- what hides

    @cached_property
    def _inside(self) -> Mapping[int, _Inside]:
        """By an element's index, how it hides what stands in it; most hide nothing, and are left out."""
        result: dict[int, _Inside] = {}
        elements, hiding = self._html.elements, self._hiding_tags
        first = next((place for place, element in enumerate(elements) if element.start_tag in hiding), len(elements))
        for element in by_the_clock(elements[first:]):
            around = result.get(element.parent.index, _SEEN) if result and element.parent is not None else _SEEN
            if around is not _SEEN and around.visibility is not None:
                around = self._unless_visible(element, around)
            if element.start_tag in hiding:
                for way in self._own(element, around=True):
                    if way.kind == "visibility":
                        around = around._replace(visibility=around.visibility or way)
                    else:
                        around = around._replace(final=around.final or way)
            if around is not _SEEN:
                result[element.index] = around
        return result

    @cached_property
    def _hiding_tags(self) -> frozenset[StartTag]:
        """The start tags whose elements may hide something: by their attributes, a style sheet, or as a preview."""
        rules_hide = self._cascade.hides_something
        if self._html.mjml:  # it gives attributes to elements
            return frozenset(
                element.start_tag
                for element in self._html.elements
                if element.preview
                or self._attributes_hide(element.attrs)
                or (rules_hide and self._cascade.may_hide(element.names))
            )
        return frozenset(
            tag
            for tag in self._html.start_tags
            if self._attributes_hide(tag.attrs) or (rules_hide and self._cascade.may_hide(tag.names))
        )

    def _inherited(self, element: Element) -> _Inside:
        """How an element is hidden by those around it."""
        if element.parent is None:
            return _SEEN
        around = self._inside.get(element.parent.index, _SEEN)
        return around if around.visibility is None else self._unless_visible(element, around)

    def _unless_visible(self, element: Element, around: _Inside) -> _Inside:
        """How an element is hidden from around it, unless it says that it is visible."""
        visible = self._values(element).get("visibility") in {"visible", "initial"}
        return around._replace(visibility=None) if visible else around

    def _own(self, element: Element, *, around: bool) -> Iterable[Hiding]:
        """How an element's own attributes and styles hide it; with ``around``, only what hides all inside it too."""
        if element.preview or self._attributes_hide(element.attrs) or self._cascade.could_hide(element):
            return self._declared_ways(element, around)
        return ()  # most elements

    def _attributes_hide(self, attrs: Mapping[str, str]) -> bool:
        """Whether attributes hide an element as long as no style sheet takes that back."""
        return attrs.get("style") in self._hiding_styles or ("hidden" in attrs and self._attribute_hides)

    def _declared_ways(self, element: Element, around: bool) -> Iterator[Hiding]:
        if element.preview:
            yield Hiding("display: none", "display", element)
            return
        way = next(self._ways(values_of(self._style(element)), around=around), None)
        if way is not None and way.kind in FINAL and not self._cascade.may_overrule(way.kind):
            yield Hiding(*way, element)
            return
        values = self._values(element)
        for way in self._ways(values, around=around):
            yield Hiding(*way, element)
        if "hidden" in element.attrs and "display" not in values and self._attribute_hides:
            yield Hiding("the hidden attribute", "display", element)

    @cached_property
    def _hiding_styles(self) -> frozenset[str]:
        """The ``style`` attributes that hide an element as long as no style sheet takes that back."""
        return frozenset(style for style in self._styles if _hides(style, self._ways))

    @cached_property
    def _styles(self) -> frozenset[str]:
        each = self._html.elements if self._html.mjml else self._html.start_tags
        return frozenset(found.attrs["style"] for found in each if "style" in found.attrs)

    # -- declarations

    def _style(self, element: Element) -> Mapping[str, Declaration]:
        """The declarations of an element's ``style`` attribute."""
        return _style(element, self._declared)

    def _values(self, element: Element) -> Values:
        return self._cascade.values(element, self._style(element))

    @cached_property
    def _has_zero_fonts(self) -> bool:
        """Whether any style may give text a size of zero."""
        return self._cascade.may_shrink_text or any(map(_has_zero_font, self._styles))

    @cached_property
    def _font_sizes(self) -> FontSizes:
        cascade, styles = self._cascade, self._declared

        def inline(element: Element) -> Values:
            return values_of(_style(element, styles))

        def cascaded(element: Element) -> Values:
            return cascade.font(element, _style(element, styles))

        return FontSizes(cascaded if cascade.may_shrink_text else inline, cascaded)


@lru_cache(4096)  # a style stands in many files; what it says does not depend on them
def _hides(style: str, ways_of_client: Callable[..., Iterator[Way]]) -> bool:
    return may_hide(style.lower()) and any(ways_of_client(values_of(read_values(style)), around=True))


@lru_cache(4096)
def _has_zero_font(style: str) -> bool:
    return may_be_zero(style.lower())


def _style(element: Element, read: dict[str, Mapping[str, Declaration]]) -> Mapping[str, Declaration]:
    """The declarations of an element's ``style`` attribute; ``read`` keeps those that have been read."""
    style = element.attrs.get("style")
    if not style:
        return _NOTHING
    if style not in read:
        read[style] = read_values(style)
    return read[style]


def _path(element: Element, top: Element) -> Iterator[Element]:
    """An element and those around it, up to and with ``top``."""
    node: Element | None = element
    while node is not None:
        yield node
        if node is top:
            return
        node = node.parent
