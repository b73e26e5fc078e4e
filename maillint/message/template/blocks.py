"""Matches the tags of blocks: which tag closes which, and the choices that this makes, with the test of each branch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from maillint.message.memo import look_at_clock
from maillint.message.template.block_tags import BlockTag
from maillint.message.template.conditions import MAX_LENGTH, NEVER, Test, collection, read_case, read_test
from maillint.message.template.tags import Branch, Choice, Problem
from maillint.text.spans import Span, merge
from maillint.values import frozen

MAX_DEPTH = 1000
"""Choices nested deeper than this are read as if they stood side by side."""


@frozen
class Structure:
    """What the tags of a text make of it, all in order.

    ``problems`` are the tags that match no other. ``stored`` is what a variable keeps instead of showing it where it
    stands. ``per_iteration`` are branches that are taken in some iterations of a loop and not in others.
    """

    choices: tuple[Choice, ...] = ()
    problems: tuple[Problem, ...] = ()
    stored: tuple[Span, ...] = ()
    per_iteration: tuple[Span, ...] = ()


def match_blocks(tags: Iterable[BlockTag]) -> Structure:
    """Match the tags of a text, which come in order."""
    matcher = _Matcher()
    for tag in tags:
        look_at_clock()
        kind = tag.tag.kind
        if kind == "open":
            matcher.open(tag)
        elif kind == "middle":
            matcher.divide(tag)
        elif kind == "close":
            matcher.close(tag)
    return matcher.finish()


_REACH = 100
"""At most this many open blocks may stand between the tags of a cross-branch block."""

_MOST_OPEN = 5_000
"""Open blocks; one inside so many is never closed, for all that anybody can tell."""

MAX_BRANCHES = 5_000
"""Branches of one choice that anybody may get."""

_ENCLOSING = frozenset({"plain", "store"})


class _Matcher:
    def __init__(self) -> None:
        self.top: list[Choice] = []
        self.stored: list[Span] = []
        self.per_iteration: list[Span] = []
        self.problems: list[Problem] = []
        self.stack: list[_OpenBlock] = []
        self.closable: Counter[str] = Counter()  # how many open blocks a word could close
        self.dividable: Counter[str] = Counter()
        self.forced: list[tuple[_OpenBlock, BlockTag]] = []  # ended by a tag of a block around them; an end may follow
        self.later_ends: set[str] = set()  # of cross-branch blocks that have ended: each branch may hold one more

    def open(self, tag: BlockTag) -> None:
        if len(self.stack) == _MOST_OPEN:
            self.problems.append(Problem("unclosed", tag.tag))
            return
        scope = self.stack[-1].inner_scope if self.stack else ""
        parent = self.stack[-1].choices if self.stack and len(self.stack) < MAX_DEPTH else self.top
        opened = _OpenBlock(tag, parent, scope)
        self.stack.append(opened)
        self.closable.update(opened.closers)
        self.dividable.update(opened.block.middles)

    def divide(self, tag: BlockTag) -> None:
        if not self.dividable[tag.key]:
            self.problems.append(Problem("stray", tag.tag))
            return
        while tag.key not in self.stack[-1].block.middles:
            self.force(tag)
        self.stack[-1].divide(tag)

    def close(self, tag: BlockTag) -> None:
        closer = _closer(tag.key, tag)
        if not self.closable[closer]:
            self.unmatched(tag, closer)
            return
        near = range(len(self.stack) - 1, max(len(self.stack) - _REACH, 0) - 1, -1)
        index = next((place for place in near if closer in self.stack[place].closers), -1)
        if self.stack[index].block.cross_branch and -1 < index < len(self.stack) - 1:  # the blocks inside go on
            self.later_ends.add(closer)
            self.uncount(self.stack.pop(index))
            return
        while closer not in self.stack[-1].closers:
            self.force(tag)
        opened = self.pop()
        opened.close(tag.tag.span)
        if opened.per_iteration and opened.chooses:
            self.per_iteration.extend(opened.branch_spans)
        if opened.kind == "store":
            self.stored.append(Span(opened.opener.tag.span.end, tag.tag.span.start))

    def force(self, tag: BlockTag) -> None:
        """End the innermost block because a tag belongs to one around it."""
        inner = self.pop()
        inner.abandon()
        if inner.block.cross_branch:
            self.later_ends.update(inner.closers)
        else:
            self.forced.append((inner, tag))

    def pop(self) -> _OpenBlock:
        opened = self.stack.pop()
        self.uncount(opened)
        return opened

    def uncount(self, opened: _OpenBlock) -> None:
        self.closable.subtract(opened.closers)
        self.dividable.subtract(opened.block.middles)

    def unmatched(self, tag: BlockTag, closer: str) -> None:
        """Read a closing tag of no open block: it may be that of a block which another tag has ended before it."""
        if closer in self.later_ends:
            return
        for index in range(len(self.forced) - 1, max(len(self.forced) - 20, 0) - 1, -1):
            inner, early = self.forced[index]
            if closer in inner.closers:
                del self.forced[index]
                self.problems.append(Problem("crossed", early.tag, inner.opener.tag))
                return
        self.problems.append(Problem("stray", tag.tag))

    def finish(self) -> Structure:
        for opened in reversed(self.stack):
            opened.abandon()
        unclosed = [opened.opener.tag for opened in self.stack]
        unclosed.extend(inner.opener.tag for inner, _ in self.forced)
        self.problems.extend(Problem("unclosed", tag) for tag in unclosed)
        self.top.sort(key=lambda choice: choice.span)
        self.problems.sort(key=lambda problem: problem.tag.span)
        return Structure(
            tuple(self.top), tuple(self.problems), tuple(sorted(self.stored)), tuple(merge(self.per_iteration))
        )


def _closer(key: str, tag: BlockTag) -> str:
    """A closing word, with the name that a ``*`` in it stands for."""
    return f"{key} {tag.name.lstrip('>')}" if key.endswith("*") else key


class _OpenBlock:
    """A block whose end has not come yet.

    ``argument`` is what its test or collection is read from, ``closers`` are the words that end it.
    """

    def __init__(self, tag: BlockTag, parent: list[Choice], scope: str) -> None:
        assert tag.block is not None
        self.opener = tag
        self.block = tag.block
        self.scope = scope
        self.kind = tag.block.kind
        argument = tag.tag.argument
        if self.kind == "section":  # a Mustache section; with an argument it calls a helper, which may do anything
            self.kind = "for" if argument else "if"
            argument = f"{tag.name} {argument}".strip()
        elif tag.key.endswith("*") and self.kind == "unless":
            argument = f"{tag.name} {argument}".strip()
        self.argument = argument
        self.subject = argument[:MAX_LENGTH]  # once for all branches
        self.inner_scope = argument if tag.block.scope else scope
        self.closers = tuple(_closer(end, tag) for end in self.block.ends)
        self._parent = parent
        self.per_iteration = self._is_per_iteration(f"{tag.tag.word} {argument}")
        self._complete = False
        self._divided = False
        self._branches = [Branch(self._first_test(), Span(tag.tag.span.end, tag.tag.span.end))]

    @property
    def chooses(self) -> bool:
        """Whether the block is a choice among its branches."""
        return self.kind in {"if", "unless", "with", "case"} or (self.kind == "for" and self._divided)

    @property
    def branch_spans(self) -> list[Span]:
        """Where the branches stand."""
        return [branch.span for branch in self._branches]

    def _is_per_iteration(self, test: str) -> bool:
        pattern = self.opener.dialect.per_iteration if self.opener.dialect else None
        if pattern is None or self.kind not in {"if", "unless", "case"}:
            return False
        return pattern.compiled.search(test[:500]) is not None

    @property
    def choices(self) -> list[Choice]:
        """The list that a choice inside the block joins."""
        return self._parent if self.kind in _ENCLOSING else self._branches[-1].choices

    def _first_test(self) -> Test | None:
        if self.kind in {"if", "with"}:
            return read_test(self.argument or self.opener.tag.word, self.scope)
        if self.kind == "unless":
            return read_test(self.argument or self.opener.tag.word, self.scope).negated()
        if self.kind == "for":
            return read_test(collection(self.argument), self.scope)
        return NEVER if self.kind == "case" else None  # what stands before the first `when` is dropped

    def divide(self, tag: BlockTag) -> None:
        """End the branch at a middle tag and begin the next."""
        self._divided = True
        self.per_iteration = self.per_iteration or self._is_per_iteration(tag.tag.argument)
        last = self._branches[-1]
        last.span = Span(last.span.start, tag.tag.span.start)
        if self.kind in _ENCLOSING:  # a divider that chooses nothing
            self._branches.append(Branch(None, Span(tag.tag.span.end, tag.tag.span.end)))
            return
        test = self._later_test(tag) if len(self._branches) < MAX_BRANCHES else NEVER
        self._complete = self._complete or test is None
        self._branches.append(Branch(test, Span(tag.tag.span.end, tag.tag.span.end)))

    def _later_test(self, tag: BlockTag) -> Test | None:
        argument = tag.tag.argument
        if not argument:
            return None
        if self.kind == "case":
            if not self.argument:  # a choice among tests: cond
                return None if argument in {"true", "_"} else read_test(argument, self.scope)
            return None if argument == "_" else read_case(self.subject, argument, self.scope)
        word, _, rest = argument.partition(" ")
        if word in {"if", "with"}:
            return read_test(rest, self.scope)
        if word == "unless":
            return read_test(rest, self.scope).negated()
        return read_test(argument, self.scope)

    def close(self, end: Span) -> None:
        """End the block: one that chooses becomes a choice, any other hands its choices to the block around it."""
        last = self._branches[-1]
        last.span = Span(last.span.start, end.start)
        if not self.chooses:
            self.abandon()
            return
        if not self._complete:
            self._branches.append(Branch(None, Span(end.start, end.start)))
        self._parent.append(Choice(Span(self.opener.tag.span.start, end.end), self._branches))

    def abandon(self) -> None:
        """Hand the choices inside to the block around it: this one chooses nothing, or is never closed."""
        if self.kind not in _ENCLOSING:
            for branch in self._branches:
                self._parent.extend(branch.choices)
