"""Which branches to show together: assignments of truth to the tests, such that every branch is taken in one of them.

The literals of a branch are its own test and those of the branches around it. They go into the first assignment that
contains them all already, else into the first that they do not contradict, so that the number of assignments grows
with the widest choice and not with the product of all. Time and memory are linear in the number of branches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from maillint.message.memo import look_at_clock
from maillint.message.template.conditions import Alternatives, Condition, Literal
from maillint.message.template.tags import Branch, Choice
from maillint.patterns import regex
from maillint.text.spans import Span

_MAX_AHEAD = 12
"""How many open tests around a branch, and branches behind the one taken, count where it is a matter of preference."""

_MAX_OPEN = 5
"""So many tests around a branch may have several alternatives left open; of further tests, the first is taken."""

_MAX_OPTIONS = 32
"""Combinations of alternatives for one branch that are tried."""


class Assignment:
    """Which literals are true and which are false, as far as that is decided.

    Where ``user.vip`` is true, ``user`` is too; where ``user`` is false, ``user.vip`` is too.
    """

    __slots__ = ("_constants", "_decided", "_true_members")

    def __init__(self) -> None:
        self._decided: dict[tuple[str, str], bool] = {}
        self._constants: dict[tuple[str, str], str] = {}  # by subject: the constant that it equals
        self._true_members: Counter[tuple[str, str]] = Counter()  # by owner: how many members of it are true

    def copy(self) -> Assignment:
        """An assignment with the same literals, which can be changed without changing this one."""
        copy = Assignment()
        copy._decided.update(self._decided)
        copy._constants.update(self._constants)
        copy._true_members.update(self._true_members)
        return copy

    def __contains__(self, literal: Literal) -> bool:
        """Whether the literal follows from what is decided."""
        return self._value(literal) is literal.holds

    def contradicts(self, literal: Literal) -> bool:
        """Whether the opposite of the literal follows from what is decided."""
        value = self._value(literal)
        return value is not None and value is not literal.holds

    def contradicts_any(self, literals: Sequence[Literal]) -> bool:
        """Whether the opposite of one of the literals follows from what is decided."""
        return any(self.contradicts(literal) for literal in literals)

    def _value(self, literal: Literal) -> bool | None:
        value = self._decided.get((literal.scope, literal.text))
        if value is not None:
            return value
        if literal.subject:
            constant = self._constants.get((literal.scope, literal.subject))
            if constant is not None:
                return constant == literal.constant
        if self._true_members and self._true_members[literal.scope, literal.text] > 0:
            return True
        for owner in _owners(literal):
            if self._decided.get((literal.scope, owner)) is False:
                return False
        return None

    def assume(self, literal: Literal) -> None:
        """Decide that the literal is as it says."""
        self._decided[literal.scope, literal.text] = literal.holds
        if literal.holds:
            for owner in _owners(literal):
                self._true_members[literal.scope, owner] += 1
            if literal.subject:
                self._constants[literal.scope, literal.subject] = literal.constant

    def retract(self, literal: Literal) -> None:
        """Undo ``assume`` for a literal that was open before it."""
        self._decided.pop((literal.scope, literal.text), None)
        if literal.holds:
            for owner in _owners(literal):
                self._true_members[literal.scope, owner] -= 1
            if literal.subject:
                self._constants.pop((literal.scope, literal.subject), None)

    def conditions(self) -> Iterator[Condition]:
        """What is decided, for people to read."""
        return (Condition(text, holds) for (_, text), holds in self._decided.items())


_MEMBERS = regex(r"[$@.]?\w{1,60}(?:(?:\.|\?\.|->)\w{1,60}){1,6}(?=\??(?:\s*[<>]|\Z))")
_MEMBER = regex(r"(?<=\w)(?:\.|\?\.|->)(?=\w)")


def _owners(literal: Literal) -> tuple[str, ...]:
    """What a literal's subject is a member of: ``user`` and ``user.plan`` for ``user.plan.name``."""
    name = literal.subject or literal.text
    return _owners_of(name) if "." in name or "->" in name else ()


