"""Whether time per byte stays what it is from 10 KB to 5 MB, and memory over ten thousand messages."""

from __future__ import annotations

import gc
import itertools
import math
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import maillint
from benchmarks.corpus import MESSAGES, Writer
from benchmarks.report import machine
from benchmarks.shapes import ORDINARY, Shape
from maillint.catalogue.load import shipped
from maillint.catalogue.rule import ActiveRule
from maillint.engine.clock import Clock
from maillint.engine.lint import lint
from maillint.finding import SIZE_LIMIT
from maillint.message.kinds import kind_of
from maillint.message.model import Message
from maillint.message.read import MessageSettings, read_message
from maillint.text.source import Source

SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
TITLE = "## Growth"
MOST = 1.15
"""The exponent that growth must stay below."""

_TOLD = 0.05
"""Seconds below which the time of one rule is not told from noise."""

_ALWAYS = 0.3  # seconds that a small size is measured for
_APART = 1_000_000  # numbers between the pieces of two texts, so that nothing is remembered of the one for the other


class Measured(NamedTuple):
    """The seconds that a text took: reading and views, all rules, and each rule."""

    reading: float
    rules: float
    by_rule: Mapping[str, float]

    @property
    def total(self) -> float:
        """All of it."""
        return self.reading + self.rules


class Row(NamedTuple):
    """What a shape took at each of the sizes; ``read`` says how much of the largest was looked at, "" for all of it."""

    name: str
    sizes: Sequence[int]
    measured: Sequence[Measured]
    read: str

    def exponent(self, times: Sequence[float]) -> float:
        """By which power of the length times have grown from the smallest size to the largest."""
        return math.log(times[-1] / times[0]) / math.log(self.sizes[-1] / self.sizes[0])

    @property
    def slowest_rule(self) -> tuple[str, float]:
        """The rule whose time has grown fastest, of those that take long enough to tell."""
        found = [("", 0.0)]
        for name, last in self.measured[-1].by_rule.items():
            times = [measured.by_rule.get(name, 0.0) for measured in self.measured]
            first = next((place for place, seconds in enumerate(times) if seconds > _TOLD / 10), len(times))
            if last > _TOLD and first < len(times) - 1:
                span = math.log(self.sizes[-1] / self.sizes[first])
                found.append((name, math.log(last / times[first]) / span))
        return max(found, key=lambda pair: pair[1])


def measure(shapes: Mapping[str, Shape] = ORDINARY, sizes: Sequence[int] = SIZES) -> Iterator[Row]:
    """Measure each shape at each size, in this process."""
    for name, shape in shapes.items():
        firsts = itertools.count(_APART, _APART)
        _lint(shape.text(sizes[0], next(firsts)), shape)  # what is made once
        measured = [_mean(shape, size, firsts) for size in sizes]
        longest = shape.text(sizes[-1], next(firsts))
        cut = any(found.rule == SIZE_LIMIT for found in maillint.lint(longest, **shape.settings).findings)
        lengths = [len(shape.text(size, _APART)) for size in sizes]
        yield Row(name, lengths, measured, _read(longest, shape) if cut else "")


def _mean(shape: Shape, size: int, firsts: Iterator[int]) -> Measured:
    found: list[Measured] = []
    while sum(measured.total for measured in found) < _ALWAYS:
        found.append(_lint(shape.text(size, next(firsts)), shape))
    texts = len(found)
    names = {name for measured in found for name in measured.by_rule}
    return Measured(
        sum(measured.reading for measured in found) / texts,
        sum(measured.rules for measured in found) / texts,
        {name: sum(measured.by_rule.get(name, 0.0) for measured in found) / texts for name in names},
    )


def _message(text: str, shape: Shape) -> Message:
    name = shape.settings.get("filename") or f"a.{shape.settings['kind']}"
    return read_message([Source.from_text(name, text)], MessageSettings(profile="newsletter"), kind_of(name))


def _lint(text: str, shape: Shape) -> Measured:
    gc.collect()
    start = time.process_time()
    message = _message(text, shape)
    for part in message.parts:
        for view in part.views:
            assert view.content.flow is not None
    middle = time.process_time()
    clock = Clock()
    lint(message, _rules(), clock)
    end = time.process_time()
    return Measured(middle - start, end - middle, dict(clock.rules))


def _read(text: str, shape: Shape) -> str:
    message = _message(text, shape)
    fields = len(message.headers.fields)
    return f"{fields:,} fields" if fields else f"{sum(len(part.text) for part in message.parts) / 1e6:.1f} MB"


def _rules() -> list[ActiveRule]:
    return [
        ActiveRule(rule, {**{name: option.default for name, option in rule.check.options.items()}, **rule.options})
        for rule in shipped().rules.values()
        if rule.check.subject == "message"
    ]


def table(rows: Sequence[Row]) -> str:
    """A row for each shape: seconds per megabyte at each size, and exponents."""
    sizes = [f"{size / 1000:,.0f} KB" for size in SIZES]
    heads = ["shape", *sizes, "exponent", "reading", "rules", "fastest growing rule"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in rows:
        name, exponent = row.slowest_rule
        per = [measured.total / size * 1e6 for measured, size in zip(row.measured, row.sizes, strict=True)]
        cells = [
            f"{row.name} ({row.read} looked at)" if row.read else row.name,
            *(f"{seconds:.2f}" for seconds in per),
            f"{row.exponent([measured.total for measured in row.measured]):.2f}",
            f"{row.exponent([measured.reading for measured in row.measured]):.2f}",
            f"{row.exponent([measured.rules for measured in row.measured]):.2f}",
            f"{name} {exponent:.2f}" if name else "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


# -- many messages ------------------------------------------------------------------------------------


def many(count: int = MESSAGES) -> Iterator[tuple[int, float, float]]:
    """Lint generated messages one after the other; after each tenth: how many, messages per second, peak MiB."""
    writer = Writer(1)
    some = [writer.message(number) for number in range(200)]
    maillint.lint(some[0], kind="eml")
    for tenth in range(10):
        start = time.process_time()
        for number in range(count // 10):
            data = some[number % len(some)].replace(b"Message-ID: <", b"Message-ID: <%d.%d." % (tenth, number), 1)
            maillint.lint(data, kind="eml")
        seconds = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
        yield (tenth + 1) * count // 10, count / 10 / seconds, peak


def table_of_many(rows: Sequence[tuple[int, float, float]]) -> str:
    """A row for the first, some, and the last tenth."""
    heads = ["messages", "per second", "peak MiB"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    return "\n".join([*lines, *(f"| {count:,} | {speed:.0f} | {peak:.0f} |" for count, speed, peak in rows)])


def section(rows: Sequence[Row], messages: Sequence[tuple[int, float, float]]) -> str:
    """The section of the page."""
    return f"""{TITLE}

Seconds of processor time per megabyte, for texts of one shape in several lengths (`benchmarks/shapes.py`), all rules;
and by which power of the length time grows from 10 KB to 5 MB: altogether, for reading (to the content of every view),
for all rules, and for the rule whose time grows fastest. The mark is {MOST}. Made by `python -m benchmarks --growth` on
{date.today().isoformat()}: {machine()}.

{table(rows)}

Ten thousand generated messages of 8 KB, one after the other in one process, by the library:

{table_of_many(messages)}
"""
