"""Read a plan file: its keys, what each means, and its JSON schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maillint.data.consent import jurisdiction_fault
from maillint.data.profiles import PROFILES
from maillint.data.yamlfile import FileError, Keys, YamlFile, read_yaml
from maillint.plan.model import (
    GOALS,
    Arm,
    Audience,
    Benchmarks,
    Goal,
    Metric,
    Outcome,
    Plan,
    RecipientList,
    Segment,
    Sender,
    SplitTest,
    Step,
    Switch,
    Tracking,
    Volume,
)
from maillint.plan.shapes import (
    Choice,
    Daily,
    Date,
    Days,
    Flag,
    Items,
    Number,
    Percent,
    Record,
    Shape,
    Text,
    Texts,
    shown,
)
from maillint.text.source import Source
from maillint.values import frozen

MAX_STEPS = 1_000
"""Steps that results may be about."""

_LINKS = Choice("how many links a message may have", ("none", "one", "several"), {"no": "none"})


# -- shorter ways to write ----------------------------------------------------------------------------


def _short_goal(value: Any) -> Mapping[str, Any] | None:
    if not isinstance(value, str):
        return None
    return {"kind": value} if value in GOALS else {"sentence": value}


def _short_switch(value: Any) -> Mapping[str, Any] | None:
    return {"enabled": value} if isinstance(value, bool) else None


def _short_tracking(value: Any) -> Mapping[str, Any] | None:
    return {"opens": value, "clicks": value} if isinstance(value, bool) else None


def _short_name(value: Any) -> Mapping[str, Any] | None:
    return {"name": value} if isinstance(value, str) else None


def _short_template(value: Any) -> Mapping[str, Any] | None:
    return {"template": value} if isinstance(value, str) else None


# -- values that are more than one shape --------------------------------------------------------------


@frozen
class _Jurisdictions:
    """Codes of jurisdictions, as in maillint.yaml."""

    doc: str

    def read(self, file: YamlFile, keys: Keys, value: Any) -> tuple[str, ...]:
        codes = Texts(self.doc).read(file, keys, value)
        for index, code in enumerate(codes):
            if fault := jurisdiction_fault(code):
                raise file.error((*keys, index), fault)
        return tuple(dict.fromkeys(map(str.lower, codes)))

    def schema(self) -> dict[str, Any]:
        return Texts(self.doc).schema()


@frozen
class _Volume:
    """The block of volumes, whose days have places of their own."""

    record: Record

    @property
    def doc(self) -> str:
        return self.record.doc

    def read(self, file: YamlFile, keys: Keys, value: Any) -> Volume:
        fields = self.record.fields(file, keys, value if isinstance(value, dict) else {"per-day": value})
        days: Days = fields.pop("per_day", Days())
        past: Days = fields.pop("past", Days())
        fields["start"] = fields.get("start") or days.start
        return Volume(keys, per_day=days.numbers, places=days.places, past=past.numbers, **fields)

    def schema(self) -> dict[str, Any]:
        return self.record.schema()


@frozen
class _Outcomes:
    """What happened, as a list, or by the number of the step."""

    items: Items

    @property
    def doc(self) -> str:
        return self.items.doc

    def read(self, file: YamlFile, keys: Keys, value: Any) -> tuple[Outcome, ...]:
        if isinstance(value, dict):
            found = []
            for key, item in value.items():
                place = (*keys, str(key))
                if type(key) is not int or not 1 <= key <= MAX_STEPS:
                    raise file.error(place, f"results: {shown(key)} is not the number of a step, such as 1")
                found.append(Outcome(place, **{"step": key, **_OUTCOME.fields(file, place, item or {})}))
            return tuple(found)
        outcomes: tuple[Outcome, ...] = self.items.read(file, keys, value)
        return outcomes

    def schema(self) -> dict[str, Any]:
        by_step = {"type": "object", "additionalProperties": self.items.item.schema()}
        return {"anyOf": [self.items.schema(), by_step]}


# -- the keys -----------------------------------------------------------------------------------------

_SWITCH = Record(
    "whether it is tracked",
    Switch,
    {
        "enabled": Flag("whether it is tracked"),
        "action": Text("what somebody does because of it"),
    },
    _short_switch,
    {"type": "boolean"},
)

_OUTCOME = Record(
    "what happened at a step, or in one segment of it: counts of messages",
    Outcome,
    {
        "step": Number("the number of the step, from 1", least=1, most=MAX_STEPS),
        "segment": Text("the segment that this is about; without it, all of them"),
        "sent": Number("messages sent"),
        "replies": Number("answers by people, out-of-office notes left out"),
        "positive": Number("answers that show interest"),
        "meetings": Number("meetings that were booked"),
        "out-of-office": Number("automatic answers"),
        "bounces": Number("messages that came back"),
        "unsubscribes": Number("readers who unsubscribed"),
        "complaints": Number("readers who reported spam"),
        "tracked-links": Flag("whether the links were tracked"),
        "first-reply-hours": Number("hours until the first reply", whole=False, most=100_000),
    },
)

_RECORDS: Mapping[str, Shape] = {
    "profile": Choice("the kind of mail, where the goal does not imply it", PROFILES),
    "goal": Record(
        "what the campaign is for",
        Goal,
        {"kind": Choice("what readers are to do", GOALS), "sentence": Text("the goal in one sentence")},
        _short_goal,
        {"type": "string"},
    ),
    "audience": Record(
        "who is written to",
        Audience,
        {
            "size": Number("readers in all"),
            "privacy-sensitivity": Choice("how much they mind being watched", ("low", "medium", "high")),
            "jurisdictions": _Jurisdictions("where they are: eu, or codes of countries such as de, fr, uk"),
            "segments": Items(
                Record(
                    "the parts that are sent to separately",
                    Segment,
                    {
                        "name": Text("what you call it"),
                        "active": Flag("whether they have answered, clicked or bought recently"),
                        "confirmed": Flag("whether they have confirmed their addresses"),
                        "size": Number("readers in it"),
                    },
                    _short_name,
                    {"type": "string"},
                )
            ),
        },
    ),
    "sender": Record(
        "who sends, and from where",
        Sender,
        {
            "domain": Text("the domain of the From field"),
            "age-days": Number("days since the domain began to send, or was registered"),
            "mailboxes": Number("mailboxes that send", least=1, most=100_000),
            "mailbox-age-days": Number("days since the youngest of them was opened"),
            "ips": Texts("addresses that send for this sender alone"),
            "servers": Choice("whose servers send", ("own", "dedicated", "shared")),
            "isolation": Texts("what carries your own domain on shared servers: dkim, return-path, links"),
            "requirements": Texts("requirements for bulk senders that are met: spf, dkim, dmarc, one-click …"),
            "recent-trouble": Flag("whether blocks, listings or complaints have come up in the last weeks"),
        },
    ),
    "tracking": Record(
        "what is tracked",
        Tracking,
        {"opens": _SWITCH, "clicks": _SWITCH},
        _short_tracking,
        {"type": "boolean"},
    ),
    "metrics": Items(
        Record(
            "what is measured",
            Metric,
            {
                "name": Text("what is counted"),
                "primary": Flag("whether it decides"),
                "action": Text("what somebody does because of it next week"),
            },
            _short_name,
            {"type": "string"},
        )
    ),
    "links": _LINKS,
    "steps": Items(
        Record(
            "the messages in order",
            Step,
            {
                "template": Text("the file of the message, from the plan's folder"),
                "subject": Text("its subject, where the template does not have it"),
                "wait-days": Number("business days after the step before", whole=False, most=3660),
                "condition": Text("who gets it, such as no-reply"),
                "thread": Flag("whether it is sent as a reply in the thread of the step before"),
                "links": _LINKS,
            },
            _short_template,
            {"type": "string"},
        )
    ),
    "stop-on": Texts("what ends the sequence for a reader: reply, bounce, unsubscribe, out-of-office"),
    "volume": _Volume(
        Record(
            "how many messages go out",
            Volume,
            {
                "per-day": Daily("messages of each day, in order or by date"),
                "start": Date("the date of the first day, where the days are a list"),
                "past": Daily("messages of the days before, the latest last"),
                "idle-days": Number("days since the last message before the plan", most=100_000),
                "mailbox-cap": Number("messages that one mailbox may send in a day", least=1),
            },
        )
    ),
    "list": Record(
        "where the recipients come from, and what is known of them",
        RecipientList,
        {
            "source": Text("where the addresses come from: own-signup, customers, bought …"),
            "opt-in": Choice(
                "how readers have agreed",
                ("double", "single", "soft", "none"),
                {"confirmed": "double", "no": "none"},
            ),
            "confirm-rate": Percent("of those who signed up, how many confirmed, in per cent"),
            "bounce-rate": Percent("hard bounces in per cent of what was sent"),
            "complaint-rate": Percent("reports of spam in per cent of what was delivered"),
            "unsubscribe-rate": Percent("unsubscribes in per cent of what was delivered"),
        },
    ),
    "tests": Items(
        Record(
            "A/B tests",
            SplitTest,
            {
                "arms": Texts("what is compared"),
                "differs": Texts("what differs between the arms"),
                "measure": Text("what decides: replies, meetings …"),
                "per-arm": Number("messages for each arm"),
                "baseline": Percent("the rate of the measure now, in per cent"),
                "expected": Percent("the rate that the test is to tell from it, in per cent"),
                "results": Items(
                    Record(
                        "what came of it, arm by arm",
                        Arm,
                        {
                            "arm": Text("which arm"),
                            "sent": Number("messages sent"),
                            "count": Number("how many of them count by the measure"),
                        },
                    )
                ),
            },
        )
    ),
    "results": _Outcomes(Items(_OUTCOME)),
    "benchmarks": Record(
        "rates below which results count as few",
        Benchmarks,
        {
            "replies": Percent("replies, in per cent of what was sent (2)"),
            "positive": Percent("positive replies, in per cent of replies (30)"),
            "meetings": Percent("meetings, in per cent of positive replies (30)"),
        },
    ),
}

_PLAN = Record("a campaign plan", Goal, _RECORDS)


class NotAPlanError(FileError):
    """A file that has none of a plan's keys: that of another tool, most likely."""


def read_plan(source: Source) -> Plan:
    """Read a plan; raises FileError for what is no valid plan."""
    file = read_yaml(source.path, source.text)
    if isinstance(file.data, dict) and file.data and _RECORDS.keys().isdisjoint(file.data):
        keys = ", ".join(_RECORDS)
        raise NotAPlanError(source.path, 1, 1, f"not a campaign plan: none of its keys (there are {keys})")
    values = _PLAN.fields(file, (), {} if file.data is None else file.data)
    values["stated_profile"] = values.pop("profile", None)
    values["recipients"] = values.pop("list", None)
    return Plan(source, file.extents, **values)


def plan_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12) of a plan file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:maillint:plan:1",
        "title": "A campaign plan of maillint (*.campaign.yaml)",
        **_PLAN.schema(),
        "type": ["object", "null"],
    }
