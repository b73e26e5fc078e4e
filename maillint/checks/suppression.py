"""Checks of suppression comments; they run last, when it is clear which comments suppressed something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from maillint.analysis.directives import Directive, removal
from maillint.check import Check, Options
from maillint.hits import Change, Hit
from maillint.text.shorten import shorten
from maillint.text.spans import Span
from maillint.values import field, frozen

if TYPE_CHECKING:  # few runs meet one
    from maillint.analysis.near_misses import NearMiss


@frozen
class NotUnderstood:
    """A comment that was meant to suppress something, and the names to suggest for it."""

    comment: NearMiss
    names: str


@frozen
class Suppressions:
    """What the checks here read: the comments, and what is wrong with the names in them.

    ``unknown`` maps a comment's number and a name to a suggestion; ``unused`` holds the numbers and names
    that suppressed nothing although their rules ran.
    """

    directives: Sequence[Directive]
    unknown: Mapping[tuple[int, str], str] = field(default_factory=dict)
    unused: frozenset[tuple[int, str]] = frozenset()
    not_understood: Sequence[NotUnderstood] = ()

    def misunderstands(self, directive: Directive) -> bool:
        """Whether a comment is one of those that are not understood."""
        return not directive.names and (directive.path, directive.span) in self._near

    @cached_property
    def _near(self) -> frozenset[tuple[str, Span | None]]:
        return frozenset((one.comment.place.source.path, one.comment.comment) for one in self.not_understood)


def _unknown_name(found: Suppressions, options: Options) -> Iterator[Hit]:
    """Names in a suppression comment that are no rule and no family."""
    for number, directive in enumerate(found.directives):
        for name, span in directive.names:
            if (number, name) in found.unknown:
                evidence = {"name": name, "suggestion": found.unknown[number, name]}
                yield Hit(directive.place, span, evidence)


def _unused(found: Suppressions, options: Options) -> Iterator[Hit]:
    """Names in a suppression comment that suppressed nothing."""
    for number, directive in enumerate(found.directives):
        idle = [(name, span) for name, span in directive.names if (number, name) in found.unused]
        if not idle:
            continue
        if len(idle) == len(directive.names):
            names = ", ".join(name for name, _ in idle)
            changes = (Change(removal(directive), ""),) if directive.alone else ()
            yield Hit(directive.place, directive.span, {"name": names}, changes=changes, safe=True)
            continue
        used = ", ".join(name for name, _ in directive.names if (number, name) not in found.unused)
        whole = Span(directive.names[0][1].start, directive.names[-1][1].end)
        for name, span in idle:
            yield Hit(directive.place, span, {"name": name}, changes=(Change(whole, used),), safe=True)


def _reason_missing(found: Suppressions, options: Options) -> Iterator[Hit]:
    """Suppression comments that give no reason."""
    for directive in found.directives:
        if directive.names and not directive.reason:
            yield Hit(directive.place, directive.span, {})


def _blanket(found: Suppressions, options: Options) -> Iterator[Hit]:
    """Suppression comments that name no rule."""
    for directive in found.directives:
        if not directive.names and not found.misunderstands(directive):
            yield Hit(directive.place, directive.span, {})


def _in_html_comment(found: Suppressions, options: Options) -> Iterator[Hit]:
    """Suppression comments that are sent to every reader."""
    for directive in found.directives:
        if directive.in_html and not found.misunderstands(directive):
            yield Hit(directive.place, directive.span, {})


def _not_understood(found: Suppressions, options: Options) -> Iterator[Hit]:
    """Comments that were meant to suppress a rule and do not: another word, other brackets, another kind of comment."""
    for one in found.not_understood:
        miss = one.comment
        scope = "ignore-file" if miss.whole_file else "ignore"
        hint = f'write "maillint: {scope}[{one.names}] reason"'
        if miss.comment is None:
            what = "in an HTML comment, or one of the template language" if miss.right else "in a comment of its own"
            hint = f"write it {what}" if miss.right else f"{hint} {what}"
        text = shorten(miss.place.text[miss.span.start : miss.span.end], 40)
        yield Hit(miss.place, miss.span, {"text": text, "hint": hint})


unknown_name = Check("suppression-unknown-name", _unknown_name, "suppression", frozenset({"name", "suggestion"}), {})
unused = Check("suppression-unused", _unused, "suppression", frozenset({"name"}), {})
reason_missing = Check("suppression-reason-missing", _reason_missing, "suppression", frozenset(), {})
blanket = Check("suppression-blanket", _blanket, "suppression", frozenset(), {})
in_html_comment = Check("suppression-in-html-comment", _in_html_comment, "suppression", frozenset(), {})
not_understood = Check("suppression-not-understood", _not_understood, "suppression", frozenset({"text", "hint"}), {})
