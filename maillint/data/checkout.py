"""What the files of a checkout hold, known by their names, sizes and times: most starts read none of them."""

from __future__ import annotations

# On the path of every start: see maillint.data.compiled.
# ruff: noqa: PTH123
import os
from binascii import crc32

from maillint.data.compiled import load_latest

TYPE_CHECKING = False  # typing itself costs milliseconds
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SETTLED = 2_000_000_000
"""Nanoseconds after a file's last change from which on its times tell that it has not changed since.

A change within the same tick of the file system's clock leaves the times as they are.
"""

_SKIPPED = frozenset({"__pycache__", "_built"})


def digest(chunks: Iterable[bytes]) -> str:
    """Return a short digest of the chunks, each set apart from the next."""
    try:
        from _blake2 import blake2b  # noqa: PLC0415 -- hashlib loads OpenSSL beside it, which takes 5 ms
    except ImportError:
        from hashlib import blake2b  # noqa: PLC0415

    total = blake2b(digest_size=16)
    for chunk in chunks:
        total.update(len(chunk).to_bytes(8, "little"))
        total.update(chunk)
    return total.hexdigest()


def content_digests(folders: Mapping[str, str], endings: tuple[str, ...]) -> dict[str, str]:
    """Return a digest of the content of each file and folder below some folders, by ``<folder's name>/<path>``.

    The path of a folder ends with a slash. ``folders`` maps names to paths. The digests are stored in the user's cache
    under the files' names, sizes, times and numbers. The time of the last change of a file's entry (``ctime``) is among
    them, which no program can set: neither a checkout nor a copy that gives a file the time and the size of an older
    one goes unnoticed. Where a file has changed a moment ago, or the system has no such time (Windows), all are read.
    """
    import time  # noqa: PLC0415 -- built in

    states, newest = [], 0
    for name, folder in folders.items():
        states.append(f"{name}={folder}")
        for path, entry in _files(folder, "", endings):
            status = entry.stat()
            modified, changed = status.st_mtime_ns, status.st_ctime_ns
            if modified > newest or changed > newest:
                newest = max(modified, changed)
            states.append(f"{path} {status.st_size} {modified} {changed} {status.st_ino}")
    if os.name == "nt" or newest > time.time_ns() - SETTLED:
        return _digests(folders, endings)
    state = "|".join(states)
    if not state.isprintable():
        return _digests(folders, endings)
    name = f"files-{crc32('|'.join(folders.values()).encode()):08x}"
    text = load_latest(name, state, lambda: _written(_digests(folders, endings)))
    words = text.split("\n")
    return dict(zip(words[::2], words[1::2], strict=True))


def _written(digests: Mapping[str, str]) -> str:
    return "\n".join(word for pair in digests.items() for word in pair)


def _digests(folders: Mapping[str, str], endings: tuple[str, ...]) -> dict[str, str]:
    files: dict[str, str] = {}
    for name, folder in folders.items():
        for path, entry in _files(folder, "", endings):
            with open(entry.path, "rb") as file:
                files[f"{name}/{path}"] = digest([file.read()])
    inside: dict[str, list[str]] = {}
    for path, held in files.items():
        steps = path.split("/")
        for depth in range(1, len(steps)):
            inside.setdefault("/".join(steps[:depth]) + "/", []).append(f"{path} {held}")
    return files | {folder: digest([held.encode() for held in lines]) for folder, lines in inside.items()}


def _files(folder: str, above: str, endings: tuple[str, ...]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The files below a folder in the order of their names, each by its path from there."""
    with os.scandir(folder) as listed:
        entries = {entry.name: entry for entry in listed}
    for name in sorted(entries):
        if name.endswith(endings):
            yield above + name, entries[name]
        elif "." not in name and name not in _SKIPPED and entries[name].is_dir():
            yield from _files(entries[name].path, f"{above}{name}/", endings)
