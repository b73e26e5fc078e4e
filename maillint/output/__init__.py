"""Output formats: each module here without a leading underscore is one, and has a function ``render``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

from maillint.finding import Report, Severity
from maillint.values import field, frozen


class RuleDoc(Protocol):
    """What formats show of a rule: plain text, in which any white space is a space."""

    @property
    def name(self) -> str:
        """The name, ``family/rule``."""

    @property
    def summary(self) -> str:
        """What the rule flags, in a few words."""

    @property
    def why(self) -> str:
        """Why it matters."""

    @property
    def fix(self) -> str:
        """How to fix it."""

    @property
    def references(self) -> tuple[str, ...]:
        """URLs of the sources of the rule."""

    @property
    def basis(self) -> str:
        """What the rule rests on, in a word; "" where it is not stated."""

    @property
    def score(self) -> str:
        """Which filter scores it, and how; "" unless the basis is a filter."""


@frozen
class Context:
    """How to render a report.

    ``rules`` maps rule names to their texts; findings of other rules are shown without such texts. ``width`` is
    that of the terminal, in cells. ``version`` is maillint's own. ``verbose`` is the number of ``-v``, and -1 where
    nothing but findings is wanted. Findings below ``min_severity`` are not shown, but counted. ``fail_on`` is the
    lowest severity that a format calls a failure, None if nothing is one. ``per_file`` is the number of findings of one
    file that ``full`` shows at the most, None for all of them; ``links`` says that the terminal takes hyperlinks.
    """

    rules: Mapping[str, RuleDoc] = field(default_factory=dict)
    color: bool = False
    width: int = 80
    version: str = ""
    verbose: int = 0
    min_severity: Severity = Severity.INFO
    fail_on: Severity | None = Severity.ERROR
    per_file: int | None = None
    links: bool = False


class Format(Protocol):
    """A module of this package."""

    def render(self, report: Report, context: Context) -> str:
        """Return the whole output, with a line end at its end."""


FORMATS = ("concise", "full", "github", "gitlab", "json", "junit", "markdown", "sarif", "summary")


def formats() -> tuple[str, ...]:
    """Return the names of the formats, sorted, without importing them."""
    return FORMATS


def load(name: str) -> Format:
    """Import one format; raises LookupError for a name that is not in ``formats()``."""
    from importlib import import_module  # noqa: PLC0415

    if name not in formats():
        raise LookupError(f"no output format {name!r}; there are {', '.join(formats())}")
    return cast(Format, import_module(f"{__name__}.{name}"))
