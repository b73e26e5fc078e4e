"""Mailboxes that stand in a list more than once: found in memory up to a bound, by DuckDB beyond it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from itertools import count
from typing import TYPE_CHECKING, Protocol

from maillint.errors import LintError
from maillint.recipients.model import Batch

if TYPE_CHECKING:
    import duckdb

MOST_IN_MEMORY = 1_000_000
"""Mailboxes that are remembered in memory (some 200 MB); a list with more of them needs DuckDB."""

_MEMORY = "512MB"
_AT_ONCE = 50_000


class Repeats(Protocol):
    """Finds the rows whose mailbox stands in an earlier row."""

    def of(self, batch: Batch) -> Mapping[int, int]:
        """Such rows of the next batch by their index, each with the first line in which its mailbox stands.

        Batches come in their order.
        """


class NoRepeats:
    """Finds none: nobody has asked."""

    def of(self, batch: Batch) -> Mapping[int, int]:
        """Nothing."""
        return {}


class TooManyError(LintError):
    """More mailboxes than memory should hold."""


class RepeatsInMemory:
    """Remembers every mailbox; raises TooManyError for more than ``most``."""

    def __init__(self, most: int = MOST_IN_MEMORY) -> None:
        self._most = most
        self._first: dict[str, int] = {}

    def of(self, batch: Batch) -> Mapping[int, int]:
        """See Repeats."""
        found: dict[int, int] = {}
        first = self._first
        for index, (address, line) in enumerate(zip(batch.addresses, batch.lines, strict=True)):
            mailbox = address[2]
            if mailbox:
                earlier = first.setdefault(mailbox, line)
                if earlier != line:
                    found[index] = earlier
        if len(first) > self._most:
            raise TooManyError(
                f"more than {self._most:,} addresses: duplicates among so many are found with DuckDB "
                "(pip install 'maillint[lists]'), or not looked for with --ignore recipients/duplicate-address"
            )
        return found


def has_engine() -> bool:
    """Whether DuckDB is installed."""
    return find_spec("duckdb") is not None


class RepeatsOnDisk:
    """Takes all mailboxes first, then has DuckDB sort out those that stand in several rows; memory stays bounded.

    ``folder`` is a temporary folder of its own, with room for the mailboxes three times over.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path = os.path.join(folder, "mailboxes.tsv")  # noqa: PTH118
        self._file = open(self._path, "w", encoding="utf-8", errors="surrogatepass", newline="")  # noqa: PTH123, SIM115
        self._rows = 0
        self._given = 0
        self._found: Iterator[tuple[int, int]] = iter(())
        self._next: tuple[int, int] | None = None

    def take(self, batch: Batch) -> None:
        """Take the mailboxes of the next batch."""
        rows = zip(count(self._rows), batch.lines, batch.addresses, strict=False)
        self._file.write("".join([f"{row}\t{line}\t{address[2]}\n" for row, line, address in rows if address[2]]))
        self._rows += len(batch)

    def sort(self) -> None:
        """Sort them out, after the last batch; raises LintError where DuckDB cannot."""
        import duckdb  # noqa: PLC0415 -- an extra, and 60 MB

        self._file.close()
        try:
            self._found = _repeated(self._connection(), self._path)
            self._next = next(self._found, None)
        except (duckdb.Error, OSError) as error:
            raise LintError(f"DuckDB cannot sort the addresses: {str(error).splitlines()[0]}") from None

    def _connection(self) -> duckdb.DuckDBPyConnection:
        import duckdb  # noqa: PLC0415 -- as above

        return duckdb.connect(
            os.path.join(self._folder, "mailboxes.duckdb"),  # noqa: PTH118
            config={
                "memory_limit": _MEMORY,
                "temp_directory": self._folder,
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "preserve_insertion_order": "false",
            },
        )

    def of(self, batch: Batch) -> Mapping[int, int]:
        """See Repeats."""
        found: dict[int, int] = {}
        end = self._given + len(batch)
        while self._next is not None and self._next[0] < end:
            row, line = self._next
            found[row - self._given] = line
            self._next = next(self._found, None)
        self._given = end
        return found


def _repeated(connection: duckdb.DuckDBPyConnection, path: str) -> Iterator[tuple[int, int]]:
    """The rows whose mailbox stands in an earlier one, in order, with the first line of that."""
    connection.execute(
        """
        CREATE TABLE mailboxes AS SELECT * FROM read_csv(
            ?, header = false, auto_detect = false, delim = '\t', quote = '', escape = '', new_line = '\\n',
            columns = {'number': 'BIGINT', 'line': 'BIGINT', 'mailbox': 'VARCHAR'})
        """,
        [path],
    )
    os.unlink(path)  # noqa: PTH108
    result = connection.execute(
        """
        SELECT mailboxes.number, earliest.line FROM mailboxes
        JOIN (SELECT mailbox, min(number) AS number, min(line) AS line FROM mailboxes
              GROUP BY mailbox HAVING count(*) > 1) AS earliest USING (mailbox)
        WHERE mailboxes.number > earliest.number ORDER BY mailboxes.number
        """
    )
    while rows := result.fetchmany(_AT_ONCE):
        yield from rows
