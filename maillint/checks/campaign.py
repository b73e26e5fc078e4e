"""Checks of campaign plans: the goal, what is measured, what is tracked, and who sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from maillint.check import Option, Options, subject_check
from maillint.hits import Hit, NotKnown
from maillint.plan.wording import is_about_tracking
from maillint.text.spans import Span

if TYPE_CHECKING:
    from maillint.plan.campaign import Campaign
    from maillint.plan.model import Plan

Results = Iterator[Hit | NotKnown]

_SIGNS = {"opens": ("open",), "clicks": ("click", "ctr", "ctor")}
"""Pieces of the names of metrics that make use of what is tracked."""


# -- goal and metrics ---------------------------------------------------------------------------------


@subject_check("plan", "goal-missing")
def goal_missing(campaign: Campaign, options: Options) -> Results:
    """Plans that do not say in a sentence what they are for."""
    plan = campaign.plan
    if plan.goal is None or not plan.goal.sentence.strip():
        yield Hit(plan.place, plan.span("goal", "sentence"))


@subject_check("plan", "goal-vanity", fields=("name", "what"))
def goal_vanity(campaign: Campaign, options: Options) -> Results:
    """Plans whose goal, or whose primary metric, is opens or clicks."""
    plan = campaign.plan
    found = []
    if plan.goal is not None and plan.goal.kind in {"opens", "clicks"}:
        found.append((plan.span("goal", "kind"), plan.goal.kind, "goal"))
    found += [
        (plan.span(*metric.keys, "name"), metric.name, "primary metric")
        for metric in plan.metrics
        if metric.primary and is_about_tracking(metric.name)
    ]
    for span, name, what in found[:1]:
        related = tuple((other, f"the {kind} too") for other, _, kind in found[1:])
        yield Hit(plan.place, span, {"name": name, "what": what}, related=related)


@subject_check("plan", "metric-without-action", fields=("name",))
def metric_without_action(campaign: Campaign, options: Options) -> Results:
    """Metrics of which nothing follows."""
    plan = campaign.plan
    for metric in plan.metrics:
        if not metric.action.strip():
            yield Hit(plan.place, plan.span(*metric.keys, "name"), {"name": metric.name or "a metric"})


# -- tracking -----------------------------------------------------------------------------------------


@subject_check("plan", "tracking-without-use", fields=("what",))
def tracking_without_use(campaign: Campaign, options: Options) -> Results:
    """Opens or clicks that are tracked although nobody does anything because of them."""
    plan = campaign.plan
    if plan.tracking is None:
        return
    names = [metric.name.lower() for metric in plan.metrics if metric.action.strip() and is_about_tracking(metric.name)]
    used = {what for what, signs in _SIGNS.items() if any(sign in name for name in names for sign in signs)}
    spans: dict[Span, list[str]] = {}
    for name, switch in plan.tracking.enabled.items():
        if name not in used and not switch.action.strip():
            spans.setdefault(plan.span(*switch.keys, "enabled"), []).append(name)
    for span, tracked in spans.items():
        yield Hit(plan.place, span, {"what": " and ".join(tracked)})


@subject_check(
    "plan",
    "tracking-risky",
    fields=("what", "reasons"),
    options={
        "domain-days": Option("whole number", 30, "days for which a domain counts as new"),
        "mailbox-days": Option("whole number", 30, "days for which a mailbox counts as new"),
    },
)
def tracking_risky(campaign: Campaign, options: Options) -> Results:
    """Tracking that is on while the sender has no standing yet, or the readers mind being watched."""
    plan = campaign.plan
    enabled = plan.tracking.enabled if plan.tracking is not None else {}
    if not enabled:
        return
    reasons = list(_risks(plan, options))
    if not reasons:
        return
    (_, first), *others = enabled.items()
    related = tuple((plan.span(*switch.keys, "enabled"), f"{name} too") for name, switch in others)
    evidence = {"what": " and ".join(enabled), "reasons": " and ".join(words for words, _ in reasons)}
    related += tuple((plan.span(*keys), words) for words, keys in reasons)
    yield Hit(plan.place, plan.span(*first.keys, "enabled"), evidence, related=related)


def _risks(plan: Plan, options: Options) -> Iterator[tuple[str, tuple[str, str]]]:
    """What makes tracking a risk, in words, and where the plan says it."""
    sender, audience = plan.sender, plan.audience
    if sender is not None:
        if sender.age_days is not None and sender.age_days < options["domain-days"]:
            yield f"the domain is {_days(sender.age_days)} old", ("sender", "age-days")
        if sender.mailbox_age_days is not None and sender.mailbox_age_days < options["mailbox-days"]:
            yield f"a mailbox is {_days(sender.mailbox_age_days)} old", ("sender", "mailbox-age-days")
        if sender.recent_trouble:
            yield "there was trouble recently", ("sender", "recent-trouble")
    if audience is not None and audience.privacy_sensitivity == "high":
        yield "the readers care about privacy", ("audience", "privacy-sensitivity")


def _days(count: int) -> str:
    return f"{count:,} day{'s' * (count != 1)}"


# -- the sender ---------------------------------------------------------------------------------------


@subject_check("plan", "shared-reputation")
def shared_reputation(campaign: Campaign, options: Options) -> Results:
    """Shared servers on which nothing carries the sender's own domain."""
    plan = campaign.plan
    sender = plan.sender
    if sender is not None and sender.servers == "shared" and not sender.ips and not sender.isolation:
        yield Hit(plan.place, plan.span("sender", "servers"))
