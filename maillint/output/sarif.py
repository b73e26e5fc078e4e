"""SARIF 2.1.0 (OASIS), for code scanning services and editors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from maillint.finding import DomainFinding, DomainReport, Edit, FileReport, Finding, Fix, Report, Severity
from maillint.output import Context, RuleDoc
from maillint.output._cells import well_formed
from maillint.output._json import dumps
from maillint.output._report import SEVERITIES, fingerprinted, fingerprinted_of_domain, message, place_of
from maillint.output.markdown import escape
from maillint.text.source import Source

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_FINGERPRINT = "maillint/v1"

MOST_RESULTS = 25_000
"""Findings in a log at the most: GitHub's code scanning refuses one with more as a whole."""

_MOST_LOCATIONS = 999  # beside the first: code scanning refuses a result with more than a thousand


def render(report: Report, context: Context) -> str:
    """Return a log of one run.

    Files that could not be linted, and unknowns, are notifications of its invocation. So is how many findings are left
    out: code scanning takes no log with more than MOST_RESULTS.
    """
    files = [(file, fingerprinted(file, context)) for file in report.files]
    domains = [(domain, fingerprinted_of_domain(domain, context)) for domain in report.domains]
    severities = [
        *(finding.severity for _, pairs in files for finding, _ in pairs),
        *(finding.severity for _, pairs in domains for finding, _ in pairs),
    ]
    left_out = len(severities) - MOST_RESULTS
    if left_out > 0:
        limit = _Limit(severities)
        files = [(file, [pair for pair in pairs if limit.takes(pair[0].severity)]) for file, pairs in files]
        domains = [(domain, [pair for pair in pairs if limit.takes(pair[0].severity)]) for domain, pairs in domains]
    names = {
        *(finding.rule for _, pairs in files for finding, _ in pairs),
        *(finding.rule for _, pairs in domains for finding, _ in pairs),
        *(unknown.rule for file in report.files for unknown in file.unknown),
        *(unknown.rule for domain in report.domains for unknown in domain.unknown),
    }
    index = {name: position for position, name in enumerate(sorted(names))}
    paths = [file.path for file in report.files]
    places = dict.fromkeys(place_of(domain).path for domain, pairs in domains if pairs)
    artifacts = [*paths, *(path for path in places if path not in paths)]
    results = [
        *(result for number, (file, pairs) in enumerate(files) for result in _results(number, file, pairs, index)),
        *(_domain_result(domain, *pair, index, artifacts) for domain, pairs in domains for pair in pairs),
    ]
    run: dict[str, object] = {
        "tool": {"driver": _driver(index, context)},
        "invocations": [_invocation(report, index, left_out)],
        "artifacts": [_artifact(path, linted=number < len(paths)) for number, path in enumerate(artifacts)],
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\r", "\n"],
        "results": results,
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return dumps(log)


class _Limit:
    """Takes MOST_RESULTS findings, the weightiest, and of the lightest that it takes those that come first."""

    def __init__(self, severities: Iterable[Severity]) -> None:
        counts = Counter(severities)
        self._left = dict.fromkeys(SEVERITIES, 0)
        room = MOST_RESULTS
        for severity in SEVERITIES:
            self._left[severity] = min(counts[severity], room)
            room -= self._left[severity]

    def takes(self, severity: Severity) -> bool:
        self._left[severity] -= 1
        return self._left[severity] >= 0


def _artifact(path: str, *, linted: bool) -> dict[str, object]:
    return {"location": _location(path), **({"roles": ["analysisTarget"]} if linted else {})}


def _driver(index: Mapping[str, int], context: Context) -> dict[str, object]:
    driver: dict[str, object] = {"name": "maillint"}
    if context.version:
        driver["version"] = context.version
    return driver | {"rules": [_rule(name, context.rules.get(name)) for name in index]}


def _rule(name: str, doc: RuleDoc | None) -> dict[str, object]:
    rule: dict[str, object] = {"id": name}
    if doc is None:
        return rule
    summary, why, fix = (" ".join(words.split()) for words in (doc.summary, doc.why, doc.fix))
    texts = [words for words in (why, fix) if words] or [summary]
    links = [f"<{url}>" for url in doc.references]
    rule["shortDescription"] = _text(summary)
    rule["fullDescription"] = _text(texts[0])
    rule["help"] = {
        **_text("\n\n".join([*texts, *doc.references])),
        "markdown": _escape("\n\n".join([*map(escape, texts), *links])),
    }
    if doc.references:
        rule["helpUri"] = doc.references[0]
    properties: dict[str, object] = {"tags": [name.partition("/")[0]]}
    properties |= {key: words for key, words in (("basis", doc.basis), ("score", doc.score)) if words}
    return rule | {"properties": properties}


def _results(
    number: int, file: FileReport, pairs: Iterable[tuple[Finding, str]], index: Mapping[str, int]
) -> list[dict[str, object]]:
    source = Source(file.path, file.text)
    location = _location(file.path) | {"index": number}
    results = []
    for finding, fingerprint in pairs:
        region = {
            "startLine": finding.line,
            "startColumn": finding.column,
            "endLine": finding.end_line,
            "endColumn": finding.end_column,
            "charOffset": finding.start,
            "charLength": finding.end - finding.start,
        }
        result = _result(finding, message(finding), fingerprint, index)
        result["locations"] = [_place(location, region)]
        others = [(place.start, place.end, "here, too") for place in finding.places]
        others += [(related.start, related.end, related.message) for related in finding.related]
        if others:
            result["relatedLocations"] = [
                _place(location, _region(source, start, end)) | {"id": ordinal, "message": _text(words)}
                for ordinal, (start, end, words) in enumerate(others[:_MOST_LOCATIONS])
            ]
        if fix := finding.whole_fix:
            result["fixes"] = [_fix(fix, location, source)]
        bag = {"part": finding.part, "view": finding.view, "evidence": finding.evidence}
        if properties := {key: value for key, value in bag.items() if value}:
            result["properties"] = properties
        results.append(result)
    return results


def _domain_location(domain: DomainReport, artifacts: Sequence[str]) -> dict[str, object]:
    """The domain, and where a file names it: code scanning takes no result that stands in no file."""
    place = place_of(domain)
    region = {"startLine": place.line, "startColumn": place.column, "endColumn": place.end_column}
    return {
        **_place(
            _location(place.path) | {"index": artifacts.index(place.path)},
            {key: value for key, value in region.items() if value is not None},
        ),
        "logicalLocations": [{"fullyQualifiedName": domain.domain, "kind": "resource"}],
    }


def _domain_result(
    domain: DomainReport, finding: DomainFinding, fingerprint: str, index: Mapping[str, int], artifacts: Sequence[str]
) -> dict[str, object]:
    result = _result(finding, f"{domain.domain}: {finding.message}", fingerprint, index)
    result["locations"] = [_domain_location(domain, artifacts)]
    bag = {"record": finding.record, "evidence": finding.evidence}
    if properties := {key: value for key, value in bag.items() if value}:
        result["properties"] = properties
    return result


def _result(
    finding: Finding | DomainFinding, words: str, fingerprint: str, index: Mapping[str, int]
) -> dict[str, object]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": _text(words),
        "partialFingerprints": {_FINGERPRINT: fingerprint},
    }


