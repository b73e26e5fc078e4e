"""Where configuration files are found: every run looks for one, and few read one."""

from __future__ import annotations

import os

FILE_NAMES = ("maillint.yaml", ".maillint.yaml", "maillint.yml", ".maillint.yml")
"""What a configuration file is called; in one folder, the first of these counts."""

PYPROJECT = "pyproject.toml"

_MOST_BYTES = 4_000_000  # that the longest configuration can have


def find_config(folder: str) -> str | None:
    """Return the configuration file nearest to a folder, upward; None if there is none."""
    while True:
        for name in FILE_NAMES:
            path = os.path.join(folder, name)  # noqa: PTH118
            if os.path.isfile(path):  # noqa: PTH113
                return path
        path = os.path.join(folder, PYPROJECT)  # noqa: PTH118
        if _has_table(path):
            return path
        parent = os.path.dirname(folder)  # noqa: PTH120
        if parent == folder:
            return None
        folder = parent


def repository_above(folder: str) -> str | None:
    """Return the top of the git working tree that a folder is in; None if it is in none."""
    while not os.path.exists(os.path.join(folder, ".git")):  # noqa: PTH110, PTH118 -- a file in a linked working tree
        parent = os.path.dirname(folder)  # noqa: PTH120
        if parent == folder:
            return None
        folder = parent
    return folder


def _has_table(path: str) -> bool:
    if not os.path.isfile(path):  # noqa: PTH113 -- to open a pipe may never end
        return False
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return b"[tool.maillint" in file.read(_MOST_BYTES)
    except OSError:
        return False
