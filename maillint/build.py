"""Compile everything that is slow to load, for the wheel."""

from __future__ import annotations

import os

from maillint.catalogue.load import compiled_catalogue
from maillint.checks import INDEX, compile_index
from maillint.data.compiled import write_built
from maillint.data.lists import INSTALLED_KEY, compile_data, compiled_name, rules_folder
from maillint.message.template.leftovers import COMPILED as LEFTOVERS
from maillint.message.template.leftovers import compile_leftovers
from maillint.message.template.signs import SIGNS, compile_signs
from maillint.text.phrase_lists import COMPILED, compile_shipped_phrases
from maillint.web.domains import SUFFIXES, compile_suffixes, suffix_key


def build_all(folder: str) -> None:
    """Write the compiled suffixes, lists and rules into a folder; raises what compiling raises."""
    key = suffix_key()
    if key is not None:
        write_built(folder, SUFFIXES, key, compile_suffixes())
    for top in ("lists", "profiles"):
        for path, _, names in sorted(os.walk(os.path.join(rules_folder(), top))):  # noqa: PTH118
            for name in sorted(names):
                if name.endswith(".yaml"):
                    relative = os.path.relpath(os.path.join(path, name), rules_folder())  # noqa: PTH118
                    data = relative.replace(os.sep, "/").removesuffix(".yaml")
                    write_built(folder, compiled_name(data), INSTALLED_KEY, compile_data(data))
    write_built(folder, INDEX, INSTALLED_KEY, compile_index())
    write_built(folder, SIGNS, INSTALLED_KEY, compile_signs())
    write_built(folder, LEFTOVERS, INSTALLED_KEY, compile_leftovers())
    write_built(folder, COMPILED, INSTALLED_KEY, compile_shipped_phrases())
    for name, text in compiled_catalogue():
        write_built(folder, name, INSTALLED_KEY, text)
