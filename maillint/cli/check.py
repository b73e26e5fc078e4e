"""``maillint check``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from maillint.cli import door
from maillint.cli.common import (
    BASELINE,
    COLOR,
    CONFIG,
    FAIL_ON,
    FAIL_ON_UNKNOWN,
    FORMAT,
    IGNORE,
    MIN_SEVERITY,
    OUTPUT_FILE,
    QUIET,
    SELECT,
    WRITE_BASELINE,
    Command,
    check_config_path,
    complete_dialects,
    configured_targets,
    drop_known_of_domains,
    exit_status,
    make_context,
    option_group,
    parse_formats,
    profile_option,
    progress_for,
    resolver_option,
    rules_not_run,
    run_config,
    save_baseline,
    show_failures,
    split_names,
    write,
)
from maillint.config.config import COMMAND_LINE, DEFAULT_PER_FILE, CommandLine
from maillint.errors import LintError
from maillint.files.paths import shown_path
from maillint.finding import Failure, Report
from maillint.project.collector import resume
from maillint.project.discovery import Discovery, Group
from maillint.project.parallel import cores
from maillint.project.runner import Run, Work, lint_groups
from maillint.values import frozen, replace

if TYPE_CHECKING:
    from maillint.cli.common import Silent
    from maillint.cli.online import Lookups
    from maillint.cli.progress import Progress
    from maillint.engine.clock import Clock


def jobs_of(ctx: click.Context, param: click.Parameter, value: str) -> int:
    """``auto`` or a number of processes."""
    if value == "auto":
        return cores()
    if value.isascii() and value.isdigit() and len(value) < 10 and 1 <= int(value) <= 256:
        return int(value)
    raise click.BadParameter(f'"{value}" is neither auto nor a number from 1 to 256', ctx, param)


TARGET_OPTIONS = option_group(
    "What to lint",
    click.option("--diff-base", metavar="REV",
                 help="Report only findings on lines changed since this git revision."),
    click.option("--skip-pages", is_flag=True, envvar="MAILLINT_SKIP_PAGES",
                 help="Judge named files as a folder's: pass over web pages and other texts; for hooks."),
    click.option("--follow-symlinks", is_flag=True, envvar="MAILLINT_FOLLOW_SYMLINKS",
                 help="Read links that lead out of the folders to lint, too."),
    click.option("--stdin-filename", metavar="NAME", type=click.Path(),
                 help="With -: the file that the text is to stand in; it need not be there."),
)  # fmt: skip

KIND_OPTIONS = option_group(
    "The kind of mail",
    profile_option("The kind of mail, where the files do not say it"),
    click.option("--touch", type=click.IntRange(1), metavar="N",
                 help="Place in the sequence; 1 is the first touch."),
    click.option("--dialect", metavar="NAME", envvar="MAILLINT_DIALECT", shell_complete=complete_dialects,
                 help="The template language, where it cannot be told."),
)  # fmt: skip

RULE_OPTIONS = option_group(
    "Rules and settings",
    SELECT,
    IGNORE,
    CONFIG,
    click.option("--show-settings", is_flag=True,
                 help="Show every setting that holds for the named files, and its origin, instead of linting."),
    BASELINE,
    WRITE_BASELINE,
)  # fmt: skip

FIX_OPTIONS = option_group(
    "Fixing",
    click.option("--fix", is_flag=True, help="Apply the safe fixes and report what is left."),
    click.option("--unsafe-fixes", is_flag=True,
                 help="With --fix or --diff: apply those too that may change the meaning."),
    click.option("--diff", is_flag=True, help="Show what --fix would change instead of changing it; 1 if anything."),
)  # fmt: skip

ONLINE_OPTIONS = option_group(
    "Online",
    click.option("--dns", is_flag=True, help="Look up SPF, DKIM and DMARC of the From domains too (goes online)."),
    click.option("--online", is_flag=True,
                 help="Ask where links lead, and what their certificates say (goes online)."),
    click.option("--online-timeout", type=click.FloatRange(0, 120, min_open=True), default=10, show_default=True,
                 metavar="SECONDS", help="With --online: how long one address may take."),
    click.option("--online-allow-private", multiple=True, metavar="NETWORK",
                 help="With --online: private addresses that may be requested, such as 10.0.0.0/8. Repeatable."),
    resolver_option("With --dns or --online: ask this DNS server."),
)  # fmt: skip

OUTPUT_OPTIONS = option_group(
    "Output",
    FORMAT,
    OUTPUT_FILE,
    FAIL_ON,
    FAIL_ON_UNKNOWN,
    MIN_SEVERITY,
    click.option("--statistics", is_flag=True, help="Show how often each rule hit instead of each finding."),
    COLOR,
    click.option("--all", "show_all", is_flag=True,
                 help="Show every finding and every place of it: by default, full sums up what is too much."),
    QUIET,
    click.option("-v", "--verbose", count=True, help="Tell how each file was read."),
)  # fmt: skip

RUN_OPTIONS = option_group(
    "Running",
    click.option("--watch", is_flag=True, help="Lint again whenever a file changes, until Ctrl-C."),
    click.option("-j", "--jobs", default="auto", show_default=True, metavar="N", callback=jobs_of,
                 envvar="MAILLINT_JOBS", help="Processes to use."),
    click.option("--no-cache", is_flag=True, envvar="MAILLINT_NO_CACHE",
                 help="Lint every file anew; keep no results in .maillint_cache."),
    click.option("--profile-rules", is_flag=True,
                 help="Say on standard error how long each phase and each rule takes; one process, no cache."),
)  # fmt: skip


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
    fail_on: str | None
    fail_on_unknown: bool
    min_severity: str | None
    formats: tuple[str, ...]
    output_file: str | None
    statistics: bool
    color: str
    show_all: bool
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


@click.command("check", cls=Command)
@click.argument("paths", nargs=-1, type=click.Path())
@TARGET_OPTIONS
@KIND_OPTIONS
@RULE_OPTIONS
@FIX_OPTIONS
@ONLINE_OPTIONS
@OUTPUT_OPTIONS
@RUN_OPTIONS
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Lint templates and messages.

    PATHS are files (.html, .htm, .eml, .txt, template files, campaign plans) or folders, which are walked; without
    any, the working folder; - reads one message from standard input. A template and its plain-text twin
    (welcome.html, welcome.txt) are one message. Front matter in a template may state subject, from, headers, touch
    and profile.

    \b
    Examples:
      maillint check
      maillint check --profile cold --fail-on warning sequence/
      maillint check --fix emails/
      maillint check -f full -f sarif=maillint.sarif emails/
      cat mail.eml | maillint check - --stdin-filename mail.eml
    """
    arguments = Arguments(**{**given, "paths": given["paths"] or (".",)})
    check_config_path(ctx, arguments.config_path)
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
        door.show(show_settings(discovery, arguments.paths, given_in(ctx)))
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


