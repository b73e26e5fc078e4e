"""The decision behind a campaign, in five steps: its goal, the risk, its style, what to measure, and a small test.

Tracking is for a goal that needs it, from a sender who can bear it, towards readers who do not mind, and only where
somebody acts on the number. Each answer names the rules of ``campaign/`` behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from maillint.plan.model import ANSWERS, SUBSCRIBED, Plan
from maillint.plan.proportions import needed_per_arm
from maillint.plan.wording import is_about_tracking
from maillint.values import field, frozen


@frozen
class Limits:
    """The numbers that decide; a run takes them from the options of the rules, where their sources stand.

    ``times`` is what the small test is to tell from the ``baseline``: twice as much is a large effect.
    """

    domain_days: int = 30
    mailbox_days: int = 30
    bounce: float = 2
    complaints: float = 0.1
    most_steps: int = 4
    spacing: float = 2
    baseline: float = 3
    times: float = 2
    alpha: float = 0.05
    power: float = 0.8


@frozen
class Answer:
    """The answer to one question: in a few words, with its reasons and the rules behind it.

    ``stated`` is what the plan says instead, where it says something else; ``number`` is that of the step, 0 for what
    follows from all of them.
    """

    number: int
    question: str
    answer: str
    reasons: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    stated: str = ""


@frozen
class Decision:
    """All answers, and whether to track opens and clicks and how many links to have."""

    answers: tuple[Answer, ...]
    opens: bool
    clicks: bool
    links: str
    risks: tuple[str, ...] = field(default_factory=tuple)


_GOALS = {
    "reply": ("replies", "answers by people"),
    "meeting": ("meetings", "booked calls"),
    "demo": ("demos", "booked demonstrations"),
    "referral": ("referrals", "people whom you are referred to"),
    "purchase": ("orders", "orders with a code, or from a page for this campaign"),
    "reading": ("readers who stay", "unsubscribes, complaints, and a question that they answer now and then"),
    "opens": ("replies", "a result for you: opens are counted for machines as well"),
    "clicks": ("orders", "a result for you: clicks are counted for machines as well"),
}
"""By kind of goal, what to count first, and what that is."""

_LINKS = {"none": "no link", "one": "one link", "several": "several links"}


def decide(plan: Plan, limits: Limits | None = None) -> Decision:
    """Walk through the five steps and what follows from them."""
    limits = limits or Limits()
    kind = plan.goal.kind if plan.goal is not None else None
    risks = tuple(_risks(plan, limits))
    links, why_links = _style(plan, kind, bool(risks))
    clicks = not risks and kind in SUBSCRIBED and links != "none"
    answers = (
        _goal(plan),
        _risk(plan, risks),
        _style_answer(plan, links, why_links),
        _measures(plan, kind),
        _test(plan, limits),
        _tracking(plan, kind, risks, clicks),
        _follow_up(plan, kind, limits),
    )
    return Decision(answers, opens=False, clicks=clicks, links=links, risks=risks)


def _goal(plan: Plan) -> Answer:
    rules = ("campaign/goal-missing", "campaign/goal-vanity")
    question = "What is it for, in one sentence?"
    goal = plan.goal
    if goal is None or not goal.sentence.strip():
        return Answer(1, question, "not stated yet: write who should do what (goal: sentence)", (), rules)
    reasons = []
    if goal.kind in {"opens", "clicks"}:
        reasons.append(f"{goal.kind} are not a goal: machines open and click too")
    if goal.kind is None:
        reasons.append("what readers should do is not stated (goal: kind), so the rest is general")
    return Answer(1, question, " ".join(goal.sentence.split()), tuple(reasons), rules)


# -- risk ---------------------------------------------------------------------------------------------


def _risks(plan: Plan, limits: Limits) -> Iterator[str]:
    """What speaks for caution, in words."""
    sender, audience, recipients = plan.sender, plan.audience, plan.recipients
    if sender is not None:
        if sender.age_days is not None and sender.age_days < limits.domain_days:
            yield f"the domain is {sender.age_days} days old, and counts as new up to {limits.domain_days}"
        if sender.mailbox_age_days is not None and sender.mailbox_age_days < limits.mailbox_days:
            yield f"a mailbox is {sender.mailbox_age_days} days old, and counts as new up to {limits.mailbox_days}"
        if sender.recent_trouble:
            yield "there was trouble recently"
        if sender.servers == "shared" and not sender.ips and not sender.isolation:
            yield "the servers are shared, and nothing keeps your domain separate"
    if audience is not None and audience.privacy_sensitivity == "high":
        yield "the readers care about privacy"
    if recipients is not None:
        if recipients.bounce_rate is not None and recipients.bounce_rate >= limits.bounce:
            yield f"{recipients.bounce_rate:g}% bounce; a clean list stays below {limits.bounce:g}%"
        if recipients.complaint_rate is not None and recipients.complaint_rate >= limits.complaints:
            yield f"{recipients.complaint_rate:g}% complain; the limit is {limits.complaints:g}%"


def _risk(plan: Plan, risks: Sequence[str]) -> Answer:
    rules = ("campaign/tracking-risky", "campaign/shared-reputation", "campaign/bounce-rate", "campaign/complaint-rate")
    question = "How much risk is acceptable?"
    if risks:
        return Answer(2, question, "none: avoid everything that costs reputation", tuple(risks), rules)
    if plan.sender is None and plan.audience is None:
        reasons = ("the plan does not say who sends and who reads (sender, audience)",)
        return Answer(2, question, "not known", reasons, rules)
    return Answer(2, question, "some: nothing in the plan argues against it", (), rules)


# -- style --------------------------------------------------------------------------------------------


def _style(plan: Plan, kind: str | None, risky: bool) -> tuple[str, tuple[str, ...]]:
    if _wants_answers(plan, kind):
        return "none", ("an answer needs no link, and each link is a domain that filters look up",)
    if kind == "reading" and not risky:
        return "several", ("readers have asked for it and choose what to read",)
    reasons = ["one link is the one thing to do, and the others compete with it"]
    if risky:
        reasons.append("at this risk, fewer domains are better")
    return "one", tuple(reasons)


def _wants_answers(plan: Plan, kind: str | None) -> bool:
    return kind in ANSWERS or (kind not in SUBSCRIBED and plan.profile == "cold")


def _style_answer(plan: Plan, links: str, reasons: tuple[str, ...]) -> Answer:
    rules = ("campaign/step-links", "links/first-touch-limit")
    order = list(_LINKS)
    stated = [policy for policy in (plan.links, *(step.links for step in plan.steps)) if policy is not None]
    most = max(stated, key=order.index, default=links)
    differs = f"{_LINKS[most]}" if order.index(most) > order.index(links) else ""
    return Answer(3, "No link, one, or several?", _LINKS[links], reasons, rules, differs)


# -- measures -----------------------------------------------------------------------------------------


def _measures(plan: Plan, kind: str | None) -> Answer:
    rules = ("campaign/metric-without-action", "campaign/goal-vanity")
    first, meaning = _GOALS.get(kind or "reply", _GOALS["reply"])
    safety = "bounces, complaints and unsubscribes, to stop in time"
    names = [first] if first == "replies" or kind not in ANSWERS else ["replies", first]
    reasons = [f"{first}: {meaning}", safety, "if a number will not change what you do next week, it is noise"]
    idle = [metric.name for metric in plan.metrics if not metric.action.strip()]
    vain = [metric.name for metric in plan.metrics if is_about_tracking(metric.name)]
    if idle:
        reasons.append(f"no action follows from {_listed(idle)}: write one down, or drop it")
    if vain:
        reasons.append(f"never decide by {_listed(vain)}")
    answer = f"{_listed(names)}, by steps; then bounces, complaints, unsubscribes"
    return Answer(4, "What to measure that you act on?", answer, tuple(reasons), rules, _listed(vain))


def _test(plan: Plan, limits: Limits) -> Answer:
    rules = ("campaign/test-sample", "campaign/test-differs", "campaign/test-judged-by-opens")
    question = "Which small test comes first?"
    expected = min(limits.baseline * limits.times, 100)
    if not 0 < limits.baseline < expected:
        return Answer(5, question, "one thing against another, decided by replies", (), rules)
    needed = needed_per_arm(limits.baseline / 100, expected / 100, limits.alpha, limits.power)
    size = plan.audience.size if plan.audience is not None else None
    figure = (
        f"to tell {limits.baseline:g}% from {expected:g}%, each arm needs {needed:,} messages"
        f" (5% error, {100 * limits.power:g}% power)"
    )
    if size is not None and size < 2 * needed:
        few = min(50, max(1, size // 4))
        answer = f"no A/B test: send to the first {few} by hand, and read what they answer"
        return Answer(5, question, answer, (figure, f"the audience is {size:,}"), rules)
    answer = "one thing against another, such as the first line, decided by replies"
    return Answer(5, question, answer, (figure,), rules)


# -- what follows -------------------------------------------------------------------------------------


def _tracking(plan: Plan, kind: str | None, risks: Sequence[str], clicks: bool) -> Answer:
    rules = ("campaign/tracking-without-use", "campaign/tracking-risky", "tracking/pixel")
    enabled = list(plan.tracking.enabled) if plan.tracking is not None else []
    reasons = ["opens come from proxies and scanners, and say nothing about readers"]
    if clicks:
        answer = "no opens; clicks only if an action follows from them, through links on your own domain"
        reasons.append("a click may tell which offer interests readers who have asked for mail")
        wrong = [name for name in enabled if name == "opens"]
    else:
        answer = "no, neither opens nor clicks"
        wrong = enabled
        if risks:
            reasons.append("tracking draws on reputation that you do not have: see step 2")
        elif kind not in SUBSCRIBED:
            reasons.append("you see an answer without a pixel or a redirect")
        else:
            reasons.append("there is no link, or a click would tell you nothing")
    return Answer(0, "Track opens and clicks?", answer, tuple(reasons), rules, _listed(wrong))


def _follow_up(plan: Plan, kind: str | None, limits: Limits) -> Answer:
    rules = (
        *("campaign/step-spacing", "campaign/sequence-length", "campaign/open-triggered-step"),
        *("campaign/no-stop-on-reply", "campaign/reused-copy"),
    )
    fired = [f"step {number}" for number, step in enumerate(plan.steps, 1) if is_about_tracking(step.condition)]
    stated = f"{_listed(fired)} by opens or clicks" if fired else ""
    if kind in SUBSCRIBED and plan.profile != "cold":
        answer = "by the calendar that readers have signed up for; stop on bounce and unsubscribe"
        return Answer(0, "How to follow up?", answer, ("nobody is reminded because of an open",), rules, stated)
    waits = ", ".join(f"{days:g}" for days in (limits.spacing, 2 * limits.spacing, 3 * limits.spacing))
    answer = f"by time: {waits} business days after the previous message, at most {limits.most_steps} messages"
    reasons = (
        "stop on reply, bounce, unsubscribe and out-of-office",
        "in the same thread, each with its own reason to write",
    )
    return Answer(0, "How to follow up?", answer, reasons, rules, stated)


def _listed(names: Sequence[str]) -> str:
    """Names in words: ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
