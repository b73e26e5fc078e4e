"""Check of what the two parts of a message link to."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property

from maillint.analysis.destinations import destination, has_role
from maillint.analysis.links import LinkInView, links_in, tag_name
from maillint.check import Needs, Option, Options, check
from maillint.hits import Hit, NotKnown
from maillint.message.model import Message, Part
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.shorten import shorten
from maillint.text.source import lowered
from maillint.web.urls import normalise_for_counting

_MOST_RELATED = 50
_CUT_OFF = 24  # characters that identify an address of which a hard line break has cut off the rest
_TOKEN = regex(r"\d{3}|\d[^\d]+\d|.{16}")
_ADDRESS_TAG = regex(r"url|link|href|uri", re.IGNORECASE)
_PIECE = regex(r"[A-Za-z0-9_~%+]{10,}")
_MIXED = regex(r"(?=[^\d]*\d)(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])|(?=(?:[^\d]*\d){3})(?=(?:[^A-Za-z]*[A-Za-z]){3})")
_HEX = regex(r"[0-9a-fA-F]{16}")
_TOKEN_HOST = regex(r"(?=[a-z-]*\d)[a-z0-9-]{8,}\.")
_LONGEST_SEARCHED = 2_000
_MOST_SEARCHED = 500_000_000  # characters: with more, an address counts as named
_LINE_GOES_ON = regex(r"=?\r?\n[^\s>]")


@check(
    "link-text-part-parity",
    fields=("lacking", "having", "count", "urls"),
    options={
        "ignore": Option(
            "texts", ["browser-view"], "links that need not be in both parts", choices=("browser-view", "legal")
        ),
        "pictures": Option("flag", False, "whether links that are only a picture must be in the text part"),
    },
    needs=Needs(parts=("both",)),
)
def link_text_part_parity(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links in the HTML part that the text part lacks, and the reverse; one finding for each part.

    A link that is only a picture (a logo, an icon) need not be in the text part, and mail addresses and numbers
    stand there as text. Links of which only a click tracker knows the target cannot be compared, and neither can those
    of a part that all go to tokens on one host, while the other part has none to it.
    """
    if message.html is None or message.text is None:
        return
    html, text = _Pages(message, message.html, options), _Pages(message, message.text, options)
    if html.part.template.has_inserts or text.part.template.has_inserts:
        yield NotKnown("a part inserts another template")
        return
    if html.hidden - text.hidden or text.hidden - html.hidden:
        yield NotKnown("only a click tracker knows where a link leads")
        return
    if host := html.gateway_unlike(text) or text.gateway_unlike(html):
        yield NotKnown(f"all links of a part go through {host}, which alone knows where they lead")
        return
    missing_text, missing_html = text.lacking(html), html.lacking(text)
    alike = {_shape(key) for key in missing_text} & {_shape(key) for key in missing_html}
    for here, missing, having, lacking in ((html, missing_text, "HTML", "text"), (text, missing_html, "text", "HTML")):
        links = [link for key, link in missing.items() if _shape(key) not in alike]
        if links:
            evidence = {
                "having": having,
                "lacking": lacking,
                "count": len(links),
                "urls": [shorten(link.text) for link in links[:3]],
            }
            related = tuple((link.span, shorten(link.text)) for link in links[1:_MOST_RELATED])
            yield Hit(here.part, links[0].link.span, evidence, links[0].views, related=related)


def _shape(key: str) -> str:
    """An address without what a tracker may choose anew for each part: the query, and segments of numbers or tokens."""
    start, slashes, path = key.partition("?")[0].partition("//")
    host, *segments = path.split("/", 20)
    return f"{start}{slashes}{host}/" + "/".join("*" if _TOKEN.search(segment) else segment for segment in segments)


def _same_host(key: str) -> str:
    """An address without ``www.``: with it and without it, it is one site."""
    return key.replace("://www.", "://", 1)


def _has_token(url: str) -> bool:
    """Whether a path or query has something in it that nobody has written: a long mix of letters and digits."""
    path = url.partition("//")[2].partition("/")[2]
    return any(_MIXED.match(piece) or _HEX.match(piece) for piece in _PIECE.findall(path[:_LONGEST_SEARCHED]))