@lru_cache(4096)
def _owners_of(name: str) -> tuple[str, ...]:
    path = _MEMBERS.match(name)
    return tuple(path[0][: found.start()] for found in _MEMBER.finditer(path[0])) if path else ()


class _Path:
    """The literals of the branches around a place, and the assignments so far with what contradicts them.

    ``conflicts``, ``recorded`` are by assignment: how many literals of the path it contradicts, and how many, from the
    first, have been assumed in it. ``was_open``, ``contradicted`` are by literal of the path: whether it was open
    before it joined, and the assignments that contradict it.
    """

    def __init__(self) -> None:
        self.literals: list[Literal] = []
        self.decided = Assignment()
        self.was_open: list[bool] = []
        self.contradicted: list[list[int]] = []
        self.assignments = [Assignment()]
        self.conflicts = [0]
        self.recorded = [0]

    def push(self, literal: Literal) -> None:
        was_open = literal not in self.decided
        if was_open:
            self.decided.assume(literal)
        contradicted = [index for index, other in enumerate(self.assignments) if other.contradicts(literal)]
        for index in contradicted:
            self.conflicts[index] += 1
        self.literals.append(literal)
        self.was_open.append(was_open)
        self.contradicted.append(contradicted)

    def extend(self, literals: Sequence[Literal]) -> None:
        for literal in literals:
            self.push(literal)

    def cut(self, length: int) -> None:
        """Go back to the path of that length."""
        while len(self.literals) > length:
            literal = self.literals.pop()
            if self.was_open.pop():
                self.decided.retract(literal)
            for index in self.contradicted.pop():
                self.conflicts[index] -= 1
        self.recorded = [min(count, length) for count in self.recorded]

    def place(self, options: Sequence[tuple[Literal, ...]], limit: int) -> bool:
        """Assume the path and one of the options in an assignment; False if none can take them and there are ``limit``.

        An assignment from which all of it follows already is preferred to one where something is still open.
        """
        for index, assignment in enumerate(self.assignments):
            recorded = self.recorded[index]
            if self.conflicts[index] or len(self.literals) - recorded > _MAX_AHEAD:
                continue
            if not all(literal in assignment for literal in self.literals[recorded:]):
                continue
            for option in options:
                if all(literal in assignment for literal in option):
                    self.record(index, option)
                    return True
        for index, assignment in enumerate(self.assignments):
            if self.conflicts[index]:
                continue
            for option in options:
                if not assignment.contradicts_any(option):
                    self.record(index, option)
                    return True
        if len(self.assignments) >= limit:
            return False
        self.assignments.append(Assignment())
        self.conflicts.append(0)
        self.recorded.append(0)
        self.record(len(self.assignments) - 1, options[0])
        return True

    def record(self, index: int, option: Sequence[Literal]) -> None:
        """Assume the path and an option in an assignment."""
        for literal in (*self.literals[self.recorded[index] :], *option):
            self.assignments[index].assume(literal)
        self.recorded[index] = len(self.literals)

    def narrow(self, alternatives: Alternatives, open_tests: tuple[Alternatives, ...]) -> tuple[Alternatives, ...]:
        """Go on where one of the alternatives holds; returns the tests that stay open.

        A single alternative joins the path; which of several holds stays open.
        """
        if len(alternatives) > 1 and len(open_tests) < _MAX_OPEN:
            return (*open_tests, alternatives)
        self.extend(alternatives[0])
        return open_tests


