"""Results of earlier runs, stored beside the configuration: a file that has not changed is not linted again."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from operator import attrgetter
from typing import Any

from maillint._version import __version__
from maillint.catalogue.load import rule_paths
from maillint.config.config import LayeredConfig
from maillint.data.checkout import digest
from maillint.data.lists import package_state
from maillint.files.access import FileAccess, is_handed_over
from maillint.files.paths import shown_path
from maillint.finding import (
    INCOMPLETE,
    Edit,
    Excerpt,
    FileReport,
    Finding,
    Fix,
    FurtherPlace,
    Related,
    Severity,
    Unknown,
)
from maillint.project.cache_file import cache_path, read_cache, state_of, update_cache
from maillint.project.discovery import Group
from maillint.project.loader import LoadedMessage, decode, read_files
from maillint.values import NamedTuple, as_dict

MAX_VARIANTS = 4
"""Results of one message at the most: of different command lines, or for different files of it."""

_FILE = "results.json"
_FORMAT = 6

Stored = dict[str, Any]

Touched = list[list[int]]
"""Of each file of a message, what changes when somebody touches it; see ``touched``."""


class CacheKey(NamedTuple):
    """What a result was made from: the settings and the names of the files (``variant``), and what they held."""

    variant: str
    content: str


class Inputs(NamedTuple):
    """What else a result depends on: files that the message names, each with its state, and the packages that render.

    ``packages`` is None for a message that is not rendered.
    """

    files: Mapping[str, str]
    packages: Mapping[str, str] | None


def inputs_of(loaded: LoadedMessage) -> Inputs | None:
    """What the result of a message that has been linted depends on; None where that is not known for certain."""
    from maillint.message.rendering.render import renders  # noqa: PLC0415 -- only for what is linted anew

    files = loaded.message.files
    return Inputs(files.states, _packages() if renders(loaded.message) else None) if files.complete else None


@cache
def _packages() -> Mapping[str, str]:
    """The packages that render, by the states of their files: to ask for the versions takes five times as long."""
    from maillint.message.rendering.samples import packages  # noqa: PLC0415 -- few messages are rendered

    return {name: f"{path} {state_of(path)}" for name, path in packages().items()}


class ResultCaches:
    """The result caches of a run: one for each configuration's folder.

    They are read at once, so that processes which are started later share them.
    """

    def __init__(self, groups: Iterable[Group]) -> None:
        self._settings: dict[int, str] = {}
        self._access: dict[tuple[tuple[str, ...], bool], FileAccess] = {}
        self._listed: dict[str, frozenset[str]] = {}
        self._caches: dict[str, ResultCache] = {}
        states: dict[str, str] = {}
        for config in {id(group.config): group.config for group in groups}.values():
            self._settings[id(config)] = _settings_key(config, states)
            if config.folder not in self._caches:
                self._caches[config.folder] = ResultCache(config.folder)

    def variant(self, group: Group) -> str | None:
        """The settings and names that a message's result is stored under; None for a pipe, whose name means nothing."""
        if any(map(is_handed_over, group.paths)):
            return None
        names = [*map(shown_path, group.paths), "", *sorted(map(shown_path, group.wanted))]
        for step in group.steps:
            names += ["", *map(shown_path, step.paths if step is not None else ())]
        return _digest([self._settings[id(group.config)], *names])

    def find_untouched(self, group: Group, variant: str, touched: Touched | None) -> list[FileReport] | None:
        """The stored reports of a message whose files nobody has touched since: they need not be read."""
        stored = self._caches[group.config.folder].variant(_name(group), variant)
        if touched is None or not isinstance(stored, dict) or stored.get("touched") != touched:
            return None
        return self._revived(group, stored, lambda: read_files(group))

    def find(
        self, group: Group, key: CacheKey, contents: Sequence[bytes], touched: Touched | None = None
    ) -> list[FileReport] | None:
        """The stored reports of a message whose settings, files and further inputs are as they were."""
        cache = self._caches[group.config.folder]
        stored = cache.get(_name(group), key)
        found = None if stored is None else self._revived(group, stored, lambda: contents)
        if stored is not None and found is not None and touched is not None and stored.get("touched") != touched:
            cache.put_again(_name(group), key, {**stored, "touched": touched})
        return found

    def _revived(self, group: Group, stored: Stored, read: Callable[[], Sequence[bytes]]) -> list[FileReport] | None:
        """Stored reports, where what else they depend on is as it was; ``read`` reads the message's files."""
        try:
            if stored["packages"] is not None and stored["packages"] != _packages():
                return None
            if not self._access_for(group).is_unchanged(stored["files"], self._names):
                return None
            cache = self._caches[group.config.folder]
            places = {shown_path(path): place for place, path in enumerate(group.paths)}
            reports = []
            for report in stored["reports"]:
                text = partial(_text, group, read, places[report["path"]])
                reports.append(revive(report, cache.unknown(report["unknown"]), text))
            return reports
        except Exception:  # damaged, in whatever way
            return None

    def _access_for(self, group: Group) -> FileAccess:
        if (group.roots, group.follow) not in self._access:
            self._access[group.roots, group.follow] = group.access()
        return self._access[group.roots, group.follow]

    def _names(self, folder: str) -> frozenset[str]:
        """The names of what is in a folder, in lower case; each folder is listed once."""
        if folder not in self._listed:
            try:
                self._listed[folder] = frozenset(map(str.lower, os.listdir(folder or ".")))  # noqa: PTH208
            except OSError:
                self._listed[folder] = frozenset()
        return self._listed[folder]

    def put(
        self,
        group: Group,
        key: CacheKey,
        inputs: Inputs,
        reports: Sequence[FileReport],
        touched: Touched | None = None,
    ) -> None:
        """Note a message's reports for ``save``, unless a rule failed in it."""
        if any(found.rule in INCOMPLETE for report in reports for found in report.findings):
            return
        stored = {**inputs._asdict(), "touched": touched, "reports": [_plain(report) for report in reports]}
        self._caches[group.config.folder].put(_name(group), key, stored)

    def save(self) -> None:
        """Write every cache."""
        for stored in self._caches.values():
            stored.save()


