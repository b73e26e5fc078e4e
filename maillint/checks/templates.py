"""Checks of template tags: blocks that do not match, tags that cannot be read, tags that may print nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from maillint.analysis.greetings import greeting_length
from maillint.check import ALONE, ANY_FIELD, Needs, Options, check
from maillint.hits import Change, Hit, NotKnown, Place
from maillint.message.memo import remembered
from maillint.message.model import Message, Part
from maillint.message.template.detect import detect
from maillint.message.template.dialect import Dialect, dialects
from maillint.message.template.parse import Template, read
from maillint.message.template.placeholders import placeholder_role, role_of
from maillint.message.template.tags import Broken, Problem, Tag
from maillint.message.views import View, make_views
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.shorten import shorten
from maillint.text.spans import Span, fill

_TEMPLATES = (Needs(parts=("template",)), Needs(headers=(ANY_FIELD,), kinds=("html", "mjml", "txt", "rendered")))
"""A field of a template may be one, too."""

_MAX_SHOWN = 60


@remembered
def _templates(message: Message) -> list[tuple[Place, Template]]:
    """Every part and every header field that is a template, with its tags; those of a finished message are not."""
    found: list[tuple[Place, Template]] = [(part, part.template) for part in message.parts if part.dialect is not None]
    if message.finished:
        return found
    own = next((part.dialect for part in message.parts if part.dialect), None)
    for field in message.headers:
        dialect = own or detect(field.text, "")
        if dialect is not None:
            found.append((field, read(field.text, dialect)))
    return found


def _shown(text: str, span: Span) -> str:
    """A piece of source on one line, short enough for a finding's message."""
    return shorten(text[span.start : span.end], _MAX_SHOWN)


# -- tags that do not match ---------------------------------------------------------------------------


