"""Read files whole, with limits."""

from __future__ import annotations

import os
import stat

from maillint.errors import LintError
from maillint.text.source import NotTextError, Source

MAX_BYTES = 20_000_000
"""Files larger than this are refused: no mail provider takes such a message."""


class UnreadableError(LintError):
    """A file that cannot be linted, told in one line; ``path`` names it where it is not the message's first."""

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
    return path.startswith(("/dev/", "/proc/"))


def read_bytes(path: str) -> bytes:
    """Read a file whole; raises UnreadableError with the system's reason.

    A pipe that lies about in a folder would never end; one that a shell hands over (``/dev/fd/63``) does.
    """
    try:
        status = os.stat(path)  # noqa: PTH116
        size = status.st_size
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode) and not is_handed_over(path):
            raise UnreadableError("not a regular file")
        if size > MAX_BYTES:
            raise UnreadableError(f"too large ({size:,} bytes; the limit is {MAX_BYTES:,})")
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError as error:
        raise UnreadableError((error.strerror or str(error)).lower()) from None
