"""The keys of a configuration file: what each means, how it is read, and its JSON schema."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from maillint.catalogue.load import Catalogue
from maillint.catalogue.plugins import PluginError, load_plugin
from maillint.catalogue.rule import Level
from maillint.catalogue.validate import checked_options
from maillint.data.amendments import Amendment, Lists
from maillint.data.consent import CONSENT, jurisdiction_fault, jurisdictions
from maillint.data.lists import load_list
from maillint.data.profiles import PROFILES
from maillint.data.yamlfile import Keys, YamlFile, suggestion
from maillint.finding import THRESHOLDS, Severity
from maillint.message.template.dialect import dialects
from maillint.network.answers import is_address
from maillint.output import formats
from maillint.text.globs import TOUCH, is_pattern, matches, touch_of
from maillint.text.phrases import Phrase, compile_phrases
from maillint.values import field, frozen
from maillint.web.domains import a_label


@frozen
class RuleSetting:
    """What one layer says of one rule or family.

    ``level_given`` tells *off*, which is None, from no level; ``origin`` is ``path:line``.
    """

    name: str
    origin: str
    level: Level = None
    level_given: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


Read = Callable[[YamlFile, Keys, Any, Catalogue, str], Any]
"""Reads a key's value: takes the file, where in it the value stands, the value as YAML gives it, the rules that count
there, and the folder that paths count from; raises FileError."""


@frozen
class Key:
    """One key of the configuration.

    ``read`` is None for the keys that say how files and layers go together; ``items`` are the words of which one or a
    list may be named, where those are fixed; ``per_file`` keys may stand under ``overrides``.
    """

    doc: str
    read: Read | None
    schema: Mapping[str, Any]
    per_file: bool = True
    items: Callable[[], tuple[str, ...]] | None = None

    def json_schema(self) -> dict[str, Any]:
        """The key's JSON schema, with its meaning."""
        items = {} if self.items is None else _one_or_several({"enum": list(self.items())})
        return {"description": self.doc, **self.schema, **items}


