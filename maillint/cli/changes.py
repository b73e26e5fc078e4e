"""``--diff-base``: only findings on lines that have changed since a git revision."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence

import click

from maillint.errors import LintError
from maillint.files.paths import shown_path
from maillint.finding import FileReport, Finding, Report
from maillint.patterns import regex
from maillint.project.discovery import Group
from maillint.values import replace

_HUNK = regex(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")

Lines = list[range] | None  # None: the whole file is new


def changed_since(groups: Sequence[Group], revision: str) -> tuple[list[Group], Callable[[Report], Report]]:
    """The messages with a changed file; also what cuts a report down to the changed lines.

    Raises LintError where git cannot say, click.UsageError for what cannot be a revision.
    """
    changed = changed_lines(revision)
    touched = [group for group in groups if any(shown_path(path) in changed for path in group.paths)]

    def cut(report: Report) -> Report:
        return replace(report, files=tuple(_cut(file, changed.get(file.path, [])) for file in report.files))

    return touched, cut


def _cut(file: FileReport, lines: Lines) -> FileReport:
    if lines is None:
        return file
    return replace(file, findings=tuple(finding for finding in file.findings if _touches(finding, lines)))


def _touches(finding: Finding, lines: list[range]) -> bool:
    if finding.start == finding.end == 0:  # about the message as a whole
        return bool(lines)
    return any(finding.line < changed.stop and changed.start <= finding.end_line for changed in lines)


def changed_lines(revision: str) -> dict[str, Lines]:
    """By path, counted from the working folder: the lines that are new or different since a revision."""
    if revision.startswith("-"):
        raise click.UsageError(f"--diff-base {revision}: not a revision")
    diff = _git("diff", "--no-ext-diff", "--no-color", "--no-prefix", "--relative", "-U0", revision, "--")
    result: dict[str, Lines] = {}
    current: list[range] = []
    for line in diff.splitlines():
        if line.startswith("+++ "):
            current = []
            result[line[4:].rstrip("\t")] = current
        elif found := _HUNK.match(line):
            start, count = int(found[1]), int(found[2] or 1)
            current.append(range(start, start + max(count, 1)))
    for path in _git("ls-files", "--others", "--exclude-standard").splitlines():
        result[path] = None
    return result


def _git(*arguments: str) -> str:
    try:
        result = subprocess.run(
            ["git", "-c", "core.quotepath=off", *arguments],
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    except FileNotFoundError:
        raise LintError("--diff-base needs git, which is not installed") from None
    if result.returncode:
        reason = result.stderr.strip().splitlines()[0] if result.stderr.strip() else "git failed"
        raise LintError(f"--diff-base: {reason.removeprefix('fatal: ')}")
    return result.stdout
