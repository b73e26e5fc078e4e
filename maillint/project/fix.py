"""Mend what can be mended: apply fixes to the sources of one message until nothing is left to apply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from maillint.files.access import UnreadableError
from maillint.files.paths import shown_path
from maillint.finding import Failure, FileReport, Finding, Fix, Report, Severity
from maillint.project.discovery import Group
from maillint.project.loader import load, settings_of, wanted_paths
from maillint.project.runner import lint_sources
from maillint.text.source import Source

MAX_ROUNDS = 10
"""Rounds of fixing one message at the most; a fix may make room for the next."""

Lint = Callable[[Sequence[Source]], Sequence[FileReport]]


@dataclass(frozen=True)
class FixResult:
    """The sources after fixing, their reports, and how many fixes went into each file."""

    sources: tuple[Source, ...]
    reports: tuple[FileReport, ...]
    applied: dict[str, int]


def fix_message(sources: Sequence[Source], lint: Lint, *, unsafe: bool) -> FixResult:
    """Apply every fix that may be applied, lint again, and repeat to a fixed point.

    Fixes that overlap wait for the next round. A fix after which there are more errors than before is taken
    back and not tried again. A file whose bytes its text does not give back exactly is left alone.
    """
    current = list(sources)
    reports = tuple(lint(current))
    applied: dict[str, int] = {}
    refused: set[tuple[str, str, Fix]] = set()
    seen = {tuple(source.text for source in current)}
    for _ in range(MAX_ROUNDS):
        changed = False
        for index, source in enumerate(current):
            chosen = _choose(source, reports, unsafe, refused)
            if not chosen:
                continue
            for group in ([chosen] if len(chosen) > 1 else []) + [[found] for found in chosen]:
                attempt = _attempt(current, index, group)
                if attempt is None or tuple(known.text for known in attempt) in seen:
                    continue
                after = tuple(lint(attempt))
                if _errors(after) > _errors(reports):
                    if len(group) == 1 and group[0].fix:
                        refused.add((source.path, group[0].rule, group[0].fix))
                    continue
                current, reports = attempt, after
                seen.add(tuple(known.text for known in attempt))
                applied[source.path] = applied.get(source.path, 0) + len(group)
                changed = True
                break  # offsets have moved: choose again
        if not changed:
            break
    return FixResult(tuple(current), reports, applied)


def _choose(
    source: Source, reports: Iterable[FileReport], unsafe: bool, refused: set[tuple[str, str, Fix]]
) -> list[Finding]:
    """The findings of a file whose fixes can be applied together: in order, none touching another."""
    if not restores(source):
        return []
    chosen: list[Finding] = []
    taken: list[tuple[int, int]] = []
    for report in reports:
        if report.path != source.path:
            continue
        for found in report.findings:
            fix = found.fix
            if fix is None or not (fix.safe or unsafe) or (source.path, found.rule, fix) in refused:
                continue
            spans = [(edit.start, edit.end) for edit in fix.edits]
            if any(
                start <= other_end and other_start <= end for start, end in spans for other_start, other_end in taken
            ):
                continue
            taken.extend(spans)
            chosen.append(found)
    return chosen


def _attempt(sources: Sequence[Source], index: int, findings: Sequence[Finding]) -> list[Source] | None:
    source = sources[index]
    edits = sorted(
        (edit for found in findings if found.fix for edit in found.fix.edits), key=lambda edit: (edit.start, edit.end)
    )
    pieces, position = [], 0
    for edit in edits:
        pieces += [source.text[position : edit.start], edit.text]
        position = edit.end
    text = "".join([*pieces, source.text[position:]])
    mended = replace(source, text=text, data=b"")
    try:
        mended = replace(mended, data=encode(mended))
    except UnicodeEncodeError:
        return None
    result = list(sources)
    result[index] = mended
    return result


def _errors(reports: Iterable[FileReport]) -> int:
    return sum(found.severity is Severity.ERROR for report in reports for found in report.findings)


def encode(source: Source) -> bytes:
    """Return the bytes of a source's text, byte order mark included; raises UnicodeEncodeError."""
    marks = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    mark = marks.get(source.encoding, b"") if source.bom else b""
    return mark + source.text.encode(source.encoding)


def restores(source: Source) -> bool:
    """Whether a source's text gives back its bytes exactly, so that nothing outside an edit can change."""
    try:
        return encode(source) == source.data
    except UnicodeEncodeError:
        return False


@dataclass(frozen=True)
class FixedFile:
    """What fixing did to one file: its text before and after, and how many fixes went in."""

    path: str
    before: Source
    after: Source
    fixes: int


def fix_groups(groups: Iterable[Group], *, unsafe: bool) -> tuple[Report, list[FixedFile]]:
    """Fix every message in memory; return what is left to report and the files that would change."""
    from maillint.project.fix import fix_message  # noqa: PLC0415 -- only a run that fixes needs it

    files: list[FileReport] = []
    failures: list[Failure] = []
    mended: list[FixedFile] = []
    for group in groups:
        wanted = wanted_paths(group)
        try:
            sources, kind = load(group)
            fixed = fix_message(
                sources,
                lambda current: lint_sources(current, kind, group.config, wanted, settings_of(group)),  # noqa: B023 -- called at once
                unsafe=unsafe,
            )
        except UnreadableError as error:
            failures.append(Failure(error.path or shown_path(group.paths[0]), str(error)))
            continue
        files.extend(fixed.reports)
        mended.extend(
            FixedFile(path, before, after, fixed.applied[before.path])
            for path, before, after in zip(group.paths, sources, fixed.sources, strict=True)
            if before.text != after.text
        )
    return Report(tuple(files), failures=tuple(failures)), mended
