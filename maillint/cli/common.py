"""What the commands share: their options and help, formats and their files, colour, exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TextIO

import click

from maillint import output
from maillint._version import __version__
from maillint.cli import door
from maillint.data.profiles import PROFILES
from maillint.finding import INCOMPLETE, THRESHOLDS, Report, Severity
from maillint.patterns import regex
from maillint.values import replace

if TYPE_CHECKING:
    from maillint.catalogue.load import Catalogue
    from maillint.cli.progress import Progress
    from maillint.config.config import LayeredConfig
    from maillint.project.discovery import Discovery

FOR_PEOPLE = frozenset({"full", "concise", "summary"})
"""The formats whose lines people read; the others have an escape for everything, by their own rules."""

_WIDEST_NAME = 26
_RANGE = regex(r"  \[[\d.<=]{0,20}x[\d.<>=]{0,20}\]")  # that a number is within bounds is said when it is not

Options = Callable[[Any], Any]
"""A decorator that puts options on a command."""


# -- help ---------------------------------------------------------------------------------------------


class Command(click.Command):
    """A command whose help shows its options in groups, and whose faults lead to its own help."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note for every fault which command it is about."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options group by group, in the order in which the groups first occur, in columns of one width."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                groups.setdefault(getattr(param, "group", "Help"), []).append(record)
        groups["Help"] = groups.pop("Help", [])
        names = [name for records in groups.values() for name, _ in records if len(name) <= _WIDEST_NAME]
        width = max(map(len, names), default=0)
        for title, records in groups.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), _RANGE.sub("", text)) for name, text in records], width)


def option_group(title: str, *options: Options) -> Options:
    """Options that help shows together under a title; for a ``Command``."""

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
            vars(function.__click_params__[-1])["group"] = title
        return function

    return decorate


# -- options that several commands take ---------------------------------------------------------------


def complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The rules and families that a name may become, the last of several with commas; for shell completion."""
    from maillint.cli.complete import rules  # noqa: PLC0415 -- only while completing, as the next two

    return rules(ctx, incomplete)


def complete_formats(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The formats that a name may become; for shell completion."""
    return [name for name in output.formats() if name.startswith(incomplete)]


