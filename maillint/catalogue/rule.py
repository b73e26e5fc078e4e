"""A rule, a rule with the settings of a run, and an example of a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from maillint.finding import Severity
from maillint.values import field, frozen

if TYPE_CHECKING:
    from maillint.check import Check, PlainNeeds


class Undecided(Enum):
    """Stands for a severity where only the kind of mail decides whether there is a fault (``unknown`` in YAML)."""

    BY_KIND = "unknown"


DECIDED_BY_KIND: Final = Undecided.BY_KIND

Level = Severity | Undecided | None
"""A severity, None for off, or DECIDED_BY_KIND."""

LEVELS: Mapping[str, Level] = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "info": Severity.INFO,
    "off": None,
    "unknown": DECIDED_BY_KIND,
}
"""Each level by the word for it in a rule file."""


BASES: Mapping[str, str] = {
    "requirement": "a mailbox provider or a law asks for it",
    "standard": "a standard or the specification of a format asks for it",
    "filter": "a public spam filter scores it",
    "measured": "figures from labelled mail bear it out",
    "practice": "common practice; nobody has published proof",
}
"""What a rule can rest on, the firmest first: each word of a rule file with its meaning."""


@frozen
class Texts:
    """What a rule's file says to people at length."""

    why: str = ""
    fix: str = ""
    references: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    basis: str = ""
    score: str = ""


@frozen
class Rule:
    """One rule, as its file states it.

    ``options`` are those that the file gives its check, ``defaults`` those of the check, ``needs`` what a message must
    have for the check to run; ``levels`` is the severity for each profile; ``path`` is the file. ``texts`` reads what
    few runs show. ``checks`` are all checks that ``check_name`` may stand for; None for the shipped ones, where
    ``module`` says which module holds it.
    """

    name: str
    summary: str
    check_name: str
    subject: str
    options: Mapping[str, Any]
    defaults: Mapping[str, Any] = field(repr=False)
    levels: Mapping[str, Level]
    message: str
    texts: Callable[[], Texts] = field(default=Texts, repr=False, compare=False)
    path: str = field(default="", repr=False)
    needs: PlainNeeds = field(default=(), repr=False, compare=False)
    module: str | None = field(default=None, repr=False, compare=False)
    checks: Mapping[str, Check] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def check(self) -> Check:
        """The check that finds what the rule is about; its module is imported on first use."""
        if self.module is None and self.checks is not None:
            return self.checks[self.check_name]
        from maillint.checks import all_checks, checks_in  # noqa: PLC0415 -- a cached run needs no check

        return (all_checks() if self.module is None else checks_in(self.module))[self.check_name]

    @cached_property
    def _texts(self) -> Texts:
        return self.texts()

    @property
    def why(self) -> str:
        """Why it matters."""
        return self._texts.why

    @property
    def fix(self) -> str:
        """How to fix it."""
        return self._texts.fix

    @property
    def references(self) -> tuple[str, ...]:
        """URLs of the sources of the rule."""
        return self._texts.references

    @property
    def requirements(self) -> tuple[str, ...]:
        """Who requires it."""
        return self._texts.requirements

    @property
    def basis(self) -> str:
        """What the rule rests on, one of BASES; "" where its file does not say."""
        return self._texts.basis

    @property
    def score(self) -> str:
        """Which filter scores it, by which rule and with how many points; "" unless the basis is a filter."""
        return self._texts.score

    @property
    def family(self) -> str:
        """The part of the name before the slash."""
        return self.name.partition("/")[0]

    def wording(self, evidence: Mapping[str, Any]) -> str:
        """Fill the message with a hit's evidence; raises KeyError where the message names what is not there.

        Lists are joined with commas, and numbers have no needless zeros.
        """
        return self.message.format_map({name: _words(value) for name, value in evidence.items()})


def _words(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


@frozen
class ActiveRule:
    """A rule with the settings of a run.

    ``options`` are complete; ``level`` takes the place of the rule's own levels where it is given (``level_given``
    tells *off*, which is None, from nothing said).
    """

    rule: Rule
    options: Mapping[str, Any] = field(default_factory=dict)
    level: Level = None
    level_given: bool = False

    def level_for(self, profile: str) -> Level:
        """The severity of a hit in this profile; None where the rule is off."""
        return self.level if self.level_given else self.rule.levels[profile]


@frozen
class Example:
    """One example of a rule: texts, and the ``setting`` that they stand in (headers, a profile, options …).

    ``bad`` marks what the rule must find with ``«»``; ``good`` has nothing for it to find; ``fixed`` is ``bad`` after
    its fix. At least one of the first two is there.
    """

    bad: str | None
    good: str | None
    fixed: str | None
    setting: Mapping[str, Any]
