"""Known findings that a run leaves out: keyed by path, rule, snippet and how often, never by line."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from maillint.errors import LintError
from maillint.files.paths import relative_path
from maillint.finding import INTERNAL_ERROR, FileReport, Finding, Report
from maillint.values import frozen, replace

VERSION = 1
_LONGEST = 80


class BaselineError(LintError):
    """A baseline file that cannot be used, told in one line."""


Key = tuple[str, str, str]  # path, rule, snippet


@frozen
class Baseline:
    """How often each known finding stands in each file; ``folder`` is what the paths count from."""

    counts: Counter[Key]
    folder: str

    @classmethod
    def read(cls, path: str) -> Baseline:
        """Read a baseline file; raises BaselineError."""
        try:
            with open(path, encoding="utf-8") as file:  # noqa: PTH123
                data = json.load(file)
        except OSError as error:
            raise BaselineError(f"{path}: {(error.strerror or str(error)).lower()}") from None
        except ValueError:
            raise BaselineError(f"{path}: not a baseline: it is not JSON") from None
        if not isinstance(data, dict) or data.get("version") != VERSION:
            raise BaselineError(f"{path}: not a baseline of version {VERSION}")
        try:
            counts: Counter[Key] = Counter()
            for entry in data["findings"]:
                counts[str(entry["path"]), str(entry["rule"]), str(entry["snippet"])] += int(entry.get("count", 1))
        except (KeyError, TypeError, ValueError):
            raise BaselineError(f"{path}: not a baseline: an entry lacks path, rule or snippet") from None
        return cls(counts, os.path.dirname(os.path.abspath(path)))  # noqa: PTH100, PTH120

    def filter(self, report: Report, left_out: Collection[str] = ()) -> tuple[Report, list[Key]]:
        """Leave out the known findings; also return the entries that no longer occur.

        Those are entries of linted files, and of files that are gone; but of rules that this run has ``left_out``,
        nothing is known.
        """
        left = Counter(self.counts)
        files = []
        for file in report.files:
            kept = []
            for found in file.findings:
                key = self._key(file, found)
                if left[key] > 0:
                    left[key] -= 1
                else:
                    kept.append(found)
            files.append(replace(file, findings=tuple(kept)))
        linted = {self._path(file.path) for file in report.files}
        stale = [
            key
            for key, count in left.items()
            if count > 0 and key[1] not in left_out and (key[0] in linted or self.is_gone(key[0]))
        ]
        return replace(report, files=tuple(files)), stale

    def is_gone(self, path: str) -> bool:
        """Whether a file that an entry names is no longer there."""
        return not os.path.lexists(os.path.join(self.folder, path))  # noqa: PTH118

    def _path(self, path: str) -> str:
        return relative_path(path, self.folder)

    def _key(self, file: FileReport, found: Finding) -> Key:
        return self._path(file.path), found.rule, snippet(file, found)


def without_known(
    report: Report, baselines: Mapping[str, str | None], left_out: Collection[str] = ()
) -> tuple[Report, list[Key]]:
    """Leave out what is known; ``baselines`` names each linted file's baseline file, if it has one.

    Also returns the entries that no longer occur; ``left_out`` are the rules that have not run. Raises BaselineError.
    """
    filtered: dict[str, FileReport] = {}
    stale: list[Key] = []
    for path in sorted({path for path in baselines.values() if path is not None}):
        together = Report(tuple(file for file in report.files if baselines.get(file.path) == path))
        kept, old = Baseline.read(path).filter(together, left_out)
        filtered.update((file.path, file) for file in kept.files)
        stale += old
    return replace(report, files=tuple(filtered.get(file.path, file) for file in report.files)), stale


def render(report: Report, target: str) -> str:
    """Return the text of a baseline of all findings; ``target`` is the file that it will be written to."""
    folder = os.path.dirname(os.path.abspath(target))  # noqa: PTH100, PTH120
    counts = Counter(
        (relative_path(file.path, folder), found.rule, snippet(file, found))
        for file in report.files
        for found in file.findings
        if found.rule != INTERNAL_ERROR  # a fault of maillint's own is never an old story
    )
    entries = [
        {"path": path, "rule": rule, "snippet": text, "count": count}
        for (path, rule, text), count in sorted(counts.items())
    ]
    return json.dumps({"version": VERSION, "findings": entries}, ensure_ascii=False, indent=1) + "\n"


def merged(old: Baseline | None, report: Report, target: str, left_out: Collection[str] = ()) -> str:
    """Return a new baseline's text that keeps the old entries of what this run has not looked at.

    That is: of files which it has not linted and which are still there, and of rules that it has ``left_out``.
    """
    text = render(report, target)
    if old is None:
        return text
    data = json.loads(text)
    linted = {relative_path(file.path, old.folder) for file in report.files}
    data["findings"] += [
        {"path": path, "rule": rule, "snippet": piece, "count": count}
        for (path, rule, piece), count in old.counts.items()
        if not old.is_gone(path) and (path not in linted or rule in left_out)
    ]
    data["findings"].sort(key=lambda entry: (entry["path"], entry["rule"], entry["snippet"]))
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def snippet(file: FileReport, found: Finding) -> str:
    """What stands at a finding, without white space and with one kind of quote, so that reformatting keeps it.

    A finding about the message as a whole has nothing there: its message stands for it.
    """
    text = found.excerpt.text[found.excerpt.start : found.excerpt.end] if found.excerpt else ""
    text = text or file.text[found.start : found.end] or found.message
    text = "".join(text.split()).replace("'", '"')
    if len(text) <= _LONGEST:
        return text
    from hashlib import blake2b  # noqa: PLC0415 -- few snippets are that long

    return f"{text[: _LONGEST - 17]}…{blake2b(text.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"


def describe(stale: Sequence[Key]) -> str:
    """One line about entries that no longer occur."""
    count = len(stale)
    files = len({path for path, _, _ in stale})
    return (
        f"{count} baseline entr{'y' if count == 1 else 'ies'} no longer occur{'s' * (count == 1)} "
        f"in {files} file{'s' * (files != 1)}; --write-baseline takes them out"
    )
