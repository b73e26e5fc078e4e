"""What a run of the linter says: findings, what it could not know, and how to mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from itertools import pairwise

from maillint.values import field, frozen, replace

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


THRESHOLDS = ("error", "warning", "info", "never")
"""What may be the lowest severity that makes a run fail, or, but for the last, that is shown."""


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
class FurtherPlace:
    """A further place of a finding's cause, in the same file, with what is said of that place alone.

    The fields mean what they mean in Finding.
    """

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
class Finding:
    """A rule's hit in a file; offsets are characters of the file's decoded text.

    ``part`` is the MIME part number (``1.2``) or None in a template; ``view`` names the audience or
    branch that alone shows the fault (``when plan == "pro"``, ``in Outlook``), else it is empty.
    What has the same cause elsewhere in the file stands in ``places``, in the order of the file. ``unlisted`` is how
    many more places of the rule there are than are listed, said by the last of its findings.
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
    places: tuple[FurtherPlace, ...] = ()
    unlisted: int = 0

    def at_each_place(self) -> tuple[Finding, ...]:
        """A finding for each of its places, the first one first; each has one place only."""
        if not self.places:
            return (self,)
        alone = vars(self) | {"places": ()}
        return (Finding(**alone), *(Finding(**alone | vars(place)) for place in self.places))

    @property
    def whole_fix(self) -> Fix | None:
        """The fix of all its places together, which are alike in safety; None where no place has one.

        Where they get into each other's way, it is that of the first place.
        """
        fixes = [fix for fix in (self.fix, *(place.fix for place in self.places)) if fix is not None]
        if len(fixes) < 2:
            return fixes[0] if fixes else None
        once = dict.fromkeys(edit for fix in fixes for edit in fix.edits)
        edits = sorted(once, key=lambda edit: (edit.start, edit.end))
        if any(edit.end > after.start for edit, after in pairwise(edits)):
            return fixes[0]
        return Fix(tuple(edits), all(fix.safe for fix in fixes))

    def only_where(self, wanted: Callable[[Finding], bool]) -> Finding | None:
        """The finding at those of its places alone that are ``wanted``, each asked about as in ``at_each_place``."""
        if not self.places:
            return self if wanted(self) else None
        left = [one for one in self.at_each_place() if wanted(one)]
        if len(left) > len(self.places):
            return self
        return joined(left) if left else None


def count_places(findings: Iterable[Finding]) -> int:
    """How many places findings have together."""
    return sum(1 + len(finding.places) for finding in findings)


def joined(findings: Sequence[Finding]) -> Finding:
    """The first of findings with the same cause and one place each, with the places of the others."""
    first, *others = findings
    if not others:
        return first
    return replace(first, places=tuple(FurtherPlace(**{name: vars(one)[name] for name in _OF_PLACE}) for one in others))


_OF_PLACE = tuple(FurtherPlace.__annotations__)


@frozen
class Unknown:
    """What a rule could not determine about a file or a domain, and why.

    ``remedy`` says what to write where, so that it can; empty where nobody can do anything about it. ``severity`` is
    that of what the rule might have found.
    """

    rule: str
    reason: str
    remedy: str = ""
    severity: Severity = field(default=Severity.INFO, compare=False)

    @property
    def words(self) -> str:
        """The reason, and what to do about it."""
        return f"{self.reason}; {self.remedy}" if self.remedy else self.reason


@frozen
class FileReport:
    """What was found in one file; ``text`` is the file's decoded text, for the source frames.

    ``facts`` are JSON-ready results beside the findings, for a list of recipients. ``suppressed`` counts the
    places that comments silence, ``known`` those that a baseline leaves out; ``looks_first``: it reads like a first
    message to a stranger, and nobody says whether it is. The text of a stored report is decoded when it is first asked
    for (``deferred``); one of very many reports keeps its findings and its text compressed (``packed``).
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
    suppressed: int = 0
    known: int = 0
    looks_first: bool = False

    @classmethod
    def deferred(cls, read: Callable[[], str], **fields: Any) -> FileReport:
        """Make a report whose text is read when it is first asked for."""
        made = cls(**fields)
        del made.__dict__["text"]
        made.__dict__["_read"] = read
        return made

    def packed(self) -> FileReport:
        """A report like this whose findings and text are taken out anew each time they are asked for."""
        import pickle  # noqa: PLC0415 -- for runs over very many files, as the next
        import zlib  # noqa: PLC0415

        made = replace(self)
        content = pickle.dumps((made.__dict__.pop("findings"), made.__dict__.pop("text")))
        made.__dict__["_packed"] = zlib.compress(content, 1)
        return made

    def __getattr__(self, name: str) -> Any:
        """Read or unpack what is not at hand."""
        if name == "text" and "_read" in self.__dict__:
            self.__dict__["text"] = self.__dict__["_read"]()
            return self.__dict__["text"]
        if name in {"findings", "text"} and "_packed" in self.__dict__:
            import pickle  # noqa: PLC0415 -- as in packed
            import zlib  # noqa: PLC0415

            return pickle.loads(zlib.decompress(self.__dict__["_packed"]))[name == "text"]  # packed by this process
        raise AttributeError(name)


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
class FilePlace:
    """A place in a file: a line, and the columns of what stands there where they are known (``end_column``: behind)."""

    path: str
    line: int
    column: int | None = None
    end_column: int | None = None


@frozen
class DomainReport:
    """What was found in one domain's DNS; ``facts`` are the JSON-ready results behind it.

    ``place`` is where a file names the domain: a message, the configuration, a plan.
    """

    domain: str
    findings: tuple[DomainFinding, ...]
    unknown: tuple[Unknown, ...]
    facts: Evidence = field(default_factory=dict)
    place: FilePlace | None = None
    known: int = 0


@frozen
class Failure:
    """A file that could not be linted, and why in one line."""

    path: str
    message: str


@frozen
class PassedOver:
    """A file that was not linted since it is no mail, and what tells so."""

    path: str
    reason: str


@frozen
class Report:
    """A whole run."""

    files: tuple[FileReport, ...] = ()
    domains: tuple[DomainReport, ...] = ()
    failures: tuple[Failure, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()

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


NO_TEMPLATE = "a program, no template"
"""Why a file is passed over that holds nothing but code."""

INTERNAL_ERROR = "internal-error"
"""The name under which a check that raised is reported."""

TIME_LIMIT = "time-limit"
"""The name under which a message is reported that took too long to be looked at by every rule."""

SIZE_LIMIT = "size-limit"
"""The name under which a message is reported that holds more tags, addresses or header lines than are looked at."""

INCOMPLETE = frozenset({INTERNAL_ERROR, TIME_LIMIT, SIZE_LIMIT})
"""Names of findings which say that a message was not linted as a whole: no comment or baseline takes them out."""


def source_order(finding: Finding) -> tuple[int, int, int, str]:
    """The key by which the findings of a file are sorted: by place, the weightiest first, then by rule."""
    return finding.start, finding.end, -finding.severity, finding.rule


def weight_order(finding: DomainFinding) -> tuple[int, str, int]:
    """The key by which the findings of a domain are sorted: the weightiest first, then by rule and place."""
    return -finding.severity, finding.rule, finding.start
