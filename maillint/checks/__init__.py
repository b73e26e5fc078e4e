"""The checks, one module per family; whatever ``Check`` a module holds is found by import.

An index, compiled once, says which module holds which check, so that a run imports only the modules that its rules use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from maillint.check import Check
from maillint.data.lists import load_plain

INDEX = "checks.json"
"""The file name of the compiled index."""

SOURCES = ("maillint/",)
"""What the index is made from, as ``load_plain`` takes it."""


class ShippedChecks(Mapping[str, Check]):
    """Every shipped check by name; a check's module is imported on first access."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules

    def __getitem__(self, name: str) -> Check:
        return checks_in(self._modules[name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

    def module_of(self, name: str) -> str | None:
        """The name of the module that holds a check; None for a check that is not shipped."""
        return self._modules.get(name)


@cache
def all_checks() -> ShippedChecks:
    """Every shipped check by name."""
    return ShippedChecks(load_plain(INDEX, SOURCES, compile_index))


def compile_index() -> str:
    """Return the module of every shipped check, as JSON; imports them all."""
    import json  # noqa: PLC0415 -- only when the index is made, like the next
    import pkgutil  # noqa: PLC0415

    modules: dict[str, str] = {}
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        for name, check in checks_in(module).items():
            if name in modules and checks_in(modules[name])[name] is not check:
                raise RuntimeError(f"two checks are named {name}")
            modules.setdefault(name, module)
    return json.dumps(modules)


@cache
def checks_in(module: str) -> Mapping[str, Check]:
    """The checks of a module of this package, by name."""
    values = vars(import_module(f"{__name__}.{module}")).values()
    return {value.name: value for value in values if isinstance(value, Check)}
