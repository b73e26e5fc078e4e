"""Check of template tags that nothing has filled, and of what programs print for a value that is not there."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property, partial

from maillint.analysis.greetings import greeting_length
from maillint.check import Needs, Options, check
from maillint.data.lists import load_list
from maillint.finding import Severity
from maillint.hits import Hit, NotKnown
from maillint.message.html.tree import Element, StartTag
from maillint.message.memo import remembered
from maillint.message.model import Message, Part
from maillint.message.template.leftovers import leftover_sources
from maillint.message.template.placeholders import role_of
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.literals import first_characters
from maillint.text.percent import unquote
from maillint.text.shorten import shorten
from maillint.text.spans import Span, merge
from maillint.values import frozen

_MAX_SHOWN = 60
_LONGEST_VALUE = 5_000  # characters of an attribute that are searched
_ENCODED = ("%7B", "%7b", "%5B", "%5b", "%3C%", "%3c%", "%23%23", "%25%25", "*%7C", "*%7c", "%2A%7C", "%2a%7c")
_UNFILLED = "is a template tag that was never filled in"
_UNREAD = "is a percent-encoded template tag, which few tools recognise"


@check(
    "merge-tag-unrendered",
    fields=("text", "fault"),
    needs=(Needs(kinds=("eml",)), Needs(links=tuple(sign.lower() for sign in _ENCODED)), Needs(texts=_ENCODED)),
)
def merge_tag_unrendered(message: Message, options: Options) -> Iterator[Hit | NotKnown]:
    """Template tags, and what languages print for nothing, that stand in a finished message.

    They are looked for in the text, the preheader, the title, the attributes, the subject and the names of sender and
    recipients. In a template, tags that are percent-encoded in an address are found alone, and not for certain, since
    some tools decode addresses before they look for tags.
    """
    if not message.finished:
        yield from _encoded_tags(message)
        return
    talk = partial(_talk_of_code, message)
    for name in ("subject", "from", "to", "reply-to"):
        for field in message.headers.all(name):
            text = _Text(field.text, talk, markup=True, opening=name == "subject")
            for span, fault in text.faults():
                yield Hit(field, span, {"text": _shown(field.text, span), "fault": fault})
    for part, view in message.views():
        if part.dialect is None:
            yield from _in_view(part, view, talk)


def _shown(text: str, span: Span) -> str:
    """A piece of source on one line, short enough for a finding's message."""
    return shorten(text[span.start : span.end], _MAX_SHOWN)


# -- the lists ------------------------------------------------------------------------------------------------


@frozen
class _Lists:
    """``rules/lists/leftovers.yaml``, compiled."""

    values: re.Pattern[str]
    anywhere: re.Pattern[str]
    in_prose: re.Pattern[str]
    in_urls: re.Pattern[str]
    code: frozenset[str]
    no_text: tuple[str, ...]
    about_templates: re.Pattern[str]
    words: re.Pattern[str]
    signs: tuple[re.Pattern[str], ...]


@cache
def _lists() -> _Lists:
    data = load_list("leftovers")
    value = f"(?:{'|'.join(data['values'])})"
    talk = data["talk"]
    return _Lists(
        re.compile(rf"(?<=\s){value}(?:[ ]{value}){{0,2}}(?=\s*[,!.:\n]|\s*\Z)"),
        re.compile("|".join(data["anywhere"])),
        re.compile("|".join(data["in-prose"])),
        re.compile(rf"(?<=[/=])(?:{'|'.join(data['in-urls'])})(?=[/&?#]|\Z)"),
        frozenset(data["code"]),
        tuple(data["no-text"]),
        re.compile(rf"\b(?:{'|'.join(talk['templates'])})\b", re.IGNORECASE),
        re.compile(rf"\b(?:{'|'.join(talk['words'])})\b", re.IGNORECASE),
        tuple(re.compile(sign) for sign in talk["signs"]),
    )


@frozen
class _Match:
    """What looks like a tag: its place, how certain it is that it is one, and its expression."""

    level: str
    span: Span
    argument: str


@cache
def _by_first_character() -> Mapping[str, Callable[[], tuple[re.Pattern[str], Sequence[str]]]]:
    """By the character that a tag begins with, what finds those tags: a pattern, and the level of each group."""
    by_first: dict[str, list[tuple[str, str]]] = {}
    for level, sources in leftover_sources().items():
        for source in sources:
            for first in first_characters(source) or ():
                by_first.setdefault(first, []).append((level, source))

    def finder(pairs: Sequence[tuple[str, str]]) -> Callable[[], tuple[re.Pattern[str], Sequence[str]]]:
        return cache(lambda: (re.compile("|".join(source for _, source in pairs)), [level for level, _ in pairs]))

    return {first: finder(pairs) for first, pairs in by_first.items()}