def _text(group: Group, read: Callable[[], Sequence[bytes]], place: int) -> str:
    return decode(group, read())[0][place].text


def touched(group: Group) -> Touched | None:
    """Sizes, times and numbers of a message's files; None where they do not tell whether a file has changed."""
    found: Touched = []
    for path in group.paths:
        state = state_of(path)
        if state is None:
            return None
        found.append(state)
    return found


def _name(group: Group) -> str:
    return group.config.relative(group.paths[0])


class ResultCache:
    """The stored results of one folder: for each message a few, by the settings that they were made with.

    Reading and writing never fail a run: a cache that cannot be used counts as empty. Writing merges with what
    another run has stored meanwhile and replaces the file as a whole.
    """

    def __init__(self, folder: str) -> None:
        self._path = cache_path(folder, _FILE)
        self._messages, self._unknown = _read(self._path)
        self._revived: dict[int, tuple[Unknown, ...]] = {}
        self._new: dict[str, Stored] = {}

    def get(self, name: str, key: CacheKey) -> Stored | None:
        """What is stored of a message, if it was made from the same settings and the same input."""
        stored = self.variant(name, key.variant)
        return stored if isinstance(stored, dict) and stored.get("content") == key.content else None

    def unknown(self, number: int) -> tuple[Unknown, ...]:
        """What is unknown to reports that share it; raises LookupError, TypeError, ValueError where that is damaged."""
        if number < 0:
            raise LookupError(number)
        if number not in self._revived:
            self._revived[number] = tuple(
                Unknown(rule, reason, remedy, Severity(severity))
                for rule, reason, remedy, severity in self._unknown[number]
            )
        return self._revived[number]

    def variant(self, name: str, variant: str) -> Any:
        """What is stored of a message that was made from these settings."""
        return self._messages.get(name, {}).get(variant)

    def put_again(self, name: str, key: CacheKey, stored: Stored) -> None:
        """Note for ``save`` what has been stored before, with a change."""
        reports = [{**report, "unknown": self._unknown[report["unknown"]]} for report in stored["reports"]]
        self.put(name, key, {**stored, "reports": reports})

    def put(self, name: str, key: CacheKey, stored: Stored) -> None:
        """Note what ``save`` is to store of a message."""
        self._new.setdefault(name, {})[key.variant] = {"content": key.content, **stored}

    def save(self) -> None:
        """Write what is new; of each message, the results that were stored last."""
        if self._new:
            update_cache(self._path, _FORMAT, self._merged)

    def _merged(self) -> Stored:
        messages, shared = _read(self._path)
        for name, new in self._new.items():
            messages[name] = _latest(messages.get(name, {}), new)
        return {"unknown": _share_unknown(messages, shared), "messages": messages}


