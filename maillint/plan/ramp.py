"""How a volume grows from day to day: where it jumps, where it rests, and a ramp that does neither.

No provider publishes how fast a sender may grow. Google warns of sudden spikes and names doubling
(https://support.google.com/a/answer/81126); the other figures are practice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from maillint.values import NamedTuple

WINDOW = 7
"""A day is compared with the highest of so many sending days before it."""

MAX_DAYS = 366
"""Days of a proposed ramp at the most."""

_WEEK = 7
_REST = 30
"""Days without mail after which a sender begins anew."""


class Jump(NamedTuple):
    """A day (from 0) that sends ``sent``, and the highest of the days before it."""

    day: int
    sent: int
    before: int

    @property
    def factor(self) -> float:
        """How many times the highest day before."""
        return self.sent / self.before


def jumps(per_day: Sequence[int], past: Sequence[int], factor: float, floor: int) -> Iterator[Jump]:
    """The days that send more than ``factor`` times the highest of the sending days before, and more than ``floor``.

    Days without messages are left out of the comparison. The first day of all has nothing to be compared with, nor has
    one that ends a rest (see ``gaps``).
    """
    before = [count for count in past if count][-WINDOW:]
    idle = 0
    for day, count in enumerate(per_day):
        idle = 0 if count else idle + 1
        if idle >= _REST:
            before = []
        if before and count > floor and count > factor * max(before):
            yield Jump(day, count, max(before))
        if count:
            before = [*before, count][-WINDOW:]


class Gap(NamedTuple):
    """A rest: the day that ends it (from 0), what that sends, the idle days before it, and the level before these."""

    day: int
    sent: int
    idle: int
    before: int


def gaps(per_day: Sequence[int], past: Sequence[int], idle_days: int, shortest: int) -> Iterator[Gap]:
    """The rests of at least ``shortest`` days; ``idle_days`` are those before the first day.

    ``before`` is 0 where nothing says what was sent before.
    """
    days = [*past, *[0] * idle_days, *per_day]
    offset = len(days) - len(per_day)
    sent: list[int] = []
    idle = 0
    for number, count in enumerate(days):
        if not count:
            idle += 1
            continue
        if idle >= shortest and number >= offset and (sent or idle_days >= shortest):
            yield Gap(number - offset, count, idle, max(sent[-WINDOW:], default=0))
        sent.append(count)
        idle = 0


class RampDay(NamedTuple):
    """A day of a proposed ramp: its number from 1, its weekday (0 is Monday), messages in all and for each mailbox."""

    number: int
    weekday: int
    sent: int
    per_mailbox: int


def propose(
    target: int,
    *,
    start: int,
    factor: float,
    weekends: bool = False,
    mailboxes: int | None = None,
    cap: int | None = None,
) -> list[RampDay]:
    """Propose a ramp from ``start`` to ``target`` messages a day, growing by ``factor`` on each sending day.

    It begins on a Monday; without ``weekends`` nothing is sent on Saturday and Sunday. With ``mailboxes``, no day is
    above what they may send together by ``cap``. ``factor`` is above 1.
    """
    if mailboxes and cap:
        target = min(target, mailboxes * cap)
    count = min(start, target)
    days: list[RampDay] = []
    for number in range(MAX_DAYS):
        weekday = number % _WEEK
        if weekday >= 5 and not weekends:
            days.append(RampDay(number + 1, weekday, 0, 0))
            continue
        days.append(RampDay(number + 1, weekday, count, ceil(count / (mailboxes or 1))))
        if count >= target:
            break
        count = min(target, max(count + 1, int(count * factor)))
    return days
