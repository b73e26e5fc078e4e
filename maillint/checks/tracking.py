"""Checks of what tells a sender that a message was opened: pixels, hidden pictures, and who has agreed to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from maillint.analysis.beacons import expression, read_address, reader_identifier, shown
from maillint.analysis.images import Picture, Verdict, judged
from maillint.analysis.loads import tracker_loads
from maillint.check import Options, check
from maillint.data.lists import load_list
from maillint.hits import Change, Hit, NotKnown
from maillint.message.html.tree import Element
from maillint.message.model import Message, Part
from maillint.message.views import View
from maillint.text.spans import Span, overlaps

_LONGEST_TAG = 10_000
_HINTS = ("rack", "RACK", "Rack", "penpixel", "pencode", "pencounter", "sermatch")  # one is in every placeholder
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LETTERS = re.compile(r"[^a-z]+")
_LAST_NAME = re.compile(r"(\w+)\s*(?:\([^()]*\))?\s*$")


@check("pixel", fields=("sign", "url", "vendor", "confidence", "own"))
def pixel(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Open pixels: addresses that a tracker is known by, and unseen pictures whose address is the reader's own.

    Confidence is ``certain`` for the address of a known tracker, wherever it is loaded from, and ``likely`` for
    a picture that shows nothing and has something of its reader in its address; ``own`` says whether the address
    has that in either case.
    """
    for part, view in message.views(("html",)):
        for picture, verdict in judged(view, message.lists.trackers):
            if verdict.confidence != "possible" and (verdict.sure or not _for_outlook_only(part, view, picture)):
                yield _picture_hit(part, view, picture, verdict)
        for load, vendor in tracker_loads(view, message.lists.trackers).items():
            sign = f"{vendor} counts opens by this address"
            own = reader_identifier(read_address(load.url, view, load.span)) is not None
            evidence = {"sign": sign, "vendor": vendor, "confidence": "certain", "own": own}
            yield Hit(part, load.span, {**evidence, "url": shown(part, load.span)}, view)


@check("hidden-image", fields=("shape", "url"))
def hidden_image(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Remote pictures of one pixel, or hidden ones, whose address is the same for every reader."""
    for part, view in message.views(("html",)):
        for picture, verdict in judged(view, message.lists.trackers):
            if verdict.confidence == "possible" and not _for_outlook_only(part, view, picture):
                evidence = {"shape": verdict.sign, "url": shown(part, verdict.span)}
                yield Hit(part, picture.element.span, evidence, view, _removed(view, picture.element))


def _picture_hit(part: Part, view: View, picture: Picture, verdict: Verdict) -> Hit:
    evidence = {
        "sign": verdict.sign,
        "url": shown(part, verdict.span),
        "vendor": verdict.vendor,
        "confidence": verdict.confidence,
        "own": verdict.own,
    }
    return Hit(part, picture.element.span, evidence, view, _removed(view, picture.element))


def _removed(view: View, element: Element) -> tuple[Change, ...]:
    """Take an element out, of a ``<picture>`` all of it; not where template statements stand in it."""
    parent = element.parent
    span = (parent if parent is not None and parent.tag == "picture" else element).outer
    return () if overlaps(view.hidden_spans, span) else (Change(span, ""),)


def _for_outlook_only(part: Part, view: View, picture: Picture) -> bool:
    """Whether nobody but Outlook for Windows gets a picture: then it is a spacer of the layout there."""
    return view.outlook is not None and not any(
        other.outlook is None and other.shows(picture.element.span) for other in part.views
    )


# -- placeholders ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
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


@check("pixel-placeholder", fields=("tag", "vendor"))
def pixel_placeholder(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Template tags in whose place the sending tool puts its open pixel."""
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
                    yield Hit(part, span, {"tag": shown(part, span), "vendor": vendor}, view, (Change(span, ""),))


def _written(text: str) -> list[tuple[Span, str]]:
    """The placeholders that stand in a text as their tool has them; of two that overlap, the one that begins first."""
    low = text.lower() if any(hint in text for hint in _HINTS) else ""
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
        if _is_called_pixel(expression(tag)):
            yield tag.span, ""


@lru_cache(2048)
def _is_called_pixel(words: str) -> bool:
    match = _LAST_NAME.search(words[:200].partition("|")[0])
    letters = _LETTERS.sub("", match[1].lower()) if match else ""
    return letters.startswith(_placeholders().names)


def _comments(text: str) -> list[Span]:
    return [Span(*match.span()) for match in _COMMENT.finditer(text)]


def _in_attribute(view: View, span: Span) -> bool:
    """Whether a tag stands within a start tag of the view."""
    opening = view.text.rfind("<", max(span.start - _LONGEST_TAG, 0), span.start)
    return opening >= 0 and view.text.find(">", opening, span.start) < 0


# -- consent --------------------------------------------------------------------------------------------------
