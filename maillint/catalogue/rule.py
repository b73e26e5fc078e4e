"""A rule, and a rule with the settings of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, Final

from maillint.check import Check
from maillint.checks import all_checks
from maillint.finding import Severity


class Undecided(Enum):
    """Stands for a severity where only the kind of mail decides whether there is a fault (``unknown`` in YAML)."""

    BY_KIND = "unknown"


DECIDED_BY_KIND: Final = Undecided.BY_KIND

Level = Severity | Undecided | None
"""A severity, None for off, or DECIDED_BY_KIND."""


@dataclass(frozen=True)
class Rule:
    """One rule. ``levels`` gives its severity per profile; ``advice`` is the file's ``fix``."""

    name: str
    summary: str
    check_name: str
    subject: str
    options: Mapping[str, Any]
    defaults: Mapping[str, Any] = field(repr=False)
    levels: Mapping[str, Level]
    message: str
    why: str
    fix: str = ""
    references: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    path: str = field(default="", repr=False)
    checks: Mapping[str, Check] = field(default_factory=all_checks, repr=False, compare=False)

    @cached_property
    def check(self) -> Check:
        """The check that finds it; its module is imported on first use."""
        return self.checks[self.check_name]

    @property
    def family(self) -> str:
        """The part of the name before the slash."""
        return self.name.partition("/")[0]

    def wording(self, evidence: Mapping[str, Any]) -> str:
        """Fill the message with a hit's evidence; lists are joined, numbers are plain."""
        return self.message.format_map({name: _words(value) for name, value in evidence.items()})


def _words(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class ActiveRule:
    """A rule with the settings of a run: its level (given instead of the rule's own) and its options."""

    rule: Rule
    options: Mapping[str, Any] = field(default_factory=dict)
    level: Level = None
    level_given: bool = False

    def level_for(self, profile: str) -> Level:
        """The severity that a hit has in a message of this profile; None: the rule is off."""
        return self.level if self.level_given else self.rule.levels[profile]


@dataclass(frozen=True)
class Example:
    """One example of a rule: texts in which ``«»`` mark the spans to be found, and the setting around them."""

    bad: str | None
    good: str | None
    fixed: str | None
    setting: Mapping[str, Any]
