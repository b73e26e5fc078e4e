"""Lint the plan of a run with the messages of its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from maillint.engine.plan import lint_plan
from maillint.files.access import UnreadableError
from maillint.finding import FileReport
from maillint.message.kinds import kind_of
from maillint.message.model import Message
from maillint.plan.campaign import Campaign
from maillint.plan.model import Plan
from maillint.project.discovery import Group
from maillint.project.loader import load
from maillint.project.plan_files import named_files
from maillint.project.result_cache import Inputs

if TYPE_CHECKING:
    from maillint.engine.clock import Clock

GENERAL = "general"
"""The profile of a plan that neither it nor the settings give one."""


def load_campaign(
    group: Group, messages: Mapping[tuple[str, ...], Message] | None = None
) -> tuple[Campaign, Inputs | None]:
    """Load the messages of a plan's steps, each once; also say what the result depends on, None where that is not sure.

    ``messages`` are those that have been loaded, by the paths of their files. One that cannot be read is left out: that
    is reported where it is linted.
    """
    assert group.plan is not None
    loaded: dict[tuple[str, ...], Message | None] = dict(messages or {})
    for step in group.steps:
        if step is not None and step.paths not in loaded:
            try:
                loaded[step.paths] = load(step).message
            except UnreadableError:
                loaded[step.paths] = None
    of_steps = tuple(loaded[step.paths] if step is not None else None for step in group.steps)
    named = dict(named_files(group.paths[0], group.plan))
    missing = tuple(
        number
        for number, step in enumerate(group.steps, 1)
        if step is None and number in named and kind_of(named[number]) is not None
    )
    access = group.access()
    for path in (*named.values(), *(path for paths in loaded for path in paths)):
        access.note(path)
    states = dict(access.states)
    for message in loaded.values():
        states.update(message.files.states if message is not None else {})
    complete = access.complete and all(message.files.complete for message in loaded.values() if message is not None)
    return Campaign(group.plan, of_steps, missing), Inputs(states, None) if complete else None


def lint_campaign(
    group: Group, campaign: Campaign, profile: str | None = None, clock: Clock | None = None
) -> Sequence[FileReport]:
    """Run the rules about plans, by the plan's settings; a ``profile`` comes before what these and the plan say."""
    profile = profile or profile_of(group, campaign.plan)
    return lint_plan(campaign, profile, group.config.rules_for(profile), group.config.catalogue, clock)


def lint_plan_group(group: Group, profile: str | None = None) -> Sequence[FileReport]:
    """Load the messages of a plan's steps and run the rules about plans."""
    return lint_campaign(group, load_campaign(group)[0], profile)


def lint_plan_text(group: Group, plan: Plan, profile: str | None = None) -> Sequence[FileReport]:
    """Run the rules about plans over one that stands in no file, so that its steps' templates are not known."""
    return lint_campaign(group, Campaign(plan), profile)


def profile_of(group: Group, plan: Plan) -> str:
    """The kind of mail: the command line's, what the plan declares, that of the settings, or what the plan implies."""
    config = group.config
    return config.command_line.profile or plan.declared_profile or config.profile or plan.profile or GENERAL
