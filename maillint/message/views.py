"""Views: a part's text as one audience gets it, always of the part's own length.

A view takes one branch of every choice in the template and one side of every MSO conditional; the rest is blanked with
spaces (line ends stay). Output tags become holes, runs of PLACEHOLDER_CHAR. So an offset means the same in every view.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from maillint.message.content import Content, KnownSheets, gather, gather_text
from maillint.message.html.parser import parse_html
from maillint.message.html.tree import Html
from maillint.message.html.vocabulary import BLOCKS, VOID, is_known
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.source import SMALL, lowered
from maillint.text.spans import Span, fill, merge
from maillint.values import entity, field, frozen

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

    from maillint.message.template.branches import Assignment
    from maillint.message.template.conditions import Condition
    from maillint.message.template.parse import Template
    from maillint.message.template.tags import Choice, Tag

MAX_VIEWS = 64
"""A template gets at most so many views, Outlook's included; ``Views.truncated``: branches are left out for that."""

MIN_VIEWS = 8
"""A template gets so many views, if its branches need them, unless it is longer than ``HUGE`` or full of tags."""

HUGE = 1_000_000
"""Characters beyond which a text gets two views at the most: no mail is so long, and a view of it takes a second."""

_BUDGET = 5_000_000
"""Characters in all views together; a template that is longer than its share gets fewer of them."""

_TAGS = 100_000
"""Tags in all views together, an address counting as three more: each takes up to 10 µs in each view."""

_AUDIENCES = 8
"""So many readers of MSO conditionals differ at the most: versions of Outlook, and every other client."""

_MOST_CROSSED, _CROSSED_BY_LENGTH = 100_000, 30
"""So many characters of branches in loops, one within another, are searched for elements that begin in one of them."""

_GLUED = regex(f"<([A-Za-z][A-Za-z0-9-]{{0,20}}){PLACEHOLDER_CHAR}")
_TAG = regex(r"<(?P<end>/?)(?P<name>[A-Za-z][\w:-]*+)(?P<rest>[^<>]*+)>")


class Shared:
    """What the views of a part have in common, and is understood once for all of them."""

    def __init__(self) -> None:
        self.sheets = KnownSheets()
        self.memo: dict[Any, Any] = {}  # answers that are the same for all views, by who has worked them out
        self._parsed: list[tuple[frozenset[Condition], Html]] = []  # of each view; none is kept alive by another

    def parse(self, view: View, holes: Sequence[Span]) -> Html:
        """Parse a view: where it differs from one that is parsed already, or else as a whole."""
        html = self._parse_beside(view, holes) if self._parsed else None
        if html is None:
            html = parse_html(
                view.text,
                view.hidden_spans,
                holes,
                partial=view.partial,
                layout_fragments=view.layout_fragments,
                per_iteration=view.per_iteration,
                first_index=self._next_index,
            )
        self._parsed.append((view.needs, html))
        return html

    def _parse_beside(self, view: View, holes: Sequence[Span]) -> Html | None:
        from maillint.message.html.siblings import differences, parse_beside  # noqa: PLC0415 -- many have one view

        alike = [html for needs, html in self._parsed if needs == view.needs]
        base = min(
            (sum(end - start for start, end in differences(html.hidden_spans, view.hidden_spans)), number, html)
            for number, html in enumerate((self._parsed[0][1], self._parsed[-1][1], *alike[:1]))
        )[2]
        return parse_beside(base, view.text, view.hidden_spans, holes, self._next_index)

    @property
    def _next_index(self) -> int:
        return max((html.next_index for _, html in self._parsed), default=0)


