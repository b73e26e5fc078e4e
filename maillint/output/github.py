"""Workflow commands of GitHub Actions: an annotation per finding, and the summary line in the log.

The escapes are documented in "Workflow commands for GitHub Actions" and the toolkit's ``command.ts``.
"""

from __future__ import annotations

from maillint.finding import DomainFinding, DomainReport, Finding, Report, Severity
from maillint.output import Context
from maillint.output._cells import visible
from maillint.output._paint import Paint
from maillint.output._report import last_line, message, places, shown, shown_of_domain
from maillint.output.summary import line, passed_over_lines
from maillint.values import replace

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, context: Context) -> str:
    """Return a command per finding; one about a domain annotates the place where a file names it, if one does."""
    lines = [
        f"::{_COMMANDS[finding.severity]} {_properties(file.path, finding)}::{_data(_words(finding))}"
        for file in report.files
        for finding in shown(file, context)
    ]
    lines += [
        f"::{_COMMANDS[finding.severity]} {_domain_properties(domain, finding)}"
        f"::{_data(visible(f'{domain.domain}: {finding.message}'))}"
        for domain in report.domains
        for finding in shown_of_domain(domain, context)
    ]
    if context.verbose >= 0:
        lines += [*passed_over_lines(report, replace(context, verbose=0)), line(report, context, Paint())]
    return "".join(f"{text}\n" for text in lines)


_ROOM = 500
"""Characters for the lines of further places; an annotation is cut after four thousand."""


def _words(finding: Finding) -> str:
    """The message, with the further places in words: GitHub shows few annotations of a step, so each is a cause."""
    also = places(finding, _ROOM)
    return f"{message(finding)} ({also})" if also else message(finding)


def _properties(path: str, finding: Finding) -> str:
    values: dict[str, object] = {"file": path, "line": finding.line}
    if finding.line == finding.end_line:  # the runner drops columns of an annotation over several lines
        values |= {"col": finding.column, "endLine": finding.end_line, "endColumn": finding.end_column}
    else:
        values |= {"endLine": last_line(finding)}
    values["title"] = finding.rule
    return ",".join(f"{key}={_property(str(value))}" for key, value in values.items())


def _domain_properties(domain: DomainReport, finding: DomainFinding) -> str:
    place = domain.place
    values: dict[str, object] = {}
    if place is not None:
        values = {"file": place.path, "line": place.line, "col": place.column}
        if place.end_column is not None:
            values |= {"endLine": place.line, "endColumn": place.end_column}
    values["title"] = finding.rule
    return ",".join(f"{key}={_property(str(value))}" for key, value in values.items() if value is not None)


def _data(text: str) -> str:
    for name in ("[", "vso[", "teamcity["):  # commands of older runners, and of other servers
        text = text.replace(f"##{name}", f"#<U+0023>{name}")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return visible(_data(text).replace(":", "%3A").replace(",", "%2C"))
