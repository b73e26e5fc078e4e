"""Checks of campaign plans: where the recipients come from, what became of earlier mail, and tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from maillint.check import Option, Options, subject_check
from maillint.hits import Hit, NotKnown
from maillint.plan.proportions import MeaninglessError, needed_per_arm, smallest_difference
from maillint.plan.wording import is_about_tracking, words_of

if TYPE_CHECKING:
    from maillint.plan.campaign import Campaign
    from maillint.plan.model import Plan, Segment, SplitTest

Results = Iterator[Hit | NotKnown]

_RATE_FIELDS = ("rate", "limit")
_LISTS = frozenset(
    {"list", "lists", "leads", "data", "database", "contacts", "addresses", "emails", "from",
     "база", "базы", "бази", "базу", "список", "списки", "контакты", "контакти", "адреса", "лиды", "ліди"}
)  # fmt: skip
"""What may stand behind a word such as ``bought`` that says where a list comes from."""


# -- rates --------------------------------------------------------------------------------------------


def _rate_at_least(plan: Plan, key: str, rate: float | None, limit: float) -> Results:
    if rate is not None and rate >= limit:
        yield Hit(plan.place, plan.span("list", key), {"rate": rate, "limit": float(limit)})


@subject_check(
    "plan",
    "bounce-rate",
    fields=_RATE_FIELDS,
    options={"limit": Option("number", 2, "hard bounces, in per cent, from which to report")},
)
def bounce_rate(campaign: Campaign, options: Options) -> Results:
    """Lists of which too many addresses bounce."""
    plan = campaign.plan
    if plan.recipients is not None:
        yield from _rate_at_least(plan, "bounce-rate", plan.recipients.bounce_rate, options["limit"])


@subject_check(
    "plan",
    "complaint-rate",
    fields=(*_RATE_FIELDS, "words"),
    options={
        "target": Option("number", 0.1, "reports of spam, in per cent, to stay below (Gmail)"),
        "limit": Option("number", 0.3, "reports of spam, in per cent, never to reach (Gmail, Yahoo)"),
    },
)
def complaint_rate(campaign: Campaign, options: Options) -> Results:
    """Lists of which too many readers report spam."""
    plan = campaign.plan
    rate = plan.recipients.complaint_rate if plan.recipients is not None else None
    if rate is None or rate < options["target"]:
        return
    reached = rate >= options["limit"]
    limit = options["limit"] if reached else options["target"]
    words = "Gmail and Yahoo say never to reach" if reached else "Gmail says to stay below"
    yield Hit(plan.place, plan.span("list", "complaint-rate"), {"rate": rate, "limit": float(limit), "words": words})


@subject_check(
    "plan",
    "unsubscribe-rate",
    fields=_RATE_FIELDS,
    options={"limit": Option("number", 1, "unsubscribes, in per cent of a mailing, from which to report")},
)
def unsubscribe_rate(campaign: Campaign, options: Options) -> Results:
    """Lists that many readers leave."""
    plan = campaign.plan
    if plan.recipients is not None:
        yield from _rate_at_least(plan, "unsubscribe-rate", plan.recipients.unsubscribe_rate, options["limit"])


# -- consent ------------------------------------------------------------------------------------------


@subject_check("plan", "opt-in-single", fields=("opt_in", "problem"))
def opt_in_single(campaign: Campaign, options: Options) -> Results:
    """Lists whose addresses nobody has confirmed, and newsletters to people who have not agreed at all."""
    plan = campaign.plan
    opt_in = plan.recipients.opt_in if plan.recipients is not None else None
    if opt_in == "single":
        problem = "anybody can sign up somebody else's address"
    elif opt_in == "none" and campaign.profile == "newsletter":
        problem = "nobody has agreed to get this mail"
    else:
        return
    yield Hit(plan.place, plan.span("list", "opt-in"), {"opt_in": opt_in, "problem": problem})


@subject_check(
    "plan",
    "confirm-rate",
    fields=_RATE_FIELDS,
    options={"limit": Option("number", 40, "confirmations, in per cent of sign-ups, below which to report")},
)
def confirm_rate(campaign: Campaign, options: Options) -> Results:
    """Forms of which few confirm."""
    plan = campaign.plan
    rate = plan.recipients.confirm_rate if plan.recipients is not None else None
    if rate is not None and rate < options["limit"]:
        evidence = {"rate": rate, "limit": float(options["limit"])}
        yield Hit(plan.place, plan.span("list", "confirm-rate"), evidence)


@subject_check(
    "plan",
    "list-source",
    fields=("source",),
    options={"words": Option("texts", [], "words for sources where nobody has agreed to get mail")},
)
def list_source(campaign: Campaign, options: Options) -> Results:
    """Lists that are bought, rented or collected without the readers' doing."""
    plan = campaign.plan
    source = plan.recipients.source if plan.recipients is not None else ""
    words = words_of(source)
    if not words or words[0] not in options["words"]:
        return
    if len(words) == 1 or words[1] in _LISTS or words[1] in options["words"]:
        yield Hit(plan.place, plan.span("list", "source"), {"source": source})


