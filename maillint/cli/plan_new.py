"""``maillint plan --new``: a plan made of answers to a few questions, with what follows from them filled in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import click

from maillint.cli import door
from maillint.data.yamlfile import FileError, suggestion
from maillint.plan.advice import Options, advise
from maillint.plan.model import ANSWERS, GOALS, Plan
from maillint.plan.read import read_plan
from maillint.text.source import Source
from maillint.values import NamedTuple


def _number(text: str) -> Any:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else text


def _flag(text: str) -> Any:
    return {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}.get(text.lower(), text)


def _several(text: str) -> Any:
    return [item.strip() for item in text.split(",") if item.strip()]


class _Question(NamedTuple):
    """A key of the plan, the question for it, and how an answer becomes the key's value."""

    key: str
    text: str
    value: Callable[[str], Any] = str


QUESTIONS: Mapping[str, _Question] = {
    question.key: question
    for question in (
        _Question("goal.sentence", "The goal in one sentence: who should do what"),
        _Question("goal.kind", f"What readers should do ({', '.join(GOALS[:6])})"),
        _Question("audience.size", "How many readers", _number),
        _Question("audience.privacy-sensitivity", "How much they mind being watched (low, medium, high)"),
        _Question("audience.jurisdictions", "Where they are (such as de, fr, us)", _several),
        _Question("sender.domain", "The domain that sends"),
        _Question("sender.age-days", "How many days it has been sending mail", _number),
        _Question("sender.mailboxes", "How many mailboxes send", _number),
        _Question("sender.servers", "Whose servers send (own, dedicated, shared)"),
        _Question("sender.recent-trouble", "Blocks or complaints in the last weeks (yes, no)", _flag),
        _Question("list.source", "Where the addresses come from (own-signup, customers, researched …)"),
        _Question("list.opt-in", "How readers agreed (double, single, soft, none)"),
        _Question("steps", "The templates in order (intro-1.html, intro-2.html)", _several),
        _Question("action", "What you will change next week if too few do that"),
        _Question("volume", "How many messages a day you want to reach", _number),
    )
}
_NEEDED = ("goal.kind", "goal.sentence")


def new_plan(given: Sequence[str], options: Options, *, asks: bool) -> str:
    """Return the text of a new plan: answers that are ``given`` as KEY=VALUE, and those that somebody gives if it asks.

    ``options`` are those of the rules about plans, which what follows from the answers keeps to.
    Raises click.UsageError for a key that is not known, a value that is not valid, and an answer that is missing where
    there is nobody to ask.
    """
    answers: dict[str, Any] = {}
    for item in given:
        key, equals, text = item.partition("=")
        if not equals or key not in QUESTIONS:
            hint = suggestion(key, QUESTIONS) or f" (there are {', '.join(QUESTIONS)})"
            raise click.UsageError(f"--set: no key {key!r} to give as KEY=VALUE{hint}")
        answers[key] = QUESTIONS[key].value(text.strip())
        if fault := _fault(key, answers[key]):
            raise click.UsageError(f"--set {key}: {fault}")
    if asks:
        _ask(answers)
    missing = [key for key in _NEEDED if not answers.get(key)]
    if missing:
        raise click.UsageError(f"--new needs {' and '.join(f'--set {key}=…' for key in missing)} without a terminal")
    text = "\n".join(_lines(answers, options)) + "\n"
    read_plan(Source.from_text("new.campaign.yaml", text))  # what is written can be read
    return text


def _ask(answers: dict[str, Any]) -> None:
    """Ask for what is not given, on standard error; an empty answer leaves a key out, unless the plan needs it."""
    door.say("An empty answer leaves a key out.")
    for key, question in QUESTIONS.items():
        while key not in answers:
            text = click.prompt(question.text, default="", show_default=False, err=True).strip()
            if not text:
                if key in _NEEDED:
                    continue
                break
            value = question.value(text)
            fault = _fault(key, value)
            if fault is None:
                answers[key] = value
            else:
                door.tell(fault)


def _fault(key: str, value: Any) -> str | None:
    """What is wrong with a value, by the reader of plans; None if nothing is."""
    if key == "action":
        return None
    if key == "steps" and not value:
        return "name at least one template"
    block, _, name = key.partition(".")
    try:
        read_plan(Source.from_text("new.campaign.yaml", json.dumps({block: {name: value} if name else value})))
    except FileError as error:
        return error.message
    return None


# -- the text -----------------------------------------------------------------------------------------


def _lines(answers: Mapping[str, Any], options: Options) -> Iterator[str]:
    plan = read_plan(Source.from_text("new.campaign.yaml", json.dumps(_known(answers))))
    kind = plan.goal.kind if plan.goal is not None else None
    by_answers = kind in ANSWERS
    yield "# A campaign plan: maillint plan goes through it, maillint check lints it with its templates."
    yield ""
    yield from _block("goal", answers)
    yield ""
    yield from _block("audience", answers)
    yield from _block("sender", answers)
    yield from _block("list", answers)
    yield ""
    yield "# Opens are loaded by machines as well; switch clicks on only with an action that follows from them."
    yield "tracking: {opens: {enabled: false}, clicks: {enabled: false}}"
    yield ""
    yield "# If a metric will not change what you do next week, it is noise."
    yield "metrics:"
    action = _text(answers.get("action") or "write down what you change")
    yield f"  - {{name: {_metric(kind)}, primary: true, action: {action}}}"
    yield "  - {name: bounces, action: stop and clean the list}"
    yield "  - {name: complaints, action: stop and find the segment}"
    yield ""
    yield f"links: {advise(plan, options).decision.links}"
    yield ""
    yield from _steps(answers.get("steps", ()), by_answers)
    yield from _volume(plan, options, answers.get("volume"))


def _known(answers: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in answers.items():
        block, _, name = key.partition(".")
        if name:
            found.setdefault(block, {})[name] = value
    return found


def _block(name: str, answers: Mapping[str, Any]) -> Iterator[str]:
    keys = {key.partition(".")[2]: value for key, value in answers.items() if key.startswith(f"{name}.")}
    if keys:
        yield f"{name}:"
        yield from (f"  {key}: {_text(value)}" for key, value in keys.items())


def _metric(kind: str | None) -> str:
    names = {"meeting": "meetings", "demo": "demos", "referral": "referrals", "purchase": "orders"}
    return names.get(kind or "", "replies")


def _steps(templates: Sequence[str], by_answers: bool) -> Iterator[str]:
    if not templates:
        yield "# steps: [intro-1.html]"
        return
    yield "steps:"
    for number, template in enumerate(templates):
        if number == 0:
            yield f"  - {{template: {_text(template)}}}"
        else:
            more = ", condition: no-reply, thread: true" if by_answers else ""
            yield f"  - {{template: {_text(template)}, wait-days: {2 * number}{more}}}"
    yield "stop-on: [reply, bounce, unsubscribe, out-of-office]"


def _volume(plan: Plan, options: Options, target: int | None) -> Iterator[str]:
    days = advise(plan, options, target).ramp.proposed if target else ()
    if not days:
        return
    yield ""
    yield "# From a Monday on, each day half as much again at most."
    yield f"volume: {{per-day: [{', '.join(str(day.sent) for day in days)}]}}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
