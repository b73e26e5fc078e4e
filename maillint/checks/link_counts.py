"""Checks that count links: the limits of a first touch, of later touches and other mail, and of the steps of a plan."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from maillint.analysis.links import LinkInView, links_in, links_of
from maillint.analysis.senders import addresses, own_domains
from maillint.analysis.traits import TOUCH_NOT_DECLARED
from maillint.check import Needs, Option, Options, check, subject_check
from maillint.hits import Hit, NotKnown
from maillint.message.model import Message, Part
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.shorten import shorten
from maillint.text.spans import Span, merge
from maillint.values import frozen
from maillint.web.domains import is_host_like, organisational
from maillint.web.urls import normalise_for_counting

if TYPE_CHECKING:
    from maillint.plan.campaign import Campaign

_ROLES = ("unsubscribe", "legal", "browser-view", "own-mail", "phone")
_MOST_RELATED = 50
_AFTER_HOST = regex("[/?#:]")
_DIVIDERS = frozenset("<>\"'“”„«»(){}[]|,;!?…")
_MAIL = regex(r"(?<![^@\s:/])[^@\s:/]++@([^@\s:/]++)")
_EDGE = ".:*_-–—’"

_COUNTING = {
    "include": Option("texts", [], "kinds of links that count although they offer no choice", choices=_ROLES),
    "exclude": Option("texts", [], "words; a link with one of them in its address or text is not counted"),
    "bare-domains": Option("flag", True, "whether domains in the text count, which clients turn into links"),
}


# -- limits ---------------------------------------------------------------------------------------------------


@check(
    "link-first-touch-limit",
    fields=("links", "count", "limit", "anchors", "destinations"),
    options={"max": Option("whole number", 1, "destinations that a first message may have"), **_COUNTING},
    needs=Needs(touches=("first",)),
)
def link_first_touch_limit(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """First touches with more destinations than are allowed, in the view that has most.

    A destination is a place that a reader can go to, however many links lead there. Not counted are unsubscribe links,
    legal pages, the copy for the browser, the sender's own mail address and telephone numbers.
    """
    if message.touch not in {None, 1} or (message.touch is None and message.profile != "cold"):
        return
    worst = _worst(message, options, options["max"])
    if worst is None:
        return
    if message.touch is None:
        yield TOUCH_NOT_DECLARED
        return
    yield _over(worst, options["max"])


@check(
    "link-too-many",
    fields=("links", "count", "limit", "anchors", "destinations"),
    options={
        "per-profile": Option("mapping", {}, "by profile, the destinations that a message may have"),
        "per-touch": Option("mapping", {}, "the same by touch; it takes precedence over the profile"),
        **_COUNTING,
    },
)
def link_too_many(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Messages with more destinations than their touch or profile allows, in the view that has most.

    The first touch has a limit of its own, unless ``per-touch`` names it.
    """
    per_touch: Mapping[object, object] = options["per-touch"]
    limit = per_touch.get(message.touch, per_touch.get(str(message.touch)))
    if limit is None and message.touch != 1:
        limit = options["per-profile"].get(message.profile)
    if not isinstance(limit, int):
        return
    worst = _worst(message, options, limit)
    if worst is not None:
        yield _over(worst, limit)


@frozen
class _Place:
    """The first link to a destination: its place, and its address or text."""

    span: Span
    text: str


@frozen
class _Count:
    """How many links (``anchors``) and ``destinations`` a view has, and the first link to each that is ``counted``."""

    part: Part
    view: View
    anchors: int
    destinations: int
    counted: Sequence[_Place]


def _over(count: _Count, limit: int) -> Hit:
    number = len(count.counted)
    evidence = {
        "links": f"{number} different links" if number > 1 else "1 link",
        "count": number,
        "limit": limit,
        "anchors": count.anchors,
        "destinations": count.destinations,
    }
    related = tuple((place.span, shorten(place.text)) for place in count.counted[:_MOST_RELATED])
    return Hit(count.part, count.counted[limit].span, evidence, count.view, related=related)


def _worst(message: Message, options: Options, limit: int) -> _Count | None:
    """The count of the view with most counted destinations, in the HTML part if there is one; None up to the limit."""
    part = message.html or message.text
    if part is None:
        return None
    judge: _Judge | None = None
    worst: _Count | None = None
    for view in part.views:
        content = view.content
        if len(content.links) + (content.flow.text.count(".") if options["bare-domains"] else 0) <= limit:
            continue  # it cannot have more destinations than that
        judge = judge or _Judge(message, options)
        count = judge.count(part, view)
        if len(count.counted) > max(limit, len(worst.counted) if worst else 0):
            worst = count
    return worst


