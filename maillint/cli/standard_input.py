"""One text from standard input: with a name, it counts as the content of that file."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from maillint.cli import door
from maillint.errors import LintError
from maillint.files.access import UnreadableError, read_limited
from maillint.files.paths import shown_path
from maillint.finding import Failure, Report
from maillint.project.discovery import Discovery, Group
from maillint.project.loader import guess_kind_of
from maillint.project.runner import Observe, Run, Work, lint_groups
from maillint.values import frozen, replace

if TYPE_CHECKING:
    from maillint.engine.clock import Clock


@frozen
class Text:
    """What was read; ``name`` is the path that reports give it, ``is_named`` whether the command line does."""

    name: str
    data: bytes
    is_named: bool


def read_text(name: str | None) -> Text | Failure:
    """Read standard input to its end."""
    shown = None if name is None else shown_path(os.path.normpath(name))
    try:
        data = read_limited(sys.stdin.buffer)
        return Text(shown or f"stdin.{guess_kind_of(data)}", data, shown is not None)
    except UnreadableError as error:
        return Failure(error.path or shown or "stdin", str(error))


def groups_of(text: Text, discovery: Discovery) -> list[Group]:
    """The message that the text belongs to, and the messages of a plan; none where the configuration excludes it."""
    if text.is_named:
        return discovery.groups_of_text(text.name, text.data)
    return [replace(discovery.text_group(text.name), texts={text.name: text.data})]


def lint_text(
    text: Text | Failure, groups: Sequence[Group], observe: Observe | None, clock: Clock | None = None
) -> Run:
    """Lint what was read."""
    if isinstance(text, Failure):
        return Run(Report(failures=(text,)))
    return lint_groups(groups, Work(observe=observe, clock=clock))


def fix_text(text: Text, groups: Sequence[Group], failures: Sequence[Failure], *, unsafe: bool, diff: bool) -> int:
    """Print the text fixed, or what fixing would change, and nothing of other files; return the exit status.

    ``failures`` are those of the search for the groups. Raises LintError where there is any.
    """
    from maillint.cli.fixing import show_patch  # noqa: PLC0415 -- seldom needed, as the next
    from maillint.project.fix import encode, fix_groups  # noqa: PLC0415

    own = [replace(group, wanted=frozenset({text.name})) for group in groups if text.name in group.paths]
    run, changes = fix_groups(own, unsafe=unsafe)
    for failure in (*failures, *run.report.failures):
        raise LintError(f"{failure.path}: {failure.message}")
    if diff:
        show_patch(changes)
        return int(bool(changes))
    door.write_bytes(encode(changes[0].after) if changes else text.data)
    return 0
