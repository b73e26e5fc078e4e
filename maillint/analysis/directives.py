"""Suppression comments: ``maillint: ignore[links/shortener] reason`` in a template's or an HTML comment."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from maillint.message.model import Message, Part
from maillint.message.template.detect import detect
from maillint.patterns import regex
from maillint.text.offsets import OffsetMap
from maillint.text.spans import Span, fill
from maillint.values import frozen

_DIRECTIVE = regex(
    r"maillint:[ \t]*(?P<scope>ignore-file|ignore)\b(?:[ \t]*\[(?P<names>[^\]\r\n]*)\])?"
    r"(?P<rest>(?:(?!maillint:[ \t]*ignore\b)[^\r\n])*)"  # a line may have several
)
_NAME = regex(r"[^\s,]+")
_CLOSERS = regex(
    r"\s*(?:--!?>|--\]|#\}|-?%\}|(?:--)?~?\}\}|\*/|\*@|[-_]?%>|\*\}|\*#|\?>|\{%-?\s*endcomment|</#comment>).*|\s+$"
)
_BLANK = " \t"
_CODE_COMMENT = regex(
    r"(?:<\?(?:php\b)?|<%[-_]?|\{%-?|%%\[)\s*"
    r"(?:/\*[^*]*(?:\*(?!/)[^*]*)*\*/|(?://|#)[^\r\n]*?)\s*"
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
    comments = list(_template_comments(part))
    found: list[_Found] = []
    for match in _DIRECTIVE.finditer(part.text):
        comment = _template_comment(comments, match.start())
        in_html = comment is None
        if comment is None and part.markup:
            comment = _html_comment(part.text, match.start())
        if comment is not None:
            found.append(_Found(match, comment, in_html))
    yield from _directives(part, found)


def _in_front_matter(part: Part) -> Iterator[Directive]:
    end = part.map.start(0)
    if part.number is not None or end == 0:
        return
    text = part.source.text[:end]
    found: list[_Found] = []
    for match in _DIRECTIVE.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        mark = text.rfind("#", start, match.start())
        if mark >= 0 and not text[mark + 1 : match.start()].strip():
            found.append(_Found(match, Span(mark, match.end()), False))
    yield from _directives(Part(text, part.source, OffsetMap.identity(end), "text/plain"), found)


def _template_comments(part: Part) -> Iterator[Span]:
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


def _template_comment(comments: Sequence[Span], offset: int) -> Span | None:
    index = bisect_right(comments, offset, key=lambda span: span.start) - 1
    return comments[index] if index >= 0 and offset < comments[index].end else None


def _html_comment(text: str, offset: int) -> Span | None:
    start = text.rfind("<!--", 0, offset)
    if start < 0 or "-->" in text[start:offset]:
        return None
    end = text.find("-->", offset)
    return Span(start, end + 3) if end >= 0 else None


class _Found(NamedTuple):
    """What a comment says, and the comment that it stands in."""

    match: re.Match[str]
    comment: Span
    in_html: bool


def _directives(part: Part, found: Sequence[_Found]) -> Iterator[Directive]:
    bare = fill(part.text, [comment for _, comment, _ in found], " ", keep_lines=False)
    for match, comment, in_html in found:
        names = [] if match["names"] is None else list(_NAME.finditer(part.text, *match.span("names")))
        reason = _CLOSERS.sub("", match["rest"], count=1).strip(" \t:-–—")
        rest = part.text[comment.start : match.start()] + part.text[match.end() : comment.end]
        alone = not re.search(r"\w", re.sub(r"\b(?:end)?comment\b|\bphp\b", "", rest))
        covers = None if match["scope"] == "ignore-file" else part.map.span(_covered_line(part.text, bare, comment))
        yield Directive(
            part, comment, tuple((name[0], Span(*name.span())) for name in names), reason, covers, in_html, alone
        )


def _covered_line(text: str, bare: str, comment: Span) -> Span:
    """The comment's line; for a comment on a line of its own, the next line that is not empty.

    ``bare`` is the text without suppression comments. Several of them on a line of their own cover that line too,
    since one may be about another.
    """
    start = _line_start(text, comment.start)
    end = _line_end(text, comment.end)
    if bare[start:end].strip(_BLANK):
        return Span(start, end)
    several = bool(text[start : comment.start].strip(_BLANK) or text[comment.end : end].strip(_BLANK))
    following = end
    while following < len(text) and text[following].isspace():
        following += 1
    following = _line_start(text, following)
    return Span(start if several else following, _line_end(text, following))


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _line_end(text: str, offset: int) -> int:
    ends = [end for end in (text.find("\n", offset), text.find("\r", offset)) if end >= 0]
    return min(ends, default=len(text))


def removal(directive: Directive) -> Span:
    """What to take out of the text to remove a comment: its whole line, if nothing else stands there."""
    text = directive.place.text
    start, end = _line_start(text, directive.span.start), _line_end(text, directive.span.end)
    if text[start : directive.span.start].strip(_BLANK) or text[directive.span.end : end].strip(_BLANK):
        return directive.span
    if text.startswith("\r\n", end):
        return Span(start, end + 2)
    return Span(start, min(end + 1, len(text)))
