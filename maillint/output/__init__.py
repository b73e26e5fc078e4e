"""Output formats: each module here that does not begin with an underscore is one, with a ``render``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast

from maillint.finding import Report, Severity


class RuleDoc(Protocol):
    """What a format tells about a rule; plain text, of which the white space does not matter."""

    @property
    def name(self) -> str:
        """The name, ``family/rule``."""

    @property
    def summary(self) -> str:
        """What the rule flags, in a few words."""

    @property
    def why(self) -> str:
        """What the fault costs."""

    @property
    def fix(self) -> str:
        """What to do about it."""

    @property
    def references(self) -> tuple[str, ...]:
        """Addresses of the texts behind the rule."""


@dataclass(frozen=True, slots=True)
class Context:
    """How to render a report.

    ``rules`` maps rule names to their texts; a finding of a rule that is not in it is shown without
    them. ``width`` is the terminal's, in cells. ``min_severity`` hides findings and never changes a
    count. ``fail_on`` is what fails the run (None: nothing does); it decides nothing here but what a
    format calls a failure.
    """

    rules: Mapping[str, RuleDoc] = field(default_factory=dict)
    color: bool = False
    width: int = 80
    version: str = ""
    verbose: int = 0
    min_severity: Severity = Severity.INFO
    fail_on: Severity | None = Severity.ERROR


class Format(Protocol):
    """A module of this package."""

    def render(self, report: Report, context: Context) -> str:
        """Return the whole output; it ends with a line end."""


def formats() -> tuple[str, ...]:
    """Return the names of the formats, sorted; none of them is imported."""
    from pkgutil import iter_modules  # noqa: PLC0415

    return tuple(sorted(module.name for module in iter_modules(__path__) if module.name[0] != "_"))


def load(name: str) -> Format:
    """Import the one format asked for; raises LookupError for a name that is not in ``formats()``."""
    from importlib import import_module  # noqa: PLC0415

    if name not in formats():
        raise LookupError(f"no output format {name!r}; there are {', '.join(formats())}")
    return cast(Format, import_module(f"{__name__}.{name}"))
