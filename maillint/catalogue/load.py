"""The catalogue of all rules, loaded from their compiled form."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from maillint.catalogue.plugins import Plugin, with_plugins
from maillint.catalogue.rule import DECIDED_BY_KIND, Level, Rule
from maillint.catalogue.validate import compile_rule
from maillint.check import Check
from maillint.checks import all_checks
from maillint.data.compiled import load_text
from maillint.data.lists import code_key, digest, rules_folder
from maillint.data.yamlfile import FileError, suggestion
from maillint.finding import Severity
from maillint.values import field, frozen

_NOT_FAMILIES = frozenset({"lists", "profiles", "requirements"})
"""Folders below ``rules/`` that hold no rules."""

_LOCAL = "local"
"""The family of rule files that stand at the top of a folder."""

_COMPILED_NAME = "rules.json"


@frozen
class Catalogue:
    """All rules of a run, by name and in order, and the checks that rules can bind."""

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
        """Return ``; did you mean …?`` for an unknown name, "" where no name is close to it."""
        return suggestion(name, [*self.rules, *self.families])

    def extended(self, folders: Sequence[str], plugins: Sequence[Plugin] = ()) -> Catalogue:
        """Add plugins with their rules, then the rules of a user's folders.

        Raises FileError for a fault in a rule and for a name that is taken, PluginError for plugins that clash.
        """
        checks = with_plugins(self.checks, plugins)
        of_plugins = [plugin.rule_folder for plugin in plugins if plugin.rule_folder is not None]
        rules = dict(self.rules)
        for folder in (*of_plugins, *folders):
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
    """Load the rules of a folder: ``family/rule.yaml``; files at its top are of the family ``local``.

    The compiled form is cached by the files' content and by what the checks declare, so that an unchanged folder is
    validated once. ``checks`` are those that the rules may bind, by name; None for the shipped ones.
    Raises FileError for a fault in a file, FileNotFoundError for a folder that does not exist.
    """
    checks = all_checks() if checks is None else checks
    files = _read_rule_files(folder)
    compiled = load_text(_COMPILED_NAME, _key(files, _declared(checks)), lambda: _compile(files, checks))
    paths = {file.name: file.path for file in files}
    return [_rule(entry, paths[entry["name"]], checks) for entry in json.loads(compiled)]


def compiled_folder(folder: str) -> tuple[str, str, str]:
    """Return the file name, key and text of a folder's compiled form, for the package; raises as load_folder."""
    files = _read_rule_files(folder)
    return _COMPILED_NAME, _key(files, code_key(installed=True)), _compile(files, all_checks())


# -- files --------------------------------------------------------------------------------------------


class _RuleFile(NamedTuple):
    name: str
    path: str
    data: bytes


def _read_rule_files(folder: str) -> list[_RuleFile]:
    contents = []
    for name, path in _rule_paths(folder):
        with open(path, "rb") as file:  # noqa: PTH123 -- pathlib costs 8 ms at start-up
            contents.append(_RuleFile(name, path, file.read()))
    return contents


def _rule_paths(folder: str) -> Iterator[tuple[str, str]]:
    """Each rule's name and file, in the order of their names."""
    for entry in _sorted_entries(folder):
        if entry.is_dir() and entry.name not in _NOT_FAMILIES and not entry.name.startswith((".", "_")):
            family = _sorted_entries(entry.path)
            yield from ((f"{entry.name}/{_stem(file)}", file.path) for file in family if _is_yaml(file))
        elif _is_yaml(entry):
            yield f"{_LOCAL}/{_stem(entry)}", entry.path


def _sorted_entries(folder: str) -> list[os.DirEntry[str]]:
    return sorted(os.scandir(folder), key=lambda entry: entry.name)


def _is_yaml(entry: os.DirEntry[str]) -> bool:
    return entry.name.endswith((".yaml", ".yml"))


def _stem(entry: os.DirEntry[str]) -> str:
    return entry.name.rpartition(".")[0]


# -- the compiled form --------------------------------------------------------------------------------


def _key(files: Sequence[_RuleFile], declared: str) -> str:
    """The key of a compiled form: made of the files' names and contents, and of what the checks declare."""
    return digest([declared.encode(), *(chunk for file in files for chunk in (file.name.encode(), file.data))])


def _declared(checks: Mapping[str, Check]) -> str:
    """What the checks declare: the shipped ones by the key of maillint's code, those of plugins one by one."""
    shipped_checks = all_checks()
    if checks is shipped_checks:
        return code_key()
    others = [check for name, check in checks.items() if name not in shipped_checks]
    return code_key() + repr([(check.name, check.subject, sorted(check.fields), check.options) for check in others])


def _compile(files: Sequence[_RuleFile], checks: Mapping[str, Check]) -> str:
    return json.dumps([compile_rule(*file, checks) for file in files], ensure_ascii=False)


def _rule(entry: Mapping[str, Any], path: str, checks: Mapping[str, Check]) -> Rule:
    """Make a rule of its compiled form."""
    levels: dict[str, Level] = {
        profile: DECIDED_BY_KIND if word == DECIDED_BY_KIND.value else Severity.parse(word)
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
