"""Leave out the findings that a comment suppresses, and judge the comments."""

from __future__ import annotations

from collections.abc import Sequence
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
    """Take suppressed findings out of a message's reports and add what is wrong with the comments."""
    directives = find_directives(message)
    if not directives:
        return list(reports)
    used: set[tuple[int, str]] = set()
    kept = [
        replace(
            report,
            findings=tuple(found for found in report.findings if not _suppressed(found, directives, used)),
        )
        for report in reports
    ]
    judged = _judge(directives, used, rules, catalogue)
    subject = FileSubject("suppression", message.profile, judged, message.start, message.sources)
    extra = [found for report in run_rules(subject, rules) for found in report.findings]
    extra = [found for found in extra if not _suppressed(found, directives, used)]
    return [_with(report, extra) for report in kept]


def _suppressed(found: Finding, directives: Sequence[Directive], used: set[tuple[int, str]]) -> bool:
    if found.rule == INTERNAL_ERROR:
        return False
    family = found.rule.partition("/")[0]
    result = False
    for number, directive in enumerate(directives):
        covers = directive.covers
        if covers is not None and not (directive.path == found.path and covers.start <= found.start <= covers.end):
            continue
        for name, _ in directive.names:
            if name in {found.rule, family}:
                used.add((number, name))
                result = True
    return result


def _judge(
    directives: Sequence[Directive], used: set[tuple[int, str]], rules: Sequence[ActiveRule], catalogue: Catalogue
) -> Suppressions:
    running = {active.rule.name for active in rules if active.rule.subject != "online"}
    unknown: dict[tuple[int, str], str] = {}
    unused: set[tuple[int, str]] = set()
    for number, directive in enumerate(directives):
        for name, _ in directive.names:
            named = catalogue.matching(name)
            if not named:
                unknown[number, name] = catalogue.suggest(name)
            elif (number, name) not in used and all(rule.name in running for rule in named):
                unused.add((number, name))
    return Suppressions(directives, unknown, frozenset(unused))


def _with(report: FileReport, extra: Sequence[Finding]) -> FileReport:
    own = [found for found in extra if found.path == report.path]
    findings = sorted((*report.findings, *own), key=source_order)
    return replace(report, findings=tuple(findings)) if own else report
