"""Fix what can be fixed: apply fixes to the sources of a message until nothing is left to apply."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from maillint.finding import Failure, FileReport, Finding, Fix, Report, Severity
from maillint.message.mime.transfer import LONGEST_LINE
from maillint.project.discovery import Group
from maillint.project.loader import LoadedMessage, failure, load_all
from maillint.project.runner import Observe, Run, lint_loaded
from maillint.text.source import Source
from maillint.values import frozen, replace

if TYPE_CHECKING:
    from maillint.plan.campaign import Campaign

MAX_ROUNDS = 10
"""Rounds of fixing one message at the most; a fix may make room for the next."""

MAX_ATTEMPTS = 100
"""How often one message is linted while it is fixed, unless it is long."""

_FEWEST_ATTEMPTS = 8
_MOST_LINTED = 5_000_000  # characters in all attempts, where that leaves no fewer than those

_MOST_EDITS = 4  # of one fix, which may touch one another

Lint = Callable[[Sequence[Source]], Sequence[FileReport]]


@frozen
class FixedFile:
    """What fixing did to one file: its text before and after, and how many fixes went in."""

    path: str
    before: Source
    after: Source
    fixes: int


@frozen
class FixResult:
    """The sources after fixing, their reports, and how many fixes went into each file."""

    sources: tuple[Source, ...]
    reports: tuple[FileReport, ...]
    applied: dict[str, int]


# -- the messages of a run ----------------------------------------------------------------------------


def fix_groups(groups: Sequence[Group], *, unsafe: bool, observe: Observe | None = None) -> tuple[Run, list[FixedFile]]:
    """Fix every message in memory; return what is left to report and the files that would change.

    ``observe`` sees each message as it is after fixing.
    """
    files: list[FileReport] = []
    failures: list[Failure] = []
    observed: list[tuple[Group, Any]] = []
    changed: list[FixedFile] = []
    messages = [group for group in groups if group.plan is None]
    for group in groups:
        if group.plan is not None:
            from maillint.project.plan_run import load_campaign  # noqa: PLC0415 -- few runs have a plan

            fixed = fix_plan(group, load_campaign(group)[0], unsafe=unsafe)
            files.extend(fixed.reports)
            changed.extend(_changed(group, (group.plan.source,), fixed))
    for loaded in load_all(messages):
        if isinstance(loaded, Failure):
            failures.append(loaded)
            continue
        try:
            fixed, after = fix_loaded(loaded, unsafe=unsafe)
            of_message = changed_files(loaded, fixed)
            seen = observe(after) if observe is not None else None
        except Exception as error:  # a fault of maillint's own in one file must not cost the others
            failures.append(failure(loaded.group, error))
            continue
        files.extend(fixed.reports)
        changed.extend(of_message)
        if observe is not None:
            observed.append((loaded.group, seen))
    return Run(Report(tuple(files), failures=tuple(failures)), tuple(observed)), changed


def fix_loaded(loaded: LoadedMessage, *, unsafe: bool) -> tuple[FixResult, LoadedMessage]:
    """Fix one message in memory; also return it as it is then. Each text is parsed once."""
    states = {"accepted": loaded, "latest": loaded}

    def lint(sources: Sequence[Source]) -> list[FileReport]:
        if _texts(sources) != _texts(loaded.sources):
            states["latest"] = loaded.with_sources(sources)
        return lint_loaded(states["latest"])

    def accept() -> None:
        states["accepted"] = states["latest"]

    fixed = fix_message(loaded.sources, lint, unsafe=unsafe, accept=accept)
    return fixed, states["accepted"]


def changed_files(loaded: LoadedMessage, fixed: FixResult) -> list[FixedFile]:
    """The files of a message that fixing would change."""
    return _changed(loaded.group, loaded.sources, fixed)


def _changed(group: Group, sources: Sequence[Source], fixed: FixResult) -> list[FixedFile]:
    return [
        FixedFile(path, before, after, fixed.applied[before.path])
        for path, before, after in zip(group.paths, sources, fixed.sources, strict=True)
        if before.text != after.text
    ]


def fix_plan(group: Group, campaign: Campaign, *, unsafe: bool) -> FixResult:
    """Fix a campaign plan in memory; the messages of its steps stay as they are."""
    from maillint.project.plan_files import plan_of  # noqa: PLC0415 -- few runs have a plan, as the next
    from maillint.project.plan_run import lint_campaign  # noqa: PLC0415

    def lint(sources: Sequence[Source]) -> Sequence[FileReport]:
        return lint_campaign(group, replace(campaign, plan=plan_of(sources[0])))

    return fix_message((campaign.plan.source,), lint, unsafe=unsafe)


# -- one message --------------------------------------------------------------------------------------


def fix_message(
    sources: Sequence[Source], lint: Lint, *, unsafe: bool, accept: Callable[[], None] = lambda: None
) -> FixResult:
    """Apply every fix that may be applied, lint again, and repeat to a fixed point.

    Fixes that overlap wait for the next round. Fixes are tried together; where that leads to more errors than before,
    half of them, and so on to the one that does: it is taken back and not tried again. A file whose bytes its text does
    not give back exactly is left alone.

    ``lint`` is called with the sources first, then after each attempt; ``accept`` after an attempt that stays.
    """
    current = list(sources)
    reports = tuple(lint(current))
    applied: dict[str, int] = {}
    refused: set[tuple[str, str, Fix]] = set()
    seen = {_texts(current)}
    length = sum(len(source.text) for source in sources)
    attempts = max(_FEWEST_ATTEMPTS, min(MAX_ATTEMPTS, _MOST_LINTED // (length + 1)))
    for _ in range(MAX_ROUNDS):
        changed = False
        for index, source in enumerate(current):
            chosen = _choose(source, reports, unsafe, refused)
            if not chosen:
                continue
            base, good = current, list[Finding]()
            parts = [chosen]
            while parts and attempts > 0:
                part = parts.pop()
                attempt = _attempt(base, index, [*good, *part])
                if attempt is not None and _texts(attempt) not in seen:
                    attempts -= 1
                    after = tuple(lint(attempt))
                    if _errors(after) <= _errors(reports):
                        accept()
                        current, reports = attempt, after
                        seen.add(_texts(attempt))
                        good += part
                        applied[source.path] = applied.get(source.path, 0) + len(part)
                        changed = True
                        continue
                    if len(part) == 1 and part[0].fix:
                        refused.add((source.path, part[0].rule, part[0].fix))
                if len(part) > 1:
                    half = len(part) // 2
                    parts += [part[half:], part[:half]]
        if not changed:
            break
    return FixResult(tuple(current), reports, applied)


def _texts(sources: Iterable[Source]) -> tuple[str, ...]:
    return tuple(source.text for source in sources)


def _choose(
    source: Source, reports: Iterable[FileReport], unsafe: bool, refused: set[tuple[str, str, Fix]]
) -> list[Finding]:
    """The findings of a file whose fixes can be applied together: in order, none touching another."""
    if not restores(source):
        return []
    growth = _Growth(source)
    chosen: list[Finding] = []
    taken: list[tuple[int, int]] = []  # in order and apart
    for report in reports:
        if report.path != source.path:
            continue
        for finding in (one for found in report.findings for one in found.at_each_place()):
            fix = finding.fix
            if fix is None or not (fix.safe or unsafe) or (source.path, finding.rule, fix) in refused:
                continue
            spans = [(edit.start, edit.end) for edit in fix.edits]
            if any(_touches(taken, span) for span in spans) or (report.kind == "eml" and not growth.allows(fix)):
                continue
            for span in spans:
                insort(taken, span)
            chosen.append(finding)
    return chosen


class _Growth:
    """By how much the lines of a message grow: each fix for itself leaves a line of quoted-printable short enough."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.by_line: dict[int, int] = {}

    def allows(self, fix: Fix) -> bool:
        """Whether a fix fits into its lines with those before it, and then count it; else it has to wait."""
        more: dict[int, int] = {}
        for edit in fix.edits:
            number, _ = self.source.position(edit.start)
            more[number] = more.get(number, 0) + len(edit.text) - (edit.end - edit.start)
        for number, growth in more.items():
            before = self.by_line.get(number)
            start, end = self.source.line_span(number)
            if before is not None and end - start <= LONGEST_LINE < end - start + before + growth:
                return False
        for number, growth in more.items():
            self.by_line[number] = self.by_line.get(number, 0) + growth
        return True


