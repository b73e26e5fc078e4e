"""``maillint check``."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from typing import TextIO

import click

from maillint import __version__, output
from maillint.config import Overrides
from maillint.engine import INTERNAL_ERROR
from maillint.files import Discovery, Group, shown_path
from maillint.finding import Failure, Report, Severity
from maillint.message.model import PROFILES
from maillint.message.read import MessageError, kind_of, read_message
from maillint.run import UnreadableError, lint_groups, lint_message, source_from

LEVELS = ("error", "warning", "info", "never")


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--select", multiple=True, metavar="RULE", help="Run only this rule or family. Repeatable.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave out this rule or family. Repeatable.")
@click.option("--profile", type=click.Choice(PROFILES), help="The kind of mail, where the files do not say it.")
@click.option("--touch", type=click.IntRange(1), metavar="N", help="Place in the sequence; 1 is the first touch.")
@click.option("--dialect", metavar="NAME", help="The template language, where it cannot be told.")
@click.option("--fail-on", type=click.Choice(LEVELS), default="error", show_default=True,
              help="The lowest severity that makes the exit status 1.")  # fmt: skip
@click.option("--min-severity", type=click.Choice(LEVELS[:3]), default="info", show_default=True,
              help="Show nothing below this; the exit status and the counts stay.")  # fmt: skip
@click.option("-f", "--format", "formats", multiple=True, metavar="NAME[=FILE]",
              help="Output format: full (the default), concise, json, sarif, github, gitlab, junit, markdown. "
                   "With =FILE it is written there; repeatable.")  # fmt: skip
@click.option("-o", "--output-file", metavar="FILE", help="Write the output to a file instead.")
@click.option("--stdin-filename", metavar="NAME", help="With -: the name that tells kind and configuration.")
@click.option("--config", "config_path", type=click.Path(dir_okay=False), metavar="FILE",
              help="Use this configuration instead of the nearest maillint.yaml.")  # fmt: skip
@click.option("--dns", is_flag=True, help="Look up SPF, DKIM and DMARC of the From domains too (goes online).")
@click.option("--resolver", metavar="HOST[:PORT]", help="With --dns: ask this server.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True,
              help="NO_COLOR is honoured.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but findings.")
@click.option("-v", "--verbose", count=True, help="Tell how each file was read.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    profile: str | None,
    touch: int | None,
    dialect: str | None,
    fail_on: str,
    min_severity: str,
    formats: tuple[str, ...],
    output_file: str | None,
    stdin_filename: str | None,
    config_path: str | None,
    dns: bool,
    resolver: str | None,
    color: str,
    quiet: bool,
    verbose: int,
) -> None:
    """Lint templates and messages.

    PATHS are files (.html, .htm, .eml, .txt, template files) or folders, which are walked; - reads one
    message from standard input. A template and its plain-text twin (welcome.html, welcome.txt) are one message.
    Front matter in a template may state subject, from, headers, touch and profile.

    \b
    Examples:
      maillint check .
      maillint check --profile cold --fail-on warning sequence/
      maillint check -f full -f sarif=maillint.sarif emails/
      cat mail.eml | maillint check - --stdin-filename mail.eml
    """
    if not paths:
        raise click.UsageError("name at least one file or folder, or - for standard input", ctx)
    overrides = Overrides(split_names(select), split_names(ignore), profile, touch, dialect)
    discovery = Discovery(config_path, overrides)
    targets = parse_formats(formats, output_file)
    if config_path is not None and not os.path.isfile(config_path):  # noqa: PTH113
        raise click.UsageError(f"--config: {config_path}: no such file", ctx)
    if "-" in paths:
        if len(paths) > 1:
            raise click.UsageError("- stands alone", ctx)
        report = lint_stdin(discovery, stdin_filename)
        groups: list[Group] = []
    else:
        groups = discovery.groups(paths)
        if not groups and not discovery.excluded:
            raise click.UsageError(f"no templates or messages found in {', '.join(paths)}", ctx)
        report = lint_groups(groups)
    if dns:
        from maillint.cli.dns import report_domains  # noqa: PLC0415 -- goes online, and 80 ms

        report = report_domains(report, groups, discovery, resolver)
    threshold = None if fail_on == "never" else Severity.parse(fail_on)
    context = output.Context(
        rules=dict(discovery.catalogue.rules),
        width=shutil.get_terminal_size((80, 24)).columns,
        version=__version__,
        verbose=-1 if quiet else verbose,
        min_severity=Severity.parse(min_severity) or Severity.INFO,
        fail_on=threshold,
    )
    write(report, context, targets, color)
    for failure in report.failures:
        click.echo(f"maillint: {failure.path}: {failure.message}", err=True)
    ctx.exit(exit_status(report, threshold))


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


def lint_stdin(discovery: Discovery, name: str | None) -> Report:
    """Lint one message from standard input."""
    path = name or "stdin.html"
    kind = kind_of(path)
    if kind is None:
        raise click.UsageError(f"--stdin-filename {path}: not a kind of file that maillint reads")
    config = discovery.config_for(path)
    data = sys.stdin.buffer.read()
    if name is None and looks_like_message(data):
        path, kind = "stdin.eml", "eml"
    shown = shown_path(path)
    try:
        source = source_from(shown, data, kind)
        message = read_message([source], config.message_settings, kind)
    except UnreadableError as error:
        return Report(failures=(Failure(shown, str(error)),))
    except MessageError as error:
        line, column = source.position(error.offset)
        return Report(failures=(Failure(shown, f"line {line}, column {column}: {error}"),))
    return Report(tuple(lint_message(message, config, frozenset({shown}))))


def looks_like_message(data: bytes) -> bool:
    """Whether unnamed input begins with header fields rather than with a template."""
    first = data[:200].lstrip().split(b"\n", 1)[0]
    name, colon, _ = first.partition(b":")
    return bool(colon) and name.replace(b"-", b"").isalnum() and not first.startswith(b"<")


def write(report: Report, context: output.Context, targets: Sequence[tuple[str, str | None]], color: str) -> None:
    """Render each format and write it whole, to its file or to standard output."""
    from dataclasses import replace  # noqa: PLC0415

    for name, path in targets:
        painted = path is None and wants_color(color, sys.stdout)
        text = output.load(name).render(report, replace(context, color=painted))
        if path is None:
            write_stdout(text)
        else:
            write_file(path, text)


def wants_color(choice: str, stream: TextIO) -> bool:
    """``--color``, then NO_COLOR and FORCE_COLOR, then whether the stream is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def write_stdout(text: str) -> None:
    """Write to standard output whatever its encoding can show."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()


def write_file(path: str, text: str) -> None:
    """Write a file whole or not at all."""
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123
            file.write(text)
        os.replace(temporary, path)  # noqa: PTH105
    except OSError as error:
        if os.path.exists(temporary):  # noqa: PTH110
            os.unlink(temporary)  # noqa: PTH108
        raise click.UsageError(f"{path}: {error.strerror or error}") from None


def exit_status(report: Report, threshold: Severity | None) -> int:
    """0: nothing at or above the threshold; 1: something; 2: a file could not be read or a rule failed."""
    broken = any(found.rule == INTERNAL_ERROR for file in report.files for found in file.findings)
    if report.failures or broken:
        return 2
    worst = report.worst()
    return int(threshold is not None and worst is not None and worst >= threshold)
