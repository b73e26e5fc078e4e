"""What a view makes a client load besides pictures: by its styles, and by elements that show nothing themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape

from maillint.data.amendments import Amendment
from maillint.message.css.stylesheet import StyleBlock
from maillint.message.html.tree import Element
from maillint.message.memo import remembered
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.spans import Span
from maillint.values import frozen
from maillint.web.trackers import beacon_vendor

_URL = regex(
    r"""url\(\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|&quot;(?P<quot>[^"]*?)&quot;|&\#0?39;(?P<apos>[^"]*?)&\#0?39;"""
    r"""|(?P<bare>[^)"'\s][^)"']*))""",
    re.IGNORECASE,
)
_LONGEST_NAME = 200
_SHEET_LOADS = ("rl(", "RL(", "mport", "MPORT")
_IMPORT = regex(
    r"""@import\s*(?:url\(\s*["']?(?P<url>[^"')]+)|"(?P<double>[^"]+)"|'(?P<single>[^']+)')""", re.IGNORECASE
)
_REFRESH = regex(r"""[\d.\s]*[;,]\s*(?:url\s*=\s*)?["']?(?P<url>[^"']+)""", re.IGNORECASE)
_LINKS = frozenset(
    (
        "stylesheet preload prefetch prerender modulepreload icon apple-touch-icon apple-touch-icon-precomposed"
        " mask-icon dns-prefetch preconnect manifest"
    ).split()
)
_ELEMENTS = {
    "link": ("href",),
    "bgsound": ("src",),
    "audio": ("src",),
    "video": ("poster", "src"),
    "embed": ("src",),
    "object": ("data",),
    "iframe": ("src",),
    "frame": ("src",),
    "image": ("href", "xlink:href"),
    "feimage": ("href", "xlink:href"),
    "v:fill": ("src", "o:href"),
    "v:stroke": ("src",),
    "v:background": ("src",),
    "meta": ("content",),
    "source": ("src",),
}


@frozen
class Load:
    """An address that a client fetches because of a property, an at-rule or an element, which ``how`` names.

    ``span`` is the address's place in the view; ``element`` has the attribute with the address. A style sheet's load
    has no element: ``selector`` and ``conditions`` say where it applies.
    """

    how: str
    url: str
    span: Span
    element: Element | None = None
    selector: str = ""
    conditions: tuple[str, ...] = ()


@remembered
def style_loads(view: View) -> tuple[Load, ...]:
    """What styles make a client load: those of attributes first, then those of style sheets."""
    return tuple(_style_loads(view))


def _style_loads(view: View) -> Iterator[Load]:
    text = view.text
    for element in view.html.elements:
        attrs = element.attrs
        if "background" in attrs:
            url = (element.value("background") or "").strip()
            yield Load("background", url, element.value_span("background"), element)
        style = attrs.get("style")
        if style and ("rl(" in style or "RL(" in style):
            span = element.value_span("style")
            for how, url, place in _urls(text[span.start : span.end], span.start):
                yield Load(how, unescape(url).strip(), place, element)
    for block in view.content.styles:
        if any(piece in block.text for piece in _SHEET_LOADS):
            yield from _sheet_loads(block)


@remembered
def element_loads(view: View) -> tuple[Load, ...]:
    """What elements other than pictures make a client load."""
    return tuple(_element_loads(view))


def _element_loads(view: View) -> Iterator[Load]:
    for element in view.html.elements:
        names = _ELEMENTS.get(element.tag)
        if names is None:
            continue
        how = element.tag
        for name in names:
            if name not in element.attrs:
                continue
            url, span = (element.value(name) or "").strip(), element.value_span(name)
            if how == "link":
                found = _LINKS.intersection((element.attrs.get("rel") or "").lower().split())
                if not found:
                    continue
                yield Load(f"link rel={min(found)}", url, span, element)
            elif how == "meta":
                refresh = element.attrs.get("http-equiv", "").strip().lower() == "refresh"
                match = _REFRESH.match(url) if refresh else None
                if match:
                    yield Load("meta refresh", match["url"].strip(), span, element)
            elif how == "source":
                if element.parent is not None and element.parent.tag in {"audio", "video"}:
                    yield Load(element.parent.tag, url, span, element.parent)
            else:
                yield Load(f"{how} {name}" if how == "video" else how, url, span, element)


@remembered
def tracker_loads(view: View, trackers: Amendment) -> Mapping[Load, str]:
    """The loads of a view by the addresses of known trackers, with their vendors.

    ``trackers`` are the settings' changes to the list of trackers.
    """
    vendors = ((load, beacon_vendor(load.url, trackers)) for load in (*style_loads(view), *element_loads(view)))
    return {load: vendor for load, vendor in vendors if vendor is not None}


def _sheet_loads(block: StyleBlock) -> Iterator[Load]:
    sheet = block.sheet
    for span in sheet.imports:
        match = _IMPORT.match(block.text, span.start, span.end)
        if match is None:
            continue
        name = str(match.lastgroup)
        place = Span(block.start + match.start(name), block.start + match.end(name))
        yield Load("@import", match[name].strip(), place, None, "@import", ())
    for rule in sheet.rules:
        if "rl(" in rule.body or "RL(" in rule.body:
            for how, url, place in _urls(rule.body, block.start + rule.span.start):
                yield Load(how, url.strip(), place, None, rule.selector, rule.conditions)


def _urls(text: str, start: int) -> Iterator[tuple[str, str, Span]]:
    """Every ``url()`` in declarations: its property, its address, and the address's place.

    ``start`` is where the declarations stand in the view.
    """
    declaration = position = 0
    for match in _URL.finditer(text):
        end = text.rfind(";", position, match.start()) + 1
        if end and text.startswith("&quot;", end - 6):  # the semicolon of a character reference
            end = text.rfind(";", position, max(end - 6, position)) + 1
        declaration, position = end or declaration, match.start()
        how = text[declaration : min(match.start(), declaration + _LONGEST_NAME)].partition(":")[0].strip().lower()
        name = str(match.lastgroup)
        yield how, match[name], Span(start + match.start(name), start + match.end(name))
