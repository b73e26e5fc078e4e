"""What results say, as a practitioner reads them."""

from __future__ import annotations

import pytest

from maillint.catalogue.load import shipped
from maillint.plan.advice import advise
from maillint.plan.diagnosis import diagnose
from tests.plan.plans import SHIPPED, plan_of


def said(text: str) -> dict[str, str]:
    return {statement.kind: statement.text for statement in diagnose(plan_of(text)).statements}


CASES = [
    ("few replies on every step",
     "[{step: 1, sent: 1000, replies: 4}, {step: 2, sent: 980, replies: 6}]",
     "few-replies", "few replies on every step (10 of 1,980, 0.5 per hundred)"),
    ("few, but the messages are few as well",
     "[{sent: 200, replies: 2}]",
     "few-replies", "few replies on every step (2 of 200, 1.0 per hundred), though so few messages still"
     " allow up to 3.6"),
    ("replies, but few positive",
     "[{sent: 500, replies: 40, positive: 5}]",
     "few-positive", "replies, but few of them positive (5 of 40)"),
    ("replies after the last step only",
     "[{step: 1, sent: 300, replies: 1}, {step: 2, sent: 298, replies: 1}, {step: 3, sent: 296, replies: 12}]",
     "late-replies", "replies come after the last step only (12 of 14)"),
    ("positive, but few meetings",
     "[{sent: 500, replies: 40, positive: 20, meetings: 2}]",
     "few-meetings", "positive replies, but few meetings (2 of 20)"),
    ("more bounces where links are tracked",
     "[{sent: 400, bounces: 14, tracked-links: true}, {sent: 400, bounces: 2, tracked-links: false}]",
     "tracked-bounces", "more bounces where links are tracked (14 of 400 against 2 of 400)"),
    ("a little more is said to be chance",
     "[{sent: 400, bounces: 5, tracked-links: true}, {sent: 400, bounces: 2, tracked-links: false}]",
     "tracked-bounces", "more bounces where links are tracked (5 of 400 against 2 of 400), which may be chance"),
    ("bounces", "[{sent: 400, bounces: 14}]", "bounces", "14 of 400 bounced (3.5%)"),
    ("complaints", "[{sent: 1000, complaints: 4}]", "complaints", "4 of 1,000 complained (0.40%, the limit is 0.3%)"),
    ("no complaint in few messages", "[{sent: 600, complaints: 0}]",
     "too-few", "no complaint in 600 messages still allows 0.5% (rule of three)"),
    ("too few messages", "[{sent: 40, replies: 3}]", "too-few", "3 replies to 40 messages: too few to say anything"),
    ("segments",
     "[{segment: met, sent: 300, replies: 30}, {segment: cold, sent: 300, replies: 6}]",
     "segment",
     "the segment met answers more (10.0 replies per hundred, against 2.0 in the others)"),
    ("more replies than messages", "[{step: 2, sent: 10, replies: 12}]",
     "unsound", "step 2 counts 12 replies of 10 sent"),
    ("more positive than replies", "[{sent: 10, replies: 1, positive: 2, segment: a}]",
     "unsound",
     "entry 1 of the results (a) counts 2 positive replies of 1 replies"),
]  # fmt: skip


@pytest.mark.parametrize(("results", "kind", "text"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_results_say(results: str, kind: str, text: str) -> None:
    assert said(f"results: {results}").get(kind) == text


SILENT = [
    ("good results", "[{sent: 1000, replies: 60, positive: 30, meetings: 15, bounces: 5, complaints: 0}]"),
    ("nothing counted", "[{step: 1}]"),
    ("nothing sent", "[{step: 1, sent: 0, replies: 0}]"),
    ("replies come early", "[{step: 1, sent: 300, replies: 20}, {step: 2, sent: 280, replies: 9}]"),
    ("fewer bounces where links are tracked",
     "[{sent: 400, bounces: 1, tracked-links: true}, {sent: 400, bounces: 2, tracked-links: false}]"),
    ("segments that differ by chance",
     "[{segment: a, sent: 300, replies: 12}, {segment: b, sent: 300, replies: 10}]"),
    ("small segments", "[{segment: a, sent: 30, replies: 12}, {segment: b, sent: 300, replies: 10}]"),
]  # fmt: skip


@pytest.mark.parametrize("results", [case[1] for case in SILENT], ids=[case[0] for case in SILENT])
def test_what_is_as_it_should_be_is_not_mentioned(results: str) -> None:
    assert said(f"results: {results}") == {}


def test_benchmarks_are_the_plans() -> None:
    results = "results: [{sent: 1000, replies: 15}]\n"
    usual, own = (advise(plan_of(results + more), SHIPPED).diagnosis for more in ("", "benchmarks: {replies: 1}"))
    assert [statement.kind for statement in usual.statements] == ["few-replies"]
    assert own.statements == ()


def test_nothing_is_judged_where_counts_cannot_be() -> None:
    assert set(said("results: [{step: 1, sent: 1000, replies: 1}, {step: 2, sent: 5, replies: 6}]")) == {"unsound"}


def test_steps_are_summed_up_from_their_segments() -> None:
    found = diagnose(
        plan_of(
            "results: [{step: 1, segment: a, sent: 10, replies: 1}, {step: 1, segment: b, sent: 20, replies: 2},"
            " {step: 2, sent: 25, replies: 3}, {step: 2, segment: a, sent: 9, replies: 1, first-reply-hours: 5}]"
        )
    )
    assert [(one.step, one.sent, one.replies) for one in found.steps] == [(1, 30, 3), (2, 25, 3)]
    assert [(one.segment, one.sent, one.replies) for one in found.segments] == [("a", 19, 2), ("b", 20, 2)]
    assert (found.total.sent, found.total.positive) == (55, None)


ARMS = (
    "tests: [{{arms: [a, b], measure: {},"
    " results: [{{arm: a, sent: {}, count: {}}}, {{arm: b, sent: {}, count: {}}}]}}]"
)


@pytest.mark.parametrize(
    ("arms", "text"),
    [
        (
            ("replies", 400, 30, 400, 12),
            "a brings more replies: 7.5% against 3.0%, p = 0.0043 (test of two proportions)",
        ),
        (
            ("replies", 400, 14, 400, 12),
            "a and b do not differ beyond chance in replies: 3.5% against 3.0%, p = 0.69",
        ),
        (("replies", 100, 0, 100, 6), "b brings more replies: 0.0% against 6.0%, p = 0.029 (Fisher's exact test)"),
        (("replies", 4, 1, 3, 0), "the test of a and b says nothing: they are so few that no outcome would have said"),
        (("replies", 4, 5, 3, 0), "the test of a and b says nothing: an arm counts more than it sent"),
        (("open rate", 400, 300, 400, 12), "a test decided by open rate has no winner: machines open and click too"),
    ],
)
def test_tests_are_judged(arms: tuple[str, int, int, int, int], text: str) -> None:
    (statement,) = diagnose(plan_of(ARMS.format(*arms))).statements
    assert statement.text.startswith(text)


def test_a_test_has_two_arms() -> None:
    (statement,) = diagnose(plan_of("tests: [{arms: [a], measure: replies, results: [{arm: a, sent: 3}]}]")).statements
    assert statement.kind == "unsound"


def test_the_rules_that_are_named_are_there() -> None:
    every = [statement for _, results, *_ in CASES for statement in diagnose(plan_of(f"results: {results}")).statements]
    every += diagnose(plan_of(ARMS.format("open rate", 400, 300, 400, 12))).statements
    assert {rule for statement in every for rule in statement.rules} <= set(shipped().rules)
