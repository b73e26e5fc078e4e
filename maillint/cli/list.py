"""``maillint list``."""

from __future__ import annotations

import sys
from typing import IO

import click

from maillint.cli import door
from maillint.cli.common import (
    COLOR,
    CONFIG,
    FAIL_ON,
    FORMAT,
    IGNORE,
    MIN_SEVERITY,
    OUTPUT_FILE,
    QUIET,
    SELECT,
    Command,
    check_config_path,
    configured_targets,
    exit_status,
    make_context,
    option_group,
    parse_formats,
    profile_option,
    resolver_option,
    split_names,
    wants_color,
    write,
)
from maillint.cli.list_overview import overview
from maillint.config.config import CommandLine
from maillint.finding import Report
from maillint.network.resolver import DEFAULT_TIMEOUT, DnsResolver
from maillint.output._paint import Paint
from maillint.project.collector import settle
from maillint.project.discovery import Discovery
from maillint.project.recipients import FAMILY, ListRun, lint_list
from maillint.recipients.layout import FORMATS, Wishes, delimiter_of
from maillint.recipients.opening import ListFile, is_plain_file
from maillint.values import replace

_STANDARD_INPUT = "<stdin>"
_COPIED = 1 << 20
_LONGEST_TIMEOUT = 60.0
_WORTH_SHOWING = 1_000


@click.command("list", cls=Command)
@click.argument("path", metavar="FILE", type=click.Path())
@option_group(
    "What to check",
    click.option(
        "--suppress",
        multiple=True,
        metavar="FILE",
        type=click.Path(),
        help="Addresses, domains or digests of addresses that must get no mail. Repeatable.",
    ),
    click.option(
        "--split",
        metavar="FOLDER",
        type=click.Path(),
        help="Write the clean and the doubtful rows into two files of a new folder.",
    ),
    profile_option("The kind of mail that the list is for"),
)
@option_group(
    "How to read it",
    click.option(
        "--column",
        metavar="NAME",
        help="The column of addresses: its name in the header, or its number; in JSON Lines its key (user.email).",
    ),
    click.option("--input-format", type=click.Choice(FORMATS), help="Read FILE as this, whatever it looks like."),
    click.option(
        "--delimiter",
        metavar="CHARACTER",
        help="What separates cells: comma, semicolon, tab, pipe, or another character.",
    ),
    click.option("--header/--no-header", default=None, help="Whether the first row names the columns."),
    click.option("--encoding", metavar="NAME", help="The encoding of FILE, such as windows-1251."),
)
@option_group("Rules and settings", SELECT, IGNORE, CONFIG)
@option_group(
    "Online",
    click.option("--dns", is_flag=True, help="Ask the DNS who takes the mail of each domain."),
    resolver_option("With --dns: ask this DNS server instead of the system's."),
    click.option(
        "--timeout",
        type=click.FloatRange(0, _LONGEST_TIMEOUT, min_open=True),
        default=DEFAULT_TIMEOUT,
        show_default=True,
        metavar="SECONDS",
        help="With --dns: how long one lookup may take.",
    ),
)
@option_group(
    "Output",
    FORMAT,
    OUTPUT_FILE,
    FAIL_ON,
    MIN_SEVERITY,
    click.option("--show-addresses", is_flag=True,
                 help="Quote addresses as they are; otherwise names in them are masked."),
    COLOR,
    QUIET,
    click.option("-v", "--verbose", count=True,
                 help="Add the references of each rule, and all that was skipped."),
)  # fmt: skip
@click.pass_context
def command(
    ctx: click.Context,
    path: str,
    column: str | None,
    input_format: str | None,
    delimiter: str | None,
    header: bool | None,
    encoding: str | None,
    suppress: tuple[str, ...],
    dns: bool,
    resolver: str | None,
    timeout: float,
    split: str | None,
    show_addresses: bool,
    profile: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str | None,
    min_severity: str | None,
    formats: tuple[str, ...],
    output_file: str | None,
    config_path: str | None,
    color: str,
    quiet: bool,
    verbose: int,
) -> None:
    """Check a list of recipients: CSV, TSV, JSON Lines or one address a line, plain or gzipped; - for standard input.

    Delimiter, encoding, header and the column of addresses are found out, and shown above the findings. Rows with
    equal faults are one finding. Nothing leaves this machine, unless --dns asks the DNS about the domains.

    With --split, rows with a finding of severity warning or error are doubtful, all others clean; each row keeps its
    bytes, and none is lost.

    \b
    Examples:
      maillint list subscribers.csv
      maillint list export.csv.gz --suppress unsubscribed.txt --dns
      maillint list contacts.csv --column "Work e-mail" --split sorted
    """
    targets = parse_formats(formats, output_file)
    check_config_path(ctx, config_path)
    wishes = Wishes(encoding, input_format, None if delimiter is None else delimiter_of(delimiter), header, column)
    if resolver is not None and not dns and ctx.get_parameter_source("resolver") is not None:
        source = ctx.get_parameter_source("resolver")
        if source is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError("--resolver is for --dns", ctx)
    try:
        server = DnsResolver(resolver, timeout) if dns else None
    except ValueError as error:
        raise click.UsageError(f"--resolver: {error}") from None
    settle()
    file = ListFile(path) if is_plain_file(path) else ListFile(_name(path), _copied(path))
    discovery = Discovery(config_path, CommandLine(split_names(select), split_names(ignore), profile))
    config = discovery.settings_of(path if is_plain_file(path) else "x")
    kind = profile or config.profile or "general"
    rules = [rule for rule in config.rules_for(kind) if rule.rule.subject == FAMILY]
    if not rules:
        raise click.UsageError(f"the rules that are left are not about lists (those are in the family {FAMILY})")
    run = ListRun(wishes, suppress, server, split, show_addresses)
    if sys.stderr.isatty() and not quiet:
        run = replace(run, progress=_show_progress)
    report = Report(files=(lint_list(file, rules, kind, run),))
    limits = {"fail_on": fail_on, "min_severity": min_severity}
    context = make_context(discovery.catalogue, config, -1 if quiet else verbose, **limits)
    targets = configured_targets(targets, config, given=bool(formats))
    if ("full", None) in targets and not quiet:
        door.show(overview(report.files[0], split, context.width, Paint(wants_color(color, sys.stdout))))
    ctx.exit(max(write(report, context, targets, color), exit_status(report, context.fail_on)))


def _show_progress(what: str, done: int, count: int | None) -> None:
    """One line that is written over and over, and gone at the end."""
    if done >= _WORTH_SHOWING:
        of = "" if count is None else f" of {count:,}"
        click.echo("\r\x1b[K" if done == count else f"\r{what}: {done:,}{of}", nl=False, err=True)


def _name(path: str) -> str:
    return _STANDARD_INPUT if path == "-" else path


def _copied(path: str) -> IO[bytes]:
    """What can be read only once, copied into a temporary file without a name."""
    import shutil  # noqa: PLC0415 -- most lists are files
    import tempfile  # noqa: PLC0415

    copy = tempfile.TemporaryFile()  # noqa: SIM115 -- it lives as long as the command
    if path == "-":
        shutil.copyfileobj(sys.stdin.buffer, copy, _COPIED)
    else:
        with open(path, "rb") as pipe:  # noqa: PTH123
            shutil.copyfileobj(pipe, copy, _COPIED)
    return copy
