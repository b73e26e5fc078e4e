"""The weekly entry of a campaign's journal, in Markdown: what was sent, what came back, what changes next week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import click

from maillint.output._cells import visible
from maillint.patterns import regex
from maillint.plan.diagnosis import Diagnosis, per_hundred
from maillint.plan.model import Outcome, Plan

_MARKUP = regex(r"([\\`*_\[\]<>#|])")


def week_of(text: str | None) -> date:
    """The Monday of the week of a day, or of today; raises click.UsageError."""
    try:
        day = date.today() if text is None else date.fromisoformat(text)
        return day - timedelta(days=day.weekday())
    except (ValueError, OverflowError):
        raise click.UsageError(f"--week: {text!r} is not a date such as 2026-11-23") from None


def entry(plan: Plan, diagnosis: Diagnosis, monday: date) -> str:
    """Return the entry of a week."""
    return "\n".join(_lines(plan, diagnosis, monday)) + "\n"


def _lines(plan: Plan, diagnosis: Diagnosis, monday: date) -> Iterator[str]:
    yield f"## Week of {monday.isoformat()}"
    yield ""
    goal = plan.goal.sentence if plan.goal is not None else ""
    yield f"Goal: {_plain(goal) if goal.strip() else 'not stated yet'}."
    yield ""
    for outcome in diagnosis.steps:
        yield f"- step {outcome.step}: {_counts(outcome)}"
    if len(diagnosis.steps) > 1:
        yield f"- all: {_counts(diagnosis.total)}"
    if not diagnosis.steps:
        yield "- nothing counted yet"
    if diagnosis.first_reply_hours is not None:
        yield f"- first reply after {diagnosis.first_reply_hours:g} hours"
    yield ""
    yield "What we saw:"
    yield ""
    for statement in diagnosis.statements:
        yield f"- {_plain(statement.text)}"
    if not diagnosis.statements:
        yield "- nothing stands out"
    yield ""
    yield "What changes next week:"
    yield ""
    changes = [statement.change for statement in diagnosis.statements if statement.change]
    actions = [f"{metric.name}: {metric.action}" for metric in plan.metrics if metric.primary and metric.action.strip()]
    for change in dict.fromkeys([*changes, *actions]):
        yield f"- [ ] {_plain(change)}"
    if not changes and not actions:
        yield "- [ ] nothing; go on"


def _counts(outcome: Outcome) -> str:
    """Counts in words, those that nobody has counted left out."""
    words = []
    if outcome.sent is not None:
        words.append(f"{outcome.sent:,} sent")
    if outcome.replies is not None:
        rate = per_hundred(outcome.replies, outcome.sent)
        noun = "reply" if outcome.replies == 1 else "replies"
        words.append(f"{outcome.replies:,} {noun}" + (f" ({rate:.1f} per hundred)" if rate is not None else ""))
    names = {
        "positive": "positive",
        "meetings": "meeting" if outcome.meetings == 1 else "meetings",
        "out_of_office": "out of office",
        "bounces": "bounced",
        "unsubscribes": "unsubscribed",
        "complaints": "complained",
    }
    for name, word in names.items():
        count = getattr(outcome, name)
        if count is not None:
            words.append(f"{count:,} {word}")
    return ", ".join(words) or "nothing counted"


def _plain(text: str) -> str:
    """A text of the plan's on one line, without a full stop at its end, and without markup."""
    return _MARKUP.sub(r"\\\1", visible(" ".join(text.split()))).rstrip(".")
