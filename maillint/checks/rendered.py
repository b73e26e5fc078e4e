"""Checks of what only a rendered message shows: a template with its sample data, MJML as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from maillint.check import Needs, Option, Options, check
from maillint.data.lists import load_list
from maillint.hits import Hit, NotKnown
from maillint.message.model import Message, Part
from maillint.message.rendering.model import Printed, Rendering
from maillint.message.rendering.render import render
from maillint.patterns import regex
from maillint.text.spans import Span

_RENDERED = Needs(rendered=("yes",))

_PUNCTUATION = ",.!?;:"
_WORDS_AROUND = 24
_MOST_WORDS = 3


@check("rendered-failed", fields=("reason", "data"), needs=_RENDERED)
def failed(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Templates that cannot be rendered with their sample data; *unknown* where it is no fault of theirs."""
    for fault in render(message).failed:
        yield Hit(fault.place, fault.span, {"reason": fault.reason, "data": _with_data(fault.label)})
    yield from render(message).unknown


@check(
    "rendered-empty-value",
    fields=("shown", "data"),
    options={"before": Option("text", "punctuation", "what follows the gap", ("punctuation", "word"))},
    needs=_RENDERED,
)
def empty_value(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Output tags that print nothing in the middle of a sentence."""
    for rendering, printed in _printed(message):
        if printed.text.strip() or not _is_gap(printed, options["before"]):
            continue
        if isinstance(printed.place, Part) and printed.place.markup and not _is_text(printed.page, printed.at):
            continue
        evidence = {"shown": _around(printed), "data": _with_data(rendering.label)}
        yield Hit(printed.place, printed.tag, evidence)


def _is_gap(printed: Printed, before: str) -> bool:
    """Whether a gap follows a word and a space, and stands before a ``word`` or ``punctuation``, as ``before`` says."""
    page, at = printed.page, printed.at
    start = at.start
    while start > 0 and page[start - 1] in " \t":
        start -= 1
    if start in (at.start, 0) or not (page[start - 1].isalnum() or page[start - 1] in ",'’"):
        return False
    end = at.end
    while end < len(page) and page[end] in " \t":
        end += 1
    following = page[end : end + 1]
    if before == "punctuation":
        return following != "" and following in _PUNCTUATION
    return end > at.end and following.isalnum()


_LONGEST_STYLE = 50_000


def _is_text(page: str, at: Span) -> bool:
    """Whether a place in HTML is in text rather than in a tag, a style or a script."""
    far = max(at.start - _LONGEST_STYLE, 0)
    opened = page.rfind("<", far, at.start)
    if opened > page.rfind(">", far, at.start):
        return False
    name = re.match(r"<(style|script|title)\b", page[opened : opened + 8], re.IGNORECASE) if opened >= 0 else None
    return name is None or name[1].lower() == "title"


def _around(printed: Printed) -> str:
    """The words around a gap, as readers get them."""
    page, at = printed.page, printed.at
    first, last = max(at.start - _WORDS_AROUND, 0), min(at.end + _WORDS_AROUND, len(page))
    start = max(first, page.rfind("\n", first, at.start) + 1, page.rfind(">", first, at.start) + 1)
    ends = [end for end in (page.find("\n", at.end, last), page.find("<", at.end, last)) if end >= 0]
    end = min([last, *ends])
    left = "…" if start and page[start - 1].isalnum() else ""
    right = "…" if end < len(page) and page[end].isalnum() else ""
    return f"{left}{page[start:end].strip()}{right}"


@check("rendered-leftover", fields=("text", "data"), needs=_RENDERED)
def leftover(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Output tags that print a programming language's word for a missing value, such as ``None``."""
    for rendering, printed in _printed(message):
        if len(printed.text) > 200:
            continue
        words = printed.text.split()
        found = printed.text.strip() if printed.text.strip() in _leftovers() else None
        if found is None and len(words) <= _MOST_WORDS:
            found = next((word for word in words if word in _leftovers() and word.lower() != word), None)
        if found is not None:
            yield Hit(printed.place, printed.tag, {"text": found, "data": _with_data(rendering.label)})


@cache
def _leftovers() -> frozenset[str]:
    return frozenset(load_list("rendered")["leftovers"])


_HOLLOW = regex(r"[?#]*|[a-z][a-z0-9+.-]*:(?://)?[/?#]*|https?:(?:///++.*+|//[/?#:@].*)", re.IGNORECASE)


@check("rendered-empty-link", fields=("url", "data"), needs=_RENDERED)
def empty_link(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Links whose address is empty or leads nowhere once they are rendered."""
    for rendering in render(message).made:
        by_page: dict[str, list[Printed]] = {}
        for printed in rendering.printed:
            if not printed.text.strip():
                by_page.setdefault(printed.page, []).append(printed)
        for part, view in rendering.message.views(("html",)):
            empties = by_page.get(part.text, [])
            for link in view.content.links if empties else ():
                if link.element is None or not _HOLLOW.fullmatch(link.url):
                    continue
                tag = link.element.span
                attribute = link.element.attribute(_address_attribute(link.kind))
                place = attribute.span if attribute is not None else tag
                for printed in empties:
                    if place.start <= printed.at.start <= place.end:
                        evidence = {"url": link.url, "data": _with_data(rendering.label)}
                        yield Hit(printed.place, printed.tag, evidence)


def _address_attribute(kind: str) -> str:
    return "action" if kind == "form" else "href"


def _printed(message: Message) -> Iterator[tuple[Rendering, Printed]]:
    for rendering in render(message).made:
        for printed in rendering.printed:
            yield rendering, printed


def _with_data(label: str) -> str:
    return f" {label}" if label else ""


@check(
    "rendered-gmail-clipping",
    fields=("size", "limit", "data"),
    options={
        "limit": Option("whole number", 102_400, "bytes of HTML from which it is too much"),
        "below": Option("whole number", 0, "bytes from which another rule reports it; 0: no limit"),
    },
    needs=_RENDERED,
)
def gmail_clipping(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """HTML that is too large once it is rendered, counted in UTF-8; the largest of several renderings."""
    largest: tuple[int, Part, Rendering] | None = None
    for rendering in render(message).made:
        part = rendering.message.html
        if part is not None and not part.mjml:
            length = len(part.text.encode("utf-8", "replace"))
            if largest is None or length > largest[0]:
                largest = length, part, rendering
    if largest is None:
        return
    length, part, rendering = largest
    if options["limit"] <= length < (options["below"] or length + 1):
        words = _with_data(rendering.label) if rendering.by == "jinja" else ""
        evidence = {"size": round(length / 1024), "limit": round(options["limit"] / 1024), "data": words}
        yield Hit(part, Span(0, 0), evidence)
