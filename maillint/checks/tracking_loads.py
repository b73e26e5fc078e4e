"""Checks of what a message loads besides its pictures: fetches hidden in styles, and elements that show nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maillint.analysis.beacons import (
    ReaderIdentifier,
    host_under,
    is_remote,
    read_address,
    reader_identifier,
    shown,
    signs,
)
from maillint.analysis.loads import Load, element_loads, style_loads, tracker_loads
from maillint.check import Needs, Option, Options, check
from maillint.hits import Hit, NotKnown
from maillint.message.css.lengths import TINY
from maillint.message.html.tree import Element
from maillint.message.model import Message, Part
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.spans import Span

_LOADS = (
    *("link", "bgsound", "audio", "video", "embed", "object", "iframe", "frame", "image", "feimage"),
    *("v:fill", "v:stroke", "v:background", "meta", "source"),
)
_STYLES = ("rl(", "RL(", "mport", "MPORT")

_NOTHING = regex(
    r"(?:\s|&nbsp;|&#(?:160|8203|8204|65279);|&zwnj;|&shy;|\u00a0|\u200b|\u200c|<!--.*?-->|<br\s*/?>)*+\Z", re.DOTALL
)
_ROOM = regex(
    r"(?:^|[;\s-])(?:(?:min-)?(?:width|height)|padding(?:-\w+)?|line-height|aspect-ratio)\s*:"
    r"(?!\s*(?:auto|0(?:px)?|[01]px)\s*(?:;|!|$))"
)
"""A style that gives an element a size of its own."""

_ON_DEMAND = regex(
    r"@media[^{@]*\bprint\b|outlookmessageheader|moz-email-headers|gmail_quote|blockquote|yahoo_quoted|#_t\b|_two50",
    re.IGNORECASE,
)
"""Selectors and conditions of rules that apply only when a message is printed, answered or forwarded."""

_HOST = regex(r"\s*(?:https?:)?//([^/?#:\s]+)", re.IGNORECASE)
_BACKGROUNDS = frozenset({"background", "background-image"})
_DOCUMENTS = frozenset({"object", "embed", "iframe", "frame", "bgsound"})


@check(
    "css-beacon",
    fields=("how", "url", "reason"),
    cause=("url",),
    needs=(Needs(attributes=("background",)), Needs(texts=_STYLES), Needs(parts=("mjml",))),
)
def css_beacon(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Remote addresses in styles that show nothing: on empty or hidden elements, in imports, in fonts with a token.

    Backgrounds that can be seen and web fonts are not reported; ``pixel`` reports the addresses of known trackers.
    """
    trackers = message.lists.trackers
    for part, view in message.views(("html",)):
        for load in style_loads(view):
            if is_remote(load.url) and load not in tracker_loads(view, trackers):
                reason = _style_reason(view, load)
                if reason is not None:
                    yield _hit(part, view, load, reason)


