"""What the commands share: names given as options, formats and their files, colour, exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, TextIO

import click

from maillint import output
from maillint._version import __version__
from maillint.cli import door
from maillint.finding import INCOMPLETE, Report, Severity
from maillint.values import replace

if TYPE_CHECKING:
    from maillint.catalogue.load import Catalogue
    from maillint.cli.progress import Progress

FOR_PEOPLE = frozenset({"full", "concise", "summary"})
"""The formats whose lines people read; the others have an escape for everything, by their own rules."""

LEVELS = ("error", "warning", "info", "never")


def split_names(values: Sequence[str]) -> tuple[str, ...]:
    """Names given one by one or with commas."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def parse_formats(formats: Sequence[str], output_file: str | None) -> list[tuple[str, str | None]]:
    """Each format with the file it goes to (None: standard output)."""
    targets: list[tuple[str, str | None]] = []
    for item in formats or ("full",):
        name, _, path = item.partition("=")
        if name not in output.formats():
            raise click.UsageError(f'no output format "{name}" (there are {", ".join(output.formats())})')
        targets.append((name, path or None))
    plain = [index for index, (_, path) in enumerate(targets) if path is None]
    if len(plain) > 1:
        raise click.UsageError("only one format can go to standard output; give the others a file: -f sarif=out.sarif")
    if output_file is not None and plain:
        targets[plain[0]] = (targets[plain[0]][0], output_file)
    return targets


def make_context(
    catalogue: Catalogue, fail_on: str, verbose: int, min_severity: str = "info", per_file: int | None = None
) -> output.Context:
    """How to render: the terminal's width, the rules' texts, and the words of ``--fail-on`` and the like.

    ``per_file``: how many findings of one file are shown, None for all.
    """
    return output.Context(
        rules=catalogue.rules,
        width=terminal_width(),
        version=__version__,
        verbose=verbose,
        min_severity=Severity.parse(min_severity) or Severity.INFO,
        fail_on=None if fail_on == "never" else Severity.parse(fail_on),
        per_file=per_file,
    )


def terminal_width() -> int:
    """The terminal's width in cells: COLUMNS, else what the terminal reports, else 80. (shutil takes 5 ms to load.)"""
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and len(columns) < 10 and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return 80


def write(
    report: Report,
    context: output.Context,
    targets: Sequence[tuple[str, str | None]],
    color: str,
    *,
    follow: bool = False,
) -> None:
    """Render each format and write it whole, to its file or to standard output; raises WriteError.

    With ``follow``, a file may be a link that leads out of its folder.
    """
    for name, path in targets:
        painted = path is None and wants_color(color, sys.stdout)
        links = painted and sys.stdout.isatty() and os.environ.get("TERM") not in {None, "", "dumb", "linux"}
        text = output.load(name).render(report, replace(context, color=painted, links=links))
        if path is None:
            (door.show if name in FOR_PEOPLE else door.write)(text)
        else:
            from maillint.files.atomic import write_output  # noqa: PLC0415 -- seldom wanted

            write_output(path, text.encode("utf-8", "backslashreplace"), follow=follow)


def line_of(error: Exception) -> str | None:
    """One line about a user's mistake or the system's error; None for a fault of maillint's own."""
    from maillint.project.errors import error_line  # noqa: PLC0415 -- most runs have none

    if not isinstance(error, click.ClickException):
        return error_line(error)
    text = " ".join(error.format_message().split()).removesuffix(".")
    text = text[:1].lower() + text[1:] if text[:2].istitle() else text  # it ends a line, and begins no sentence
    if isinstance(error, click.UsageError):
        text += f" (see {error.ctx.command_path if error.ctx else 'maillint'} --help)"
    return text


def wants_color(choice: str, stream: TextIO) -> bool:
    """``--color``, then NO_COLOR and FORCE_COLOR, then whether the stream is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


class Silent:
    """In the place of ``Progress`` where nobody watches."""

    def phase(self, what: str) -> AbstractContextManager[None]:
        """Show nothing."""
        return nullcontext()

    def show(self, what: str, done: int, count: int) -> None:
        """Show nothing."""


def progress_for(*, quiet: bool) -> Progress | Silent:
    """What shows on a terminal's standard error how far a long run is."""
    if quiet or not sys.stderr.isatty():
        return Silent()
    from maillint.cli.progress import Progress  # noqa: PLC0415 -- only where somebody watches

    return Progress()


def show_failures(report: Report) -> None:
    """Say on standard error which files could not be linted, a line for each."""
    for failure in report.failures:
        door.tell(f"{failure.path}: {failure.message}")


def exit_status(report: Report, threshold: Severity | None, *, fail_on_unknown: bool = False) -> int:
    """0: nothing at or above the threshold; 1: something; 2: a file could not be read, or not linted as a whole.

    With ``fail_on_unknown``, 1 also where a rule was skipped that might have found something at or above the threshold.
    """
    rules = [found.rule for file in report.files for found in file.findings]
    rules += [found.rule for domain in report.domains for found in domain.findings]
    broken = not INCOMPLETE.isdisjoint(rules)
    if report.failures or broken:
        return 2
    severities = report.severities
    if fail_on_unknown:
        severities += [skipped.severity for file in report.files for skipped in file.unknown]
        severities += [skipped.severity for domain in report.domains for skipped in domain.unknown]
    return int(threshold is not None and any(severity >= threshold for severity in severities))
