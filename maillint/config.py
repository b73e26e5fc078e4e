"""The configuration of a run: layers of settings, each value with its origin, and the rules that they give."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from maillint.data import load_yaml, rules_folder
from maillint.finding import Severity
from maillint.message.model import PROFILES
from maillint.message.read import Settings
from maillint.message.template import dialects
from maillint.rules import ActiveRule, Catalogue, Level, Rule, checked_options, shipped
from maillint.yamlfile import FileError, Keys, YamlFile, read_yaml, suggestion

FILE_NAMES = ("maillint.yaml", ".maillint.yaml", "maillint.yml", ".maillint.yml")

KEYS: Mapping[str, str] = {
    "profile": "the kind of mail: cold, newsletter, transactional or general",
    "rules": "by rule or family: a severity, off, or a mapping of severity and options",
    "headers": "header fields that the sending tool adds to every template",
    "exclude": "path patterns of files to leave out",
    "include": "path patterns of files to take in a folder, beside the usual ones",
    "rule-folders": "folders with rules of your own",
    "own-domains": "domains that are yours, beside the From field's",
    "dkim-selectors": "DKIM selectors of your domains, for --dns",
    "dialect": "the template language, where it cannot be told from the files",
}


class ConfigError(ValueError):
    """A fault on the command line: an unknown rule, profile or dialect."""


@dataclass(frozen=True)
class RuleSetting:
    """What one layer says of one rule or family. ``level_given`` tells off (None) from nothing said."""

    name: str
    level: Level = None
    level_given: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    origin: str = ""


@dataclass(frozen=True)
class Overrides:
    """What the command line says; it comes before every file."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    profile: str | None = None
    touch: int | None = None
    dialect: str | None = None


