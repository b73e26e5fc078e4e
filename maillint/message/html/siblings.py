"""Views beside one another: a view that differs from a parsed one in some places is parsed in those places only.

Elsewhere it has the very same elements, with the same parents and ends. Where that cannot be so, as for an element
that opens in one branch and ends behind it in another way, the view must be parsed as a whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from maillint.message.html.parser import Builder
from maillint.message.html.tree import Element, Html
from maillint.message.html.vocabulary import MAX_DEPTH, ONCE, VOID
from maillint.patterns import regex
from maillint.text.spans import Span, merge

_REACH = 8
"""How many start tags behind a place that differs are walked at first until the walks agree."""

_DOCTYPE = regex(r"<!doctype", re.IGNORECASE)

_MOST = 0.6
"""Of a text that differs in a larger share, nothing is to be gained."""


class _Differs(Exception):  # noqa: N818 -- no error: the view is parsed as a whole then
    """The view differs in more than the places given."""


def parse_beside(base: Html, text: str, hidden_spans: Sequence[Span], holes: Sequence[Span], count: int) -> Html | None:
    """Parse a view that differs from ``base`` in its text where only one of them has hidden spans.

    The elements that are new are numbered from ``count``. Returns None where the view must be parsed as a whole.
    """
    if base.trace is None or not base.trace.quiet or base.mjml:
        return None
    places = differences(base.hidden_spans, hidden_spans)
    if _late_doctype(base, text) or (_leaves_open(base) and _end_tags_differ(base.text, text, places)):
        return None
    if sum(place.end - place.start for place in places) > _MOST * len(text):
        return None
    try:
        return _Beside(base, text, hidden_spans, holes, count).parse(places)
    except _Differs:
        return None


def differences(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """The spans that are in one of two sequences only, merged."""
    return merge(set(one) ^ set(other))


def _late_doctype(base: Html, text: str) -> bool:
    """Whether a doctype stands behind an element, so that what comes before it was read by other rules."""
    first = base.elements[0].span.start if base.elements else len(text)
    return _DOCTYPE.search(base.text, first) is not None or _DOCTYPE.search(text, first) is not None


def _leaves_open(base: Html) -> bool:
    """Whether elements stay open; whether that is a fault depends on the end tags that the text has anywhere."""
    assert base.trace is not None
    return bool(base.trace.open or base.unclosed)


def _end_tags_differ(one: str, other: str, places: Sequence[Span]) -> bool:
    """Whether there is an end tag in a place that differs."""
    return any("</" in text[max(start - 1, 0) : end] for text in (one, other) for start, end in places)


class _Beside:
    def __init__(self, base: Html, text: str, hidden_spans: Sequence[Span], holes: Sequence[Span], count: int) -> None:
        self.base = base
        faults = base.unclosed, base.stray, base.misnested, base.misplaced
        self.result = Html(text, hidden_spans, holes, [], [], *faults, trace=base.trace)
        self.count = count
        self.starts = [element.span[0] for element in base.elements]
        self.run_starts = [run[1] for run in base.runs]
        self.fault_places = sorted(_fault_places(base))

    def parse(self, places: Sequence[Span]) -> Html:
        base, result = self.base, self.result
        element_index, run_index, place_index = 0, 0, 0  # what has been taken over, or replaced
        while place_index < len(places):
            restart = self.restart(places[place_index].start, element_index)
            if restart < 0 and place_index:  # the text's beginning has been walked already
                raise _Differs
            walk = _Window(self, restart, places, place_index)
            agreed = walk.run()
            behind = base.elements[restart].span[1] if restart >= 0 else 0
            self.take(element_index, restart + 1, run_index, bisect_left(self.run_starts, behind))
            result.elements.extend(walk.result.elements)
            result.runs.extend(walk.result.runs)
            self.count = walk.count
            self.no_faults(behind, agreed)
            element_index = agreed
            run_index = len(base.runs)
            if agreed < len(base.elements):
                run_index = bisect_left(self.run_starts, self.starts[agreed])
                place_index = bisect_left(places, (self.starts[agreed], 0))
            else:
                place_index = len(places)
        self.take(element_index, len(base.elements), run_index, len(base.runs))
        result.next_index = self.count
        return result

    def restart(self, place: int, least: int) -> int:
        """The index of an element before a place with whose start tag a walk can begin; -1 for the text's beginning."""
        elements = self.base.elements
        index = bisect_right(self.starts, place) - 1
        while index >= least and (elements[index].span[1] > place or not self.is_plain(elements[index])):
            index -= 1
        if index < least and (index >= 0 or least):
            raise _Differs
        return index

    def is_plain(self, element: Element) -> bool:
        """Whether it is plain that an element is open behind its start tag, or cannot be."""
        tag = element.tag
        if tag in ONCE:
            return element is next(other for other in self.base.elements if other.tag == tag)
        return tag in VOID or not element.self_closing

    def take(self, first: int, last: int, first_run: int, last_run: int) -> None:
        """Take over elements and runs of text."""
        self.result.elements.extend(self.base.elements[first:last])
        self.result.runs.extend(self.base.runs[first_run:last_run])

    def breaks(self, index: int) -> bool:
        """Whether a line begins with an element of the base, or with one between it and the text before."""
        last = bisect_left(self.run_starts, self.starts[index])
        since = self.run_starts[last - 1] if last else -1
        return any(
            element.start_tag.breaks for element in self.base.elements[bisect_left(self.starts, since) : index + 1]
        )

    def no_faults(self, start: int, agreed: int) -> None:
        """Refuse a stretch of the base, up to the element where the walks agree, that has faults, or the body."""
        base = self.base
        end = self.starts[agreed] if agreed < len(base.elements) else len(base.text) + 1
        first = bisect_left(self.fault_places, start)
        if first < len(self.fault_places) and self.fault_places[first] < end:
            raise _Differs
        if any(element.tag in ONCE for element in base.elements[bisect_left(self.starts, start) : agreed]):
            raise _Differs


