"""Views: a part's text as one audience gets it, always of the part's own length.

A view takes one branch of every template choice and one side of every MSO conditional; the rest is
blanked with spaces (line ends stay). Output tags become holes. So an offset means the same in every view.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from maillint.message.conditionals import audiences
from maillint.message.content import Content, gather, gather_text
from maillint.message.html import Html
from maillint.message.template import Choice, Condition, Tag, Template
from maillint.text import Span, fill, merge

HOLE = "\uf5b1"
"""Stands for every character of an output tag; the tag itself is found by ``View.hole_at``."""

MAX_VIEWS = 16
"""Template views of one part at the most; ``Views.truncated`` tells when branches are left out."""


@dataclass(frozen=True)
class View:
    """One audience's text; ``blanks`` are the spans that it does not get, in order and apart.

    ``needs`` holds the tests that this view passes or fails, ``outlook`` the version of Word's engine
    that reads the MSO conditionals, or None for every other client.
    """

    text: str = field(repr=False)
    blanks: tuple[Span, ...] = field(default=(), repr=False)
    holes: tuple[Tag, ...] = field(default=(), repr=False)
    needs: frozenset[Condition] = frozenset()
    outlook: int | None = None
    markup: bool = field(default=True, repr=False)
    partial: bool = field(default=False, repr=False)

    @cached_property
    def html(self) -> Html:
        """The view parsed as HTML, on first use."""
        return Html.parse(self.text, self.blanks, tuple(hole.span for hole in self.holes), partial=self.partial)

    @cached_property
    def content(self) -> Content:
        """What the view shows: text, links, images."""
        return gather(self.html) if self.markup else gather_text(self.text, self.blanks)

    @cached_property
    def _blank_starts(self) -> list[int]:
        return [blank.start for blank in self.blanks]

    def shows(self, span: Span) -> bool:
        """Whether this audience gets any character of the span (an empty span: its place)."""
        index = bisect_right(self._blank_starts, span.start) - 1
        return index < 0 or self.blanks[index].end <= span.start or self.blanks[index].end < span.end

    def hole_at(self, offset: int) -> Tag | None:
        """The output tag that covers an offset."""
        index = bisect_right(self.holes, offset, key=lambda tag: tag.span.start) - 1
        return self.holes[index] if index >= 0 and self.holes[index].span.end > offset else None


@dataclass(frozen=True)
class Views:
    """All views of a part; the first is the one that most readers get."""

    views: tuple[View, ...]
    truncated: bool = False

    def __iter__(self) -> Iterator[View]:
        return iter(self.views)

    def __len__(self) -> int:
        return len(self.views)

    @property
    def first(self) -> View:
        """The view that most readers get."""
        return self.views[0]

    def label(self, having: Sequence[View], span: Span) -> str:
        """Say in words where alone a fault stands: ``in Outlook``, ``when plan == "pro"``; "" if everywhere.

        ``having`` are the views with the fault; views that do not get the span at all have no say.
        """
        shown = [view for view in self.views if view.shows(span)]
        lacking = [view for view in shown if not any(view is other for other in having)]
        if not lacking:
            return ""
        if all(view.outlook for view in having) and not any(view.outlook for view in lacking):
            return "in Outlook"
        if not any(view.outlook for view in having) and all(view.outlook for view in lacking):
            return "outside Outlook"
        common = frozenset.intersection(*(view.needs for view in having))
        telling = [need for need in common if all(need not in view.needs for view in lacking)]
        chosen = telling or [need for need in common if any(need not in view.needs for view in lacking)]
        words = sorted(need.text if need.holds else f"not {need.text}" for need in chosen)
        return "when " + " and ".join(words[:1] if telling else words[:3]) if words else "in one view"


def make_views(text: str, template: Template, *, markup: bool) -> Views:
    """Build the views of a part's text; ``markup`` parts also have MSO conditionals."""
    holes = tuple(template.outputs())
    tag_spans = [tag.span for tag in template.tags if tag.kind not in {"output", "raw"}]
    base = fill(fill(text, tag_spans, " "), [hole.span for hole in holes], HOLE, keep_lines=False)
    assignments, truncated = assign(template.choices)
    views: list[View] = []
    seen: set[tuple[str, int | None]] = set()
    for needs in assignments:
        dropped = merge(dropped_spans(template.choices, needs))
        blanks = merge([*tag_spans, *dropped])
        branch_text = fill(base, dropped, " ")
        live = tuple(hole for hole in holes if not _inside(hole.span, dropped)) if dropped else holes
        for outlook, hidden in audiences(branch_text) if markup else [(None, [])]:
            view_text = fill(branch_text, hidden, " ")
            if (view_text, outlook) in seen:
                continue
            seen.add((view_text, outlook))
            view_blanks = tuple(merge([*blanks, *hidden])) if hidden else tuple(blanks)
            views.append(View(view_text, view_blanks, live, needs, outlook, markup, template.has_statements))
    views.sort(key=lambda view: view.outlook is not None)
    return Views(tuple(views), truncated)


def _inside(span: Span, sorted_spans: Sequence[Span]) -> bool:
    index = bisect_right(sorted_spans, (span.start, 1 << 60)) - 1
    return index >= 0 and sorted_spans[index].end >= span.end


# -- branches -----------------------------------------------------------------------------------------


def assign(choices: Sequence[Choice]) -> tuple[list[frozenset[Condition]], bool]:
    """Choose sets of test results such that every branch stands in at least one of them.

    Each branch's path (its own tests and those of the branches around it) goes into the first set that
    it does not contradict, so the number of sets grows with the deepest choice and not with the product.
    Returns the sets, and whether MAX_VIEWS left branches out.
    """
    sets: list[dict[str, bool]] = [{}]
    truncated = False
    pending: list[tuple[Choice, dict[str, bool]]] = [(choice, {}) for choice in reversed(choices)]
    while pending:
        choice, around = pending.pop()
        for branch in choice.branches:
            path = dict(around)
            if any(path.setdefault(need.text, need.holds) is not need.holds for need in branch.needs):
                continue  # contradicts a test around it: no reader ever gets this branch
            home = next((known for known in sets if _agrees(known, path)), None)
            if home is not None:
                home.update(path)
            elif len(sets) < MAX_VIEWS:
                sets.append(path)
            else:
                truncated = True
            pending.extend((inner, path) for inner in reversed(branch.choices))
    return [frozenset(Condition(*item) for item in known.items()) for known in sets], truncated


def _agrees(known: dict[str, bool], path: dict[str, bool]) -> bool:
    return all(known.get(text, holds) is holds for text, holds in path.items())


def dropped_spans(choices: Sequence[Choice], needs: frozenset[Condition]) -> Iterator[Span]:
    """The spans of the branches that a set of test results does not take."""
    results = dict(needs)
    pending = list(reversed(choices))
    while pending:
        choice = pending.pop()
        taken = next(
            (
                branch
                for branch in choice.branches
                if all(results.get(need.text, need.holds) is need.holds for need in branch.needs)
            ),
            choice.branches[-1],
        )
        for branch in choice.branches:
            if branch is taken:
                pending.extend(reversed(branch.choices))
        yield from (
            branch.span for branch in choice.branches if branch is not taken and branch.span.end > branch.span.start
        )
