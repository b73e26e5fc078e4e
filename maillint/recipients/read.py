"""Read the rows of a list, a batch at a time, whatever its size."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO

from maillint.recipients.addresses import AddressReader
from maillint.recipients.layout import Layout, cells_of, flatten, single_cell
from maillint.recipients.model import Batch
from maillint.recipients.opening import ListFile
from maillint.values import field, mutable

BATCH_ROWS = 8_192

_PIECE = 1 << 20
_MOST_AGAIN = 4_000_000
"""Characters that are read again behind quotation marks that are never closed; beyond them a row has few lines."""
_FEW_LINES = 10
"""Characters that are read at once."""


class ListReader:
    """Reads a list once, from its beginning.

    ``head`` is the text before its first row (a header), ``blank`` the number of lines that are no rows, ``rows`` that
    of rows; these count what has been read.
    """

    def __init__(self, file: ListFile, layout: Layout) -> None:
        self.file = file
        self.layout = layout
        self.head = ""
        self.blank = 0
        self.rows = 0
        self._addresses = AddressReader()
        self._read_again = 0

    def batches(self) -> Iterator[Batch]:
        """The rows in batches, at least one, which may be empty; raises LintError for what cannot be read."""
        codec = self.layout.encoding.codec
        try:
            with self.file.text(self.layout.encoding) as text:
                yield from self._batches(_Lines(text))
        except UnicodeDecodeError as error:
            raise self.file.error(f"not {codec} after row {self.rows:,} ({error.reason}); see --encoding") from None

    def _batches(self, lines: _Lines) -> Iterator[Batch]:
        self.head = "".join([lines.next() for _ in range(self.layout.preamble)])
        header = self.layout.has_header and self.layout.format != "jsonl"
        start, first = len(self.head), True
        while taken := lines.take():
            number = lines.number - len(taken) + 1
            rows = self._rows(taken, lines)
            if header and rows.texts:
                self.head += rows.texts[0]
                rows = rows.without_first()
                header = False
            if rows.texts:
                self.rows += len(rows.texts)
                batch = self._batch(rows, first)
                batch.source, batch.source_line, batch.start = taken, number, start
                yield batch
                first = False
            start += sum(map(len, taken))
        if first:
            yield Batch(self.layout, (), (), (), (), {})

    def _batch(self, rows: _Rows, first: bool) -> Batch:
        read, index, width = self._addresses.read, self.layout.index, self.layout.width
        addresses = [read(row[index]) if len(row) > index else read("") for row in rows.cells]
        if set(map(len, rows.cells)) != {width} and self.layout.format != "jsonl":
            for number, row in enumerate(rows.cells):
                if len(row) < width:
                    rows.faults.setdefault(number, "fewer-cells")
                elif any(row[width:]):
                    rows.faults.setdefault(number, "more-cells")
        batch = Batch(self.layout, rows.numbers, rows.texts, rows.cells, addresses, rows.faults, first)
        guessed = self.layout.encoding.guessed
        if "\0" in batch.text or not (guessed or _is_sound(batch.text)):
            for number, text in enumerate(rows.texts):
                if "\0" in text:
                    rows.faults.setdefault(number, "nul")
                elif not (guessed or _is_sound(text)):
                    rows.faults.setdefault(number, "undecodable")
        return batch

    # -- lines to rows

    def _rows(self, taken: list[str], lines: _Lines) -> _Rows:
        """The rows of some lines; a row that goes on behind them takes more."""
        first = lines.number - len(taken) + 1
        if self.layout.format == "jsonl":
            rows = self._objects(taken, first)
        elif not self.layout.delimiter:
            rows = self._single_cells(taken, first)
        else:
            rows = self._plain(taken, first) or self._quoted(taken, first, lines)
        self.blank += rows.blank
        return rows

    def _single_cells(self, taken: Sequence[str], first: int) -> _Rows:
        """A line is a cell; one that begins with # is a comment."""
        rows = _Rows()
        for number, line in enumerate(taken, first):
            cell = line.strip()
            if cell and (cell[0] != "#" or "@" in cell):
                rows.add(number, line, (single_cell(cell),))
            else:
                rows.blank += 1
        return rows

    def _objects(self, taken: Sequence[str], first: int) -> _Rows:
        """A line is a JSON object; its cells stand in the order of the layout's keys, any others behind them."""
        import json  # noqa: PLC0415 -- for JSON Lines alone

        rows, places = _Rows(), {key: place for place, key in enumerate(self.layout.columns)}
        for number, line in enumerate(taken, first):
            if line.isspace():
                rows.blank += 1
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                value = None
            if isinstance(value, (dict, str)):
                values = dict(flatten(value))
                rows.add(number, line, _in_order(values, places))
            else:
                rows.add(number, line, (), "not-json")
        return rows

    def _plain(self, taken: list[str], first: int) -> _Rows | None:
        """A line is a row, where there are no quotation marks; None where there are, or where a line is none."""
        if '"' in "".join(taken):
            return None
        try:
            cells = list(csv.reader(taken, delimiter=self.layout.delimiter))
        except csv.Error:
            return None
        if [] not in cells:
            return _Rows(range(first, first + len(taken)), taken, cells)
        rows = _Rows()
        for number, (line, row) in enumerate(zip(taken, cells, strict=True), first):
            if row:
                rows.add(number, line, row)
            else:
                rows.blank += 1
        return rows

    def _quoted(self, taken: list[str], first: int, lines: _Lines) -> _Rows:
        """Rows by the rules of CSV.

        A quotation mark that is never closed spoils its own line only: what comes after it is read once more.
        """
        rows = _Rows()
        place, last = 0, len(taken)
        while place < last:
            start, fault = place, ""
            most = _FEW_LINES if self._read_again > _MOST_AGAIN else None
            reader = csv.reader(_more(taken, start, lines, most), delimiter=self.layout.delimiter)
            try:
                for row in reader:
                    end = start + reader.line_num
                    cut = most is not None and end - start == most
                    if cut and place > start:  # read it from its first line
                        break
                    if cut or self._is_open(taken[place:end]):
                        fault = "open-quote"
                        break
                    if row:
                        rows.add(first + place, "".join(taken[place:end]), row)
                    else:
                        rows.blank += 1
                    place = end
                    if place >= last:
                        break
            except csv.Error:
                fault = "long-cell" if len(taken[place]) > csv.field_size_limit() else "open-quote"
            if fault:
                rows.add(first + place, taken[place], (), fault)
                place += 1
        lines.put_back(taken[place:])
        del taken[place:]
        return rows

    def _is_open(self, lines: Sequence[str]) -> bool:
        """Whether the first of some lines has a quotation mark that is never closed; the others are read again then."""
        if len(lines) < 2 or not self._swallows(lines):
            return False
        self._read_again += sum(map(len, lines))
        return True

    def _swallows(self, lines: Sequence[str]) -> bool:
        """Whether a row of several lines begins with a quotation mark that is not its own.

        Such a one stays open to the end of the list, or takes in what would be rows.
        """
        if sum(line.count('"') for line in lines) % 2:
            return True
        index, width = self.layout.index, self.layout.width
        inner = [row for line in lines[1:] for row in cells_of([line], self.layout.delimiter) if len(row) == width > 1]
        return sum(not self._addresses.read(row[index]).fault for row in inner) > 1


