"""Rules: YAML files that bind a check to options, severity, wording and examples; the catalogue of all."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from string import Formatter
from typing import Any

from maillint.checks import all_checks
from maillint.checks.base import Check
from maillint.compiled import load_text
from maillint.data import code_key, digest, rules_folder
from maillint.finding import Severity
from maillint.message.model import PROFILES
from maillint.plugins import Plugin, with_plugins
from maillint.plugins import hint as plugin_hint
from maillint.yamlfile import FileError, Keys, YamlFile, read_yaml, suggestion

NOT_FAMILIES = frozenset({"lists", "profiles", "requirements"})
"""Folders below ``rules/`` that hold no rules."""

KEYS = (
    "summary",
    "check",
    "options",
    "severity",
    "message",
    "why",
    "fix",
    "references",
    "requirements",
    "examples",
)
_REQUIRED = ("summary", "check", "severity", "message", "why")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
DECIDED_BY_KIND = "decided by kind"
"""Stands for a severity where only the kind of mail decides whether there is a fault (``unknown`` in YAML)."""

Level = Severity | str | None
"""A severity, None for off, or DECIDED_BY_KIND."""


@dataclass(frozen=True)
class Rule:
    """One rule. ``levels`` gives its severity per profile; ``advice`` is the file's ``fix``."""

    name: str
    summary: str
    check_name: str
    subject: str
    options: Mapping[str, Any]
    defaults: Mapping[str, Any] = field(repr=False)
    levels: Mapping[str, Level]
    message: str
    why: str
    fix: str = ""
    references: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    path: str = field(default="", repr=False)
    checks: Mapping[str, Check] = field(default_factory=all_checks, repr=False, compare=False)

    @cached_property
    def check(self) -> Check:
        """The check that finds it; its module is imported on first use."""
        return self.checks[self.check_name]

    @property
    def family(self) -> str:
        """The part of the name before the slash."""
        return self.name.partition("/")[0]

    def wording(self, evidence: Mapping[str, Any]) -> str:
        """Fill the message with a hit's evidence; lists are joined, numbers are plain."""
        return self.message.format_map({name: _words(value) for name, value in evidence.items()})


