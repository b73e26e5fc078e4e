"""Checks of markup: elements without an end tag, end tags without an element or out of order, tokenizer errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from maillint.check import ALONE, Needs, Option, Options, check
from maillint.finding import Severity
from maillint.hits import Change, Hit, NotKnown
from maillint.message.html.mso_comments import BrokenConditional, broken_conditionals
from maillint.message.html.tree import MAX_FAULTS, Element, Unclosed
from maillint.message.html.vocabulary import CELLS, RAW_TEXT, VOID, is_office
from maillint.message.model import Message, Part
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.shorten import shorten
from maillint.text.spans import Span, character_at

_TAG_NAME = regex(r"</?[\w:.-]+")


@check(
    "unclosed-tag",
    fields=("tag", "closer", "effect"),
    cause=ALONE,
    options={"ignore": Option("texts", [], "elements never reported")},
    needs=Needs(faults=("unclosed", "truncated")),
)
def unclosed_tag(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Elements whose end tag is missing and may not be left out.

    The HTML standard lets cells and rows do without; they are reported in documents that end other ones, where a
    missing end tag is a slip. Those of VML and Office count in Outlook's views, where they are read; of several in one
    another, the outermost does.
    """
    for part, view in message.views(("html",)):
        office: set[int] = set()
        for unclosed in view.html.unclosed:
            tag = unclosed.element.tag
            if tag in options["ignore"]:
                continue
            if is_office(tag):
                if view.outlook is None or any(around.index in office for around in unclosed.element.ancestors):
                    continue
                office.add(unclosed.element.index)
            closer = "the end" if unclosed.at is None else _source(part.text, unclosed.at)
            harmless, effect = _effect(part, unclosed, closer)
            evidence = {"tag": tag, "closer": closer, "effect": effect}
            yield Hit(part, unclosed.element.span, evidence, view, at_most=Severity.INFO if harmless else None)
    if message.branches_without_view:
        yield NotKnown(message.branches_without_view)


def _effect(part: Part, unclosed: Unclosed, closer: str) -> tuple[bool, str]:
    """Whether no client notices that an element is not closed, and what comes of it, in words."""
    element = unclosed.element
    if element.tag in RAW_TEXT:
        if unclosed.at is None:
            return False, "it swallows the rest of the text"
        line = part.source.position(part.map.start(unclosed.at.start))[0]
        return False, f"it swallows everything up to the {closer} on line {line}"
    if element.self_closing:
        empty = not part.text[element.span.end : max(element.content_end, element.span.end)].strip()
        return empty and element.tag in CELLS, f'the "/" does not close it, {closer} does'
    if unclosed.at is None:
        return False, "it lasts to the end"
    ender = _TAG_NAME.match(part.text, unclosed.at.start)
    name = f"{ender[0]}>" if ender else closer  # without the attributes, which make no other cause of it
    return False, f"{name} ends it" if name.startswith("</") else f"the next {name} ends it"


