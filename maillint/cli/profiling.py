"""``maillint check --profile-rules``: where the time of a run goes."""

from __future__ import annotations

from time import process_time

from maillint.engine.clock import Clock


def start_clock() -> Clock:
    """A clock that has measured the start of this process: the time that its processor has spent so far."""
    clock = Clock()
    clock.phases["start"] = process_time()
    return clock


def table(clock: Clock) -> str:
    """Return the times of a run: those of its phases in order, and those of rules, the longest first."""
    total = sum(clock.phases.values()) or 1.0
    lines = [f"{'time':>10} {'share':>6}  phase"]
    lines += [_line(seconds, total, phase) for phase, seconds in clock.phases.items()]
    lines += ["", f"{'time':>10} {'share':>6} {'calls':>7}  rule"]
    for rule, seconds in sorted(clock.rules.items(), key=lambda item: -item[1]):
        lines.append(_line(seconds, total, rule, clock.calls[rule]))
    return "\n".join(lines) + "\n"


def _line(seconds: float, total: float, name: str, calls: int | None = None) -> str:
    count = "" if calls is None else f" {calls:>7}"
    return f"{seconds * 1000:>7.1f} ms {seconds / total:>6.1%}{count}  {name}"
