"""Leave out the findings that a comment suppresses, and judge the comments."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from maillint.analysis.directives import Directive, find_directives, may_be_near_miss
from maillint.catalogue.load import Catalogue
from maillint.catalogue.rule import ActiveRule
from maillint.checks.suppression import NotUnderstood, Suppressions
from maillint.engine.locate import MAX_CAUSES
from maillint.engine.run import run_rules
from maillint.engine.subject import FileSubject
from maillint.finding import INCOMPLETE, FileReport, Finding, count_places, source_order
from maillint.message.model import Message
from maillint.values import replace


def suppress(
    message: Message, reports: Sequence[FileReport], rules: Sequence[ActiveRule], catalogue: Catalogue
) -> list[FileReport]:
    """Take suppressed findings out of a message's reports and add what is wrong with the comments.

    ``rules`` are those that have run, which includes the rules about comments; ``catalogue`` knows every name.
    """
    owner = FileSubject("message", message.profile, message, message.start, message.sources)
    near = _near_misses(message, catalogue)
    return suppress_by(find_directives(message), owner, reports, rules, catalogue, near)


def suppress_by(
    directives: Sequence[Directive],
    owner: FileSubject,
    reports: Sequence[FileReport],
    rules: Sequence[ActiveRule],
    catalogue: Catalogue,
    near: Sequence[NotUnderstood] = (),
) -> list[FileReport]:
    """Do what ``suppress`` does, by comments that have been found in the files of any subject.

    ``near`` are those that were meant to suppress something.
    """
    if not directives and not near:
        return list(reports)
    silencer = _Silencer(directives)
    remaining = [_without(report, silencer.remaining(report.findings)) for report in reports]
    comments = Suppressions(directives, _unknown_names(directives, catalogue), not_understood=near)
    silencer.remaining(_about_comments(owner, comments, rules))  # notes which comments are about comments
    comments = replace(comments, unused=_unused_names(silencer, rules, catalogue))
    more = silencer.remaining(_about_comments(owner, comments, rules))
    return [_with(report, more) for report in remaining]


def _near_misses(message: Message, catalogue: Catalogue) -> list[NotUnderstood]:
    """The comments of a message that were meant to suppress something, each with what to write instead."""
    if not any(may_be_near_miss(part.source.text if part.number is None else part.text) for part in message.parts):
        return []
    from maillint.analysis.near_misses import near_misses  # noqa: PLC0415 -- few messages have one

    found = []
    for miss in near_misses(message):
        names = [name for name in miss.names if name in catalogue.rules]
        if not names and miss.names and miss.names[0] in catalogue.families:
            names = [miss.names[0]]
        if miss.sure or miss.right or names:
            found.append(NotUnderstood(miss, ", ".join(names) or "family/rule"))
    return found[:MAX_CAUSES]


class _Silencer:
    """Takes findings out, and notes which name of which comment did so (``used``: the comment's number, the name)."""

    def __init__(self, directives: Sequence[Directive]) -> None:
        self.directives = directives
        self.used: set[tuple[int, str]] = set()
        self._whole: set[str] = set()
        self._anywhere: dict[str, list[int]] = {}  # by name, the comments that are about the whole message
        places: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
        for number, directive in enumerate(directives):
            for name in {name for name, _ in directive.names}:
                if directive.covers is None:
                    self._anywhere.setdefault(name, []).append(number)
                else:
                    places.setdefault((name, directive.path), []).append((*directive.covers, number))
        self._places = {key: _Places(found) for key, found in places.items()}

    def remaining(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings that no comment suppresses; those that say what went wrong are among them."""
        left = (found if found.rule in INCOMPLETE else found.only_where(self._lets_through) for found in findings)
        return tuple(found for found in left if found is not None)

    def _lets_through(self, found: Finding) -> bool:
        suppressed = False
        for name in {found.rule, found.rule.partition("/")[0]}:
            for number in self._anywhere.pop(name, ()):
                self.used.add((number, name))
                self._whole.add(name)
            suppressed = suppressed or name in self._whole
            places = self._places.get((name, found.path))
            if places is not None and places.cover(found.start):
                suppressed = True
                self.used.update((number, name) for number in places.newly_used())
        return not suppressed


class _Places:
    """What comments with the same name are about: lines of one file, with both ends."""

    def __init__(self, covers: list[tuple[int, int, int]]) -> None:
        covers.sort()
        self._starts = [start for start, _, _ in covers]
        self._numbers = [number for _, _, number in covers]
        self._reach = list(accumulate((end for _, end, _ in covers), max))  # the farthest end so far
        self._covers = covers
        self._seen: set[tuple[int, int]] = set()
        self._new: list[int] = []

    def cover(self, offset: int) -> bool:
        """Whether any of them covers a place; notes which ones do."""
        last = bisect_right(self._starts, offset)
        first = bisect_left(self._reach, offset, 0, last)
        if first == last:
            return False
        if (first, last) not in self._seen:
            self._seen.add((first, last))
            self._new = [number for _, end, number in self._covers[first:last] if end >= offset]
        return True

    def newly_used(self) -> Sequence[int]:
        """The comments that the last looks have found, each look but once."""
        found, self._new = self._new, []
        return found


def _unknown_names(directives: Sequence[Directive], catalogue: Catalogue) -> dict[tuple[int, str], str]:
    """By comment and name, what to suggest instead of a name that is no rule and no family.

    No more names are looked into than findings are shown.
    """
    known = {*catalogue.rules, *catalogue.families}
    unknown: dict[tuple[int, str], str] = {}
    looked: dict[str, str] = {}
    for number, directive in enumerate(directives):
        for name, _ in directive.names:
            if name not in known:
                if name not in looked:
                    looked[name] = catalogue.suggest(name) if len(looked) < MAX_CAUSES and len(name) < 100 else ""
                unknown[number, name] = looked[name]
    return unknown


def _unused_names(silencer: _Silencer, rules: Sequence[ActiveRule], catalogue: Catalogue) -> frozenset[tuple[int, str]]:
    """The names, by comment, that have suppressed nothing although all their rules ran.

    Rules about links online do not count as run: they may find something later.
    """
    ran = {active.rule.name for active in rules if active.rule.subject != "online"}
    names = {(number, name) for number, directive in enumerate(silencer.directives) for name, _ in directive.names}
    unused = names - silencer.used
    idle = {
        name
        for name in {name for _, name in unused}
        if (named := catalogue.matching(name)) and all(rule.name in ran for rule in named)
    }
    return frozenset((number, name) for number, name in unused if name in idle)


def _about_comments(owner: FileSubject, comments: Suppressions, rules: Sequence[ActiveRule]) -> list[Finding]:
    subject = FileSubject("suppression", owner.profile, comments, owner.start, owner.sources)
    return [found for report in run_rules(subject, rules) for found in report.findings]


def _without(report: FileReport, left: tuple[Finding, ...]) -> FileReport:
    return replace(report, findings=left, suppressed=count_places(report.findings) - count_places(left))


def _with(report: FileReport, more: Sequence[Finding]) -> FileReport:
    own = [found for found in more if found.path == report.path]
    findings = sorted((*report.findings, *own), key=source_order)
    return replace(report, findings=tuple(findings)) if own else report
