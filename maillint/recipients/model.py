"""What checks read of a list: its rows, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from maillint.recipients.addresses import Address
from maillint.recipients.layout import Layout
from maillint.values import field, mutable

if TYPE_CHECKING:
    from maillint.network.mail_hosts import MailHosts

ROW_FAULTS = {
    "more-cells": "more cells than the list has columns",
    "fewer-cells": "fewer cells than the list has columns",
    "open-quote": "a quotation mark that is never closed",
    "long-cell": "a cell of more than 131,072 characters",
    "nul": "NUL characters",
    "undecodable": "bytes that are invalid in the list's encoding",
    "not-json": "a line that is not a JSON object",
}
"""What can be wrong with a row, in words."""


@mutable
class Batch:
    """Some consecutive rows of a list, as columns: the same index means the same row in each of them.

    ``lines`` are the numbers of the rows' first lines, ``texts`` the rows as they stand, with their line ends,
    ``cells`` what is in them. ``row_faults`` has names of ``ROW_FAULTS``. ``first`` says whether it is the
    list's first batch. ``source`` are the lines that the rows were read from, those between them too; the first of
    them has the number ``source_line``, and the offset ``start`` in the list's text.

    What is known of the rows from elsewhere is set before they are judged: ``repeats`` has the line in which the same
    mailbox stands before, ``suppressed`` the rows that must get no mail, ``mail_hosts`` who takes the mail of each
    domain (None where nobody has asked).
    """

    layout: Layout
    lines: Sequence[int]
    texts: Sequence[str]
    cells: Sequence[Sequence[str]]
    addresses: Sequence[Address]
    row_faults: Mapping[int, str]
    first: bool = True
    source: Sequence[str] = ()
    source_line: int = 1
    start: int = 0
    repeats: Mapping[int, int] = field(default_factory=dict)
    suppressed: Sequence[int] = ()
    mail_hosts: Mapping[str, MailHosts] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def text(self) -> str:
        """The rows as one text: what is not in it need not be looked for row by row."""
        return "".join(self.texts)

    @cached_property
    def domains(self) -> Mapping[str, Sequence[int]]:
        """The rows of each domain, valid addresses only."""
        found: dict[str, list[int]] = {}
        for index, address in enumerate(self.addresses):
            found.setdefault(address[1], []).append(index)
        found.pop("", None)
        return found

    def other_cells(self, index: int) -> Iterator[tuple[str, str]]:
        """The name and the text of each cell of a row but the address."""
        for number, cell in enumerate(self.cells[index]):
            if cell and number != self.layout.index:
                yield self.layout.name_of(number), cell

    def offset(self, index: int) -> int:
        """The offset of a row in the list's text."""
        return self.start + self._line_offsets[self.lines[index] - self.source_line]

    @cached_property
    def _line_offsets(self) -> Sequence[int]:
        """The offset of each line from the first: few batches have anything to point at."""
        return list(accumulate(map(len, self.source), initial=0))
