"""From tags to choices: which tag closes which, and what has to hold for each branch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from maillint.message.template.block_tags import Mark
from maillint.message.template.conditions import NEVER, Test, collection, read_case, read_test
from maillint.message.template.tags import Branch, Choice, Problem
from maillint.text.spans import Span, merge

MAX_DEPTH = 1000
"""Choices nested deeper than this are read as if they stood beside one another."""


@dataclass(frozen=True, slots=True)
class Structure:
    """A text's choices, the tags that match no other, and what is kept for later instead of shown; all in order.

    ``turning`` are the branches whose tests hold at some turns of a loop and fail at others.
    """

    choices: tuple[Choice, ...] = ()
    problems: tuple[Problem, ...] = ()
    stored: tuple[Span, ...] = ()
    turning: tuple[Span, ...] = ()


def build(marks: Iterable[Mark]) -> Structure:
    """Match the tags of a text."""
    builder = _Builder()
    for mark in marks:
        kind = mark.tag.kind
        if kind == "open":
            builder.open(mark)
        elif kind == "middle":
            builder.divide(mark)
        elif kind == "close":
            builder.close(mark)
    return builder.finish()


_REACH = 100
"""So many open blocks may stand between the tags of a loose one."""

_ENCLOSING = frozenset({"plain", "store"})


class _Builder:
    def __init__(self) -> None:
        self.top: list[Choice] = []
        self.stored: list[Span] = []
        self.turning: list[Span] = []
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.closable: Counter[str] = Counter()  # how many open blocks a word could close
        self.dividable: Counter[str] = Counter()
        self.forced: list[tuple[_Open, Mark]] = []  # ended by a tag of a block around them; an end may follow
        self.loose: set[str] = set()  # ends of loose blocks that were forced: one may follow in each branch

    def open(self, mark: Mark) -> None:
        scope = self.stack[-1].inner_scope if self.stack else ""
        parent = self.stack[-1].choices if self.stack and len(self.stack) < MAX_DEPTH else self.top
        opened = _Open(mark, parent, scope)
        self.stack.append(opened)
        self.closable.update(opened.closers)
        self.dividable.update(opened.block.middles)

    def divide(self, mark: Mark) -> None:
        if not self.dividable[mark.key]:
            self.problems.append(Problem("stray", mark.tag))
            return
        while mark.key not in self.stack[-1].block.middles:
            self.force(mark)
        self.stack[-1].divide(mark)

    def close(self, mark: Mark) -> None:
        closer = _closer(mark.key, mark)
        if not self.closable[closer]:
            self.unmatched(mark, closer)
            return
        near = range(len(self.stack) - 1, max(len(self.stack) - _REACH, 0) - 1, -1)
        index = next((place for place in near if closer in self.stack[place].closers), -1)
        if self.stack[index].block.loose and -1 < index < len(self.stack) - 1:  # the blocks inside go on
            self.loose.add(closer)
            self.uncount(self.stack.pop(index))
            return
        while closer not in self.stack[-1].closers:
            self.force(mark)
        opened = self.pop()
        opened.close(mark.tag.span)
        if opened.turns and opened.chooses:
            self.turning.extend(opened.branch_spans)
        if opened.kind == "store":
            self.stored.append(Span(opened.mark.tag.span.end, mark.tag.span.start))

    def force(self, mark: Mark) -> None:
        """End the innermost block because a tag belongs to one around it."""
        inner = self.pop()
        inner.abandon()
        if inner.block.loose:
            self.loose.update(inner.closers)
        else:
            self.forced.append((inner, mark))

    def pop(self) -> _Open:
        opened = self.stack.pop()
        self.uncount(opened)
        return opened

    def uncount(self, opened: _Open) -> None:
        self.closable.subtract(opened.closers)
        self.dividable.subtract(opened.block.middles)

    def unmatched(self, mark: Mark, closer: str) -> None:
        """An end with no open block: perhaps that of a block which another end has closed before it."""
        if closer in self.loose:
            return
        for index in range(len(self.forced) - 1, max(len(self.forced) - 20, 0) - 1, -1):
            inner, early = self.forced[index]
            if closer in inner.closers:
                del self.forced[index]
                self.problems.append(Problem("crossed", early.tag, inner.mark.tag))
                return
        self.problems.append(Problem("stray", mark.tag))

    def finish(self) -> Structure:
        for opened in reversed(self.stack):
            opened.abandon()
        unclosed = [opened.mark.tag for opened in self.stack]
        unclosed.extend(inner.mark.tag for inner, _ in self.forced)
        self.problems.extend(Problem("unclosed", tag) for tag in unclosed)
        self.top.sort(key=lambda choice: choice.span)
        self.problems.sort(key=lambda problem: problem.tag.span)
        return Structure(tuple(self.top), tuple(self.problems), tuple(sorted(self.stored)), tuple(merge(self.turning)))


def _closer(key: str, mark: Mark) -> str:
    """A closing word with the name that its ``*`` stands for."""
    return f"{key} {mark.name.lstrip('>')}" if key.endswith("*") else key


class _Open:
    """A block whose end has not come yet."""

    def __init__(self, mark: Mark, parent: list[Choice], scope: str) -> None:
        assert mark.block is not None
        self.mark = mark
        self.block = mark.block
        self.scope = scope
        self.kind = mark.block.kind
        argument = mark.tag.argument
        if self.kind == "section":  # a Mustache section; with an argument it calls a helper, which may do anything
            self.kind = "for" if argument else "if"
            argument = f"{mark.name} {argument}".strip()
        elif mark.key.endswith("*") and self.kind == "unless":
            argument = f"{mark.name} {argument}".strip()
        self.argument = argument
        self.inner_scope = argument if mark.block.scope else scope
        self.closers = tuple(_closer(end, mark) for end in self.block.ends)
        self._parent = parent
        self.turns = self._turns(f"{mark.tag.word} {argument}")
        self._complete = False
        self._divided = False
        self._branches = [Branch(self._first_test(), Span(mark.tag.span.end, mark.tag.span.end))]

    @property
    def chooses(self) -> bool:
        """Whether the block is a choice among its branches."""
        return self.kind in {"if", "unless", "with", "case"} or (self.kind == "for" and self._divided)

    @property
    def branch_spans(self) -> list[Span]:
        """Where the branches stand."""
        return [branch.span for branch in self._branches]

    def _turns(self, argument: str) -> bool:
        pattern = self.mark.dialect.turns if self.mark.dialect else None
        return self.kind in {"if", "unless", "case"} and pattern is not None and bool(pattern.search(argument[:500]))

    @property
    def choices(self) -> list[Choice]:
        """Where a choice inside the block belongs."""
        return self._parent if self.kind in _ENCLOSING else self._branches[-1].choices

    def _first_test(self) -> Test | None:
        if self.kind in {"if", "with"}:
            return read_test(self.argument or self.mark.tag.word, self.scope)
        if self.kind == "unless":
            return read_test(self.argument or self.mark.tag.word, self.scope).negated()
        if self.kind == "for":
            return read_test(collection(self.argument), self.scope)
        return NEVER if self.kind == "case" else None  # what stands before the first `when` is dropped

    def divide(self, mark: Mark) -> None:
        """End the branch at a middle tag and begin the next."""
        self._divided = True
        self.turns = self.turns or self._turns(mark.tag.argument)
        last = self._branches[-1]
        last.span = Span(last.span.start, mark.tag.span.start)
        if self.kind in _ENCLOSING:  # a divider that chooses nothing
            self._branches.append(Branch(None, Span(mark.tag.span.end, mark.tag.span.end)))
            return
        test = self._later_test(mark)
        self._complete = self._complete or test is None
        self._branches.append(Branch(test, Span(mark.tag.span.end, mark.tag.span.end)))

    def _later_test(self, mark: Mark) -> Test | None:
        argument = mark.tag.argument
        if not argument:
            return None
        if self.kind == "case":
            if not self.argument:  # a choice among tests: cond
                return None if argument in {"true", "_"} else read_test(argument, self.scope)
            return None if argument == "_" else read_case(self.argument, argument, self.scope)
        word, _, rest = argument.partition(" ")
        if word in {"if", "with"}:
            return read_test(rest, self.scope)
        if word == "unless":
            return read_test(rest, self.scope).negated()
        return read_test(argument, self.scope)

    def close(self, end: Span) -> None:
        """End the block: one that chooses becomes a choice, others hand their choices up."""
        last = self._branches[-1]
        last.span = Span(last.span.start, end.start)
        if not self.chooses:
            self.abandon()
            return
        if not self._complete:
            self._branches.append(Branch(None, Span(end.start, end.start)))
        self._parent.append(Choice(Span(self.mark.tag.span.start, end.end), self._branches))

    def abandon(self) -> None:
        """Hand the choices inside up: the block chooses nothing, or is never closed."""
        if self.kind not in _ENCLOSING:
            for branch in self._branches:
                self._parent.extend(branch.choices)
