"""Write a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat

from maillint.errors import LintError
from maillint.files.access import is_handed_over, is_inside, system_reason


class WriteError(LintError):
    """A file that could not be written; nothing of it has changed."""


def write_output(path: str, data: bytes, *, follow: bool = False) -> None:
    """Write a file that the command line names, as ``replace_file``, but through no link out of where it seems to be.

    That is the working folder for a path below it, or else the file's own folder; with ``follow``, a link may lead
    anywhere. Raises WriteError.
    """
    if not follow and not is_handed_over(path):
        here = os.path.abspath(os.curdir)  # noqa: PTH100
        folder = here if is_inside(os.path.abspath(path), [here]) else os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120
        if not is_inside(os.path.realpath(path), [os.path.realpath(folder)]):
            raise WriteError(f"{path}: a link that leads out of its folder; --follow-symlinks writes it")
    replace_file(path, data)


def replace_file(path: str, data: bytes, expected: bytes | None = None) -> None:
    """Write a file whole or not at all, with the mode and owner that it had; links are followed.

    ``expected`` is what the file must still hold. A pipe or a device is written to directly, but never where
    something is expected of it. Raises WriteError.
    """
    real = os.path.realpath(path)
    temporary = f"{real}.{os.getpid()}.maillint.tmp"
    try:
        before = os.stat(path) if os.path.exists(path) else None  # noqa: PTH110, PTH116
        if before is not None and not (stat.S_ISREG(before.st_mode) or stat.S_ISDIR(before.st_mode)):
            if expected is not None:
                raise WriteError(f"{path}: not a regular file; nothing written")
            with open(path, "wb") as file:  # noqa: PTH123
                file.write(data)
            return
        if expected is not None:
            with open(real, "rb") as file:  # noqa: PTH123
                if file.read() != expected:
                    raise WriteError(f"{path}: changed since it was read; nothing written")
        if before is not None and not os.access(real, os.W_OK):
            raise WriteError(f"{path}: read-only; nothing written")
        with open(temporary, "xb") as file:  # noqa: PTH123
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if before is not None:
            with contextlib.suppress(OSError, AttributeError):  # the owner stays the same where the system allows it
                os.chown(temporary, before.st_uid, before.st_gid)
            os.chmod(temporary, before.st_mode & 0o7777)  # noqa: PTH101
        os.replace(temporary, real)  # noqa: PTH105
    except WriteError:
        raise
    except BaseException as error:
        with contextlib.suppress(OSError):  # the name is this process's own, whether or not the file is there yet
            os.unlink(temporary)  # noqa: PTH108
        if not isinstance(error, OSError):
            raise  # Ctrl-C in the middle leaves nothing behind
        raise WriteError(f"{path}: {system_reason(error)}; nothing written") from None
