"""Languages in which an element with a certain attribute is a block, and attributes compute others (``th:if``).

``attributes`` in ``rules/lists/dialects.yaml`` names them. A block gets an opening and a closing tag of no length,
before and after its element.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from functools import lru_cache

from maillint.message.html.vocabulary import VOID
from maillint.message.memo import look_at_clock
from maillint.message.template.block_tags import BlockTag
from maillint.message.template.dialect import Dialect
from maillint.message.template.spec import AttributeKind, AttributesSpec, Block
from maillint.message.template.tags import Tag, TagKind
from maillint.patterns import regex
from maillint.text.spans import Span
from maillint.values import NamedTuple

_TAG = regex(
    r"(?P<comment><!--)|<(?P<slash>/?)(?P<name>[A-Za-z.:][\w:.-]*+)"
    r"(?P<attributes>(?:[^<>\"'{}]++|\"[^\"]{0,5000}+\"|'[^']{0,5000}+'|\{(?:[^{}]++|\{[^{}]*+\})*+\}){0,200}+)>"
)
_END = "\x00end"
_BLOCKS = {"if": Block(frozenset({_END}), kind="if"), "unless": Block(frozenset({_END}), kind="unless")}
_ENCLOSING = Block(frozenset({_END}))


class _Patterns:
    """What the reader looks for: any of a language's attributes, and by name the plain ones that those replace."""

    def __init__(self, spec: AttributesSpec) -> None:
        names = "|".join(re.escape(name) for name in sorted({*spec.blocks, *spec.text}, key=len, reverse=True))
        if spec.prefix:
            names = f"{names}|{re.escape(spec.prefix)}[\\w-]+"
        self.attribute = re.compile(
            rf"(?<=[\s\"'}}])(?P<name>{names})\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}})"
        )
        self.plain = {
            name: re.compile(rf"(?<=\s){re.escape(name)}\s*=\s*(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)
            for name in spec.sets
        }


@lru_cache(16)
def _syntax(dialect: Dialect) -> tuple[AttributesSpec, _Patterns]:
    assert dialect.attributes is not None
    return dialect.attributes, _Patterns(dialect.attributes)


def add_attribute_tags(text: str, dialect: Dialect, tags: list[BlockTag]) -> list[BlockTag]:
    """Add what attributes do to the tags of a text; tags inside an attribute that was read are left out."""
    reader = _Reader(text, dialect)
    reader.run()
    if not reader.tags:
        return tags
    covered = sorted(reader.covered)
    outside = [tag for tag in tags if not _inside(tag.tag.span, covered)]
    return sorted([*reader.tags, *outside], key=_order)


def _order(tag: BlockTag) -> tuple[int, int, int]:
    """By place; of those at one place what ends comes before what begins, and blocks before what they hold."""
    start, end = tag.tag.span
    rank = 1 if tag.tag.kind == "open" and start == end else 0 if start == end else 2
    return start, rank, end


def _inside(span: Span, sorted_spans: list[Span]) -> bool:
    index = bisect_right(sorted_spans, (span.start, 1 << 60)) - 1
    return index >= 0 and sorted_spans[index].end >= span.end and span.end > span.start


class _OpenElement(NamedTuple):
    """An element that has not ended yet: how many blocks it is, and the subject that a ``case`` in it compares."""

    name: str
    blocks: int
    subject: str
    content_replaced: bool


class _Reader:
    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        self.spec, self.patterns = _syntax(dialect)
        self.tags: list[BlockTag] = []
        self.covered: list[Span] = []  # attributes and contents that hold no tags of other kinds
        self.stack: list[_OpenElement] = []
        self.open_names: Counter[str] = Counter()
        self.content_start = 0
        self.content = ""

    def run(self) -> None:
        position = 0
        while found := _TAG.search(self.text, position):
            look_at_clock()
            position = found.end()
            if found["comment"]:
                end = self.text.find("-->", position)
                if end < 0:
                    return
                position = end + 3
                continue
            name = found["name"].lower()
            if found["slash"]:
                self.end(name, found.start(), found.end())
            else:
                self.start(name, found)

    def add(self, kind: TagKind, span: Span, word: str = "", argument: str = "", block: Block | None = None) -> None:
        tag = Tag(kind, span, word, " ".join(argument.split()), self.dialect.name)
        self.tags.append(BlockTag(tag, _END if kind == "close" else word, "", block, self.dialect))

    def start(self, name: str, found: re.Match[str]) -> None:
        attributes = found["attributes"]
        spec = self.spec
        empty = name in VOID or attributes.endswith("/")
        blocks, subject, content = 0, "", ""
        if (spec.prefix and spec.prefix in attributes) or any(block in attributes for block in spec.blocks):
            offset = found.start("attributes")
            for attribute in self.patterns.attribute.finditer(self.text, offset, found.end() - 1):
                key, value = attribute["name"], attribute["value"][1:-1]
                if key in spec.text:
                    content = value
                if key in spec.blocks:
                    kind = spec.blocks[key]
                    if kind == "case":
                        subject = _bare(value)
                    else:
                        self.open_block(kind, value, key, found.start())
                        blocks += 1
                self.attribute(attribute, found)
        if empty:
            for _ in range(blocks):
                self.add("close", Span(found.end(), found.end()), "")
            return
        self.stack.append(_OpenElement(name, blocks, subject, bool(content)))
        self.open_names[name] += 1
        self.content_start = found.end()
        self.content = content

    def open_block(self, kind: AttributeKind, value: str, key: str, start: int) -> None:
        value = _bare(value)
        if kind == "when":
            subject = next((element.subject for element in reversed(self.stack[-20:]) if element.subject), "")
            value = f"{subject} == {value}"
            kind = "if"
        block = _BLOCKS.get(kind, _ENCLOSING)
        self.add("open", Span(start, start), key, value, block)

    def attribute(self, attribute: re.Match[str], tag: re.Match[str]) -> None:
        """A computed attribute: without its prefix it is that attribute, with an unknown value."""
        spec = self.spec
        span = Span(*attribute.span())
        own = attribute["name"].removeprefix(spec.prefix)
        if not spec.prefix or own not in spec.sets or attribute["name"] in spec.text:
            self.add("comment", span)
            self.covered.append(span)
            return
        prefix_end = span.start + len(spec.prefix)
        value = Span(attribute.start("value") + 1, attribute.end("value") - 1)
        self.add("comment", Span(span.start, prefix_end))
        if value.end > value.start:
            self.add("output", value, "", attribute["value"][1:-1])
            self.covered.append(value)
        for replaced in self.patterns.plain[own].finditer(self.text, tag.start("attributes"), tag.end() - 1):
            self.add("comment", Span(*replaced.span()))
            self.covered.append(Span(*replaced.span()))

    def end(self, name: str, start: int, end: int) -> None:
        if not self.open_names.get(name):
            return
        while self.stack:
            element = self.stack.pop()
            self.open_names[element.name] -= 1
            if element.name == name and element.content_replaced and self.content_start <= start:
                span = Span(self.content_start, start)
                if "<" not in self.text[span.start : span.end]:
                    self.add("output", span, "", _bare(self.content))
                    self.covered.append(span)
            at = end if element.name == name else start
            for _ in range(element.blocks):
                self.add("close", Span(at, at))
            if element.name == name:
                return


def _bare(value: str) -> str:
    """An expression without its delimiters: ``${x}`` is x."""
    value = value.strip()
    while len(value) > 3 and value[0] in "$*#@~" and value[1] == "{" and value[-1] == "}":
        value = value[2:-1].strip()
    return value
