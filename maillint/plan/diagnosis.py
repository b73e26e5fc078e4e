"""What the results of a campaign say, read as a practitioner reads them: which part to change first, never by opens.

The shares that count as few are practice; a run may take others. Where counts are too small to say anything, that is
what is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil

from maillint.plan.model import Outcome, Plan, SplitTest
from maillint.plan.proportions import MeaninglessError, at_most, compare, interval
from maillint.plan.wording import is_about_tracking
from maillint.values import frozen, replace

COUNTS = ("sent", "replies", "positive", "meetings", "out_of_office", "bounces", "unsubscribes", "complaints")
"""What is counted, in the order in which it is shown."""

_SUBSETS = (
    *(("replies", "sent"), ("positive", "replies"), ("meetings", "sent"), ("out_of_office", "sent")),
    *(("bounces", "sent"), ("unsubscribes", "sent"), ("complaints", "sent")),
)
"""What can be no more than what."""


@frozen
class Few:
    """Where few begins, in per cent: ``replies`` of messages, ``positive`` of replies, ``meetings`` of positive ones.

    ``late`` is the share of replies from which they come after the last step only. Below ``sent`` messages
    and ``answers`` nothing is judged. The rest is where harm begins, in per cent of messages.
    """

    replies: float = 2
    positive: float = 30
    meetings: float = 30
    late: float = 70
    sent: int = 100
    answers: int = 5
    bounces: float = 2
    complaint_target: float = 0.1
    complaint_limit: float = 0.3


@frozen
class Statement:
    """Something that the results say: ``kind`` names it, ``text`` says it with the counts, ``change`` what to do.

    ``kind`` is ``unsound`` for counts that cannot be, ``too-few`` for those that say nothing yet.
    """

    kind: str
    text: str
    change: str = ""
    rules: tuple[str, ...] = ()


@frozen
class Diagnosis:
    """Counts by step and by segment, with the sum of all, and what they say."""

    steps: tuple[Outcome, ...]
    segments: tuple[Outcome, ...]
    total: Outcome
    statements: tuple[Statement, ...]

    @property
    def first_reply_hours(self) -> float | None:
        """Hours until the first reply."""
        hours = [outcome.first_reply_hours for outcome in self.steps if outcome.first_reply_hours is not None]
        return min(hours, default=None)


def per_hundred(count: int | None, sent: int | None) -> float | None:
    """A rate in per cent; None where one of the counts is not there, or nothing was sent."""
    return 100 * count / sent if count is not None and sent else None


def diagnose(plan: Plan, few: Few | None = None) -> Diagnosis:
    """Read the results of a plan, and those of its tests."""
    few = few or Few()
    unsound = list(_unsound(plan.results))
    steps = tuple(_by_step(plan.results))
    segments = tuple(_by_segment(plan.results))
    total = _sum(steps)
    statements = unsound or [
        *_about_replies(steps, total, few),
        *_about_harm(plan, total, few),
        *_about_segments(segments, few),
    ]
    tests = [statement for test in plan.tests for statement in judge_test(test)]
    return Diagnosis(steps, segments, total, (*statements, *tests))


# -- counts -------------------------------------------------------------------------------------------


def _unsound(results: Iterable[Outcome]) -> Iterator[Statement]:
    """Counts that cannot be: more of something than of what it is a part of."""
    for number, outcome in enumerate(results, 1):
        for part, whole in _SUBSETS:
            smaller, larger = getattr(outcome, part), getattr(outcome, whole)
            if smaller is not None and larger is not None and smaller > larger:
                where = f"step {outcome.step}" if outcome.step is not None else f"entry {number} of the results"
                where += f" ({outcome.segment})" if outcome.segment else ""
                text = f"{where} counts {smaller:,} {_name(part)} of {larger:,} {_name(whole)}"
                yield Statement("unsound", text, "correct the counts; nothing is judged until then")


def _name(count: str) -> str:
    return {"out_of_office": "out of office", "positive": "positive replies"}.get(count, count)


def _by_step(results: Sequence[Outcome]) -> Iterator[Outcome]:
    """The counts of each step in order: its own, or else the sum of its segments'."""
    numbers = [outcome.step or position for position, outcome in enumerate(results, 1)]
    for number in sorted(set(numbers)):
        own = [outcome for outcome, other in zip(results, numbers, strict=True) if other == number]
        whole = [outcome for outcome in own if not outcome.segment]
        yield replace(_sum(whole or own), step=number)