def cover_branches(choices: Sequence[Choice], limit: int) -> tuple[list[Assignment], bool]:
    """Find assignments in which every branch is taken once at least, and say whether ``limit`` left branches out.

    A branch that contradicts those around it is in no assignment: no reader ever gets it.
    """
    path = _Path()
    truncated = False
    steps: list[tuple[Choice | None, int, tuple[Alternatives, ...]]] = [(choice, 0, ()) for choice in reversed(choices)]
    while steps:
        look_at_clock()
        choice, index, open_tests = steps.pop()
        if choice is None:
            path.cut(index)
            continue
        if index == 0:
            steps.append((None, len(path.literals), ()))
        else:
            failed = choice.branches[index - 1].test
            before = _possible(path.decided, failed.when_false) if failed else ((),)
            if not before:
                continue  # the branch before is always taken
            open_tests = path.narrow(before, open_tests)
        branch = choice.branches[index]
        if index + 1 < len(choice.branches):
            steps.append((choice, index + 1, open_tests))
        own = _possible(path.decided, branch.test.when_true) if branch.test else ((),)
        options = _options(path.decided, (*open_tests, own))
        if not options:
            continue
        if not path.place(options, limit):
            truncated = True
        elif branch.choices:
            steps.append((None, len(path.literals), ()))
            within = path.narrow(own, open_tests)
            steps.extend((inner, 0, within) for inner in reversed(branch.choices))
    return path.assignments, truncated


def _possible(assignment: Assignment, alternatives: Alternatives) -> Alternatives:
    return tuple(found for found in alternatives if not assignment.contradicts_any(found))


def _options(assignment: Assignment, tests: Sequence[Alternatives]) -> list[tuple[Literal, ...]]:
    """The combinations of alternatives in which all tests hold, without a contradiction in them or to an assignment."""
    options: list[tuple[Literal, ...]] = [()]
    for alternatives in tests:
        possible = _possible(assignment, alternatives)
        joined = (option + alternative for option in options for alternative in possible)
        options = list(islice(filter(_consistent, joined), _MAX_OPTIONS))
    return options


def _consistent(literals: Sequence[Literal]) -> bool:
    """Whether literals can all be as they say at once."""
    if len(literals) < 2:
        return True
    assignment = Assignment()
    for literal in literals:
        if assignment.contradicts(literal):
            return False
        assignment.assume(literal)
    return True


def take_branches(choices: Sequence[Choice], assignment: Assignment) -> tuple[list[Span], Assignment]:
    """Take one branch of every choice; returns the spans of those not taken, and an assignment that decides every test.

    A test that ``assignment`` leaves open is true, unless it is that of a branch behind the one that is taken: such
    tests are mostly alternatives.
    """
    decided = assignment.copy()
    dropped: list[Span] = []
    pending = list(reversed(choices))
    while pending:
        choice = pending.pop()
        taken = len(choice.branches)
        for index, branch in enumerate(choice.branches):
            if index < taken and _takes(branch, decided):
                taken = index
                pending.extend(reversed(branch.choices))
                continue
            if taken < index <= taken + _MAX_AHEAD and branch.test is not None and len(branch.test.when_false) == 1:
                alternative = branch.test.when_false[0]
                for literal in alternative if not decided.contradicts_any(alternative) else ():
                    decided.assume(literal)
            if branch.span.end > branch.span.start:
                dropped.append(branch.span)
    return dropped, decided


def _takes(branch: Branch, assignment: Assignment) -> bool:
    """Whether a branch is taken; a test that is still open is assumed to be true."""
    if branch.test is None:
        return True
    if any(all(literal in assignment for literal in alternative) for alternative in branch.test.when_false):
        return False
    possible = _possible(assignment, branch.test.when_true)
    if not possible:
        return False
    for literal in possible[0]:
        assignment.assume(literal)
    return True


_SOMETHING = regex(r"\S")


def visible_choices(choices: Sequence[Choice], text: str) -> list[Choice]:
    """The choices in which a reader gets anything at all, and only such inside them; ``text`` has its tags blanked."""
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
        copy = Choice(choice.span, [Branch(branch.test, branch.span) for branch in choice.branches])
        siblings.append(copy)
        for old, new in reversed(list(zip(choice.branches, copy.branches, strict=True))):
            pending.extend((inner, new.choices) for inner in reversed(old.choices))
    return result