@entity
class View:
    """One audience's text; ``hidden_spans`` are the spans that it does not get, in order and apart.

    ``holes`` are the output tags that it gets, in order; ``needs`` the tests that it passes or fails; ``outlook`` the
    version of Word's engine that reads the MSO conditionals, None for every other client. ``markup``: it is HTML (with
    ``mjml``, MJML). ``partial``: statements in the template may open or close what another file ends.
    ``layout_fragments`` are the tags that insert a fragment of a layout, ``per_iteration`` the names of elements that
    may begin in one iteration of a loop and end in another. ``shared`` belongs to all views of a part.
    """

    text: str = field(repr=False)
    hidden_spans: tuple[Span, ...] = field(default=(), repr=False)
    holes: tuple[Tag, ...] = field(default=(), repr=False)
    needs: frozenset[Condition] = frozenset()
    outlook: int | None = None
    markup: bool = field(default=True, repr=False)
    partial: bool = field(default=False, repr=False)
    layout_fragments: tuple[Span, ...] = field(default=(), repr=False)
    mjml: bool = field(default=False, repr=False)
    per_iteration: frozenset[str] = field(default=frozenset(), repr=False)
    shared: Shared = field(default_factory=Shared, repr=False)
    memo: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def html(self) -> Html:
        """The view parsed as HTML (or MJML), on first use."""
        holes = tuple(hole.span for hole in self.holes)
        if self.mjml:
            from maillint.message.mjml.parser import parse_mjml  # noqa: PLC0415 -- seldom needed

            return parse_mjml(
                self.text,
                self.hidden_spans,
                holes,
                partial=self.partial,
                layout_fragments=self.layout_fragments,
                per_iteration=self.per_iteration,
            )
        return self.shared.parse(self, holes)

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The same tree as a BeautifulSoup tree, on first use. It is shared: edit only a copy of it."""
        from maillint.message.html.soup import make_soup  # noqa: PLC0415 -- costs 90 ms

        return make_soup(self.html)

    @cached_property
    def content(self) -> Content:
        """What the view shows: text, links, images."""
        return (
            gather(self.html, outlook=self.outlook is not None, known=self.shared.sheets)
            if self.markup
            else gather_text(self.text, self.hidden_spans)
        )

    @cached_property
    def _hidden_starts(self) -> list[int]:
        return [span.start for span in self.hidden_spans]

    def shows(self, span: Span) -> bool:
        """Whether this audience gets any character of the span (an empty span: its place)."""
        index = bisect_right(self._hidden_starts, span.start) - 1
        return index < 0 or self.hidden_spans[index].end <= span.start or self.hidden_spans[index].end < span.end

    def hole_at(self, offset: int) -> Tag | None:
        """The output tag that covers an offset."""
        index = bisect_right(self.holes, offset, key=lambda tag: tag.span.start) - 1
        return self.holes[index] if index >= 0 and self.holes[index].span.end > offset else None

    def prints_at(self, offset: int) -> bool:
        """Whether something is printed where the text has no room for a hole: into an element that is empty."""
        index = bisect_right(self.holes, offset, key=lambda tag: tag.span.start) - 1
        return index >= 0 and self.holes[index].span == (offset, offset)


@frozen
class Views:
    """All views of a part; the first is the one that most readers get."""

    views: tuple[View, ...]
    truncated: bool = False
    choices: tuple[Choice, ...] = field(default=(), repr=False)

    @cached_property
    def _tested(self) -> dict[str, list[Span]]:
        """By the text of a test, the blocks that make it."""
        found: dict[str, list[Span]] = {}
        pending = list(self.choices)
        while pending:
            choice = pending.pop()
            for branch in choice.branches:
                pending.extend(branch.choices)
                alternatives = branch.test.when_true if branch.test else ()
                for text in {literal.text for alternative in alternatives for literal in alternative}:
                    found.setdefault(text, []).append(choice.span)
        return found

    def _distance(self, need: Condition, place: Span) -> int:
        """How far before a place the nearest block that makes a test ends; one that begins behind it counts last."""
        distances = [
            max(place.start - block.end, 0) if block.start <= place.start else len(self.first.text)
            for block in self._tested.get(need.text, ())
        ]
        return min(distances, default=len(self.first.text))

    def __iter__(self) -> Iterator[View]:
        return iter(self.views)

    def __len__(self) -> int:
        return len(self.views)

    @property
    def first(self) -> View:
        """The view that most readers get."""
        return self.views[0]

    def label(self, having: Sequence[View], span: Span) -> str:
        """Say in words where a fault stands, ``in Outlook`` or ``when plan == "pro"``; "" if in all views.

        ``having`` are the views with the fault; views that do not get the span at all do not count.
        """
        shown = [view for view in self.views if view.shows(span)]
        known = set(having)
        lacking = [view for view in shown if view not in known]
        if not lacking:
            return ""
        if all(view.outlook for view in having) and not any(view.outlook for view in lacking):
            return "in Outlook"
        if not any(view.outlook for view in having) and all(view.outlook for view in lacking):
            return "outside Outlook"
        common = frozenset.intersection(*(view.needs for view in having))
        telling = [need for need in common if all(need not in view.needs for view in lacking)]
        chosen = telling or [need for need in common if any(need not in view.needs for view in lacking)]
        words = [str(need) for need in sorted(chosen, key=lambda need: (self._distance(need, span), str(need)))]
        return "when " + " and ".join(words[:1] if telling else words[:3]) if words else "in one view"


def plain_views(text: str, *, markup: bool, mjml: bool = False, outlook: bool = True) -> Views:
    """Build the views of a text that is no template, as ``make_views``."""
    found: list[tuple[int | None, list[Span]]] = [(None, [])]
    if markup and "<!" in text:
        from maillint.message.html.mso_comments import audiences  # noqa: PLC0415 -- see make_views

        found = audiences(text)[: None if outlook else 1]
    views: dict[tuple[str, int | None], View] = {}
    for word, hidden in found:
        view_text = fill(text, hidden, " ")
        if (view_text, word) not in views:
            views[view_text, word] = View(view_text, tuple(merge(hidden)), (), frozenset(), word, markup, mjml=mjml)
    return Views(tuple(sorted(views.values(), key=lambda view: view.outlook is not None)))


def make_views(text: str, template: Template, *, markup: bool, mjml: bool = False, outlook: bool = True) -> Views:
    """Build the views of a part's text, at least one.

    With ``markup`` the text may have MSO conditionals, with ``outlook`` somebody reads them.
    """
    from maillint.message.template.branches import cover_branches, visible_choices  # noqa: PLC0415 -- full of patterns

    holes = tuple(template.outputs())
    tag_spans = [tag.span for tag in template.tags if not tag.prints]
    base = fill(fill(text, tag_spans, " "), [hole.span for hole in holes], PLACEHOLDER_CHAR, keep_lines=False)
    if holes and markup:  # <tr{{ attributes }}>: what is printed is no part of the element's name
        base = _GLUED.sub(lambda found: found[0][:-1] + (" " if is_known(found[1].lower()) else PLACEHOLDER_CHAR), base)
    stored = template.structure.stored
    balances = _Balances(base if stored else "")
    unseen = [span for span in stored if not _stands_alone(balances, span)]
    if unseen:
        base = fill(base, unseen, " ")
    crossing = list(_all_crossing(base, template.structure.per_iteration))
    if crossing:
        base = fill(base, sorted(tag for tag, _ in crossing), " ")
    silent = [*tag_spans, *unseen, *(tag for tag, _ in crossing)]
    per_iteration = frozenset(name for _, name in crossing)
    choices = visible_choices(template.choices, base)
    limit = _limit(text)
    assignments, truncated = cover_branches(choices, limit=limit)
    views: list[View] = []
    shared = Shared()
    seen: set[tuple[str, int | None]] = set()
    readings = [_Reading(choices, assignment, base, silent, unseen) for assignment in assignments]
    for reading, audience in _in_turns(readings, markup=markup, outlook=outlook):
        word, hidden = audience
        view_text = fill(reading.text, hidden, " ")
        if (view_text, word) in seen:
            continue
        if len(views) >= limit:
            truncated = True
            break
        seen.add((view_text, word))
        views.append(
            View(
                view_text,
                tuple(merge([*reading.hidden_spans, *hidden])) if hidden else tuple(reading.hidden_spans),
                tuple(hole for hole in holes if not _inside(hole.span, reading.gone)) if reading.gone else holes,
                reading.needs,
                word,
                markup,
                template.may_be_part,
                template.layout_fragments,
                mjml,
                per_iteration,
                shared,
            )
        )
    views.sort(key=lambda view: view.outlook is not None)
    return Views(tuple(views), truncated, tuple(choices))


class _Reading:
    """A text with the branches of one assignment."""

    def __init__(
        self,
        choices: Sequence[Choice],
        assignment: Assignment,
        base: str,
        silent: Sequence[Span],
        unseen: Sequence[Span],
    ) -> None:
        from maillint.message.template.branches import take_branches  # noqa: PLC0415 -- as in make_views

        branches, decided = take_branches(choices, assignment)
        dropped = merge(branches)
        self.hidden_spans = merge([*silent, *dropped])
        self.text = fill(base, dropped, " ")
        self.gone = merge([*dropped, *unseen])
        self.needs = frozenset(decided.conditions())


def _in_turns(
    readings: Sequence[_Reading], *, markup: bool, outlook: bool
) -> Iterator[tuple[_Reading, tuple[int | None, list[Span]]]]:
    """Each reading with each of its audiences: all of the first one's, then what most readers get, then the rest."""
    from maillint.message.html.mso_comments import audiences  # noqa: PLC0415 -- as in make_views

    rest: list[tuple[_Reading, tuple[int | None, list[Span]]]] = []
    for number, reading in enumerate(readings):
        found = audiences(reading.text)[: None if outlook else 1] if markup else [(None, [])]
        now = len(found) if number == 0 else 1
        for audience in found[:now]:
            yield reading, audience
        rest.extend((reading, audience) for audience in found[now:])
    yield from rest


