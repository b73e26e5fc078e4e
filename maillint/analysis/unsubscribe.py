"""Whether a link leads out of the mailing list: the one answer for every check that needs to know."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal

from maillint.analysis.beacons import tags_in
from maillint.analysis.header_fields import field_views
from maillint.analysis.links import LinkInView, links_of, with_tag_names
from maillint.analysis.unsubscribe_field import uris
from maillint.data.lists import load_list
from maillint.message.content import Image, Link
from maillint.message.html.tree import Element
from maillint.message.memo import remembered
from maillint.message.model import Message, Part
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.source import lowered
from maillint.text.spans import Span
from maillint.values import NamedTuple
from maillint.web.urls import normalise_for_counting

Grade = Literal["named", "implied", "possible"]
_BY_WORDS: tuple[Grade, ...] = ("implied", "possible")  # what the words around a link can say, the surer first
"""How a link is known to lead out of the list, or to the settings for it.

``named``
    its address, its own words or the template tag in its address say so
``implied``
    the words around it in its sentence say so, List-Unsubscribe has its address, or another link of the message to the
    same address is named or implied
``possible``
    the words around it say so in another sentence of its block, or those around another link to the same address

To leave out of a count what is only possible would lose findings, and to request it may take the reader off the list.
"""

_BEFORE = 100
_AFTER = 60
_MARKUP_BEFORE = 2000
"""Characters before a link, markup included, in which its text is sought; ``_BEFORE`` of what is found are read."""
_MARKUP_AFTER = 1000
_LONGEST_WORDS = 300
_LONGEST_ADDRESS = 2000
_MOST_LINKS = 500
_MOST_PICTURES = 5
_WORD = regex(r"\w++")
_SENTENCE_END = regex(r"[.!](?=\s|\Z)")  # an answer to a question is about the same


@remembered
def unsubscribe_grade(message: Message, link: LinkInView) -> Grade | None:
    """How a link is known to lead out of the list; None for one of which nothing says so."""
    own = _grade_by_itself(message, link)
    if own in {"named", "implied"}:
        return own
    return _grades_by_address(message).get(_key(link), own)


def is_unsubscribe_link(message: Message, link: LinkInView) -> bool:
    """Whether a link is named or implied to lead out of the list."""
    return unsubscribe_grade(message, link) in {"named", "implied"}


def reads_as_unsubscribe(url: str) -> bool:
    """Whether an address by itself says that it leads out of the list."""
    return _has_any(_words() + _link_words(), url.lower())


def words_on(link: LinkInView) -> str:
    """What a link shows, in lower case: its text, and what stands for its pictures."""
    return _words_shown(link.element, link.shown, link.link.images)


def _words_shown(element: Element | None, shown: str, images: Sequence[Image]) -> str:
    if element is None:
        return ""
    pictures = [image.element for image in images[:_MOST_PICTURES]]
    attributes = [each.attrs.get(name, "") for each in (element, *pictures) for name in ("title", "aria-label", "alt")]
    return " ".join(text[:_LONGEST_WORDS] for text in (shown, *attributes) if text).lower()


# -- whether there is one at all ------------------------------------------------------------------------------


def offers_way_out(message: Message) -> bool:
    """Whether a link or a placeholder of a message leads out of a mailing list; a word of its text alone does not.

    Only a text that has such a word somewhere is parsed.
    """
    return any(_part_offers(part) for part in message.parts)


def _part_offers(part: Part) -> bool:
    if part.dialect is not None and _has_placeholder(part):
        return True
    low = lowered(part.text)
    if not _has_any(tuple(load_list("unsubscribe")["way-out"]["needles"]), low):
        return False
    if _has_any(_way_out().elements, low):
        return True
    for view in part.views:
        links = view.content.links[: -_MOST_LINKS - 1 : -1]  # it is usually the last
        if any(_leads_out(part, view, link) for link in links):
            return True
    return False


def _has_placeholder(part: Part) -> bool:
    from maillint.message.template.placeholders import placeholder_role  # noqa: PLC0415 -- for templates alone

    return any(placeholder_role(tag) == "unsubscribe" for tag in part.template.outputs())


def _leads_out(part: Part, view: View, link: Link) -> bool:
    """Whether a link leads out of a list by what it says, by its address, or by the rest of its sentence."""
    own = _words_shown(link.element, link.shown, link.images)
    says = _says_way_out(own, alone=True)
    if says is not None:
        return says
    address = part.text[link.span.start : link.span.end][:_LONGEST_ADDRESS].lower()
    signs = _way_out()
    if _has_any(signs.addresses, address.replace("unsubscribed", "")):
        return True
    *_, before = _SENTENCE_END.split(_before(view, link))
    after, *_ = _SENTENCE_END.split(_after(view, link))
    sentence = f"{before} {own} {after}".lower()
    if _has_any(signs.doubtful, address) and _has_any(signs.mail, f"{address} {sentence}"):
        return True
    return _says_way_out(sentence, alone=False) or False


def _says_way_out(text: str, *, alone: bool) -> bool | None:
    """Whether words say that something leads out of a list; None where they speak of nothing of the kind.

    ``alone``: whether they are all that a link says.
    """
    signs = _way_out()
    spoken_of = None
    for match in signs.words.finditer(text):
        before, after = text[max(match.start() - _BEFORE, 0) : match.start()], text[match.end() : match.end() + _AFTER]
        spoken_of = False
        after, *_ = _SENTENCE_END.split(after)
        if signs.denials.search(before) or (signs.others.search(after) and not _has_any(signs.by_mail, after)):
            continue
        if match["doubtful"] is None or _has_any(signs.mail, text):
            return True
        if alone and signs.fillers.issuperset(_WORD.findall(f"{text[: match.start()]} {text[match.end() :]}")):
            return True
    return spoken_of


# -- by its own words, and those around it --------------------------------------------------------------------


@remembered
def _grade_by_itself(message: Message, link: LinkInView) -> Grade | None:
    if _is_named(link):
        return "named"
    around = {(_before(view, own), _after(view, own)) for view, own in link.in_views.items()}
    grades = {_grade_by_words(before, after) for before, after in around}
    return next((grade for grade in _BY_WORDS if grade in grades), None)


def _grade_by_words(before: str, after: str) -> Grade | None:
    """What the words before and after a link say of it."""
    words = _words() + _hints()
    if not _has_any(words, f"{before} \0 {after}".lower()):
        return None
    *_, before = _SENTENCE_END.split(before)
    after, *_ = _SENTENCE_END.split(after)
    return "implied" if _has_any(words, f"{before} \0 {after}".lower()) else "possible"


def _is_named(link: LinkInView) -> bool:
    if reads_as_unsubscribe(link.text) or _has_any(_words() + _link_words() + _hints(), words_on(link)):
        return True
    if not link.tags:
        return False
    from maillint.message.template.placeholders import placeholder_role  # noqa: PLC0415 -- for templates alone

    return any(placeholder_role(tag) == "unsubscribe" for tag in link.tags)


def _has_any(pieces: tuple[str, ...], text: str) -> bool:
    for piece in pieces:  # noqa: SIM110 -- half as fast again as any() with a generator, and run for each link
        if piece in text:
            return True
    return False


@remembered
def _borders(view: View) -> tuple[list[int], list[int]]:
    """Where what the links of a view show begins, and where it ends; both in order."""
    shown = [link.shown_span for link in view.content.links]
    return sorted(span.start for span in shown), sorted(span.end for span in shown)


def _before(view: View, link: Link) -> str:
    """The text between the link before and this one, within its block."""
    element = link.element
    start = link.span.start if element is None else element.span.start
    _, ends = _borders(view)
    index = bisect_right(ends, start) - 1
    neighbour = ends[index] if index >= 0 else 0
    return _text(view, Span(max(neighbour, _block(view, link).start, start - _MARKUP_BEFORE), start))[-_BEFORE:]


def _after(view: View, link: Link) -> str:
    """The text between this link and the next one, within its block or, in running text, its line."""
    end = max(link.shown_span.end, link.span.end)
    starts, _ = _borders(view)
    index = bisect_left(starts, end)
    neighbour = starts[index] if index < len(starts) else len(view.text)
    stop = min(neighbour, _block(view, link).end, end + _MARKUP_AFTER)
    if link.element is None:
        line_end = view.text.find("\n", end, stop)
        stop = stop if line_end < 0 else line_end
    return _text(view, Span(end, stop))[:_AFTER]


def _block(view: View, link: Link) -> Span:
    """The block that the link's sentence stands in."""
    element = link.element
    block = None if element is None else element.block
    return Span(0, len(view.text)) if block is None else Span(block.span.start, block.content_end)


