"""The arithmetic of rates, beside scipy's."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from maillint.plan.proportions import (
    MeaninglessError,
    _fisher,
    at_most,
    compare,
    interval,
    needed_per_arm,
    smallest_difference,
    z_test,
)

TABLES = st.tuples(st.integers(1, 3000), st.integers(1, 3000)).flatmap(
    lambda sent: st.tuples(st.integers(0, sent[0]), st.just(sent[0]), st.integers(0, sent[1]), st.just(sent[1]))
)


@settings(max_examples=60)
@given(TABLES)
def test_the_test_of_two_proportions_is_that_of_scipy(table: tuple[int, int, int, int]) -> None:
    count, sent, other, other_sent = table
    if 0 < count + other < sent + other_sent:
        square = stats.chi2_contingency([[count, sent - count], [other, other_sent - other]], correction=False)
        assert math.isclose(z_test(*table), square.pvalue, rel_tol=1e-6, abs_tol=1e-12)


@settings(max_examples=60)
@given(TABLES)
def test_fishers_test_is_that_of_scipy(table: tuple[int, int, int, int]) -> None:
    count, sent, other, other_sent = table
    exact = stats.fisher_exact([[count, sent - count], [other, other_sent - other]]).pvalue
    assert math.isclose(_fisher(*table), exact, rel_tol=1e-5, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("rate", "other", "needed"),
    [(1, 2, 2319), (2, 3, 3826), (3, 4, 5301), (3, 5, 1506), (3, 6, 749), (5, 6, 8158), (5, 10, 435), (10, 12, 3841),
     (10, 15, 686)],
)  # fmt: skip
def test_how_many_messages_an_arm_needs(rate: float, other: float, needed: int) -> None:
    assert needed_per_arm(rate / 100, other / 100) == needed
    mean = (rate + other) / 200
    parts = stats.norm.ppf(0.975) * math.sqrt(2 * mean * (1 - mean))
    parts += stats.norm.ppf(0.8) * math.sqrt(sum(p / 100 * (1 - p / 100) for p in (rate, other)))
    assert needed_per_arm(rate / 100, other / 100) == math.ceil((parts / ((rate - other) / 100)) ** 2)


@pytest.mark.parametrize("rate", [0.01, 0.03, 0.1])
@pytest.mark.parametrize("per_arm", [200, 1_000, 5_000])
def test_the_smallest_difference_needs_just_so_many(rate: float, per_arm: int) -> None:
    other = smallest_difference(rate, per_arm)
    assert other is not None
    assert needed_per_arm(rate, other) <= per_arm < needed_per_arm(rate, other - 0.001)


@settings(max_examples=60)
@given(st.integers(1, 5000).flatmap(lambda sent: st.tuples(st.integers(0, sent), st.just(sent))))
def test_the_interval_is_wilsons(counts: tuple[int, int]) -> None:
    theirs = stats.binomtest(*counts).proportion_ci(method="wilson")
    assert interval(*counts) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@pytest.mark.parametrize(("sent", "rate"), [(1_000, 0.003), (3_000, 0.001), (150, 0.02), (1, 1.0)])
def test_none_in_so_many_still_allows_a_rate(sent: int, rate: float) -> None:
    assert at_most(sent) == pytest.approx(rate)
    if sent > 100:
        assert at_most(sent) == pytest.approx(1 - 0.05 ** (1 / sent), rel=0.02)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ((0, 0, 1, 10), "nothing was sent"),
        ((11, 10, 1, 10), "more than it sent"),
        ((0, 400, 0, 400), "neither arm counts anything"),
        ((10, 10, 12, 12), "both arms count all"),
        ((1, 4, 0, 3), "so few that no outcome"),
        ((2, 400, 1, 400), "so few that no outcome"),
        ((-1, 4, 0, 3), "nothing was sent"),
    ],
)
def test_counts_that_mean_nothing_are_not_judged(table: tuple[int, int, int, int], reason: str) -> None:
    with pytest.raises(MeaninglessError, match=reason):
        compare(*table)


@pytest.mark.parametrize(
    ("table", "exact", "differ"),
    [
        ((12, 400, 30, 400), False, True),
        ((12, 400, 15, 400), False, False),
        ((0, 100, 6, 100), True, True),
        ((1, 100, 6, 100), True, False),
        ((400, 1_000_000_000, 5, 10), True, True),
    ],
)
def test_arms_are_compared(table: tuple[int, int, int, int], exact: bool, differ: bool) -> None:
    found = compare(*table)
    assert (found.exact, found.differ) == (exact, differ)


@pytest.mark.parametrize("rates", [(0.03, 0.03), (-0.1, 0.2), (0.1, 1.1)])
def test_rates_that_cannot_be_told_apart(rates: tuple[float, float]) -> None:
    with pytest.raises(MeaninglessError):
        needed_per_arm(*rates)