def _touches(taken: Sequence[tuple[int, int]], span: tuple[int, int]) -> bool:
    """Whether a span overlaps or touches one of others, which are in order; those of one fix alone may overlap."""
    index = bisect_right(taken, span[1], key=lambda other: other[0])
    return any(other[1] >= span[0] for other in taken[max(index - _MOST_EDITS, 0) : index])


def _attempt(sources: Sequence[Source], index: int, findings: Sequence[Finding]) -> list[Source] | None:
    """The sources with the fixes of one file's findings applied.

    None where its encoding cannot hold the new text, and where the file would be taken for UTF-8 without what goes.
    """
    source = sources[index]
    edits = sorted(
        (edit for finding in findings if finding.fix for edit in finding.fix.edits),
        key=lambda edit: (edit.start, edit.end),
    )
    pieces, position = [], 0
    for edit in edits:
        pieces += [source.text[position : edit.start], edit.text]
        position = edit.end
    text = "".join([*pieces, source.text[position:]])
    fixed = replace(source, text=text, data=b"")
    try:
        fixed = replace(fixed, data=encode(fixed))
    except UnicodeEncodeError:
        return None
    if not fixed.bom and fixed.encoding != "utf-8" and _reads_as_utf8(fixed.data):
        return None
    result = list(sources)
    result[index] = fixed
    return result


def _errors(reports: Iterable[FileReport]) -> int:
    return sum(finding.severity is Severity.ERROR for report in reports for finding in report.findings)


def _reads_as_utf8(data: bytes) -> bool:
    try:
        return not data.isascii() and bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


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
