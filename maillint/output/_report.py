"""What several formats need from a report: the findings to show, counts in words, fingerprints."""

from __future__ import annotations

from maillint.finding import (
    DomainFinding,
    DomainReport,
    FilePlace,
    FileReport,
    Finding,
    Report,
    Severity,
    Unknown,
    source_order,
    weight_order,
)
from maillint.output import Context
from maillint.output._cells import visible
from maillint.values import NamedTuple, replace

SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_SNIPPET = 400
"""The most characters of a finding's text that its fingerprint is made of."""


def shown(file: FileReport, context: Context) -> list[Finding]:
    """Return the findings of a file that the context does not hide, in their order in the file."""
    return [finding for finding in _ordered(file) if finding.severity >= context.min_severity]


def shown_of_domain(domain: DomainReport, context: Context) -> list[DomainFinding]:
    """Return the findings of a domain that the context does not hide, the worst first."""
    return [finding for finding in _ordered_of_domain(domain) if finding.severity >= context.min_severity]


def _ordered(file: FileReport) -> list[Finding]:
    return sorted(file.findings, key=source_order)


def _ordered_of_domain(domain: DomainReport) -> list[DomainFinding]:
    return sorted(domain.findings, key=weight_order)


def hidden(report: Report, context: Context) -> int:
    """Return how many findings the context hides."""
    return sum(report.count(severity) for severity in SEVERITIES if severity < context.min_severity)


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 file``, ``2 files``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def message(finding: Finding, *, part: bool = False) -> str:
    """Return a finding's message, made ``visible``, with its view if it has one, and with its MIME part if ``part``."""
    where = [f"part {finding.part}"] if part and finding.part else []
    where += [finding.view] if finding.view else []
    return visible(f"{finding.message} ({', '.join(where)})" if where else finding.message)


def last_line(finding: Finding) -> int:
    """Return the last line of a finding; where that ends with a line end, ``end_line`` is the line after it."""
    return finding.end_line - (finding.end_column == 1 and finding.end_line > finding.line)


def further_lines(finding: Finding) -> list[int]:
    """Return the lines of a finding's further places, each once, without its own line."""
    return [line for line in dict.fromkeys(place.line for place in finding.places) if line != finding.line]


def places(finding: Finding, room: int | None = None) -> str:
    """Return where else a finding stands, ``also in lines 18, 31 and 12 more``; "" for a finding of one place.

    As many lines are named as fit into ``room`` cells (at least one), all of them without a ``room``.
    """
    lines = further_lines(finding)
    own = any(place.line == finding.line for place in finding.places)
    if not lines:
        return "also further on in this line" if own else ""
    head = f"also in {'this line, and in ' if own else ''}line{'s' * (len(lines) > 1)} "
    named = [str(line) for line in lines]
    whole = head + _listed(named)
    if room is None or len(whole) <= room or len(named) == 1:
        return whole
    text, count = head + named[0], 1
    while len(f"{text}, {named[count]} and {len(named) - count - 1} more") <= room:
        text += f", {named[count]}"
        count += 1
    return f"{text} and {len(named) - count} more"


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def fixable(report: Report) -> tuple[int, int]:
    """Return how many findings have a safe fix, and how many an unsafe one."""
    safe = unsafe = 0
    for finding in report.findings:
        fix = finding.whole_fix
        if fix is not None and fix.safe:
            safe += 1
        elif fix is not None:
            unsafe += 1
    return safe, unsafe


class Reason(NamedTuple):
    """Why rules were skipped, what to do about it, and which rules in which files and domains."""

    text: str
    remedy: str
    rules: tuple[str, ...]
    files: tuple[str, ...]
    domains: tuple[str, ...]

    @property
    def words(self) -> str:
        """The reason, and what to do about it."""
        return f"{self.text}; {self.remedy}" if self.remedy else self.text

    @property
    def is_offer(self) -> bool:
        """Whether there is something to do about it: for what the DNS does not answer, to try again."""
        return bool(self.remedy or self.domains)


