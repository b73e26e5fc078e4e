"""``maillint plan``."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from maillint.cli import door
from maillint.cli.common import (
    COLOR,
    CONFIG,
    Command,
    check_config_path,
    option_group,
    parse_formats,
    terminal_width,
    wants_color,
)
from maillint.config.config import CommandLine
from maillint.errors import LintError
from maillint.files.access import UnreadableError, read_limited
from maillint.files.paths import shown_path
from maillint.message.kinds import is_plan
from maillint.plan.model import Plan
from maillint.project.discovery import Discovery

RATE = click.FloatRange(0, 100, min_open=True)
COUNT = click.IntRange(1, 1_000_000_000)


class PlanFormat(click.Choice[str]):
    """The formats of this command; another one that the environment asks every command for stands for the default."""

    def __init__(self) -> None:
        super().__init__(("full", "json"))

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take a format."""
        if ctx is not None and param is not None and value not in self.choices:
            source = ctx.get_parameter_source(str(param.name))
            if source is click.core.ParameterSource.ENVIRONMENT and parse_formats(value.split(), None):
                return "full"
        return super().convert(value, param, ctx)


def complete_keys(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The keys of a plan that a text may become; for shell completion."""
    from maillint.cli.plan_new import QUESTIONS  # noqa: PLC0415 -- only while completing

    return [f"{key}=" for key in QUESTIONS if f"{key}=".startswith(incomplete)]


@click.command("plan", cls=Command)
@click.argument("file", required=False, type=click.Path(dir_okay=False))
@option_group(
    "Making a plan",
    click.option(
        "--new",
        is_flag=True,
        help="Make a plan: by asking, or from --set where there is no terminal. It is written to FILE, which "
        "must not be there, or else to standard output.",
    ),
    click.option(
        "--set",
        "given",
        multiple=True,
        metavar="KEY=VALUE",
        shell_complete=complete_keys,
        help="With --new: the value of a key, such as goal.kind=meeting, sender.age-days=12 or "
        "steps=intro-1.html,intro-2.html; it is not asked for. Repeatable.",
    ),
)
@option_group(
    "Journal",
    click.option("--journal", is_flag=True, help="Print the entry of this week's journal instead, in Markdown."),
    click.option("--week", metavar="DATE", help="With --journal: a day of the week that it is about; else this week."),
)
@option_group(
    "Arithmetic",
    click.option(
        "--ramp",
        type=COUNT,
        metavar="N",
        help="Propose a ramp to N messages a day: by the plan, or without FILE for any sender.",
    ),
    click.option("--start", type=COUNT, metavar="N", help="Messages on the first day of a proposed ramp."),
    click.option(
        "--compare",
        nargs=2,
        metavar="COUNT/SENT COUNT/SENT",
        help="Compare two arms of an A/B test, such as --compare 12/400 30/400.",
    ),
    click.option(
        "--sample",
        nargs=2,
        type=RATE,
        metavar="NOW EXPECTED",
        help="How many messages each arm needs to tell two rates, in per cent, apart: --sample 3 6.",
    ),
    click.option(
        "--none-in", type=COUNT, metavar="SENT", help="The rate that none in so many still allows (rule of three)."
    ),
)
@option_group("Rules and settings", CONFIG)
@option_group(
    "Output",
    click.option("-f", "--format", "output_format", type=PlanFormat(), default="full", metavar="NAME",
                 envvar="MAILLINT_FORMAT", help="Output format: full (the default) or json."),
    COLOR,
)  # fmt: skip
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Walk through the decision behind a campaign, and read its results.

    FILE is a plan (*.campaign.yaml; - for standard input); without it, the only one in the working folder. In five
    steps: the goal in one sentence, the acceptable risk, no link or one or several, what to measure, a small test; from
    these follow whether to track opens and clicks, how to follow up, and how to ramp up. Where the plan has results,
    they are read: what to change first, by replies and meetings, never by opens.

    `maillint check FILE` lints the plan and its templates.

    \b
    Examples:
      maillint plan october.campaign.yaml
      maillint plan --new october.campaign.yaml
      maillint plan --new --set goal.kind=meeting --set audience.size=200
      maillint plan october.campaign.yaml --journal >> journal.md
      maillint plan --ramp 200 --start 20
      maillint plan --compare 12/400 30/400
      maillint plan --sample 3 6
    """
    path: str | None = given["file"]
    if sum(bool(given[name]) for name in ("new", "journal", "compare", "sample", "none_in")) > 1:
        raise click.UsageError("--new, --journal, --compare, --sample and --none-in each stand alone", ctx)
    if given["week"] is not None and not given["journal"]:
        raise click.UsageError("--week goes with --journal", ctx)
    if given["given"] and not given["new"]:
        raise click.UsageError("--set goes with --new", ctx)
    if given["start"] is not None and given["ramp"] is None:
        raise click.UsageError("--start goes with --ramp", ctx)
    if given["compare"] or given["sample"] or given["none_in"]:
        if path is not None:
            raise click.UsageError("arithmetic needs no plan: leave out FILE", ctx)
        door.show(_arithmetic(given))
        return
    if given["new"]:
        _make(path, given["given"])
        return
    check_config_path(ctx, given["config_path"])
    discovery = Discovery(given["config_path"], CommandLine())
    if path is None and given["ramp"] is not None:
        from maillint.cli.plan_page import proposed_ramp  # noqa: PLC0415 -- only what is printed is loaded, as below

        door.show(proposed_ramp(given["ramp"], given["start"], terminal_width(), bar()))
        return
    plan, name = _read(path, ctx)
    _show(plan, name, discovery, given)


def _show(plan: Plan, name: str, discovery: Discovery, given: Mapping[str, Any]) -> None:
    from maillint.cli import plan_page  # noqa: PLC0415 -- see above
    from maillint.output._paint import Paint  # noqa: PLC0415
    from maillint.plan.advice import advise  # noqa: PLC0415

    advice = advise(plan, options_of(discovery, name, plan), given["ramp"], given["start"])
    if given["journal"]:
        from maillint.cli.plan_journal import entry, week_of  # noqa: PLC0415

        door.show_all(entry(plan, advice.diagnosis, week_of(given["week"])))
    elif given["output_format"] == "json":
        door.write(plan_page.as_json(name, advice))
    else:
        paint = Paint(wants_color(given["color"], sys.stdout))
        door.show(plan_page.as_text(name, plan, advice, terminal_width(), paint, bar()))


def bar() -> str:
    """What a bar of a chart is made of: a block, where standard output can show it."""
    try:
        "█".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "#"
    return "█"


def options_of(discovery: Discovery, path: str, plan: Plan) -> Mapping[str, Mapping[str, Any]]:
    """The options of each rule about plans, by its name, as the configuration has them."""
    config = discovery.settings_of(path)
    profile = plan.profile or config.profile or "general"
    rules = [rule for rule in config.catalogue.rules.values() if rule.subject == "plan"]
    return {rule.name: config.resolve(rule, profile).options for rule in rules}


# -- which plan ---------------------------------------------------------------------------------------


def _read(path: str | None, ctx: click.Context) -> tuple[Plan, str]:
    """The plan that is meant, with its path; raises LintError for one that cannot be read."""
    from maillint.project.plan_files import read_plan_file  # noqa: PLC0415 -- see above

    if path == "-":
        name = "stdin.campaign.yaml"
        try:
            return read_plan_file(name, read_limited(sys.stdin.buffer)), name
        except UnreadableError as error:
            raise LintError(f"standard input: {error}") from None
    if path is None:
        found = sorted(name for name in os.listdir() if is_plan(name))  # noqa: PTH208
        if len(found) != 1:
            what = "there is no plan in this folder; --new makes one" if not found else f"there are {', '.join(found)}"
            raise click.UsageError(f"name a plan: {what}", ctx)
        path = found[0]
    if not os.path.isfile(path):  # noqa: PTH113
        raise LintError(f"{path}: {'not a file' if os.path.exists(path) else 'no such file'}")  # noqa: PTH110
    try:
        return read_plan_file(path), path
    except UnreadableError as error:
        raise LintError(f"{shown_path(path)}: {error}") from None


def _make(path: str | None, given: Sequence[str]) -> None:
    from maillint.cli.plan_new import new_plan  # noqa: PLC0415 -- see above

    if path == "-":
        path = None
    if path is not None and not is_plan(path):
        raise click.UsageError(f"{path}: the name of a plan ends in .campaign.yaml")
    if path is not None and os.path.lexists(path):
        raise LintError(f"{shown_path(path)} already exists; nothing written")
    text = new_plan(given, _shipped_options(), asks=sys.stdin.isatty())
    if path is None:
        door.show_all(text)
        return
    with open(path, "x", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)
    door.show_all(f"Wrote {shown_path(path)}; maillint plan {shown_path(path)} goes through it.\n")


def _shipped_options() -> Mapping[str, Mapping[str, Any]]:
    from maillint.catalogue.load import shipped  # noqa: PLC0415 -- see above

    rules = [rule for rule in shipped().rules.values() if rule.subject == "plan"]
    return {rule.name: {**rule.defaults, **rule.options} for rule in rules}


# -- arithmetic ---------------------------------------------------------------------------------------


def _arithmetic(given: Mapping[str, Any]) -> str:
    from maillint.plan import proportions  # noqa: PLC0415 -- see above

    if given["none_in"]:
        sent = given["none_in"]
        rate = 100 * proportions.at_most(sent)
        return f"none in {sent:,}: the rate may still be {rate:.2g}% (rule of three, 95%)\n"
    try:
        if given["sample"]:
            now, expected = given["sample"]
            needed = proportions.needed_per_arm(now / 100, expected / 100)
            return f"to tell {now:g}% from {expected:g}%: {needed:,} messages per arm (two-sided 5%, power 80%)\n"
        counts = [_fraction(text) for text in given["compare"]]
        found = proportions.compare(*counts[0], *counts[1])
    except proportions.MeaninglessError as error:
        raise LintError(f"these counts say nothing: {error}") from None
    lines = []
    for (count, sent), rate in zip(counts, (found.first, found.second), strict=True):
        low, high = proportions.interval(count, sent)
        lines.append(f"{count:,} of {sent:,}: {100 * rate:.2f}% (95%: {100 * low:.2f} to {100 * high:.2f})")
    how = "Fisher's exact test, since the counts are small" if found.exact else "test of two proportions"
    verdict = "they differ beyond chance" if found.differ else "the difference may well be chance"
    return "\n".join([*lines, f"p = {found.p_value:.2g} ({how}): {verdict}"]) + "\n"


def _fraction(text: str) -> tuple[int, int]:
    """Take ``12/400``; raises click.UsageError."""
    count, slash, sent = text.partition("/")
    if not slash or not (count.isascii() and sent.isascii() and count.isdigit() and sent.isdigit()):
        raise click.UsageError(f"--compare: {text!r} is not a count and what was sent, such as 12/400")
    if max(len(count), len(sent)) > 9:
        raise click.UsageError(f"--compare: {text!r} has numbers that are too large")
    return int(count), int(sent)
