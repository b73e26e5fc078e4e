"""Leave out the findings that a comment suppresses, and judge the comments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from maillint.analysis.directives import Directive, find_directives
from maillint.catalogue.load import Catalogue
from maillint.catalogue.rule import ActiveRule
from maillint.checks.suppression import Suppressions
from maillint.engine.run import run_rules
from maillint.engine.subject import FileSubject
from maillint.finding import INTERNAL_ERROR, FileReport, Finding, source_order
from maillint.message.model import Message
from maillint.values import replace


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
    comments = Suppressions(directives, _unknown_names(directives, catalogue))
    silencer.remaining(_about_comments(message, comments, rules))  # notes which comments are about comments
    comments = replace(comments, unused=_unused_names(silencer, rules, catalogue))
    more = silencer.remaining(_about_comments(message, comments, rules))
    return [_with(report, more) for report in remaining]


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


def _unknown_names(directives: Sequence[Directive], catalogue: Catalogue) -> dict[tuple[int, str], str]:
    """By comment and name, what to suggest instead of a name that is no rule and no family."""
    return {
        (number, name): catalogue.suggest(name)
        for number, directive in enumerate(directives)
        for name, _ in directive.names
        if not catalogue.matching(name)
    }


def _unused_names(silencer: _Silencer, rules: Sequence[ActiveRule], catalogue: Catalogue) -> frozenset[tuple[int, str]]:
    """The names, by comment, that have suppressed nothing although all their rules ran.

    Rules about links online do not count as run: they may find something later.
    """
    ran = {active.rule.name for active in rules if active.rule.subject != "online"}
    names = {(number, name) for number, directive in enumerate(silencer.directives) for name, _ in directive.names}
    return frozenset(
        (number, name)
        for number, name in names - silencer.used
        if (named := catalogue.matching(name)) and all(rule.name in ran for rule in named)
    )


def _about_comments(message: Message, comments: Suppressions, rules: Sequence[ActiveRule]) -> list[Finding]:
    subject = FileSubject("suppression", message.profile, comments, message.start, message.sources)
    return [found for report in run_rules(subject, rules) for found in report.findings]


def _with(report: FileReport, more: Sequence[Finding]) -> FileReport:
    own = [found for found in more if found.path == report.path]
    findings = sorted((*report.findings, *own), key=source_order)
    return replace(report, findings=tuple(findings)) if own else report