@mutable
class _Rows:
    """Rows as columns, as in ``Batch``, and the number of lines between them that are none."""

    numbers: Sequence[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    cells: Sequence[Sequence[str]] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)
    blank: int = 0

    def add(self, number: int, text: str, cells: Sequence[str], fault: str = "") -> None:
        """Add a row."""
        if fault:
            self.faults[len(self.texts)] = fault
        self.numbers.append(number)  # type: ignore[attr-defined]
        self.texts.append(text)
        self.cells.append(cells)  # type: ignore[attr-defined]

    def without_first(self) -> _Rows:
        """All rows but the first."""
        faults = {number - 1: fault for number, fault in self.faults.items() if number}
        return _Rows(self.numbers[1:], self.texts[1:], self.cells[1:], faults, self.blank)


class _Lines:
    """The lines of a text, some at a time; ``number`` counts those that are taken."""

    def __init__(self, text: TextIO) -> None:
        self.number = 0
        self._text = text
        self._waiting: deque[str] = deque()

    def take(self) -> list[str]:
        """The next lines, BATCH_ROWS at the most; empty at the end."""
        self._waiting = self._waiting or deque(self._text.readlines(_PIECE))
        taken = [self._waiting.popleft() for _ in range(min(BATCH_ROWS, len(self._waiting)))]
        self.number += len(taken)
        return taken

    def next(self) -> str:
        """The next line; "" at the end."""
        line = self._waiting.popleft() if self._waiting else self._text.readline()
        self.number += bool(line)
        return line

    def put_back(self, lines: list[str]) -> None:
        """Let lines be taken once more."""
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)


def _more(taken: list[str], start: int, lines: _Lines, most: int | None) -> Iterator[str]:
    """The lines from a place on, then those that come after them, which are added; ``most`` of them."""
    place = start
    while (most is None or place < start + most) and (place < len(taken) or (line := lines.next())):
        if place == len(taken):
            taken.append(line)
        yield taken[place]
        place += 1


def _in_order(values: Mapping[str, str], places: Mapping[str, int]) -> list[str]:
    """Values at the places of their keys, as far as the last; then those whose keys have none."""
    known = {places[key]: value for key, value in values.items() if key in places}
    cells = [""] * (max(known, default=-1) + 1)
    for place, value in known.items():
        cells[place] = value
    if len(known) < len(values):
        cells += [""] * (len(places) - len(cells))
        cells += (value for key, value in values.items() if key not in places)
    return cells


def _is_sound(text: str) -> bool:
    """Whether all bytes of a text were of its encoding."""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
