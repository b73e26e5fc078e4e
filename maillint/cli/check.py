"""``maillint check``."""

from __future__ import annotations

import os
import sys

import click

from maillint.cli.common import LEVELS, exit_status, make_context, parse_formats, split_names, write
from maillint.cli.fixing import fix_files, fix_stdin, show_diff
from maillint.config import Config, Overrides
from maillint.files import Discovery, Group, shown_path
from maillint.finding import Failure, Report
from maillint.message.model import PROFILES
from maillint.message.read import kind_of
from maillint.run import UnreadableError, lint_groups, lint_sources, source_from
from maillint.text import Source


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
@click.option("--fix", is_flag=True, help="Apply the safe fixes and report what is left.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: apply those too that may change the meaning.")
@click.option("--diff", is_flag=True, help="Show what --fix would change instead of changing it; 1 if anything.")
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
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
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
        groups: list[Group] = []
        try:
            source, kind, config = read_stdin(discovery, stdin_filename)
            if fix or diff:
                ctx.exit(fix_stdin(source, kind, config, unsafe=unsafe_fixes, diff=diff))
            report = Report(tuple(lint_sources([source], kind, config)))
        except UnreadableError as error:
            report = Report(failures=(Failure(shown_path(stdin_filename or "stdin"), str(error)),))
    else:
        groups = discovery.groups(paths)
        if not groups and not discovery.excluded:
            raise click.UsageError(f"no templates or messages found in {', '.join(paths)}", ctx)
        if diff:
            ctx.exit(show_diff(groups, unsafe=unsafe_fixes))
        report = fix_files(groups, unsafe=unsafe_fixes, quiet=quiet) if fix else lint_groups(groups)
    if dns:
        from maillint.cli.dns import report_domains  # noqa: PLC0415 -- goes online, and 80 ms

        report = report_domains(report, groups, discovery, resolver)
    context = make_context(discovery.catalogue, fail_on, -1 if quiet else verbose, min_severity)
    write(report, context, targets, color)
    for failure in report.failures:
        click.echo(f"maillint: {failure.path}: {failure.message}", err=True)
    ctx.exit(exit_status(report, context.fail_on))


def read_stdin(discovery: Discovery, name: str | None) -> tuple[Source, str, Config]:
    """Read one message from standard input; raises UnreadableError."""
    path = name or "stdin.html"
    kind = kind_of(path)
    if kind is None:
        raise click.UsageError(f"--stdin-filename {path}: not a kind of file that maillint reads")
    config = discovery.config_for(path)
    data = sys.stdin.buffer.read()
    if name is None and looks_like_message(data):
        path, kind = "stdin.eml", "eml"
    return source_from(shown_path(path), data, kind), kind, config


def looks_like_message(data: bytes) -> bool:
    """Whether unnamed input begins with header fields rather than with a template."""
    first = data[:200].lstrip().split(b"\n", 1)[0]
    name, colon, _ = first.partition(b":")
    return bool(colon) and name.replace(b"-", b"").isalnum() and not first.startswith(b"<")
