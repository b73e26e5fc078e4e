"""Checks of what tells a sender that a message was opened: pixels, hidden pictures, and tags that become pixels."""

from __future__ import annotations

from collections.abc import Iterator

from maillint.analysis.beacons import shown
from maillint.analysis.images import suspect_pictures
from maillint.analysis.pixels import for_outlook_only, pixel_tags, pixels
from maillint.analysis.tracked_pictures import tracked_pictures
from maillint.check import Needs, Options, check
from maillint.hits import Change, Hit, NotKnown
from maillint.message.html.tree import Element
from maillint.message.model import Message
from maillint.message.views import View
from maillint.text.spans import overlaps

_PICTURES = (
    *("img", "image", "amp-img", "amp-anim", "amp-pixel", "v:image", "v:imagedata", "mj-image", "source", "input"),
)
_LOADS = (
    *("link", "bgsound", "audio", "video", "embed", "object", "iframe", "frame", "image", "feimage"),
    *("v:fill", "v:stroke", "v:background", "meta", "source"),
)
_STYLES = ("rl(", "RL(", "mport", "MPORT")
_TAGS = ("rack", "RACK", "Rack", "penpixel", "pencode", "pencounter", "sermatch")
"""Elements that load pictures and others, pieces of styles and of tags: without these there is no pixel."""


@check(
    "pixel",
    fields=("sign", "url", "vendor", "confidence", "own"),
    cause=("url",),
    needs=(
        Needs(tags=(*_PICTURES, *_LOADS)),
        Needs(attributes=("background",)),
        Needs(texts=_STYLES),
        Needs(parts=("mjml",)),
    ),
)
def pixel(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Open pixels: addresses that a tracker is known by, and unseen pictures whose address is the reader's own.

    Confidence is ``certain`` for the address of a known tracker, wherever it is loaded from, and ``likely`` for
    a picture that shows nothing and has something of its reader in its address; ``own`` says whether the address
    has that in either case.
    """
    for found in pixels(message):
        evidence = {
            "sign": found.sign,
            "url": shown(found.part, found.url_span),
            "vendor": found.vendor,
            "confidence": found.confidence,
            "own": found.own,
        }
        changes = () if found.element is None else _removed(found.view, found.element)
        yield Hit(found.part, found.span, evidence, found.view, changes)


@check(
    "hidden-image",
    fields=("shape", "url"),
    needs=(Needs(tags=_PICTURES), Needs(parts=("mjml",))),
    cause=("url",),
)
def hidden_image(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Remote pictures of one pixel, or hidden ones, whose address is the same for every reader."""
    for part, view in message.views(("html",)):
        for picture, verdict in suspect_pictures(view, message.lists.trackers):
            if verdict.confidence == "possible" and not for_outlook_only(part, view, picture):
                evidence = {"shape": verdict.sign, "url": shown(part, verdict.span)}
                yield Hit(part, picture.element.span, evidence, view, _removed(view, picture.element))


@check("tracked-image", fields=("sign", "url"), needs=(Needs(tags=_PICTURES), Needs(parts=("mjml",))))
def tracked_image(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Pictures that readers see and whose address carries the reader, once for each host and what it carries.

    Maps, codes and avatars, which are made for one reader, are let pass, and so are the signed addresses of file
    stores.
    """
    for found in tracked_pictures(message):
        evidence = {"sign": found.sign, "url": shown(found.part, found.url_span)}
        related = tuple((span, "also here") for span in found.others)
        yield Hit(found.part, found.span, evidence, found.views, related=related)


def _removed(view: View, element: Element) -> tuple[Change, ...]:
    """Take an element out, of a ``<picture>`` all of it; not where template statements stand in it."""
    parent = element.parent
    span = (parent if parent is not None and parent.tag == "picture" else element).outer
    return () if overlaps(view.hidden_spans, span) else (Change(span, ""),)


@check("pixel-placeholder", fields=("tag", "vendor"), needs=(Needs(parts=("template",)), Needs(texts=_TAGS)))
def pixel_placeholder(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Template tags in whose place the sending tool puts its open pixel."""
    for tag in pixel_tags(message):
        evidence = {"tag": shown(tag.part, tag.span), "vendor": tag.vendor}
        yield Hit(tag.part, tag.span, evidence, tag.view, (Change(tag.span, ""),))