def _limit(text: str) -> int:
    """How many views a text gets: fewer where it is long or has many tags, two where it has more than any mail."""
    if len(text) > SMALL:
        from maillint.text.density import is_dense  # noqa: PLC0415 -- most texts are small

        if len(text) > HUGE or is_dense(text):
            return 2
    tags = text.count("<") + 3 * text.count("://")
    return max(2, min(MAX_VIEWS, max(MIN_VIEWS, _BUDGET // (len(text) + 1)), _TAGS // (tags + 1)))


def may_need_more_views(text: str, template: Template) -> bool:
    """Whether a text has so many branches that some may be left out; False is certain, and cheap to find out."""
    count, limit = 0, _limit(text) // (_AUDIENCES if "[if" in lowered(text) else 1)
    pending = list(template.choices)
    while pending and count < limit:
        choice = pending.pop()
        count += len(choice.branches)
        pending.extend(inner for branch in choice.branches for inner in branch.choices)
    return count >= limit


class _Balances:
    """How many elements are open behind each tag of a text; what a span adds to that is their difference."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._open = [0]
        for tag in _TAG.finditer(text):
            self._starts.append(tag.start())
            self._ends.append(tag.end())
            opens = tag["name"].lower() not in VOID and not tag["rest"].endswith("/")
            self._open.append(self._open[-1] + (-1 if tag["end"] else opens))

    def of(self, span: Span) -> int | None:
        """How many more elements begin in a span than end; None for one without tags."""
        first, last = bisect_left(self._starts, span.start), bisect_right(self._ends, span.end)
        return self._open[last] - self._open[first] if last > first else None


def _stands_alone(balances: _Balances, span: Span) -> bool:
    """Whether a block whose content a variable keeps holds markup with as many ends as starts: it is shown in place."""
    return balances.of(span) == 0


def _all_crossing(text: str, spans: Iterable[Span]) -> Iterator[tuple[Span, str]]:
    """As ``_crossing``, of several spans; those that are nested deeply are left out."""
    left = _MOST_CROSSED + _CROSSED_BY_LENGTH * len(text)
    for span in spans:
        left -= span.end - span.start
        if left < 0:
            return
        yield from _crossing(text, span)


def _crossing(text: str, span: Span) -> Iterator[tuple[Span, str]]:
    """The tags of block elements without a counterpart in a span, and their names.

    In a loop, the counterpart stands in another iteration.
    """
    waiting: dict[str, list[Span]] = {}
    for tag in _TAG.finditer(text, span.start, span.end):
        name = tag["name"].lower()
        if name not in BLOCKS or name in VOID or tag["rest"].endswith("/"):
            continue
        if not tag["end"]:
            waiting.setdefault(name, []).append(Span(*tag.span()))
        elif waiting.get(name):
            waiting[name].pop()
        else:
            yield Span(*tag.span()), name
    yield from ((opened, name) for name, left in waiting.items() for opened in left)


def _inside(span: Span, sorted_spans: Sequence[Span]) -> bool:
    index = bisect_right(sorted_spans, (span.start, 1 << 60)) - 1
    return index >= 0 and sorted_spans[index].end >= span.end
