"""``maillint check``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from maillint.cli import door
from maillint.cli.common import LEVELS, exit_status, make_context, parse_formats, show_failures, split_names, write
from maillint.config.config import CommandLine
from maillint.data.profiles import PROFILES
from maillint.errors import LintError
from maillint.files.paths import shown_path
from maillint.finding import INCOMPLETE, Failure, Report
from maillint.project.collector import resume
from maillint.project.discovery import Discovery, Group
from maillint.project.parallel import cores
from maillint.project.runner import Run, Work, lint_groups
from maillint.values import frozen, replace

if TYPE_CHECKING:
    from maillint.cli.online import Lookups
    from maillint.engine.clock import Clock


def complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The rules and families that a name may become; for shell completion."""
    from maillint.catalogue.load import shipped  # noqa: PLC0415 -- only while completing

    return [name for name in (*shipped().families, *shipped().rules) if name.startswith(incomplete)]


def jobs_of(ctx: click.Context, param: click.Parameter, value: str) -> int:
    """``auto`` or a number of processes."""
    if value == "auto":
        return cores()
    if value.isascii() and value.isdigit() and len(value) < 10 and 1 <= int(value) <= 256:
        return int(value)
    raise click.BadParameter(f'"{value}" is neither auto nor a number from 1 to 256', ctx, param)


RULE_OPTIONS = (
    click.option("--select", multiple=True, metavar="RULE", envvar="MAILLINT_SELECT", shell_complete=complete_rules,
                 help="Run only this rule or family. Repeatable."),
    click.option("--ignore", multiple=True, metavar="RULE", envvar="MAILLINT_IGNORE", shell_complete=complete_rules,
                 help="Leave out this rule or family. Repeatable."),
    click.option("--profile", type=click.Choice(PROFILES), envvar="MAILLINT_PROFILE",
                 help="The kind of mail, where the files do not say it."),
    click.option("--touch", type=click.IntRange(1), metavar="N",
                 help="Place in the sequence; 1 is the first touch."),
    click.option("--dialect", metavar="NAME", envvar="MAILLINT_DIALECT",
                 help="The template language, where it cannot be told."),
    click.option("--config", "config_path", type=click.Path(dir_okay=False), metavar="FILE",
                 envvar="MAILLINT_CONFIG", help="Use this configuration instead of the nearest maillint.yaml."),
    click.option("--show-settings", is_flag=True,
                 help="Show every setting that holds for the named files, and its origin, instead of linting."),
)  # fmt: skip

FIX_OPTIONS = (
    click.option("--fix", is_flag=True, help="Apply the safe fixes and report what is left."),
    click.option("--unsafe-fixes", is_flag=True,
                 help="With --fix or --diff: apply those too that may change the meaning."),
    click.option("--diff", is_flag=True, help="Show what --fix would change instead of changing it; 1 if anything."),
)  # fmt: skip

SCOPE_OPTIONS = (
    click.option("--baseline", metavar="FILE", envvar="MAILLINT_BASELINE",
                 help="Leave out the findings that this file knows."),
    click.option("--write-baseline", metavar="FILE", help="Write all findings to a baseline file and exit with 0."),
    click.option("--diff-base", metavar="REV",
                 help="Report only findings on lines changed since this git revision."),
    click.option("--dns", is_flag=True, help="Look up SPF, DKIM and DMARC of the From domains too (goes online)."),
    click.option("--online", is_flag=True,
                 help="Ask where links lead, and what their certificates say (goes online)."),
    click.option("--online-timeout", type=click.FloatRange(0, 120, min_open=True), default=10, show_default=True,
                 metavar="SECONDS", help="With --online: how long one address may take."),
    click.option("--online-allow-private", multiple=True, metavar="NETWORK",
                 help="With --online: private addresses that may be requested, such as 10.0.0.0/8. Repeatable."),
    click.option("--resolver", metavar="HOST[:PORT]", envvar="MAILLINT_RESOLVER",
                 help="With --dns or --online: ask this DNS server."),
    click.option("--follow-symlinks", is_flag=True, envvar="MAILLINT_FOLLOW_SYMLINKS",
                 help="Read links that lead out of the folders to lint, too."),
    click.option("--skip-pages", is_flag=True, envvar="MAILLINT_SKIP_PAGES",
                 help="Judge named files as a folder's: pass over web pages and other texts; for hooks."),
    click.option("--stdin-filename", metavar="NAME",
                 help="With -: the file that the text is to stand in; it need not be there."),
)  # fmt: skip

