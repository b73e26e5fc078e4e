"""Results of earlier runs, kept beside the configuration: a file that has not changed is not linted again."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from maillint._version import __version__
from maillint.catalogue.plugins import load_plugin
from maillint.config.config import Config
from maillint.data.lists import digest, package_state, rules_folder
from maillint.files.access import UnreadableError, is_handed_over, read_bytes, source_from
from maillint.files.paths import shown_path
from maillint.finding import INTERNAL_ERROR, Edit, Excerpt, FileReport, Finding, Fix, Related, Severity, Unknown
from maillint.message.kinds import kind_of
from maillint.message.mjml.includes import expand
from maillint.message.rendering.samples import packages, read_samples, sample_file
from maillint.project.discovery import Group

FOLDER = ".maillint_cache"
_FILE = "results.json"
_FORMAT = 1

Stored = dict[str, Any]


class ResultCache:
    """The stored results of one folder: for each message its digest and its reports.

    Reading and writing never fail a run: a cache that cannot be used is no cache. Writing merges with what
    another run has stored meanwhile and replaces the file as a whole.
    """

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, FOLDER, _FILE)  # noqa: PTH118
        self._entries: Stored = _read(self._path)
        self._new: Stored = {}

    def get(self, name: str, key: str) -> list[Stored] | None:
        """The reports stored under a message's name, if they were made from the same input."""
        entry = self._entries.get(name)
        return entry["reports"] if entry is not None and entry["key"] == key else None

    def put(self, name: str, key: str, reports: Sequence[FileReport]) -> None:
        """Keep a message's reports until ``save``."""
        self._new[name] = {"key": key, "reports": [_plain(report) for report in reports]}

    def save(self) -> None:
        """Write what is new."""
        if not self._new:
            return
        folder = os.path.dirname(self._path)  # noqa: PTH120
        temporary = f"{self._path}.{os.getpid()}.tmp"
        try:
            if not os.path.isdir(folder):  # noqa: PTH112
                os.mkdir(folder)  # noqa: PTH102
                with open(os.path.join(folder, ".gitignore"), "w", encoding="ascii") as file:  # noqa: PTH118, PTH123
                    file.write("# made by maillint\n*\n")
            merged = {**_read(self._path), **self._new}
            with open(temporary, "w", encoding="utf-8") as file:  # noqa: PTH123
                json.dump({"format": _FORMAT, "version": __version__, "messages": merged}, file, separators=(",", ":"))
            os.replace(temporary, self._path)  # noqa: PTH105
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            if not isinstance(error, OSError):
                raise  # Ctrl-C in the middle leaves nothing behind


def _read(path: str) -> Stored:
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            data = json.load(file)
        if data["format"] == _FORMAT and data["version"] == __version__:
            messages: Stored = data["messages"]
            return messages
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return {}


def settings_key(config: Config) -> str:
    """A digest of everything beside the files that decides a result: rules, lists, settings, version."""
    said = repr((__version__, config.layers, config.overrides, config.touch, package_state()))
    folders = sorted({folder for layer in config.layers for folder in layer.values.get("rule-folders", ())})
    plugins = sorted({name for layer in config.layers for name in layer.values.get("plugins", ())})
    said += "".join(load_plugin(name).state() for name in plugins)
    return digest([said.encode("utf-8", "replace"), *(_state(folder) for folder in [rules_folder(), *folders])])


def _state(folder: str) -> bytes:
    """Names, sizes and times of a folder's files: enough to see that a rule has changed."""
    found = []
    for path, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            with contextlib.suppress(OSError):
                status = os.stat(os.path.join(path, name))  # noqa: PTH116, PTH118
                found.append(f"{path}/{name} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(found).encode("utf-8", "replace")


def _plain(report: FileReport) -> Stored:
    plain = asdict(report)
    del plain["text"]
    return plain


def revive(stored: Stored, text: str) -> FileReport:
    """Make a report of its stored form and the file's text."""
    findings = tuple(
        Finding(
            **{
                **found,
                "severity": Severity(found["severity"]),
                "fix": _fix(found["fix"]),
                "related": tuple(Related(**related) for related in found["related"]),
                "excerpt": Excerpt(**found["excerpt"]) if found["excerpt"] else None,
            }
        )
        for found in stored["findings"]
    )
    unknown = tuple(Unknown(**known) for known in stored["unknown"])
    return FileReport(
        **{**stored, "findings": findings, "unknown": unknown, "notes": tuple(stored["notes"]), "text": text}
    )


def _fix(stored: Stored | None) -> Fix | None:
    return Fix(tuple(Edit(**edit) for edit in stored["edits"]), stored["safe"]) if stored else None


class ResultCaches:
    """The result caches of a run: one for each configuration's folder."""

    def __init__(self) -> None:
        self._caches: dict[str, ResultCache] = {}
        self._settings: dict[int, str] = {}
        self._keys: dict[int, str] = {}

    def find(self, group: Group) -> list[FileReport] | None:
        """The stored reports of a message whose files and settings are as they were."""
        if any(map(is_handed_over, group.paths)):
            return None  # a pipe is read once
        try:
            contents = [read_bytes(path) for path in group.paths]
        except UnreadableError:
            return None
        beside = _named_files(group, contents[0])
        if beside is None:
            return None
        key = self._key(group, [*contents, beside])
        self._keys[id(group)] = key
        stored = self._cache(group).get(group.paths[0], key)
        if stored is None:
            return None
        kind = kind_of(group.paths[0]) or "html"
        texts = {
            shown_path(path): source_from(shown_path(path), data, kind).text
            for path, data in zip(group.paths, contents, strict=True)
        }
        return [revive(report, texts[report["path"]]) for report in stored]

    def keep(self, group: Group, reports: Sequence[FileReport]) -> None:
        """Store a message's reports, unless a rule failed in it."""
        if id(group) in self._keys and not any(found.rule == INTERNAL_ERROR for r in reports for found in r.findings):
            self._cache(group).put(group.paths[0], self._keys[id(group)], reports)

    def save(self) -> None:
        """Write every cache."""
        for cache in self._caches.values():
            cache.save()

    def _cache(self, group: Group) -> ResultCache:
        folder = group.config.folder
        if folder not in self._caches:
            self._caches[folder] = ResultCache(folder)
        return self._caches[folder]

    def _key(self, group: Group, contents: Sequence[bytes]) -> str:
        config = group.config
        if id(config) not in self._settings:
            self._settings[id(config)] = settings_key(config)
        names = [name for path in group.paths for name in (path, shown_path(path))]
        said = [self._settings[id(config)], *names, *sorted(group.wanted)]
        return digest([*(word.encode("utf-8", "replace") for word in said), *contents])


def _named_files(group: Group, data: bytes) -> bytes | None:
    """What the files that a message names hold and which packages can render it; None where only linting tells."""
    if b"<mj" not in data and sample_file(group.paths[0]) is None:
        return b""
    path = shown_path(group.paths[0])
    text = source_from(path, data, "html").text
    samples = read_samples(path)
    if samples is not None and _INSERTS.search(text):
        return None
    expanded = expand(text, path, group.roots)
    states = [(include.path, include.state) for include in expanded.includes]
    return repr((expanded.text, states, samples and samples.text, packages())).encode("utf-8", "replace")


_INSERTS = re.compile(r"\{%[-+]?\s*(?:extends|include|import|from)\b")
"""Tags by which a template reads files that its text does not name for certain."""
