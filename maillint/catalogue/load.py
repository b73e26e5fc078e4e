"""The catalogue of all rules, loaded from their compiled form."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from maillint.catalogue.rule import LEVELS, Rule, Texts
from maillint.data.checkout import digest
from maillint.data.compiled import load_text
from maillint.data.lists import RULES_AND_CODE, load_plain, package_state, rules_folder
from maillint.data.yamlfile import MAX_LENGTH, FileError, suggestion
from maillint.values import NamedTuple, field, frozen

if TYPE_CHECKING:
    from maillint.catalogue.plugins import Plugin
    from maillint.check import Check

_NOT_FAMILIES = frozenset({"lists", "profiles", "requirements"})
"""Folders below ``rules/`` that hold no rules."""

_LOCAL = "local"
"""The family of rule files that stand at the top of a folder."""

_MOST_BYTES = 4 * MAX_LENGTH  # in UTF-8

_COMPILED_NAME = "rules.json"
_TEXTS_NAME = "rule-texts.json"
_LONG = ("why", "fix", "references", "requirements", "basis", "score")
"""What stands in the file of long texts, in this order."""


@frozen
class Catalogue:
    """All rules of a run, by name and in order, and the checks that rules can bind (None: the shipped ones)."""

    rules: Mapping[str, Rule]
    checks: Mapping[str, Check] | None = field(default=None, repr=False, compare=False)

    @property
    def families(self) -> tuple[str, ...]:
        """The families, in order."""
        return tuple(dict.fromkeys(name.partition("/")[0] for name in self.rules))

    def matching(self, name: str) -> list[Rule]:
        """The rules that a rule's or a family's name stands for; empty for an unknown name."""
        if name in self.rules:
            return [self.rules[name]]
        return [self.rules[rule] for rule in self.rules if rule.partition("/")[0] == name]

    def suggest(self, name: str) -> str:
        """Return ``; did you mean …?`` for an unknown name, "" where no name is close to it."""
        return suggestion(name, [*self.rules, *self.families])

    def extended(self, folders: Sequence[str], plugins: Sequence[Plugin] = ()) -> Catalogue:
        """Add plugins with their rules, then the rules of a user's folders.

        Raises FileError for a fault in a rule and for a name that is taken, PluginError for plugins that clash.
        """
        if not folders and not plugins:
            return self
        from maillint.catalogue.plugins import with_plugins  # noqa: PLC0415 -- most runs have the shipped rules only
        from maillint.checks import all_checks  # noqa: PLC0415

        checks = with_plugins(all_checks() if self.checks is None else self.checks, plugins)
        of_plugins = [plugin.rule_folder for plugin in plugins if plugin.rule_folder is not None]
        rules = dict(self.rules)
        for folder in (*of_plugins, *folders):
            for rule in load_folder(folder, checks):
                if rule.name in rules:
                    raise FileError(rule.path, 1, 1, f"a rule named {rule.name} already exists")
                rules[rule.name] = rule
        return Catalogue(rules, checks)


class _Rules(Mapping[str, Rule]):
    """Rules by name, each made of its compiled form when it is first wanted."""

    def __init__(
        self, entries: Mapping[str, Mapping[str, Any]], make: Callable[[str, Mapping[str, Any]], Rule]
    ) -> None:
        self._entries = entries
        self._make = make
        self._made: dict[str, Rule] = {}

    def __getitem__(self, name: str) -> Rule:
        rule = self._made.get(name)
        if rule is None:
            rule = self._made[name] = self._make(name, self._entries[name])
        return rule

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries


@cache
def shipped() -> Catalogue:
    """The rules that come with maillint.

    Their compiled form is trusted without a look at their files: see ``load_plain``.
    """
    entries = load_plain(_COMPILED_NAME, RULES_AND_CODE, lambda: compile_shipped()[0])
    return Catalogue(_Rules(entries, partial(_rule, rules_folder(), _shipped_texts)))


def compile_shipped() -> tuple[str, str]:
    """Return the compiled form of the shipped rules, and that of their long texts; raises as load_folder."""
    from maillint.checks import all_checks  # noqa: PLC0415 -- only when something is compiled

    return _compile(_read_rule_files(rules_folder()), all_checks())


def compiled_catalogue() -> Iterator[tuple[str, str]]:
    """The file names and texts of the compiled catalogue, for the package."""
    return zip((_COMPILED_NAME, _TEXTS_NAME), compile_shipped(), strict=True)


@cache
def _shipped_texts() -> Mapping[str, Any]:
    texts: Mapping[str, Any] = load_plain(_TEXTS_NAME, RULES_AND_CODE, lambda: compile_shipped()[1])
    return texts


def load_folder(folder: str, checks: Mapping[str, Check] | None = None) -> list[Rule]:
    """Load the rules of a folder: ``family/rule.yaml``; files at its top are of the family ``local``.

    The compiled form is cached by the files' content and by what the checks declare, so that an unchanged folder is
    validated once. ``checks`` are those that the rules may bind, by name; None for the shipped ones.
    Raises FileError for a fault in a file, FileNotFoundError for a folder that does not exist.
    """
    import json  # noqa: PLC0415 -- only for rules beside the shipped ones, as the next

    from maillint.checks import all_checks  # noqa: PLC0415 -- see Catalogue.extended

    bound = all_checks() if checks is None else checks
    files = _read_rule_files(folder)
    compiled = load_text(_COMPILED_NAME, _key(files, bound), lambda: json.dumps(_compile(files, bound)))
    rules, texts = map(json.loads, json.loads(compiled))
    return [_rule(folder, lambda: texts, name, entry, checks) for name, entry in rules.items()]


# -- files --------------------------------------------------------------------------------------------


class _RuleFile(NamedTuple):
    name: str
    path: str
    data: bytes


def _read_rule_files(folder: str) -> list[_RuleFile]:
    contents = []
    total = 0
    for name, path in rule_paths(folder):
        if not os.path.isfile(path) and os.path.exists(path):  # noqa: PTH110, PTH113 -- to read a pipe may never end
            raise FileError(path, 1, 1, "not a regular file")
        with open(path, "rb") as file:  # noqa: PTH123 -- pathlib costs 8 ms at start-up
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise FileError(path, 1, 1, f"too long (the limit is {MAX_LENGTH:,} characters)")
        total += len(data)
        if total > _MOST_BYTES:
            raise FileError(path, 1, 1, f"the rules of a folder have more than {_MOST_BYTES:,} bytes")
        contents.append(_RuleFile(name, path, data))
    return contents


def rule_paths(folder: str) -> Iterator[tuple[str, str]]:
    """Each rule's name and file in a folder, in the order of their names; raises OSError."""
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