def reasons(report: Report) -> list[Reason]:
    """Return the unknowns of a report by reason, in its order; all texts are made ``visible``."""
    by_reason: dict[tuple[str, str], tuple[dict[str, None], dict[str, None], dict[str, None]]] = {}
    groups: list[tuple[int, str, tuple[Unknown, ...]]] = [
        *((1, file.path, file.unknown) for file in report.files),
        *((2, domain.domain, domain.unknown) for domain in report.domains),
    ]
    entries: dict[int, list[tuple[dict[str, None], dict[str, None], dict[str, None]]]] = {}
    for kind, place, unknowns in groups:
        own = entries.get(id(unknowns))
        if own is None:  # files whose results are stored share what is unknown to them
            own = entries[id(unknowns)] = []
            for unknown in unknowns:
                entry = by_reason.setdefault((visible(unknown.reason), visible(unknown.remedy)), ({}, {}, {}))
                entry[0][visible(unknown.rule)] = None
                if not any(entry is other for other in own):
                    own.append(entry)
        shown_place = visible(place)
        for entry in own:
            entry[kind][shown_place] = None
    return [
        Reason(*words, tuple(sorted(rules)), tuple(files), tuple(domains))
        for words, (rules, files, domains) in by_reason.items()
    ]


def count_groups(files: int, domains: int) -> str:
    """Return ``2 files and 1 domain``, or only one of these if the other count is 0."""
    counts = ((files, "file"), (domains, "domain"))
    return " and ".join(plural(count, noun) for count, noun in counts if count)


def place_of(domain: DomainReport) -> FilePlace:
    """Return where a file names a domain; where none does, the file in which one would state it."""
    return domain.place or FilePlace("maillint.yaml", 1)


def fingerprinted(file: FileReport, context: Context) -> list[tuple[Finding, str]]:
    """Return the findings that the context does not hide, each with a stable fingerprint.

    It is made of path, rule, the text of the finding with its white space collapsed, and an ordinal among the
    findings with the same of these. So it does not change with other lines, nor with what is hidden.
    """
    seen: dict[tuple[str, ...], int] = {}
    pairs = [
        (finding, _fingerprint(seen, file.path, finding.rule, _snippet(file.text, finding)))
        for finding in _ordered(file)
    ]
    return [pair for pair in pairs if pair[0].severity >= context.min_severity]


def fingerprinted_places(file: FileReport, context: Context) -> list[tuple[Finding, str]]:
    """Return the same for each place of the findings, for formats whose findings have one place each."""
    return fingerprinted(
        replace(file, findings=tuple(one for each in file.findings for one in each.at_each_place())), context
    )


def fingerprinted_of_domain(domain: DomainReport, context: Context) -> list[tuple[DomainFinding, str]]:
    """Return the same for a domain; its fingerprints are made of its name, the rule and the record."""
    seen: dict[tuple[str, ...], int] = {}
    pairs = [
        (finding, _fingerprint(seen, domain.domain, finding.rule, finding.record or ""))
        for finding in _ordered_of_domain(domain)
    ]
    return [pair for pair in pairs if pair[0].severity >= context.min_severity]


def _fingerprint(seen: dict[tuple[str, ...], int], place: str, rule: str, text: str) -> str:
    from hashlib import sha256  # noqa: PLC0415

    key = (place, rule, " ".join(text[:_SNIPPET].split()))
    seen[key] = ordinal = seen.get(key, 0) + 1
    return sha256("\0".join((*key, str(ordinal))).encode("utf-8", "surrogatepass")).hexdigest()


def _snippet(text: str, finding: Finding) -> str:
    """The text of the span; where it is empty, the rest of the line."""
    stretch = text[finding.start : finding.start + _SNIPPET]
    if finding.end > finding.start:
        return stretch[: finding.end - finding.start]
    return next(iter(stretch.splitlines()), "")
