"""What a view makes a client load besides its pictures: by its styles, and by elements that show nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from maillint.message.css.stylesheet import StyleBlock, style_blocks
from maillint.message.html.tree import Element, Html
from maillint.message.memo import remembered
from maillint.message.views import View
from maillint.text.spans import Span

_URL = re.compile(
    r"""url\(\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|&quot;(?P<quot>[^"]*?)&quot;|&\#0?39;(?P<apos>[^"]*?)&\#0?39;"""
    r"""|(?P<bare>[^)"'\s][^)"']*))""",
    re.IGNORECASE,
)
_SHEET_LOADS = ("rl(", "RL(", "mport", "MPORT")
_IMPORT = re.compile(
    r"""@import\s*(?:url\(\s*["']?(?P<url>[^"')]+)|"(?P<double>[^"]+)"|'(?P<single>[^']+)')""", re.IGNORECASE
)
_REFRESH = re.compile(r"""[\d.\s]*[;,]\s*(?:url\s*=\s*)?["']?(?P<url>[^"']+)""", re.IGNORECASE)
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


@dataclass(frozen=True, slots=True)
class Load:
    """An address that a client fetches. ``how`` names the property, the at-rule or the element that makes it.

    ``span`` is the address's place in the view. ``element`` has the attribute; a style sheet's load has None,
    and ``selector`` with ``conditions`` say what it is for.
    """

    how: str
    url: str
    span: Span
    element: Element | None = None
    selector: str = ""
    conditions: tuple[str, ...] = ()


@remembered
def style_loads(view: View) -> tuple[Load, ...]:
    """What styles make a client load: attributes first, then sheets."""
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
    for block in style_blocks(view.html):
        if any(piece in block.text for piece in _SHEET_LOADS):
            yield from _sheet_loads(block)


def element_loads(html: Html) -> Iterator[Load]:
    """What elements that are no pictures make a client load."""
    for element in html.elements:
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
    """Every ``url()`` in declarations, with its property; ``start`` is where they stand in the view."""
    for match in _URL.finditer(text):
        declaration = text.rfind(";", 0, match.start()) + 1
        if text.startswith("&quot;", declaration - 6):  # the semicolon of a character reference
            declaration = text.rfind(";", 0, max(declaration - 6, 0)) + 1
        how = text[declaration : match.start()].partition(":")[0].strip().lower()
        name = str(match.lastgroup)
        yield how, match[name], Span(start + match.start(name), start + match.end(name))
