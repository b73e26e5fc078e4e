"""Leave out the findings that a comment suppresses, and judge the comments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from maillint.analysis.directives import Directive, find_directives
from maillint.catalogue.load import Catalogue
from maillint.catalogue.rule import ActiveRule
from maillint.checks.suppression import Suppressions
from maillint.engine.run import run_rules
from maillint.engine.subject import FileSubject
from maillint.finding import INTERNAL_ERROR, FileReport, Finding, source_order
from maillint.message.model import Message


def suppress(
    message: Message, reports: Sequence[FileReport], rules: Sequence[ActiveRule], catalogue: Catalogue
) -> list[FileReport]:
    """Take suppressed findings out of a message's reports and add what is wrong with the comments.

    ``rules`` are those that have run, which includes the rules about comments; ``catalogue`` knows every name.
    """
    directives = find_directives(message)
    if not directives:
        return list(reports)
    silencer = _Silencer(directives)
    remaining = [replace(report, findings=silencer.remaining(report.findings)) for report in reports]
    facts = _judged(silencer, rules, catalogue)
    subject = FileSubject("suppression", message.profile, facts, message.start, message.sources)
    about = [found for report in run_rules(subject, rules) for found in report.findings]
    return [_with(report, silencer.remaining(about)) for report in remaining]


class _Silencer:
    """Takes findings out, and notes which name of which comment did so (``used``: the comment's number, the name)."""

    def __init__(self, directives: Sequence[Directive]) -> None:
        self.directives = directives
        self.used: set[tuple[int, str]] = set()

    def remaining(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings that no comment suppresses; internal errors are among them."""
        return tuple(found for found in findings if found.rule == INTERNAL_ERROR or not self._suppresses(found))

    def _suppresses(self, found: Finding) -> bool:
        family = found.rule.partition("/")[0]
        uses = {
            (number, name)
            for number, directive in enumerate(self.directives)
            if _covers(directive, found)
            for name, _ in directive.names
            if name in {found.rule, family}
        }
        self.used |= uses
        return bool(uses)


def _covers(directive: Directive, found: Finding) -> bool:
    """Whether a finding begins in what a comment is about: its line with both ends, or the whole message."""
    covers = directive.covers
    return covers is None or (directive.path == found.path and covers.start <= found.start <= covers.end)


def _judged(silencer: _Silencer, rules: Sequence[ActiveRule], catalogue: Catalogue) -> Suppressions:
    """What the checks of comments read: which names are unknown, and which have suppressed nothing.

    Nothing is said of a name some of whose rules did not run, or run later, when links have been followed online.
    """
    ran = {active.rule.name for active in rules if active.rule.subject != "online"}
    unknown: dict[tuple[int, str], str] = {}
    unused: set[tuple[int, str]] = set()
    for number, directive in enumerate(silencer.directives):
        for name, _ in directive.names:
            named = catalogue.matching(name)
            if not named:
                unknown[number, name] = catalogue.suggest(name)
            elif (number, name) not in silencer.used and all(rule.name in ran for rule in named):
                unused.add((number, name))
    return Suppressions(silencer.directives, unknown, frozenset(unused))


def _with(report: FileReport, more: Sequence[Finding]) -> FileReport:
    own = [found for found in more if found.path == report.path]
    findings = sorted((*report.findings, *own), key=source_order)
    return replace(report, findings=tuple(findings)) if own else report
