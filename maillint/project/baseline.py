"""Known findings that a run leaves out: each place of theirs counted by path, rule and snippet, never by line."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from maillint.errors import LintError
from maillint.files.access import FileAccess, UnreadableError, read_bytes
from maillint.files.paths import relative_path
from maillint.finding import INCOMPLETE, DomainFinding, FileReport, Finding, Report, count_places
from maillint.values import field, frozen, replace

VERSION = 1
MAX_SNIPPET = 80
"""Characters of a snippet at the most; a longer one ends in a digest of the whole."""

Key = tuple[str, str, str]
"""The path of a file, counted from the baseline's folder with ``/``, or a domain; a rule; the snippet that it found."""

ANY = "more places"
"""The snippet of places that were too many to be listed; no other has a space in it."""


class BaselineError(LintError):
    """A baseline file that cannot be used."""


@frozen
class Baseline:
    """How often each known finding occurs in each file and domain; ``folder`` is what the paths count from."""

    counts: Counter[Key]
    folder: str
    domains: Counter[Key] = field(default_factory=Counter)

    @classmethod
    def read(cls, path: str, *, follow: bool = False) -> Baseline:
        """Read a baseline file; raises BaselineError, for a link out of its folder and the working folder, too."""
        roots = (os.path.dirname(path) or ".", os.getcwd())  # noqa: PTH109, PTH120
        try:
            FileAccess(roots, follow=follow).check_link(path)
            data = json.loads(read_bytes(path).decode("utf-8-sig"))
        except UnreadableError as error:
            raise BaselineError(f"{path}: {error}") from None
        except (ValueError, RecursionError):  # a NUL in the path, too
            raise BaselineError(f"{path}: not a baseline: it is not JSON") from None
        if not isinstance(data, dict) or data.get("version") != VERSION:
            raise BaselineError(f"{path}: not a baseline of version {VERSION}")
        try:
            counts: Counter[Key] = Counter()
            domains: Counter[Key] = Counter()
            for entry in data["findings"]:
                kind, subject = (domains, entry["domain"]) if "domain" in entry else (counts, entry["path"])
                kind[str(subject), str(entry["rule"]), str(entry["snippet"])] += int(entry.get("count", 1))
        except (KeyError, TypeError, ValueError, OverflowError):
            raise BaselineError(f"{path}: not a baseline: an entry lacks path, rule or snippet") from None
        return cls(counts, os.path.dirname(os.path.abspath(path)), domains)  # noqa: PTH100, PTH120

    def filter(self, report: Report, not_run: Collection[str] = ()) -> tuple[Report, list[Key]]:
        """Leave out the known findings; also return the entries that no longer occur.

        Those are entries of linted files, and of files that are gone; entries of rules that were ``not_run`` may
        occur or not.
        """
        remaining = Counter(self.counts)
        files = []
        for file in report.files:
            path = self._path(file.path)

            def is_new(place: Finding, file: FileReport = file, path: str = path) -> bool:
                for text in (snippet(file, place), ANY):
                    if remaining[path, place.rule, text] > 0:
                        remaining[path, place.rule, text] -= 1
                        return False
                return True

            left = (finding.only_where(is_new) for finding in file.findings)
            new = tuple(finding for finding in left if finding is not None)
            known = count_places(file.findings) - count_places(new)
            files.append(replace(file, findings=new, known=known))
            for finding in file.findings:  # places that are not listed now either
                if finding.unlisted:
                    remaining[path, finding.rule, ANY] -= finding.unlisted
        linted = {self._path(file.path) for file in report.files}
        stale = [
            (path, rule, text)
            for (path, rule, text), count in remaining.items()
            if count > 0 and rule not in not_run and (path in linted or self.is_gone(path))
        ]
        return replace(report, files=tuple(files)), stale

    def filter_domains(self, report: Report, not_run: Collection[str] = ()) -> tuple[Report, list[Key]]:
        """Do for the report's domains what ``filter`` does for its files; what is unknown of one may still occur."""
        remaining = Counter(self.domains)
        domains = []
        for domain in report.domains:
            new = []
            for finding in domain.findings:
                key = (domain.domain, finding.rule, domain_snippet(finding))
                if remaining[key] > 0:
                    remaining[key] -= 1
                else:
                    new.append(finding)
            domains.append(replace(domain, findings=tuple(new), known=len(domain.findings) - len(new)))
        judged = {domain.domain: {one.rule for one in domain.unknown} for domain in report.domains}
        stale = [
            (name, rule, text)
            for (name, rule, text), count in remaining.items()
            if count > 0 and name in judged and rule not in not_run and rule not in judged[name]
        ]
        return replace(report, domains=tuple(domains)), stale

    def is_gone(self, path: str) -> bool:
        """Whether a file that an entry names is no longer there."""
        return not os.path.lexists(os.path.join(self.folder, path))  # noqa: PTH118

    def _path(self, path: str) -> str:
        return relative_path(path, self.folder)


