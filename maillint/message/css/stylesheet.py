"""Style sheets taken apart: rules with their places, and the conditions under which they hold.

Only as much of the CSS syntax is read as it takes to find every block and its prelude (CSS Syntax Module
Level 3); ``selectors`` says what a selector requires, ``declarations`` reads what stands between the braces.
"""

from __future__ import annotations

from collections.abc import Iterator

from maillint.message.css.declarations import mask, without_comments
from maillint.message.html.tree import Element, Html
from maillint.patterns import regex
from maillint.text.spans import Span
from maillint.values import NamedTuple, field, frozen, mutable

LONGEST = 200_000
"""How much of one style sheet is read; no client takes more."""

_AFTER_AT = regex(r"[{};]")
_BRACE = regex(r"[{}]")
_TAGS = frozenset({"style", "mj-style"})
_MOST_CONDITIONS = 8
_EVERYWHERE = frozenset({"", "all", "screen", "all, screen", "screen, all", "only screen", "projection, screen"})


class SheetRule(NamedTuple):
    """One block of declarations. ``conditions`` are the at-rules around it, outermost first.

    ``selector`` is a list of selectors, or an at-rule of its own such as ``@font-face``; ``body`` is what
    stands between the braces, ``span`` its place in the sheet.
    """

    selector: str
    body: str
    span: Span
    conditions: tuple[str, ...] = ()


class Sheet(NamedTuple):
    """A style sheet's rules in order, and the places of its ``@import`` statements."""

    rules: tuple[SheetRule, ...]
    imports: tuple[Span, ...]


@frozen
class StyleBlock:
    """One ``<style>`` element: ``text`` is its content, ``start`` where that stands in the view.

    ``conditional``: its ``media`` attribute restricts it to some readers.
    """

    text: str
    start: int
    element: Element
    conditional: bool
    _read: dict[str, Sheet] = field(default_factory=dict, repr=False, compare=False)

    @property
    def sheet(self) -> Sheet:
        """The content taken apart, on first use."""
        if self.text not in self._read:
            self._read[self.text] = read_sheet(self.text)
        return self._read[self.text]


def style_blocks(html: Html, read: dict[str, Sheet] | None = None) -> Iterator[StyleBlock]:
    """The style sheets that stand in a view, without AMP's boilerplate, which a script takes back.

    ``read`` keeps those that have been taken apart, by their text.
    """
    read = {} if read is None else read
    for element in [element for element in html.elements if element.tag in _TAGS]:
        attrs = element.attrs
        if any(name.endswith("boilerplate") for name in attrs):
            continue
        if attrs.get("type", "text/css").strip().lower() not in {"", "text/css"}:
            continue
        start = element.span.end
        end = min(max(element.content_end, start), start + LONGEST)
        media = " ".join(attrs.get("media", "").lower().split())
        yield StyleBlock(html.text[start:end], start, element, media not in _EVERYWHERE, read)


def read_sheet(text: str) -> Sheet:
    """Take a style sheet apart; any text has some reading. Blocks that hold blocks are conditions only."""
    masked = mask(text)
    rules: list[SheetRule] = []
    imports: list[Span] = []
    open_blocks: list[_Block] = []
    start = 0
    for brace in _BRACE.finditer(masked):
        at = brace.start()
        if brace[0] == "{":
            begin = masked.rfind(";", start, at) + 1
            if begin:
                _add_imports(masked, start, begin, imports)
            prelude = _clean(text[max(begin, start) : at])
            around: tuple[str, ...] = ()
            if open_blocks:
                open_blocks[-1].leaf = False
                around = open_blocks[-1].within
            within = (*around[1 - _MOST_CONDITIONS :], prelude) if prelude.startswith("@") else around
            open_blocks.append(_Block(prelude, at + 1, around, within))
        elif open_blocks:
            block = open_blocks.pop()
            if block.leaf:
                rules.append(block.rule(text, at))
        start = at + 1
    _add_imports(masked, start, len(text), imports)
    if open_blocks and open_blocks[-1].leaf:  # the end of a sheet closes every block
        rules.append(open_blocks[-1].rule(text, len(text)))
    return Sheet(tuple(rules), tuple(imports))


def without_conditions(text: str) -> str:
    """Return CSS without the blocks of at-rules, with comments and strings masked: what holds for every reader."""
    masked = mask(text)
    pieces, position = [], 0
    at = masked.find("@")
    while at >= 0 and (delimiter := _AFTER_AT.search(masked, at)):
        if delimiter[0] == "{":
            pieces.append(masked[position:at])
            position = _block_end(masked, delimiter.start())
        at = masked.find("@", max(delimiter.end(), position))
    pieces.append(masked[position:])
    return "".join(pieces)


def _block_end(masked: str, opening: int) -> int:
    depth = 0
    for brace in _BRACE.finditer(masked, opening):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.end()
    return len(masked)


@mutable
class _Block:
    prelude: str
    start: int
    around: tuple[str, ...]
    within: tuple[str, ...]
    leaf: bool = True

    def rule(self, text: str, end: int) -> SheetRule:
        return SheetRule(self.prelude, text[self.start : end], Span(self.start, end), self.around)


def _clean(prelude: str) -> str:
    """A prelude without comments and the markers that hid a sheet from browsers of the nineties."""
    return without_comments(prelude).replace("<!--", "").replace("-->", "").strip()


def _add_imports(masked: str, start: int, end: int, imports: list[Span]) -> None:
    """Find the statements of a stretch between blocks."""
    position = start
    while position < end:
        stop = masked.find(";", position, end)
        stop = end if stop < 0 else stop
        lead = masked[position : position + 400].lstrip().removeprefix("<!--").lstrip()
        if lead[:7].lower() == "@import":
            begin = masked.index("@", position)
            imports.append(Span(begin, stop))
        position = stop + 1