def complete_dialects(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The template languages that a name may become; for shell completion."""
    from maillint.message.template.dialect import dialects  # noqa: PLC0415

    return [name for name in dialects() if name.startswith(incomplete)]


SELECT = click.option("--select", multiple=True, metavar="RULE", envvar="MAILLINT_SELECT",
                      shell_complete=complete_rules,
                      help="Run only this rule or family, whatever the configuration selects. Repeatable.")  # fmt: skip
IGNORE = click.option("--ignore", multiple=True, metavar="RULE", envvar="MAILLINT_IGNORE",
                      shell_complete=complete_rules, help="Leave out this rule or family. Repeatable.")  # fmt: skip
CONFIG = click.option("--config", "config_path", type=click.Path(dir_okay=False), metavar="FILE",
                      envvar="MAILLINT_CONFIG",
                      help="Use this configuration instead of the nearest maillint.yaml.")  # fmt: skip
FAIL_ON = click.option("--fail-on", type=click.Choice(THRESHOLDS), metavar="LEVEL", envvar="MAILLINT_FAIL_ON",
                       help="The lowest severity that makes the exit status 1: error (the default), warning, info or "
                            "never.")  # fmt: skip
FAIL_ON_UNKNOWN = click.option("--fail-on-unknown", is_flag=True, envvar="MAILLINT_FAIL_ON_UNKNOWN",
                               help="Exit with 1, too, where a rule was skipped whose findings would reach "
                                    "--fail-on.")  # fmt: skip
MIN_SEVERITY = click.option("--min-severity", type=click.Choice(THRESHOLDS[:3]), metavar="LEVEL",
                            envvar="MAILLINT_MIN_SEVERITY",
                            help="Show nothing below error, warning or info (the default); the exit status and the "
                                 "counts stay.")  # fmt: skip
FORMAT = click.option("-f", "--format", "formats", multiple=True, metavar="NAME[=FILE]", envvar="MAILLINT_FORMAT",
                      shell_complete=complete_formats,
                      help="Output format: full (the default), concise, json, sarif, github, gitlab, junit, "
                           "markdown, summary. With =FILE it is written there; repeatable.")  # fmt: skip
OUTPUT_FILE = click.option("-o", "--output-file", metavar="FILE", type=click.Path(),
                           help="Write the output to a file instead.")  # fmt: skip
COLOR = click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", metavar="WHEN",
                     help="auto (the default), always or never; NO_COLOR and FORCE_COLOR are honoured.")  # fmt: skip
QUIET = click.option("-q", "--quiet", is_flag=True, help="Print nothing but findings.")
BASELINE = click.option("--baseline", metavar="FILE", type=click.Path(), envvar="MAILLINT_BASELINE",
                        help="Leave out the findings that this file knows.")  # fmt: skip
WRITE_BASELINE = click.option("--write-baseline", metavar="FILE", type=click.Path(),
                              help="Write all findings to a baseline file and exit with 0.")  # fmt: skip


def profile_option(text: str) -> Options:
    """``--profile``; the text says what it is for."""
    words = f"{', '.join(PROFILES[:-1])} or {PROFILES[-1]}"
    return click.option("--profile", type=click.Choice(PROFILES), metavar="KIND", envvar="MAILLINT_PROFILE",
                        help=f"{text}: {words}.")  # fmt: skip


def resolver_option(text: str) -> Options:
    """``--resolver``."""
    return click.option("--resolver", metavar="HOST[:PORT]", envvar="MAILLINT_RESOLVER", help=text)


def check_config_path(ctx: click.Context, path: str | None) -> None:
    """Raise click.UsageError where ``--config`` names no file."""
    if path is not None and not os.path.isfile(path):  # noqa: PTH113
        raise click.UsageError(f"--config: {path}: no such file", ctx)


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


def run_config(discovery: Discovery) -> LayeredConfig:
    """The configuration whose keys about the run as a whole count (``fail-on``, ``min-severity``, ``format``).

    It is that of the files, if they all have the same one, else that of the working folder.
    """
    configs = discovery.configs
    return configs[0] if len(configs) == 1 else discovery.config_for("x")


def configured_targets(
    targets: list[tuple[str, str | None]], config: LayeredConfig, *, given: bool
) -> list[tuple[str, str | None]]:
    """The targets, in the configuration's format where no format was ``given``."""
    if given or config.output_format is None:
        return targets
    return [(config.output_format, path) for _, path in targets]


def make_context(
    catalogue: Catalogue,
    config: LayeredConfig,
    verbose: int,
    *,
    fail_on: str | None = None,
    min_severity: str | None = None,
) -> output.Context:
    """How to render: the terminal's width, the rules' texts, and what options and configuration say of severities."""
    fail_on = fail_on or config.fail_on or "error"
    min_severity = min_severity or config.min_severity or "info"
    return output.Context(
        rules=catalogue.rules,
        width=terminal_width(),
        version=__version__,
        verbose=verbose,
        min_severity=Severity.parse(min_severity) or Severity.INFO,
        fail_on=None if fail_on == "never" else Severity.parse(fail_on),
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
) -> int:
    """Render each format and write it whole, to its file or, as the last one, to standard output.

    Returns 2 where a file could not be written, which is said, else 0. With ``follow``, a file may be a link that leads
    out of its folder.
    """
    status = 0
    for name, path in sorted(targets, key=lambda target: target[1] is None):  # whose reader may go
        painted = path is None and wants_color(color, sys.stdout)
        links = painted and sys.stdout.isatty() and os.environ.get("TERM") not in {None, "", "dumb", "linux"}
        text = output.load(name).render(report, replace(context, color=painted, links=links))
        if path is None:
            (door.show if name in FOR_PEOPLE else door.write)(text)
            continue
        from maillint.files.atomic import WriteError, write_output  # noqa: PLC0415 -- seldom wanted

        try:
            write_output(path, text.encode("utf-8", "backslashreplace"), follow=follow)
        except WriteError as error:
            door.tell(str(error))
            status = 2
    return status


def line_of(error: Exception) -> str | None:
    """One line about a user's mistake or the system's error; None for a fault of maillint's own."""
    from maillint.project.errors import error_line  # noqa: PLC0415 -- most runs have none

    if not isinstance(error, click.ClickException):
        return error_line(error)
    if isinstance(error, click.NoSuchOption):
        from maillint.cli.suggest import options_instead  # noqa: PLC0415 -- few errors are of this kind

        text = f"no option {error.option_name}{options_instead(error)}"
    elif type(error) is click.BadParameter and error.param is not None:
        from maillint.cli.suggest import value_fault  # noqa: PLC0415 -- as above

        text = value_fault(error, error.param)
    else:
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


# -- baseline -----------------------------------------------------------------------------------------


def save_baseline(report: Report, path: str, not_run: frozenset[str], *, follow: bool = False) -> int:
    """Write all findings as known ones; return the exit status."""
    from maillint.files.atomic import write_output  # noqa: PLC0415 -- as the next two
    from maillint.output._cells import visible  # noqa: PLC0415
    from maillint.project.baseline import Baseline, merged  # noqa: PLC0415 -- few runs have one

    old = Baseline.read(path, follow=follow) if os.path.exists(path) else None  # noqa: PTH110
    write_output(path, merged(old, report, path, not_run).encode("utf-8", "backslashreplace"), follow=follow)
    broken = [finding for file in report.files for finding in file.findings if finding.rule in INCOMPLETE]
    count = len(report.severities) - len(broken)
    door.say(f"Wrote {count} finding{'s' * (count != 1)} to {visible(path)}.")
    for finding in broken:
        door.tell(f"{finding.path}: {finding.message}")
    show_failures(report)
    return 2 if report.failures or broken else 0


def drop_known_of_domains(report: Report, baseline: str | None, discovery: Discovery, *, quiet: bool) -> Report:
    """Leave out what a baseline knows of domains, and say which of its entries no longer occur."""
    if baseline is None or not report.domains:
        return report
    from maillint.project.baseline import Baseline, describe  # noqa: PLC0415 -- few runs have one

    report, stale = Baseline.read(baseline).filter_domains(report, rules_not_run(discovery, online=False))
    if stale and not quiet:
        door.tell(describe(stale, "domain"))
    return report


def rules_not_run(discovery: Discovery, *, online: bool) -> frozenset[str]:
    """The rules that this command line has not run: left out by name, or run with --online alone."""
    names = {name for config in discovery.configs for name in config.deselected}
    if not online:
        rules = (rule for config in discovery.configs for rule in config.catalogue.rules.values())
        names.update(rule.name for rule in rules if rule.subject == "online")
    return frozenset(names)
