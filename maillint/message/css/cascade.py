"""What a view's style sheets declare for an element, of the few properties that bear on sight.

This is the cascade (CSS Cascading and Inheritance Level 4) without inheritance and without a layout. Rules under
a condition (``@media``, ``@supports``) declare nothing here, since most readers do not meet it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

from maillint.message.css import fonts
from maillint.message.css.declarations import Declaration, read_declarations
from maillint.message.css.hiding import FINAL, PROPERTIES, SIZES, Kind, Values, undone, ways, ways_in_outlook
from maillint.message.css.lengths import TINY, pixels
from maillint.message.css.selectors import ClassTest, Selector
from maillint.message.css.stylesheet import SheetRule, StyleBlock, without_conditions
from maillint.message.html.tree import Element, Html, StartTag
from maillint.message.memo import look_at_clock
from maillint.patterns import regex

_COULD_HIDE = {
    word: regex(rf"(?<!line-){word}\s*(?:/\*|:\s*(?:/\*|{value}))")
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
        "transform": "[^;}]{0,200}?(?:scale|translate)",
        "mso-hide": "all",
    }.items()
}
"""What CSS must have to hide or shrink anything: properties with the beginning of their values."""

_READ = PROPERTIES | fonts.PROPERTIES
_MOST_WORK = 400_000  # rules times elements: what a hostile sheet may cost
_MOST_SELECTED = 2_000_000  # selectors times elements
_MOST_ASKED = 4  # selectors for each rule that is looked at
_MOST_CANDIDATES = 20_000  # rules that may select elements of some names, which are kept by those names
_MOST_IN_TREE = 50_000  # elements of a view whose tree is built: it takes more memory than the view
_MOST_SEARCHED = 40_000_000  # pieces of names times the characters of all names
_FEW_TESTS = 100

Weight = tuple[int, int, int]

_OVERRULES: Mapping[str, re.Pattern[str]] = {name: regex(rf"{name}\s*:[^;}}]{{0,40}}!") for name in FINAL}


def could_hide(css: str) -> bool:
    """Whether lower-case CSS may hide or shrink anything; to search it for words costs less than to take it apart."""
    for word, value in _COULD_HIDE.items():
        position = css.find(word)
        while position >= 0:
            if value.match(css, position):
                return True
            position = css.find(word, position + 1)
    return False


def read_values(css: str) -> dict[str, Declaration]:
    """Read the declarations that bear on sight and on the size of text, in lower case."""
    return read_declarations(css.lower(), _READ)


def values_of(declared: Mapping[str, Declaration]) -> Values:
    """Return the values alone."""
    return {name: declaration.value for name, declaration in declared.items()}


class Sheets:
    """What the style sheets of a view say, whatever elements it has; views with the same sheets share one."""

    def __init__(self, blocks: Sequence[StyleBlock]) -> None:
        self._blocks = blocks
        self._indexes: dict[tuple[str, int, int], _Index] = {}
        self.sizes: dict[StartTag, tuple[float | None, float | None]] = {}  # of tags that no rule here bears on

    @classmethod
    def of(cls, blocks: Sequence[StyleBlock], known: dict[Any, Sheets]) -> Sheets:
        """The sheets of a view, from ``known``, which views share, or else added to it."""
        key = tuple((block.text, block.conditional) for block in blocks)
        if key not in known:
            known[key] = cls(blocks)
        return known[key]

    @cached_property
    def css(self) -> str:
        """All of them in lower case, for a first look."""
        return "\n".join(block.text for block in self._blocks).lower()

    @cached_property
    def css_for_most(self) -> str:
        """What holds for most readers, in lower case."""
        return "\n".join(without_conditions(block.text) for block in self._blocks if not block.conditional).lower()

    @cached_property
    def hide_something(self) -> bool:
        """Whether it is worth looking for rules that hide something."""
        return could_hide(self.css) and could_hide(self.css_for_most)

    @cached_property
    def may_shrink_text(self) -> bool:
        """Whether any rule may give text a size of nothing."""
        return fonts.may_be_zero(self.css)

    def may_overrule(self, name: Kind) -> bool:
        """Whether a rule that holds for most readers may overrule a property in the style of an element."""
        return _OVERRULES[name].search(self.css) is not None and _OVERRULES[name].search(self.css_for_most) is not None

    @cached_property
    def rules(self) -> Sequence[_Rule]:
        """All rules in order."""
        sheets = ((rule, block.conditional) for block in self._blocks for rule in block.sheet.rules)
        return [_Rule(rule, order, conditional) for order, (rule, conditional) in enumerate(sheets)]

    def bearing(self, most: int) -> _Index:
        """The rules that bear on sight, so many at the most."""
        return self._index("bearing", most, lambda rule: rule.bears_on_sight)

    def fonts(self, most: int) -> _Index:
        """The rules about the size of text, so many at the most."""
        return self._index("fonts", most, lambda rule: not fonts.PROPERTIES.isdisjoint(rule.declared))

    def hiding(self, most: int) -> _Index:
        """The rules that hide or shrink something, so many at the most; few templates have one."""
        if not self.hide_something:
            return _NO_RULES
        key = ("hiding", min(most, len(self.rules)), most.bit_length())
        if key not in self._indexes:
            hiding = (rule for rule in self._holding if rule.could_hide)
            self._indexes[key] = _Index(islice(hiding, most), _MOST_ASKED << most.bit_length())
        return self._indexes[key]

    def _index(self, name: str, most: int, wanted: Callable[[_Rule], bool]) -> _Index:
        """Rules of a kind, found out where a rule bears on some element that is asked about, as few do."""
        key = (name, min(most, len(self.rules)), most.bit_length())
        if key not in self._indexes:
            asked = _MOST_ASKED << most.bit_length()
            if len(self._holding) <= most and sum(len(rule.selectors) for rule in self._holding) <= asked:
                self._indexes[key] = _Index(self._holding, asked, wanted)
            else:
                self._indexes[key] = _Index(islice(filter(wanted, self._holding), most), asked)
        return self._indexes[key]

    @cached_property
    def _holding(self) -> Sequence[_Rule]:
        """The rules that hold for most readers."""
        return [rule for rule in self.rules if not rule.conditional]

    @cached_property
    def showing(self) -> Sequence[tuple[frozenset[Kind], ClassTest]]:
        """What the rules that undo some kinds of hiding require of an element, in order."""
        found: dict[tuple[frozenset[Kind], ClassTest], None] = {}
        for rule in self.rules:
            if rule.bears_on_sight and (kinds := undone(rule.values)):
                for selector in rule.selectors:
                    test = selector.class_test
                    if test.names or test.pieces:
                        found[kinds, test] = None
        return tuple(found)


class Cascade:
    """The style sheets of a view. What they are searched for is cached for as long as this lives."""

    def __init__(self, html: Html, sheets: Sheets) -> None:
        self._html = html
        self._sheets = sheets
        self._selected: dict[str, bytes] = {}
        self._places: dict[tuple[int | None, int | None], Element | None] = {}
        elements = len(html.elements)
        self._selections = _MOST_SELECTED // (elements + 1) if elements <= _MOST_IN_TREE else 0
        self._undone: dict[tuple[Kind, frozenset[str]], bool] = {}
        self._showing: dict[Kind, tuple[Mapping[str, Sequence[ClassTest]], Sequence[ClassTest]]] = {}

    @property
    def hides_something(self) -> bool:
        """Whether a rule that holds for most readers may hide or shrink some element."""
        return bool(self._hiding)

    def could_hide(self, element: Element) -> bool:
        """Whether a rule that holds for most readers may hide or shrink an element, or hide what is in it."""
        return bool(self._hiding) and any(True for _ in self._matching(element, self._hiding))

    def may_hide(self, names: frozenset[str]) -> bool:
        """As ``could_hide``, of all elements with the same names: a selector may ask for more than those."""
        return self._hiding.may_select(names)

    @property
    def may_shrink_text(self) -> bool:
        """Whether any rule may give text a size of zero."""
        return self._sheets.may_shrink_text

    def may_overrule(self, name: Kind) -> bool:
        """Whether a rule that holds for most readers may overrule a property in the style of an element."""
        return self._sheets.may_overrule(name)

    def values(self, element: Element, inline: Mapping[str, Declaration]) -> Values:
        """The declarations that bear on an element's sight; ``inline`` are those of its ``style`` attribute."""
        return self._cascaded(element, inline, self._sheets.bearing(self._most))

    def font(self, element: Element, inline: Mapping[str, Declaration]) -> Values:
        """The declarations that bear on the size of an element's text; ``inline`` as for ``values``."""
        return self._cascaded(element, inline, self._sheets.fonts(self._most))

    def _cascaded(self, element: Element, inline: Mapping[str, Declaration], index: _Index) -> Values:
        result = dict(inline)
        ranks = {name: (declared.important, True, (0, 0, 0), 0) for name, declared in inline.items()}
        for rule, weight in self._matching(element, index):
            for name, declared in rule.declared.items():
                rank = (declared.important, False, weight, rule.order)
                if name not in ranks or rank >= ranks[name]:
                    ranks[name], result[name] = rank, declared
        return values_of(result)

    def undoes(self, kind: Kind, elements: Iterable[Element]) -> bool:
        """Whether a rule undoes a kind of hiding for one of the elements, whatever the rule's condition.

        Only rules whose selectors name classes or ids count. Their condition may be a media query, or that the selector
        matches on the page of one mail client only.
        """
        return bool(self._sheets.showing) and any(self._undoes(kind, element.names) for element in elements)

    def _undoes(self, kind: Kind, names: frozenset[str]) -> bool:
        """Whether a rule undoes a kind of hiding for elements with these names."""
        key = (kind, names)
        if key not in self._undone:
            by_name, others = self._tests(kind)
            self._undone[key] = any(
                test.passes(names) for tests in (*(by_name.get(name, ()) for name in names), others) for test in tests
            )
        return self._undone[key]

    def _tests(self, kind: Kind) -> tuple[Mapping[str, Sequence[ClassTest]], Sequence[ClassTest]]:
        """The tests of the rules that undo a kind of hiding, by a name that each requires, and those without one."""
        if kind not in self._showing:
            by_name: dict[str, list[ClassTest]] = {}
            others: list[ClassTest] = []
            for kinds, test in self._sheets.showing[: self._most]:
                if kind in kinds:
                    (by_name.setdefault(min(test.names), []) if test.names else others).append(test)
            if len(others) > _FEW_TESTS:
                characters = sum(map(len, {name for element in self._html.elements for name in element.names}))
                del others[_MOST_SEARCHED // (characters + 1) :]
            self._showing[kind] = by_name, others
        return self._showing[kind]

    # -- rules

    @cached_property
    def _most(self) -> int:
        return _MOST_WORK // (len(self._html.elements) + 1)

    @cached_property
    def _hiding(self) -> _Index:
        return self._sheets.hiding(self._most)

    # -- selectors

    def _matching(self, element: Element, index: _Index) -> Iterator[tuple[_Rule, Weight]]:
        """The rules of an index that select an element, in order, with the weight that they do it with."""
        look_at_clock()
        for candidate in index.candidates(element.names):
            weight = candidate.plain
            for selector in candidate.others:
                if self._elements(selector)[element.index] and (weight is None or selector.specificity > weight):
                    weight = selector.specificity
            if weight is not None:
                yield candidate.rule, weight

    def _elements(self, selector: Selector) -> bytes:
        """By an element's index, 1 if a selector matches it."""
        if selector.text not in self._selected:
            look_at_clock()
            found = bytearray(self._html.next_index)
            for node in self._select(selector):
                place = (node.source_line, node.source_col)
                if place not in self._places:
                    self._places[place] = self._html.element_at(*place)
                element = self._places[place]
                if element is not None:
                    found[element.index] = 1
            self._selected[selector.text] = bytes(found)
        return self._selected[selector.text]

    def _select(self, selector: Selector) -> Sequence[Any]:
        if not selector.is_cheap or self._selections <= 0:
            return ()
        self._selections -= 1
        try:
            return self._html.tree.select(selector.text)
        except ValueError:  # browsers drop a rule whose selector they do not understand
            return ()


class _Index:
    """Rules by what they require of an element's names; ``most`` selectors of theirs count.

    With ``wanted``, only those of the rules count that it holds for, which is asked when it matters.
    """

    def __init__(self, rules: Iterable[_Rule], most: int = 0, wanted: Callable[[_Rule], bool] | None = None) -> None:
        self._wanted = wanted
        self._by_name: dict[str, list[tuple[_Rule, Selector]]] = {}  # by a name that a selector requires, or *
        self._candidates: dict[frozenset[str], Sequence[_Candidate]] = {}
        self._held = 0
        self._alike: dict[tuple[Selector, ...], _Candidate] = {}  # elements of many names have the same ones
        selectors = ((rule, selector) for rule in rules for selector in rule.selectors)
        for rule, selector in islice(selectors, most):
            name = min(selector.names, default="*")  # ids, classes, then tags
            self._by_name.setdefault(name, []).append((rule, selector))

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def may_select(self, names: frozenset[str]) -> bool:
        """Whether any rule may select elements with these names."""
        asked = self._by_name
        return bool(asked) and ("*" in asked or not asked.keys().isdisjoint(names)) and bool(self.candidates(names))

    def candidates(self, names: frozenset[str]) -> Sequence[_Candidate]:
        """The rules that may select elements with these names, in order, with those selectors that may do it."""
        if names not in self._candidates:
            found: dict[int, tuple[_Rule, list[Selector]]] = {}
            for name in (*names, "*"):
                for rule, selector in self._by_name.get(name, ()):
                    if selector.names <= names and (self._wanted is None or self._wanted(rule)):
                        found.setdefault(rule.order, (rule, []))[1].append(selector)
            self._held += len(found)
            if self._held > _MOST_CANDIDATES:  # where each element has a name of its own
                self._candidates.clear()
                self._held = len(found)
            self._candidates[names] = [self._candidate(*found[order]) for order in sorted(found)]
        return self._candidates[names]

    def _candidate(self, rule: _Rule, selectors: Sequence[Selector]) -> _Candidate:
        key = tuple(selectors)
        if key not in self._alike:
            self._alike[key] = _Candidate(rule, selectors)
        return self._alike[key]


_NO_RULES = _Index(())


class _Candidate:
    """A rule that may select an element: ``plain`` is the weight of those selectors that ask for its names alone."""

    __slots__ = ("others", "plain", "rule")

    def __init__(self, rule: _Rule, selectors: Sequence[Selector]) -> None:
        self.rule = rule
        self.plain = max((selector.specificity for selector in selectors if selector.is_plain), default=None)
        self.others = [selector for selector in selectors if not selector.is_plain]


class _Rule:
    """A rule of a style sheet; ``order`` is its place among all rules of the view."""

    def __init__(self, rule: SheetRule, order: int, conditional: bool) -> None:
        self._rule = rule
        self.order = order
        self.conditional = conditional or bool(rule.conditions)

    @cached_property
    def selectors(self) -> Sequence[Selector]:
        texts = dict.fromkeys(map(str.strip, self._rule.selector.split(",")))
        return [Selector(text) for text in texts if text]

    @cached_property
    def declared(self) -> Mapping[str, Declaration]:
        return read_values(self._rule.body)

    @cached_property
    def bears_on_sight(self) -> bool:
        return not PROPERTIES.isdisjoint(self.declared)

    @property
    def values(self) -> Values:
        return values_of(self.declared)

    @cached_property
    def could_hide(self) -> bool:
        if not could_hide(self._rule.body.lower()):
            return False
        lengths = (pixels(self.values.get(name)) for name in SIZES)
        return (
            any(ways(self.values, around=True))
            or any(ways_in_outlook(self.values, around=True))
            or any(length is not None and length < TINY for length in lengths)
        )
