"""JUnit's XML, as CI servers read it: a suite per file or domain, a test case per finding.

A finding that fails the run is a failure; another one is a case that passes, with the finding in its output. An
unknown is a skipped case, and a file that could not be linted an error.
"""

from __future__ import annotations

from maillint.finding import DomainFinding, DomainReport, FileReport, Finding, Report, Unknown
from maillint.output import Context
from maillint.output._cells import visible
from maillint.output._frame import Frames, of_record
from maillint.output._paint import Paint
from maillint.output._report import message, places, shown, shown_of_domain
from maillint.text.source import Source

_WIDTH = 100

Suite = tuple[str, list[tuple[str, str, str]]]
"""A name, and cases: a name, the XML element of the result (``""`` for a case that passes), and the XML in it."""


def render(report: Report, context: Context) -> str:
    """Return a ``testsuites`` document."""
    suites = [
        *(_file(file, context) for file in report.files),
        *(_domain(domain, context) for domain in report.domains),
        *(
            (failure.path, [("maillint", "error", _element("error", "failure", failure.message, ""))])
            for failure in report.failures
        ),
    ]
    cases = [kind for _, group in suites for _, kind, _ in group]
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<testsuites name="maillint" tests="{len(cases)}" failures="{cases.count("failure")}" '
        f'errors="{cases.count("error")}">',
        *(text for suite in suites for text in _suite(*suite)),
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _suite(name: str, cases: list[tuple[str, str, str]]) -> list[str]:
    kinds = [kind for _, kind, _ in cases]
    place = _attribute(name)
    return [
        f'  <testsuite name={place} tests="{len(cases)}" failures="{kinds.count("failure")}" '
        f'errors="{kinds.count("error")}" skipped="{kinds.count("skipped")}">',
        *(f"    <testcase name={_attribute(case)} classname={place}>{body}</testcase>" for case, _, body in cases),
        "  </testsuite>",
    ]


def _file(file: FileReport, context: Context) -> Suite:
    source = Source(file.path, file.text)
    cases = []
    for finding in shown(file, context):
        gutter = len(str(finding.end_line))
        frame = Frames(source, _WIDTH, Paint(), gutter).draw(finding.start, finding.end, finding.severity)
        place = f"{finding.line}:{finding.column}"
        name = f"{finding.rule} at {place} {finding.view}".rstrip()
        frame += [also] if (also := places(finding)) else []
        cases.append(_case(name, f"{file.path}:{place}", finding, message(finding), frame, context))
    return file.path, _whole(cases, file.unknown)


def _domain(domain: DomainReport, context: Context) -> Suite:
    cases = []
    for finding in shown_of_domain(domain, context):
        frame = of_record(finding, _WIDTH, Paint())
        cases.append(_case(finding.rule, domain.domain, finding, finding.message, frame, context))
    return domain.domain, _whole(cases, domain.unknown)


def _whole(cases: list[tuple[str, str, str]], unknown: tuple[Unknown, ...]) -> list[tuple[str, str, str]]:
    """The cases of a suite: one that passes where nothing was found, as an empty suite would say nothing."""
    skipped = [(one.rule, "skipped", f"<skipped message={_attribute(one.words)}/>") for one in unknown]
    return [*(cases or [("maillint", "", "")]), *skipped]


def _case(
    name: str, place: str, finding: Finding | DomainFinding, words: str, frame: list[str], context: Context
) -> tuple[str, str, str]:
    doc = context.rules.get(finding.rule)
    advice = [("why", doc.why), ("fix", doc.fix)] if doc else []
    body = [f"{place}: {finding.severity.label}: {words}", *frame]
    body += [f"{label}: {' '.join(text.split())}" for label, text in advice if text.strip()]
    # Line by line, as the line ends between them are the only control characters that belong there.
    text = "\n".join(visible(part) for part in body)
    if context.fail_on is not None and finding.severity >= context.fail_on:
        return name, "failure", _element("failure", finding.rule, words, text)
    return name, "", f"<system-out>{_escape(text)}</system-out>"


def _element(tag: str, kind: str, words: str, text: str) -> str:
    return f"<{tag} type={_attribute(kind)} message={_attribute(words)}>{_escape(text)}</{tag}>"


def _attribute(text: str) -> str:
    return '"' + _escape(visible(text)).replace('"', "&quot;") + '"'


def _escape(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for name in ("[", "vso", "teamcity"):  # commands in the log of a CI server
        escaped = escaped.replace(f"##{name}", f"#&#35;{name}")
    return escaped
