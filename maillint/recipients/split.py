"""The rows of a list in two files, clean and doubtful: all of them or nothing, each row with its own bytes."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO, TextIO

from maillint.errors import LintError
from maillint.files.access import system_reason
from maillint.recipients.layout import Layout
from maillint.recipients.model import Batch

REASONS = "reasons.csv"


class Split:
    """Writes a folder with ``clean`` and ``doubtful`` rows, and the reasons; use it as a context.

    Everything is written into a folder beside it, which takes the name at the end: a run that is ended in the middle,
    however that happens, leaves no folder of that name. Raises LintError where it cannot be written, or is there
    already. ``ending`` is that of the files' names, before ``.gz`` where they are gzipped.
    """

    def __init__(self, folder: str, layout: Layout, ending: str, *, gzipped: bool = False) -> None:
        self.folder = folder
        self.clean = 0
        self.doubtful = 0
        self._layout = layout
        self._ending = f"{ending}{'.gz' * gzipped}"
        self._gzipped = gzipped
        parent, name = os.path.split(os.path.abspath(folder))  # noqa: PTH100
        self._temporary = os.path.join(parent, f".{name}.{os.getpid()}.maillint.tmp")  # noqa: PTH118
        self._files: list[TextIO] = []

    def __enter__(self) -> Split:
        check_free(self.folder)
        try:
            os.mkdir(self._temporary, 0o700)  # noqa: PTH102
            for name in ("clean", "doubtful"):
                self._files.append(self._rows_file(f"{name}{self._ending}"))
            path = os.path.join(self._temporary, REASONS)  # noqa: PTH118
            self._files.append(open(path, "w", encoding="utf-8", newline=""))  # noqa: PTH123
            self._files[-1].write("line,rules\n")
        except OSError as error:
            self._discard()
            raise self._error(error) from None
        return self

    def _rows_file(self, name: str) -> TextIO:
        encoding, path = self._layout.encoding, os.path.join(self._temporary, name)  # noqa: PTH118
        raw: IO[bytes]
        if self._gzipped:
            import gzip  # noqa: PLC0415 -- few lists are

            raw = gzip.open(path, "wb", 6)  # type: ignore[assignment]  # noqa: SIM115
        else:
            raw = open(path, "wb")  # noqa: PTH123, SIM115
        raw.write(encoding.bom)
        return io.TextIOWrapper(raw, encoding.codec, encoding.errors, newline="")

    def write_head(self, head: str) -> None:
        """Write what stands before the rows into both files."""
        for file in self._files[:2]:
            file.write(head)

    def write(self, batch: Batch, doubtful: Mapping[int, Sequence[str]]) -> None:
        """Write some rows; those of ``doubtful`` with the rules that found something in them."""
        clean, other, reasons = self._files
        self.doubtful += len(doubtful)
        self.clean += len(batch) - len(doubtful)
        try:
            if not doubtful:
                clean.write(batch.text)
                return
            clean.write("".join([text for index, text in enumerate(batch.texts) if index not in doubtful]))
            rows = sorted(doubtful)
            other.write("".join([batch.texts[index] for index in rows]))
            reasons.write("".join([f"{batch.lines[index]},{' '.join(doubtful[index])}\n" for index in rows]))
        except OSError as error:
            raise self._error(error) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._discard()
            return
        try:
            for file in self._files:
                file.close()
            for entry in os.scandir(self._temporary):
                _sync(entry.path)
            with contextlib.suppress(OSError):  # an empty folder gives way
                os.rmdir(self.folder)  # noqa: PTH106
            check_free(self.folder)
            os.rename(self._temporary, self.folder)  # noqa: PTH104
        except BaseException as failure:
            self._discard()
            if isinstance(failure, OSError):
                raise self._error(failure) from None
            raise

    def _discard(self) -> None:
        for file in self._files:
            with contextlib.suppress(OSError, ValueError):
                file.close()
        shutil.rmtree(self._temporary, ignore_errors=True)

    def _error(self, error: OSError) -> LintError:
        return LintError(f"{self.folder}: {system_reason(error)}; nothing written")


def _sync(path: str) -> None:
    """Have the system write a file's bytes down, before the folder gets its name."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_free(folder: str) -> None:
    """Raise LintError unless a folder can be made, or is there and empty."""
    if os.path.lexists(folder) and not (os.path.isdir(folder) and not os.listdir(folder)):  # noqa: PTH112, PTH208
        raise LintError(f"{folder} already exists; nothing written")
    parent = os.path.dirname(os.path.abspath(folder))  # noqa: PTH100, PTH120
    if not os.path.isdir(parent):  # noqa: PTH112
        raise LintError(f"{folder}: there is no folder {parent}; nothing written")