def given_in(ctx: click.Context) -> dict[str, tuple[Any, str]]:
    """What the command line or the environment gives, by the keys of the configuration; each with its origin."""
    found: dict[str, tuple[Any, str]] = {}
    for param in ctx.command.params:
        source = ctx.get_parameter_source(param.name or "")
        key = {"formats": "format"}.get(param.name or "", (param.name or "").replace("_", "-"))
        if source is click.core.ParameterSource.COMMANDLINE:
            found[key] = ctx.params[str(param.name)], COMMAND_LINE
        elif source is click.core.ParameterSource.ENVIRONMENT:
            found[key] = ctx.params[str(param.name)], f"environment, {getattr(param, 'envvar', '')}"
    return found


def run_profiled(arguments: Arguments, targets: list[tuple[str, str | None]]) -> int:
    """Do what ``run_once`` does, and say how long it took."""
    from maillint.cli.profiling import start_clock, table  # noqa: PLC0415 -- seldom wanted, as the next
    from maillint.project.profiling import watching  # noqa: PLC0415

    clock = start_clock()
    with watching(clock):
        status = run_once(arguments, targets, clock)
    door.say(f"\n{table(clock)}".removesuffix("\n"))
    return status


def run_once(arguments: Arguments, targets: list[tuple[str, str | None]], clock: Clock | None = None) -> int:
    """Lint (or fix) once, write the output, and return the exit status; a ``clock`` measures it."""
    if arguments.fix or arguments.diff or arguments.dns or arguments.online or arguments.watch:
        resume()  # these do more than lint each message once
    discovery = arguments.discovery()
    progress = progress_for(quiet=arguments.quiet)
    lookups = lookups_of(arguments, progress)
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
        with progress.phase("looking for files"), clock.phase("find files") if clock else nullcontext():
            groups = discovery.groups(arguments.paths)
        if not groups and not discovery.excluded and not discovery.failures:
            raise LintError(nothing_found(arguments.paths, discovery))
        if arguments.write_baseline is None:
            require_baselines(groups, arguments)
        if arguments.diff_base is not None:
            from maillint.cli.changes import changed_since  # noqa: PLC0415 -- runs git

            groups, only_changed = changed_since(groups, arguments.diff_base)
        if arguments.diff:
            from maillint.cli.fixing import show_diff  # noqa: PLC0415 -- seldom needed

            return show_diff(groups, discovery.failures, unsafe=arguments.unsafe_fixes)
        if arguments.fix:
            from maillint.cli.fixing import fix_files  # noqa: PLC0415 -- seldom needed

            observe = lookups.observe if lookups else None
            with progress.phase("fixing"):
                run = fix_files(groups, unsafe=arguments.unsafe_fixes, quiet=arguments.quiet, observe=observe)
        else:
            run = lint_with_progress(groups, arguments, lookups, progress, clock)
    run = with_discovery(run, discovery)
    with progress.phase("looking up links") if lookups else nullcontext():
        report = only_changed(lookups.add_links(run.report) if lookups else run.report)
    if lookups is not None:
        with progress.phase("looking up domains"):
            report = lookups.add_domains(report, run.observed)
    if arguments.write_baseline is not None:
        left_out = rules_not_run(discovery, online=arguments.online)
        return save_baseline(report, arguments.write_baseline, left_out, follow=arguments.follow_symlinks)
    report = drop_known(report, arguments, groups, discovery)
    baseline = arguments.baseline or run_config(discovery).baseline
    report = drop_known_of_domains(report, baseline, discovery, quiet=arguments.quiet)
    return show(report, arguments, targets, discovery, clock)


