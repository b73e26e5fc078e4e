"""Suppression comments: ``maillint: ignore[links/shortener] reason`` in a template's or an HTML comment."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from maillint.message.memo import look_at_clock
from maillint.message.model import Message, Part
from maillint.message.template.detect import detect
from maillint.patterns import regex
from maillint.text.offsets import OffsetMap
from maillint.text.source import Source, lowered
from maillint.text.spans import Span, fill
from maillint.values import frozen

MAX_COMMENTS = 5_000
"""Suppression comments of one text that count."""

MAX_NAMES = 500
"""Names of one comment that count: there are fewer rules."""

DIRECTIVE = regex(
    r"maillint:[ \t]*(?P<scope>ignore-file|ignore)\b(?:[ \t]*\[(?P<names>(?:[^\]\r\nm]++|m(?!aillint:))*+)\])?"
    r"(?P<rest>(?:[^\r\nm]++|m(?!aillint:[ \t]*ignore\b))*+)"  # a line may have several
)
_NAME = regex(r"[^\s,]+")
CLOSERS = regex(r"--!?>|--\]|#\}|-?%\}|(?:--)?~?\}\}|\*/|\*@|[-_]?%>|\*\}|\*#|\?>|\{%-?\s*endcomment|</#comment>")
_NEAR = ("maillint", "mail-lint", "mailint", "noqa", "nolint", "-disable", "djlint:off")
_BLANK = " \t"
_LINE_ENDS = {"", "\n", "\r"}
_SHOWN = regex(r"\S")
_CODE_COMMENT = regex(
    r"(?:<\?(?:php\b)?|<%[-_]?|\{%-?|%%\[)\s*"
    r"(?:/\*(?:[^*]++|\*(?!/))*+\*/|(?://|#)[^\r\n]*+)\s*+"  # what closes the tag may be part of the last
    r"(?:\?>|[-_]?%>|-?%\}|\]%%)?"
)
"""A tag of code with nothing in it but one comment: ``<?php /* … */ ?>``, ``{% # … %}``, ``%%[ /* … */ ]%%``."""


@frozen
class Directive:
    """One suppression comment.

    ``span`` covers the comment in ``place.text``; ``names`` are the rules and families that it names, each with its
    span there; without names it suppresses nothing. ``covers`` is the part of the file whose findings are suppressed,
    None for the whole message. ``alone``: the comment has no other text.
    """

    place: Part
    span: Span
    names: tuple[tuple[str, Span], ...]
    reason: str
    covers: Span | None
    in_html: bool
    alone: bool

    @property
    def path(self) -> str:
        """The file that the comment stands in."""
        return self.place.source.path


def may_be_near_miss(text: str) -> bool:
    """Whether a text may have a comment that is meant as a suppression; see ``near_misses``."""
    low = lowered(text)
    return any(needle in low for needle in _NEAR)


def find_directives(message: Message) -> list[Directive]:
    """Every suppression comment of a message, in order."""
    found: list[Directive] = []
    for part in (*message.parts, *_sidecars(message)):
        if "maillint:" in part.source.text or part.number is not None:
            found.extend(_in_front_matter(part))
            found.extend(_in_part(part))
    return found


def _sidecars(message: Message) -> Iterator[Part]:
    """The files of a template that are not one of its parts, such as the file of its subject."""
    if message.finished:
        return
    own = [part.source.path for part in message.parts]
    dialect = next((part.dialect for part in message.parts if part.dialect), None)
    for source in message.sources:
        if "maillint:" in source.text and source.path not in own:
            language = dialect or detect(source.text, source.path)
            yield Part(source.text, source, OffsetMap.identity(len(source.text)), "text/plain", None, language)


def _in_part(part: Part) -> Iterator[Directive]:
    if "maillint:" not in part.text:
        return
    comments = list(template_comments(part))
    html_comments = HtmlComments(part.text if part.markup else "")
    found: list[_Found] = []
    for match in DIRECTIVE.finditer(part.text):
        look_at_clock()
        comment = template_comment(comments, match.start())
        in_html = comment is None
        if comment is None:
            comment = html_comments.around(match.start())
        if comment is not None:
            found.append(_Found(match, comment, in_html))
            if len(found) == MAX_COMMENTS:
                break
    yield from _directives(part, found)


def _in_front_matter(part: Part) -> Iterator[Directive]:
    end = part.map.start(0)
    if part.number is None and end > 0:
        yield from directives_in_yaml(part.source, end)


def directives_in_yaml(source: Source, end: int) -> Iterator[Directive]:
    """The suppression comments of a text in YAML, which reaches to ``end``, in order."""
    text = source.text[:end]
    found: list[_Found] = []
    for match in DIRECTIVE.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        mark = text.rfind("#", start, match.start())
        if mark >= 0 and not text[mark + 1 : match.start()].strip():
            found.append(_Found(match, Span(mark, match.end()), False))
            if len(found) == MAX_COMMENTS:
                break
    yield from _directives(Part(text, source, OffsetMap.identity(end), "text/plain"), found)


def template_comments(part: Part) -> Iterator[Span]:
    """The template's comments, each with its opening and closing tags, so that it can be taken out as a whole."""
    tags = part.template.tags
    for number, tag in enumerate(tags):
        start, end = tag.span
        if tag.kind == "comment":
            if number and tags[number - 1].word in {"comment", "#comment"} and tags[number - 1].span.end == start:
                start = tags[number - 1].span.start
                closes = tags[number + 1 : number + 2]
                end = closes[0].span.end if closes and closes[0].span.start == end else end
            yield Span(start, end)
        elif tag.kind == "statement" and _CODE_COMMENT.fullmatch(part.text, start, end):
            yield tag.span


def template_comment(comments: Sequence[Span], offset: int) -> Span | None:
    """The comment around a place, of those of a template."""
    index = bisect_right(comments, offset, key=lambda span: span.start) - 1
    return comments[index] if index >= 0 and offset < comments[index].end else None


class HtmlComments:
    """Finds the HTML comment around a place, from the last beginning before it to the first end behind it."""

    def __init__(self, text: str) -> None:
        self._starts = [found.start() for found in re.finditer("<!--", text)]
        self._ends = [found.start() for found in re.finditer("-->", text)]

    def around(self, offset: int) -> Span | None:
        """The comment around a place, with what delimits it."""
        begun = bisect_right(self._starts, offset - 4)
        ended = bisect_left(self._ends, offset)
        if not begun or ended == len(self._ends):
            return None
        start = self._starts[begun - 1]
        if ended and start <= self._ends[ended - 1] <= offset - 3:
            return None
        return Span(start, self._ends[ended] + 3)


class _Found(NamedTuple):
    """What a comment says, and the comment that it stands in."""

    match: re.Match[str]
    comment: Span
    in_html: bool


def _directives(part: Part, found: Sequence[_Found]) -> Iterator[Directive]:
    if not found:
        return
    several = Counter(comment for _, comment, _ in found)
    lines = _Lines(part.text, fill(part.text, [comment for _, comment, _ in found], " ", keep_lines=False))
    for match, comment, in_html in found:
        look_at_clock()
        all_names = () if match["names"] is None else _NAME.finditer(part.text, *match.span("names"))
        names = list(islice(all_names, MAX_NAMES))
        closer = CLOSERS.search(match["rest"])
        reason = (match["rest"][: closer.start()] if closer else match["rest"]).rstrip().strip(" \t:-–—")
        alone = several[comment] == 1 and _says_nothing(
            part.text[comment.start : match.start()] + part.text[match.end() : comment.end]
        )
        covers = None if match["scope"] == "ignore-file" else part.map.span(lines.covered(comment))
        yield Directive(
            part, comment, tuple((name[0], Span(*name.span())) for name in names), reason, covers, in_html, alone
        )


def _says_nothing(rest: str) -> bool:
    """Whether what a comment has beside its directive is only what delimits it."""
    return not re.search(r"\w", re.sub(r"\b(?:end)?comment\b|\bphp\b", "", rest))


class _Lines:
    """Finds the lines that comments are about; ``bare`` is the text without suppression comments."""

    def __init__(self, text: str, bare: str) -> None:
        self._text = text
        self._bare = bare
        self._ends = [found.start() for found in re.finditer(r"[\r\n]", text)]  # of a CRLF, both
        self._blank: dict[Span, bool] = {}
        self._edges: dict[Span, Span] = {}
        self._following: dict[int, int] = {}

    def covered(self, comment: Span) -> Span:
        """The comment's line; for a comment on a line of its own, the next line that is not empty.

        Several of them on a line of their own cover that line too, since one may be about another.
        """
        line = Span(self._start(comment.start), self._end(comment.end))
        if line not in self._blank:
            self._blank[line] = not self._bare[line.start : line.end].strip(_BLANK)
            lead = self._text[line.start : line.end]
            left = line.start + len(lead) - len(lead.lstrip(_BLANK))
            self._edges[line] = Span(left, left + len(lead.strip(_BLANK)))
        if not self._blank[line]:
            return line
        several = self._edges[line].start < comment.start or comment.end < self._edges[line].end
        if line.end not in self._following:
            shown = _SHOWN.search(self._text, line.end)
            self._following[line.end] = self._start(shown.start() if shown else len(self._text))
        following = self._following[line.end]
        return Span(line.start if several else following, self._end(following))

    def _start(self, offset: int) -> int:
        index = bisect_left(self._ends, offset)
        return self._ends[index - 1] + 1 if index else 0

    def _end(self, offset: int) -> int:
        index = bisect_left(self._ends, offset)
        return self._ends[index] if index < len(self._ends) else len(self._text)


def removal(directive: Directive) -> Span:
    """What to take out of the text to remove a comment: its whole line, if nothing else stands there."""
    text = directive.place.text
    start, end = directive.span.start, directive.span.end
    while start and text[start - 1] in _BLANK:
        start -= 1
    while end < len(text) and text[end] in _BLANK:
        end += 1
    if text[max(start - 1, 0) : start] not in _LINE_ENDS or text[end : end + 1] not in _LINE_ENDS:
        return directive.span
    if text.startswith("\r\n", end):
        return Span(start, end + 2)
    return Span(start, min(end + 1, len(text)))
