"""Campaign plans from standard input."""

from __future__ import annotations

import sys

from maillint.cli import door
from maillint.cli.fixing import show_patch
from maillint.errors import LintError
from maillint.files.access import UnreadableError, read_limited, source_from
from maillint.files.paths import shown_path
from maillint.finding import Failure, Report
from maillint.plan.campaign import Campaign
from maillint.plan.model import Plan
from maillint.project.discovery import Discovery
from maillint.project.fix import FixedFile, encode, fix_plan
from maillint.project.plan_files import plan_of
from maillint.project.plan_run import lint_plan_text
from maillint.project.runner import Run


def read_stdin_plan(name: str) -> Plan:
    """Read a plan from standard input; raises UnreadableError."""
    return plan_of(source_from(name, read_limited(sys.stdin.buffer), ""))


def lint_stdin_plan(discovery: Discovery, name: str) -> Run:
    """Lint a plan from standard input; ``name`` says which configuration holds for it. No template is read for it."""
    name = shown_path(name)
    try:
        plan = read_stdin_plan(name)
    except UnreadableError as error:
        return Run(Report(failures=(Failure(error.path or name, str(error)),)))
    return Run(Report(tuple(lint_plan_text(discovery.text_group(name), plan))))


def fix_stdin_plan(discovery: Discovery, name: str, *, unsafe: bool, diff: bool) -> int:
    """Print standard input's plan fixed (or what fixing would change); return the exit status."""
    name = shown_path(name)
    try:
        plan = read_stdin_plan(name)
    except UnreadableError as error:
        raise LintError(f"{error.path or name}: {error}") from None
    fixed = fix_plan(discovery.text_group(name), Campaign(plan), unsafe=unsafe)
    after = fixed.sources[0]
    if diff:
        changed = after.text != plan.source.text
        show_patch([FixedFile(name, plan.source, after, fixed.applied[name])] if changed else [])
        return int(changed)
    door.write_bytes(encode(after))
    return 0