def show(
    report: Report,
    arguments: Arguments,
    targets: list[tuple[str, str | None]],
    discovery: Discovery,
    clock: Clock | None,
) -> int:
    """Write a report in the formats of the command line, else the configuration's; return the exit status."""
    config = run_config(discovery)
    verbosity = -1 if arguments.quiet else arguments.verbose
    per_file = None if arguments.show_all else most_per_file(discovery)
    limits = {"fail_on": arguments.fail_on, "min_severity": arguments.min_severity}
    context = replace(make_context(discovery.catalogue, config, verbosity, **limits), per_file=per_file)
    targets = configured_targets(targets, config, given=bool(arguments.formats) or arguments.statistics)
    try:
        with clock.phase("output") if clock else nullcontext():
            status = write(report, context, targets, arguments.color, follow=arguments.follow_symlinks)
    finally:
        show_failures(report)
    return max(status, exit_status(report, context.fail_on, fail_on_unknown=arguments.fail_on_unknown))


def nothing_found(paths: Sequence[str], discovery: Discovery) -> str:
    """What to say where no file is linted: in which folders, and what was passed over there."""
    folders = [os.path.abspath(path) if os.path.normpath(path) in {".", ".."} else path for path in paths]  # noqa: PTH100
    return f"no templates or messages found in {', '.join(folders)}{discovery.pages_found}"


def most_per_file(discovery: Discovery) -> int | None:
    """How many findings of a file are shown: the most that a configuration of the run allows, None for all."""
    most = [config.max_findings_per_file for config in discovery.configs]
    return None if 0 in most else max(most, default=DEFAULT_PER_FILE)


def with_discovery(run: Run, discovery: Discovery) -> Run:
    """A run with what went wrong, and what was passed over, while its files were looked for."""
    report = run.report
    failures = (*discovery.failures, *report.failures)
    return run._replace(report=replace(report, failures=failures, passed_over=tuple(discovery.passed_over)))


def lookups_of(arguments: Arguments, progress: Progress | Silent) -> Lookups | None:
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
        progress=lambda what, done, count: progress.show(f"looking up {what}", done, count),
    )


def lint_with_progress(
    groups: Sequence[Group],
    arguments: Arguments,
    lookups: Lookups | None,
    progress: Progress | Silent,
    clock: Clock | None = None,
) -> Run:
    """Lint the messages; a long run says on a terminal's standard error how far it is."""
    jobs = 1 if clock is not None or (lookups is not None and lookups.needs_messages) else arguments.jobs
    cache = clock is None and not arguments.no_cache
    work = Work(jobs, cache, observe=lookups.observe if lookups else None, clock=clock)
    with progress.phase("linting"):
        return lint_groups(groups, replace(work, done=lambda count: progress.show("linting", count, len(groups))))


# -- baseline -----------------------------------------------------------------------------------------


def require_baselines(groups: Sequence[Group], arguments: Arguments) -> None:
    """Raise LintError where a configuration of the run requires a baseline file, and there is none."""
    for config in {group.config.path: group.config for group in groups}.values():
        if not config.require_baseline:
            continue
        path = arguments.baseline or config.baseline
        if path is None or not os.path.exists(path):  # noqa: PTH110
            from maillint.cli.settings import config_origin  # noqa: PLC0415 -- seldom needed

            origin = config_origin(config, "require-baseline")
            what = "no baseline is named" if path is None else f"there is no {shown_path(path)}"
            target = "maillint-baseline.json" if path is None else shown_path(path)
            name = f', and name it in {shown_path(str(config.path))}: "baseline: {target}"' if path is None else ""
            command = f"maillint check {' '.join(arguments.paths)} --write-baseline {target}"
            raise LintError(f'{origin}: require-baseline: {what}; write one with "{command}"{name}')


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