def _words(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class ActiveRule:
    """A rule with the settings of a run: its level (given instead of the rule's own) and its options."""

    rule: Rule
    options: Mapping[str, Any] = field(default_factory=dict)
    level: Level = None
    level_given: bool = False

    def level_for(self, profile: str) -> Level:
        """The severity that a hit has in a message of this profile; None: the rule is off."""
        return self.level if self.level_given else self.rule.levels[profile]


@dataclass(frozen=True)
class Example:
    """One example of a rule: texts in which ``«»`` mark the spans to be found, and the setting around them."""

    bad: str | None
    good: str | None
    fixed: str | None
    setting: Mapping[str, Any]


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
    return json.dumps([_compile(name, path, data, checks) for name, path, data in contents], ensure_ascii=False)


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


# -- validation ---------------------------------------------------------------------------------------


def _decode(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(path, line, 1, "not UTF-8") from None


def _compile(name: str, path: str, data: bytes, checks: Mapping[str, Check]) -> dict[str, Any]:
    """Validate one rule file and return its plain form; raises FileError."""
    file = read_yaml(path, _decode(path, data))
    values = file.mapping((), file.data, "a rule")
    file.known_keys((), values, KEYS, "key")
    for part in name.split("/"):
        if not _NAME.fullmatch(part):
            raise file.error((), f'"{part}" is no rule name: lower-case words with hyphens between them')
    for key in _REQUIRED:
        if key not in values:
            raise file.error((), f'"{key}" is missing')
    for key in ("summary", "check", "message", "why", "fix"):
        if key in values and not isinstance(values[key], str):
            raise file.error((key,), f"{key} must be text")
    check = checks.get(values["check"])
    if check is None:
        hint = suggestion(values["check"], checks) + plugin_hint()
        raise file.error(("check",), f'unknown check "{values["check"]}"{hint}')
    _check_message(file, values["message"], check)
    return {
        "name": name,
        "summary": values["summary"].strip(),
        "check": check.name,
        "subject": check.subject,
        "options": checked_options(file, ("options",), values.get("options", {}), check),
        "defaults": {name: option.default for name, option in check.options.items()},
        "levels": _levels(file, values["severity"]),
        "message": values["message"].strip(),
        "why": " ".join(values["why"].split()),
        "fix": " ".join(values.get("fix", "").split()),
        "references": file.texts(("references",), values.get("references", []), "references"),
        "requirements": file.texts(("requirements",), values.get("requirements", []), "requirements"),
    }


def checked_options(file: YamlFile, keys: Keys, given: Any, check: Check, *, partial: bool = False) -> dict[str, Any]:
    """Validate a check's options; ``partial`` options change those of a rule. Raises FileError."""
    options = file.mapping(keys, given, "options")
    for name, value in options.items():
        option = check.options.get(name)
        if option is None:
            known = ", ".join(check.options) or "none"
            raise file.error(
                (*keys, name),
                f'check {check.name} has no option "{name}"{suggestion(name, check.options) or f" (it has: {known})"}',
            )
        fault = option.fault(value)
        if fault:
            raise file.error((*keys, name), f'option "{name}" {fault}')
        if name in {"pattern", "except"} or name.endswith("-pattern"):
            _check_pattern(file, (*keys, name), value)
    if not partial:
        for name, option in check.options.items():
            if option.required and name not in options:
                raise file.error(keys, f'check {check.name} needs the option "{name}": {option.doc}')
    return options


def _check_pattern(file: YamlFile, keys: Keys, value: Any) -> None:
    for pattern in value if isinstance(value, list) else [value]:
        try:
            re.compile(pattern)
        except (re.error, OverflowError) as error:
            raise file.error(keys, f"not a regular expression: {error}") from None


def _check_message(file: YamlFile, message: str, check: Check) -> None:
    try:
        parsed = list(Formatter().parse(message))
    except ValueError as error:
        raise file.error(("message",), f"message: {error}") from None
    for _, name, spec, conversion in parsed:
        if name is None:
            continue
        if spec or conversion or not re.fullmatch(r"[a-z_]+", name):
            raise file.error(("message",), f'message: "{{{name}}}" is no plain field name')
        if name not in check.fields:
            known = ", ".join(f"{{{known}}}" for known in sorted(check.fields)) or "none"
            raise file.error(("message",), f"message: check {check.name} has no field {{{name}}} (it has: {known})")


def _levels(file: YamlFile, given: Any) -> dict[str, str]:
    """One severity for every profile, or one for each; ``general`` is as ``newsletter`` unless said."""
    words = ("error", "warning", "info", "off")
    if given is False:  # YAML reads a bare `off` as a boolean
        given = "off"
    if isinstance(given, str):
        if given not in words:
            raise file.error(("severity",), f'severity "{given}" is none of {", ".join(words)}')
        return dict.fromkeys(PROFILES, given)
    levels = file.mapping(("severity",), given, "severity")
    file.known_keys(("severity",), levels, PROFILES, "profile")
    result = {}
    for profile, word in levels.items():
        plain = "off" if word is False else word
        allowed = (*words, "unknown") if profile == "general" else words
        if plain not in allowed:
            raise file.error(("severity", profile), f'severity "{plain}" is none of {", ".join(allowed)}')
        result[profile] = plain
    result.setdefault("general", result.get("newsletter", "off"))
    return {profile: result.get(profile, "off") for profile in PROFILES}


# -- examples -----------------------------------------------------------------------------------------


def examples(rule: Rule) -> list[Example]:
    """Read a rule's examples from its file; raises FileError."""
    file = read_yaml(rule.path, Path(rule.path).read_text(encoding="utf-8"))
    result = []
    for index, item in enumerate(file.data.get("examples") or ()):
        keys: Keys = ("examples", index)
        values = file.mapping(keys, item, "an example")
        known = (
            *("bad", "good", "fixed", "headers", "dialect", "touch", "profile"),
            *("dns", "web", "files", "kind", "options", "note"),
        )
        file.known_keys(keys, values, known, "example key")
        if "bad" not in values and "good" not in values:
            raise file.error(keys, 'an example needs "bad", "good" or both')
        setting = {key: value for key, value in values.items() if key not in {"bad", "good", "fixed"}}
        result.append(Example(values.get("bad"), values.get("good"), values.get("fixed"), setting))
    return result
