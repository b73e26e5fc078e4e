"""Ways through a template: sets of test results such that every branch is taken in one of them.

Every branch has a path, its own test and those of the branches around it, as literals. A path goes into
the first way that says all of it already, else the first that it does not contradict, so the number of ways
grows with the widest choice and not with the product of all. Time and memory are linear in the number of branches.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from maillint.message.template.conditions import Condition, Literal, Ways
from maillint.message.template.tags import Branch, Choice
from maillint.text.spans import Span

_MAX_AHEAD = 12
"""How far what is only preferred is looked at: open tests on the way to a branch, and behind the one that is taken."""

_MAX_OPEN = 5
"""Tests on the way to a branch that are so in several ways each; of further ones, the first way is taken."""

_MAX_OPTIONS = 32
"""Ways to a branch that are tried."""


class Results:
    """Which literals hold and which do not, as far as that is settled.

    Where ``user.vip`` holds, ``user`` does too; where ``user`` fails, ``user.vip`` does too.
    """

    __slots__ = ("_equal", "_held", "_known")

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], bool] = {}
        self._equal: dict[tuple[str, str], str] = {}
        self._held: Counter[tuple[str, str]] = Counter()  # by owner: members of it that hold

    def __contains__(self, literal: Literal) -> bool:
        """Whether the literal is so, by what is settled."""
        return self._value(literal) is literal.holds

    def denies(self, literal: Literal) -> bool:
        """Whether the literal cannot be so any more."""
        value = self._value(literal)
        return value is not None and value is not literal.holds

    def _value(self, literal: Literal) -> bool | None:
        value = self._known.get((literal.scope, literal.text))
        if value is not None:
            return value
        if literal.subject:
            constant = self._equal.get((literal.scope, literal.subject))
            if constant is not None:
                return constant == literal.constant
        if self._held and self._held[literal.scope, literal.text] > 0:
            return True
        for owner in _owners(literal):
            if self._known.get((literal.scope, owner)) is False:
                return False
        return None

    def settle(self, literal: Literal) -> None:
        """Hold the literal to be so."""
        self._known[literal.scope, literal.text] = literal.holds
        if literal.holds:
            for owner in _owners(literal):
                self._held[literal.scope, owner] += 1
            if literal.subject:
                self._equal[literal.scope, literal.subject] = literal.constant

    def conditions(self) -> Iterator[Condition]:
        """What is settled, as a reader is told of it."""
        return (Condition(text, holds) for (_, text), holds in self._known.items())

    def forget(self, literal: Literal) -> None:
        """Take back what ``settle`` has done for a literal that was open before."""
        self._known.pop((literal.scope, literal.text), None)
        if literal.holds:
            for owner in _owners(literal):
                self._held[literal.scope, owner] -= 1
            if literal.subject:
                self._equal.pop((literal.scope, literal.subject), None)


_MEMBERS = re.compile(r"[$@.]?\w{1,60}(?:(?:\.|\?\.|->)\w{1,60}){1,6}(?=\??(?:\s*[<>]|\Z))")
_MEMBER = re.compile(r"(?<=\w)(?:\.|\?\.|->)(?=\w)")


def _owners(literal: Literal) -> tuple[str, ...]:
    """What a literal's subject is a member of: ``user`` and ``user.plan`` for ``user.plan.name``."""
    name = literal.subject or literal.text
    return _owners_of(name) if "." in name or "->" in name else ()


@lru_cache(4096)
def _owners_of(name: str) -> tuple[str, ...]:
    path = _MEMBERS.match(name)
    return tuple(path[0][: found.start()] for found in _MEMBER.finditer(path[0])) if path else ()


class _Path:
    """The literals of the branches around a place, and which ways contradict them."""

    def __init__(self) -> None:
        self.literals: list[Literal] = []
        self.results = Results()
        self.fresh: list[bool] = []  # whether the literal was open before
        self.ways: list[Results] = []
        self.conflicts: list[int] = []  # by way: literals of the path that it denies
        self.denied: list[list[int]] = []  # by literal: the ways that deny it
        self.recorded: list[int] = []  # by way: how many literals of the path are settled in it

    def push(self, literal: Literal) -> None:
        fresh = literal not in self.results
        if fresh:
            self.results.settle(literal)
        denied = [index for index, way in enumerate(self.ways) if way.denies(literal)]
        for index in denied:
            self.conflicts[index] += 1
        self.literals.append(literal)
        self.fresh.append(fresh)
        self.denied.append(denied)

    def cut(self, length: int) -> None:
        """Go back to the path of that length."""
        while len(self.literals) > length:
            literal = self.literals.pop()
            if self.fresh.pop():
                self.results.forget(literal)
            for index in self.denied.pop():
                self.conflicts[index] -= 1
        self.recorded = [min(count, length) for count in self.recorded]

    def place(self, options: Sequence[tuple[Literal, ...]], limit: int) -> bool:
        """Settle the path and the first option that a way can take in that way; False: no way is left.

        A way in which all of it holds already is chosen before one where something is still open.
        """
        for index, way in enumerate(self.ways):
            recorded = self.recorded[index]
            if self.conflicts[index] or len(self.literals) - recorded > _MAX_AHEAD:
                continue
            if not all(literal in way for literal in self.literals[recorded:]):
                continue
            for option in options:
                if all(literal in way for literal in option):
                    self.record(index, option)
                    return True
        for index, way in enumerate(self.ways):
            if self.conflicts[index]:
                continue
            for option in options:
                if not any(way.denies(literal) for literal in option):
                    self.record(index, option)
                    return True
        if len(self.ways) >= limit:
            return False
        self.ways.append(Results())
        self.conflicts.append(0)
        self.recorded.append(0)
        self.record(len(self.ways) - 1, options[0])
        return True

    def narrow(self, ways: Ways, open_tests: tuple[Ways, ...]) -> tuple[Ways, ...]:
        """Go on where one of these ways is so: a single one belongs to the path, of several which it is stays open."""
        if len(ways) > 1 and len(open_tests) < _MAX_OPEN:
            return (*open_tests, ways)
        self.extend(ways[0])
        return open_tests

    def extend(self, option: Sequence[Literal]) -> None:
        for literal in option:
            self.push(literal)

    def record(self, index: int, option: Sequence[Literal]) -> None:
        """Settle the path and an option in a way."""
        for literal in (*self.literals[self.recorded[index] :], *option):
            self.ways[index].settle(literal)
        self.recorded[index] = len(self.literals)


