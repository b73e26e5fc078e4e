"""Configuration files: where they are found, how they are read and validated, and what they extend."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from maillint.data import load_data, rules_folder
from maillint.finding import Severity
from maillint.message.model import PROFILES
from maillint.message.template import dialects
from maillint.plugins import PluginError, load_plugin
from maillint.rules import Catalogue, Level, checked_options, shipped
from maillint.yamlfile import FileError, Keys, YamlFile, read_yaml, suggestion

FILE_NAMES = ("maillint.yaml", ".maillint.yaml", "maillint.yml", ".maillint.yml")
PYPROJECT = "pyproject.toml"
MAX_EXTENDS = 20

JURISDICTIONS = ("us", "ca", "eu", "fr", "uk")
CONSENT = ("none", "aggregate", "individual")


@dataclass(frozen=True)
class RuleSetting:
    """What one layer says of one rule or family. ``level_given`` tells off (None) from nothing said."""

    name: str
    level: Level = None
    level_given: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    origin: str = ""


@dataclass(frozen=True)
class Layer:
    """What one file says, or one entry of its ``overrides``: values by key, each with its place.

    ``files`` are the path patterns that the layer is for, counted from ``folder``; empty: every file.
    """

    values: Mapping[str, Any]
    origins: Mapping[str, str]
    folder: str
    files: tuple[str, ...] = ()


def find_config(folder: str) -> str | None:
    """Return the configuration file nearest to a folder, upward; None if there is none."""
    while True:
        for name in FILE_NAMES:
            path = os.path.join(folder, name)  # noqa: PTH118
            if os.path.isfile(path):  # noqa: PTH113
                return path
        path = os.path.join(folder, PYPROJECT)  # noqa: PTH118
        if os.path.isfile(path) and _has_table(path):  # noqa: PTH113
            return path
        parent = os.path.dirname(folder)  # noqa: PTH120
        if parent == folder:
            return None
        folder = parent


@cache
def _has_table(path: str) -> bool:
    try:
        return b"[tool.maillint" in Path(path).read_bytes()
    except OSError:
        return False


def read_layers(path: str) -> list[Layer]:
    """Read a configuration file and all that it extends, the furthest first; raises FileError, OSError."""
    return _Reader().read(path)


class _Reader:
    def __init__(self) -> None:
        self._open: list[str] = []

    def read(self, path: str) -> list[Layer]:
        real = os.path.realpath(path)
        if real in self._open or len(self._open) >= MAX_EXTENDS:
            chain = " → ".join(os.path.basename(known) for known in (*self._open, real))  # noqa: PTH119
            raise FileError(path, 1, 1, f"files extend each other in a circle: {chain}")
        self._open.append(real)
        try:
            return self.layers(_parse(path))
        finally:
            self._open.pop()

    def layers(self, file: YamlFile) -> list[Layer]:
        """The layers of a parsed file, those of the files that it extends before its own."""
        values = file.mapping((), {} if file.data is None else file.data, "the configuration")
        file.known_keys((), values, KEYS, "key")
        folder = os.path.dirname(os.path.abspath(file.path))  # noqa: PTH100, PTH120
        layers: list[Layer] = []
        for index, name in enumerate(file.texts(("extends",), values.get("extends", []), "extends")):
            if name in PROFILES:
                layers.append(profile_layer(name))
                continue
            target = os.path.join(folder, name)  # noqa: PTH118
            if not os.path.isfile(target):  # noqa: PTH113
                raise file.error(("extends", index), f'no file "{name}"')
            layers.extend(self.read(target))
        plugins = [known for layer in layers for known in layer.values.get("plugins", ())]
        if "plugins" in values:
            plugins += _plugins(file, ("plugins",), values["plugins"], shipped(), folder)
        folders = [known for layer in layers for known in layer.values.get("rule-folders", ())]
        try:
            catalogue = with_rules(plugins, folders)
        except PluginError as error:
            raise file.error(("plugins",), str(error)) from None
        if "rule-folders" in values:
            catalogue = catalogue.extended(_folders(file, ("rule-folders",), values["rule-folders"], catalogue, folder))
        layers.append(_layer(file, (), values, catalogue, folder))
        entries = values.get("overrides", [])
        if not isinstance(entries, list):
            raise file.error(("overrides",), "overrides must be a list of mappings")
        for index, entry in enumerate(entries):
            layers.append(_override(file, ("overrides", index), entry, catalogue, folder))
        return layers


def with_rules(plugins: Iterable[str], folders: Iterable[str]) -> Catalogue:
    """The shipped rules with those of plugins and of folders, each taken once; raises FileError, PluginError."""
    return shipped().extended(list(dict.fromkeys(folders)), [load_plugin(name) for name in dict.fromkeys(plugins)])


def layers_of(data: Mapping[str, Any], name: str) -> list[Layer]:
    """Read settings that stand in no file, as if a file of this name in the working folder held them.

    Raises FileError, OSError for what is extended.
    """
    return _Reader().layers(YamlFile(name, dict(data)))


def _override(file: YamlFile, keys: Keys, entry: Any, catalogue: Catalogue, folder: str) -> Layer:
    values = file.mapping(keys, entry, "an override")
    file.known_keys(keys, values, ("files", *(key for key, known in KEYS.items() if known.per_file)), "key")
    if not values.get("files"):
        raise file.error(keys, 'an override needs "files"')
    files = tuple(file.texts((*keys, "files"), values["files"], "files"))
    rest = {key: value for key, value in values.items() if key != "files"}
    return _layer(file, keys, rest, catalogue, folder, files)


def _layer(
    file: YamlFile,
    keys: Keys,
    values: Mapping[str, Any],
    catalogue: Catalogue,
    folder: str,
    files: tuple[str, ...] = (),
) -> Layer:
    checked = {}
    origins = {}
    for key, value in values.items():
        read = KEYS[key].read
        if read is not None:
            checked[key] = read(file, (*keys, key), value, catalogue, folder)
            origins[key] = f"{file.path}:{file.places.get((*keys, key), (1, 1))[0]}"
    return Layer(checked, origins, folder, files)


@cache
def profile_layer(profile: str) -> Layer:
    """The settings of a shipped profile."""
    path = os.path.join(rules_folder(), "profiles", f"{profile}.yaml")  # noqa: PTH118
    data = load_data(f"profiles/{profile}")
    return _layer(YamlFile(path, data), (), {"rules": data.get("rules") or {}}, shipped(), os.path.dirname(path))  # noqa: PTH120


# -- parsing ------------------------------------------------------------------------------------------


def _parse(path: str) -> YamlFile:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise FileError(path, 1, 1, "not UTF-8") from None
    return _parse_toml(path, text) if path.endswith(".toml") else read_yaml(path, text)


_TOML_TABLE = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]", re.MULTILINE)
_TOML_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[\w.-]+)\s*=""", re.MULTILINE)


