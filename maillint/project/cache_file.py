"""Files in which a run keeps what later runs need not work out again: ``.maillint_cache`` beside the configuration.

Reading and writing never fail a run: a file that cannot be used counts as empty. Only what this user has written on
this machine counts, which a seal in the file tells, since a checkout may bring a file of that name.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable
from typing import Any

from maillint._version import __version__
from maillint.data.checkout import SETTLED, digest
from maillint.data.compiled import user_key

FOLDER = ".maillint_cache"

_SEAL = '{"seal":"'
_MAX_CACHE = 200_000_000

Document = dict[str, Any]


def cache_path(folder: str, name: str) -> str:
    """Where a configuration's folder keeps a file of that name."""
    return os.path.join(folder, FOLDER, name)  # noqa: PTH118


def read_cache(path: str, form: int) -> Document:
    """What was kept by this version of maillint, in this form; empty where nothing was that can be used."""
    try:
        if not _is_own(path):
            return {}
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            content = file.readall()
        if not _has_own_seal(content):
            return {}
        import json  # noqa: PLC0415 -- 1.5 ms, and without a cache most runs need none

        document: Document = json.loads(content)
        if document["format"] == form and document["version"] == __version__:
            return document
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    return {}


def update_cache(path: str, form: int, make: Callable[[], Document]) -> None:
    """Replace a file as a whole by what ``make`` returns, which may read what another run has kept meanwhile."""
    folder = os.path.dirname(path)  # noqa: PTH120
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        if os.path.islink(folder) or os.path.islink(path):  # noqa: PTH114
            return  # nothing is written through a link
        if not os.path.isdir(folder):  # noqa: PTH112
            os.mkdir(folder)  # noqa: PTH102
            with open(os.path.join(folder, ".gitignore"), "w", encoding="ascii") as file:  # noqa: PTH118, PTH123
                file.write("# made by maillint\n*\n")
        import json  # noqa: PLC0415 -- see read_cache

        data = sealed(json.dumps({"format": form, "version": __version__, **make()}, separators=(",", ":")))
        if data is None:
            return
        with open(temporary, "xb") as file:  # noqa: PTH123
            file.write(data)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        if not isinstance(error, OSError):
            raise  # Ctrl-C in the middle leaves nothing behind


def sealed(document: str) -> bytes | None:
    """A JSON object with a seal put in first, which only this user can make; None where there is no key for it."""
    key = user_key()
    body = document[1:].encode()
    return None if key is None else f'{_SEAL}{digest([key, body])}",'.encode() + body


def _has_own_seal(content: bytes) -> bool:
    """Whether a stored cache was written by this user on this machine, and not brought by a checkout."""
    key = user_key()
    if key is None:
        return False
    head, body = content[: len(_SEAL) + 34], content[len(_SEAL) + 34 :]
    return head == f'{_SEAL}{digest([key, body])}",'.encode()


def _is_own(path: str) -> bool:
    """Whether a cache is a plain file in a plain folder: a link may lead anywhere, and a pipe never ends."""
    folder, file = os.lstat(os.path.dirname(path)), os.lstat(path)  # noqa: PTH120
    return stat.S_ISDIR(folder.st_mode) and stat.S_ISREG(file.st_mode) and file.st_size <= _MAX_CACHE


def state_of(path: str) -> list[int] | None:
    """A file's size, times and number; None where they do not tell whether it has changed.

    See ``content_digests``, which relies on the same.
    """
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    settled = max(status.st_mtime_ns, status.st_ctime_ns) <= time.time_ns() - SETTLED
    if os.name == "nt" or not settled or not stat.S_ISREG(status.st_mode):
        return None
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
