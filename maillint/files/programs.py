"""Where the programs are that a run starts."""

from __future__ import annotations

import os


def program(name: str) -> str | None:
    """The path of a program; None where there is none.

    It is looked for in the folders of PATH that are named in full, never in the working folder or below one of its
    names (``PATH=node_modules/.bin:…``): what stands there may be a stranger's.
    """
    for folder in os.get_exec_path():
        path = os.path.join(folder, name + ".exe" * (os.name == "nt"))  # noqa: PTH118
        if os.path.isabs(folder) and os.path.isfile(path) and os.access(path, os.X_OK):  # noqa: PTH113, PTH117
            return path
    return None