@check("template-unbalanced", fields=("tag", "fault"), needs=_TEMPLATES, cause=ALONE)
def template_unbalanced(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Template blocks that are never closed, and tags that close or divide no block."""
    for place, template in _templates(message):
        for problem in template.problems:
            tag = problem.tag
            if tag.span.end == tag.span.start:  # an element that is a block by its attribute: the markup rules judge it
                continue
            related = ((problem.other.span, "is still open"),) if problem.other else ()
            evidence = {"tag": _shown(place.text, tag.span), "fault": _fault(place.text, problem)}
            yield Hit(place, tag.span, evidence, related=related)


def _fault(text: str, problem: Problem) -> str:
    if problem.kind == "unclosed":
        return "is never closed"
    if problem.other is not None:
        return f"comes before {_shown(text, problem.other.span)} is closed"
    return "closes no open block" if problem.tag.kind == "close" else "is outside of any block"


# -- tags that cannot be read -------------------------------------------------------------------------

_PLAIN = {
    "quote": {
        "“": '"',
        "”": '"',
        "„": '"',
        "‟": '"',
        "«": '"',
        "»": '"',
        "″": '"',
        "‘": "'",
        "’": "'",
        "‚": "'",
        "‛": "'",
    },
    "reference": {
        "&quot;": '"',
        "&apos;": "'",
        "&lt;": "<",
        "&gt;": ">",
        "&amp;": "&",
        "&nbsp;": " ",
        "&#39;": "'",
        "&#34;": '"',
    },
}
_WIDTHLESS = "\u200b\u200c\u200d\u2060\ufeff"
_WHAT = {
    "unclosed": "is never closed",
    "nested": "begins inside another tag",
    "quote": "is a typographic quote inside a template tag",
    "space": "is not a plain space, inside a template tag",
    "markup": "is HTML inside a template tag",
    "reference": "is a character reference inside a template tag",
    "comparison": "ends the tag; to compare, write gt, or put the comparison in parentheses",
}


_QUOTED = "is in typographic quotes, inside a template tag"


@check("template-broken-tag", fields=("text", "fault"), needs=_TEMPLATES, cause=ALONE)
def template_broken_tag(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Template tags with no end, and tags with typographic quotes, odd spaces or HTML in them."""
    for place, template in _templates(message):
        for broken in template.broken:
            shown = _shown(place.text, broken.span)
            if broken.kind == "space":
                shown = f"U+{ord(place.text[broken.span.start]):04X}"
            fault = _QUOTED if broken.kind == "quote" and len(broken.parts) > 1 else _WHAT[broken.kind]
            evidence = {"text": shown, "fault": fault}
            yield Hit(place, broken.span, evidence, changes=tuple(_repairs(place.text, broken)))


def _repairs(text: str, broken: Broken) -> Iterator[Change]:
    """Plain characters in the place of those that an editor has put in."""
    for span in broken.parts:
        piece = text[span.start : span.end]
        if broken.kind == "space":
            yield Change(span, "" if piece in _WIDTHLESS else " ")
        elif broken.kind in _PLAIN and piece in _PLAIN[broken.kind]:
            yield Change(span, _PLAIN[broken.kind][piece])


# -- more than one language ---------------------------------------------------------------------------


@check("template-mixed-dialect", fields=("own", "other", "tag"), needs=_TEMPLATES)
def template_mixed_dialect(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Tags of a second template language in one file; merge tags of a sending tool do not count."""
    for place, template in _templates(message):
        own = template.dialect
        assert own is not None
        found: dict[str, tuple[str, Span]] = {}
        engines = {other.name: other.title for other in template.other_dialects if not other.embedded}
        for tag in template.tags if engines else ():
            if tag.dialect in engines and tag.span.end > tag.span.start:
                found.setdefault(tag.dialect, (engines[tag.dialect], tag.span))
        for names, pattern in own.foreign:
            if not found.keys().isdisjoint(names):
                continue
            span = next(_outside_comments(place.text, pattern.compiled, template), None)
            if span is not None:
                found[names[0]] = (", ".join(dialects()[name].title for name in names), span)
        for title, span in found.values():
            yield Hit(place, span, {"own": own.title, "other": title, "tag": _shown(place.text, span)})


def _outside_comments(text: str, pattern: re.Pattern[str], template: Template) -> Iterator[Span]:
    """Where a pattern matches outside of comments."""
    unread = fill(text, [tag.span for tag in template.tags if tag.kind == "comment"], " ")
    return (Span(*match.span()) for match in pattern.finditer(unread))


# -- fields without a default -------------------------------------------------------------------------

_NAMES = frozenset({"first-name", "last-name", "full-name", "salutation"})


@check(
    "merge-tag-fallback",
    fields=("tag", "place", "remedy"),
    needs=(Needs(parts=("template",)), Needs(headers=("subject",))),
)
def merge_tag_fallback(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Personal fields in the greeting or the subject that print nothing where the field is empty."""
    if message.finished:
        return
    own = next((part.dialect for part in message.parts if part.dialect), None)
    subject = message.headers.first("subject")
    dialect = (own or detect(subject.text, "")) if subject else None
    if subject is not None and dialect is not None:
        template = read(subject.text, dialect)
        for view in make_views(subject.text, template, markup=False):
            mentions = _Mentions(subject.text, template, view)
            for hole in view.holes:
                yield from _without_default(subject, (hole,), mentions, "subject")
    for part, view in message.views():
        if part.dialect is not None:
            mentions = _Mentions(part.text, part.template, view)
            for tags in _greeted(view):
                yield from _without_default(part, tags, mentions, "greeting")


def _greeted(view: View) -> Iterator[tuple[Tag, ...]]:
    """For each greeting, the output tags in it: those on its line, up to the comma that ends it."""
    if not view.holes:
        return
    flow = view.content.flow
    position = flow.text.find(PLACEHOLDER_CHAR)
    while position >= 0:
        start = flow.text.rfind("\n", 0, position) + 1
        end = flow.text.find("\n", position)
        line = flow.text[start : min(end if end >= 0 else len(flow.text), start + 400)]
        yield tuple(_addressed(view, line, start))
        position = flow.text.find(PLACEHOLDER_CHAR, end) if end >= 0 else -1


_TAG_OR_END = regex(f"[,!;:.{PLACEHOLDER_CHAR}]")
_MOST_ADDRESSED = 4


def _addressed(view: View, line: str, start: int) -> Iterator[Tag]:
    greeting = greeting_length(line)
    if not greeting:
        return
    position = len(line) - len(line[greeting:].lstrip(" \t\u00a0,"))
    for _ in range(_MOST_ADDRESSED):
        found = _TAG_OR_END.search(line, position)
        if found is None or found[0] != PLACEHOLDER_CHAR:
            return
        offset = view.content.flow.span(start + found.start(), start + found.end()).start
        tag = view.hole_at(offset)
        position = found.end() if tag is None else found.start() + tag.span.end - offset
        if tag is not None:
            yield tag


def _without_default(place: Place, tags: Iterable[Tag], mentions: _Mentions, where: str) -> Iterator[Hit | NotKnown]:
    """Report the names among the tags of one greeting, unless one of them certainly prints something."""
    named = [tag for tag in tags if placeholder_role(tag) in _NAMES]
    if any(_has_default(tag, dialects()[tag.dialect], mentions) for tag in named):
        return
    for tag in named:
        dialect = dialects()[tag.dialect]
        if dialect.defaults:
            yield NotKnown(f"whether {_shown(place.text, tag.span)} has a default depends on {dialect.defaults}")
            continue
        remedy = _remedy(tag, mentions.remedy(dialect))
        evidence = {"tag": _written(place.text, tag), "place": where, "remedy": f"; write {remedy}" if remedy else ""}
        yield Hit(place, tag.span, evidence, mentions.view if isinstance(place, Part) else None)


def _written(text: str, tag: Tag) -> str:
    """A tag as people know it: what an attribute prints is known by its expression, and not by what it replaces."""
    source = text[tag.span.start : tag.span.end]
    if tag.argument in source:
        return shorten(source, _MAX_SHOWN)
    return shorten(tag.argument if "{" in tag.argument else f"${{{tag.argument}}}", _MAX_SHOWN)


def _remedy(tag: Tag, remedy: str) -> str:
    """The tag with a default, as its language writes it; empty where none is known, or it would be too long."""
    expression = _EMPTY_DEFAULT.sub("", tag.argument).strip().removeprefix("${").removesuffix("}").strip()
    return remedy.replace("{}", expression) if len(expression) <= _MAX_SHOWN else ""


_WORD = regex(r"\w+")
_LONGEST_ARGUMENT = 1000
_EMPTY_DEFAULT = regex(
    r"(?:\|\s*default\w*\s*[:(]|\bor\b|\belse\b|\?\?|\?:|\|\||!|\bfallback\s*=|\bdefault\s*=)\s*(?:\"\"|'')(?:\s*,\s*\w+)?\s*\)?"
)
"""A default that is an empty text is none."""


def _has_default(tag: Tag, dialect: Dialect, mentions: _Mentions) -> bool:
    """Whether a tag certainly prints something: it has a default, its branch tests its name, or a statement sets it."""
    if _falls_back(tag.argument, dialect):
        return True
    expression = tag.argument.partition("|")[0].strip(" ${}@!")
    name = re.split(r"\.|->", expression)[-1].strip("()?! ")
    if not name:
        return False
    word = _WORD.findall(name.lower())[-1:]
    if word and word[0] in mentions.tested:
        return True
    if not word or "." in expression or mentions.first.get(word[0], tag.span.start) >= tag.span.start:
        return False
    return not mentions.only_renamed(word[0], tag.span.start, dialect)


def _falls_back(expression: str, dialect: Dialect) -> bool:
    plain = _EMPTY_DEFAULT.sub("", expression[:_LONGEST_ARGUMENT])
    return dialect.fallback is not None and dialect.fallback.compiled.search(plain) is not None


class _Mentions:
    """The words of the tests that hold in a view, and where each word first stands in a template's statements."""

    def __init__(self, text: str, template: Template, view: View) -> None:
        self.text = text
        self.template = template
        self.view = view
        self._remedies: dict[str, str] = {}

    @cached_property
    def tested(self) -> set[str]:
        return {word for need in self.view.needs if need.holds for word in _WORD.findall(need.text.lower())}

    @cached_property
    def first(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for tag in self.template.tags:
            if tag.kind in {"statement", "open"}:
                for word in _WORD.findall(f"{tag.word} {tag.argument}".lower()):
                    found.setdefault(word, tag.span.start)
        return found

    def remedy(self, dialect: Dialect) -> str:
        """How a language writes defaults in this text; empty where that is not known."""
        if dialect.name not in self._remedies:
            fitting = (text for pattern, text in dialect.remedies if pattern.compiled.search(self.text))
            self._remedies[dialect.name] = next(fitting, "")
        return self._remedies[dialect.name]

    def only_renamed(self, name: str, before: int, dialect: Dialect) -> bool:
        """Whether all that is said of a name is that it stands for a personal field, in one branch at least.

        A test of the name anywhere may give it another value.
        """
        renamed = False
        for tag in self.template.tags:
            if tag.span.start >= before:
                break
            if tag.kind not in {"statement", "open", "middle"} or name not in tag.argument.lower():
                continue
            values = [value.strip() for value in _values_of(name, f"{tag.word} {tag.argument}")]
            if not values:
                return False
            renamed = renamed or any(role_of(value) in _NAMES and not _falls_back(value, dialect) for value in values)
        return renamed


def _values_of(name: str, statement: str) -> list[str]:
    """What a statement lets a name stand for: ``name=user.first_name`` among others."""
    found = re.finditer(rf"(?i)(?<![\w.]){re.escape(name)}\s*=(?!=)\s*", statement[:_LONGEST_ARGUMENT])
    return [_NEXT_NAME.split(statement[match.end() : _LONGEST_ARGUMENT], maxsplit=1)[0] for match in found]


_NEXT_NAME = regex(r"(?<!\s)\s++(?:\w++\s*+=(?!=)|(?:and|as|count|trimmed|asvar)\s)|;")
