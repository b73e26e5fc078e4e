"""The five steps of the decision, and what follows from them."""

from __future__ import annotations

import pytest

from maillint.catalogue.load import shipped
from maillint.plan.advice import RAMP_RULES, advise
from maillint.plan.decision import decide
from maillint.plan.model import GOALS
from tests.plan.plans import DESIGN, SHIPPED, plan_of

COLD = "goal: {kind: meeting, sentence: Book calls}\n"
NEWS = "goal: {kind: reading, sentence: Subscribers read the report}\n"
SHOP = "goal: {kind: purchase, sentence: Sell the autumn collection}\n"

CASES = [
    ("a stranger is asked for an answer", COLD, False, "none", 0),
    ("subscribers choose what to read", NEWS, True, "several", 0),
    ("one thing to buy", SHOP, True, "one", 0),
    ("a new domain", NEWS + "sender: {age-days: 12}", False, "one", 1),
    ("an old domain", NEWS + "sender: {age-days: 400}", True, "several", 0),
    ("readers who mind", SHOP + "audience: {privacy-sensitivity: high}", False, "one", 1),
    (
        "trouble, and a list that bounces",
        SHOP + "sender: {recent-trouble: true}\nlist: {bounce-rate: 3}",
        False,
        "one",
        2,
    ),
    ("complaints", NEWS + "list: {complaint-rate: 0.2}", False, "one", 1),
    ("shared servers", NEWS + "sender: {servers: shared}", False, "one", 1),
    (
        "shared servers, own domain",
        NEWS + "sender: {servers: shared, isolation: dkim}",
        True,
        "several",
        0,
    ),
    ("nothing at all", "", False, "one", 0),
    ("every key", DESIGN, False, "none", 3),
]


@pytest.mark.parametrize(
    ("text", "clicks", "links", "risks"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_is_decided(text: str, clicks: bool, links: str, risks: int) -> None:
    found = decide(plan_of(text))
    assert (found.opens, found.clicks, found.links, len(found.risks)) == (False, clicks, links, risks)


@pytest.mark.parametrize("kind", [*GOALS, None])
def test_every_goal_has_five_steps_and_rules_that_are_there(kind: str | None) -> None:
    found = decide(plan_of(f"goal: {{kind: {kind}, sentence: x}}" if kind else ""))
    assert [answer.number for answer in found.answers if answer.number] == [1, 2, 3, 4, 5]
    named = {rule for answer in found.answers for rule in answer.rules} | set(RAMP_RULES)
    assert named <= set(shipped().rules)
    assert all(answer.answer and answer.rules for answer in found.answers)


@pytest.mark.parametrize(
    ("text", "question", "stated"),
    [
        (COLD + "tracking: true", "Track opens and clicks?", "opens and clicks"),
        (SHOP + "tracking: true", "Track opens and clicks?", "opens"),
        (SHOP + "tracking: {clicks: true}", "Track opens and clicks?", ""),
        (COLD + "links: several", "No link, one, or several?", "several links"),
        (NEWS + "links: one", "No link, one, or several?", ""),
        (COLD + "steps: [a, {template: b, links: one}]", "No link, one, or several?", "one link"),
        (COLD + "steps: [a, {template: b, condition: opened}]", "How to follow up?", "step 2 by opens or clicks"),
        (COLD + "metrics: [open rate, replies]", "What to measure that you act on?", "open rate"),
    ],
)
def test_what_the_plan_has_otherwise_is_said(text: str, question: str, stated: str) -> None:
    (answer,) = [answer for answer in decide(plan_of(text)).answers if answer.question == question]
    assert answer.stated == stated


def test_a_small_audience_is_not_tested_on() -> None:
    small, large = (decide(plan_of(f"{COLD}audience: {{size: {size}}}")).answers[4] for size in (900, 9_000))
    assert small.answer.startswith("no A/B test: send to the first 50 by hand")
    assert large.answer.startswith("one thing against another")
    assert "each arm needs 749 messages" in large.reasons[0]


def test_the_options_of_rules_decide() -> None:
    options = {**SHIPPED, "campaign/tracking-risky": {"domain-days": 7, "mailbox-days": 7}}
    plan = plan_of(NEWS + "sender: {age-days: 12}")
    assert advise(plan, SHIPPED).decision.risks and not advise(plan, options).decision.risks


def test_of_a_steady_plan_no_other_ramp_is_proposed() -> None:
    ramp = advise(plan_of(COLD + "volume: [30, 40, 50]\nsender: {mailboxes: 3}"), SHIPPED).ramp
    assert [day.sent for day in ramp.planned] == [30, 40, 50]
    assert ramp.proposed == ()


@pytest.mark.parametrize(
    ("text", "remarks"),
    [
        ("volume: [30, 100]", {2: "a burst: 3.3 times the 30 before"}),
        ("volume: [30, 50]", {2: "steep: 1.7 times the 30 before"}),
        ("volume: {past: [40000], per-day: [68000]}", {1: "bulk from here on: SPF, DKIM, DMARC, one-click"}),
        ("volume: {past: [200], idle-days: 40, per-day: [200]}", {1: "cold: after 40 days without mail"}),
        (COLD + "sender: {mailboxes: 2}\nvolume: [100, 120]", {2: "over the cap of 50 per mailbox"}),
        (COLD + "volume: {2026-03-06: 30, 2026-03-07: 30}", {2: "a weekend, when nobody answers"}),
        (NEWS + "volume: {2026-03-06: 30, 2026-03-07: 30}", {}),
        (COLD + "volume: {start: 2026-03-07, per-day: [30]}", {1: "a weekend, when nobody answers"}),
    ],
)
def test_what_is_wrong_with_the_days_of_a_plan(text: str, remarks: dict[int, str]) -> None:
    text = text.replace("volume: {2026", "volume: {per-day: {2026").replace("30}", "30}}") if "{2026" in text else text
    ramp = advise(plan_of(text), SHIPPED).ramp
    assert {day.number: "; ".join(day.remarks) for day in ramp.planned if day.remarks} == remarks
    assert bool(ramp.proposed) is bool(remarks)


def test_without_a_volume_the_mailboxes_say_how_far() -> None:
    ramp = advise(plan_of(COLD + "sender: {mailboxes: 3}"), SHIPPED).ramp
    assert [day.sent for day in ramp.proposed] == [30, 45, 67, 100, 150]
    assert max(day.per_mailbox for day in ramp.proposed) == 50