def _by_segment(results: Sequence[Outcome]) -> Iterator[Outcome]:
    for name in dict.fromkeys(outcome.segment for outcome in results if outcome.segment):
        yield replace(_sum([outcome for outcome in results if outcome.segment == name]), segment=name)


def _sum(outcomes: Sequence[Outcome]) -> Outcome:
    """Counts added up; None where nobody has counted."""
    sums: dict[str, int | None] = {}
    for name in COUNTS:
        counts = [count for outcome in outcomes if (count := getattr(outcome, name)) is not None]
        sums[name] = sum(counts) if counts else None
    hours = [outcome.first_reply_hours for outcome in outcomes if outcome.first_reply_hours is not None]
    return Outcome(**sums, first_reply_hours=min(hours, default=None))  # type: ignore[arg-type]


# -- what they say ------------------------------------------------------------------------------------


def _about_replies(steps: Sequence[Outcome], total: Outcome, few: Few) -> Iterator[Statement]:
    sent, replies = total.sent, total.replies
    if not sent or replies is None:
        return
    if sent < few.sent:
        text = f"{replies:,} replies to {sent:,} messages: too few to say anything"
        yield Statement("too-few", text, f"wait until {few.sent:,} have been sent, and read each reply meanwhile")
        return
    rates = [rate for step in steps if (rate := per_hundred(step.replies, step.sent)) is not None]
    _, highest = interval(replies, sent)
    if rates and max(rates) < few.replies:
        text = f"few replies on every step ({replies:,} of {sent:,}, {100 * replies / sent:.1f} per hundred)"
        if 100 * highest >= few.replies:
            text += f", though so few messages still allow up to {100 * highest:.1f}"
        change = "look at who you write to and at the first line, before anything else"
        yield Statement("few-replies", text, change, ("campaign/goal-missing", "campaign/list-source"))
    elif _come_late(steps, few):
        last = steps[-1]
        text = f"replies come after the last step only ({last.replies:,} of {replies:,})"
        change = "the first message asks too much: ask a smaller question, and say there what the last one says"
        yield Statement("late-replies", text, change, ("campaign/sequence-length",))
    yield from _about_interest(total, few)


def _come_late(steps: Sequence[Outcome], few: Few) -> bool:
    """Whether nearly all replies came to the last of several steps, which as many had got as before."""
    counted = [step for step in steps if step.replies is not None and step.sent]
    if len(counted) < 2:
        return False
    replies = sum(step.replies or 0 for step in counted)
    last = counted[-1].replies or 0
    return last >= few.answers and 100 * last >= few.late * replies


def _about_interest(total: Outcome, few: Few) -> Iterator[Statement]:
    replies, positive, meetings = total.replies, total.positive, total.meetings
    if positive is None or replies is None:
        return
    if replies >= few.answers and 100 * positive < few.positive * replies:
        text = f"replies, but few of them positive ({positive:,} of {replies:,})"
        change = "people read it and do not want it: change the offer, not the subject"
        yield Statement("few-positive", text, change)
    elif meetings is not None and positive >= few.answers and 100 * meetings < few.meetings * positive:
        text = f"positive replies, but few meetings ({meetings:,} of {positive:,})"
        change = "look at the hand-over: answer within hours, with two times to choose from"
        yield Statement("few-meetings", text, change)
    elif replies < few.answers:
        text = f"{replies:,} replies are too few to say what people make of the offer"
        yield Statement("too-few", text, "read them one by one")


def _about_harm(plan: Plan, total: Outcome, few: Few) -> Iterator[Statement]:
    sent = total.sent
    if not sent:
        return
    yield from _about_tracked_links(plan.results)
    bounced = per_hundred(total.bounces, sent)
    if bounced is not None and bounced >= few.bounces:
        text = f"{total.bounces:,} of {sent:,} bounced ({bounced:.1f}%)"
        yield Statement("bounces", text, "stop, clean the list, and see where it came from", ("campaign/bounce-rate",))
    complaints = per_hundred(total.complaints, sent)
    if complaints is None:
        return
    rules = ("campaign/complaint-rate",)
    if total.complaints and complaints >= few.complaint_target:
        limit = few.complaint_limit if complaints >= few.complaint_limit else few.complaint_target
        text = f"{total.complaints:,} of {sent:,} complained ({complaints:.2f}%, the limit is {limit:g}%)"
        yield Statement("complaints", text, "stop, and find the segment that complains", rules)
    elif total.complaints == 0 and 100 * at_most(sent) > few.complaint_limit:
        needed = ceil(round(300 / few.complaint_limit, 6))
        text = f"no complaint in {sent:,} messages still allows {100 * at_most(sent):.2g}% (rule of three)"
        change = f"keep counting: {needed:,} without one exclude {few.complaint_limit:g}%"
        yield Statement("too-few", text, change, rules)