@check("misplaced-element", fields=("tag", "parent", "effect"), needs=Needs(faults=("misplaced",)), cause=ALONE)
def misplaced_element(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Elements that stand in a table but in no cell (HTML standard, sections 13.2.6.4.9 and 13.2.6.1).

    A table ends the one around it; anything else is moved in front of it. The first in each table or row is reported.
    Outlook for Windows does not read as the standard says, so what it alone gets is left out.
    """
    for part, view in message.views(("html",)):
        if view.outlook is not None:
            continue
        for misplaced in view.html.misplaced:
            tag, parent = misplaced.element.tag, misplaced.parent
            effect = "closes the table around it" if tag == "table" else "moves in front of the table"
            related = ((parent.span, f"this <{parent.tag}>"),)
            evidence = {"tag": tag, "parent": parent.tag, "effect": effect}
            at_most = Severity.INFO if _is_dot(misplaced.element) else None  # nobody sees where it is moved
            yield Hit(part, misplaced.element.span, evidence, view, related=related, at_most=at_most)


def _is_dot(element: Element) -> bool:
    """Whether an element is a picture of a pixel, or of none."""
    return element.tag == "img" and all(
        element.attrs.get(name, "").strip().removesuffix("px") in {"0", "1"} for name in ("width", "height")
    )


@check("unterminated-comment", needs=Needs(faults=("eof-in-comment",)))
def unterminated_comment(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Comments that never end, and hide the rest of the text."""
    for part, view in message.views(("html",)):
        comment = view.html.open_comment  # of template tags, too, whose end may stand in another branch
        if comment is None or all(fault.code != "eof-in-comment" for fault in view.html.faults):
            continue
        if not any(broken.span.start == comment.start for broken in _broken_conditionals(part, view)):
            yield Hit(part, Span(comment.start, min(comment.start + 4, comment.end)), {}, view)


@check("unterminated-conditional", fields=("marker", "reason"), needs=Needs(texts=("[if", "[IF", "[If")))
def unterminated_conditional(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """MSO conditionals that never end, or are no conditional for the way they are written."""
    for part, view in message.views(("html",)):
        for broken in _broken_conditionals(part, view):
            yield Hit(part, broken.span, {"marker": _source(part.text, broken.span), "reason": broken.reason}, view)


def _broken_conditionals(part: Part, view: View) -> Sequence[BrokenConditional]:
    """What is wrong with the conditionals that a view still has; none in a file that another one may go on with."""
    found = broken_conditionals(view.text)
    if view.partial and not view.html.is_document:
        return [broken for broken in found if broken.is_malformed]
    return found


@check("stray-end-tag", fields=("tag", "reason"), needs=Needs(faults=("stray",)), cause=ALONE)
def stray_end_tag(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """End tags without an open element to end."""
    for part, view in message.views(("html",)):
        for stray in view.html.stray:
            reason = f"no <{stray.tag}> is open here"
            if stray.closer is not None:
                line = part.source.position(part.map.start(stray.closer.span.start))[0]
                reason = f"the <{stray.closer.tag}> on line {line} has already ended it"
            elif stray.tag == "br":
                reason = "clients read it as <br>"
            elif stray.tag in VOID:
                reason = f"<{stray.tag}> has no end tag"
            harmless = stray.tag in VOID
            changes = (Change(stray.span, "<br>" if stray.tag == "br" else ""),)
            yield Hit(part, stray.span, {"tag": stray.tag, "reason": reason}, view, changes, safe=harmless)


@check("misnested-tag", fields=("tag", "inner"), needs=Needs(faults=("misnested",)), cause=ALONE)
def misnested_tag(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """End tags that come before the end tag of an element inside theirs."""
    for part, view in message.views(("html",)):
        for crossed in view.html.misnested:
            related = ((crossed.inner.span, f"<{crossed.inner.tag}> is still open"),)
            yield Hit(part, crossed.span, {"tag": crossed.tag, "inner": crossed.inner.tag}, view, related=related)


_PROBLEMS = {
    "absence-of-digits-in-numeric-character-reference": "character reference without digits",
    "abrupt-closing-of-empty-comment": "comment is closed too early",
    "abrupt-doctype-public-identifier": "public identifier of the doctype is cut off",
    "abrupt-doctype-system-identifier": "system identifier of the doctype is cut off",
    "cdata-in-html-content": "CDATA section, which HTML reads as a comment",
    "character-reference-outside-unicode-range": "character reference beyond Unicode",
    "control-character-in-input-stream": "control character in the text",
    "disallowed-processing-instruction-target": "<?xml …?> declaration, which HTML does not have",
    "end-tag-with-attributes": "end tag has attributes",
    "end-tag-with-trailing-solidus": 'end tag ends with "/>"',
    "eof-before-tag-name": 'the text ends after "<"',
    "eof-in-cdata": "CDATA section is never closed",
    "eof-in-doctype": "doctype is never closed",
    "eof-in-script-html-comment-like-text": "comment in a script is never closed",
    "eof-in-tag": "the text ends inside a tag",
    "incorrectly-closed-comment": 'comment ends with "--!>"',
    "incorrectly-opened-comment": '"<!" begins neither a comment nor a doctype',
    "invalid-character-sequence-after-doctype-name": "doctype goes on after its name",
    "invalid-first-character-of-tag-name": '"<" begins no tag; write &lt;',
    "missing-attribute-value": 'no value after "="',
    "missing-end-tag-name": '"</>" names no element',
    "missing-whitespace-between-attributes": "no space between attributes",
    "nested-comment": "comment begins inside a comment",
    "noncharacter-in-input-stream": "noncharacter in the text",
    "null-character-reference": "reference to the NUL character",
    "surrogate-character-reference": "reference to a surrogate",
    "unexpected-character-in-attribute-name": 'quotation mark or "<" in an attribute\'s name',
    "unexpected-character-in-unquoted-attribute-value": 'quotation mark, "<" or "=" in a value without quotes',
    "unexpected-equals-sign-before-attribute-name": '"=" without an attribute name before it',
    "unexpected-null-character": "NUL character in the text",
    "unexpected-question-mark-instead-of-tag-name": '"<?" begins no tag',
    "unexpected-solidus-in-tag": '"/" inside a tag',
    "unknown-named-character-reference": "unknown character reference",
}
"""Words for codes of tokenizer errors; the others are words themselves."""


@check(
    "parse-error",
    fields=("code", "problem", "text"),
    options={
        "ignore": Option("texts", [], "error codes of the HTML standard that are not reported"),
        "only": Option("texts", [], "the only error codes to report; empty: all"),
        "harmless": Option("texts", [], "error codes that no client shows: only info, whatever the severity"),
    },
    needs=Needs(faults=("error",)),
    cause=("code",),
)
def parse_error(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Tokenizer errors, by their code in the HTML standard (section 13.2.2)."""
    for part, view in message.views(("html",)):
        for fault in view.html.faults:
            if fault.code in options["ignore"] or (options["only"] and fault.code not in options["only"]):
                continue
            span = character_at(part.text, fault.offset)
            problem = _PROBLEMS.get(fault.code) or fault.code.replace("-", " ")
            evidence = {"code": fault.code, "problem": problem, "text": _around(part.text, fault.offset)}
            # an equals sign in href=/?a=b is what it was to be; a quote or < there is not
            plain = fault.code == "unexpected-character-in-unquoted-attribute-value" and part.text[slice(*span)] == "="
            harmless = plain or fault.code in options["harmless"]
            yield Hit(part, span, evidence, view, at_most=Severity.INFO if harmless else None)
        if len(view.html.faults) == MAX_FAULTS:
            yield NotKnown(f"a text has more than {MAX_FAULTS:,} parse errors; the rest are not reported")


@check("duplicate-attribute", fields=("name", "tag", "effect"), needs=Needs(faults=("duplicate-attribute",)))
def duplicate_attribute(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Attributes that stand twice on one tag: only the first counts (HTML standard, section 13.2.5.33)."""
    for part, view in message.views(("html",)):
        for element in view.html.elements:
            if not element.start_tag.repeats:
                continue
            seen: dict[str, str] = {}
            for attribute in element.attributes:
                if attribute.name in seen and not view.hole_at(attribute.span.start):
                    start = attribute.span.start
                    while part.text[start - 1].isspace():
                        start -= 1
                    changes = (Change(Span(start, attribute.span.end), ""),)
                    same = part.text[slice(*attribute.value)] == seen[attribute.name]
                    effect = "both have the same value" if same else "clients keep the first"
                    evidence = {"name": attribute.name, "tag": element.tag, "effect": effect}
                    at_most = Severity.INFO if same else None
                    yield Hit(part, attribute.span, evidence, view, changes, safe=True, at_most=at_most)
                seen.setdefault(attribute.name, part.text[slice(*attribute.value)])


def _source(text: str, span: Span) -> str:
    return shorten(text[span.start : span.end], 40)


def _around(text: str, offset: int) -> str:
    return " ".join(text[max(offset - 10, 0) : offset + 10].split())