def _parse_toml(path: str, text: str) -> YamlFile:
    import tomllib  # noqa: PLC0415 -- only where the settings stand in pyproject.toml

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(found[1]), int(found[2])) if found else (1, 1)
        raise FileError(path, line, column, f"not valid TOML: {error}") from None
    places: dict[Keys, tuple[int, int]] = {}
    table: tuple[str, ...] = ()
    for number, line_text in enumerate(text.splitlines(), 1):
        if header := _TOML_TABLE.match(line_text):
            table = tuple(part.strip(" \"'") for part in header[1].split("."))
            key = table
        elif assignment := _TOML_KEY.match(line_text):
            key = (*table, *(part.strip(" \"'") for part in assignment[1].split(".")))
        else:
            continue
        if key[:2] == ("tool", "maillint"):
            column = len(line_text) - len(line_text.lstrip()) + 1
            places.setdefault(key[2:], (number, column))
    return YamlFile(path, data.get("tool", {}).get("maillint", {}), places)


# -- keys ---------------------------------------------------------------------------------------------

Read = Callable[[YamlFile, Keys, Any, Catalogue, str], Any]


@dataclass(frozen=True)
class Key:
    """One key of the configuration: what it means, how it is read, its JSON schema, and whether overrides take it."""

    doc: str
    read: Read | None
    schema: Mapping[str, Any]
    per_file: bool = True


