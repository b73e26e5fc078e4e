"""Plan files are read whole, with the place of everything, and what is wrong with one is an error at its place."""

from __future__ import annotations

from datetime import date
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from maillint.data.yamlfile import FileError
from maillint.plan.read import plan_schema, read_plan
from maillint.text.source import Source
from tests.plan.plans import DESIGN, plan_of


def test_everything_that_a_plan_says_is_read() -> None:
    plan = plan_of(DESIGN)
    assert plan.goal is not None and plan.audience is not None and plan.sender is not None and plan.volume is not None
    assert plan.recipients is not None and plan.tracking is not None
    assert (plan.goal.kind, plan.goal.sentence) == ("meeting", "Book 15-minute calls with CFOs")
    assert (plan.audience.size, plan.audience.privacy_sensitivity, plan.audience.jurisdictions) == (
        200,
        "high",
        ("de",),
    )
    assert [(segment.name, segment.active, segment.confirmed) for segment in plan.audience.segments] == [
        ("confirmed", True, None)
    ]
    assert (plan.sender.age_days, plan.sender.mailboxes, plan.sender.servers) == (12, 3, "shared")
    assert plan.tracking.enabled == {}
    assert [(metric.name, metric.primary, metric.action) for metric in plan.metrics] == [
        ("meetings", True, "change the ask")
    ]
    assert [(step.template, step.wait_days, step.condition, step.thread) for step in plan.steps] == [
        ("intro-1.html", None, "", False),
        ("intro-2.html", 2, "no-reply", True),
    ]
    assert plan.stop_on == ("reply", "bounce", "unsubscribe", "out-of-office")
    assert (plan.volume.per_day, plan.volume.mailbox_cap) == ((20, 22, 25), 40)
    assert (plan.recipients.opt_in, plan.recipients.confirm_rate, plan.recipients.complaint_rate) == (
        "double",
        62,
        0.03,
    )
    assert (plan.tests[0].arms, plan.tests[0].differs, plan.tests[0].per_arm) == (
        ("a.html", "b.html"),
        ("tracking",),
        400,
    )


PLACES = """\
# a comment
goal: {kind: opens, sentence: "x"}
steps:
  - template: a.html
    wait-days: 2
  - {template: b.html, thread: true}
volume:
  per-day: [20, 22,
    25]
"""


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (("goal",), "goal"),
        (("goal", "kind"), "kind: opens"),
        (("steps", 0), "template: a.html"),
        (("steps", 0, "wait-days"), "wait-days: 2"),
        (("steps", 1), "{template: b.html, thread: true}"),
        (("steps", 1, "template"), "template: b.html"),
        (("volume", "per-day", 2), "25"),
        (("volume", "per-day", 9), "per-day"),
        (("volume", "mailbox-cap"), "volume"),
        (("list", "source"), ""),
    ],
)
def test_each_value_has_a_place_and_what_is_missing_that_of_its_block(keys: tuple[Any, ...], text: str) -> None:
    span = plan_of(PLACES).span(*keys)
    assert PLACES[span.start : span.end] == text


