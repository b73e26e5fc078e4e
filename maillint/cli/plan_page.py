"""What ``maillint plan`` prints: the decision, the ramp and what the results say, as a page or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from maillint.files.paths import shown_path
from maillint.output._cells import clip, visible, width_of, wrap
from maillint.output._paint import Paint
from maillint.plan.advice import RAMP_RULES, START, Advice, PlannedDay, Ramp
from maillint.plan.decision import Answer
from maillint.plan.diagnosis import COUNTS, Diagnosis, per_hundred
from maillint.plan.model import Outcome, Plan
from maillint.plan.ramp import RampDay, propose

_NARROWEST = 40
_WIDEST = 100
_BAR = 24
_MOST_DAYS = 21
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


# -- the ramp -----------------------------------------------------------------------------------------


def proposed_ramp(target: int, start: int | None, width: int, bar: str) -> str:
    """A ramp for a sender without a plan."""
    days = propose(target, start=start or min(START, target), factor=1.5)
    return "\n".join(_chart(days, _width(width), bar)) + "\n"


def _chart(days: Sequence[RampDay], width: int, bar: str) -> Iterator[str]:
    most = max((day.sent for day in days), default=0)
    per_mailbox = any(day.per_mailbox != day.sent for day in days)
    size = max(len(f"{most:,}"), 4)
    for day in days[:_MOST_DAYS]:
        each = f"  {day.per_mailbox:>4,} each" if per_mailbox else ""
        chart = f"  day {day.number:>3} {_WEEKDAYS[day.weekday]}  {day.sent:>{size},}{each}"
        yield clip(f"{chart}  {_bar(day.sent, most, bar)}".rstrip(), width)
    if len(days) > _MOST_DAYS:
        last = days[-1]
        yield f"  … and so on, to {last.sent:,} on day {last.number}"


def _bar(count: int, most: int, bar: str) -> str:
    return bar * max(round(_BAR * count / most), 1) if count and most else ""


def _planned_chart(days: Sequence[PlannedDay], width: int, bar: str) -> Iterator[str]:
    """The plan's own days; of many, those with a remark and the first ones."""
    most = max((day.sent for day in days), default=0)
    size = max(len(f"{most:,}"), 4)
    shown = [day for day in days if day.remarks or day.number <= _MOST_DAYS][: 2 * _MOST_DAYS]
    for day in shown:
        chart = f"  day {day.number:>3}  {day.sent:>{size},}  {_bar(day.sent, most, bar)}"
        yield from _with_remarks(chart, day.remarks, width)
    if len(shown) < len(days):
        yield f"  … {len(days) - len(shown)} more days"


def _with_remarks(chart: str, remarks: Sequence[str], width: int) -> Iterator[str]:
    """A line of a chart with remarks behind it, or under it where there is no room."""
    words = "; ".join(remarks)
    line = f"{chart}  {words}".rstrip()
    if width_of(line) <= width:
        yield line
        return
    yield clip(chart, width)
    yield from (f"           {part}" for part in wrap(words, width - 11))


# -- the page -----------------------------------------------------------------------------------------


def _width(width: int) -> int:
    return min(max(width, _NARROWEST), _WIDEST)


def as_text(path: str, plan: Plan, advice: Advice, width: int, paint: Paint, bar: str) -> str:
    """The page for people; charts are drawn with ``bar``."""
    width = _width(width)
    lines = [paint(visible(shown_path(path)), "bold"), ""]
    for answer in advice.decision.answers:
        lines += [*_answer(answer, width, paint), ""]
    lines += _ramp_lines(advice.ramp, width, paint, bar)
    if plan.results or any(test.results for test in plan.tests):
        lines += _results(advice.diagnosis, width, paint)
    lines.append("maillint rule NAME explains a rule; maillint check FILE lints the plan and its templates.")
    return "\n".join(lines) + "\n"


def _answer(answer: Answer, width: int, paint: Paint) -> Iterator[str]:
    head = f"{answer.number}. {answer.question}" if answer.number else f"=> {answer.question}"
    yield paint(head, "bold")
    yield from _indented(answer.answer, width)
    for reason in answer.reasons:
        yield from _listed(reason, width)
    if answer.stated:
        yield from _indented(f"The plan has it otherwise: {answer.stated}.", width)
    yield from (paint(line, "dim") for line in _indented(f"rules: {', '.join(answer.rules)}", width))


def _indented(text: str, width: int) -> Iterator[str]:
    return (f"   {line}" for line in wrap(text, width - 3))


def _listed(text: str, width: int) -> Iterator[str]:
    for number, line in enumerate(wrap(text, width - 5)):
        yield f"   {' ' if number else '-'} {line}"


