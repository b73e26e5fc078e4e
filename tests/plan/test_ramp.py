"""How a volume grows, and ramps that are proposed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.plan.ramp import gaps, jumps, propose

SPIKES = [
    ("steady", [100, 120, 150, 200], [], []),
    ("doubled is not more than doubled", [100, 200], [], []),
    ("more than doubled", [100, 201], [], [1]),
    ("a weekend", [100, 150, 0, 0, 200], [], []),
    ("the highest of the week counts", [100, 20, 150], [], []),
    ("only that of the last seven days that sent", [200, *[50] * 7, 150], [], [8]),
    ("before the plan", [250], [100, 0, 0], [0]),
    ("small numbers", [3, 10, 25], [], []),
    ("two bursts", [50, 150, 400], [], [1, 2]),
    ("a burst is the level of what follows", [50, 150, 200, 300], [], [1]),
    ("a rest has a rule of its own", [100, *[0] * 30, 300], [], []),
    ("nothing", [0, 0], [], []),
]


@pytest.mark.parametrize(("per_day", "past", "days"), [case[1:] for case in SPIKES], ids=[case[0] for case in SPIKES])
def test_jumps(per_day: list[int], past: list[int], days: list[int]) -> None:
    assert [jump.day for jump in jumps(per_day, past, 2, 25)] == days


GAPS = [
    ("no rest", [100, 100], [], 0, []),
    ("a month", [100, *[0] * 30, 100], [], 0, [(31, 30, 100)]),
    ("less than a month", [100, *[0] * 29, 100], [], 0, []),
    ("before the plan", [100], [200], 45, [(0, 45, 200)]),
    ("before the plan, and nobody says how much", [100], [], 45, [(0, 45, 0)]),
    ("days without mail before the first are no rest of a new sender", [*[0] * 40, 100], [], 0, []),
    ("zeros in the past count", [100], [200, *[0] * 31], 0, [(0, 31, 200)]),
]


@pytest.mark.parametrize(
    ("per_day", "past", "idle", "found"), [case[1:] for case in GAPS], ids=[case[0] for case in GAPS]
)
def test_gaps(per_day: list[int], past: list[int], idle: int, found: list[tuple[int, int, int]]) -> None:
    assert [(gap.day, gap.idle, gap.before) for gap in gaps(per_day, past, idle, 30)] == found


@given(
    st.integers(1, 100_000), st.integers(1, 500), st.sampled_from([1.2, 1.5, 2]), st.booleans(),
    st.none() | st.integers(1, 20), st.none() | st.integers(1, 100),
)  # fmt: skip
def test_a_proposed_ramp_is_one(
    target: int, start: int, factor: float, weekends: bool, mailboxes: int | None, cap: int | None
) -> None:
    days = propose(target, start=start, factor=factor, weekends=weekends, mailboxes=mailboxes, cap=cap)
    sent = [day.sent for day in days]
    assert not list(jumps(sent, [], factor, 25))
    highest = min(target, mailboxes * cap) if mailboxes and cap else target
    assert max(sent) <= highest
    assert sent[-1] == highest or len(days) == 366
    assert weekends or not any(day.sent for day in days if day.weekday > 4)
    assert [day.number for day in days] == list(range(1, len(days) + 1))
    if mailboxes and cap:
        assert all(day.per_mailbox <= cap for day in days)
