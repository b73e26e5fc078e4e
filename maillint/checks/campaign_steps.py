"""Checks of campaign plans: the steps, what fires them, how far apart they are, and what ends them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from maillint.check import Option, Options, subject_check
from maillint.hits import Hit, NotKnown
from maillint.plan.wording import is_about_tracking, words_of
from maillint.text.spans import Span

if TYPE_CHECKING:
    from maillint.plan.campaign import Campaign

Results = Iterator[Hit | NotKnown]

_ENDS = {
    "reply": {"reply", "replies", "replied", "answer", "response", "responded"},
    "bounce": {"bounce", "bounces", "bounced"},
    "unsubscribe": {"unsubscribe", "unsubscribes", "unsubscribed", "unsub", "opt", "optout"},
}
"""What must end a sequence, each with words for it."""


@subject_check("plan", "open-triggered-step", fields=("number", "condition"))
def open_triggered_step(campaign: Campaign, options: Options) -> Results:
    """Steps that opens or clicks fire, or hold back."""
    plan = campaign.plan
    for number, step, _ in campaign.steps:
        if is_about_tracking(step.condition):
            evidence = {"number": number, "condition": step.condition}
            yield Hit(plan.place, plan.span(*step.keys, "condition"), evidence)


@subject_check(
    "plan",
    "step-spacing",
    fields=("number", "steps", "days", "limit"),
    options={"days": Option("number", 2, "least number of business days between two messages")},
)
def step_spacing(campaign: Campaign, options: Options) -> Results:
    """Steps that follow the one before too soon; those that wait equally long are one finding."""
    plan = campaign.plan
    by_wait: dict[float, list[tuple[int, Span]]] = {}
    for number, step, _ in campaign.steps[1:]:
        if step.wait_days is None:
            yield NotKnown("the plan does not say how long a step waits", 'write "wait-days:" in the step')
        elif step.wait_days < options["days"]:
            by_wait.setdefault(step.wait_days, []).append((number, plan.span(*step.keys, "wait-days")))
    for wait, ((number, span), *others) in by_wait.items():
        numbers = f"step {number}" if not others else f"{1 + len(others)} steps from step {number} on"
        words = f"{wait:g} business day{'s' * (wait != 1)}"
        evidence = {"number": number, "steps": numbers, "days": words, "limit": float(options["days"])}
        related = tuple((other, f"step {later} too") for later, other in others)
        yield Hit(plan.place, span, evidence, related=related)


@subject_check(
    "plan",
    "sequence-length",
    fields=("count", "limit"),
    options={"max": Option("whole number", 4, "messages to somebody who does not answer")},
)
def sequence_length(campaign: Campaign, options: Options) -> Results:
    """Sequences of too many messages."""
    plan = campaign.plan
    if len(plan.steps) > options["max"]:
        step = plan.steps[options["max"]]
        evidence = {"count": len(plan.steps), "limit": options["max"]}
        yield Hit(plan.place, plan.span(*step.keys), evidence)


@subject_check("plan", "no-stop-on-reply", fields=("missing",))
def no_stop_on_reply(campaign: Campaign, options: Options) -> Results:
    """Sequences that go on after a reply, a bounce, or a wish to be left alone."""
    plan = campaign.plan
    if not plan.is_series:
        return
    words = {word for text in plan.stop_on or () for word in words_of(text)}
    missing = [name for name, signs in _ENDS.items() if words.isdisjoint(signs)]
    if missing and plan.stop_on is None and missing[0] == "reply" and _waits_for_silence(campaign):
        missing = missing[1:]  # each later step is for those only who have not answered
    if missing:
        key = "steps" if plan.stop_on is None else "stop-on"
        yield Hit(plan.place, plan.span(key), {"missing": missing})


def _waits_for_silence(campaign: Campaign) -> bool:
    conditions = [set(words_of(step.condition)) for _, step, _ in campaign.steps[1:]]
    return all("no" in words and not words.isdisjoint(_ENDS["reply"]) for words in conditions)


@subject_check("plan", "template-missing", fields=("templates",))
def template_missing(campaign: Campaign, options: Options) -> Results:
    """Steps that name a file which is not there."""
    plan = campaign.plan
    if campaign.has_unread_templates:
        yield NotKnown("the plan was not read from a file, so its templates cannot be found", "name the plan's file")
    missing = [plan.steps[number - 1] for number in campaign.missing]
    for step in missing[:1]:
        related = tuple((plan.span(*other.keys, "template"), f"{other.template} too") for other in missing[1:])
        evidence = {"templates": list(dict.fromkeys(str(other.template) for other in missing))}
        yield Hit(plan.place, plan.span(*step.keys, "template"), evidence, related=related)