def _text(view: View, span: Span) -> str:
    return view.content.flow.within(span) if span.end > span.start else ""


# -- by its address -------------------------------------------------------------------------------------------


def _key(link: LinkInView) -> str:
    """A key that is equal for two links to the same address; empty for a link that leads nowhere yet."""
    return "" if link.address.url[:1] in {"", "#"} else normalise_for_counting(link.key)


@remembered
def _grades_by_address(message: Message) -> dict[str, Grade]:
    """By address, how the List-Unsubscribe field and the links to it make any other link to it known."""
    found: dict[str, Grade] = dict.fromkeys(_field_addresses(message), "implied")
    for link in links_of(message):
        key = _key(link)
        if key and found.get(key) != "implied" and (grade := _grade_by_itself(message, link)) is not None:
            found[key] = "possible" if grade == "possible" else "implied"
    return found


def _field_addresses(message: Message) -> Iterator[str]:
    for field in message.headers.all("list-unsubscribe"):
        view = field_views(message, field).first
        for uri in uris(view):
            yield normalise_for_counting(with_tag_names(uri.text, tuple(tags_in(view, uri.span))))


# -- lists ----------------------------------------------------------------------------------------------------


@cache
def _words() -> tuple[str, ...]:
    return tuple(load_list("unsubscribe")["words"])


@cache
def _link_words() -> tuple[str, ...]:
    return tuple(load_list("unsubscribe")["links"])


@cache
def _hints() -> tuple[str, ...]:
    return tuple(load_list("unsubscribe")["hints"])


class _WayOut(NamedTuple):
    """What tells that a link leads out of a list."""

    words: re.Pattern[str]
    others: re.Pattern[str]
    denials: re.Pattern[str]
    addresses: tuple[str, ...]
    doubtful: tuple[str, ...]
    mail: tuple[str, ...]
    by_mail: tuple[str, ...]
    elements: tuple[str, ...]
    fillers: frozenset[str]


@cache
def _way_out() -> _WayOut:
    data = load_list("unsubscribe")["way-out"]
    words, doubtful = ("|".join(map(re.escape, data[name])) for name in ("words", "doubtful"))
    past, others = ("|".join(map(re.escape, data[name])) for name in ("past", "others"))
    return _WayOut(
        re.compile(rf"(?<!\w)(?!(?:{past})(?!\w))(?:{words}|(?P<doubtful>{doubtful}))\w*+"),
        re.compile(rf"\A\W{{0,3}}(?:\w+\W+){{0,4}}?(?:{others})"),
        re.compile("|".join(data["denials"])),
        tuple(data["addresses"]),
        tuple(data["doubtful"]),
        tuple(data["mail"]),
        tuple(data["by-mail"]),
        tuple(data["elements"]),
        frozenset(data["fillers"]),
    )
