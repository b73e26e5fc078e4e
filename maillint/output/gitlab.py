"""GitLab's code quality report: the subset of Code Climate's issues that GitLab reads."""

from __future__ import annotations

from maillint.finding import Report, Severity
from maillint.output import Context
from maillint.output._cells import visible
from maillint.output._json import dumps
from maillint.output._report import fingerprinted_of_domain, fingerprinted_places, last_line, message, place_of

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report, context: Context) -> str:
    """Return a JSON array of issues, one for each place; one about a domain stands where a file names it."""
    issues = [
        _issue(finding.rule, message(finding), print_, finding.severity, file.path, finding.line, last_line(finding))
        for file in report.files
        for finding, print_ in fingerprinted_places(file, context)
    ]
    issues += [
        _issue(
            finding.rule,
            visible(f"{domain.domain}: {finding.message}"),
            print_,
            finding.severity,
            place.path,
            place.line,
            place.line,
        )
        for domain in report.domains
        for place in [place_of(domain)]
        for finding, print_ in fingerprinted_of_domain(domain, context)
    ]
    return dumps(issues)


def _issue(
    rule: str, words: str, fingerprint: str, severity: Severity, path: str, line: int, end_line: int
) -> dict[str, object]:
    return {
        "description": words,
        "check_name": rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[severity],
        "location": {"path": path.removeprefix("./"), "lines": {"begin": line, "end": end_line}},
    }
