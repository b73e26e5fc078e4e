"""Read files: those of a run whole and with a limit, those that a message names inside given folders only."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Container, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from maillint.data.checkout import digest
from maillint.errors import LintError
from maillint.text.source import NotTextError, Source
from maillint.values import NamedTuple

if TYPE_CHECKING:
    from typing import IO

MAX_BYTES = 20_000_000
"""Files larger than this are refused: no mail provider takes such a message."""


def system_reason(error: OSError) -> str:
    """The system's reason for an error, as the end of a line."""
    return (error.strerror or str(error)).lower()


class UnreadableError(LintError):
    """A file that cannot be linted; ``path`` names it where it is not the message's first."""

    def __init__(self, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


def source_from(path: str, data: bytes, kind: str) -> Source:
    """Decode a file's bytes; raises UnreadableError for binary data."""
    try:
        return Source.from_bytes(path, data, message=kind == "eml")
    except NotTextError as error:
        raise UnreadableError(str(error)) from None


def is_handed_over(path: str) -> bool:
    """Whether a path is a pipe that a shell hands over (``/dev/fd/63``), which can be read once."""
    return path.startswith(("/dev/", "/proc/"))


def read_bytes(path: str) -> bytes:
    """Read a file whole; raises UnreadableError with the system's reason.

    A named pipe is refused, since reading it may never end; one that a shell hands over is read.
    """
    try:
        status = os.stat(path)  # noqa: PTH116
        size = status.st_size
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode) and not is_handed_over(path):
            raise UnreadableError("not a regular file")
        if size > MAX_BYTES:
            raise UnreadableError(f"too large ({size:,} bytes; the limit is {MAX_BYTES:,})")
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 -- read whole: a buffer would only cost
            return file.readall() if stat.S_ISREG(status.st_mode) else read_limited(file)
    except OSError as error:
        raise UnreadableError(system_reason(error)) from None


def read_limited(file: IO[bytes]) -> bytes:
    """Read what has no size before it ends; raises UnreadableError for more than MAX_BYTES."""
    pieces: list[bytes] = []
    left = MAX_BYTES + 1
    while left > 0 and (piece := file.read(min(left, 1 << 20))):
        pieces.append(piece)
        left -= len(piece)
    if left <= 0:
        raise UnreadableError(f"too large (more than {MAX_BYTES:,} bytes)")
    return b"".join(pieces)


class FoundFile(NamedTuple):
    """A file inside the borders: its real path, and its content (None where it cannot be read)."""

    path: str
    data: bytes | None


class FileAccess:
    """What may be read beside the files of a run: files inside ``roots`` (folders or files), links resolved.

    Everything that the text of a message names or that is looked for beside it is read through here: what it
    includes, sample data, its plain-text twin, its sidecars. Without roots nothing is read, and no path is looked at.
    With ``follow``, links inside the roots may lead out of them. ``texts`` hold, by path, what counts instead of what
    stands in files, which need not be there.
    """

    def __init__(
        self, roots: Iterable[str] = (), *, follow: bool = False, texts: Mapping[str, bytes] | None = None
    ) -> None:
        self._given = tuple(roots)
        self._follow = follow
        self._texts = texts or {}
        self._states: dict[str, str] = {}
        self.complete = True

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The real paths inside which files may be read."""
        return tuple(dict.fromkeys(map(os.path.realpath, self._given)))

    def real_path(self, path: str) -> str:
        """A path with its links resolved; without roots, the path as it is written, from the file system's root."""
        return os.path.realpath(path) if self._given else os.path.abspath(path)  # noqa: PTH100

    def allows(self, path: str) -> bool:
        """Whether a path leads inside the roots, whether or not a file is there."""
        if not self._given:
            return False
        if is_inside(os.path.realpath(path), self.roots):
            return True
        return self._follow and is_inside(os.path.abspath(path), map(os.path.abspath, self._given))  # noqa: PTH100

    def check_link(self, path: str) -> None:
        """Refuse a file of the run that is a link out of the roots; raises UnreadableError."""
        if path in self._texts or not self._given or is_handed_over(path):
            return
        if os.path.islink(path) and not self.allows(path):  # noqa: PTH114
            raise UnreadableError("a link that leads out of the folders to lint; --follow-symlinks reads it")

    def has_file(self, path: str) -> bool:
        """Whether a regular file is there, inside the roots."""
        return bool(self._given) and (path in self._texts or (os.path.isfile(path) and self.allows(path)))  # noqa: PTH113

    def names(self, folder: str) -> list[str]:
        """The names of what is in a folder; empty where it cannot be listed, or lies outside the roots."""
        try:
            names = os.listdir(folder or ".") if self.allows(folder or ".") else []  # noqa: PTH208
        except OSError:
            names = []
        for path in self._texts:
            above, name = os.path.split(path)
            if above == folder and name not in names:
                names.append(name)
        return names

    def read(self, path: str, limit: int) -> FoundFile | None:
        """Read a regular file inside the roots; None where there is none.

        Of a file that is longer than ``limit``, one byte more than that is returned. What was looked for, and
        what was found, is noted in ``states``.
        """
        if not self._given:
            return None
        found = self._read(path, limit)
        self._states[path] = _state(found)
        return found

    def _read(self, path: str, limit: int) -> FoundFile | None:
        if not self.has_file(path):
            return None
        real = os.path.realpath(path)
        if path in self._texts:
            return FoundFile(real, self._texts[path][: limit + 1])
        try:
            with open(real, "rb") as file:  # noqa: PTH123
                return FoundFile(real, file.read(limit + 1))
        except OSError:
            return FoundFile(real, None)

    # -- what has been read

    @property
    def states(self) -> Mapping[str, str]:
        """Each path that has been read or looked for, with a digest of what was there, "" for nothing.

        It is all that a result depends on beside the message's own files where ``complete`` is true.
        """
        return self._states

    def note(self, path: str) -> None:
        """Note a file that another process has read or looked for."""
        if path not in self._states:
            self.read(path, MAX_BYTES)

    def is_unchanged(self, states: Mapping[str, str], listed: Callable[[str], Container[str]] | None = None) -> bool:
        """Whether everything that an earlier run has noted is as it was.

        ``listed`` gives the names of the files in a folder in lower case, by which most of what is missing is known.
        """
        for path, state in states.items():
            folder, name = os.path.split(path)
            if not state and listed is not None and name.lower() not in listed(folder):
                continue
            if _state(self._read(path, MAX_BYTES)) != state:
                return False
        return True


def is_inside(path: str, roots: Iterable[str]) -> bool:
    """Whether an absolute path is one of the roots or lies below one."""
    return any(path == root or path.startswith(root.rstrip(os.sep) + os.sep) for root in roots)


def _state(found: FoundFile | None) -> str:
    if found is None:
        return ""
    return digest([found.path.encode("utf-8", "surrogateescape"), b"" if found.data is None else b"=" + found.data])


NO_FILES = FileAccess()
"""Reads nothing: for a text that stands in no file."""
