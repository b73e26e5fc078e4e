"""Template languages: dialects as data, their tags in a text, and the choices those tags make.

Templates are never executed. A dialect says which delimiters open and close a tag and which words open,
divide and end a block; the lexer finds the tags in one pass and builds the tree of choices.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, NamedTuple

from maillint.data import load_list
from maillint.text import Span

TagKind = Literal["output", "comment", "open", "middle", "close", "statement", "raw"]

MAX_DEPTH = 1000
"""Blocks nested deeper than this are read as if they stood beside one another."""


class Tag(NamedTuple):
    """One template tag: ``word`` is its keyword (``if``, ``endif``), ``argument`` what follows it."""

    kind: TagKind
    span: Span
    word: str
    argument: str


class Condition(NamedTuple):
    """A test that a choice hangs on: ``text`` without its negation, and whether it must hold."""

    text: str
    holds: bool


@dataclass(slots=True)
class Branch:
    """One way through a choice: the conditions it needs, its span, and the choices inside it."""

    needs: tuple[Condition, ...]
    span: Span
    choices: list[Choice] = field(default_factory=list)


@dataclass(slots=True)
class Choice:
    """A block of which one branch is taken; a missing ``else`` is an empty branch."""

    span: Span
    branches: list[Branch] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Template:
    """A text's tags in order and its top-level choices; ``problems`` are tags that match no other."""

    dialect: Dialect | None
    tags: tuple[Tag, ...] = ()
    choices: tuple[Choice, ...] = ()
    problems: tuple[Tag, ...] = ()

    def outputs(self) -> Iterator[Tag]:
        """The tags that print something."""
        return (tag for tag in self.tags if tag.kind == "output")

    @property
    def has_statements(self) -> bool:
        """Whether anything but output and comments stands in the text (a partial or layout may)."""
        return any(tag.kind in {"open", "middle", "close", "statement"} for tag in self.tags)


