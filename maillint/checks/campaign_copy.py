"""The check of campaign plans that compares the texts of their steps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from maillint.check import Option, Options, subject_check
from maillint.hits import Hit, NotKnown
from maillint.message.model import Message
from maillint.patterns import regex

if TYPE_CHECKING:
    from maillint.plan.campaign import Campaign

Results = Iterator[Hit | NotKnown]

_WORD = regex(r"\w++")
_QUOTED = regex(r"(?m)^[ \t]{0,20}>|^[ \t]{0,20}-{2,20} ?(?:Original|Forwarded) Message|^[^\n]{0,300}\bwrote:[ \t]*$")
"""Where a text begins to quote what it answers."""

_FOOTER = regex(
    r"unsubscri|opt[ -]?out|you(?: are|'re|’re)? (?:receiv|get)|all rights reserved|©|confidential|abmelde|abbestell"
    r"|désabonn|desinscri|отпис|відпис",
    re.IGNORECASE,
)
"""What only stands in footers, however long these are."""

_LONGEST_FOOTER = 40
"""Words of one without such a sign."""

_LONGEST_ENTRY = 6
"""Words of an entry of a menu, or of a greeting."""

_RUN = 5
"""Words in a row that texts share by chance no longer."""


@subject_check(
    "plan",
    "reused-copy",
    fields=("number", "other", "share"),
    options={
        "share": Option("whole number", 50, "words in passages of another step, in per cent, from which to report"),
        "words": Option("whole number", 12, "least number of words in such passages"),
    },
)
def reused_copy(campaign: Campaign, options: Options) -> Results:
    """Steps whose text is that of another step, footers and quotes left out."""
    plan = campaign.plan
    if campaign.has_unread_templates:
        yield NotKnown("the plan was not read from a file, so its templates cannot be found", "name the plan's file")
    texts: dict[int, Sequence[str]] = {}
    holders: dict[tuple[str, ...], int] = {}
    templates: dict[str, int] = {}
    for number, step, message in campaign.steps:
        span = plan.span(*step.keys, "template")
        if step.template is None:
            continue
        if step.template in templates:
            if message is not None and message.dialect is not None:
                yield NotKnown(f"{step.template} serves several steps, and may choose what it says by the step")
            else:
                yield Hit(plan.place, span, {"number": number, "other": templates[step.template], "share": 100})
            continue
        templates[step.template] = number
        if message is None:
            continue
        own = _lines(message)
        runs = list(_runs(_words(own)))
        votes = Counter(holders[run] for run in runs if run in holders)
        for run in runs:
            holders.setdefault(run, number)
        if votes:
            other = votes.most_common(1)[0][0]
            share, common = _share(own, texts[other])
            if common >= options["words"] and share >= options["share"]:
                yield Hit(plan.place, span, {"number": number, "other": other, "share": round(share)})
        texts[number] = own


def _lines(message: Message) -> Sequence[str]:
    """The lines of a message as most readers get it, up to where it quotes another."""
    part = message.html or message.text
    if part is None:
        return []
    view = part.views.first
    text = view.content.flow.text
    if part.markup:
        quotes = (
            element
            for element in view.html.elements
            if element.tag == "blockquote" or "gmail_quote" in element.attrs.get("class", "")
        )
        quote = next(quotes, None)
        if quote is not None:  # what follows it is quoted as well, or a footer
            text = text[: view.content.flow.range(quote.span)[0]]
    quoted = _QUOTED.search(text)
    return [line for line in (text[: quoted.start()] if quoted else text).splitlines() if line.strip()]


def _words(lines: Sequence[str]) -> Sequence[str]:
    return _WORD.findall("\n".join(lines).lower())


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1))


def _share(own: Sequence[str], other: Sequence[str]) -> tuple[float, int]:
    """How many words of the shorter text stand in passages of the longer one, in per cent, and how many those are.

    The lines that both end with are a footer, and short ones that both begin with are a greeting or a menu, unless they
    are all there is.
    """
    if _words(own) != _words(other):
        footer, head = _common_footer(own, other), _common_head(own, other)
        own, other = own[head : len(own) - footer], other[head : len(other) - footer]
    shorter, longer = sorted((_words(own), _words(other)), key=len)
    passages = set(_runs(longer))
    covered: set[int] = set()
    for start, run in enumerate(_runs(shorter)):
        if run in passages:
            covered.update(range(start, start + _RUN))
    return (100 * len(covered) / len(shorter) if shorter else 0), len(covered)


def _common_head(own: Sequence[str], other: Sequence[str]) -> int:
    """How many short lines at the beginning are the same."""
    pairs = zip(own, other, strict=False)
    same = takewhile(lambda pair: pair[0].split() == pair[1].split() and len(pair[0].split()) <= _LONGEST_ENTRY, pairs)
    return sum(1 for _ in same)


def _common_footer(own: Sequence[str], other: Sequence[str]) -> int:
    """How many lines at the end are the same: some, or as many as reach up to one that only a footer has."""
    words = footer = 0
    for length, (one, same) in enumerate(zip(reversed(own), reversed(other), strict=False), 1):
        if one.split() != same.split():
            break
        words += len(one.split())
        if words <= _LONGEST_FOOTER or _FOOTER.search(one):
            footer = length
    return footer
