"""Configuration files: how they are read and validated, and what they extend."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from maillint.catalogue.load import Catalogue, shipped
from maillint.catalogue.plugins import PluginError, load_plugin
from maillint.config.find import repository_above
from maillint.config.keys import DOMAIN_KEYS, KEYS, Key, read_domain, read_folders, read_patterns, read_plugins
from maillint.data.lists import load_data, rules_folder
from maillint.data.profiles import PROFILES
from maillint.data.yamlfile import MAX_LENGTH, FileError, Keys, YamlFile, read_yaml
from maillint.files.access import is_inside
from maillint.files.paths import relative_path
from maillint.patterns import regex
from maillint.text.globs import MOST_PATTERNS, matches
from maillint.values import frozen

_FOREIGN = "not valid; it stands outside the project, so nothing of it is quoted"
_MAX_EXTENDS = 20
_MAX_FILES = 200
_MAX_BYTES = 2_000_000  # of all that extend each other
_MAX_BITS = 64
_MAX_DOTS = 100  # of a key in TOML
_PER_FILE = tuple(name for name, key in KEYS.items() if key.per_file)


@frozen
class Layer:
    """What one file says, or one entry of its ``overrides`` or ``domains``.

    Values by key, and where each stands (``path:line``). ``files`` are path patterns of the files that the layer is
    for, counted from ``folder``; empty for every file. ``domain`` is the one that it is for, in A-labels; empty for
    what is not about a domain.
    """

    values: Mapping[str, Any]
    origins: Mapping[str, str]
    folder: str
    files: tuple[str, ...] = ()
    domain: str = ""

    def matches(self, path: str) -> bool:
        """Whether the patterns match a file."""
        return matches(relative_path(path, self.folder), self.files)


def read_layers(path: str) -> list[Layer]:
    """Read a configuration file and all that it extends, the furthest first; raises FileError, OSError.

    An error about a file outside the project, and of no installed package, quotes nothing of it: a stranger's
    ``extends``, ``rule-folders`` or link could show what is nobody's business.
    """
    try:
        return _Reader().read(path)
    except FileError as error:
        folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120
        ours = (folder, repository_above(folder) or folder, rules_folder(), *sys.path)
        if is_inside(os.path.realpath(error.path), map(os.path.realpath, ours)):
            raise
        raise FileError(error.path, error.line, error.column, _FOREIGN) from None


class _Reader:
    """Reads a file and what it extends, each file once.

    ``_open`` are the files being read, each extended by the one before; ``_read`` the layers of those that are read.
    """

    def __init__(self) -> None:
        self._open: list[str] = []
        self._read: dict[str, list[Layer]] = {}
        self._bytes = 0

    def read(self, path: str) -> list[Layer]:
        real = os.path.realpath(path)
        if real in self._open or len(self._open) >= _MAX_EXTENDS:
            chain = " → ".join(map(os.path.basename, (*self._open, real)))
            raise FileError(path, 1, 1, f"files extend each other in a circle: {chain}")
        if real not in self._read:
            if len(self._read) + len(self._open) >= _MAX_FILES:
                raise FileError(path, 1, 1, f"more than {_MAX_FILES} files extend each other")
            self._bytes += os.path.getsize(path)  # noqa: PTH202
            if self._open and self._bytes > _MAX_BYTES:
                raise FileError(path, 1, 1, f"the files that extend each other have more than {_MAX_BYTES:,} bytes")
            self._open.append(real)
            try:
                self._read[real] = self.layers(_parse(path))
            finally:
                self._open.pop()
        return self._read[real]

    def layers(self, file: YamlFile) -> list[Layer]:
        """The layers of a parsed file, those of the files that it extends before its own."""
        values = file.mapping((), {} if file.data is None else file.data, "the configuration")
        file.known_keys((), values, KEYS, "key")
        _check_numbers(file, values)
        folder = os.path.dirname(os.path.abspath(file.path))  # noqa: PTH100, PTH120
        layers = _last_of_each(layer for extended in self._extended(file, values, folder) for layer in extended)
        catalogue = _catalogue(file, values, folder, layers)
        entries = values.get("overrides", [])
        if not isinstance(entries, list):
            raise file.error(("overrides",), "overrides must be a list of mappings")
        layers += (
            _layer(file, (), values, catalogue, folder),
            *(_override(file, ("overrides", index), entry, catalogue, folder) for index, entry in enumerate(entries)),
            *_domains(file, values.get("domains"), catalogue, folder),
        )
        if sum(map(_count_patterns, layers)) > MOST_PATTERNS:
            raise file.error((), f"more than {MOST_PATTERNS:,} path patterns, with those of the files that it extends")
        return layers

    def _extended(self, file: YamlFile, values: Mapping[str, Any], folder: str) -> Iterator[list[Layer]]:
        """The layers of each file, or profile, that a file extends."""
        for index, name in enumerate(file.texts(("extends",), values.get("extends", []), "extends")):
            if name in PROFILES:
                yield [profile_layer(name)]
                continue
            target = os.path.join(folder, name)  # noqa: PTH118
            if not os.path.isfile(target):  # noqa: PTH113
                raise file.error(("extends", index), f'no file "{name}"')
            yield self.read(target)


def _check_numbers(file: YamlFile, values: Mapping[str, Any]) -> None:
    """Refuse numbers that cannot be shown: TOML and Python have them without a bound."""
    pending: list[tuple[Keys, Any]] = [((key,), value) for key, value in values.items()]
    while pending:
        keys, value = pending.pop()
        if isinstance(value, int) and value.bit_length() > _MAX_BITS:
            raise file.error(keys, "a number with too many digits")
        if isinstance(value, dict):
            pending.extend(((*keys, key), item) for key, item in value.items())
        elif isinstance(value, list):
            pending.extend(((*keys, index), item) for index, item in enumerate(value))


def _count_patterns(layer: Layer) -> int:
    lists = (layer.values.get(key, ()) for key in ("exclude", "include"))
    sequences = (sequence.patterns for sequence in layer.values.get("sequences", ()))
    return len(layer.files) + sum(map(len, (*lists, *sequences)))


def _last_of_each(layers: Iterable[Layer]) -> list[Layer]:
    """Layers without those that come again later: what comes last counts."""
    found: dict[int, Layer] = {}
    for layer in layers:
        found.pop(id(layer), None)
        found[id(layer)] = layer
    return list(found.values())


def _catalogue(file: YamlFile, values: Mapping[str, Any], folder: str, extended: Sequence[Layer]) -> Catalogue:
    """The rules that a file can speak of: the shipped ones, and its own and those of the layers that it extends."""
    plugins = [name for layer in extended for name in layer.values.get("plugins", ())]
    if "plugins" in values:
        plugins += read_plugins(file, ("plugins",), values["plugins"], shipped(), folder)
    try:
        catalogue = with_rules(plugins, [path for layer in extended for path in layer.values.get("rule-folders", ())])
    except PluginError as error:
        raise file.error(("plugins",), str(error)) from None
    if "rule-folders" not in values:
        return catalogue
    return catalogue.extended(read_folders(file, ("rule-folders",), values["rule-folders"], catalogue, folder))


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
    file.known_keys(keys, values, ("files", *_PER_FILE), "key")
    if not values.get("files"):
        raise file.error(keys, 'an override needs "files"')
    files = read_patterns(file, (*keys, "files"), values["files"], catalogue, folder)
    rest = {key: value for key, value in values.items() if key != "files"}
    return _layer(file, keys, rest, catalogue, folder, files)


def _domains(file: YamlFile, value: Any, catalogue: Catalogue, folder: str) -> Iterator[Layer]:
    """A layer for each entry under ``domains``."""
    for name, entry in file.mapping(("domains",), {} if value is None else value, "domains").items():
        keys = ("domains", name)
        settings = file.mapping(keys, {} if entry is None else entry, f"the settings of {name}")
        file.known_keys(keys, settings, DOMAIN_KEYS, "key")
        layer = _layer(file, keys, settings, catalogue, folder, known=DOMAIN_KEYS)
        origins = {"domains": f"{file.path}:{file.places.get(keys, (1, 1))[0]}", **layer.origins}
        yield Layer(layer.values, origins, folder, domain=read_domain(file, keys, name))


def _layer(
    file: YamlFile,
    keys: Keys,
    values: Mapping[str, Any],
    catalogue: Catalogue,
    folder: str,
    files: tuple[str, ...] = (),
    known: Mapping[str, Key] = KEYS,
) -> Layer:
    checked = {}
    origins = {}
    for key, value in values.items():
        read = known[key].read
        if read is not None:
            checked[key] = read(file, (*keys, key), value, catalogue, folder)
            origins[key] = f"{file.path}:{file.places.get((*keys, key), (1, 1))[0]}"
    return Layer(checked, origins, folder, files)


@cache
def profile_layer(profile: str) -> Layer:
    """The settings of a shipped profile."""
    path = os.path.join(rules_folder(), "profiles", f"{profile}.yaml")  # noqa: PTH118
    data = load_data(f"profiles/{profile}")
    return _layer(YamlFile(path, data), (), {"rules": data["rules"]}, shipped(), os.path.dirname(path))  # noqa: PTH120


# -- parsing ------------------------------------------------------------------------------------------


def _parse(path: str) -> YamlFile:
    try:
        with open(path, encoding="utf-8-sig") as file:  # noqa: PTH123 -- no more of it than may be read
            text = file.read(MAX_LENGTH + 1)
    except UnicodeDecodeError:
        raise FileError(path, 1, 1, "not UTF-8") from None
    return _parse_toml(path, text) if path.endswith(".toml") else read_yaml(path, text)


_TOML_TABLE = regex(r"^\s*+\[\[?\s*+((?:[^\]\s]++|\s++(?![\]\s]))++)\s*+\]")
_DOTTED = regex(
    r"""(?<![\w-])(?:(?:[\w-]++|"(?:[^"\\\n]|\\.){0,200}+"|'[^'\n]{0,200}+')[ \t]*+\.[ \t]*+)++""", re.ASCII
)
_TOML_KEY = regex(r"""^\s*("[^"]*"|'[^']*'|[\w.-]+)\s*=""")


def _parse_toml(path: str, text: str) -> YamlFile:
    import tomllib  # noqa: PLC0415 -- only where the settings stand in pyproject.toml

    if len(text) > MAX_LENGTH:
        raise FileError(path, 1, 1, f"too long (the limit is {MAX_LENGTH:,} characters)")
    for keys_text in _DOTTED.finditer(text):
        if keys_text[0].count(".") > _MAX_DOTS:  # tomllib's time grows with the square of the depth
            line = text.count("\n", 0, keys_text.start()) + 1
            raise FileError(path, line, 1, "not valid TOML: nested too deeply")
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise FileError(path, 1, 1, "not valid TOML: nested too deeply") from None
    except ValueError as error:  # a number may have too many digits, too
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
    tool = data.get("tool")
    return YamlFile(path, tool.get("maillint", {}) if isinstance(tool, dict) else {}, places)