class _Judge:
    """Counts destinations by the options of a check and the sender of a message."""

    def __init__(self, message: Message, options: Options) -> None:
        self._included = frozenset(options["include"])
        self._excluded = [word.lower() for word in options["exclude"]]
        self._bare = options["bare-domains"]
        self._message = message
        self._keys: dict[LinkInView, tuple[str | None, bool]] = {}
        self._own = own_domains(message)
        self._contacts = addresses(message, "from", "reply-to")

    def count(self, part: Part, view: View) -> _Count:
        """Count the links of a view."""
        anchors = 0
        places: dict[str, _Place] = {}
        uncounted: set[str] = set()
        for link in links_in(self._message, part, view):
            if link not in self._keys:
                self._keys[link] = self._judge(link)
            key, counts = self._keys[link]
            if key is None:
                continue
            anchors += 1
            if key not in places:
                places[key] = _Place(link.span, link.text)
            if not counts:
                uncounted.add(key)
        if self._bare:
            for key, place in self._bare_domains(view):
                if key not in places:
                    places[key] = place
        counted = [place for key, place in places.items() if key not in uncounted]
        counted.sort(key=lambda place: place.span)
        return _Count(part, view, anchors, len(places), counted)

    def _judge(self, link: LinkInView) -> tuple[str | None, bool]:
        """Where a link leads, None for nowhere, and whether that counts."""
        from maillint.analysis.destinations import destination  # noqa: PLC0415 -- few messages come so far

        key = destination(link)
        return key, key is not None and not self._offers_no_choice(link, key)

    def _offers_no_choice(self, link: LinkInView, key: str) -> bool:
        """Whether a link is not counted: for an excluded word in it, or for a role that the options do not include."""
        if self._excluded:
            text, shown = link.text.lower(), link.shown.lower()
            if any(word in text or word in shown for word in self._excluded):
                return True
        role = self._role(link, key)
        return role is not None and role not in self._included

    def _role(self, link: LinkInView, key: str) -> str | None:
        """Which of _ROLES a link has; None for one that offers the reader something to choose."""
        scheme = link.address.parts.scheme
        if scheme in {"tel", "sms", "callto", "fax"}:
            return "phone"
        if scheme == "mailto" and self._is_own_mail(key):
            return "own-mail"
        from maillint.analysis.unsubscribe import is_unsubscribe_link  # noqa: PLC0415 -- few messages come so far

        if is_unsubscribe_link(self._message, link):
            return "unsubscribe"
        from maillint.analysis.destinations import has_role  # noqa: PLC0415 -- as above

        return next((role for role in ("legal", "browser-view") if has_role(role, link)), None)

    def _is_own_mail(self, key: str) -> bool:
        """Whether a mail address is the sender's; where no sender is known, every mail address is taken for that."""
        if not self._contacts and not self._own:
            return True
        found = _MAIL.search(key)
        if found is None:
            return True
        domain = found[1].lower()
        return found[0].lower() in self._contacts or organisational(domain) in self._own or domain in self._own

    def _bare_domains(self, view: View) -> Iterator[tuple[str, _Place]]:
        """Domains and mail addresses in the text outside of links, which clients turn into links; by destination."""
        flow = view.content.flow
        taken: list[Span] | None = None
        for start, bare in _dotted_words(flow.text):
            mail = _MAIL.fullmatch(bare)
            host = mail[1] if mail else _AFTER_HOST.split(bare, maxsplit=1)[0]
            if "://" in bare or bare[:4].lower() == "www." or not is_host_like(host):
                continue
            if mail and "own-mail" not in self._included and self._is_own_mail(bare):
                continue
            span = flow.span(start, start + len(bare))
            if taken is None:
                links = view.content.links
                taken = merge(link.shown_span for link in links if link.element is not None and link.kind != "form")
            before = bisect_right(taken, span.start, key=lambda other: other.start) - 1
            if before < 0 or taken[before].end <= span.start:
                yield (f"mailto:{bare.lower()}" if mail else normalise_for_counting(f"//{bare}")), _Place(span, bare)


def _dotted_words(text: str) -> Iterator[tuple[int, str]]:
    """Where each word with a full stop inside starts, and the word without the marks at its edges."""
    end = 0
    dot = text.find(".")
    while dot >= 0:
        if dot < end or not (text[dot - 1 : dot].isalnum() and text[dot + 1 : dot + 2].isalnum()):
            dot = text.find(".", dot + 1)
            continue
        start = dot
        while start > end and text[start - 1] not in _DIVIDERS and not text[start - 1].isspace():
            start -= 1
        end = dot
        while end < len(text) and text[end] not in _DIVIDERS and not text[end].isspace():
            end += 1
        word = text[start:end]
        bare = word.strip(_EDGE)
        if PLACEHOLDER_CHAR not in word:
            yield start + word.find(bare), bare
        dot = text.find(".", end)


# -- the steps of a plan ----------------------------------------------------------------------------------------------

_POLICIES = {"none": 0, "one": 1}


@subject_check("plan", "step-links", fields=("template", "problem", "count", "limit", "url"), options=_COUNTING)
def step_links(campaign: Campaign, options: Options) -> Iterator[Hit | NotKnown]:
    """Steps whose template has more links than the plan allows, or a calendar for people who have not answered yet."""
    from maillint.plan.wording import waits_for_answer  # noqa: PLC0415 -- for plans alone, as below

    plan = campaign.plan
    if campaign.has_unread_templates:
        yield NotKnown("the plan was not read from a file, so its templates cannot be found", "name the plan's file")
    for _, step, message in campaign.steps:
        if step.template is None:
            continue
        policy = plan.link_policy(step) or ""
        if message is None:
            if policy in _POLICIES and not campaign.has_unread_templates:
                yield NotKnown(f"{step.template} cannot be read")
            continue
        evidence: dict[str, object] = {"template": step.template}
        worst = _worst(message, options, _POLICIES[policy]) if policy in _POLICIES else None
        if worst is not None:
            count = len(worst.counted)
            limit = "none" if policy == "none" else "only one"
            problem = f"has {count} link{'s' * (count != 1)}; the plan allows {limit}"
            evidence |= {"problem": problem, "count": count, "limit": _POLICIES[policy]}
        elif campaign.profile == "cold" and not waits_for_answer(step.condition) and (url := _calendar(message)):
            evidence |= {"problem": f"offers a calendar ({url}) before anyone has shown interest", "url": url}
        else:
            continue
        yield Hit(plan.place, plan.span(*step.keys, "template"), evidence)


def _calendar(message: Message) -> str | None:
    """The address of the first link of a message at which appointments are booked."""
    from maillint.web.calendars import books_appointments  # noqa: PLC0415

    for link in links_of(message):
        if link.address.web and books_appointments(link.address.host, link.address.parts.path):
            return shorten(link.text)
    return None
