"""Suppression lists: addresses, whole domains, and digests of addresses that must get no mail."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from maillint.errors import LintError
from maillint.patterns import regex
from maillint.recipients.layout import Wishes, find_layout
from maillint.recipients.model import Batch
from maillint.recipients.opening import ListFile
from maillint.recipients.read import ListReader
from maillint.web.domains import a_label, host_and_parents

MOST_ENTRIES = 5_000_000
"""Entries of all suppression lists together: they are kept in memory, some 100 bytes each."""

_DIGESTS = {32: "md5", 40: "sha1", 64: "sha256"}
_DIGEST = regex(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")
_DOMAIN = regex(r"(?:\*?@|\*\.)?((?:[^\s@,;.]{1,63}\.){1,10}[^\s@,;.\d]{2,63})")


class SuppressionList:
    """What must get no mail.

    An entry is an address, a domain (``acme.example``, ``@acme.example``; those below it too), or the MD5, SHA-1 or
    SHA-256 digest of an address in lower case, as such lists are exchanged.
    """

    def __init__(self) -> None:
        self._mailboxes: set[str] = set()
        self._domains: set[str] = set()
        self._digests: dict[str, set[str]] = {}

    def add_file(self, path: str) -> int:
        """Add the entries of a file, which is read as a list is; return how many. Raises LintError."""
        file = ListFile(path)
        entries = 0
        for batch in ListReader(file, find_layout(file, Wishes(), addresses=False)).batches():
            for cells, address in zip(batch.cells, batch.addresses, strict=True):
                cell = cells[batch.layout.index].strip().lower() if len(cells) > batch.layout.index else ""
                entries += bool(cell) and self._add(cell, address.mailbox)
            if len(self) > MOST_ENTRIES:
                raise LintError(f"{path}: more than {MOST_ENTRIES:,} entries to suppress")
        if not entries:
            raise file.error("no address, domain or digest found; is this a suppression list?")
        return entries

    def _add(self, cell: str, mailbox: str) -> bool:
        if mailbox:
            self._mailboxes.add(mailbox)
        elif _DIGEST.fullmatch(cell):
            self._digests.setdefault(_DIGESTS[len(cell)], set()).add(cell)
        elif (found := _DOMAIN.fullmatch(cell)) and (domain := a_label(found[1])):
            self._domains.add(domain)
        else:
            return False
        return True

    def __len__(self) -> int:
        return len(self._mailboxes) + len(self._domains) + sum(map(len, self._digests.values()))

    def of(self, batch: Batch) -> Sequence[int]:
        """The rows of a batch that must get no mail."""
        if not len(self):
            return ()
        found = [index for index, address in enumerate(batch.addresses) if address[2] in self._mailboxes]
        rows = set(found)
        if self._domains:
            for domain, indices in batch.domains.items():
                if any(host in self._domains for host in host_and_parents(domain)):
                    rows.update(indices)
        for name, digests in self._digests.items():
            digest = getattr(hashlib, name)
            rows.update(
                index
                for index, address in enumerate(batch.addresses)
                if address[2]
                and any(digest(text.encode("utf-8")).hexdigest() in digests for text in _spellings(address))
            )
        return sorted(rows)


def _spellings(address: Sequence[str]) -> Iterable[str]:
    """The forms in which an address may have been digested: as it is written, and as its mailbox is."""
    return dict.fromkeys((f"{address[0]}@{address[1]}", address[2]))
