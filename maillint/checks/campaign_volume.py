"""Checks of campaign plans: how many messages go out each day, and how that grows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from maillint.check import Option, Options, subject_check
from maillint.hits import Hit, NotKnown
from maillint.plan.ramp import Jump, gaps, jumps

if TYPE_CHECKING:
    from maillint.plan.campaign import Campaign
    from maillint.plan.model import Plan, Volume

Results = Iterator[Hit | NotKnown]

_BULK_REQUIREMENTS = ("spf", "dkim", "dmarc", "one-click")


@subject_check(
    "plan",
    "volume-spike",
    fields=("day", "count", "before", "factor", "limit"),
    options={
        "factor": Option("number", 2, "how many times the baseline is too many"),
        "most": Option("number", 0, "a plan with a larger rise than this is left to another rule; 0 for no limit"),
        "floor": Option("whole number", 25, "messages a day that are never too many"),
        "below": Option("whole number", 0, "only days with fewer messages than this count; 0 for all"),
        "start": Option("whole number", 0, "messages on the first day of a new domain; 0 for no limit"),
        "domain-days": Option("whole number", 30, "days for which a domain counts as new"),
    },
)
def volume_spike(campaign: Campaign, options: Options) -> Results:
    """Days that send many times what any of the days before did."""
    plan, volume = campaign.plan, campaign.plan.volume
    if volume is None:
        return
    found = [*_start(plan, volume, options), *jumps(volume.per_day, volume.past, options["factor"], options["floor"])]
    if options["most"] and any(jump.factor > options["most"] for jump in found):
        return
    found = [jump for jump in found if not options["below"] or jump.sent < options["below"]]
    for jump in found[:1]:
        related = tuple((plan.span(*volume.place(other.day)), _jump_words(other)) for other in found[1:])
        evidence = {
            "day": jump.day + 1,
            "count": jump.sent,
            "before": jump.before,
            "factor": round(jump.factor, 1),
            "limit": options["factor"],
        }
        yield Hit(plan.place, plan.span(*volume.place(jump.day)), evidence, related=related)


def _start(plan: Plan, volume: Volume, options: Options) -> Iterator[Jump]:
    """The first day, if a new domain sends many messages on it."""
    sender, start = plan.sender, options["start"]
    is_new = sender is not None and sender.age_days is not None and sender.age_days < options["domain-days"]
    if is_new and start and not any(volume.past):
        for day, count in enumerate(volume.per_day):
            if count:
                if count > start:
                    yield Jump(day, count, start)
                return


def _jump_words(jump: Jump) -> str:
    return f"day {jump.day + 1}: {jump.sent:,} after {jump.before:,}"


@subject_check(
    "plan",
    "volume-gap",
    fields=("day", "count", "idle", "before"),
    options={
        "days": Option("whole number", 30, "days without mail after which a sender must warm up again"),
        "restart": Option("whole number", 50, "messages that are never too many on the first day after that"),
        "share": Option("number", 0.5, "share of the earlier volume that is too much on the first day"),
    },
)
def volume_gap(campaign: Campaign, options: Options) -> Results:
    """Rests after which a plan goes on at its old volume."""
    plan, volume = campaign.plan, campaign.plan.volume
    if volume is None:
        return
    for gap in gaps(volume.per_day, volume.past, volume.idle_days or 0, options["days"]):
        if gap.sent > max(options["restart"], gap.before * options["share"]):
            evidence = {"day": gap.day + 1, "count": gap.sent, "idle": gap.idle, "before": gap.before}
            yield Hit(plan.place, plan.span(*volume.place(gap.day)), evidence)


@subject_check(
    "plan",
    "mailbox-cap",
    fields=("day", "count", "limit", "mailboxes", "each", "days"),
    options={"cap": Option("whole number", 50, "messages a day from a mailbox, if a plan for cold mail has no cap")},
)
def mailbox_cap(campaign: Campaign, options: Options) -> Results:
    """Days on which each mailbox sends more than it may."""
    plan, volume = campaign.plan, campaign.plan.volume
    if volume is None or not volume.per_day:
        return
    cap = volume.mailbox_cap or (options["cap"] if campaign.profile == "cold" else None)
    if cap is None or max(volume.per_day) <= cap:
        return
    mailboxes = plan.sender.mailboxes if plan.sender is not None else None
    if mailboxes is None:
        yield NotKnown("the plan does not say how many mailboxes send", 'write "mailboxes:" under "sender:"')
        return
    over = [day for day, count in enumerate(volume.per_day) if count > cap * mailboxes]
    for day in over[:1]:
        count = volume.per_day[day]
        evidence = {
            "day": day + 1,
            "count": count,
            "limit": cap,
            "mailboxes": f"{mailboxes:,} mailbox{'es' * (mailboxes != 1)}",
            "each": -(-count // mailboxes),
            "days": len(over),
        }
        words = [(plan.span(*volume.place(other)), f"day {other + 1}: {volume.per_day[other]:,}") for other in over[1:]]
        yield Hit(plan.place, plan.span(*volume.place(day)), evidence, related=tuple(words))


@subject_check(
    "plan",
    "bulk-threshold",
    fields=("day", "count", "limit", "missing"),
    options={"limit": Option("whole number", 5_000, "messages a day that make a bulk sender (Gmail, Outlook)")},
)
def bulk_threshold(campaign: Campaign, options: Options) -> Results:
    """Volumes that make a bulk sender of whom the plan does not say that the requirements for these are met."""
    plan, volume = campaign.plan, campaign.plan.volume
    if volume is None or not volume.per_day:
        if plan.audience is not None and (plan.audience.size or 0) >= options["limit"]:
            yield NotKnown("the plan does not say how many messages go out a day", 'write "per-day:" under "volume:"')
        return
    stated = {word.lower() for word in plan.sender.requirements} if plan.sender is not None else set()
    missing = [word for word in _BULK_REQUIREMENTS if word not in stated]
    if campaign.profile == "transactional":
        missing = [word for word in missing if word != "one-click"]
    for day, count in enumerate(volume.per_day):
        if count >= options["limit"] and missing:
            evidence = {"day": day + 1, "count": count, "limit": options["limit"], "missing": missing}
            yield Hit(plan.place, plan.span(*volume.place(day)), evidence)
            return
