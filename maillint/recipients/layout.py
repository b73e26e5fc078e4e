"""How a list is laid out: its format, its delimiter, its header, and the column of addresses."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from maillint.data.lists import load_list
from maillint.errors import LintError
from maillint.patterns import regex
from maillint.recipients.opening import Encoding, ListFile
from maillint.text.shorten import shorten
from maillint.values import frozen, replace

FORMATS = ("csv", "tsv", "jsonl", "txt")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}

_SAMPLE_ROWS = 200
_SAMPLE_SIZE = 1 << 20
_DEEPEST = 5
_MOST_NAMED = 12
_MOST_KEYS = 500
"""Keys of JSON Lines that are columns; what stands at others is a cell without a name."""
_LEAST_SHARE = 0.2
"""The share of the first lines that must be addresses for a text to be a list."""
_BY_ENDING = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_ADDRESS = r"[^@\s,;<>\"]{1,200}+@[^@\s,;<>\"]{3,300}+"
_LIKE_ADDRESS = regex(rf"\s*+{_ADDRESS}(?:[\s,;]++{_ADDRESS}){{0,8}}+[\s,;]*|[^@<>]{{0,200}}+<\s*{_ADDRESS}\s*>[\s,;]*")
_HEADER_NAME = regex(r"[^\W\d_][\w\s/()\[\]:#'’*?-]{0,60}")
_SEPARATOR_LINE = regex(r"\"?sep=(.)\"?\s*", 2)


@frozen
class Wishes:
    """What the user says of a list; None for what is to be found out. ``column`` is a name, or a number from 1."""

    encoding: str | None = None
    format: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    column: str | None = None


@frozen
class Layout:
    """How to read a list.

    ``delimiter`` is "" where a line is one cell. ``columns`` are the names in the header, empty without one. ``index``
    is the place of the column of addresses, ``column`` its name or number; in JSON Lines the name is its key.
    ``preamble`` is the number of lines before the header (Excel's ``sep=``).
    """

    format: str
    encoding: Encoding
    delimiter: str = ""
    columns: tuple[str, ...] = ()
    width: int = 1
    index: int = 0
    column: str = "1"
    preamble: int = 0

    @property
    def has_header(self) -> bool:
        """Whether the first row names the columns."""
        return bool(self.columns)

    def name_of(self, index: int) -> str:
        """A column's name, or its number where it has none."""
        return (self.columns[index] if index < len(self.columns) else "") or str(index + 1)


def normal_name(name: str) -> str:
    """A column's name as names are compared."""
    return "".join(filter(str.isalnum, name.lower()))


def find_layout(file: ListFile, wishes: Wishes, *, addresses: bool = True) -> Layout:
    """Find out how a list is laid out, from what the user says and its first rows; raises LintError.

    ``addresses``: refuse a list without any; otherwise its first column is taken.
    """
    encoding = file.encoding(wishes.encoding)
    try:
        with file.text(encoding) as text:
            lines = list(_sample(text))
    except UnicodeDecodeError as error:
        raise file.error(f"not {encoding.codec} ({error.reason})") from None
    if not any(line.strip() for line in lines):
        raise file.error("the file has no rows")
    format_ = wishes.format or _format(file.ending, lines)
    if format_ == "jsonl":
        return _of_objects(file, encoding, wishes, lines)
    preamble = 0
    delimiter = wishes.delimiter
    if found := _SEPARATOR_LINE.fullmatch(lines[0]):
        preamble, delimiter = 1, delimiter or found[1]
    rows = lines[preamble:]
    if delimiter is None:
        delimiter = "\t" if format_ == "tsv" else "" if wishes.format == "txt" else _delimiter(rows)
    if not delimiter and format_ == "csv":
        delimiter = ","  # one column
    elif delimiter and format_ == "txt" and wishes.format is None:
        format_ = "csv"
    return _of_cells(file, Layout(format_, encoding, delimiter, preamble=preamble), wishes, rows, addresses)


def _sample(text: Any) -> Iterator[str]:
    left = _SAMPLE_SIZE
    for line in islice(text, _SAMPLE_ROWS):
        yield line
        left -= len(line)
        if left <= 0:
            return


def _format(ending: str, lines: Sequence[str]) -> str:
    if ending.lower() in _BY_ENDING:
        return _BY_ENDING[ending.lower()]
    first = next(line for line in lines if line.strip()).strip()
    return "jsonl" if first.startswith("{") and first.endswith("}") and '"' in first else "txt"


# -- cells --------------------------------------------------------------------------------------------


def cells_of(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """Lines as rows of cells, without blank ones."""
    if not delimiter:
        return [[single_cell(line.strip())] for line in lines if line.strip()]
    rows: list[list[str]] = []
    with suppress(csv.Error):  # of a sample, what can be read is enough
        rows.extend(row for row in csv.reader(lines, delimiter=delimiter) if row)
    return rows


def single_cell(text: str) -> str:
    """A line that is one cell, without quotation marks around it and what separated it from the next."""
    cell = text.rstrip(",; ")
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter that gives most rows the same number of cells, best with a column of addresses; "" for none."""
    best, best_score = "", (False, 0.0)
    for delimiter in DELIMITERS.values():
        rows = cells_of(lines, delimiter)
        widths = Counter(map(len, rows))
        width = _usual(widths)
        if width > 1 and widths[width] * 2 > len(rows):
            named = _address_column(rows, width) is not None or bool(_named_columns(rows[0]))
            score = named, widths[width] / len(rows)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _usual(widths: Counter[int]) -> int:
    """The commonest number of cells; of several the largest."""
    return max(widths, key=lambda width: (widths[width], width), default=1)


def _address_column(rows: Sequence[Sequence[str]], width: int) -> int | None:
    """The column that holds most addresses, the first of several; None where none holds them in half of its rows."""
    counts = [0] * width
    for row in rows:
        for index, cell in enumerate(row[:width]):
            counts[index] += bool(_LIKE_ADDRESS.fullmatch(cell))
    best = max(range(width), key=lambda index: (counts[index], -index))
    filled = sum(1 for row in rows[1:] if best < len(row) and row[best].strip()) or 1
    return best if counts[best] * 2 >= filled and counts[best] else None


def _of_cells(file: ListFile, layout: Layout, wishes: Wishes, lines: Sequence[str], addresses: bool) -> Layout:
    rows = cells_of(lines, layout.delimiter)
    if not rows:
        raise file.error("the file has no rows")
    first = rows[0]
    width = _usual(Counter(map(len, rows[1:] or rows)))
    named = _named_columns(first)
    index = _address_column(rows, width)
    if named and (index not in named or len(named) > 1):
        filled = _fullest(rows, named)
        index = filled if filled is not None else index if index is not None else named[0]
    header = wishes.header if wishes.header is not None else _is_header(first, index, named)
    columns = tuple(name.strip() for name in first) if header else ()
    if wishes.column is not None:
        index = _column_of(file, wishes.column, columns, max(width, len(first)))
    if index is None and not addresses:
        index = 0
    if index is None and layout.delimiter == "":
        index = 0
        found = sum(bool(_LIKE_ADDRESS.fullmatch(row[0])) for row in rows)
        if wishes.format is None and not named and found < len(rows) * _LEAST_SHARE:
            share = f"only {found} of the first {len(rows)} lines hold an address" if found else "no address found"
            raise file.error(f"{share}; is this a list of recipients?")
    if index is None:
        names = shorten(", ".join(columns[:_MOST_NAMED]), 200) if columns else f"{width} of them, without names"
        raise file.error(f"no column of addresses found (columns: {names}); name it with --column")
    if not header and len(first) > 1 and all(_LIKE_ADDRESS.fullmatch(cell) for cell in first if cell.strip()):
        raise file.error(f"the first line contains {len(first)} addresses; write one a line, or name one with --column")
    width = len(columns) if columns else width
    layout = replace(layout, columns=columns, width=width, index=index)
    return replace(layout, column=layout.name_of(index))


def _named_columns(first: Sequence[str]) -> list[int]:
    """The columns whose names are those of columns of addresses, in the list's order of names."""
    names = {name: number for number, name in enumerate(load_list("list-columns")["address"])}
    found = [(names[normal_name(cell)], index) for index, cell in enumerate(first) if normal_name(cell) in names]
    return [index for _, index in sorted(found)]


def _fullest(rows: Sequence[Sequence[str]], columns: Sequence[int]) -> int | None:
    """Of some columns the first that has addresses; None where none has."""
    wanted = frozenset(columns)
    filled: Counter[int] = Counter()
    addresses: Counter[int] = Counter()
    for row in rows[1:]:
        for index, cell in enumerate(row):
            if index in wanted and cell.strip():
                filled[index] += 1
                addresses[index] += "@" in cell
    return next((index for index in columns if filled[index] and addresses[index] * 2 >= filled[index]), None)


def _is_header(first: Sequence[str], index: int | None, named: Sequence[int]) -> bool:
    if named:
        return True
    if any("@" in cell for cell in first):
        return False
    own = first[index] if index is not None and index < len(first) else first[0]
    return bool(_HEADER_NAME.fullmatch(own.strip()))


def _column_of(file: ListFile, wanted: str, columns: Sequence[str], width: int) -> int:
    """The column that a user names, or numbers from 1; raises LintError."""
    for same in (str.strip, str.casefold, normal_name):
        matching = [index for index, name in enumerate(columns) if same(name) == same(wanted)]
        if matching:
            return matching[0]
    if wanted.isdecimal() and 1 <= int(wanted) <= width:
        return int(wanted) - 1
    names = ", ".join(columns[:_MOST_NAMED]) or f"they have no names, and numbers from 1 to {width}"
    raise file.error(f'no column "{shorten(wanted)}" (columns: {shorten(names, 200)})')


# -- objects ------------------------------------------------------------------------------------------


def flatten(value: object, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """The texts in a JSON value, each with its key; keys of objects inside others are joined with dots."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping) and depth < _DEEPEST:
        for key, item in value.items():
            yield from flatten(item, f"{name}.{key}" if name else str(key), depth + 1)


def _of_objects(file: ListFile, encoding: Encoding, wishes: Wishes, lines: Sequence[str]) -> Layout:
    import json  # noqa: PLC0415 -- for JSON Lines alone

    counts: dict[str, list[int]] = {}
    for line in lines:
        try:
            values = dict(flatten(json.loads(line)))
        except (ValueError, RecursionError):
            continue
        for key, text in values.items():
            count = counts.setdefault(key, [0, 0])
            count[0] += 1
            count[1] += bool(_LIKE_ADDRESS.fullmatch(text))
    if not counts:
        raise file.error("no line is a JSON object; is this JSON Lines?")
    keys = tuple(counts)
    if wishes.column is not None:
        if wishes.column not in counts:
            raise file.error(f'no key "{shorten(wishes.column)}" (keys: {shorten(", ".join(keys[:_MOST_NAMED]), 200)})')
        key = wishes.column
    else:
        named = [keys[index] for index in _named_columns([key.rpartition(".")[2] for key in keys])]
        key = next((key for key in named if counts[key][1] * 2 >= counts[key][0]), "") or max(
            keys, key=lambda key: counts[key][1]
        )
        if not counts[key][1]:
            raise file.error(
                f"no address found (keys: {shorten(', '.join(keys[:_MOST_NAMED]), 200)}); name it with --column"
            )
    keys = tuple(dict.fromkeys((*keys[:_MOST_KEYS], key)))
    return Layout("jsonl", encoding, columns=keys, width=len(keys), index=keys.index(key), column=key)


def delimiter_of(text: str) -> str:
    """A delimiter as a user gives it, by its name or itself; raises LintError."""
    delimiter = DELIMITERS.get(text.lower(), "\t" if text == "\\t" else text)
    if len(delimiter) != 1 or delimiter in '"\r\n\0@':
        raise LintError(f"--delimiter: {shorten(text)!r} is neither one character nor {', '.join(DELIMITERS)}")
    return delimiter
