"""Comments that were meant to suppress a rule and are not understood: ``{# maillint: disable links/shortener #}``."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from maillint.analysis.directives import (
    CLOSERS,
    DIRECTIVE,
    HtmlComments,
    may_be_near_miss,
    template_comment,
    template_comments,
)
from maillint.message.memo import look_at_clock
from maillint.message.model import Message, Part
from maillint.patterns import regex
from maillint.text.offsets import OffsetMap
from maillint.text.spans import Span
from maillint.values import frozen

_VERBS = "ignored?|disabled?|suppress|silence|mute|skip|exclude|allow|off|noqa|nolint"
_SCOPE = r"(?:[-_ ](?:file|next[-_]line|line|next|this|all|start|begin))?"
_HEAD = regex(
    r"(?i)(?<![\w/.-])(?<!\w@)(?:"
    rf"(?P<own>mail-?lint|mailint)(?P<joint>[ \t]{{0,3}}[:=@/_-]?[ \t]{{0,3}})(?P<verb>{_VERBS}){_SCOPE}"
    rf"|(?:[a-z]{{1,12}}[-_])?(?:disable|ignore){_SCOPE}|noqa|nolint{_SCOPE}|[a-z]{{1,12}}:[ \t]?(?:off|ignore)"
    r")(?![\w-])(?P<rest>[^\r\n]{0,300})"
)
_NAME = regex(r"[a-z][a-z0-9-]{0,40}/[a-z][a-z0-9-]{0,60}|[a-z]{4,20}", re.IGNORECASE)
_BRACKET = regex(r"[ \t]{0,3}[\[({:=]")
_OPENER = regex(
    r"(?:<!--|\{#-?|\{\{[~-]?!(?:--)?|\{\{-?\s?/\*|\{\{--|<%[-_=]?#|<%!?--|/\*|@\*|\{\*|#\*|##|\{%-?\s?#|<#--|\[#--|<#comment>"
    r"|\{%-?\s?comment\s?-?%\}|<\?(?:php)?\s?(?:/\*|//|#)|(?<![:\w])//)\s?[@!]?$"
)
_OPENERS_REACH = 24
_QUOTED = ("code", "pre", "kbd", "samp")
_QUOTED_REACH = 300


@frozen
class NearMiss:
    """What somebody has meant as a suppression comment.

    ``span`` covers the words in ``place.text``, ``comment`` the comment around them, None where they stand in none that
    the template's language or HTML has. ``names`` are words that may be rules. ``sure``: it is meant for maillint, even
    if it names no rule; otherwise it is only if it names one. ``right``: it would be understood in a comment.
    """

    place: Part
    span: Span
    comment: Span | None
    names: tuple[str, ...]
    sure: bool
    right: bool
    whole_file: bool


def near_misses(message: Message) -> list[NearMiss]:
    """Every such comment of a message, in order; those that are understood are not among them."""
    found: list[NearMiss] = []
    for part in message.parts:
        if may_be_near_miss(part.text):
            found.extend(_in_part(part))
        end = part.map.start(0)
        if part.number is None and end > 0 and may_be_near_miss(part.source.text[:end]):
            found.extend(_in_front_matter(part, end))
    return found


def _in_part(part: Part) -> Iterator[NearMiss]:
    comments: list[Span] | None = None
    starts: list[int] = []
    html_comments: HtmlComments | None = None
    for match in _HEAD.finditer(part.text):
        look_at_clock()
        if comments is None or html_comments is None:  # few texts get here
            comments, html_comments = list(template_comments(part)), HtmlComments(part.text if part.markup else "")
            starts = [match.start() for match in re.finditer(r"^", part.text, re.MULTILINE)]
        comment = template_comment(comments, match.start()) or html_comments.around(match.start())
        line = starts[max(bisect_right(starts, match.start()) - 1, 0)]
        if comment is not None:
            first = _is_first(part.text[max(comment.start, line, match.start() - 200) : match.start()])
        else:
            before = part.text[max(line, match.start() - _OPENERS_REACH) : match.start()]
            if not _OPENER.search(before) or _is_quoted(part.text, match.start()):
                continue
            first = True
        miss = _near_miss(part, match, comment, first=first)
        if miss is not None:
            yield miss


def _in_front_matter(part: Part, end: int) -> Iterator[NearMiss]:
    text = part.source.text[:end]
    place = Part(text, part.source, OffsetMap.identity(end), "text/plain")
    for match in _HEAD.finditer(text):
        line = text.rfind("\n", 0, match.start()) + 1
        before = text[line : match.start()].strip()
        if before.strip("# \t@!") == "" and before.startswith("#"):
            miss = _near_miss(place, match, Span(line, match.end()), first=True)
            if miss is not None:
                yield miss


def _near_miss(part: Part, match: re.Match[str], comment: Span | None, *, first: bool) -> NearMiss | None:
    """What a match is; None for a comment that is understood, and for prose."""
    rest = match["rest"]
    closer = CLOSERS.search(rest)
    rest = rest[: closer.start()] if closer else rest
    directive = DIRECTIVE.match(part.text, match.start())
    right = directive is not None and directive["names"] is not None
    if right and comment is not None:
        return None
    names = tuple(name[0].lower() for name in _NAME.finditer(rest))[:20]
    own = match["own"] is not None
    joined = own and bool(match["joint"].strip())
    bare = not rest.strip(" \t*/-–—.")
    sure = own and first and (bare or _BRACKET.match(rest) is not None or (joined and _is_strong(match["verb"])))
    if directive is not None and not right and comment is not None:  # a comment without names: ``blanket`` says so
        sure = sure and _BRACKET.match(rest) is not None
    end = match.start("rest") + len(rest.rstrip(" \t-"))
    whole = "file" in match[0][: match.start("rest") - match.start()].lower()
    return NearMiss(part, Span(match.start(), end), comment, names, sure, right, whole)


def _is_strong(verb: str) -> bool:
    """Whether a word after the tool's name is hardly prose; ``maillint: off the shelf`` may be."""
    return verb.lower() in {"disable", "disabled", "suppress", "noqa", "nolint", "ignore"}


def _is_first(before: str) -> bool:
    """Whether nothing but what opens a comment stands before a word on its line."""
    return not re.search(r"\w", re.sub(r"\b(?:comment|php)\b", "", before))


def _is_quoted(text: str, offset: int) -> bool:
    """Whether a place is shown to readers as code."""
    before = text[max(0, offset - _QUOTED_REACH) : offset].lower()
    return any(before.rfind(f"<{name}") > before.rfind(f"</{name}") for name in _QUOTED)