OUTPUT_OPTIONS = (
    click.option("--fail-on", type=click.Choice(LEVELS), default="error", show_default=True,
                 envvar="MAILLINT_FAIL_ON", help="The lowest severity that makes the exit status 1."),
    click.option("--min-severity", type=click.Choice(LEVELS[:3]), default="info", show_default=True,
                 envvar="MAILLINT_MIN_SEVERITY",
                 help="Show nothing below this; the exit status and the counts stay."),
    click.option("-f", "--format", "formats", multiple=True, metavar="NAME[=FILE]", envvar="MAILLINT_FORMAT",
                 help="Output format: full (the default), concise, json, sarif, github, gitlab, junit, markdown, "
                      "summary. With =FILE it is written there; repeatable."),
    click.option("-o", "--output-file", metavar="FILE", help="Write the output to a file instead."),
    click.option("--statistics", is_flag=True, help="Show how often each rule hit instead of each finding."),
    click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True,
                 help="NO_COLOR and FORCE_COLOR are honoured."),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing but findings."),
    click.option("-v", "--verbose", count=True, help="Tell how each file was read."),
)  # fmt: skip

RUN_OPTIONS = (
    click.option("-j", "--jobs", default="auto", show_default=True, metavar="N", callback=jobs_of,
                 envvar="MAILLINT_JOBS", help="Processes to use."),
    click.option("--no-cache", is_flag=True, envvar="MAILLINT_NO_CACHE",
                 help="Lint every file anew; keep no results in .maillint_cache."),
    click.option("--watch", is_flag=True, help="Lint again whenever a file changes, until Ctrl-C."),
    click.option("--profile-rules", is_flag=True,
                 help="Say on standard error how long each phase and each rule takes; one process, no cache."),
)  # fmt: skip