def _fix(fix: Fix, location: Mapping[str, object], source: Source) -> dict[str, object]:
    words = "keeps the meaning of the message" if fix.safe else "may change the meaning of the message"
    change = {
        "artifactLocation": location,
        "replacements": [_replacement(edit, source) for edit in fix.edits],
    }
    return {
        "description": {"text": f"{fix.safety}: {words}"},
        "artifactChanges": [change],
        "properties": {"safety": fix.safety},
    }


def _replacement(edit: Edit, source: Source) -> dict[str, object]:
    return {
        "deletedRegion": _region(source, edit.start, edit.end),
        "insertedContent": {"text": edit.text},
    }


def _invocation(report: Report, index: Mapping[str, int], left_out: int) -> dict[str, object]:
    groups = [
        *(([{"physicalLocation": {"artifactLocation": _location(f.path)}}], f.unknown) for f in report.files),
        *(
            ([{"logicalLocations": [{"fullyQualifiedName": d.domain, "kind": "resource"}]}], d.unknown)
            for d in report.domains
        ),
    ]
    notes = [
        {
            "level": "note",
            "message": _text(unknown.words),
            "associatedRule": {"id": unknown.rule, "index": index[unknown.rule]},
            "locations": location,
        }
        for location, unknowns in groups
        for unknown in unknowns
    ]
    failures = [
        {
            "level": "error",
            "message": _text(failure.message),
            "locations": [{"physicalLocation": {"artifactLocation": _location(failure.path)}}],
        }
        for failure in report.failures
    ]
    if left_out > 0:
        words = f"{left_out} findings are left out, the lightest: a log holds {MOST_RESULTS} at the most"
        notes.insert(0, {"level": "warning", "message": _text(words)})
    return {"executionSuccessful": not failures, "toolExecutionNotifications": [*failures, *notes]}


def _place(location: Mapping[str, object], region: Mapping[str, int]) -> dict[str, object]:
    return {"physicalLocation": {"artifactLocation": location, "region": region}}


def _region(source: Source, start: int, end: int) -> dict[str, int]:
    (line, column), (end_line, end_column) = source.position(start), source.position(end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "charOffset": start,
        "charLength": end - start,
    }


def _location(path: str) -> dict[str, object]:
    """The place of a file as a URI; a relative one is relative to the root of the sources."""
    uri = quote(well_formed(path), safe="/~")
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    if path[1:3] == ":/":  # a drive of Windows
        return {"uri": f"file:///{path[0]}:{quote(well_formed(path[2:]), safe='/~')}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _text(words: str) -> dict[str, str]:
    """A plain-text message, in which nothing reads as an embedded link (SARIF 2.1.0, section 3.11.6)."""
    return {"text": _escape(words.replace("](", "] ("))}


def _escape(words: str) -> str:
    """Double the braces, as single ones are placeholders (section 3.11.5)."""
    return words.replace("{", "{{").replace("}", "}}")