def test_days_may_be_dates() -> None:
    volume = plan_of("volume: {per-day: {2026-03-02: 50, 2026-03-05: 60}}").volume
    assert volume is not None
    assert (volume.per_day, volume.start) == ((50, 0, 0, 60), date(2026, 3, 2))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("steps: [x", "1:10: not valid YAML"),
        ("- a", "1:1: a plan must be a mapping"),
        ("1: 2\nlinks: one", "1:1: a plan: the key 1 must be text"),
        ("links: one\ngoals: x", '2:1: unknown key "goals"; did you mean "goal"?'),
        ("goals: x", "1:1: not a campaign plan: none of its keys (there are profile, goal, audience"),
        ("goal: [1]", "1:1: goal must be a mapping"),
        ("goal: {kind: meetings}", '1:8: unknown kind "meetings"; did you mean "meeting"?'),
        ("sender:\n  age-day: 3", '2:3: unknown key of sender "age-day"; did you mean "age-days"?'),
        ("sender: {mailboxes: 0}", "1:10: mailboxes must be from 1 to 100,000, not 0"),
        ("sender: {age-days: .inf}", '1:10: age-days must be a whole number, not "inf"'),
        ("sender: {age-days: true}", '1:10: age-days must be a whole number, not "true"'),
        ("steps: {}", "1:1: steps must be a list"),
        ("steps: [a.html, null]", "1:17: an item of steps is empty"),
        ("links: many", '1:1: unknown links "many" (there are none, one, several)'),
        ("volume: {per-day: [a]}", '1:20: an item of per-day must be a whole number, not "a"'),
        ("volume: {per-day: [5, -1]}", "1:23: an item of per-day must be from 0 to"),
        ("volume: {per-day: {x: 3}}", '1:20: per-day: "x" is not a date such as 2026-01-05'),
        ("volume: {per-day: {2026-01-01: 1, 2056-01-01: 1}}", "1:10: per-day spans more than 3,660 days"),
        (f"volume: {{per-day: [{'1, ' * 4000}]}}", "1:10: per-day has 4,000 days; the limit is 3,660"),
        (f"steps: [{'a, ' * 1001}]", "1:1: steps has 1,001 items; the limit is 1,000"),
        ("list: {bounce-rate: many}", '1:8: bounce-rate must be a rate in per cent, not "many"'),
        ("list: {bounce-rate: 101}", "1:8: bounce-rate must be a rate in per cent from 0 to 100"),
        ("list: {bounce-rate: .nan}", "1:8: bounce-rate must be a rate in per cent from 0 to 100"),
        ("audience: {jurisdictions: [germany]}", '1:28: unknown jurisdiction "germany"; did you mean "de"?'),
        ("tracking: {opens: maybe}", "1:12: opens must be a mapping"),
        ("results: {a: {sent: 1}}", '1:11: results: "a" is not the number of a step, such as 1'),
        ("results: [{step: 0}]", "1:12: step must be from 1 to 1,000, not 0"),
        ("goal: &a {sentence: *a}", "1:7: not valid YAML: holds itself"),
        ("links: none\nlinks: one", '2:1: duplicate key "links"'),
    ],
)
def test_what_is_wrong_is_an_error_at_its_place(text: str, says: str) -> None:
    with pytest.raises(FileError) as caught:
        plan_of(text)
    assert str(caught.value).startswith(f"a.campaign.yaml:{says}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "# nothing", "goal:\nsteps:\nvolume: {per-day: }\n", DESIGN, PLACES])
def test_the_schema_takes_what_is_read(text: str) -> None:
    plan_of(text)
    jsonschema.validate(_plain(yaml.safe_load(text)), plan_schema(), cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    "text",
    ["goals: x", "goal: [1]", "steps: {}", "links: many", "sender: {age-day: 3}", "list: {bounce-rate: 101}",
     "volume: {per-day: [5, -1]}", "tracking: {opens: maybe}", "results: [{step: 0}]"],
)  # fmt: skip
def test_the_schema_refuses_what_is_not(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), plan_schema(), cls=jsonschema.Draft202012Validator)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(plan_schema())


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


_KEYS = st.sampled_from(
    ["goal", "kind", "sentence", "steps", "template", "wait-days", "volume", "per-day", "past", "tests", "arms",
     "results",
     "sent", "list", "bounce-rate", "tracking", "opens", "enabled", "metrics", "name", "audience", "segments"]
)  # fmt: skip
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS | st.integers(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_KEYS, _VALUES, max_size=5))
def test_nothing_raises_but_an_error_with_a_place(data: dict[str, Any]) -> None:
    text = yaml.safe_dump(data, allow_unicode=True)
    try:
        plan = read_plan(Source.from_text("a.campaign.yaml", text))
    except FileError:
        return
    for keys in plan.extents:
        span = plan.span(*keys)
        assert 0 <= span.start <= span.end <= len(text)


@pytest.mark.parametrize(
    ("text", "profile", "declared"),
    [
        ("profile: transactional\ngoal: meeting", "transactional", "transactional"),
        ("goal: meeting\nlist: {opt-in: double}", "cold", "cold"),
        ("goal: purchase", "newsletter", "newsletter"),
        ("goal: clicks\nsender: {mailboxes: 3}", "cold", None),
        ("goal: opens\nlist: {opt-in: single}", "newsletter", None),
        ("list: {opt-in: none}", None, None),
        ("steps: [a, {template: b, condition: no-reply}]", "cold", None),
        ("goal: Sell more\nsteps: [a, b]", None, None),
    ],
)
def test_the_kind_of_mail(text: str, profile: str | None, declared: str | None) -> None:
    plan = plan_of(text)
    assert (plan.profile, plan.declared_profile) == (profile, declared)
