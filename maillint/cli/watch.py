"""``--watch``: lint again whenever a file changes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence

import click

from maillint.files import SKIPPED_FOLDERS

_PAUSE = 0.5


def watch(run: Callable[[], int], paths: Sequence[str]) -> None:
    """Call ``run`` now and after every change below the paths, until Ctrl-C; a fault is told and waited out."""
    if list(paths) == ["-"]:
        raise click.UsageError("--watch needs files, not standard input")
    before: dict[str, tuple[int, int]] = {}
    try:
        while True:
            now = states(paths)
            if now != before:
                before = now
                if sys.stdout.isatty():
                    click.clear()
                try:
                    run()
                except (click.ClickException, ValueError) as error:
                    text = error.format_message() if isinstance(error, click.ClickException) else str(error)
                    click.echo(f"maillint: {text}", err=True)
                click.echo("Watching for changes; Ctrl-C ends.", err=True)
            time.sleep(_PAUSE)
    except KeyboardInterrupt:
        click.echo("", err=True)
        sys.exit(0)


def states(paths: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Size and time of every file below the paths, and of the configurations above them."""
    found: dict[str, tuple[int, int]] = {}
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112
            for folder, folders, names in os.walk(path):
                folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
                for name in names:
                    note(os.path.join(folder, name), found)  # noqa: PTH118
        else:
            note(path, found)
    for name in ("maillint.yaml", ".maillint.yaml", "pyproject.toml"):
        note(name, found)
    return found


def note(path: str, found: dict[str, tuple[int, int]]) -> None:
    """Add one file's size and time, if it is there."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return
    found[path] = (status.st_size, status.st_mtime_ns)
