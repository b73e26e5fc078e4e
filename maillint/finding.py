"""What a run of the linter says: findings, what it could not know, and how to mend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum

from maillint.values import field, frozen

TYPE_CHECKING = False  # typing itself costs milliseconds
if TYPE_CHECKING:
    from typing import Any

Evidence = Mapping[str, object]
"""JSON-ready facts behind a finding; the keys are stable (see docs/json.md)."""


class Severity(IntEnum):
    """How much a finding costs; comparable."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The word used in output and configuration."""
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> Severity | None:
        """Return the severity of a label, None for ``off``; raises ValueError for another word."""
        if word == "off":
            return None
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(word) from None


@frozen
class Edit:
    """Replace the characters ``[start, end)`` of a file's text by ``text``."""

    start: int
    end: int
    text: str


@frozen
class Fix:
    """Edits that mend a finding; ``safe`` keeps the message's meaning."""

    edits: tuple[Edit, ...]
    safe: bool

    @property
    def safety(self) -> str:
        """``safe`` or ``unsafe``, as in the JSON output."""
        return "safe" if self.safe else "unsafe"


@frozen
class Related:
    """Another place that belongs to a finding, in the same file."""

    start: int
    end: int
    message: str


@frozen
class Excerpt:
    """The decoded lines around a finding whose place in the file is encoded (base64 and the like).

    ``start`` and ``end`` are characters of ``text``.
    """

    text: str
    start: int
    end: int


@frozen
class Finding:
    """A rule's hit in a file; offsets are characters of the file's decoded text.

    ``part`` is the MIME part number (``1.2``) or None in a template; ``view`` names the audience or
    branch that alone shows the fault (``when plan == "pro"``, ``in Outlook``), else it is empty.
    """

    rule: str
    severity: Severity
    message: str
    path: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int
    part: str | None = None
    view: str = ""
    evidence: Evidence = field(default_factory=dict)
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    excerpt: Excerpt | None = None


@frozen
class Unknown:
    """What a rule could not determine about a file or a domain, and why."""

    rule: str
    reason: str


@frozen
class FileReport:
    """What was found in one file; ``text`` is the file's decoded text, for the source frames.

    ``facts`` are JSON-ready results beside the findings, for a list of recipients.
    The text of a stored report is decoded when it is first asked for; see ``deferred``.
    """

    path: str
    kind: str
    dialect: str | None
    profile: str
    profile_inferred: bool
    touch: int | None
    findings: tuple[Finding, ...]
    unknown: tuple[Unknown, ...]
    text: str = field(default_factory=str, repr=False)
    notes: tuple[str, ...] = ()
    facts: Evidence = field(default_factory=dict)

    @classmethod
    def deferred(cls, read: Callable[[], str], **fields: Any) -> FileReport:
        """Make a report whose text is read when it is first asked for."""
        made = cls(**fields)
        del made.__dict__["text"]
        made.__dict__["_read"] = read
        return made

    def __getattr__(self, name: str) -> str:
        """Read the text, where that has been put off."""
        if name != "text" or "_read" not in self.__dict__:
            raise AttributeError(name)
        text: str = self.__dict__["_read"]()
        self.__dict__["text"] = text
        return text


@frozen
class DomainFinding:
    """A rule's hit in a domain's DNS; ``start`` and ``end`` are characters of ``record``, if there is one."""

    rule: str
    severity: Severity
    message: str
    record: str | None = None
    start: int = 0
    end: int = 0
    evidence: Evidence = field(default_factory=dict)


@frozen
class DomainReport:
    """What was found in one domain's DNS; ``facts`` are the JSON-ready results behind it."""

    domain: str
    findings: tuple[DomainFinding, ...]
    unknown: tuple[Unknown, ...]
    facts: Evidence = field(default_factory=dict)


@frozen
class Failure:
    """A file that could not be linted, and why in one line."""

    path: str
    message: str


@frozen
class Report:
    """A whole run."""

    files: tuple[FileReport, ...] = ()
    domains: tuple[DomainReport, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding in the files, file by file."""
        return tuple(found for file in self.files for found in file.findings)

    @property
    def severities(self) -> list[Severity]:
        """The severity of every finding, in files and in domains."""
        return [found.severity for file in self.files for found in file.findings] + [
            found.severity for domain in self.domains for found in domain.findings
        ]

    @property
    def unknown(self) -> int:
        """How many questions stayed open."""
        return sum(len(file.unknown) for file in self.files) + sum(len(name.unknown) for name in self.domains)

    def count(self, severity: Severity) -> int:
        """How many findings have just this severity."""
        return self.severities.count(severity)

    def worst(self) -> Severity | None:
        """The highest severity found, None when there is no finding."""
        return max(self.severities, default=None)


INTERNAL_ERROR = "internal-error"
"""The name under which a check that raised is reported."""

TIME_LIMIT = "time-limit"
"""The name under which a message is reported that took too long to be looked at by every rule."""

INCOMPLETE = frozenset({INTERNAL_ERROR, TIME_LIMIT})
"""Names of findings which say that a message was not linted as a whole: no comment or baseline takes them out."""


def source_order(finding: Finding) -> tuple[int, int, int, str]:
    """The key by which the findings of a file are sorted: by place, the weightiest first, then by rule."""
    return finding.start, finding.end, -finding.severity, finding.rule


def weight_order(finding: DomainFinding) -> tuple[int, str, int]:
    """The key by which the findings of a domain are sorted: the weightiest first, then by rule and place."""
    return -finding.severity, finding.rule, finding.start
