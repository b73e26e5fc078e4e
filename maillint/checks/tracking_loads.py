"""Checks of what a message loads besides its pictures: fetches hidden in styles, and elements that show nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maillint.analysis.beacons import Marker, host_under, is_remote, marker, read_address, shown, signs
from maillint.analysis.images import looks_of
from maillint.analysis.loads import Load, element_loads, style_loads
from maillint.check import Option, Options, check
from maillint.hits import Hit, NotKnown
from maillint.message.css.visibility import TINY, Looks
from maillint.message.html.tree import Element
from maillint.message.model import Message, Part
from maillint.message.views import View
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.spans import Span
from maillint.web.trackers import beacon_vendor

_NOTHING = re.compile(
    r"(?:\s|&nbsp;|&#(?:160|8203|8204|65279);|&zwnj;|&shy;|\u00a0|\u200b|\u200c|<!--.*?-->|<br\s*/?>)*+\Z", re.DOTALL
)
_ROOM = re.compile(
    r"(?:^|[;\s-])(?:(?:min-)?(?:width|height)|padding(?:-\w+)?|line-height|aspect-ratio)\s*:"
    r"(?!\s*(?:auto|0(?:px)?|[01]px)\s*(?:;|!|$))"
)
"""A size of an element's own."""

_ON_DEMAND = re.compile(
    r"@media[^{]*\bprint\b|outlookmessageheader|moz-email-headers|gmail_quote|blockquote|yahoo_quoted|#_t\b|_two50",
    re.IGNORECASE,
)
"""Rules that only printing, answering or forwarding brings to life: they report that, and load nothing else."""

_HOST = re.compile(r"\s*(?:https?:)?//([^/?#:\s]+)", re.IGNORECASE)
_BACKGROUNDS = frozenset({"background", "background-image"})
_DOCUMENTS = frozenset({"object", "embed", "iframe", "frame", "bgsound"})


@check("css-beacon", fields=("how", "url", "reason"))
def css_beacon(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Remote addresses in styles that show nothing: on empty or hidden elements, in imports, in fonts with a token.

    Backgrounds that can be seen are pictures, and web fonts are fonts: neither counts. The addresses of known
    trackers are the business of ``pixel``.
    """
    trackers = message.lists.trackers
    for part, view in message.views(("html",)):
        loads = [load for load in style_loads(view) if is_remote(load.url)]
        if not loads:
            continue
        for load in loads:
            if beacon_vendor(load.url, trackers) is None and (reason := _style_reason(view, load, looks_of(view))):
                yield _hit(part, view, load, reason)


@check(
    "remote-beacon",
    fields=("how", "url", "reason"),
    options={"ignore": Option("texts", [], "elements, such as `link` or `iframe`, that are never reported")},
)
def remote_beacon(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Elements that load something remote by themselves and show no picture for it.

    Web fonts, and sound, video and graphics that a reader can see, do not count. The addresses of known
    trackers are the business of ``pixel``, and image buttons are pictures.
    """
    for part, view in message.views(("html",)):
        for load in element_loads(view.html):
            if not is_remote(load.url) or load.element is None or load.element.tag in options["ignore"]:
                continue
            if beacon_vendor(load.url, message.lists.trackers) is not None:
                continue
            reason = _element_reason(view, load, load.element, looks_of(view))
            if reason is not None:
                yield _hit(part, view, load, reason)


def _hit(part: Part, view: View, load: Load, reason: str) -> Hit:
    span = load.span if load.span.end > load.span.start else Span(load.span.start, load.span.start + 1)
    return Hit(part, span, {"how": load.how, "url": shown(part, load.span), "reason": reason}, view)


def _mark(view: View, load: Load) -> Marker | None:
    return marker(read_address(load.url, view, load.span))


# -- styles ---------------------------------------------------------------------------------------------------


def _style_reason(view: View, load: Load, looks: Looks) -> str | None:
    """Say why what a style loads shows nothing; None where it may show something."""
    if load.how == "@import":
        return None if _is_own_file(load) else "most clients ignore imported sheets"
    mark = _mark(view, load)
    if load.selector.startswith("@font-face"):
        return mark.words if mark is not None and mark.sure and not _is_font(load) else None
    if load.element is not None:
        return _element_style_reason(view, load, load.element, looks, mark)
    if _ON_DEMAND.search(load.selector) or any(map(_ON_DEMAND.search, load.conditions)):
        return "it tells of printing, answering or forwarding" if mark is not None else None
    return mark.words if mark is not None and mark.personal else None


def _element_style_reason(view: View, load: Load, element: Element, looks: Looks, mark: Marker | None) -> str | None:
    width, height = looks.size(element)
    hiding = looks.hiding(element)
    if hiding is not None and hiding.words.startswith("text-indent"):
        hiding = None  # it moves the words, so that the background shows in their place
    if hiding is not None and not looks.switched(hiding, element) and load.how in _BACKGROUNDS:
        return f"the element is hidden by {hiding.words}"
    if width is not None and height is not None and width < TINY and height < TINY:
        return f"the element is {width:g}×{height:g} px"
    if mark is not None and mark.personal:
        return mark.words
    if mark is not None and load.how in _BACKGROUNDS and not _has_room(element) and _is_empty(view, element):
        return f"the element is empty, with {mark.words}"
    return None


def _is_empty(view: View, element: Element) -> bool:
    start, end = element.span.end, element.content_end
    return end - start < 5000 and _NOTHING.match(view.text, start, end) is not None


def _has_room(element: Element) -> bool:
    """Whether an element has a size of its own, in which a background shows."""
    attrs = element.attrs
    return bool(attrs.get("width") or attrs.get("height") or _ROOM.search(attrs.get("style", "").lower()))


def _is_font(load: Load) -> bool:
    host = _HOST.match(load.url)
    return host is not None and (
        host[1].lower().startswith(("fonts.", "font.")) or host_under(host[1].lower(), signs().font_hosts)
    )


def _is_own_file(load: Load) -> bool:
    """Whether an address is a web font's, or begins with a template tag: a file that is put into the message."""
    return load.url.startswith(PLACEHOLDER_CHAR) or _HOST.match(load.url) is None or _is_font(load)


# -- elements -------------------------------------------------------------------------------------------------


def _element_reason(view: View, load: Load, element: Element, looks: Looks) -> str | None:
    """Say why what an element loads shows nothing; None where it may show something."""
    tag = element.tag
    if tag == "link":
        return None if _is_own_file(load) else "readers never see it"
    if tag == "meta":
        return "it leaves the message for another address"
    if tag in _DOCUMENTS:
        return "clients that allow it load it unasked"
    if tag == "audio":
        silent = "controls" not in element.attrs
        return "it has no controls" if silent or "autoplay" in element.attrs else _unseen(view, load, element, looks)
    shape = element.parent if tag.startswith("v:") and element.parent is not None else element
    return _unseen(view, load, shape, looks)


def _unseen(view: View, load: Load, element: Element, looks: Looks) -> str | None:
    width, height = looks.size(element)
    if width is not None and height is not None and width < TINY and height < TINY:
        return f"it is {width:g}×{height:g} px"
    hiding = looks.hiding(element)
    if hiding is not None and not looks.switched(hiding, element):
        return f"it is hidden by {hiding.words}"
    mark = _mark(view, load)
    return mark.words if mark is not None and mark.personal else None
