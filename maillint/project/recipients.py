"""Lint a list of recipients: read it as often as that takes, judge its rows, and sort them into two files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from maillint.catalogue.rule import ActiveRule
from maillint.engine.recipients import RecipientsSubject
from maillint.finding import FileReport, Severity
from maillint.network.mail_hosts import MailHosts, gather_mail_hosts
from maillint.network.resolver import Resolver
from maillint.recipients.layout import Layout, Wishes, find_layout
from maillint.recipients.model import Batch
from maillint.recipients.opening import ListFile
from maillint.recipients.read import ListReader
from maillint.recipients.repeats import (
    MOST_IN_MEMORY,
    NoRepeats,
    Repeats,
    RepeatsInMemory,
    RepeatsOnDisk,
    TooManyError,
    has_engine,
)
from maillint.recipients.split import Split, check_free
from maillint.recipients.suppressed import SuppressionList
from maillint.values import field, frozen

FAMILY = "recipients"
_DUPLICATES = f"{FAMILY}/duplicate-address"

_MOST_DOMAINS = 50
_COUNTED_DOMAINS = 200_000
"""Domains that are counted; beyond these, the ones that were seen once are forgotten."""


@frozen
class ListRun:
    """What a run over a list is to do, beside the rules: see the options of ``maillint list``.

    ``most_in_memory``: mailboxes that may be remembered. ``progress`` gets what is being done, how much of it is done,
    and of how much, None where nobody can know; a last call has nothing left to do.
    """

    wishes: Wishes = field(default_factory=Wishes)
    suppress: tuple[str, ...] = ()
    resolver: Resolver | None = None
    split: str | None = None
    show_addresses: bool = False
    most_in_memory: int = MOST_IN_MEMORY
    progress: Callable[[str, int, int | None], None] = field(default=lambda what, done, count: None)


def lint_list(file: ListFile, rules: Sequence[ActiveRule], profile: str, run: ListRun) -> FileReport:
    """Lint a list. Raises LintError for what cannot be read or written; nothing is half-written then."""
    if run.split is not None:
        check_free(run.split)
    layout = find_layout(file, run.wishes)
    suppressed = SuppressionList()
    for path in run.suppress:
        suppressed.add_file(path)
    looks_for_repeats = any(rule.rule.name == _DUPLICATES for rule in rules)
    task = _Task(file, layout, rules, profile, run, suppressed)
    hosts = None if run.resolver is None else task.mail_hosts(run.resolver)
    try:
        return task.judge(RepeatsInMemory(run.most_in_memory) if looks_for_repeats else NoRepeats(), hosts)
    except TooManyError as error:
        if not has_engine():
            raise file.error(str(error)) from None
    with tempfile.TemporaryDirectory(prefix="maillint-") as folder:
        repeats = RepeatsOnDisk(folder)
        reader = task.reader()
        for batch in reader.batches():
            repeats.take(batch)
            run.progress("addresses", reader.rows, None)
        repeats.sort()
        return task.judge(repeats, hosts)


@frozen
class _Task:
    """A list with all that stays the same however often it is read."""

    file: ListFile
    layout: Layout
    rules: Sequence[ActiveRule]
    profile: str
    run: ListRun
    suppressed: SuppressionList

    def reader(self) -> ListReader:
        """Read the list from its beginning."""
        return ListReader(self.file, self.layout)

    def mail_hosts(self, resolver: Resolver) -> Mapping[str, MailHosts]:
        """Look up who takes the mail of every domain of a valid address."""
        found: dict[str, None] = {}
        for batch in self.reader().batches():
            found.update(dict.fromkeys(batch.domains))
        return gather_mail_hosts(found, resolver, lambda done: self.run.progress("domains", done, len(found)))

    def judge(self, repeats: Repeats, hosts: Mapping[str, MailHosts] | None) -> FileReport:
        """Judge all rows, and write them where that is wanted."""
        run, reader = self.run, self.reader()
        subject = RecipientsSubject(
            self.file.name, self.layout, self.profile, self.rules, show_addresses=run.show_addresses
        )
        counts = _DomainCounts()
        doubtful_rows = 0
        with ExitStack() as stack:
            split = None
            if run.split is not None:
                ending = self.file.ending or f".{self.layout.format}"
                split = stack.enter_context(Split(run.split, self.layout, ending, gzipped=self.file.gzipped))
            for batch in reader.batches():
                batch.repeats, batch.suppressed, batch.mail_hosts = repeats.of(batch), self.suppressed.of(batch), hosts
                doubtful = subject.judge(batch)
                doubtful_rows += len(doubtful)
                counts.add(batch, doubtful)
                if split is not None:
                    if batch.first:
                        split.write_head(reader.head)
                    split.write(batch, doubtful)
                run.progress("rows", reader.rows, None)
            run.progress("rows", reader.rows, reader.rows)
            self.file.require_unchanged()
        facts = {
            "rows": reader.rows,
            "blank": reader.blank,
            "clean": reader.rows - doubtful_rows,
            "doubtful": doubtful_rows,
            "encoding": self.layout.encoding.codec,
            "delimiter": self.layout.delimiter or None,
            "header": self.layout.has_header,
            "column": self.layout.column,
            "dns": hosts is not None,
            "rules": self._rules(subject.reasons),
            "domains": counts.table(),
        }
        return subject.file_report({"list": facts})

    def _rules(self, reasons: Mapping[str, int]) -> list[dict[str, Any]]:
        """The rows of each rule that found any, the weightiest rules first."""
        levels = {rule.rule.name: rule.level_for(self.profile) for rule in self.rules}
        found = [(levels.get(name), name, rows) for name, rows in reasons.items() if rows]
        found = [(level, name, rows) for level, name, rows in found if isinstance(level, Severity)]
        found.sort(key=lambda item: (-item[0], -item[2], item[1]))  # type: ignore[operator]
        return [{"rule": name, "severity": level.label, "rows": rows} for level, name, rows in found]  # type: ignore[union-attr]


class _DomainCounts:
    """Rows and doubtful rows by domain, of the commonest domains."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}

    def add(self, batch: Batch, doubtful: Mapping[int, object]) -> None:
        """Count the rows of a batch."""
        counts = self._counts
        for domain, rows in batch.domains.items():
            count = counts.setdefault(domain, [0, 0])
            count[0] += len(rows)
            if doubtful:
                count[1] += sum(row in doubtful for row in rows)
        if len(counts) > _COUNTED_DOMAINS:
            self._counts = {domain: count for domain, count in counts.items() if count[0] > 1}
            if len(self._counts) > _COUNTED_DOMAINS // 2:
                ordered = sorted(self._counts.items(), key=lambda item: -item[1][0])
                self._counts = dict(ordered[: _COUNTED_DOMAINS // 2])

    def table(self) -> list[dict[str, Any]]:
        """The commonest domains."""
        ordered = sorted(self._counts.items(), key=lambda item: (-item[1][0], item[0]))
        return [
            {"domain": domain, "rows": rows, "doubtful": doubtful}
            for domain, (rows, doubtful) in ordered[:_MOST_DOMAINS]
        ]
