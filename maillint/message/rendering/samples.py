"""Sample data beside a template, with which it can be rendered."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache

from maillint.files.access import FileAccess
from maillint.text.source import NotTextError, Source

ENDINGS = (".data.yaml", ".data.yml", ".data.json")
MAX_DATA = 1_000_000
"""Bytes of a file of sample data that are read at the most."""


def read_samples(path: str, files: FileAccess) -> Source | None:
    """Read the sample data beside a template: ``welcome.data.yaml`` for ``welcome.html.j2``.

    None where there are none, or where they are no text. Of data that are too large, the first MAX_DATA bytes.
    """
    for candidate in _candidates(path):
        found = files.read(candidate, MAX_DATA)
        if found is None:
            continue
        try:
            return None if found.data is None else Source.from_bytes(candidate, found.data[:MAX_DATA])
        except NotTextError:
            return None
    return None


def _candidates(path: str) -> Iterator[str]:
    """What a file of sample data beside a template may be called, the longest name first."""
    stem = path
    while True:
        stem, extension = os.path.splitext(stem)  # noqa: PTH122
        for ending in ENDINGS:
            yield stem + ending
        if not extension or os.path.basename(stem).startswith("."):  # noqa: PTH119
            return


@cache
def packages() -> Mapping[str, str]:
    """The optional packages that render templates, as far as they are installed, with the file that each begins in."""
    from importlib.util import find_spec  # noqa: PLC0415 -- rarely needed

    found = {}
    for module in ("jinja2", "mrml"):
        spec = find_spec(module)
        if spec is not None and spec.origin is not None:
            found[module] = spec.origin
    return found
