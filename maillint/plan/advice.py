"""All that is to be said of a plan: the decision, the ramp, and what its results say, by the options of the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from maillint.plan.decision import Decision, Limits, decide
from maillint.plan.diagnosis import Diagnosis, Few, diagnose
from maillint.plan.model import Plan, Volume
from maillint.plan.ramp import RampDay, gaps, jumps, propose
from maillint.values import frozen

Options = Mapping[str, Mapping[str, Any]]
"""The options of the rules about plans, by the rules' names."""

START = 50
"""Messages on the first day of a ramp: where the warm-up tables of sending services begin."""

START_MAILBOX = 10
"""The same for a mailbox that writes to strangers; practice."""

SATURDAY = 5

BULK = "campaign/bulk-threshold"
CAP = "campaign/mailbox-cap"
SPIKE = "campaign/volume-spike"
STEEP = "campaign/volume-steep"
GAP = "campaign/volume-gap"
RAMP_RULES = (SPIKE, STEEP, GAP, CAP, BULK)


@frozen
class PlannedDay:
    """A day of the plan's own volume: its number from 1, messages in all and for each mailbox, and what is wrong."""

    number: int
    sent: int
    per_mailbox: int
    remarks: tuple[str, ...] = ()


@frozen
class Ramp:
    """The volume that the plan has, and one that is proposed (``reason``): none where the plan's is steady."""

    planned: tuple[PlannedDay, ...] = ()
    proposed: tuple[RampDay, ...] = ()
    reason: str = ""


@frozen
class Advice:
    """What is said of a plan."""

    decision: Decision
    ramp: Ramp
    diagnosis: Diagnosis


def advise(plan: Plan, options: Options, target: int | None = None, start: int | None = None) -> Advice:
    """Work out what to say of a plan; ``target`` and ``start`` are messages a day of the ramp to propose."""
    decision = decide(plan, _limits(options))
    return Advice(decision, _ramp(plan, options, target, start), diagnose(plan, _few(plan, options)))


def _limits(options: Options) -> Limits:
    sample, risky = options["campaign/test-sample"], options["campaign/tracking-risky"]
    return Limits(
        domain_days=risky["domain-days"],
        mailbox_days=risky["mailbox-days"],
        bounce=options["campaign/bounce-rate"]["limit"],
        complaints=options["campaign/complaint-rate"]["target"],
        most_steps=options["campaign/sequence-length"]["max"],
        spacing=options["campaign/step-spacing"]["days"],
        baseline=sample["baseline"],
        alpha=sample["alpha"],
        power=sample["power"],
    )


def _few(plan: Plan, options: Options) -> Few:
    complaints = options["campaign/complaint-rate"]
    names = ("replies", "positive", "meetings")
    own = {name: getattr(plan.benchmarks, name, None) for name in names}
    return Few(
        **{name: value for name, value in own.items() if value is not None},
        bounces=options["campaign/bounce-rate"]["limit"],
        complaint_target=complaints["target"],
        complaint_limit=complaints["limit"],
    )


# -- the ramp -----------------------------------------------------------------------------------------


def _ramp(plan: Plan, options: Options, target: int | None, start: int | None) -> Ramp:
    volume = plan.volume or Volume()
    planned = tuple(_planned(plan, volume, options))
    is_cold = plan.profile == "cold"
    mailboxes, cap = _mailboxes(plan), _cap(plan, volume, options)
    reason = f"to {target:,} a day" if target else ""
    if target is None and any(day.remarks for day in planned):
        target, reason = max(day.sent for day in planned), "instead, each day half as much again at most"
    elif target is None and not planned and is_cold and mailboxes and cap:
        target, reason = mailboxes * cap, f"since the plan has no volume, to what {mailboxes:,} mailboxes may send"
    if not target:
        return Ramp(planned)
    if mailboxes and cap and mailboxes * cap < target:
        reason += f", and no more than {mailboxes:,} mailbox{'es' * (mailboxes != 1)} may send"
    if start is None:
        start = max(*volume.past, START_MAILBOX * (mailboxes or 1) if is_cold else START, 1)
    steep, spike = options[STEEP], options[SPIKE]
    factor = spike["factor"] if steep["below"] and target >= steep["below"] else steep["factor"]
    days = propose(target, start=start, factor=max(factor, 1.05), weekends=not is_cold, mailboxes=mailboxes, cap=cap)
    return Ramp(planned, tuple(days), reason)


def _mailboxes(plan: Plan) -> int | None:
    return plan.sender.mailboxes if plan.sender is not None else None


def _cap(plan: Plan, volume: Volume, options: Options) -> int | None:
    cap: int | None = volume.mailbox_cap or (options[CAP]["cap"] if plan.profile == "cold" else None)
    return cap


def _planned(plan: Plan, volume: Volume, options: Options) -> Iterator[PlannedDay]:
    """The days of the plan's volume, with what the rules find in them."""
    remarks: dict[int, list[str]] = {day: [] for day in range(len(volume.per_day))}
    steep, spike, gap = options[STEEP], options[SPIKE], options[GAP]
    for jump in jumps(volume.per_day, volume.past, steep["factor"], steep["floor"]):
        if jump.factor > spike["factor"]:
            remarks[jump.day].append(f"a burst: {jump.factor:.1f} times the {jump.before:,} before")
        elif not steep["below"] or jump.sent < steep["below"]:
            remarks[jump.day].append(f"steep: {jump.factor:.1f} times the {jump.before:,} before")
    for rest in gaps(volume.per_day, volume.past, volume.idle_days or 0, gap["days"]):
        if rest.sent > max(gap["restart"], rest.before * gap["share"]):
            remarks[rest.day].append(f"cold: after {rest.idle} days without mail")
    mailboxes, cap = _mailboxes(plan), _cap(plan, volume, options)
    bulk = next((day for day, sent in enumerate(volume.per_day) if sent >= options[BULK]["limit"]), None)
    weekday = volume.start.weekday() if volume.start is not None and plan.profile == "cold" else None
    for day, sent in enumerate(volume.per_day):
        if sent and weekday is not None and (weekday + day) % 7 >= SATURDAY:
            remarks[day].append("a weekend, when nobody answers")
        each = -(-sent // (mailboxes or 1))
        if cap and mailboxes and each > cap:
            remarks[day].append(f"over the cap of {cap} per mailbox")
        if day == bulk:
            remarks[day].append("bulk from here on: SPF, DKIM, DMARC, one-click")
        yield PlannedDay(day + 1, sent, each, tuple(remarks[day]))
