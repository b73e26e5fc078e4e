"""Compile everything that is slow to load; used when a wheel is built."""

from __future__ import annotations

import os

from maillint.compiled import write_built
from maillint.data import compiled_list, rules_folder
from maillint.domains import SUFFIXES, compile_suffixes, suffix_key
from maillint.rules import compiled_folder


def build_all(folder: str) -> None:
    """Write the compiled suffixes, lists and rules into a folder; raises what compiling raises."""
    key = suffix_key()
    if key is not None:
        write_built(folder, SUFFIXES, key, compile_suffixes())
    lists = os.path.join(rules_folder(), "lists")  # noqa: PTH118
    for path, _, names in sorted(os.walk(lists)):
        for name in sorted(names):
            if name.endswith(".yaml"):
                relative = os.path.relpath(os.path.join(path, name), lists).replace(os.sep, "/")  # noqa: PTH118
                write_built(folder, *compiled_list(relative.removesuffix(".yaml")))
    write_built(folder, *compiled_folder(rules_folder()))