@cache
def _begin() -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(sorted(_by_first_character())))}]")


def _matches(text: str, is_tag: Callable[[_Match], bool]) -> Iterator[_Match]:
    """What looks like a tag and is one; a match that is none does not hide what stands inside of it."""
    finders, position = _by_first_character(), 0
    for first in _begin().finditer(text):
        if first.start() < position:
            continue
        pattern, levels = finders[first[0]]()
        found = pattern.match(text, first.start())
        if found is None or found.lastindex is None:
            continue
        match = _Match(levels[found.lastindex - 1], Span(*found.span()), found[found.lastindex].strip())
        if is_tag(match):
            position = found.end()
            yield match


# -- talk about code ------------------------------------------------------------------------------------------

_LONGEST_TALK = 30_000
_SOME = 2
_MUCH = 4


@remembered
def _talk_of_code(message: Message) -> int:
    """How much a message is about code: 0 for not at all, from _MUCH on without a doubt."""
    lists, texts, amount = _lists(), [], 0
    subject = message.headers.first("subject")
    if subject is not None:
        texts.append(subject.text)
    for part in message.parts:
        view = part.views.first
        texts.append(view.content.flow.text[:_LONGEST_TALK])
        if part.markup and any(element.tag in {"code", "pre", "samp", "kbd"} for element in view.html.elements):
            amount += _SOME
    text = "\n".join(texts)
    amount += _SOME * len({found[0].lower() for found in lists.about_templates.finditer(text)})
    amount += len({found[0].lower() for found in lists.words.finditer(text)})
    amount += sum(sign.search(text) is not None for sign in lists.signs)
    if any(message.headers.first(name) for name in ("in-reply-to", "references", "list-id", "list-post")):
        amount += 1  # people write it, and not a tool
    return amount


# -- texts ----------------------------------------------------------------------------------------------------

_LONGEST_GREETING = 300
_MAY_PRINT = regex(r"NaN|undefined|null|None|Invalid|\[(?:Your|My) ")
_NOBODY = regex(r"(?<=\S)[^\S\n]+,(?=[^\S\n]*(?:\n|\Z))")
_TELLING_NAME = regex(r"\w[_.=|]\w|^[^ ]*[a-z][A-Z]|^(?i:(?:first|last|full|f|l|user|vor|nach)[_-]?names?)$")
_NEAR = 200
_BEFORE = frozenset(" \t\n\r\u00a0(«“„\"'‘>:,#№$€£-–—")
_AFTER = frozenset(" \t\n\r\u00a0)»”“\"'’<.,!?:;%-–—/")
_NAMES = frozenset({"first-name", "last-name", "full-name", "salutation"})