class _Pages:
    """The web pages that a part links to in any of its views; ``wanted`` are those that the other must have too."""

    def __init__(self, message: Message, part: Part, options: Options) -> None:
        self.part = part
        self.wanted: dict[str, LinkInView] = {}
        self.hidden: set[str] = set()
        self._every: set[str] = set()
        self._cut_off: set[str] = set()
        self._searched = 0
        self._prints = any(view.holes for view in part.views)
        for view in part.views:
            for link in links_in(message, part, view):
                self._add(link, options)
            self._every.update(_same_host(normalise_for_counting(image.url)) for image in view.content.images)

    def _add(self, link: LinkInView, options: Options) -> None:
        key = _same_host(destination(link) or "")
        if not key or not (link.address.web or link.address.url.startswith(PLACEHOLDER_CHAR)) or link.kind == "form":
            return
        wraps = link.wrapping
        if wraps is not None and wraps.kind == "click-tracker" and wraps.target is None:
            self.hidden.add(key)
        self._every.add(key)
        if not self.part.markup and len(key) >= _CUT_OFF and _LINE_GOES_ON.match(link.view.text, link.span.end):
            self._cut_off.add(key)
        if link.link.images and not link.shown and not options["pictures"]:
            return
        if not any(has_role(role, link) for role in options["ignore"]):
            self.wanted.setdefault(key, link)

    def gateway_unlike(self, other: _Pages) -> str:
        """The one host that all links go to, each with a token, while the other part has none to it; empty if not so.

        Whatever counts clicks there under a name of its own is no wrapper that anybody knows, but wraps all the same.
        """
        links = [link for link in self.wanted.values() if link.address.host]
        hosts = {link.address.host for link in links}
        if len(hosts) != 1 or len(links) != len(self.wanted) or not other.wanted:
            return ""
        others = {link.address.host for link in other.wanted.values()}
        named = _TOKEN_HOST.match(links[0].address.host) is not None
        tokens = all(named or _has_token(link.address.url) for link in links)
        return shorten(next(iter(hosts)), 60) if tokens and hosts.isdisjoint(others) else ""

    def lacking(self, other: _Pages) -> dict[str, LinkInView]:
        """The links of the other part to destinations that no link of this part has."""
        return {key: link for key, link in other.wanted.items() if not self._has(key, link, other)}

    def _has(self, key: str, link: LinkInView, other: _Pages) -> bool:
        """Whether this part links to a destination, or names it: cut off by a line break, or as words without a link.

        Where an address is printed by a template tag, any tag of this part may print the same address.
        """
        if key in self._every or (link.address.url[0] == PLACEHOLDER_CHAR and self._prints):
            return True
        if not self._unknown <= other._every:
            return True
        if key in other._cut_off and self._begins_another(key):
            return True
        if any(key[:length] in self._cut_off for length in self._lengths):
            return True
        name = key.partition("//")[2].removeprefix("www.")
        self._searched += len(self._text)
        return self._searched > _MOST_SEARCHED or (bool(name) and name in self._text)

    def _begins_another(self, key: str) -> bool:
        """Whether a destination of this part begins with an address."""
        index = bisect_left(self._in_order, key)
        return index < len(self._in_order) and self._in_order[index].startswith(key)

    @cached_property
    def _in_order(self) -> list[str]:
        return sorted(self._every)

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted({len(beginning) for beginning in self._cut_off})

    @cached_property
    def _unknown(self) -> set[str]:
        """Addresses that consist of template tags only: they may be any link of the other part."""
        found = {
            key
            for key, link in self.wanted.items()
            if link.address.url.count(PLACEHOLDER_CHAR) == len(link.address.url)
        }
        if not self.part.markup:
            tags = (tag for view in self.part.views for tag in view.holes if _ADDRESS_TAG.search(tag.argument))
            found.update(f"{PLACEHOLDER_CHAR}{tag_name(tag)}{PLACEHOLDER_CHAR}" for tag in tags)
        return found

    @cached_property
    def _text(self) -> str:
        return lowered(self.part.text)