def without_known(
    report: Report, baselines: Mapping[str, str | None], not_run: Collection[str] = (), *, follow: bool = False
) -> tuple[Report, list[Key]]:
    """Leave out what is known; ``baselines`` names each linted file's baseline file, if it has one.

    Also returns the entries that no longer occur (see Baseline.filter). Raises BaselineError.
    """
    filtered: dict[str, FileReport] = {}
    stale: list[Key] = []
    for path in sorted({path for path in baselines.values() if path is not None}):
        together = Report(tuple(file for file in report.files if baselines.get(file.path) == path))
        new, gone = Baseline.read(path, follow=follow).filter(together, not_run)
        filtered.update((file.path, file) for file in new.files)
        stale += gone
    return replace(report, files=tuple(filtered.get(file.path, file) for file in report.files)), stale


def render(report: Report, target: str) -> str:
    """Return the text of a baseline of all findings; ``target`` is the file that it will be written to."""
    folder = os.path.dirname(os.path.abspath(target))  # noqa: PTH100, PTH120
    counts: Counter[Key] = Counter()
    for file in report.files:
        path = relative_path(file.path, folder)
        for finding in file.findings:
            if finding.rule not in INCOMPLETE:  # a fault of maillint's own is never known
                counts.update((path, finding.rule, snippet(file, place)) for place in finding.at_each_place())
                if finding.unlisted:
                    counts[path, finding.rule, ANY] += finding.unlisted
    entries = [
        {"path": path, "rule": rule, "snippet": text, "count": count}
        for (path, rule, text), count in sorted(counts.items())
    ]
    entries += _domain_entries(
        Counter(
            (domain.domain, finding.rule, domain_snippet(finding))
            for domain in report.domains
            for finding in domain.findings
            if finding.rule not in INCOMPLETE
        )
    )
    return json.dumps({"version": VERSION, "findings": entries}, ensure_ascii=False, indent=1) + "\n"


def merged(old: Baseline | None, report: Report, target: str, not_run: Collection[str] = ()) -> str:
    """Return a new baseline's text that keeps the old entries of what this run has not looked at.

    That is: of files which it has not linted and which are still there, of domains that it has not judged, and of rules
    that were ``not_run``, or that could not be answered for a domain.
    """
    text = render(report, target)
    if old is None:
        return text
    data = json.loads(text)
    linted = {relative_path(file.path, old.folder) for file in report.files}
    data["findings"] += [
        {"path": path, "rule": rule, "snippet": piece, "count": count}
        for (path, rule, piece), count in old.counts.items()
        if not old.is_gone(path) and (path not in linted or rule in not_run)
    ]
    judged = {domain.domain: {one.rule for one in domain.unknown} for domain in report.domains}
    data["findings"] += _domain_entries(
        Counter(
            {
                (name, rule, piece): count
                for (name, rule, piece), count in old.domains.items()
                if name not in judged or rule in not_run or rule in judged[name]
            }
        )
    )
    data["findings"].sort(key=lambda entry: ("domain" in entry, *map(str, entry.values())))
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def snippet(file: FileReport, finding: Finding) -> str:
    """The text at a finding, without white space and with one kind of quote, so that reformatting does not change it.

    A finding about the message as a whole has no text there: its own message is taken instead.
    """
    excerpt = finding.excerpt
    text = excerpt.text[excerpt.start : excerpt.end] if excerpt else ""
    return _shortened(text or file.text[finding.start : finding.end] or finding.message)


def domain_snippet(finding: DomainFinding) -> str:
    """The part of a record that a finding is about, or its message; likewise without white space."""
    record = finding.record or ""
    return _shortened(record[finding.start : finding.end] or record or finding.message)


def _domain_entries(counts: Mapping[Key, int]) -> list[dict[str, Any]]:
    return [
        {"domain": name, "rule": rule, "snippet": text, "count": count}
        for (name, rule, text), count in sorted(counts.items())
    ]


def _shortened(text: str) -> str:
    text = "".join(text.split()).replace("'", '"')
    if len(text) <= MAX_SNIPPET:
        return text
    from hashlib import blake2b  # noqa: PLC0415 -- few snippets are that long

    return f"{text[: MAX_SNIPPET - 17]}…{blake2b(text.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"


def describe(stale: Sequence[Key], what: str = "file") -> str:
    """One line about entries that no longer occur."""
    count = len(stale)
    places = len({place for place, _, _ in stale})
    return (
        f"{count} baseline entr{'y' if count == 1 else 'ies'} no longer occur{'s' * (count == 1)} "
        f"in {places} {what}{'s' * (places != 1)}; --write-baseline takes them out"
    )
