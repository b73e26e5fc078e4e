"""The checks, one module per family; whatever ``Check`` a module holds is found by import.

An index, compiled once, says which module holds which check, so that a run imports only the modules that its rules use.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from maillint.check import Check
from maillint.data.compiled import load_text
from maillint.data.lists import code_key

INDEX = "checks.json"
"""The file name of the compiled index."""


class ShippedChecks(Mapping[str, Check]):
    """Every shipped check by name; a check's module is imported on first access."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules

    def __getitem__(self, name: str) -> Check:
        return _checks_in(self._modules[name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


@cache
def all_checks() -> Mapping[str, Check]:
    """Every shipped check by name."""
    return ShippedChecks(json.loads(load_text(INDEX, code_key(), compile_index)))


def compile_index() -> str:
    """Return the module of every shipped check, as JSON; imports them all."""
    import pkgutil  # noqa: PLC0415 -- only when the index is made

    modules: dict[str, str] = {}
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        for name, check in _checks_in(module).items():
            if name in modules and _checks_in(modules[name])[name] is not check:
                raise RuntimeError(f"two checks are named {name}")
            modules.setdefault(name, module)
    return json.dumps(modules)


@cache
def _checks_in(module: str) -> Mapping[str, Check]:
    values = vars(import_module(f"{__name__}.{module}")).values()
    return {value.name: value for value in values if isinstance(value, Check)}
