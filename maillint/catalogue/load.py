"""The catalogue of all rules, loaded from their compiled form."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from maillint.catalogue.plugins import Plugin, with_plugins
from maillint.catalogue.rule import DECIDED_BY_KIND, Level, Rule
from maillint.catalogue.validate import compile_rule
from maillint.check import Check
from maillint.checks import all_checks
from maillint.data.compiled import load_text
from maillint.data.lists import code_key, digest, rules_folder
from maillint.data.yamlfile import FileError, suggestion
from maillint.finding import Severity

NOT_FAMILIES = frozenset({"lists", "profiles", "requirements"})
"""Folders below ``rules/`` that hold no rules."""


@dataclass(frozen=True)
class Catalogue:
    """All rules known to a run, by name and in order, and the checks that rules can bind."""

    rules: Mapping[str, Rule]
    checks: Mapping[str, Check] = field(default_factory=all_checks, repr=False)

    @property
    def families(self) -> tuple[str, ...]:
        """The families, in order."""
        return tuple(dict.fromkeys(rule.family for rule in self.rules.values()))

    def matching(self, name: str) -> list[Rule]:
        """The rules that a rule's or a family's name stands for; empty for an unknown name."""
        if name in self.rules:
            return [self.rules[name]]
        return [rule for rule in self.rules.values() if rule.family == name]

    def suggest(self, name: str) -> str:
        """Return ``; did you mean …?`` for a name that is not known."""
        return suggestion(name, [*self.rules, *self.families])

    def extended(self, folders: Sequence[str], plugins: Sequence[Plugin] = ()) -> Catalogue:
        """Add plugins with their rules, then the rules of a user's folders.

        Raises FileError for a fault in a rule and for a name that is taken, PluginError for plugins that clash.
        """
        checks = with_plugins(self.checks, plugins)
        own = [plugin.rule_folder for plugin in plugins if plugin.rule_folder is not None]
        rules = dict(self.rules)
        for folder in (*own, *folders):
            for rule in load_folder(folder, checks):
                if rule.name in rules:
                    raise FileError(rule.path, 1, 1, f"a rule named {rule.name} exists already")
                rules[rule.name] = rule
        return Catalogue(rules, checks)


@cache
def shipped() -> Catalogue:
    """The rules that come with maillint."""
    return Catalogue({rule.name: rule for rule in load_folder(rules_folder())})


def load_folder(folder: str, checks: Mapping[str, Check] | None = None) -> list[Rule]:
    """Load every rule of a folder (``family/rule.yaml``; a file at its top is in the family ``local``).

    What is read is compiled and kept by content (and by what the checks declare), so an unchanged folder is
    validated once. ``checks`` are those that the rules may bind: the shipped ones unless told otherwise.
    Raises FileError for a fault in a file, FileNotFoundError for a folder that is not there.
    """
    checks = all_checks() if checks is None else checks
    contents = _contents(folder)
    compiled = load_text(_COMPILED_NAME, _key(contents, _declared(checks)), lambda: _compile_all(contents, checks))
    paths = {name: path for name, path, _ in contents}
    return [_rule(entry, paths[entry["name"]], checks) for entry in json.loads(compiled)]


def compiled_folder(folder: str) -> tuple[str, str, str]:
    """Return the file name, key and text of a folder's compiled form; raises as load_folder."""
    contents = _contents(folder)
    return _COMPILED_NAME, _key(contents, code_key(installed=True)), _compile_all(contents, all_checks())


_COMPILED_NAME = "rules.json"
_Contents = Sequence[tuple[str, str, bytes]]  # of each rule: its name, its file, what the file holds


def _contents(folder: str) -> _Contents:
    return [(name, path, Path(path).read_bytes()) for name, path in _rule_files(folder)]


def _key(contents: _Contents, declared: str) -> str:
    return digest([declared.encode(), *(chunk for name, _, data in contents for chunk in (name.encode(), data))])


def _declared(checks: Mapping[str, Check]) -> str:
    """What the checks declare: the shipped ones by the code's own key, those of plugins one by one."""
    shipped_checks = all_checks()
    own = (
        [check for name, check in checks.items() if name not in shipped_checks] if checks is not shipped_checks else []
    )
    return code_key() + repr([(check.name, sorted(check.fields), check.options) for check in own]) * bool(own)


def _compile_all(contents: _Contents, checks: Mapping[str, Check]) -> str:
    return json.dumps([compile_rule(name, path, data, checks) for name, path, data in contents], ensure_ascii=False)


def _rule_files(folder: str) -> Iterator[tuple[str, str]]:
    """Each rule's name and file, in the order of their names."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name not in NOT_FAMILIES and not entry.name.startswith((".", "_")):
            for inner in sorted(os.scandir(entry.path), key=lambda inner: inner.name):
                if inner.name.endswith((".yaml", ".yml")):
                    yield f"{entry.name}/{inner.name.rpartition('.')[0]}", inner.path
        elif entry.name.endswith((".yaml", ".yml")):
            yield f"local/{entry.name.rpartition('.')[0]}", entry.path


def _rule(entry: Mapping[str, Any], path: str, checks: Mapping[str, Check]) -> Rule:
    levels: dict[str, Level] = {
        profile: DECIDED_BY_KIND if word == "unknown" else Severity.parse(word)
        for profile, word in entry["levels"].items()
    }
    return Rule(
        entry["name"],
        entry["summary"],
        entry["check"],
        entry["subject"],
        entry["options"],
        entry["defaults"],
        levels,
        entry["message"],
        entry["why"],
        entry["fix"],
        tuple(entry["references"]),
        tuple(entry["requirements"]),
        path,
        checks,
    )