def _latest(old: Stored, new: Stored) -> Stored:
    """The variants of a message, those stored last at the end, and no more of them than are worth keeping."""
    variants = {**{variant: stored for variant, stored in old.items() if variant not in new}, **new}
    return dict(list(variants.items())[-MAX_VARIANTS:])


def _share_unknown(messages: dict[str, Stored], shared: Sequence[Any]) -> list[Any]:
    """Put what is unknown to each report into one list, which is returned, and its number there into the report.

    Many reports have the same. ``shared`` is the list that reports which were read from the file count in; results with
    a number that is not in it are damaged, and go.
    """
    import json  # noqa: PLC0415 -- see _read

    together: list[Any] = []
    numbers: dict[str, int] = {}
    for name, variants in messages.items():
        for variant, stored in list(variants.items()):
            try:
                for report in stored.get("reports", ()):
                    given = report["unknown"]
                    written = json.dumps(shared[given] if isinstance(given, int) else given)
                    if written not in numbers:
                        numbers[written] = len(together)
                        together.append(json.loads(written))
                    report["unknown"] = numbers[written]
            except (LookupError, TypeError, AttributeError):
                del messages[name][variant]
    return together


def _read(path: str) -> tuple[dict[str, Stored], list[Any]]:
    """The stored results by message, and what is unknown to reports that share it."""
    document = read_cache(path, _FORMAT)
    try:
        return {name: dict(variants) for name, variants in document["messages"].items()}, list(document["unknown"])
    except (KeyError, TypeError, AttributeError, ValueError):
        return {}, []


# -- keys ---------------------------------------------------------------------------------------------


def _settings_key(config: LayeredConfig, states: dict[str, str]) -> str:
    """A digest of everything beside the files that decides a result: rules, lists, settings, version.

    ``states`` are those of folders that have been looked at.
    """
    folders = sorted({folder for layer in config.layers for folder in layer.values.get("rule-folders", ())})
    plugins = sorted({name for layer in config.layers for name in layer.values.get("plugins", ())})
    states_of_plugins = []
    if plugins:
        from maillint.catalogue.plugins import load_plugin  # noqa: PLC0415 -- few have any

        states_of_plugins = [load_plugin(name).state() for name in plugins]
    settings = repr((__version__, config.layers, config.command_line, config.touch, package_state()))
    for folder in folders:
        if folder not in states:
            states[folder] = _folder_state(folder)
    return _digest([settings, *states_of_plugins, *(states[folder] for folder in folders)])


def _folder_state(folder: str) -> str:
    """Names, sizes and times of a folder's rules: enough to see that one has changed."""
    found = []
    with contextlib.suppress(OSError):
        for _, path in rule_paths(folder):
            status = os.stat(path) if os.path.exists(path) else None  # noqa: PTH110, PTH116
            found.append(f"{path} {status.st_size} {status.st_mtime_ns}" if status is not None else path)
    return "\n".join(found)


def _digest(words: Iterable[str]) -> str:
    return digest(word.encode("utf-8", "surrogatepass") for word in words)


# -- reports as JSON ----------------------------------------------------------------------------------