class _Text:
    """A text that readers see.

    ``talk`` tells how much its message is about code, which few texts need to know; ``opening``: a value may begin it.
    """

    def __init__(self, text: str, talk: Callable[[], int], *, markup: bool, opening: bool = False) -> None:
        self.text = text
        self.talk = talk
        self.markup = markup
        self.opening = opening

    def faults(self) -> Iterator[tuple[Span, str]]:
        """Where something unfilled stands in the text, and what it is; places do not overlap."""
        taken: list[Span] = []
        for span, fault in self._all():
            if all(span.end <= other.start or other.end <= span.start for other in taken[-50:]):
                taken.append(span)
                yield span, fault

    def _all(self) -> Iterator[tuple[Span, str]]:
        text, lists = self.text, _lists()
        for tag in _matches(text, self._is_tag):
            yield tag.span, _UNFILLED
        for match in lists.values.finditer(text):
            line = self._line_before(match.start())
            greeting = greeting_length(line)
            if greeting and not line[greeting:].strip(" \t\u00a0,"):
                yield Span(*match.span()), "stands in place of a name"
        for match in lists.anywhere.finditer(text):
            yield Span(*match.span()), "is what a program prints instead of a value"
        for match in lists.in_prose.finditer(text) if _MAY_PRINT.search(text) else ():
            if self.talk() < _SOME:
                yield Span(*match.span()), "is what a program prints instead of a value"
        for match in _NOBODY.finditer(text):
            line = self._line_before(match.start())
            if len(line) < 40 and line and greeting_length(line) == len(line):
                yield Span(match.start() - len(line.lstrip()), match.end()), "greets nobody: the name is missing"
        if self.opening and text.lstrip()[:1] == ",":
            start = text.index(",")
            yield Span(start, start + 1), "begins the subject: the value before it is missing"

    def _line_before(self, offset: int) -> str:
        """The line that leads to a place; empty where it is longer than any greeting."""
        start = self.text.rfind("\n", max(offset - _LONGEST_GREETING, 0), offset) + 1
        return self.text[start:offset] if start or offset <= _LONGEST_GREETING else ""

    def _is_tag(self, match: _Match) -> bool:
        if match.level == "sure":
            return True
        if self._quoted(match.span.start):
            return False
        role = role_of(match.argument)
        if role in _NAMES and self._greeted(match.span.start):
            return self.talk() < 2 * _MUCH
        if self._beside_talk(match.span):
            return False
        if match.level == "named":
            enclosed = self.text[match.span.start] == "%"  # no ordinary word has a sign of percent on both sides
            telling = role is not None and (enclosed or _TELLING_NAME.search(match.argument) is not None)
            return telling and self.talk() < _SOME and self._by_itself(match.span)
        if role is not None and (match.level == "likely" or self._by_itself(match.span)):
            return self.talk() < (_MUCH if self.markup else _SOME)
        if match.level == "likely":
            return self.talk() < (_MUCH if self.markup else 1)
        single = len(match.argument) == 1  # {x}: a set, or mathematics
        return not single and self.talk() < (_SOME if self.markup else 1) and self._by_itself(match.span)

    def _beside_talk(self, span: Span) -> bool:
        """Whether the line of a place, or what is near to it in a long one, speaks of code."""
        start = max(self.text.rfind("\n", 0, span.start) + 1, span.start - _NEAR)
        end = self.text.find("\n", span.end, span.end + _NEAR)
        end = end if end >= 0 else span.end + _NEAR
        places = self._talk_places
        index = bisect_left(places, start)
        while index < len(places) and places[index] < end:
            if not span.start <= places[index] < span.end:
                return True
            index = bisect_left(places, span.end)
        return False

    @cached_property
    def _talk_places(self) -> list[int]:
        """Where the words of code stand in the text."""
        lists = _lists()
        found = {match.start() for match in lists.about_templates.finditer(self.text)}
        found.update(match.start() for match in lists.words.finditer(self.text))
        return sorted(found)

    def _greeted(self, offset: int) -> bool:
        line = self._line_before(offset)
        greeting = greeting_length(line)
        return greeting > 0 and len(line) - greeting <= 12

    def _by_itself(self, span: Span) -> bool:
        """Whether a word stands alone, and not within a longer one (``https://acme.example/{id}``)."""
        before, after = self.text[span.start - 1 : span.start] if span.start else "", self.text[span.end : span.end + 1]
        return (not before or before in _BEFORE) and (not after or after in _AFTER)

    def _quoted(self, offset: int) -> bool:
        """Whether a place of a plain text stands on a line that quotes another message."""
        if self.markup:
            return False
        start = self.text.rfind("\n", 0, offset) + 1
        return self.text[start : start + 1] in {">", "|"}


# -- views ----------------------------------------------------------------------------------------------------

_ADDRESSES = frozenset({"href", "src", "action", "formaction", "background", "poster", "srcset", "data", "cite"})
_UNSEEN = frozenset({"value", "name", "id", "class", "for"})
_WORDS = frozenset({"alt", "title", "aria-label", "summary", "label", "placeholder", "content"})
_MOST_MARKUP = 300  # characters of markup that may stand within a tag
_MAY_HOLD = regex(
    r"[{}]|%%|\*\||<[%?]|\[[A-Za-z%]|::|@[@A-Z(]|%(?:[A-Za-z]|5[Bb]|7[BbCc]|23%23|25%25)|##|#<|\$[!{\[A-Z]|~~|!!"
    r"|(?<![\w-])-\w+-|\bundefined\b|NaN|object|Undefined|ranslation"
)
"""What an attribute has in it that may be worth a closer look."""


