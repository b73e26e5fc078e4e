"""Compiles the rules, lists and public suffixes into the wheel, so that an installed maillint starts fast."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileHook(BuildHookInterface[Any]):
    """Fills ``maillint/_built`` of a wheel; an editable install compiles on first use instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and add rules and compiled forms to the wheel."""
        if version == "editable":
            return
        root = Path(self.root)
        build_data["force_include"][str(root / "rules")] = "maillint/_rules"
        sys.path.insert(0, str(root))
        try:
            from maillint.build import build_all  # noqa: PLC0415 -- only importable now
        finally:
            sys.path.pop(0)
        target = root / "build" / "maillint-built"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        build_all(str(target))
        build_data["force_include"][str(target)] = "maillint/_built"
