"""``--watch``: lint again whenever a file changes."""

from __future__ import annotations

import contextlib
import gc
import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NoReturn

import click

from maillint.cli import door
from maillint.cli.common import line_of
from maillint.config.find import FILE_NAMES, PYPROJECT
from maillint.data.yamlfile import FileError
from maillint.project.discovery import SKIPPED_FOLDERS, Discovery
from maillint.values import field, mutable

_PAUSE = 0.5
_MOST_BESIDE = 2_000
"""Files in the folder of a watched file that are looked at: what it includes is mostly there."""

_CONFIGS = (*FILE_NAMES, PYPROJECT)
_SETTINGS = (".yaml", ".yml", ".toml")
_EDITORS_OWN = ("~", ".tmp", ".swp", ".swx")

States = dict[str, tuple[int, int]]


@mutable
class Watched:
    """What is looked at: the paths, the rest that decides how they are linted, and what the run writes itself."""

    paths: Sequence[str]
    written: frozenset[str]
    files: set[str]
    rule_folders: set[str] = field(default_factory=set)
    config_folders: set[str] = field(default_factory=set)

    def learn(self, discovery: Discovery) -> None:
        """Note which configurations hold for the paths, what they may extend, their rules and baselines."""
        try:
            discovery.groups(self.paths)
        except FileError as error:
            self.files.add(error.path)
            self.config_folders.add(os.path.dirname(error.path))  # noqa: PTH120
        except (ValueError, OSError):
            pass  # the run reports it
        for config in discovery.configs:
            self.files.update(path for path in (config.path, config.baseline) if path is not None)
            for layer in config.layers:
                self.config_folders.add(layer.folder)
                self.rule_folders.update(layer.values.get("rule-folders", ()))

    def states(self) -> States:
        """Size and time of every file that counts."""
        found: States = {}
        above: set[str] = set()
        for path in self.paths:
            folder = path if os.path.isdir(path) else os.path.dirname(path) or "."  # noqa: PTH112, PTH120
            note([path, *_below(folder, None if folder == path else _MOST_BESIDE)], found)
            above.update(_upward(os.path.abspath(folder)))  # noqa: PTH100
        for folder in above:
            note((os.path.join(folder, name) for name in _CONFIGS), found)  # noqa: PTH118
        for folder in self.config_folders:
            note((os.path.join(folder, name) for name in _list(folder) if name.endswith(_SETTINGS)), found)  # noqa: PTH118
        for folder in self.rule_folders:
            note(_below(folder), found)
        note(self.files, found)
        return {path: state for path, state in found.items() if path not in self.written}


def watch(
    run: Callable[[], int],
    paths: Sequence[str],
    discover: Callable[[], Discovery],
    *,
    read: Iterable[str | None] = (),
    written: Iterable[str | None] = (),
) -> NoReturn:
    """Call ``run`` now and after every change, until Ctrl-C; an error is shown, and the next change awaited.

    ``read`` are further files that count; ``written`` those that the run writes itself, whose changes do not count.
    """
    if list(paths) == ["-"]:
        raise click.UsageError("--watch needs files, not standard input")
    own = frozenset(os.path.abspath(path) for path in written if path is not None)  # noqa: PTH100
    watched = Watched(paths, own, {path for path in read if path is not None})
    before: States | None = None
    while True:
        if watched.states() != before:
            watched.learn(discover())
            before = watched.states()  # before the run: what changes during it is seen the next time
            if sys.stdout.isatty():
                click.clear()
            try:
                run()
            except BrokenPipeError:
                raise
            except Exception as error:
                line = line_of(error)
                if line is None:
                    raise
                door.tell(line)
            door.say("Watching for changes; Ctrl-C ends.")
            gc.unfreeze()  # a run freezes what it finds loaded, which is right for one run only
        time.sleep(_PAUSE)


def _below(top: str, most: int | None = None) -> Iterator[str]:
    return islice(_walk(top), most)


def _walk(top: str) -> Iterator[str]:
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        for name in names:
            if name in _CONFIGS or not (name.startswith(".") or name.endswith(_EDITORS_OWN)):
                yield os.path.join(folder, name)  # noqa: PTH118


def _list(folder: str) -> list[str]:
    try:
        return os.listdir(folder or ".")  # noqa: PTH208
    except OSError:
        return []


def _upward(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)  # noqa: PTH120
        if parent == folder:
            return
        folder = parent


def note(paths: Iterable[str], found: States) -> None:
    """Add the size and time of each file that is there."""
    for path in paths:
        with contextlib.suppress(OSError):
            status = os.stat(path)  # noqa: PTH116
            if not stat.S_ISDIR(status.st_mode):
                found[os.path.abspath(path)] = (status.st_size, status.st_mtime_ns)  # noqa: PTH100
