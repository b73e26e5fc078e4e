"""Checks of what a message says: spam phrases in the text, the preview and the subject; false replies, in plans too."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from maillint.analysis.header_fields import NO_HEADERS, field_views
from maillint.analysis.language import language_of
from maillint.check import Needs, Option, Options, check, subject_check
from maillint.data.lists import load_list
from maillint.hits import Change, Hit, NotKnown
from maillint.message.mime.headers import Field
from maillint.message.model import Message
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.phrase_lists import listed_languages, own_phrases, phrase_index
from maillint.text.phrases import Match
from maillint.text.shorten import shorten
from maillint.text.spans import Span

if TYPE_CHECKING:
    from maillint.plan.campaign import Campaign

_LONGEST_SHOWN = 60
_PREVIEW = regex(r"(?:\s*+\S){0,200}+")
"""The words that an inbox may show as the preview; hidden text after them is no preheader."""

_PHRASE_OPTIONS = {
    "min-weight": Option("whole number", 2, "the weight from which a phrase is reported by itself"),
    "min-density": Option("number", 2.5, "the weight of phrases in 100 words from which every phrase is reported"),
    "min-phrases": Option("whole number", 3, "how many different phrases there must be before density counts"),
    "ignore": Option("texts", [], "categories, and phrases as their list has them, to let pass"),
}


@check("spam-words", fields=("phrase", "match", "category", "weight", "hits"), options=_PHRASE_OPTIONS)
def spam_words(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Phrases of spam in the visible text and the preheader.

    Heavy phrases are always reported, light ones only where the visible text is dense with phrases. In a preheader
    (hidden text, or ``preheader`` in the front matter), which readers see before anything else, heavy ones are.
    """
    searched: dict[str, list[Match]] = {}  # many views have the same text
    find, find_shown = phrase_index().find, phrase_index().search()

    def phrases(text: str, shipped: Callable[[str], list[Match]] = find) -> list[Match]:
        if text not in searched:
            searched[text] = _find(text, shipped, message, options) if text else []
        return searched[text]

    for part, view in message.views():
        shown, hidden = view.content.flow, view.content.hidden
        hits = phrases(shown.text, find_shown)
        for hit in _reported(hits, shown.text, options):
            yield Hit(part, shown.span(hit.start, hit.end), _evidence(hit, hits, shown.text), view)
        hits = [hit for hit in phrases(hidden.text) if hidden.span(hit.start, hit.end).start < _preview_end(view)]
        for hit in hits:
            if hit.weight >= options["min-weight"]:
                yield Hit(part, hidden.span(hit.start, hit.end), _evidence(hit, hits, hidden.text), view)

    yield from _without_list(message)
    for preheader in message.headers.all("preheader") if not message.finished else ():
        for view in field_views(message, preheader):
            hits = phrases(view.text)
            for hit in hits:
                if hit.weight >= options["min-weight"]:
                    yield Hit(preheader, Span(hit.start, hit.end), _evidence(hit, hits, view.text))