class Dialect:
    """A template language as data (``rules/lists/dialects.yaml`` explains the fields)."""

    def __init__(
        self,
        name: str,
        delimiters: Iterable[Mapping[str, Any]],
        blocks: Mapping[str, Mapping[str, Any]],
        extensions: Iterable[str] = (),
        trim: str = "",
    ) -> None:
        self.name = name
        self.delimiters = tuple(sorted(delimiters, key=lambda delimiter: -len(delimiter["open"])))
        self.blocks = blocks
        self.extensions = tuple(extensions)
        self._trim = trim
        self._by_open = {delimiter["open"]: delimiter for delimiter in self.delimiters}
        self._opener = re.compile("|".join(re.escape(opening) for opening in self._by_open))
        self._closers = _invert(blocks, "ends")
        self._middles = _invert(blocks, "middles")

    def read(self, text: str) -> Template:
        """Find the tags and choices of a text; linear in its length."""
        tags = tuple(self._tags(text))
        choices, problems = self._choices(tags, len(text))
        return Template(self, tags, choices, problems)

    def _tags(self, text: str) -> Iterator[Tag]:
        exhausted: set[str] = set()  # closers that do not occur any more: never searched again
        position = 0
        while found := self._opener.search(text, position):
            delimiter = self._by_open[found[0]]
            close: str = delimiter["close"]
            end = -1 if close in exhausted else text.find(close, found.end())
            if end < 0:
                exhausted.add(close)
                position = found.end()
                continue
            inner = text[found.end() : end]
            end += len(close)
            if delimiter.get("greedy") and text.startswith(close[-1], end):  # Braze: {{${name}}}
                inner += close[-1]
                end += 1
            tag = self._classify(delimiter, inner, Span(found.start(), end))
            yield tag
            position = end
            if tag.kind == "open" and self.blocks[tag.word].get("raw"):
                closing = self._raw_end(text, end, tag.word)
                if closing is not None:
                    if closing.span.start > end:
                        kind: TagKind = "comment" if self.blocks[tag.word]["raw"] == "comment" else "raw"
                        yield Tag(kind, Span(end, closing.span.start), tag.word, "")
                    yield closing
                    position = closing.span.end

    def _raw_end(self, text: str, start: int, word: str) -> Tag | None:
        for delimiter in self.delimiters:
            if delimiter["kind"] != "statement":
                continue
            for closer in self.blocks[word]["ends"]:
                pattern = _raw_closer(delimiter["open"], delimiter["close"], closer, self._trim)
                if found := pattern.search(text, start):
                    return Tag("close", Span(*found.span()), closer, "")
        return None

    def _classify(self, delimiter: Mapping[str, Any], inner: str, span: Span) -> Tag:
        body = inner.strip(self._trim).strip() if self._trim else inner.strip()
        kind: TagKind = delimiter["kind"]
        if kind in {"output", "comment"}:
            return Tag(kind, span, "", body)
        word, _, argument = body.partition(" ")
        if "\n" in word or "\t" in word:
            word, argument = body.split(None, 1)
        word = word.rstrip("(")
        argument = " ".join(argument.split())
        if word in self.blocks:
            single = self.blocks[word].get("single")  # e.g. {% set x = 1 %} has no end tag, {% set x %} has one
            return Tag("statement" if single and re.search(single, argument) else "open", span, word, argument)
        if word in self._closers:
            return Tag("close", span, word, argument)
        if word in self._middles:
            return Tag("middle", span, word, argument)
        return Tag("statement", span, word, argument)

    def _choices(self, tags: Iterable[Tag], length: int) -> tuple[tuple[Choice, ...], tuple[Tag, ...]]:
        top: list[Choice] = []
        problems: list[Tag] = []
        open_blocks: list[_Open] = []
        for tag in tags:
            siblings = open_blocks[-1].siblings(top) if open_blocks else top
            if tag.kind == "open":
                block = self.blocks[tag.word]
                opened = _Open(tag, block, siblings if len(open_blocks) < MAX_DEPTH else top)
                open_blocks.append(opened)
            elif tag.kind == "middle":
                if open_blocks and open_blocks[-1].tag.word in self._middles[tag.word]:
                    open_blocks[-1].divide(tag)
                else:
                    problems.append(tag)
            elif tag.kind == "close":
                index = next(
                    (
                        index
                        for index in range(len(open_blocks) - 1, max(len(open_blocks) - 50, 0) - 1, -1)
                        if open_blocks[index].tag.word in self._closers[tag.word]
                    ),
                    None,
                )
                if index is None:
                    problems.append(tag)
                    continue
                problems.extend(unclosed.tag for unclosed in open_blocks[index + 1 :])
                open_blocks[index].close(tag.span)
                del open_blocks[index:]
        problems.extend(unclosed.tag for unclosed in open_blocks)
        return tuple(top), tuple(sorted(problems, key=lambda tag: tag.span))