def _ramp_lines(ramp: Ramp, width: int, paint: Paint, bar: str) -> Iterator[str]:
    yield paint("=> How to ramp up?", "bold")
    if ramp.planned:
        wrong = sum(1 for day in ramp.planned if day.remarks)
        verdict = f"{wrong} day{'s' * (wrong != 1)} to look at" if wrong else "steady, as planned"
        yield from _indented(verdict, width)
        yield from _planned_chart(ramp.planned, width, bar)
    if ramp.proposed:
        yield from _indented(f"proposed {ramp.reason}:", width)
        yield from _chart(ramp.proposed, width, bar)
    if not ramp.planned and not ramp.proposed:
        words = "the plan has no volume (volume: per-day); --ramp N proposes one to N messages a day"
        yield from _indented(words, width)
    yield from (paint(line, "dim") for line in _indented(f"rules: {', '.join(RAMP_RULES)}", width))
    yield ""


# -- results ------------------------------------------------------------------------------------------

_HEADS = ("sent", "replies", "/100", "positive", "meetings", "away", "bounced", "left", "spam")


def _results(diagnosis: Diagnosis, width: int, paint: Paint) -> Iterator[str]:
    yield paint("What came of it", "bold")
    if diagnosis.steps:
        rows = [(f"step {outcome.step}", outcome) for outcome in diagnosis.steps]
        rows += [(outcome.segment, outcome) for outcome in diagnosis.segments]
        rows += [("all", diagnosis.total)] if len(diagnosis.steps) > 1 else []
        yield from _table(rows, width)
    if diagnosis.first_reply_hours is not None:
        yield f"   first reply after {diagnosis.first_reply_hours:g} hours"
    yield ""
    yield paint("What it says", "bold")
    for statement in diagnosis.statements:
        yield from _listed(statement.text, width)
        if statement.change:
            yield from (f"  {line}" for line in _indented(f"=> {statement.change}", width - 2))
        if statement.rules:
            lines = _indented(f"rules: {', '.join(statement.rules)}", width - 2)
            yield from (paint(f"  {line}", "dim") for line in lines)
    if not diagnosis.statements:
        yield from _indented("nothing stands out: go on, and judge by replies", width)
    yield ""


def _table(rows: Sequence[tuple[str, Outcome]], width: int) -> Iterator[str]:
    names = [clip(name, 20) for name, _ in rows]
    first = max(map(width_of, names))
    cells = [_HEADS, *(_cells(outcome) for _, outcome in rows)]
    sizes = [max(len(row[column]) for row in cells) for column in range(len(_HEADS))]
    for name, row in zip(("", *names), cells, strict=True):
        numbers = "  ".join(f"{cell:>{size}}" for cell, size in zip(row, sizes, strict=True))
        yield clip(f"   {name}{' ' * (first - width_of(name))}  {numbers}", max(width, first + 80))


def _cells(outcome: Outcome) -> tuple[str, ...]:
    counts = {name: getattr(outcome, name) for name in COUNTS}
    shown = ["-" if count is None else f"{count:,}" for count in counts.values()]
    rate = per_hundred(outcome.replies, outcome.sent)
    return (*shown[:2], "-" if rate is None else f"{rate:.1f}", *shown[2:])


# -- JSON ---------------------------------------------------------------------------------------------


def as_json(path: str, advice: Advice) -> str:
    """The same for programs; docs/plans.md explains it."""
    import json  # noqa: PLC0415 -- a page needs none

    decision, ramp, diagnosis = advice.decision, advice.ramp, advice.diagnosis
    document = {
        "version": 1,
        "plan": shown_path(path),
        "track": {"opens": decision.opens, "clicks": decision.clicks},
        "links": decision.links,
        "risks": list(decision.risks),
        "answers": [
            {
                "step": answer.number or None,
                "question": answer.question,
                "answer": answer.answer,
                "reasons": list(answer.reasons),
                "rules": list(answer.rules),
                "stated": answer.stated or None,
            }
            for answer in decision.answers
        ],
        "ramp": {
            "planned": [
                {"day": day.number, "sent": day.sent, "per_mailbox": day.per_mailbox, "remarks": list(day.remarks)}
                for day in ramp.planned
            ],
            "proposed": [
                {"day": day.number, "sent": day.sent, "per_mailbox": day.per_mailbox} for day in ramp.proposed
            ],
        },
        "results": {
            "steps": [_plain(outcome) for outcome in diagnosis.steps],
            "segments": [_plain(outcome) for outcome in diagnosis.segments],
            "first_reply_hours": diagnosis.first_reply_hours,
            "statements": [
                {"kind": one.kind, "text": one.text, "change": one.change or None, "rules": list(one.rules)}
                for one in diagnosis.statements
            ],
        },
    }
    return json.dumps(document, ensure_ascii=False) + "\n"


def _plain(outcome: Outcome) -> dict[str, Any]:
    counts = {name: getattr(outcome, name) for name in COUNTS}
    return {"step": outcome.step, "segment": outcome.segment or None, **counts}