def _fault_places(html: Html) -> Iterator[int]:
    """Where the faults of a view begin and are noticed."""
    for unclosed in html.unclosed:
        yield unclosed.element.span.start
        yield len(html.text) if unclosed.at is None else unclosed.at.start
    yield from (fault.span.start for fault in html.stray)
    yield from (fault.span.start for fault in html.misnested)
    yield from (fault.element.span.start for fault in html.misplaced)


class _Window(Builder):
    """Walks a view from a start tag of the base to one where both have the same elements open."""

    def __init__(self, beside: _Beside, restart: int, places: Sequence[Span], place: int) -> None:
        base = beside.base
        assert base.trace is not None
        super().__init__(beside.result.text, beside.result.hidden_spans, (), False, (), frozenset())
        self.beside = beside
        self.base = base
        self.restart = restart
        self.places = places
        self.first_place = place
        self.first_count = beside.count
        self.end_tags = set(base.trace.end_tags)
        self.quirks = base.trace.quirks
        self.agreed: int | None = None

    def run(self) -> int:
        """Walk; returns the index of the element of the base from which on both have the same, or how many it has."""
        starts, text = self.beside.starts, self.base.text
        reach = _REACH
        while True:
            self.begin()
            behind = bisect_left(starts, self.places[self.first_place].end) + reach
            limit = starts[behind] if behind < len(starts) else len(text)
            first = self.base.elements[self.restart].span[0] if self.restart >= 0 else 0
            self.walk(self.result.text[first:limit], first)
            if self.faulty():
                raise _Differs
            if self.agreed is not None:
                return self.agreed
            if limit == len(text):
                return self.at_end()
            reach *= 4

    def begin(self) -> None:
        """Put back the state behind the start tag of the restart."""
        chain: list[Element] = []
        if self.restart >= 0:
            element = self.base.elements[self.restart]
            chain = [element, *element.ancestors] if element.tag not in VOID else list(element.ancestors)
        else:
            self.quirks = True  # until a doctype says otherwise
            self.end_tags.clear()
        if len(chain) >= MAX_DEPTH:
            raise _Differs
        self.stack[:] = reversed(chain)
        self.open_tags.clear()
        for opened in chain:
            self.open_tags[opened.tag] = self.open_tags.get(opened.tag, 0) + 1
        self.result.elements.clear()
        self.result.runs.clear()
        self.count = self.first_count
        self.waiting = self.restart >= 0  # for the start tag of the restart, which the base has walked
        self.place = self.first_place  # up to it, all begin before what is walked
        self.reached = 0
        self.breaks = self.restart >= 0 and self.beside.breaks(self.restart)

    def start(self, element: Element) -> bool:
        if self.waiting:
            self.waiting = False
            self.count = self.first_count
            return False
        if element.tag in ONCE:
            raise _Differs
        super().start(element)
        return self.agrees(element)

    def agrees(self, element: Element) -> bool:
        """Whether the base has the same element with the same ones around it, and differs no more from here on."""
        start, end = element.span
        places = self.places
        while self.place < len(places) and places[self.place].start < end:
            self.reached = max(self.reached, places[self.place].end)
            self.place += 1
        if self.place == self.first_place or start < self.reached:  # what differs is still to come, or not over
            return False
        index = bisect_left(self.beside.starts, start)
        if index == len(self.beside.starts) or self.beside.starts[index] != start:
            return False
        same = self.base.elements[index]
        if same.parent is not element.parent or same.start_tag.source != element.start_tag.source:
            return False
        assert self.base.trace is not None
        if self.breaks != self.beside.breaks(index) or self.quirks != self.base.trace.quirks:
            return False
        self.result.elements.pop()
        self.count -= 1
        self.agreed = index
        return True

    def at_end(self) -> int:
        """The end of the text has come before the walks agreed: they do if they leave the same elements open."""
        assert self.base.trace is not None
        if len(self.stack) != len(self.base.trace.open) or any(map(_is_not, self.stack, self.base.trace.open)):
            raise _Differs
        return len(self.base.elements)

    def close(self, element: Element, content_end: int, end_tag: Span | None = None) -> None:
        if element.index >= self.first_count:
            super().close(element, content_end, end_tag)
        elif (element.content_end, element.end_tag) != (content_end, end_tag):
            raise _Differs

    def end(self, tag: str, span: Span) -> None:
        if tag in ONCE and self.find_open(tag) is None:
            raise _Differs
        super().end(tag, span)

    def faulty(self) -> bool:
        result = self.result
        return bool(
            result.unclosed
            or result.stray
            or result.misnested
            or result.misplaced
            or result.open_comment is not None
            or self.interrupted
            or self.cut_short
            or self.out_of_scope
            or self.unclosed_cells
            or self.begins_with_end
        )


def _is_not(one: Element, other: Element) -> bool:
    return one is not other
