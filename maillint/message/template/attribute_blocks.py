"""Template languages whose blocks are elements with an attribute, and whose attributes compute others.

``attributes`` in ``rules/lists/dialects.yaml`` names them. Blocks get opening and closing tags of no length
around their element.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import Any

from maillint.message.html.vocabulary import VOID
from maillint.message.template.block_tags import Mark
from maillint.message.template.dialect import Block, Dialect
from maillint.message.template.tags import Tag, TagKind
from maillint.text.spans import Span

_TAG = re.compile(
    r"(?P<comment><!--)|<(?P<slash>/?)(?P<name>[A-Za-z.:][\w:.-]*)"
    r"(?P<attributes>(?:[^<>\"'{}]++|\"[^\"]{0,5000}+\"|'[^']{0,5000}+'|\{(?:[^{}]++|\{[^{}]*+\})*+\}){0,200}+)>"
)
_END = "\x00end"
_BLOCKS = {"if": Block(frozenset({_END}), kind="if"), "unless": Block(frozenset({_END}), kind="unless")}
_ENCLOSING = Block(frozenset({_END}))


class _Spec:
    """The attributes of such a language."""

    def __init__(self, entry: dict[str, Any]) -> None:
        self.blocks: dict[str, str] = entry.get("blocks", {})
        self.text = frozenset(entry.get("text", ()))
        self.prefix: str = entry.get("prefix", "")
        self.sets = frozenset(entry.get("sets", ()))
        names = "|".join(re.escape(name) for name in sorted({*self.blocks, *self.text}, key=len, reverse=True))
        if self.prefix:
            names = f"{names}|{re.escape(self.prefix)}[\\w-]+"
        self.attribute = re.compile(
            rf"(?<=[\s\"'}}])(?P<name>{names})\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}})"
        )
        self.named = {
            name: re.compile(rf"(?<=\s){re.escape(name)}\s*=\s*(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)
            for name in self.sets
        }


@lru_cache(16)
def _spec(dialect: Dialect) -> _Spec:
    return _Spec(dialect.entry["attributes"])


def element_marks(text: str, dialect: Dialect, marks: list[Mark]) -> list[Mark]:
    """Add what attributes do to the marks of a text."""
    reader = _Reader(text, dialect, _spec(dialect))
    reader.run()
    if not reader.marks:
        return marks
    covered = sorted(reader.covered)
    kept = [mark for mark in marks if not _inside(mark.tag.span, covered)]
    return sorted([*reader.marks, *kept], key=_order)


def _order(mark: Mark) -> tuple[int, int, int]:
    """By place; of those at one place what ends comes before what begins, and blocks before what they hold."""
    start, end = mark.tag.span
    rank = 1 if mark.tag.kind == "open" and start == end else 0 if start == end else 2
    return start, rank, end


def _inside(span: Span, sorted_spans: list[Span]) -> bool:
    index = bisect_right(sorted_spans, (span.start, 1 << 60)) - 1
    return index >= 0 and sorted_spans[index].end >= span.end and span.end > span.start


class _Reader:
    def __init__(self, text: str, dialect: Dialect, spec: _Spec) -> None:
        self.text = text
        self.dialect = dialect
        self.spec = spec
        self.marks: list[Mark] = []
        self.covered: list[Span] = []  # attributes and contents that tags of other kinds need not be read in
        self.stack: list[tuple[str, int, str, bool]] = []  # name, blocks, subject of a case, content replaced
        self.open_names: dict[str, int] = {}
        self.content_start = 0
        self.content = ""

    def run(self) -> None:
        position = 0
        while found := _TAG.search(self.text, position):
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
        self.marks.append(Mark(tag, _END if kind == "close" else word, "", block, self.dialect))

    def start(self, name: str, found: re.Match[str]) -> None:
        attributes = found["attributes"]
        spec = self.spec
        empty = name in VOID or attributes.endswith("/")
        blocks, subject, replaced = 0, "", ""
        if (spec.prefix and spec.prefix in attributes) or any(known in attributes for known in spec.blocks):
            offset = found.start("attributes")
            for attribute in spec.attribute.finditer(self.text, offset, found.end() - 1):
                key, value = attribute["name"], attribute["value"][1:-1]
                if key in spec.text:
                    replaced = value
                if key in spec.blocks:
                    kind = spec.blocks[key]
                    if kind == "case":
                        subject = _bare(value)
                    else:
                        self.opened(kind, value, key, found.start())
                        blocks += 1
                self.attribute(attribute, found)
        if empty:
            for _ in range(blocks):
                self.add("close", Span(found.end(), found.end()), "")
            return
        self.stack.append((name, blocks, subject, bool(replaced)))
        self.open_names[name] = self.open_names.get(name, 0) + 1
        self.content_start = found.end()
        self.content = replaced

    def opened(self, kind: str, value: str, key: str, start: int) -> None:
        value = _bare(value)
        if kind == "when":
            subject = next((known for _, _, known, _ in reversed(self.stack[-20:]) if known), "")
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
        for twin in spec.named[own].finditer(self.text, tag.start("attributes"), tag.end() - 1):
            self.add("comment", Span(*twin.span()))
            self.covered.append(Span(*twin.span()))

    def end(self, name: str, start: int, end: int) -> None:
        if not self.open_names.get(name):
            return
        while self.stack:
            known, blocks, _, replaced = self.stack.pop()
            self.open_names[known] -= 1
            if known == name and replaced and self.content_start <= start:
                span = Span(self.content_start, start)
                if "<" not in self.text[span.start : span.end]:
                    self.add("output", span, "", _bare(self.content))
                    self.covered.append(span)
            at = end if known == name else start
            for _ in range(blocks):
                self.add("close", Span(at, at))
            if known == name:
                return


def _bare(value: str) -> str:
    """An expression without what marks it as one: ``${x}`` is x."""
    value = value.strip()
    while len(value) > 3 and value[0] in "$*#@~" and value[1] == "{" and value[-1] == "}":
        value = value[2:-1].strip()
    return value