@check(
    "spam-words-subject",
    fields=("phrase", "match", "category", "weight", "hits"),
    options=_PHRASE_OPTIONS,
    needs=Needs(headers=("subject",), or_unknown=True),
)
def spam_words_subject(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Phrases of spam in the Subject field."""
    subjects = message.headers.all("subject")
    if not subjects and not message.headers.known:
        yield NO_HEADERS
    if subjects:
        yield from _without_list(message)
    for subject in subjects:
        for view in field_views(message, subject):
            hits = _find(view.text, phrase_index().find, message, options)
            for hit in _reported(hits, view.text, options):
                yield Hit(subject, Span(hit.start, hit.end), _evidence(hit, hits, view.text))


def _without_list(message: Message) -> Iterator[NotKnown]:
    """Where a message is in a language that no list is for, and the settings give no phrases: that it was skipped."""
    if message.lists.phrases.add or message.lists.phrases.replaces:
        return
    language = language_of(message)
    if language is not None and language.code not in listed_languages():
        yield NotKnown(
            f"there is no list of phrases for {language.name}", 'add phrases under "lists: phrases:" in maillint.yaml'
        )


def _find(text: str, shipped: Callable[[str], list[Match]], message: Message, options: Options) -> list[Match]:
    """The phrases in a text; ``shipped`` finds those of the lists that come with maillint."""
    amendment = message.lists.phrases
    found = [] if amendment.replaces else shipped(text)
    if amendment.add:
        found = _longest([*own_phrases(amendment.add).find(text), *found])
    if amendment.allow:
        allowed = [Span(hit.start, hit.end) for hit in own_phrases(amendment.allow).find(text)]
        found = [hit for hit in found if not _within(hit, allowed)]
    ignored = options["ignore"]
    return [hit for hit in found if hit.phrase not in ignored and hit.category not in ignored] if ignored else found


def _within(hit: Match, spans: Sequence[Span]) -> bool:
    """Whether a match lies in one of the spans, which are in order and do not overlap."""
    index = bisect_right(spans, hit.start, key=lambda span: span.start) - 1
    return index >= 0 and hit.end <= spans[index].end


def _longest(hits: Sequence[Match]) -> list[Match]:
    """The longest of matches that overlap, and of equally long ones the first; in the text's order."""
    longest: list[Match] = []
    end = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.start >= end:
            longest.append(hit)
        elif hit.end - hit.start > longest[-1].end - longest[-1].start:
            longest[-1] = hit
        end = longest[-1].end
    return longest


def _reported(hits: Sequence[Match], text: str, options: Options) -> Sequence[Match]:
    """The heavy ones of a text's phrases; all of them where the text is dense with phrases.

    Only the first two places of a phrase add to the density: a button under each of ten products repeats it ten times.
    """
    times: dict[str, int] = {}
    weight = 0
    for hit in hits:
        times[hit.phrase] = times.get(hit.phrase, 0) + 1
        weight += hit.weight if times[hit.phrase] <= 2 else 0
    if len(times) >= options["min-phrases"] and 100 * weight >= options["min-density"] * len(text.split()):
        return hits
    return [hit for hit in hits if hit.weight >= options["min-weight"]]


def _evidence(hit: Match, hits: Sequence[Match], text: str) -> dict[str, object]:
    return {
        "phrase": hit.phrase,
        "match": shorten(text[hit.start : hit.end], _LONGEST_SHOWN),
        "category": hit.category,
        "weight": hit.weight,
        "hits": len(hits),
    }


def _preview_end(view: View) -> int:
    """Where the text ends that an inbox may show beside the subject; the view's end if there is no visible text."""
    flow = view.content.flow
    beginning = _PREVIEW.match(flow.text)
    return flow.span(0, beginning.end()).end if beginning and beginning.end() else len(view.text)


# -- false replies ------------------------------------------------------------------------------------


@check(
    "subject-fake-reply",
    fields=("prefix",),
    needs=Needs(headers=("subject", "in-reply-to", "references"), or_unknown=True),
)
def subject_fake_reply(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """``Re:`` and ``Fwd:`` in any language at the start of a subject of a message that is no answer.

    An answer has In-Reply-To or References (RFC 5322, section 3.6.4), the Thread-Index of a later place in a thread
    (Outlook), or the text that it answers below its own; a forwarded message may be attached.
    A sending tool adds those fields to a later touch by itself, so for a later touch they are unknown unless stated.
    """
    headers = message.headers
    if any(field.text.strip() for name in ("in-reply-to", "references") for field in headers.all(name)):
        return
    if any(attached.content_type == "message/rfc822" for attached in message.attachments):
        return
    if any(_is_later_place(field.text) for field in headers.all("thread-index")):
        return
    subjects = headers.all("subject")
    if not subjects and not headers.known:
        yield NO_HEADERS
    for subject in subjects:
        for view in field_views(message, subject):
            prefix = _reply_prefix(view.text)
            if prefix is None:
                continue
            if not headers.known and (message.touch or 1) > 1:
                yield NO_HEADERS
                return
            if message.touch != 1 and _quotes_original(message):  # a first touch has nothing to quote
                return
            yield _fake_reply(subject, prefix)


_FIRST_PLACE = 22
"""Bytes of a Thread-Index that begins a thread; each answer adds five more (MS-OXOMSG, section 2.2.1.3)."""
_LONGEST_INDEX = 4_000


def _is_later_place(thread_index: str) -> bool:
    from binascii import a2b_base64  # noqa: PLC0415 -- seldom needed

    text = "".join(thread_index.split())[:_LONGEST_INDEX].rstrip("=")
    try:
        return len(a2b_base64(text + "=" * (-len(text) % 4))) > _FIRST_PLACE
    except ValueError:  # no base64 (of bytes that are no text, say)
        return False


def _quotes_original(message: Message) -> bool:
    """Whether a message has the text that it answers or forwards below its own, as mail clients quote it."""
    text, classes = _quote_patterns()
    for part, view in message.views():
        if part.markup and any(
            (element.tag == "blockquote" and element.attrs.get("type", "").lower() == "cite")
            or classes.search(f"{element.attrs.get('class', '')} {element.attrs.get('id', '')}")
            for element in view.html.elements
        ):
            return True
        if text.search(view.content.flow.text):
            return True
    return False


@cache
def _quote_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A pattern for the line above a quoted message, and one for the classes and names of elements that hold one."""
    data = load_list("reply-prefixes")["quoted"]
    names = {key: "|".join(map(re.escape, data[key])) for key in ("titles", "senders", "dates", "wrote")}
    return (
        re.compile(
            rf"(?im)^[ \t>]*+-{{2,20}}[ \t]*(?:{names['titles']})[ \t]*-{{2,20}}"
            rf"|^[ \t>*]*+(?:{names['senders']})[ \t\xa0]?:[^\n]{{1,300}}\n\s{{0,20}}\**(?:{names['dates']})[ \t\xa0]?:"
            rf"|^[ \t>]*+[^\n]{{4,300}}\b(?:{names['wrote']})[ \t\xa0]?:\s{{0,20}}$"
            rf"|^[ \t]*+\S[^\n]{{0,300}}:[ \t]*\n\s{{0,20}}>"
        ),
        re.compile("|".join(map(re.escape, data["elements"]))),
    )


def _fake_reply(subject: Field, prefix: Span) -> Hit:
    text = subject.text
    rest = prefix.end + len(text[prefix.end :]) - len(text[prefix.end :].lstrip())
    changes = (Change(Span(prefix.start, rest), ""),) if rest < len(text) else ()
    evidence = {"prefix": shorten(text[prefix.start : prefix.end], _LONGEST_SHOWN)}
    return Hit(subject, prefix, evidence, None, changes, safe=True)


def _reply_prefix(subject: str) -> Span | None:
    """The span of ``Re: Fwd:`` at the start of a subject, from the first word to the last colon."""
    start = len(subject) - len(subject.lstrip())
    pattern, names = _reply_patterns()
    end = position = start
    while (found := pattern.match(subject, position)) and not names.match(subject, found.start("word")):
        end, position = found.end("prefix"), found.end()
    return Span(start, end) if end > start else None


@cache
def _reply_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A pattern for one prefix with the white space after it, and one for the names that only begin like a prefix."""
    data = load_list("reply-prefixes")
    words = sorted({word for words in data["prefixes"].values() for word in words}, key=len, reverse=True)
    prefixes = "|".join(map(re.escape, words))
    names = "|".join(map(re.escape, data["names"]))
    # Re[2]:, Re(2):, Re^2: and Re*2: count the answers; the colon may be full-width, and set off in French.
    references = "|".join(map(re.escape, data["references"]))
    counter = r"(?:[ ]?\[\d{1,4}\]|[ ]?\(\d{1,4}\)|[\^*]?\d{1,3})?"
    return (
        re.compile(rf"(?P<prefix>(?P<word>{prefixes}){counter}[ \t\xa0\u202f]{{0,3}}[:：])\s*", re.IGNORECASE),
        re.compile(
            rf"(?:{names})(?!\w)|(?:{references})[ \t]?:(?=[ \t]*(?:[#№]|n[.°ºr]|\w{{0,10}}[./-]?\d))", re.IGNORECASE
        ),
    )


@subject_check("plan", "false-thread", fields=("number", "prefix", "what"))
def false_thread(campaign: Campaign, options: Options) -> Iterator[Hit | NotKnown]:
    """Steps of a plan whose subject begins like a reply's although they are in no thread.

    The subject of a first step that stands in its template is left to ``subject-fake-reply``.
    """
    plan = campaign.plan
    for number, step, message in campaign.steps:
        if step.thread and number > 1:
            continue
        subject, key = step.subject, "subject"
        if subject is None and message is not None and number > 1 and not message.headers.known:
            field = message.headers.first("subject")
            subject, key = field.text if field is not None else None, "template"
        prefix = _reply_prefix(subject) if subject else None
        if subject and prefix is not None:
            what = "the first message answers nothing" if number == 1 else "the step is in no thread (thread: true)"
            evidence = {"number": number, "prefix": shorten(subject[prefix.start : prefix.end], _LONGEST_SHOWN)}
            yield Hit(plan.place, plan.span(*step.keys, key), {**evidence, "what": what})