class _Open:
    """A block whose end has not come yet."""

    def __init__(self, tag: Tag, block: Mapping[str, Any], parent: list[Choice]) -> None:
        self.tag = tag
        self._parent = parent
        self._kind: str = block.get("kind", "plain")
        self._failed: list[Condition] = []
        self._subject = tag.argument
        self._complete = False
        self._choice = Choice(tag.span)
        self._start(tag)

    def _start(self, tag: Tag) -> None:
        needs = [*self._failed]
        test = self._test(tag)
        if test is not None:
            needs.append(test)
            self._failed.append(Condition(test.text, not test.holds))
        self._branch = Branch(tuple(needs), Span(tag.span.end, tag.span.end))
        self._choice.branches.append(self._branch)

    def _test(self, tag: Tag) -> Condition | None:
        first = tag is self.tag
        if self._kind == "if" and (first or tag.argument or tag.word not in {"else", "default"}):
            return condition(tag.argument)
        if self._kind == "unless":
            if first:
                test = condition(tag.argument)
                return Condition(test.text, not test.holds)
            return condition(tag.argument) if tag.argument else None
        if self._kind == "case":
            if first:
                return Condition(f"{self._subject}: none yet", False)  # the text before the first `when`
            return Condition(f"{self._subject} is {tag.argument}", True) if tag.argument else None
        if self._kind == "for" and first:
            return Condition(f"{tag.argument} is not empty", True)
        return None

    def siblings(self, top: list[Choice]) -> list[Choice]:
        """Where a choice inside this block belongs."""
        return self._branch.choices

    def divide(self, tag: Tag) -> None:
        """End the branch at a middle tag and start the next."""
        self._branch.span = Span(self._branch.span.start, tag.span.start)
        if self._kind == "plain":  # a divider that chooses nothing
            return
        last = self._test(tag) is None
        self._start(tag)
        self._complete = self._complete or last

    def close(self, end: Span) -> None:
        """End the block; only a block that chooses becomes a Choice, others hand their choices up."""
        self._branch.span = Span(self._branch.span.start, end.start)
        self._choice.span = Span(self.tag.span.start, end.end)
        chooses = self._kind in {"if", "unless", "case"} or (self._kind == "for" and len(self._choice.branches) > 1)
        if not chooses:
            self._parent.extend(choice for branch in self._choice.branches for choice in branch.choices)
            return
        if self._kind == "case":
            self._choice.branches = self._choice.branches[1:] or self._choice.branches
            for branch in self._choice.branches:
                branch.needs = tuple(need for need in branch.needs if not need.text.endswith(": none yet"))
        if not self._complete:
            empty = Span(end.start, end.start)
            failed = tuple(need for need in self._failed if not need.text.endswith(": none yet"))
            self._choice.branches.append(Branch(failed, empty))
        self._parent.append(self._choice)


def condition(text: str) -> Condition:
    """Normalise a test so that the same test, and its negation, are known again."""
    text = " ".join(text.split()).removesuffix(":").removesuffix(" then").strip()
    holds = True
    while True:
        if text.startswith("not "):
            text = text[4:].lstrip()
        elif text.startswith("!") and not text.startswith("!="):
            text = text[1:].lstrip()
        else:
            break
        holds = not holds
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1].strip()
    return Condition(text, holds)


@cache
def _raw_closer(opening: str, closing: str, word: str, trim: str) -> re.Pattern[str]:
    trims = f"[{re.escape(trim)}]?" if trim else ""
    return re.compile(
        rf"{re.escape(opening)}{trims}\s*{re.escape(word)}\b[^%{{}}]{{0,100}}?{trims}{re.escape(closing)}"
    )


def _invert(blocks: Mapping[str, Mapping[str, Any]], key: str) -> Mapping[str, frozenset[str]]:
    """The openers that each word of a block's list belongs to."""
    words = {word for block in blocks.values() for word in block.get(key, ())}
    return {word: frozenset(name for name, block in blocks.items() if word in block.get(key, ())) for word in words}


@cache
def dialects() -> Mapping[str, Dialect]:
    """The shipped dialects by name."""
    return {name: Dialect(name, **entry) for name, entry in load_list("dialects").items()}


def detect(text: str, extension: str) -> Dialect | None:
    """Choose the dialect of a text by its file's extension, then by its delimiters; None for plain text."""
    known = dialects()
    for dialect in known.values():
        if extension and extension in dialect.extensions:
            return dialect
    for dialect in known.values():
        if any(delimiter["open"] in text for delimiter in dialect.delimiters):
            return dialect
    return None


def read(text: str, dialect: Dialect | None) -> Template:
    """Read a text in a dialect; without one it has no tags."""
    return dialect.read(text) if dialect else Template(None)


def tag_at(template: Template, offset: int) -> Tag | None:
    """Return the tag that covers an offset."""
    index = bisect_right(template.tags, offset, key=lambda tag: tag.span.start) - 1
    if index >= 0 and template.tags[index].span.end > offset:
        return template.tags[index]
    return None
