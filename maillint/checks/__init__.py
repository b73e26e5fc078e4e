"""The checks, one module per family; whatever ``Check`` a module holds is found by import."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from maillint.checks.base import Check


@cache
def all_checks() -> Mapping[str, Check]:
    """Every shipped check by name."""
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(__path__):
        for value in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(value, Check) and found.setdefault(value.name, value) is not value:
                raise RuntimeError(f"two checks are named {value.name}")
    return found
