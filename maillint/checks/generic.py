"""Checks for rules that users write: patterns, phrases, elements, counts, headers and CSS properties."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from maillint.analysis.header_fields import NO_HEADERS
from maillint.check import Needs, Option, Options, check
from maillint.hits import Hit, NotKnown
from maillint.message.css.declarations import declarations
from maillint.message.model import Message, Part
from maillint.message.views import View
from maillint.text.phrases import Phrase, PhraseIndex, compile_phrases
from maillint.text.shorten import shorten
from maillint.text.spans import Span
from maillint.text.user_patterns import Found, Search, Selection

_SEARCHED = "subject, text (what readers see), source (the file's markup), or header:NAME"


@check(
    "pattern",
    fields=("match", "where"),
    options={
        "pattern": Option("text", "", "a regular expression", required=True),
        "in": Option("text", "text", f"where to search: {_SEARCHED}"),
        "except": Option("text", "", "a regular expression for matches to let pass"),
        "case": Option("flag", False, "whether upper and lower case differ"),
    },
)
def pattern(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Matches of a regular expression."""
    case: bool = options["case"]
    excepted: str = options["except"]
    where: str = options["in"]
    search = Search()

    def found(text: str) -> Iterator[Found]:
        for match in search.all(options["pattern"], text, case=case):
            if match.end() > match.start() and not (excepted and search.first(excepted, match[0], case=case)):
                yield match

    if where == "subject" or where.startswith("header:"):
        name = where.partition(":")[2] or "Subject"
        for header in message.headers.all(name):
            for match in found(header.text):
                yield Hit(header, Span(*match.span()), {"match": match[0], "where": name})
        if not message.headers.known and not message.headers.all(name):
            yield NO_HEADERS
        return
    for part in message.parts:
        if where == "source":
            for match in found(part.text):
                yield Hit(part, Span(*match.span()), {"match": match[0], "where": "the source"})
            continue
        for view in part.views:
            flow = view.content.flow
            for match in found(flow.text):
                yield Hit(part, flow.span(*match.span()), {"match": match[0], "where": "the text"}, view)


