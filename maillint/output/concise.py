"""A line per finding, as compilers print them, with all its lines at its end, and the summary line."""

from __future__ import annotations

from maillint.finding import Finding, Report
from maillint.output import Context
from maillint.output._cells import clip, visible
from maillint.output._paint import Paint
from maillint.output._report import message, places, shown, shown_of_domain
from maillint.output.summary import line, passed_over_lines

_LONGEST_MESSAGE = 400


def render(report: Report, context: Context) -> str:
    """Return ``path:line:column: severity rule message`` for each finding, then the summary line."""
    paint = Paint(context.color)
    lines = []
    for file in report.files:
        path = paint(visible(file.path), "bold")
        lines += [
            f"{path}:{finding.line}:{finding.column}: {paint(finding.severity.label, finding.severity)} "
            f"{visible(finding.rule)} {_words(finding)}"
            for finding in shown(file, context)
        ]
    for domain in report.domains:
        name = paint(visible(domain.domain), "bold")
        lines += [
            f"{name}: {paint(finding.severity.label, finding.severity)} "
            f"{visible(finding.rule)} {clip(finding.message, _LONGEST_MESSAGE)}"
            for finding in shown_of_domain(domain, context)
        ]
    if context.verbose >= 0:
        lines += [*passed_over_lines(report, context), line(report, context, paint)]
    return "".join(f"{text}\n" for text in lines)


def _words(finding: Finding) -> str:
    also = places(finding)
    return clip(message(finding), _LONGEST_MESSAGE) + (f" ({also})" if also else "")