def _plain(report: FileReport) -> Stored:
    plain: Stored = as_dict(report)
    del plain["text"]
    plain["findings"] = [
        {**_without_empty(finding), "places": [_plain_place(place) for place in finding["places"]]}
        for finding in plain["findings"]
    ]
    plain["unknown"] = [[*as_dict(unknown).values()] for unknown in report.unknown]
    return plain


def _plain_place(place: Stored) -> list[Any]:
    """A further place: its numbers, and what else it says; half of a cache would be names of fields otherwise."""
    more = {name: value for name, value in place.items() if name not in _NUMBERS}
    return [*(place[name] for name in _NUMBERS), _without_empty(more)]


def _without_empty(fields: Stored) -> Stored:
    """Fields without those that hold nothing, as they do by default."""
    return {name: value for name, value in fields.items() if value or name not in _MAY_LACK}


def revive(stored: Stored, unknown: tuple[Unknown, ...], read: Callable[[], str]) -> FileReport:
    """Make a report of its stored form, what is unknown to it, and what reads the file's text."""
    findings = tuple(
        Finding(
            **{
                **_of_place(finding),
                "severity": Severity(finding["severity"]),
                "places": tuple(_place(*place) for place in finding["places"]),
            }
        )
        for finding in stored["findings"]
    )
    fields = {**stored, "findings": findings, "unknown": unknown, "notes": tuple(stored["notes"])}
    counts = (fields["suppressed"], fields["known"], fields["looks_first"])
    are_counts = [type(count) for count in counts] == [int, int, bool]
    if not (
        are_counts and _has_texts(fields, _TEXTS) and all(map(_is_sound, findings)) and _are_texts(fields["notes"])
    ):
        raise ValueError("a stored report with values of another kind")
    return FileReport.deferred(read, **fields) if findings else FileReport(**fields)


def _place(start: int, end: int, line: int, column: int, end_line: int, end_column: int, more: Stored) -> FurtherPlace:
    return FurtherPlace(start, end, line, column, end_line, end_column, **_of_place(more))


def _of_place(stored: Stored) -> Stored:
    fields = dict(stored)
    if "fix" in fields:
        fields["fix"] = Fix(tuple(Edit(**edit) for edit in stored["fix"]["edits"]), stored["fix"]["safe"])
    if "related" in fields:
        fields["related"] = tuple(Related(**related) for related in stored["related"])
    if "excerpt" in fields:
        fields["excerpt"] = Excerpt(**stored["excerpt"])
    return fields


_TEXTS = ("path", "kind", "profile")
_FINDING_TEXTS = ("rule", "message", "path")
_NUMBERS = ("start", "end", "line", "column", "end_line", "end_column")
_MAY_LACK = frozenset({"part", "view", "evidence", "fix", "related", "excerpt", "unlisted"})
_numbers = attrgetter(*_NUMBERS)


def _is_sound(finding: Finding) -> bool:
    """Whether a stored finding has values of the kinds that formats count on."""
    return (
        _has_texts(vars(finding), _FINDING_TEXTS)
        and type(finding.unlisted) is int
        and _is_sound_place(finding)
        and all(map(_is_sound_place, finding.places))
    )


def _is_sound_place(finding: Finding | FurtherPlace) -> bool:
    numbers = [*_numbers(finding), *(number for one in finding.related for number in (one.start, one.end))]
    if finding.excerpt is not None:
        numbers += [finding.excerpt.start, finding.excerpt.end]
    for number in numbers:
        if type(number) is not int or not 0 <= number < 1 << 40:
            return False
    return (
        isinstance(finding.view, str)
        and isinstance(finding.evidence, dict)
        and (finding.part is None or isinstance(finding.part, str))
        and (finding.excerpt is None or isinstance(finding.excerpt.text, str))
        and _are_texts(related.message for related in finding.related)
    )


def _has_texts(values: Mapping[str, Any], names: Iterable[str]) -> bool:
    return _are_texts(values[name] for name in names)


def _are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