def assign(choices: Sequence[Choice], limit: int) -> tuple[list[Results], bool]:
    """Find ways in which every branch is taken once at least; also tells whether ``limit`` left some out.

    A branch that contradicts those around it is in no way: no reader ever gets it.
    """
    path = _Path()
    path.ways, path.conflicts, path.recorded = [Results()], [0], [0]
    truncated = False
    steps: list[tuple[Choice | None, int, tuple[Ways, ...]]] = [(choice, 0, ()) for choice in reversed(choices)]
    while steps:
        choice, index, open_tests = steps.pop()
        if choice is None:
            path.cut(index)
            continue
        if index == 0:
            steps.append((None, len(path.literals), ()))
        else:
            failed = choice.branches[index - 1].test
            before = _left(path.results, failed.no) if failed else ((),)
            if not before:
                continue  # the branch before is always taken
            open_tests = path.narrow(before, open_tests)
        branch = choice.branches[index]
        if index + 1 < len(choice.branches):
            steps.append((choice, index + 1, open_tests))
        own = _left(path.results, branch.test.yes) if branch.test else ((),)
        options = _options(path.results, (*open_tests, own))
        if not options:
            continue
        if not path.place(options, limit):
            truncated = True
        elif branch.choices:
            steps.append((None, len(path.literals), ()))
            within = path.narrow(own, open_tests)
            steps.extend((inner, 0, within) for inner in reversed(branch.choices))
    return path.ways, truncated


def _left(results: Results, ways: Ways) -> Ways:
    return tuple(way for way in ways if not _denied(results, way))


def _options(results: Results, tests: Sequence[Ways]) -> list[tuple[Literal, ...]]:
    """The ways in which all of some tests hold, as far as they do not contradict one another or what is settled."""
    options: list[tuple[Literal, ...]] = [()]
    for ways in tests:
        joined = (option + way for option in options for way in ways if not _denied(results, way))
        options = list(islice(filter(_agrees, joined), _MAX_OPTIONS))
    return options


def _agrees(literals: Sequence[Literal]) -> bool:
    """Whether literals can all be so at once."""
    if len(literals) < 2:
        return True
    results = Results()
    for literal in literals:
        if results.denies(literal):
            return False
        results.settle(literal)
    return True


def _denied(results: Results, way: Sequence[Literal]) -> bool:
    return any(results.denies(literal) for literal in way)


def dropped_spans(choices: Sequence[Choice], results: Results) -> Iterator[Span]:
    """The spans of the branches that are not taken; ``results`` gets every test that it leaves open settled.

    An open test holds, unless it is that of a branch behind the one that is taken: such tests are mostly alternatives.
    """
    pending = list(reversed(choices))
    while pending:
        choice = pending.pop()
        taken = len(choice.branches)
        for index, branch in enumerate(choice.branches):
            if index < taken and _takes(branch, results):
                taken = index
                pending.extend(reversed(branch.choices))
                continue
            if taken < index <= taken + _MAX_AHEAD and branch.test is not None and len(branch.test.no) == 1:
                for literal in branch.test.no[0] if not _denied(results, branch.test.no[0]) else ():
                    results.settle(literal)
            if branch.span.end > branch.span.start:
                yield branch.span


def _takes(branch: Branch, results: Results) -> bool:
    """Whether a branch is taken; a test that is still open holds."""
    if branch.test is None:
        return True
    if any(all(literal in results for literal in way) for way in branch.test.no):
        return False
    way = next((way for way in branch.test.yes if not _denied(results, way)), None)
    if way is None:
        return False
    for literal in way:
        results.settle(literal)
    return True


_SOMETHING = re.compile(r"\S")


def visible(choices: Sequence[Choice], text: str) -> list[Choice]:
    """The choices in which a reader gets anything at all, and only such in them; ``text`` has its tags blanked."""
    result: list[Choice] = []
    searched, found = 0, 0  # nothing stands between these two
    pending = [(choice, result) for choice in reversed(choices)]
    while pending:
        choice, siblings = pending.pop()
        start, end = choice.span
        if not searched <= start < found:
            match = _SOMETHING.search(text, start)
            searched, found = start, match.start() if match else len(text)
        if found >= end:
            continue
        kept = Choice(choice.span, [Branch(branch.test, branch.span) for branch in choice.branches])
        siblings.append(kept)
        for old, new in reversed(list(zip(choice.branches, kept.branches, strict=True))):
            pending.extend((inner, new.choices) for inner in reversed(old.choices))
    return result