@check(
    "phrases",
    fields=("phrase", "match"),
    options={
        "phrases": Option("texts", [], "words or phrases; a * at a word's end stands for any ending", required=True),
        "except": Option("texts", [], "phrases to let pass although a shorter one of the list is in them"),
        "in": Option("text", "text", "where to search", choices=("text", "subject")),
    },
)
def phrases(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Words and phrases of a list, whatever the case, the white space and the kind of apostrophe."""
    index = _phrase_index(tuple(options["phrases"]), tuple(options["except"]))
    if options["in"] == "subject":
        for header in message.headers.all("subject"):
            for found in index.find(header.text):
                evidence = {"phrase": found.phrase, "match": header.text[found.start : found.end]}
                yield Hit(header, Span(found.start, found.end), evidence)
        return
    for part in message.parts:
        for view in part.views:
            flow = view.content.flow
            for found in index.find(flow.text):
                evidence = {"phrase": found.phrase, "match": flow.text[found.start : found.end]}
                yield Hit(part, flow.span(found.start, found.end), evidence, view)


@lru_cache(32)  # options of rules: a run has few, and they hold no text of a message
def _phrase_index(wanted: tuple[str, ...], excepted: tuple[str, ...]) -> PhraseIndex:
    return compile_phrases(
        [Phrase(text, "", 1) for text in wanted] + [Phrase(text, "", 0, negative=True) for text in excepted]
    )


@check(
    "element",
    fields=("tag", "source"),
    options={
        "select": Option("text", "", "a CSS selector, as BeautifulSoup's select() takes it", required=True),
        "require": Option("flag", False, "report messages without such an element instead"),
    },
    needs=Needs(parts=("html",)),
)
def element(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Elements that a CSS selector picks (or, with ``require``, their absence)."""
    selection = Selection(options["select"])
    for part, view in message.views(("html",)):
        picked = selection.of(view.soup)
        if options["require"]:
            if not picked and view.html.is_document:
                yield Hit(part, Span(0, 0), {"tag": "", "source": options["select"]}, view)
            continue
        for tag in picked:
            found = view.html.element_at(tag.sourceline, tag.sourcepos)
            if found is not None:  # None: the parser has added the element
                span = found.span
                yield Hit(part, span, {"tag": tag.name, "source": _quote(part, span)}, view)


def _quote(part: Part, span: Span) -> str:
    return shorten(part.text[span.start : span.end], 60)


_COUNTED = ("links", "images", "words", "characters", "bytes", "exclamation marks")


@check(
    "count",
    fields=("count", "limit", "what"),
    options={
        "what": Option("text", "", "what is counted", choices=_COUNTED, required=True),
        "max": Option("number", None, "the most that may be"),
        "min": Option("number", None, "the least that must be"),
    },
)
def count(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Too many or too few of something, in the view of each part that has most or least of it."""
    what: str = options["what"]
    for part in message.parts:
        if what in {"links", "images"} and not part.markup and message.html is not None:
            continue  # the text part repeats what the HTML part has
        counted = [(_counted(what, part, view), view) for view in part.views]
        most, least = max(counted, key=lambda pair: pair[0]), min(counted, key=lambda pair: pair[0])
        if options["max"] is not None and most[0] > options["max"]:
            yield Hit(part, Span(0, 0), {"count": most[0], "limit": options["max"], "what": what}, most[1])
        if options["min"] is not None and least[0] < options["min"]:
            yield Hit(part, Span(0, 0), {"count": least[0], "limit": options["min"], "what": what}, least[1])


def _counted(what: str, part: Part, view: View) -> int:
    content = view.content
    if what == "links":
        return len({link.url for link in content.links})
    if what == "images":
        return len(content.images)
    if what == "words":
        return len(re.findall(r"\w+(?:['’-]\w+)*", content.flow.text))
    if what == "characters":
        return len(" ".join(content.flow.text.split()))
    if what == "exclamation marks":
        return content.flow.text.count("!")
    return len(part.text.encode("utf-8", "replace"))


@check(
    "header",
    fields=("name", "value"),
    options={
        "name": Option("text", "", "the field's name", required=True),
        "require": Option("flag", False, "report a message without the field"),
        "forbid": Option("flag", False, "report a message with the field"),
        "pattern": Option("text", "", "a regular expression that the value must match"),
        "except": Option("text", "", "a regular expression for values to let pass"),
    },
)
def header(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """A header field that must be there, must not be there, or must match."""
    name: str = options["name"]
    fields = message.headers.all(name)
    if not fields:
        if not options["require"]:
            return
        if message.headers.known:
            yield Hit(message.start, Span(0, 0), {"name": name, "value": ""})
        else:
            yield NO_HEADERS
        return
    search = Search()
    for field in fields:
        if options["except"] and search.first(options["except"], field.text, case=True):
            continue
        wrong = options["forbid"] or (
            options["pattern"] and not search.first(options["pattern"], field.text, case=True)
        )
        if wrong:
            yield Hit(field, Span(0, len(field.text)), {"name": field.name, "value": shorten(field.text)})


@check(
    "property",
    fields=("property", "value", "tag"),
    options={
        "property": Option("text", "", "a CSS property, in inline styles", required=True),
        "pattern": Option("text", "", "a regular expression for the values to report; empty: all"),
        "except": Option("text", "", "a regular expression for values to let pass"),
    },
    needs=Needs(attributes=("style",)),
)
def css_property(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """A CSS property in inline styles, with certain values or at all."""
    wanted, excepted, search = options["pattern"], options["except"], Search()
    name = options["property"].lower()
    for part, view in message.views(("html",)):
        for element in view.html.elements:
            style = element.attrs.get("style")
            if not style or name not in style.lower():
                continue
            value = declarations(style).get(name)
            if value is None or not search.first(wanted, value) or (excepted and search.first(excepted, value)):
                continue
            evidence = {"property": name, "value": value, "tag": element.tag}
            yield Hit(part, element.value_span("style"), evidence, view)