def with_options(*groups: Sequence[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """Put groups of options on a command, in the order in which help shows them."""

    def decorate(function: Any) -> Any:
        for option in reversed([option for group in groups for option in group]):
            function = option(function)
        return function

    return decorate


@frozen
class Arguments:
    """The command line of one run."""

    paths: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    profile: str | None
    touch: int | None
    dialect: str | None
    config_path: str | None
    show_settings: bool
    fix: bool
    unsafe_fixes: bool
    diff: bool
    baseline: str | None
    write_baseline: str | None
    diff_base: str | None
    dns: bool
    online: bool
    online_timeout: float
    online_allow_private: tuple[str, ...]
    resolver: str | None
    follow_symlinks: bool
    skip_pages: bool
    stdin_filename: str | None
    fail_on: str
    min_severity: str
    formats: tuple[str, ...]
    output_file: str | None
    statistics: bool
    color: str
    quiet: bool
    verbose: int
    jobs: int
    no_cache: bool
    watch: bool
    profile_rules: bool

    def discovery(self) -> Discovery:
        """A fresh look at the files, with this command line over their configurations."""
        command_line = CommandLine(
            split_names(self.select), split_names(self.ignore), self.profile, self.touch, self.dialect
        )
        return Discovery(
            self.config_path,
            command_line,
            follow=self.follow_symlinks,
            skip_pages=self.skip_pages,
            cache=not self.no_cache,
            whole=self.diff_base is None,
        )


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path())
@with_options(RULE_OPTIONS, FIX_OPTIONS, SCOPE_OPTIONS, OUTPUT_OPTIONS, RUN_OPTIONS)
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Lint templates and messages.

    PATHS are files (.html, .htm, .eml, .txt, template files, campaign plans) or folders, which are walked; - reads
    one message from standard input. A template and its plain-text twin (welcome.html, welcome.txt) are one message.
    Front matter in a template may state subject, from, headers, touch and profile.

    \b
    Examples:
      maillint check .
      maillint check --profile cold --fail-on warning sequence/
      maillint check --fix emails/
      maillint check -f full -f sarif=maillint.sarif emails/
      cat mail.eml | maillint check - --stdin-filename mail.eml
    """
    arguments = Arguments(**given)
    if not arguments.paths:
        raise click.UsageError("name at least one file or folder, or - for standard input", ctx)
    if arguments.config_path is not None and not os.path.isfile(arguments.config_path):  # noqa: PTH113
        raise click.UsageError(f"--config: {arguments.config_path}: no such file", ctx)
    asks_dns = arguments.dns or arguments.online
    if arguments.resolver is not None and not asks_dns and "MAILLINT_RESOLVER" not in os.environ:
        raise click.UsageError("--resolver goes with --dns or --online", ctx)
    if arguments.online_allow_private and not arguments.online:
        raise click.UsageError("--online-allow-private goes with --online", ctx)
    if arguments.write_baseline is not None and arguments.diff_base is not None:
        raise click.UsageError("--write-baseline takes whole files: leave out --diff-base", ctx)
    if "-" in arguments.paths and len(arguments.paths) > 1:
        raise click.UsageError("- stands alone", ctx)
    targets = parse_formats(arguments.formats or (("summary",) if arguments.statistics else ()), arguments.output_file)
    if arguments.show_settings:
        from maillint.cli.settings import show_settings  # noqa: PLC0415 -- seldom wanted

        discovery = arguments.discovery()
        door.show(show_settings(discovery, arguments.paths))
        show_failures(Report(failures=tuple(discovery.failures)))
        ctx.exit(2 if discovery.failures else 0)
    run = partial(run_profiled if arguments.profile_rules else run_once, arguments, targets)
    if arguments.watch and arguments.online:
        raise click.UsageError("--watch would request every link again and again: leave out --online", ctx)
    if arguments.watch:
        from maillint.cli.watch import watch  # noqa: PLC0415 -- seldom wanted

        written = [*(path for _, path in targets), arguments.write_baseline]
        watch(run, arguments.paths, arguments.discovery, read=[arguments.baseline], written=written)
    ctx.exit(run())


def run_profiled(arguments: Arguments, targets: Sequence[tuple[str, str | None]]) -> int:
    """Do what ``run_once`` does, and say how long it took."""
    from maillint.cli.profiling import start_clock, table  # noqa: PLC0415 -- seldom wanted, as the next
    from maillint.project.profiling import watching  # noqa: PLC0415

    clock = start_clock()
    with watching(clock):
        status = run_once(arguments, targets, clock)
    door.say(f"\n{table(clock)}".removesuffix("\n"))
    return status


def run_once(arguments: Arguments, targets: Sequence[tuple[str, str | None]], clock: Clock | None = None) -> int:
    """Lint (or fix) once, write the output, and return the exit status; a ``clock`` measures it."""
    if arguments.fix or arguments.diff or arguments.dns or arguments.online or arguments.watch:
        resume()  # these do more than lint each message once
    discovery = arguments.discovery()
    lookups = lookups_of(arguments)
    groups: list[Group] = []
    only_changed: Callable[[Report], Report] = lambda whole: whole  # noqa: E731 -- what --diff-base leaves of a report
    if arguments.paths == ("-",):
        from maillint.cli.standard_input import fix_text, groups_of, lint_text, read_text  # noqa: PLC0415 -- seldom needed

        text = read_text(arguments.stdin_filename)
        if not isinstance(text, Failure):
            groups = groups_of(text, discovery)
        if not isinstance(text, Failure) and (arguments.fix or arguments.diff):
            return fix_text(text, groups, discovery.failures, unsafe=arguments.unsafe_fixes, diff=arguments.diff)
        run = lint_text(text, groups, lookups.observe if lookups else None, clock)
    else:
        with clock.phase("find files") if clock else nullcontext():
            groups = discovery.groups(arguments.paths)
        if not groups and not discovery.excluded and not discovery.failures:
            raise LintError(f"no templates or messages found in {', '.join(arguments.paths)}{discovery.pages_found}")
        if arguments.diff_base is not None:
            from maillint.cli.changes import changed_since  # noqa: PLC0415 -- runs git

            groups, only_changed = changed_since(groups, arguments.diff_base)
        if arguments.diff:
            from maillint.cli.fixing import show_diff  # noqa: PLC0415 -- seldom needed

            return show_diff(groups, discovery.failures, unsafe=arguments.unsafe_fixes)
        if arguments.fix:
            from maillint.cli.fixing import fix_files  # noqa: PLC0415 -- seldom needed

            observe = lookups.observe if lookups else None
            run = fix_files(groups, unsafe=arguments.unsafe_fixes, quiet=arguments.quiet, observe=observe)
        else:
            run = lint_with_progress(groups, arguments, lookups, clock)
    run = with_discovery(run, discovery)
    report = only_changed(lookups.add_links(run.report) if lookups else run.report)
    if arguments.write_baseline is not None:
        left_out = rules_not_run(discovery, online=arguments.online)
        return save_baseline(report, arguments.write_baseline, left_out, follow=arguments.follow_symlinks)
    report = drop_known(report, arguments, groups, discovery)
    if lookups is not None:
        report = lookups.add_domains(report, run.observed)
    verbosity = -1 if arguments.quiet else arguments.verbose
    context = make_context(discovery.catalogue, arguments.fail_on, verbosity, arguments.min_severity)
    with clock.phase("output") if clock else nullcontext():
        write(report, context, targets, arguments.color, follow=arguments.follow_symlinks)
    show_failures(report)
    return exit_status(report, context.fail_on)


def with_discovery(run: Run, discovery: Discovery) -> Run:
    """A run with what went wrong, and what was passed over, while its files were looked for."""
    report = run.report
    failures = (*discovery.failures, *report.failures)
    return run._replace(report=replace(report, failures=failures, passed_over=tuple(discovery.passed_over)))


def lookups_of(arguments: Arguments) -> Lookups | None:
    """What a command line looks up online; None for one that stays offline."""
    if not (arguments.dns or arguments.online):
        return None
    from maillint.cli.online import open_lookups  # noqa: PLC0415 -- goes online, and 80 ms

    return open_lookups(
        dns=arguments.dns,
        online=arguments.online,
        resolver=arguments.resolver,
        timeout=arguments.online_timeout,
        allowed=arguments.online_allow_private,
        quiet=arguments.quiet,
    )


def lint_with_progress(
    groups: Sequence[Group], arguments: Arguments, lookups: Lookups | None, clock: Clock | None = None
) -> Run:
    """Lint the messages; a long run shows a bar on a terminal's standard error."""
    jobs = 1 if clock is not None or (lookups is not None and lookups.needs_messages) else arguments.jobs
    cache = clock is None and not arguments.no_cache
    work = Work(jobs, cache, observe=lookups.observe if lookups else None, clock=clock)
    if arguments.quiet or len(groups) < 50 or not sys.stderr.isatty():
        return lint_groups(groups, work)
    with click.progressbar(length=len(groups), label="linting", file=sys.stderr) as bar:
        return lint_groups(groups, replace(work, done=lambda count: bar.update(count - bar.pos)))


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


def drop_known(report: Report, arguments: Arguments, groups: Sequence[Group], discovery: Discovery) -> Report:
    """Leave out what the baselines know, and say which of their entries no longer occur."""
    named = {shown_path(path): group.config.baseline for group in groups for path in group.wanted}
    if arguments.baseline is not None:
        named = {file.path: arguments.baseline for file in report.files}
    if not any(named.values()):
        return report
    from maillint.project.baseline import describe, without_known  # noqa: PLC0415 -- few runs have one

    not_run, follow = rules_not_run(discovery, online=arguments.online), arguments.follow_symlinks
    report, stale = without_known(report, named, not_run, follow=follow)
    # With --diff-base only the findings of some lines are there, so nothing says which entries are stale.
    if stale and not arguments.quiet and arguments.diff_base is None:
        door.tell(describe(stale))
    return report


def rules_not_run(discovery: Discovery, *, online: bool) -> frozenset[str]:
    """The rules that this command line has not run: left out by name, or run with --online alone."""
    names = {name for config in discovery.configs for name in config.deselected}
    if not online:
        rules = (rule for config in discovery.configs for rule in config.catalogue.rules.values())
        names.update(rule.name for rule in rules if rule.subject == "online")
    return frozenset(names)