@subject_check(
    "plan",
    "segment-missing",
    fields=("alike",),
    options={"from": Option("whole number", 100, "size of an audience from which to ask for segments")},
)
def segment_missing(campaign: Campaign, options: Options) -> Results:
    """Audiences of which the active and the idle, or the confirmed and the others, are sent alike."""
    plan = campaign.plan
    audience, recipients = plan.audience, plan.recipients
    opted_in = recipients is not None and recipients.opt_in not in {None, "none"}
    if (audience is None and recipients is None) or (campaign.profile == "cold" and not opted_in):
        return
    if audience is not None and audience.size is not None and audience.size < options["from"]:
        return
    segments = audience.segments if audience is not None else ()
    alike = []
    if not any(_tells(segment, "active", ("activ", "engag", "idle", "dorm", "recent", "warm")) for segment in segments):
        alike.append("active and idle")
    confirmed_alone = recipients is not None and recipients.opt_in == "double"
    if not confirmed_alone and not any(_tells(segment, "confirmed", ("confirm",)) for segment in segments):
        alike.append("confirmed and unconfirmed")
    if alike:
        keys = ("audience", "segments") if audience is not None else ("list",)
        yield Hit(plan.place, plan.span(*keys), {"alike": ", ".join(alike)})


def _tells(segment: Segment, key: str, pieces: tuple[str, ...]) -> bool:
    """Whether a segment is one by a property: the plan says it, or its name does."""
    return getattr(segment, key) is not None or any(piece in segment.name.lower() for piece in pieces)


# -- tests --------------------------------------------------------------------------------------------


@subject_check(
    "plan",
    "test-sample",
    fields=("per_arm", "needed", "baseline", "expected", "visible"),
    options={
        "baseline": Option("number", 3, "the rate now, in per cent, if a test does not state it"),
        "factor": Option("number", 3, "how many times that rate a test should detect, if it does not say"),
        "power": Option("number", 0.8, "how often it should find the difference"),
        "alpha": Option("number", 0.05, "how often it may find a difference that does not exist"),
    },
)
def test_sample(campaign: Campaign, options: Options) -> Results:
    """Tests with too few messages for what they are to show."""
    plan = campaign.plan
    for test in plan.tests:
        baseline = options["baseline"] if test.baseline is None else test.baseline
        expected = min(baseline * options["factor"], 100) if test.expected is None else test.expected
        if test.per_arm is None:
            yield NotKnown(
                "the plan does not say how many messages each arm of a test gets", 'write "per-arm:" in the test'
            )
            continue
        try:
            needed = needed_per_arm(baseline / 100, expected / 100, options["alpha"], options["power"])
        except (MeaninglessError, ValueError):
            yield NotKnown(
                "the plan does not say which difference a test must show",
                'write "baseline:" and "expected:" in the test',
            )
            continue
        if test.per_arm < needed:
            visible = smallest_difference(baseline / 100, test.per_arm, options["alpha"], options["power"])
            evidence = {
                "per_arm": test.per_arm,
                "needed": needed,
                "baseline": float(baseline),
                "expected": float(expected),
                "visible": "no other rate" if visible is None else f"{100 * visible:.1f}%",
            }
            yield Hit(plan.place, plan.span(*test.keys, "per-arm"), evidence)


@subject_check("plan", "test-judged-by-opens", fields=("measure",))
def test_judged_by_opens(campaign: Campaign, options: Options) -> Results:
    """Tests that opens or clicks decide."""
    plan = campaign.plan
    for test in plan.tests:
        if is_about_tracking(test.measure):
            yield Hit(plan.place, plan.span(*test.keys, "measure"), {"measure": test.measure})


@subject_check("plan", "test-differs", fields=("count", "differs"))
def test_differs(campaign: Campaign, options: Options) -> Results:
    """Tests whose arms differ in more than one thing."""
    plan = campaign.plan
    for test in plan.tests:
        if len(_things(test)) > 1:
            evidence = {"count": len(_things(test)), "differs": list(_things(test))}
            yield Hit(plan.place, plan.span(*test.keys, "differs"), evidence)


def _things(test: SplitTest) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(words_of(thing)) for thing in test.differs if words_of(thing)))
