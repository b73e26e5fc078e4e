"""Results of earlier runs, kept beside the configuration: a file that has not changed is not linted again."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from maillint import __version__
from maillint.config import Config
from maillint.data import digest, package_state, rules_folder
from maillint.finding import Edit, Excerpt, FileReport, Finding, Fix, Related, Severity, Unknown
from maillint.plugins import load_plugin

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
