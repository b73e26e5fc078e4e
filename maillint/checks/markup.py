"""Checks of markup: elements without an end tag, end tags without an element or out of order, tokenizer errors."""

from __future__ import annotations

from collections.abc import Iterator

from maillint.check import Needs, Option, Options, check
from maillint.hits import Change, Hit, NotKnown
from maillint.message.html.tree import MAX_FAULTS
from maillint.message.html.vocabulary import VOID
from maillint.message.model import Message
from maillint.text.shorten import shorten
from maillint.text.spans import Span, character_at


@check(
    "unclosed-tag",
    fields=("tag", "closer"),
    options={"ignore": Option("texts", [], "elements never reported")},
    needs=Needs(faults=("unclosed", "truncated")),
)
def unclosed_tag(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Elements whose end tag is missing and may not be left out.

    The HTML standard lets cells and rows do without; they are reported in documents that end other ones, where a
    missing end tag is a slip.
    """
    for part, view in message.views(("html",)):
        for unclosed in view.html.unclosed:
            tag = unclosed.element.tag
            if tag in options["ignore"]:
                continue
            closer = "the end" if unclosed.at is None else _source(part.text, unclosed.at)
            yield Hit(part, unclosed.element.span, {"tag": tag, "closer": closer}, view)
    if message.branches_without_view:
        yield NotKnown(message.branches_without_view)


@check("stray-end-tag", fields=("tag", "reason"), needs=Needs(faults=("stray",)))
def stray_end_tag(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """End tags without an open element to end."""
    for part, view in message.views(("html",)):
        for stray in view.html.stray:
            reason = "no such element is open here"
            if stray.closer is not None:
                line = part.source.position(part.map.start(stray.closer.span.start))[0]
                reason = f"the <{stray.closer.tag}> on line {line} has ended it already"
            elif stray.tag == "br":
                reason = "clients read it as <br>"
            elif stray.tag in VOID:
                reason = f"<{stray.tag}> has no end tag"
            harmless = stray.tag in VOID
            changes = (Change(stray.span, "<br>" if stray.tag == "br" else ""),)
            yield Hit(part, stray.span, {"tag": stray.tag, "reason": reason}, view, changes, safe=harmless)


@check("misnested-tag", fields=("tag", "inner"), needs=Needs(faults=("misnested",)))
def misnested_tag(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """End tags that come before the end tag of an element inside theirs."""
    for part, view in message.views(("html",)):
        for crossed in view.html.misnested:
            related = ((crossed.inner.span, f"<{crossed.inner.tag}> is still open"),)
            yield Hit(part, crossed.span, {"tag": crossed.tag, "inner": crossed.inner.tag}, view, related=related)


@check(
    "parse-error",
    fields=("code", "text"),
    options={
        "ignore": Option("texts", [], "error codes of the HTML standard that are not reported"),
        "only": Option("texts", [], "error codes that alone are reported; empty: all"),
    },
    needs=Needs(faults=("error",)),
)
def parse_error(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Tokenizer errors, by their code in the HTML standard (section 13.2.2)."""
    for part, view in message.views(("html",)):
        for fault in view.html.faults:
            if fault.code in options["ignore"] or (options["only"] and fault.code not in options["only"]):
                continue
            span = character_at(part.text, fault.offset)
            yield Hit(part, span, {"code": fault.code, "text": _around(part.text, fault.offset)}, view)
        if len(view.html.faults) == MAX_FAULTS:
            yield NotKnown(f"a text has more than {MAX_FAULTS:,} parse errors; the rest of it is not looked at")


@check("duplicate-attribute", fields=("name", "tag"), needs=Needs(faults=("duplicate-attribute",)))
def duplicate_attribute(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Attributes that stand twice on one tag: only the first counts (HTML standard, section 13.2.5.33)."""
    for part, view in message.views(("html",)):
        for element in view.html.elements:
            if not element.start_tag.repeats:
                continue
            seen: set[str] = set()
            for attribute in element.attributes:
                if attribute.name in seen and not view.hole_at(attribute.span.start):
                    start = attribute.span.start
                    while part.text[start - 1].isspace():
                        start -= 1
                    changes = (Change(Span(start, attribute.span.end), ""),)
                    evidence = {"name": attribute.name, "tag": element.tag}
                    yield Hit(part, attribute.span, evidence, view, changes, safe=True)
                seen.add(attribute.name)


def _source(text: str, span: Span) -> str:
    return shorten(text[span.start : span.end], 40)


def _around(text: str, offset: int) -> str:
    return " ".join(text[max(offset - 10, 0) : offset + 10].split())