def _choice(choices: Callable[[], tuple[str, ...]], what: str) -> Read:
    def read(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> str:
        if value not in choices():
            raise file.error(keys, f'unknown {what} "{value}"{suggestion(str(value), choices())}')
        return str(value)

    return read


def _choices(known: tuple[str, ...], what: str) -> Read:
    def read(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[str, ...]:
        items = file.texts(keys, value, what)
        for index, item in enumerate(items):
            if item not in known:
                raise file.error((*keys, index), f'unknown {what[:-1]} "{item}"{suggestion(item, known)}')
        return tuple(items)

    return read


def _texts(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[str, ...]:
    return tuple(file.texts(keys, value, str(keys[-1])))


def _path(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> str:
    if not isinstance(value, str):
        raise file.error(keys, f"{keys[-1]} must be a path")
    return os.path.join(folder, value)  # noqa: PTH118


def _folders(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[str, ...]:
    folders = []
    for index, name in enumerate(file.texts(keys, value, "rule-folders")):
        path = os.path.join(folder, name)  # noqa: PTH118
        if not os.path.isdir(path):  # noqa: PTH112
            raise file.error((*keys, index), f'no folder "{name}"')
        folders.append(path)
    return tuple(folders)


def _plugins(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[str, ...]:
    names = file.texts(keys, value, "plugins")
    for index, name in enumerate(names):
        try:
            load_plugin(name)
        except PluginError as error:
            raise file.error((*keys, index), str(error)) from None
    return tuple(names)


def _headers(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[tuple[str, str], ...]:
    headers = file.mapping(keys, value if value is not None else {}, "headers")
    result = []
    for name, text in headers.items():
        if not isinstance(text, (str, int)) or isinstance(text, bool):
            raise file.error((*keys, name), f"header {name} must be text")
        result.append((name, str(text)))
    return tuple(result)


def _rules(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[RuleSetting, ...]:
    rules = file.mapping(keys, value if value is not None else {}, "rules")
    return tuple(rule_setting(file, (*keys, name), catalogue, name, setting) for name, setting in rules.items())


def rule_setting(file: YamlFile, keys: Keys, catalogue: Catalogue, name: str, value: Any) -> RuleSetting:
    """Read what is said of one rule or family; raises FileError."""
    rules = catalogue.matching(name)
    line, _ = file.places.get(keys, (1, 1))
    origin = f"{file.path}:{line}"
    if not rules:
        raise file.error(keys, f'no rule or family "{name}"{catalogue.suggest(name)}')
    if not isinstance(value, dict):
        return RuleSetting(name, _level(file, keys, value), True, origin=origin)
    options = {key: item for key, item in value.items() if key != "severity"}
    if options and name != rules[0].name:
        raise file.error(keys, f"{name} is a family; options belong to one rule")
    checked_options(file, keys, options, rules[0].check, partial=True)
    if "severity" not in value:
        return RuleSetting(name, options=options, origin=origin)
    return RuleSetting(name, _level(file, (*keys, "severity"), value["severity"]), True, options, origin)


def _level(file: YamlFile, keys: Keys, word: Any) -> Level:
    if word is False:  # YAML reads a bare `off` as a boolean
        return None
    try:
        return Severity.parse(word)
    except (ValueError, AttributeError):
        shown = str(word).lower() if isinstance(word, bool) else word
        raise file.error(keys, f'"{shown}" is none of error, warning, info, off') from None


@dataclass(frozen=True)
class Sequence:
    """The messages of one sequence: a list of path patterns in order, or one pattern with ``{touch}``."""

    patterns: tuple[str, ...]


def _sequences(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[Sequence, ...]:
    if not isinstance(value, list):
        raise file.error(keys, "sequences must be a list: of lists of files in order, or patterns with {touch}")
    found = []
    for index, entry in enumerate(value):
        patterns = file.texts((*keys, index), entry, "a sequence")
        if isinstance(entry, str) and entry.count("{touch}") != 1:
            raise file.error((*keys, index), 'a sequence given as one pattern needs "{touch}" in it, once')
        found.append(Sequence(tuple(patterns)))
    return tuple(found)


_TEXTS_SCHEMA: Mapping[str, Any] = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_LEVEL_SCHEMA: Mapping[str, Any] = {"enum": ["error", "warning", "info", "off", False]}

KEYS: Mapping[str, Key] = {
    "extends": Key("files whose settings come before these, or a shipped profile", None, _TEXTS_SCHEMA, per_file=False),
    "profile": Key(
        "the kind of mail: cold, newsletter, transactional or general",
        _choice(lambda: PROFILES, "profile"),
        {"enum": list(PROFILES)},
    ),
    "rules": Key(
        "by rule or family: a severity, off, or a mapping of severity and options",
        _rules,
        {"type": "object", "additionalProperties": {"anyOf": [_LEVEL_SCHEMA, {"type": "object"}]}},
    ),
    "headers": Key(
        "header fields that the sending tool adds to every template",
        _headers,
        {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
    ),
    "exclude": Key("path patterns of files to leave out", _texts, _TEXTS_SCHEMA, per_file=False),
    "include": Key(
        "path patterns of files to take in a folder, beside the usual ones", _texts, _TEXTS_SCHEMA, per_file=False
    ),
    "rule-folders": Key("folders with rules of your own", _folders, _TEXTS_SCHEMA, per_file=False),
    "plugins": Key("installed packages whose checks and rules count too", _plugins, _TEXTS_SCHEMA, per_file=False),
    "own-domains": Key("domains that are yours, beside the From field's", _texts, _TEXTS_SCHEMA),
    "dkim-selectors": Key("DKIM selectors of your domains, for --dns", _texts, _TEXTS_SCHEMA),
    "dialect": Key(
        "the template language, where it cannot be told from the files",
        _choice(lambda: tuple(dialects()), "dialect"),
        {"type": "string"},
    ),
    "sequences": Key(
        "which files are which touch: lists of files in order, or patterns such as intro-{touch}.html",
        _sequences,
        {"type": "array", "items": _TEXTS_SCHEMA},
        per_file=False,
    ),
    "jurisdictions": Key(
        f"where your readers are, for the rules of law: {', '.join(JURISDICTIONS)}",
        _choices(JURISDICTIONS, "jurisdictions"),
        {"type": "array", "items": {"enum": list(JURISDICTIONS)}},
    ),
    "pixel-consent": Key(
        f"what your readers have agreed to: {', '.join(CONSENT)}",
        _choice(lambda: CONSENT, "pixel-consent"),
        {"enum": list(CONSENT)},
    ),
    "baseline": Key("a file of known findings to leave out", _path, {"type": "string"}, per_file=False),
    "overrides": Key(
        "settings for some files only: a list of mappings with files and any of these keys",
        None,
        {"type": "array", "items": {"type": "object", "required": ["files"]}},
        per_file=False,
    ),
}
"""Every key of a configuration file, in the order in which documents list them."""