def _in_view(part: Part, view: View, talk: Callable[[], int]) -> Iterator[Hit]:
    content = view.content
    samples: list[Span] = []
    if part.markup:
        code = _lists().code
        samples = merge(Span(each.span.end, each.content_end) for each in view.html.elements if each.tag in code)
    for flow in (content.flow, content.hidden):
        for found, fault in _Text(flow.text, talk, markup=part.markup).faults():
            span = flow.span(*found)
            apart = span.end - span.start > found.end - found.start + _MOST_MARKUP  # pieces of text that only meet here
            if not apart and not _is_within(span, samples):
                yield Hit(part, span, {"text": _shown(part.text, span), "fault": fault}, view)
    if not part.markup:
        return
    looked_into = {
        tag
        for tag in view.html.start_tags
        if len(tag.attrs) and _MAY_HOLD.search(tag.source, len(tag.tag) + 1) and not _is_of_office(tag)
    }
    for element in view.html.elements:
        for name in element.attrs if element.start_tag in looked_into else ():
            unfilled = _in_attribute(element, name, talk)
            if unfilled is not None and not _is_within(element.span, samples):
                yield Hit(part, element.value_span(name), {"text": unfilled[0], "fault": unfilled[1]}, view)
        if element.tag == "title":
            inside = Span(element.span.end, element.content_end)
            for found, fault in _Text(view.text[inside.start : inside.end], talk, markup=True).faults():
                span = Span(inside.start + found.start, inside.start + found.end)
                yield Hit(part, span, {"text": _shown(part.text, span), "fault": fault}, view)


def _is_of_office(tag: StartTag) -> bool:
    """Whether Word has put a start tag there, with tags of its own in it: ``<link … href="~~themedata~~">``."""
    return tag.tag == "link" and tag.attrs.get("rel", "").lower() in {"themedata", "colorschememapping", "file-list"}


def _is_within(span: Span, samples: Sequence[Span]) -> bool:
    before = bisect_right(samples, span.start, key=lambda sample: sample.start) - 1
    return before >= 0 and samples[before].end > span.start


def _in_attribute(element: Element, name: str, talk: Callable[[], int]) -> tuple[str, str] | None:
    """What is unfilled in an attribute, and what is wrong with it; None if nothing is."""
    value = element.attrs[name][:_LONGEST_VALUE]
    if len(value) < 3 or name in _UNSEEN or not _MAY_HOLD.search(value) or name.startswith(_lists().no_text):
        return None
    value = (element.value(name) or "")[:_LONGEST_VALUE]
    if name in _ADDRESSES:
        return _in_address(value.strip())
    if name in _WORDS:
        found = next(_Text(value, talk, markup=True).faults(), None)
        return (_shown(value, found[0]), found[1]) if found else None
    tag = next(_matches(value, lambda match: match.level in {"sure", "likely"}), None)
    return (_shown(value, tag.span), _UNFILLED) if tag and talk() < _MUCH else None


def _in_address(url: str) -> tuple[str, str] | None:
    tag = next(_matches(url, lambda match: _is_tag_of_address(url, match)), None)
    if tag is not None:
        return _shown(url, tag.span), _UNFILLED
    encoded = _encoded_tag(url)
    if encoded is not None:
        return encoded, _UNFILLED
    value = _lists().in_urls.search(url)
    return (value[0], "stands in an address in place of a value") if value else None


def _is_tag_of_address(url: str, match: _Match) -> bool:
    """Whether something is a tag that nothing has filled, and not percent-encoding or a part of the address."""
    start, end = match.span
    if match.level == "sure":
        return True
    if _HEX.match(url, start) or (url[end - 1] == "%" and _HEX.match(url, end - 1)):
        return False
    if match.level == "named":
        return start == 0 and end == len(url)
    return not match.argument.startswith(("/", "#", "&")) or match.level == "likely"


_HEX = regex(r"%[0-9A-Fa-f]{2}")


# -- percent-encoded tags -------------------------------------------------------------------------------------


def _encoded_tag(url: str) -> str | None:
    """The first tag in an address that is percent-encoded, decoded and short enough to be shown; None without one."""
    if not any(sign in url for sign in _ENCODED):
        return None
    decoded = unquote(url)
    for tag in _matches(decoded, lambda match: _is_tag_of_address(decoded, match)):
        shown = decoded[tag.span.start : tag.span.end]
        if shown not in url and _EXPRESSION.fullmatch(tag.argument):
            return shorten(shown, _MAX_SHOWN)
    return None


_EXPRESSION = regex(r"[$#@.]{0,2}[A-Za-z_][\w.$:|=\"'() -]{0,120}")


def _encoded_tags(message: Message) -> Iterator[Hit]:
    """Percent-encoded tags in the addresses of links and pictures of a template."""
    for part, view in message.views():
        places = {link.span: link.url for link in view.content.links if link.kind != "bare"}
        places |= {image.span: image.url for image in view.content.images}
        for span, url in places.items():
            shown = _encoded_tag(url[:_LONGEST_VALUE]) if "%" in url else None
            if shown is not None:
                yield Hit(part, span, {"text": shown, "fault": _UNREAD}, view, at_most=Severity.WARNING)