@dataclass(frozen=True)
class Config:
    """The settings for the files below one configuration file (or below none)."""

    path: str | None = None
    profile: str | None = None
    settings: tuple[RuleSetting, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    rule_folders: tuple[str, ...] = ()
    own_domains: tuple[str, ...] = ()
    dkim_selectors: tuple[str, ...] = ()
    dialect: str | None = None
    overrides: Overrides = Overrides()

    @property
    def folder(self) -> str:
        """The folder that path patterns count from."""
        return os.path.dirname(self.path) if self.path else os.getcwd()  # noqa: PTH109, PTH120

    @cached_property
    def catalogue(self) -> Catalogue:
        """Every rule that this configuration knows."""
        return shipped().extended(self.rule_folders)

    @property
    def message_settings(self) -> Settings:
        """What the reader of messages takes from here."""
        given = self.overrides
        return Settings(
            profile=given.profile or self.profile,
            profile_forced=given.profile is not None,
            touch=given.touch,
            touch_forced=given.touch is not None,
            dialect=given.dialect or self.dialect,
            headers=self.headers,
            own_domains=self.own_domains,
        )

    def rules_for(self, profile: str) -> tuple[ActiveRule, ...]:
        """The rules to run on a message of a profile, with levels and options resolved."""
        return self._rulesets[profile]

    @cached_property
    def _rulesets(self) -> Mapping[str, tuple[ActiveRule, ...]]:
        return {profile: tuple(self._active(profile)) for profile in PROFILES}

    def _active(self, profile: str) -> list[ActiveRule]:
        layers = (*_profile_settings(profile), *self.settings)
        selected = self._named(self.overrides.select)
        ignored = self._named(self.overrides.ignore)
        active = []
        for rule in self.catalogue.rules.values():
            if (selected and rule.name not in selected) or rule.name in ignored:
                continue
            resolved = resolve(rule, layers)
            if resolved.level_for(profile) is not None:
                active.append(resolved)
        return active

    def _named(self, names: Sequence[str]) -> frozenset[str]:
        return frozenset(rule.name for name in names for rule in self.catalogue.matching(name))


def resolve(rule: Rule, layers: Sequence[RuleSetting]) -> ActiveRule:
    """Lay what is said of a rule, or of its family, over the rule's own settings; what names the rule wins."""
    options: dict[str, Any] = {name: option.default for name, option in rule.check.options.items()}
    options.update(rule.options)
    level: Level = None
    level_given = False
    for name in (rule.family, rule.name):
        for setting in layers:
            if setting.name == name:
                options.update(setting.options)
                if setting.level_given:
                    level, level_given = setting.level, True
    return ActiveRule(rule, options, level, level_given)


def _profile_settings(profile: str) -> tuple[RuleSetting, ...]:
    path = Path(rules_folder(), "profiles", f"{profile}.yaml")
    data = load_yaml(path.read_text(encoding="utf-8")) or {}
    file = YamlFile(str(path), data)
    return tuple(_rule_setting(file, shipped(), name, value) for name, value in (data.get("rules") or {}).items())


# -- files --------------------------------------------------------------------------------------------


def find_config(folder: str) -> str | None:
    """Return the configuration file nearest to a folder, upward; None if there is none."""
    while True:
        for name in FILE_NAMES:
            path = os.path.join(folder, name)  # noqa: PTH118
            if os.path.isfile(path):  # noqa: PTH113
                return path
        parent = os.path.dirname(folder)  # noqa: PTH120
        if parent == folder:
            return None
        folder = parent


def load_config(path: str | None, overrides: Overrides | None = None) -> Config:
    """Read a configuration file (None: the defaults) and lay the command line over it.

    Raises FileError for a fault in the file, ConfigError for one in the overrides, OSError.
    """
    overrides = overrides or Overrides()
    config = _from_file(path, overrides) if path else Config(overrides=overrides)
    for name in (*overrides.select, *overrides.ignore):
        if not config.catalogue.matching(name):
            raise ConfigError(f'no rule or family "{name}"{config.catalogue.suggest(name)}')
    if overrides.dialect is not None and overrides.dialect not in dialects():
        raise ConfigError(f'unknown dialect "{overrides.dialect}"{suggestion(overrides.dialect, dialects())}')
    return config


def _from_file(path: str, overrides: Overrides) -> Config:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise FileError(path, 1, 1, "not UTF-8") from None
    file = read_yaml(path, text)
    values = file.mapping((), {} if file.data is None else file.data, "the configuration")
    file.known_keys((), values, KEYS, "key")
    profile = values.get("profile")
    if profile is not None and profile not in PROFILES:
        raise file.error(("profile",), f'unknown profile "{profile}"{suggestion(str(profile), PROFILES)}')
    dialect = values.get("dialect")
    if dialect is not None and dialect not in dialects():
        raise file.error(("dialect",), f'unknown dialect "{dialect}"{suggestion(str(dialect), dialects())}')
    folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120
    rule_folders = _folders(file, folder, values.get("rule-folders", []))
    catalogue = shipped().extended(rule_folders)
    rules = file.mapping(("rules",), values.get("rules") or {}, "rules")
    return Config(
        path=os.path.abspath(path),  # noqa: PTH100
        profile=profile,
        settings=tuple(_rule_setting(file, catalogue, name, value) for name, value in rules.items()),
        headers=_headers(file, values.get("headers") or {}),
        exclude=tuple(file.texts(("exclude",), values.get("exclude", []), "exclude")),
        include=tuple(file.texts(("include",), values.get("include", []), "include")),
        rule_folders=rule_folders,
        own_domains=tuple(file.texts(("own-domains",), values.get("own-domains", []), "own-domains")),
        dkim_selectors=tuple(file.texts(("dkim-selectors",), values.get("dkim-selectors", []), "dkim-selectors")),
        dialect=dialect,
        overrides=overrides,
    )


def _folders(file: YamlFile, base: str, given: Any) -> tuple[str, ...]:
    folders = []
    for index, name in enumerate(file.texts(("rule-folders",), given, "rule-folders")):
        folder = os.path.join(base, name)  # noqa: PTH118
        if not os.path.isdir(folder):  # noqa: PTH112
            raise file.error(("rule-folders", index), f'no folder "{name}"')
        folders.append(folder)
    return tuple(folders)


def _headers(file: YamlFile, given: Any) -> tuple[tuple[str, str], ...]:
    headers = file.mapping(("headers",), given, "headers")
    result = []
    for name, value in headers.items():
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            raise file.error(("headers", name), f"header {name} must be text")
        result.append((name, str(value)))
    return tuple(result)


def _rule_setting(file: YamlFile, catalogue: Catalogue, name: str, value: Any) -> RuleSetting:
    keys: Keys = ("rules", name)
    rules = catalogue.matching(name)
    line, _ = file.places.get(keys, (1, 1))
    origin = f"{file.path}:{line}"
    if not rules:
        raise file.error(keys, f'no rule or family "{name}"{catalogue.suggest(name)}')
    if isinstance(value, dict):
        options = {key: item for key, item in value.items() if key != "severity"}
        if options and len(rules) > 1:
            raise file.error(keys, f"{name} is a family; options belong to one rule")
        checked_options(file, keys, options, rules[0].check, partial=True)
        if "severity" not in value:
            return RuleSetting(name, options=options, origin=origin)
        return RuleSetting(name, _level(file, (*keys, "severity"), value["severity"]), True, options, origin)
    return RuleSetting(name, _level(file, keys, value), True, origin=origin)


def _level(file: YamlFile, keys: Keys, word: Any) -> Level:
    if word is False:  # YAML reads a bare `off` as a boolean
        return None
    try:
        return Severity.parse(word)
    except (ValueError, AttributeError):
        shown = str(word).lower() if isinstance(word, bool) else word
        raise file.error(keys, f'"{shown}" is none of error, warning, info, off') from None