def _one_or_several(item: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an item that may stand alone or in a list."""
    return {"oneOf": [item, {"type": "array", "items": item}]}


def _choice(choices: Callable[[], tuple[str, ...]], what: str) -> Read:
    def read(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> str:
        if value not in choices():
            raise file.error(keys, f'unknown {what} "{value}"{suggestion(str(value), choices())}')
        return str(value)

    return read


def _yes_or_no(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> bool:
    if not isinstance(value, bool):
        raise file.error(keys, f"{keys[-1]} must be true or false")
    return value


def _names(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[str, ...]:
    """Read names of rules and families."""
    names = file.texts(keys, value, str(keys[-1]))
    for index, name in enumerate(names):
        if not catalogue.matching(name):
            raise file.error((*keys, index), f'no rule or family "{name}"{catalogue.suggest(name)}')
    return tuple(names)


def _texts(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[str, ...]:
    return tuple(file.texts(keys, value, str(keys[-1])))


def read_patterns(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[str, ...]:
    """Read one or several path patterns; raises FileError."""
    patterns = file.texts(keys, value, str(keys[-1]))
    for index, pattern in enumerate(patterns):
        if not is_pattern(pattern):
            raise file.error((*keys, index), f'"{pattern}" is not a path pattern, as in .gitignore')
    return tuple(patterns)


def _seconds(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e9:
        raise file.error(keys, f"{keys[-1]} must be a number of seconds above 0")
    return float(value)


def _count(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 31:
        raise file.error(keys, f"{keys[-1]} must be a whole number, 0 or more")
    return value


def _path(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> str:
    if not isinstance(value, str):
        raise file.error(keys, f"{keys[-1]} must be a path")
    return os.path.join(folder, value)  # noqa: PTH118


def read_folders(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[str, ...]:
    """Read the paths of folders with rules; raises FileError for one that does not exist."""
    folders = []
    for index, name in enumerate(file.texts(keys, value, "rule-folders")):
        path = os.path.join(folder, name)  # noqa: PTH118
        if not os.path.isdir(path):  # noqa: PTH112
            raise file.error((*keys, index), f'no folder "{name}"')
        folders.append(path)
    return tuple(folders)


def read_plugins(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[str, ...]:
    """Read the names of plugins, and load these; raises FileError for one that cannot be loaded."""
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
    return tuple(_rule_setting(file, (*keys, name), catalogue, name, setting) for name, setting in rules.items())


def _rule_setting(file: YamlFile, keys: Keys, catalogue: Catalogue, name: str, value: Any) -> RuleSetting:
    """Read a severity, or a mapping of the severity and options."""
    rules = catalogue.matching(name)
    line, _ = file.places.get(keys, (1, 1))
    origin = f"{file.path}:{line}"
    if not rules:
        raise file.error(keys, f'no rule or family "{name}"{catalogue.suggest(name)}')
    if not isinstance(value, dict):
        return RuleSetting(name, origin, _level(file, keys, value), True)
    options = {key: item for key, item in value.items() if key != "severity"}
    if options and name != rules[0].name:
        raise file.error(keys, f"{name} is a family; options belong to one rule")
    checked_options(file, keys, options, rules[0].check, partial=True)
    if "severity" not in value:
        return RuleSetting(name, origin, options=options)
    return RuleSetting(name, origin, _level(file, (*keys, "severity"), value["severity"]), True, options)


def _level(file: YamlFile, keys: Keys, word: Any) -> Level:
    if word is False:  # YAML reads a bare `off` as a boolean
        return None
    try:
        return Severity.parse(word)
    except (ValueError, AttributeError):
        shown = str(word).lower() if isinstance(word, bool) else word
        raise file.error(keys, f'severity must be error, warning, info or off, not "{shown}"') from None


# -- domains ------------------------------------------------------------------------------------------


def read_domain(file: YamlFile, keys: Keys, name: str) -> str:
    """Read the name of a domain, in A-labels; raises FileError."""
    label = a_label(name)
    if label is None or "." not in label:
        raise file.error(keys, f'"{name}" is not a domain name')
    return label


def _ips(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[str, ...]:
    texts = file.texts(keys, value, str(keys[-1]))
    for index, text in enumerate(texts):
        if not is_address(text):
            raise file.error((*keys, index), f'"{text}" is not an IP address')
    return tuple(texts)


def _mail_from(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> str:
    if not isinstance(value, str) or (value and not all(value.rpartition("@"))):
        raise file.error(keys, f'{keys[-1]} must be an address, such as bounce@em.acme.example, or "" for none')
    return value


def _host_name(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> str:
    if not isinstance(value, str) or not value:
        raise file.error(keys, f"{keys[-1]} must be a name, such as mx.acme.example")
    return value


@frozen
class Sequence:
    """The messages of one sequence: path patterns in the order of the touches, or one pattern with ``{touch}``.

    ``places`` says where each pattern stands: path, line and column.
    """

    patterns: tuple[str, ...]
    places: tuple[tuple[str, int, int], ...] = field(default=(), repr=False, compare=False)

    def matching(self, path: str) -> set[str]:
        """The patterns that match a file, by its path as patterns see it."""
        if len(self.patterns) == 1 and TOUCH in self.patterns[0]:
            return set(self.patterns) if touch_of(path, self.patterns[0]) is not None else set()
        return {pattern for pattern in self.patterns if matches(path, [pattern])}

    def touch_of(self, path: str) -> int | None:
        """The place of a file in the sequence, by its path as patterns see it; None for a file that is not in it."""
        if len(self.patterns) == 1 and TOUCH in self.patterns[0]:
            return touch_of(path, self.patterns[0])
        return next((number for number, pattern in enumerate(self.patterns, 1) if matches(path, [pattern])), None)


def _sequences(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[Sequence, ...]:
    if not isinstance(value, list):
        raise file.error(keys, "sequences must be a list: of lists of files in order, or patterns with {touch}")
    found = []
    for index, entry in enumerate(value):
        file.texts((*keys, index), entry, "a sequence")
        patterns = read_patterns(file, (*keys, index), entry, catalogue, folder)
        if isinstance(entry, str) and entry.count("{touch}") != 1:
            raise file.error((*keys, index), 'a sequence given as one pattern needs "{touch}" in it, once')
        here = file.places.get((*keys, index)) or file.places.get(keys, (1, 1))
        places = [file.places.get((*keys, index, number), here) for number in range(len(patterns))]
        found.append(Sequence(patterns, tuple((file.path, *place) for place in places)))
    return tuple(found)


# -- lists --------------------------------------------------------------------------------------------

ReadEntry = Callable[[str], str]
"""Reads an entry of a list, such as a host in A-labels; raises ValueError."""


def _lists(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> Lists:
    given = file.mapping(keys, value if value is not None else {}, "lists")
    file.known_keys(keys, given, LISTS, "list")
    amendments = {
        name.replace("-", "_"): _amendment(file, (*keys, name), entry, LISTS[name].read)
        for name, entry in given.items()
    }
    return Lists(**amendments)


def _amendment(file: YamlFile, keys: Keys, value: Any, read: ReadEntry) -> Amendment:
    """Read ``[entries to add]``, or a mapping of ``add``, ``allow`` and ``replace``."""
    if not isinstance(value, dict):
        return Amendment(_entries(file, keys, value, read))
    file.known_keys(keys, value, ("add", "allow", "replace"), "key")
    if "replace" in value and len(value) > 1:
        raise file.error(keys, '"replace" gives the whole list; "add" and "allow" do not go with it')
    if "replace" in value:
        return Amendment(_entries(file, (*keys, "replace"), value["replace"], read), replaces=True)
    add = _entries(file, (*keys, "add"), value.get("add", []), read)
    allow = _entries(file, (*keys, "allow"), value.get("allow", []), read)
    for index, entry in enumerate(allow):
        if entry in add:
            raise file.error((*keys, "allow", index), f'"{entry}" is also under "add"')
    return Amendment(add, allow)


def _entries(file: YamlFile, keys: Keys, value: Any, read: ReadEntry) -> tuple[str, ...]:
    found = []
    for index, text in enumerate(file.texts(keys, value, str(keys[-1]))):
        try:
            found.append(read(text))
        except ValueError as error:
            raise file.error((*keys, index), str(error)) from None
    return tuple(found)


def _host(text: str) -> str:
    name = a_label(text.removeprefix("*."))
    if name is None:
        raise ValueError(f'"{text}" is not a host name; write it alone, such as go.acme.example')
    return name


def _top_level(text: str) -> str:
    name = a_label(text.removeprefix("."))
    if name is None or "." in name:
        raise ValueError(f'"{text}" is not a top-level domain; write it as "xyz"')
    return name


def _phrase(text: str) -> str:
    compile_phrases([Phrase(text)])
    return text


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError("an empty text cannot be in a list")
    return text


@frozen
class ListKey:
    """A shipped list that settings may amend: what its entries are, and how one is read."""

    doc: str
    read: ReadEntry


LISTS: Mapping[str, ListKey] = {
    "click-trackers": ListKey("hosts that count clicks and lead on, with what is below them", _host),
    "phrases": ListKey("phrases of spam; a star after four letters of a word is any ending", _phrase),
    "shorteners": ListKey("hosts of URL shorteners, with what is below them", _host),
    "suspicious-tlds": ListKey("top-level domains that filters distrust", _top_level),
    "trackers": ListKey("hosts whose pictures count opens, with what is below them", _host),
    "vague-texts": ListKey("link texts that say nothing of where the link leads", _words),
}
"""The lists under ``lists:``, by name."""


def _clients(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[str, ...]:
    named = file.texts(keys, value, "clients")
    for index, name in enumerate(named):
        if name not in clients():
            raise file.error((*keys, index), f'unknown client "{name}"{suggestion(name, clients())}')
    return tuple(named)


def clients() -> tuple[str, ...]:
    """The mail clients that ``clients:`` may name."""
    return tuple(load_list("clients")["clients"])


def _jurisdictions(file: YamlFile, keys: Keys, value: Any, catalogue: Catalogue, folder: str) -> tuple[str, ...]:
    if isinstance(value, list):
        value = ["no" if code is False else code for code in value]  # YAML reads a bare `no` as a boolean
    codes = file.texts(keys, value, "jurisdictions")
    for index, code in enumerate(codes):
        if fault := jurisdiction_fault(code):
            raise file.error((*keys, index), fault)
    return tuple(dict.fromkeys(map(str.lower, codes)))


_TEXTS_SCHEMA = _one_or_several({"type": "string"})

DOMAIN_KEYS: Mapping[str, Key] = {
    "dkim-selectors": Key("the domain's DKIM selectors, in place of those for every domain", _texts, _TEXTS_SCHEMA),
    "ips": Key("addresses that send the domain's mail: SPF is evaluated for each", _ips, _TEXTS_SCHEMA),
    "mail-from": Key('the envelope sender of the domain\'s mail; "" for none', _mail_from, {"type": "string"}),
    "helo": Key("the name that the sending server gives itself", _host_name, {"type": "string"}),
    "ignore": Key("rules or families to leave out for the domain", _names, _TEXTS_SCHEMA),
    "rules": Key(
        "by rule or family: a severity, off, or a mapping of severity and options", _rules, {"type": "object"}
    ),
}
"""Every key of an entry under ``domains``."""

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
        {"type": "object"},
    ),
    "select": Key("the only rules or families to run", _names, _TEXTS_SCHEMA, per_file=False),
    "ignore": Key("rules or families to leave out", _names, _TEXTS_SCHEMA, per_file=False),
    "fail-on": Key(
        f"the lowest severity that makes the exit status 1: {', '.join(THRESHOLDS)} (error)",
        _choice(lambda: THRESHOLDS, "severity"),
        {"enum": list(THRESHOLDS)},
        per_file=False,
    ),
    "min-severity": Key(
        f"the lowest severity that is shown: {', '.join(THRESHOLDS[:3])} (info)",
        _choice(lambda: THRESHOLDS[:3], "severity"),
        {"enum": list(THRESHOLDS[:3])},
        per_file=False,
    ),
    "format": Key(
        "the output format on standard output (full); files are named on the command line alone",
        _choice(formats, "output format"),
        {"enum": list(formats())},
        per_file=False,
    ),
    "headers": Key(
        "header fields that the sending tool adds to every template",
        _headers,
        {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
    ),
    "exclude": Key("path patterns of files to leave out", read_patterns, _TEXTS_SCHEMA, per_file=False),
    "include": Key(
        "path patterns of files to take in a folder, beside the usual ones",
        read_patterns,
        _TEXTS_SCHEMA,
        per_file=False,
    ),
    "rule-folders": Key("folders with rules of your own", read_folders, _TEXTS_SCHEMA, per_file=False),
    "plugins": Key("installed packages whose checks and rules count too", read_plugins, _TEXTS_SCHEMA, per_file=False),
    "own-domains": Key("domains that are yours, beside the From field's", _texts, _TEXTS_SCHEMA),
    "dkim-selectors": Key("DKIM selectors of your domains, for --dns", _texts, _TEXTS_SCHEMA),
    "domains": Key("settings by domain, for maillint dns and --dns", None, {"type": "object"}, per_file=False),
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
        "where your readers are, for the rules of law: eu, or codes of countries such as de, fr, uk",
        _jurisdictions,
        {},
        items=lambda: tuple(jurisdictions()),
    ),
    "pixel-consent": Key(
        f"what your readers have agreed to: {', '.join(CONSENT)}",
        _choice(lambda: CONSENT, "pixel-consent"),
        {"enum": list(CONSENT)},
    ),
    "lists": Key(
        "what to add to shipped lists, let pass, or put in their place",
        _lists,
        {
            "type": "object",
            "properties": {
                name: {
                    "description": entries.doc,
                    "anyOf": [
                        _TEXTS_SCHEMA,
                        {
                            "type": "object",
                            "properties": dict.fromkeys(("add", "allow", "replace"), _TEXTS_SCHEMA),
                            "additionalProperties": False,
                        },
                    ],
                }
                for name, entries in LISTS.items()
            },
            "additionalProperties": False,
        },
    ),
    "clients": Key(
        "the mail clients that your readers use; what only others get is not judged",
        _clients,
        {},
        items=clients,
    ),
    "baseline": Key("a file of known findings to leave out", _path, {"type": "string"}, per_file=False),
    "require-baseline": Key(
        "whether maillint check without a baseline file is an error (false)",
        _yes_or_no,
        {"type": "boolean"},
        per_file=False,
    ),
    "time-limit": Key(
        "seconds of processor time that the rules may spend on one message (60)",
        _seconds,
        {"type": "number", "exclusiveMinimum": 0},
    ),
    "max-findings-per-file": Key(
        "findings of one file that the format full shows before it sums up the rest (10); 0: all",
        _count,
        {"type": "integer", "minimum": 0},
        per_file=False,
    ),
    "overrides": Key(
        "settings for some files only: a list of mappings with files and any of these keys",
        None,
        {"type": "array"},
        per_file=False,
    ),
}
"""Every key of a configuration file, in the order in which documents list them."""