def _about_tracked_links(results: Sequence[Outcome]) -> Iterator[Statement]:
    """Bounces where links are tracked, beside those where they are not."""
    counted = [outcome for outcome in results if outcome.bounces is not None and outcome.sent]
    tracked = _sum([outcome for outcome in counted if outcome.tracked_links is True])
    plain = _sum([outcome for outcome in counted if outcome.tracked_links is False])
    if not tracked.sent or not plain.sent:
        return
    first, second = (tracked.bounces or 0, tracked.sent), (plain.bounces or 0, plain.sent)
    if first[0] * second[1] <= second[0] * first[1]:
        return
    try:
        by_chance = not compare(*first, *second).differ
    except MeaninglessError:
        return
    text = f"more bounces where links are tracked ({first[0]:,} of {first[1]:,} against {second[0]:,} of {second[1]:,})"
    text += ", which may be chance" if by_chance else ""
    change = "take it as a warning: send the next ones without tracked links"
    yield Statement("tracked-bounces", text, change, ("campaign/tracking-risky",))


def _about_segments(segments: Sequence[Outcome], few: Few) -> Iterator[Statement]:
    """The segment that answers most, if chance would seldom make it so."""
    counted = [one for one in segments if one.sent and one.replies is not None and one.sent >= few.sent]
    if len(counted) < 2:
        return
    best = max(counted, key=lambda one: (one.replies or 0) / (one.sent or 1))
    rest = _sum([one for one in counted if one is not best])
    try:
        found = compare(best.replies or 0, best.sent or 0, rest.replies or 0, rest.sent or 0)
    except MeaninglessError:
        return
    counts = f"{100 * found.first:.1f} replies per hundred, against {100 * found.second:.1f} in the others"
    if found.p_value * len(counted) < 0.05:  # the best of several is best by chance more often (Bonferroni)
        text = f"the segment {best.segment} answers more ({counts})"
        change = "write to it first, and to the others in another way"
        yield Statement("segment", text, change, ("campaign/segment-missing",))


# -- tests --------------------------------------------------------------------------------------------


def judge_test(test: SplitTest) -> Iterator[Statement]:
    """Say what came of an A/B test; a test by opens or clicks has no winner."""
    if not test.results:
        return
    measure = test.measure or "the measure"
    if is_about_tracking(test.measure):
        text = f"a test decided by {measure} has no winner: machines open and click too"
        yield Statement("test", text, "count replies", ("campaign/test-judged-by-opens",))
        return
    counted = [arm for arm in test.results if arm.sent is not None and arm.count is not None]
    if len(counted) != 2:
        text = f"a test needs two arms with sent and count, and {len(counted)} have them"
        yield Statement("unsound", text, "count both arms")
        return
    first, second = counted
    names = [arm.arm or f"arm {number}" for number, arm in enumerate(counted, 1)]
    try:
        found = compare(first.count or 0, first.sent or 0, second.count or 0, second.sent or 0)
    except MeaninglessError as error:
        yield Statement("unsound", f"the test of {_pair(names)} says nothing: {error}", "leave it undecided")
        return
    rates = f"{100 * found.first:.1f}% against {100 * found.second:.1f}%"
    how = "Fisher's exact test" if found.exact else "test of two proportions"
    figure = f"{rates}, p = {found.p_value:.2g} ({how})"
    if found.differ:
        better = names[0] if found.first > found.second else names[1]
        yield Statement("test", f"{better} brings more {measure}: {figure}", f"go on with {better}")
    else:
        text = f"{_pair(names)} do not differ beyond chance in {measure}: {figure}"
        yield Statement("test", text, "take the simpler one, and test something larger", ("campaign/test-sample",))


def _pair(names: Sequence[str]) -> str:
    return " and ".join(names)
