"""``maillint check --fix`` and ``--diff``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import unified_diff

import click

from maillint.config.config import Config
from maillint.files.atomic import WriteError, replace_file
from maillint.finding import Failure, Report
from maillint.message.mime.headers import read_block
from maillint.project.discovery import Group
from maillint.project.fix import FixedFile, encode, fix_groups, fix_message
from maillint.project.runner import lint_sources
from maillint.text.source import Source


def fix_files(groups: Sequence[Group], *, unsafe: bool, quiet: bool) -> Report:
    """Fix the files of every message on disk; what could not be written becomes a failure."""
    report, mended = fix_groups(groups, unsafe=unsafe)
    failures = list(report.failures)
    count = files = 0
    for change in mended:
        try:
            replace_file(change.path, encode(change.after), change.before.data)
        except WriteError as error:
            path, _, reason = str(error).partition(": ")
            failures.append(Failure(path, reason))
            continue
        count, files = count + change.fixes, files + 1
        if is_signed(change):
            click.echo(f"maillint: {change.path}: its DKIM signature no longer holds; sign it again", err=True)
    if count and not quiet:
        click.echo(f"Applied {count} fix{'es' * (count != 1)} in {files} file{'s' * (files != 1)}.", err=True)
    return replace(report, failures=tuple(failures))


def is_signed(change: FixedFile) -> bool:
    """Whether a changed file is a message with a DKIM signature."""
    if not change.path.lower().endswith(".eml"):
        return False
    fields, _ = read_block(change.after, 0, len(change.after.text))
    return any(field.key == "dkim-signature" for field in fields)


def show_diff(groups: Sequence[Group], *, unsafe: bool) -> int:
    """Print what fixing would change; return the exit status."""
    report, mended = fix_groups(groups, unsafe=unsafe)
    for change in mended:
        sys.stdout.writelines(diff_lines(change))
    for failure in report.failures:
        click.echo(f"maillint: {failure.path}: {failure.message}", err=True)
    return 2 if report.failures else int(bool(mended))


def diff_lines(change: FixedFile) -> Iterator[str]:
    """The lines of a unified diff; a carriage return is kept, a missing last line end is told."""
    before, after = (source.text.splitlines(keepends=True) for source in (change.before, change.after))
    for line in unified_diff(before, after, change.path, change.path):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def fix_stdin(source: Source, kind: str, config: Config, *, unsafe: bool, diff: bool) -> int:
    """Print standard input's text fixed (or what fixing would change); return the exit status."""
    fixed = fix_message([source], lambda current: lint_sources(current, kind, config), unsafe=unsafe)
    change = FixedFile(source.path, source, fixed.sources[0], fixed.applied.get(source.path, 0))
    if diff:
        sys.stdout.writelines(diff_lines(change) if change.before.text != change.after.text else ())
        return int(change.before.text != change.after.text)
    sys.stdout.flush()
    sys.stdout.buffer.write(encode(change.after) if change.fixes else source.data)
    sys.stdout.buffer.flush()
    return 0
