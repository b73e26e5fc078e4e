"""A unified diff of two texts, in time linear in their length.

Lines that differ are paired where the texts agree again close by. So the diff of two texts that have little in common
is longer than it need be, and just as right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

from maillint.values import NamedTuple

_CONTEXT = 3
_REACH = 30
"""How many lines ahead the texts are searched for a place where they agree again."""


class _Change(NamedTuple):
    """Lines ``[start, end)`` of the old text become ``[new_start, new_end)`` of the new one."""

    start: int
    end: int
    new_start: int
    new_end: int


def unified_diff(before: str, after: str, path: str) -> Iterator[str]:
    """The lines of the diff; carriage returns stay, and a line end that is missing at the end is reported."""
    old, new = _lines(before), _lines(after)
    for number, group in enumerate(_grouped(_changes(old, new))):
        if number == 0:
            yield f"--- {path}\n"
            yield f"+++ {path}\n"
        start, new_start = max(group[0].start - _CONTEXT, 0), max(group[0].new_start - _CONTEXT, 0)
        end, new_end = min(group[-1].end + _CONTEXT, len(old)), min(group[-1].new_end + _CONTEXT, len(new))
        yield f"@@ -{_range(start, end)} +{_range(new_start, new_end)} @@\n"
        for change in group:
            yield from _marked(" ", old[start : change.start])
            yield from _marked("-", old[change.start : change.end])
            yield from _marked("+", new[change.new_start : change.new_end])
            start = change.end
        yield from _marked(" ", old[start:end])


def _lines(text: str) -> list[str]:
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _marked(mark: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _range(start: int, end: int) -> str:
    length = end - start
    return f"{start + 1}" if length == 1 else f"{start + 1 if length else start},{length}"


def _grouped(changes: Sequence[_Change]) -> Iterator[list[_Change]]:
    """The changes in groups whose context would touch."""
    group: list[_Change] = []
    for change in changes:
        if group and change.start - group[-1].end > 2 * _CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _changes(old: Sequence[str], new: Sequence[str]) -> list[_Change]:
    found: list[_Change] = []
    start = new_start = 0
    while start < len(old) or new_start < len(new):
        if start < len(old) and new_start < len(new) and old[start] == new[new_start]:
            start, new_start = start + 1, new_start + 1
            continue
        gone, come = _apart(old, new, start, new_start)
        if found and found[-1].end == start and found[-1].new_end == new_start:
            found[-1] = found[-1]._replace(end=start + gone, new_end=new_start + come)
        else:
            found.append(_Change(start, start + gone, new_start, new_start + come))
        start, new_start = start + gone, new_start + come
    return found


@cache
def _steps() -> Sequence[tuple[int, int]]:
    """The numbers of lines to pass over in both texts, the fewest first, then the most alike."""
    steps = product(range(_REACH + 1), range(_REACH + 1))
    return sorted(steps, key=lambda step: (sum(step), abs(step[0] - step[1])))[1:]


def _apart(old: Sequence[str], new: Sequence[str], start: int, new_start: int) -> tuple[int, int]:
    """How many lines of each text to pass over, the fewest after which they agree, farther off for two lines."""
    left, new_left = len(old) - start, len(new) - new_start
    for gone, come in _steps():
        if gone > left or come > new_left:
            continue
        if gone == left or come == new_left:
            if gone == left and come == new_left:
                return gone, come
            continue
        if old[start + gone] != new[new_start + come]:
            continue
        after, new_after = start + gone + 1, new_start + come + 1
        ends = after == len(old) or new_after == len(new)
        close = gone + come <= _CONTEXT and old[start + gone].strip()
        if gone == come or close or ends or old[after] == new[new_after]:
            return gone, come
    return min(left, _REACH), min(new_left, _REACH)
