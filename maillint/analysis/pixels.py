"""Open pixels: what tells the sender of a message that it was opened, and the template tags that become that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from maillint.analysis.beacons import carries_reader, expression, read_address
from maillint.analysis.images import Confidence, Picture, suspect_pictures
from maillint.analysis.loads import tracker_loads
from maillint.data.amendments import Amendment
from maillint.data.lists import load_list
from maillint.message.html.tree import Element
from maillint.message.memo import remembered
from maillint.message.model import Message, Part
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.source import lowered
from maillint.text.spans import Span, overlaps
from maillint.values import frozen

_LONGEST_TAG = 10_000
_HINTS = ("rack", "RACK", "Rack", "penpixel", "pencode", "pencounter", "sermatch")  # one is in every placeholder
_LETTERS = regex(r"[^a-z]+")
_LAST_NAME = regex(r"(?<!\w)(\w++)\s*+(?:\([^()]*\))?\s*$")
_LONGEST_NAME = 200


@frozen
class Pixel:
    """A thing that counts opens, as one view has it. ``sign`` says in words how it is known.

    ``element`` is the picture's, None for what is loaded in another way; ``span`` covers the element, or else the
    address; ``url_span`` the address. ``confidence`` is ``certain`` for the address of a known tracker, ``likely`` for
    an unseen picture whose address has something of its reader. ``own``: something in the address is its reader's
    beyond doubt.
    """

    part: Part
    view: View
    span: Span
    url_span: Span
    sign: str
    vendor: str
    confidence: Confidence
    own: bool
    element: Element | None = None


@remembered
def pixels(message: Message) -> tuple[Pixel, ...]:
    """The open pixels of every HTML view: addresses of known trackers, and unseen pictures with their reader's own."""
    return tuple(_pixels(message, message.lists.trackers))


def _pixels(message: Message, trackers: Amendment) -> Iterator[Pixel]:
    for part, view in message.views(("html",)):
        for picture, verdict in suspect_pictures(view, trackers):
            if verdict.confidence != "possible" and (verdict.sure or not for_outlook_only(part, view, picture)):
                element = picture.element
                own = carries_reader(part, read_address(verdict.url, view, verdict.span))
                yield Pixel(
                    part, view, element.span, verdict.span,
                    verdict.sign, verdict.vendor, verdict.confidence, own, element,
                )  # fmt: skip
        for load, vendor in tracker_loads(view, trackers).items():
            sign = f"{vendor} counts opens with this address"
            own = carries_reader(part, read_address(load.url, view, load.span))
            yield Pixel(part, view, load.span, load.span, sign, vendor, "certain", own)


def for_outlook_only(part: Part, view: View, picture: Picture) -> bool:
    """Whether nobody but Outlook for Windows gets a picture: then it is a spacer of the layout there."""
    return view.outlook is not None and not any(
        other.outlook is None and other.shows(picture.element.span) for other in part.views
    )


# -- placeholders ---------------------------------------------------------------------------------------------


@frozen
class PixelTag:
    """A template tag in whose place a sending tool puts its open pixel; ``vendor`` is empty where it may be any."""

    part: Part
    view: View
    span: Span
    vendor: str


@remembered
def pixel_tags(message: Message) -> tuple[PixelTag, ...]:
    """The tags that become open pixels, in every HTML view."""
    return tuple(_pixel_tags(message))


def _pixel_tags(message: Message) -> Iterator[PixelTag]:
    for part in message.parts:
        if not part.markup:
            continue
        literal = _written(part.text)
        for view in part.views:
            found = dict(_printing(view))
            for span, vendor in literal:
                tag = view.hole_at(span.start)
                if view.shows(span) and (tag is None or tag.span == span):  # not within a tag of another language
                    found[span] = vendor
            comments = _comments(view.text) if found else ()
            for span, vendor in found.items():
                if not overlaps(comments, span) and not _in_attribute(view, span):
                    yield PixelTag(part, view, span, vendor)


@frozen
class _Placeholders:
    """Tags that become pixels: by a piece that stands in them, their vendor and pattern; and how names begin."""

    pieces: tuple[tuple[str, str, str], ...]
    names: tuple[str, ...]


@cache
def _placeholders() -> _Placeholders:
    data = load_list("pixel-placeholders")
    pieces = []
    for entry in data["entries"]:
        text = entry["text"]
        piece = max(re.findall(r"[\w-]+", text), key=len)
        pattern = r"\s*".join(re.escape(word) for word in re.findall(r"[\w:.-]+|[^\w\s]", text))
        closed = "" if not text[-1].isalnum() else r"(?![\w%])"
        pieces.append((piece.lower(), entry["vendor"], pattern + closed))
    return _Placeholders(tuple(pieces), tuple(data["names"]))


def _written(text: str) -> list[tuple[Span, str]]:
    """The placeholders that stand in a text as their tool has them; of two that overlap, the one that begins first."""
    low = lowered(text) if any(hint in text for hint in _HINTS) else ""
    found = [
        (Span(*match.span()), vendor)
        for piece, vendor, pattern in _placeholders().pieces
        if piece in low
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]
    found.sort(key=lambda item: (item[0].start, -item[0].end))
    apart: list[tuple[Span, str]] = []
    for span, vendor in found:
        if not apart or span.start >= apart[-1][0].end:
            apart.append((span, vendor))
    return apart


def _printing(view: View) -> Iterator[tuple[Span, str]]:
    """The tags outside of attributes that are called a pixel."""
    for tag in view.holes:
        if _is_called_pixel(expression(tag)[:_LONGEST_NAME]):
            yield tag.span, ""


@lru_cache(2048)  # keys of _LONGEST_NAME characters at the most
def _is_called_pixel(words: str) -> bool:
    match = _LAST_NAME.search(words.partition("|")[0])
    letters = _LETTERS.sub("", match[1].lower()) if match else ""
    return letters.startswith(_placeholders().names)


def _comments(text: str) -> list[Span]:
    found, end = [], 0
    while (start := text.find("<!--", end)) >= 0 and (end := text.find("-->", start + 4) + 3) > 2:
        found.append(Span(start, end))
    return found


def _in_attribute(view: View, span: Span) -> bool:
    """Whether a tag stands within a start tag of the view."""
    opening = view.text.rfind("<", max(span.start - _LONGEST_TAG, 0), span.start)
    return opening >= 0 and view.text.find(">", opening, span.start) < 0
