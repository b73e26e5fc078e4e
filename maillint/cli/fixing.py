"""``maillint check --fix`` and ``--diff``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence

from maillint.cli import door
from maillint.cli.common import show_failures
from maillint.files.atomic import WriteError, replace_file
from maillint.finding import Failure
from maillint.message.kinds import kind_of
from maillint.message.mime.headers import read_block
from maillint.output._cells import visible
from maillint.project.discovery import Group
from maillint.project.fix import FixedFile, encode, fix_groups
from maillint.project.runner import Observe, Run
from maillint.text.diff import unified_diff
from maillint.values import replace


def fix_files(groups: Sequence[Group], *, unsafe: bool, quiet: bool, observe: Observe | None) -> Run:
    """Fix the files of every message on disk; what could not be written becomes a failure."""
    run, changes = fix_groups(groups, unsafe=unsafe, observe=observe)
    failures = list(run.report.failures)
    count = files = 0
    for change in changes:
        try:
            replace_file(change.path, encode(change.after), change.before.data)
        except WriteError as error:
            path, _, reason = str(error).partition(": ")
            failures.append(Failure(path, reason))
            continue
        count, files = count + change.fixes, files + 1
        if is_signed(change):
            door.tell(f"{change.path}: its DKIM signature no longer holds; sign it again")
    if count and not quiet:
        door.say(f"Applied {count} fix{'es' * (count != 1)} in {files} file{'s' * (files != 1)}.")
    return run._replace(report=replace(run.report, failures=tuple(failures)))


def is_signed(change: FixedFile) -> bool:
    """Whether a changed file is a message with a DKIM signature."""
    if kind_of(change.path) != "eml":
        return False
    fields, _ = read_block(change.after, 0, len(change.after.text))
    return any(field.key == "dkim-signature" for field in fields)


def show_diff(groups: Sequence[Group], failures: Sequence[Failure], *, unsafe: bool) -> int:
    """Print what fixing would change, and what has failed before or fails now; return the exit status."""
    run, changes = fix_groups(groups, unsafe=unsafe)
    run = run._replace(report=replace(run.report, failures=(*failures, *run.report.failures)))
    show_patch(changes)
    show_failures(run.report)
    return 2 if run.report.failures else int(bool(changes))


def show_patch(changes: Iterable[FixedFile]) -> None:
    """Print a patch: as it is, for whoever applies it; made visible on a terminal, where it is only read.

    In a workflow of GitHub, whose log is read for commands, they are switched off around it; nobody can guess the word
    that switches them on again.
    """
    for change in changes:
        lines = list(diff_lines(change))
        if sys.stdout.isatty():
            door.show("".join(f"{visible(line.rstrip())}\n" for line in lines))
        elif os.environ.get("GITHUB_ACTIONS"):
            word = os.urandom(16).hex()
            door.write("".join([f"::stop-commands::{word}\n", *lines, f"::{word}::\n"]))
        else:
            door.write("".join(lines))


def diff_lines(change: FixedFile) -> Iterator[str]:
    """The lines of a unified diff."""
    return unified_diff(change.before.text, change.after.text, visible(change.path))