@check(
    "remote-beacon",
    fields=("how", "url", "reason"),
    cause=("url",),
    options={"ignore": Option("texts", [], "elements, such as `link` or `iframe`, that are never reported")},
    needs=(Needs(tags=_LOADS), Needs(parts=("mjml",))),
)
def remote_beacon(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Elements other than pictures that load something remote by themselves, and show nothing for it.

    Web fonts, and sound, video and graphics that a reader can see, are not reported; ``pixel`` reports the addresses
    of known trackers.
    """
    for part, view in message.views(("html",)):
        for load in element_loads(view):
            if not is_remote(load.url) or load.element is None or load.element.tag in options["ignore"]:
                continue
            if load in tracker_loads(view, message.lists.trackers):
                continue
            reason = _element_reason(view, load, load.element)
            if reason is not None:
                yield _hit(part, view, load, reason)


def _hit(part: Part, view: View, load: Load, reason: str) -> Hit:
    span = load.span if load.span.end > load.span.start else Span(load.span.start, load.span.start + 1)
    return Hit(part, span, {"how": load.how, "url": shown(part, load.span), "reason": reason}, view)


def _identifier(view: View, load: Load) -> ReaderIdentifier | None:
    return reader_identifier(read_address(load.url, view, load.span))


def _has(identifier: ReaderIdentifier) -> str:
    return f"it has {identifier.words}"


# -- styles ---------------------------------------------------------------------------------------------------


def _style_reason(view: View, load: Load) -> str | None:
    """Say why what a style loads shows nothing; None where it may show something."""
    if load.how == "@import":
        return None if _is_own_file(load) else "most clients ignore imported style sheets"
    identifier = _identifier(view, load)
    if load.selector.startswith("@font-face"):
        return _has(identifier) if identifier is not None and identifier.sure and not _is_font(load) else None
    if load.element is not None:
        return _element_style_reason(view, load, load.element, identifier)
    if _ON_DEMAND.search(load.selector) or any(map(_ON_DEMAND.search, load.conditions)):
        return "it reports printing, replying or forwarding" if identifier is not None else None
    return _has(identifier) if identifier is not None and identifier.personal else None


def _element_style_reason(view: View, load: Load, element: Element, identifier: ReaderIdentifier | None) -> str | None:
    visibility = view.content.visibility
    width, height = visibility.size(element)
    hiding = visibility.hidden_by(element)
    if hiding is not None and hiding.words.startswith("text-indent"):
        hiding = None  # it moves the words, so that the background shows in their place
    if hiding is not None and not visibility.shown_elsewhere(hiding, element) and load.how in _BACKGROUNDS:
        return f"the element is hidden by {hiding.words}"
    if width is not None and height is not None and width < TINY and height < TINY:
        return f"the element is {width:g}×{height:g} px"
    if identifier is not None and identifier.personal:
        return _has(identifier)
    if identifier is not None and load.how in _BACKGROUNDS and not _has_room(element) and _is_empty(view, element):
        return f"the element is empty, with {identifier.words}"
    return None


def _is_empty(view: View, element: Element) -> bool:
    start, end = element.span.end, element.content_end
    return end - start < 5000 and _NOTHING.match(view.text, start, end) is not None


def _has_room(element: Element) -> bool:
    """Whether an element has a size of its own, so that a background shows even without content."""
    attrs = element.attrs
    return bool(attrs.get("width") or attrs.get("height") or _ROOM.search(attrs.get("style", "").lower()))


def _is_font(load: Load) -> bool:
    host = _HOST.match(load.url)
    return host is not None and (
        host[1].lower().startswith(("fonts.", "font.")) or host_under(host[1].lower(), signs().font_hosts)
    )


def _is_own_file(load: Load) -> bool:
    """Whether an address is a web font's, or names no host, as that of a file of the sender's own does."""
    return load.url.startswith(PLACEHOLDER_CHAR) or _HOST.match(load.url) is None or _is_font(load)


# -- elements -------------------------------------------------------------------------------------------------


def _element_reason(view: View, load: Load, element: Element) -> str | None:
    """Say why what an element loads shows nothing; None where it may show something."""
    tag = element.tag
    if tag == "link":
        return None if _is_own_file(load) else "readers never see it"
    if tag == "meta":
        return "it takes the reader to another address"
    if tag in _DOCUMENTS:
        return "clients that allow it load it without asking"
    if tag == "audio":
        silent = "controls" not in element.attrs
        return "it has no controls" if silent or "autoplay" in element.attrs else _unseen(view, load, element)
    shape = element.parent if tag.startswith("v:") and element.parent is not None else element
    return _unseen(view, load, shape)


def _unseen(view: View, load: Load, element: Element) -> str | None:
    """Say why an element cannot be seen, or what identifies the reader in what it loads; None for neither."""
    visibility = view.content.visibility
    width, height = visibility.size(element)
    if width is not None and height is not None and width < TINY and height < TINY:
        return f"it is {width:g}×{height:g} px"
    hiding = visibility.hidden_by(element)
    if hiding is not None and not visibility.shown_elsewhere(hiding, element):
        return f"it is hidden by {hiding.words}"
    identifier = _identifier(view, load)
    return _has(identifier) if identifier is not None and identifier.personal else None
