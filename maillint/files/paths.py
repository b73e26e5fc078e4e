"""Paths as output shows them."""

from __future__ import annotations

import os


def relative_path(path: str, base: str) -> str:
    """A path counted from a folder, with ``/``; the path itself where they are on different drives."""
    if base == os.getcwd() and not os.path.isabs(path) and os.path.normpath(path) == path and path[:2] != "..":  # noqa: PTH109, PTH117
        return path.replace(os.sep, "/")
    try:
        return os.path.relpath(path, base).replace(os.sep, "/")
    except ValueError:  # another drive
        return path.replace(os.sep, "/")


def shown_path(path: str) -> str:
    """A path as output shows it: relative to the working folder where it lies below it, with ``/``."""
    if not os.path.isabs(path):  # noqa: PTH117
        return path.replace(os.sep, "/")
    relative = relative_path(path, os.getcwd())  # noqa: PTH109
    return path.replace(os.sep, "/") if relative.startswith("../") else relative
