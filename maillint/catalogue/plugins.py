"""Checks and rules of other installed packages: found by entry point, loaded when a configuration names them."""

from __future__ import annotations

import os
from collections import ChainMap
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from maillint.check import Check
from maillint.checks import all_checks
from maillint.data.yamlfile import suggestion
from maillint.errors import LintError
from maillint.values import field, frozen

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "maillint.checks"
"""The entry-point group: each entry names a module, and that module's checks are the plugin's."""

RULES = "rules"
"""The folder beside a plugin's module that holds its rules, if it ships any."""


class PluginError(LintError):
    """A plugin that is not installed or cannot be used; its text is one line."""


@frozen
class Plugin:
    """What an installed package adds: its checks by name, and the folder of its rules (None: no rules).

    ``origin`` is the package with its version, ``file`` the module's file.
    """

    name: str
    origin: str
    checks: Mapping[str, Check] = field(repr=False)
    rule_folder: str | None
    file: str

    def state(self) -> str:
        """A text that changes with the plugin: names, sizes and times of the package's files."""
        top = self.file
        if os.path.isfile(os.path.join(os.path.dirname(top), "__init__.py")):  # noqa: PTH113, PTH118, PTH120
            top = os.path.dirname(top)  # noqa: PTH120
        files = [top] if os.path.isfile(top) else _files_below(top)  # noqa: PTH113
        if self.rule_folder is not None:
            files += _files_below(self.rule_folder)
        return "\n".join([self.origin, *(_state(path) for path in sorted(set(files)))])


def _files_below(folder: str) -> list[str]:
    return [
        os.path.join(path, name)  # noqa: PTH118
        for path, _, names in os.walk(folder)
        for name in names
        if not name.endswith(".pyc")
    ]


def _state(path: str) -> str:
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return path
    return f"{path} {status.st_size} {status.st_mtime_ns}"


@cache
def load_plugin(name: str) -> Plugin:
    """Import an installed plugin by the name of its entry point; raises PluginError.

    Only here is the list of installed packages read (some 30 ms and more), so only those pay who use plugins.
    """
    entry = _entry_point(name)
    try:
        module = entry.load()
    except Exception as error:
        reason = " ".join(str(error).split())
        raise PluginError(f'plugin "{name}" cannot be imported: {type(error).__name__}: {reason}') from error
    file = getattr(module, "__file__", None)
    if file is None:
        raise PluginError(f'plugin "{name}": its entry point, {entry.value}, is not a module with a file')
    found = {check.name: check for check in vars(module).values() if isinstance(check, Check)}
    shipped = all_checks()
    checks = {own: check for own, check in found.items() if own not in shipped or shipped[own] is not check}
    for own in checks:
        if own in shipped:
            raise PluginError(f'plugin "{name}": a check named {own} comes with maillint; give it another name')
    folder = os.path.join(os.path.dirname(os.path.abspath(file)), RULES)  # noqa: PTH100, PTH118, PTH120
    rule_folder = folder if os.path.isdir(folder) else None  # noqa: PTH112
    if not checks and rule_folder is None:
        raise PluginError(f'plugin "{name}" holds neither checks nor a folder "{RULES}" beside {entry.value}')
    package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
    return Plugin(name, package, checks, rule_folder, os.path.abspath(file))  # noqa: PTH100


def with_plugins(checks: Mapping[str, Check], plugins: Sequence[Plugin]) -> Mapping[str, Check]:
    """Add the checks of plugins; raises PluginError where two of them have a check of the same name."""
    added: dict[str, Check] = {}
    for plugin in plugins:
        for name, check in plugin.checks.items():
            if added.setdefault(name, check) is not check:
                raise PluginError(f'plugin "{plugin.name}": another plugin has a check named {name} too')
    return ChainMap(added, checks) if added else checks  # type: ignore[arg-type]


def hint() -> str:
    """Return what an error about an unknown check adds where plugins are installed; else an empty text."""
    names = ", ".join(sorted({entry.name for entry in _entry_points()}))
    return f" (plugins count where the configuration names them; installed: {names})" if names else ""


def _entry_point(name: str) -> EntryPoint:
    entries = _entry_points()
    found = {entry.value: entry for entry in entries if entry.name == name}
    if not found:
        names = sorted({entry.name for entry in entries})
        installed = suggestion(name, names) or f" (installed: {', '.join(names) or 'none'})"
        raise PluginError(f'no plugin "{name}" is installed{installed}')
    if len(found) > 1:
        packages = sorted(entry.dist.name if entry.dist else entry.value for entry in found.values())
        raise PluginError(f'two installed packages have a plugin named "{name}": {" and ".join(packages)}')
    return next(iter(found.values()))


def _entry_points() -> list[EntryPoint]:
    from importlib.metadata import entry_points  # noqa: PLC0415 -- see load_plugin

    return list(entry_points(group=GROUP))
