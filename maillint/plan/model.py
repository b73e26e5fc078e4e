"""What a campaign plan says: its goal, audience, sender, tracking, steps, volume, list, tests and results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from maillint.data.yamlfile import Keys
from maillint.hits import FileText
from maillint.text.source import Source
from maillint.text.spans import Span
from maillint.values import field, frozen

GOALS = ("reply", "meeting", "demo", "referral", "purchase", "reading", "opens", "clicks")
"""What a campaign may want of its readers."""

ANSWERS = frozenset({"reply", "meeting", "demo", "referral"})
"""The goals that somebody's answer reaches."""

SUBSCRIBED = frozenset({"purchase", "reading"})
"""The goals of mail to people who have asked for it."""


@frozen
class Block:
    """Something in a plan that has a place: ``keys`` lead to it."""

    keys: Keys = ()


@frozen
class Goal(Block):
    """What the campaign is for: of which kind, and in a sentence."""

    kind: str | None = None
    sentence: str = ""


@frozen
class Segment(Block):
    """A part of the audience; ``active`` and ``confirmed`` are None where the plan does not say it."""

    name: str = ""
    active: bool | None = None
    confirmed: bool | None = None
    size: int | None = None


@frozen
class Audience(Block):
    """Who is written to."""

    size: int | None = None
    privacy_sensitivity: str | None = None
    jurisdictions: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()


@frozen
class Sender(Block):
    """Who sends, from where, and with what history."""

    domain: str | None = None
    age_days: int | None = None
    mailboxes: int | None = None
    mailbox_age_days: int | None = None
    ips: tuple[str, ...] = ()
    servers: str | None = None
    isolation: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    recent_trouble: bool = False


@frozen
class Switch(Block):
    """Whether opens, or clicks, are tracked, and what somebody does because of them."""

    enabled: bool = False
    action: str = ""


@frozen
class Tracking(Block):
    """What is tracked."""

    opens: Switch = field(default_factory=Switch)
    clicks: Switch = field(default_factory=Switch)

    @property
    def enabled(self) -> Mapping[str, Switch]:
        """What is switched on, by name."""
        both = {"opens": self.opens, "clicks": self.clicks}
        return {name: switch for name, switch in both.items() if switch.enabled}


@frozen
class Metric(Block):
    """What is measured, and what somebody does because of it."""

    name: str = ""
    primary: bool = False
    action: str = ""


@frozen
class Step(Block):
    """One message of the sequence; ``wait_days`` are business days after the one before."""

    template: str | None = None
    subject: str | None = None
    wait_days: float | None = None
    condition: str = ""
    thread: bool = False
    links: str | None = None


@frozen
class Volume(Block):
    """How many messages go out on each day, in order; ``past`` are days before the plan.

    ``start`` is the date of the first day; None where the plan does not say it.
    """

    start: date | None = None
    per_day: tuple[int, ...] = ()
    past: tuple[int, ...] = ()
    idle_days: int | None = None
    mailbox_cap: int | None = None
    places: tuple[Keys, ...] = ()

    def place(self, day: int) -> Keys:
        """Where the number of a day stands."""
        return self.places[day] if day < len(self.places) else (*self.keys, "per-day")


@frozen
class RecipientList(Block):
    """Where the recipients come from and what is known of them; rates are in per cent."""

    source: str = ""
    opt_in: str | None = None
    confirm_rate: float | None = None
    bounce_rate: float | None = None
    complaint_rate: float | None = None
    unsubscribe_rate: float | None = None


@frozen
class Arm(Block):
    """What came of one arm of a test."""

    arm: str = ""
    sent: int | None = None
    count: int | None = None


@frozen
class SplitTest(Block):
    """An A/B test; ``baseline`` and ``expected`` are the rates, in per cent, that it is to tell apart."""

    arms: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    measure: str = ""
    per_arm: int | None = None
    baseline: float | None = None
    expected: float | None = None
    results: tuple[Arm, ...] = ()


@frozen
class Outcome(Block):
    """What happened at one step, or in one segment of it: counts of messages, None where nobody counted."""

    step: int | None = None
    segment: str = ""
    sent: int | None = None
    replies: int | None = None
    positive: int | None = None
    meetings: int | None = None
    out_of_office: int | None = None
    bounces: int | None = None
    unsubscribes: int | None = None
    complaints: int | None = None
    tracked_links: bool | None = None
    first_reply_hours: float | None = None


@frozen
class Benchmarks(Block):
    """Rates, in per cent, below which results count as few; None for the usual ones."""

    replies: float | None = None
    positive: float | None = None
    meetings: float | None = None


@frozen
class Plan:
    """A plan file: what it says, and the places of that in its text (``extents``, by keys)."""

    source: Source
    extents: Mapping[Keys, tuple[int, int]] = field(default_factory=dict, repr=False)
    stated_profile: str | None = None
    goal: Goal | None = None
    audience: Audience | None = None
    sender: Sender | None = None
    tracking: Tracking | None = None
    metrics: tuple[Metric, ...] = ()
    links: str | None = None
    steps: tuple[Step, ...] = ()
    stop_on: tuple[str, ...] | None = None
    volume: Volume | None = None
    recipients: RecipientList | None = None
    tests: tuple[SplitTest, ...] = ()
    results: tuple[Outcome, ...] = ()
    benchmarks: Benchmarks | None = None

    @cached_property
    def place(self) -> FileText:
        """The file, as findings about the plan point into it."""
        return FileText(self.source)

    def span(self, *keys: str | int) -> Span:
        """Where something is said; if it is not, where the closest block around it begins."""
        while keys and keys not in self.extents:
            keys = keys[:-1]
        return Span(*self.extents.get(keys, (0, 0)))

    @property
    def profile(self) -> str | None:
        """The kind of mail: declared, or what the list and the sender imply; None where nothing does.

        Mailboxes send what looks as if a person had written it.
        """
        if self.declared_profile is not None:
            return self.declared_profile
        if self.recipients is not None and self.recipients.opt_in not in {None, "none"}:
            return "newsletter"
        has_mailboxes = self.sender is not None and self.sender.mailboxes is not None
        waits_for_silence = any("reply" in step.condition.lower() for step in self.steps)
        return "cold" if has_mailboxes or waits_for_silence else None

    @property
    def declared_profile(self) -> str | None:
        """The kind of mail that the plan states, or that its goal is one of; None where it does neither.

        A plan that wants answers is judged as cold mail, also where the recipients have opted in: it is the manner of
        writing that its rules are about.
        """
        if self.stated_profile is not None or self.goal is None:
            return self.stated_profile
        return "cold" if self.goal.kind in ANSWERS else "newsletter" if self.goal.kind in SUBSCRIBED else None

    def link_policy(self, step: Step) -> str | None:
        """How many links a step may have: ``none``, ``one`` or ``several``; None where the plan does not say it."""
        return self.links if step.links is None else step.links

    @property
    def is_series(self) -> bool:
        """Whether more than one message goes to the same reader."""
        return len(self.steps) > 1