def _key(files: Sequence[_RuleFile], checks: Mapping[str, Check]) -> str:
    """The key of a compiled form: made of the files' names and contents, and of what the checks declare."""
    contents = [chunk for file in files for chunk in (file.name.encode(), file.data)]
    return digest([_declared(checks).encode(), *contents])


def _declared(checks: Mapping[str, Check]) -> str:
    """What the checks declare: the shipped ones by the state of maillint's code, those of plugins one by one."""
    from maillint.checks import all_checks  # noqa: PLC0415 -- see Catalogue.extended

    others = [check for name, check in checks.items() if name not in all_checks()]
    declared = [(check.name, check.subject, sorted(check.fields), check.options, check.needs) for check in others]
    return package_state() + repr(declared)


def _compile(files: Sequence[_RuleFile], checks: Mapping[str, Check]) -> tuple[str, str]:
    """The plain form of rules and that of their long texts, each by name, as JSON."""
    import json  # noqa: PLC0415 -- see compile_shipped

    from maillint.catalogue.validate import compile_rule  # noqa: PLC0415

    rules, texts = {}, {}
    for file in files:
        entry = compile_rule(*file, checks)
        texts[file.name] = [entry.pop(name) for name in _LONG]
        rules[file.name] = entry | {"file": os.path.basename(file.path)}  # noqa: PTH119
    return json.dumps(rules, ensure_ascii=False), json.dumps(texts, ensure_ascii=False)


def _rule(
    folder: str,
    texts: Callable[[], Mapping[str, Any]],
    name: str,
    entry: Mapping[str, Any],
    checks: Mapping[str, Check] | None = None,
) -> Rule:
    """Make a rule of its compiled form."""
    family = name.partition("/")[0]
    path = entry["file"] if family == _LOCAL else f"{family}{os.sep}{entry['file']}"
    return Rule(
        name,
        entry["summary"],
        entry["check"],
        entry["subject"],
        entry["options"],
        entry["defaults"],
        {profile: LEVELS[word] for profile, word in entry["levels"].items()},
        entry["message"],
        lambda: _texts(*texts()[name]),
        f"{folder}{os.sep}{path}",
        entry["needs"],
        entry["module"],
        checks,
    )


def _texts(why: str, fix: str, references: Sequence[str], requirements: Sequence[str], basis: str, score: str) -> Texts:
    return Texts(why, fix, tuple(references), tuple(requirements), basis, score)
