"""Source frames: the first and the last line of a span, cut to the terminal's width, with carets below it.

The indentation of the lines is left out: a template's is deep, and of one line it says nothing.
"""

from __future__ import annotations

from maillint.finding import DomainFinding, Severity
from maillint.output._cells import Cell, cells, total
from maillint.output._paint import Paint
from maillint.text.source import Source
from maillint.values import frozen

_NARROWEST = 24
_CUT = "…"


@frozen
class Frames:
    """Draws frames of one text, ``width`` cells wide; line numbers take ``gutter`` cells, shown if ``numbered``."""

    source: Source
    width: int
    paint: Paint
    gutter: int = 1
    numbered: bool = True

    def draw(self, start: int, end: int, severity: Severity) -> list[str]:
        """Return the lines of a frame for the span ``[start, end)``; empty for an empty span on a blank line."""
        size = len(self.source.text)
        start = min(max(start, 0), size)
        end = min(max(end, start), size)
        first, last = self.source.position(start)[0], self.source.position(end)[0]
        if last > first and end == self.source.line_span(last).start:  # the span ends with a line end
            last -= 1
            end = max(start, self.source.line_span(last).end)
        if start == end and self._blank(first):
            return []
        if first == last:
            return self._line(first, start, end, severity)
        stop = max(self.source.line_span(first).end, start)
        lines = self._line(first, start, stop, severity)
        if last > first + 1:
            lines.append(self.paint(f"{_CUT:>{self.gutter}}", "dim"))
        return lines + self._line(last, self._indented(last, end), end, severity)

    def draw_line(self, start: int, end: int, severity: Severity) -> list[str]:
        """Return the first line of a span, with the span in the colour of its severity; empty for a blank line."""
        size = len(self.source.text)
        start = min(max(start, 0), size)
        number = self.source.position(start)[0]
        stop = min(max(end, start), size, max(self.source.line_span(number).end, start))
        return [] if self._blank(number) else self._line(number, start, stop, severity, carets=False)

    def _line(self, number: int, start: int, end: int, severity: Severity, carets: bool = True) -> list[str]:
        line = self.source.line_span(number)
        room = max(self.width - self.gutter - 3, _NARROWEST)
        run, first, last = _window(self.source.text, self._indented(number, start), line.end, start, end, room)
        shown = "".join(
            self.paint(cell.shown, "dim")
            if cell.replaced and cell.shown.strip()
            else self.paint(cell.shown, severity)
            if not carets and first <= index < last
            else cell.shown
            for index, cell in enumerate(run)
        )
        label = self.paint(f"{number if self.numbered else '':>{self.gutter}} |", "dim")
        lines = [f"{label} {shown.rstrip()}" if shown.strip() else label]
        if carets:
            below = " " * total(run[:first]) + self.paint("^" * max(total(run[first:last]), 1), severity)
            lines.append(self.paint(f"{'':>{self.gutter}} |", "dim") + " " + below)
        return lines

    def _blank(self, number: int) -> bool:
        line = self.source.line_span(number)
        return line.end - line.start <= self.width and not self.source.text[line.start : line.end].strip()

    def _indented(self, number: int, end: int) -> int:
        """Where the indentation of a line ends, which is read no further than it can be shown."""
        start = self.source.line_span(number).start
        head = self.source.text[start : min(end, start + self.width)]
        return start + len(head) - len(head.lstrip())


def of_record(finding: DomainFinding, width: int, paint: Paint) -> list[str]:
    """Return the frame of a finding's DNS record, without carets where the finding has no span in it."""
    if not finding.record:
        return []
    frames = Frames(Source("", finding.record), width, paint, numbered=False)
    lines = frames.draw(finding.start, finding.end, finding.severity)
    return lines if finding.end else lines[:1]


def _window(text: str, line_start: int, line_end: int, start: int, end: int, room: int) -> tuple[list[Cell], int, int]:
    """Return the cells of a line to show in ``room`` cells, and the range ``[first, last)`` of those above carets.

    Only a stretch of the line around the start of the span is read, so that long lines cost no time.
    """
    reach = 2 * room
    low, high = max(line_start, start - reach), min(line_end, max(start, min(end, start + reach)) + reach)
    run = cells(text, low, high)
    first = next((index for index, cell in enumerate(run) if cell.end > start), len(run))
    last = next((index for index in range(first, len(run)) if run[index].start >= end), len(run))
    if low == line_start and high == line_end and total(run) < room + (last < len(run) or end > start):
        return run, first, last
    return _cut(run, first, last, room, low > line_start, high < line_end)


def _cut(
    run: list[Cell], first: int, last: int, room: int, more_before: bool, more_after: bool
) -> tuple[list[Cell], int, int]:
    """Cut a run of cells to ``room`` around its cells ``[first, last)``, with an ellipsis at each cut."""
    before, span, after = total(run[:first]), max(total(run[first:last]), 1), total(run[last:])
    left = 0
    if more_before or before + span + 1 > room:
        # Some context before the span is shown, and more where there is little after it.
        spare = max(room - 2 - span, 0)
        keep = max(spare // 2, spare - after) if spare else room // 5
        while left < first and (before > keep or (more_before and not left)):
            before -= run[left].width
            left += 1
    ellipsis = Cell(-1, -1, _CUT, 1)
    shown = [ellipsis, *run[left:first]] if left else run[:first]
    used, carets = total(shown), len(shown)
    right = first
    rest = total(run[first:])
    if used + rest <= room and not more_after:
        right = len(run)
    else:
        while right < len(run) and used + run[right].width <= room - 1:
            used += run[right].width
            right += 1
    shown += run[first:right]
    marked = carets + max(min(last, right) - first, 0)
    if right < len(run) or more_after:
        shown.append(ellipsis)
        marked += last > right
    return shown, carets, marked
