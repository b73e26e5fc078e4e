"""Sample data beside a template, with which it can be rendered."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache

from maillint.text.source import NotTextError, Source

ENDINGS = (".data.yaml", ".data.yml", ".data.json")
MAX_DATA = 1_000_000
"""Bytes of a file of sample data that are read at the most."""


def sample_file(path: str) -> str | None:
    """The path of the sample data beside a template: ``welcome.data.yaml`` for ``welcome.html.j2``; None without."""
    stem = path
    while True:
        stem, extension = os.path.splitext(stem)  # noqa: PTH122
        for ending in ENDINGS:
            if os.path.isfile(stem + ending):  # noqa: PTH113
                return stem + ending
        if not extension or os.path.basename(stem).startswith("."):  # noqa: PTH119
            return None


def read_samples(path: str) -> Source | None:
    """Read the sample data beside a template; None if there are none, or if the file is not text."""
    found = sample_file(path)
    if found is None:
        return None
    try:
        with open(found, "rb") as file:  # noqa: PTH123
            data = file.read(MAX_DATA + 1)
        return Source.from_bytes(found, data[:MAX_DATA])
    except (OSError, NotTextError):
        return None


@cache
def packages() -> Mapping[str, str]:
    """The versions of the optional packages that render templates, as far as they are installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 -- 15 ms, and rarely needed

    found = {}
    for module, name in (("jinja2", "Jinja2"), ("mrml", "mrml")):
        try:
            found[module] = version(name)
        except PackageNotFoundError:
            continue
    return found
