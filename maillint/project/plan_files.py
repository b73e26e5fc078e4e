"""The plans of a run: read once, with the files that their steps name, and what they say of these."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from maillint.config.config import LayeredConfig
from maillint.config.files import Layer
from maillint.config.keys import RuleSetting
from maillint.data.yamlfile import FileError
from maillint.files.access import UnreadableError, read_bytes, source_from
from maillint.files.paths import shown_path
from maillint.plan.model import Plan, Step
from maillint.plan.read import NotAPlanError, read_plan
from maillint.text.source import Source
from maillint.values import replace


class ForeignPlanError(UnreadableError):
    """A file that is called as a plan is, and is another tool's."""


STEP_LINKS = "campaign/step-links"
"""The rule that holds the template of a step to the plan's link policy."""

_LIMITS = {"none": 0, "one": 1}


def read_plan_file(path: str, data: bytes | None = None) -> Plan:
    """Read a plan from its file, or from its ``data``; raises UnreadableError, with line and column where known."""
    return plan_of(source_from(shown_path(path), read_bytes(path) if data is None else data, ""))


def plan_of(source: Source) -> Plan:
    """Read a plan from its text; raises UnreadableError as ``read_plan_file``."""
    try:
        return read_plan(source)
    except NotAPlanError as error:
        raise ForeignPlanError(error.message, source.path) from None
    except FileError as error:
        raise UnreadableError(f"line {error.line}, column {error.column}: {error.message}", source.path) from None


def named_files(path: str, plan: Plan) -> Iterator[tuple[int, str]]:
    """The number of each step, from 1, that names a template, and that file's path; whether it is there is open."""
    folder = os.path.dirname(path)  # noqa: PTH120
    for number, step in enumerate(plan.steps, 1):
        if step.template and "\0" not in step.template:
            yield number, os.path.normpath(os.path.join(folder, step.template))  # noqa: PTH118


def with_step(config: LayeredConfig, plan: Plan, number: int, *, plan_is_linted: bool) -> LayeredConfig:
    """The settings of the template of a step: its touch, and what else the plan says of it.

    A link policy sets the limits of the rules that count links. Where the plan is linted as well, these leave it to
    the rule of the plan's own, so that one cause is one finding.
    """
    step = plan.steps[number - 1]
    values: dict[str, object] = {}
    origins = {"touch": _origin(plan, *step.keys)}
    profile = plan.declared_profile or (plan.profile if config.profile is None else None)
    if profile is not None:
        values["profile"] = profile
        origins["profile"] = _origin(plan, "profile" if plan.stated_profile else "goal")
    if plan.audience is not None and plan.audience.jurisdictions:
        values["jurisdictions"] = plan.audience.jurisdictions
        origins["jurisdictions"] = _origin(plan, "audience", "jurisdictions")
    if plan.sender is not None and plan.sender.domain:
        values["own-domains"] = (plan.sender.domain,)
        origins["own-domains"] = _origin(plan, "sender", "domain")
    policy = plan.link_policy(step) or ""
    if policy in _LIMITS:
        is_off = plan_is_linted and STEP_LINKS not in config.deselected
        values["rules"] = tuple(_link_rules(plan, step, number, _LIMITS[policy], is_off=is_off))
    folder = os.path.dirname(os.path.abspath(plan.source.path))  # noqa: PTH100, PTH120
    return replace(config, layers=(*config.layers, Layer(values, origins, folder)), touch=number)


def _link_rules(plan: Plan, step: Step, number: int, limit: int, *, is_off: bool) -> Iterator[RuleSetting]:
    origin = _origin(plan, *(step.keys if step.links is not None else ()), "links")
    name: str
    options: Mapping[str, object]
    if number == 1:
        name, options = "links/first-touch-limit", {"max": limit}
    else:
        name, options = "links/too-many", {"per-touch": {number: limit}}
    yield RuleSetting(name, origin, None, is_off, {} if is_off else options)


def _origin(plan: Plan, *keys: str | int) -> str:
    line, _ = plan.source.position(plan.span(*keys).start)
    return f"{plan.source.path}:{line}"
