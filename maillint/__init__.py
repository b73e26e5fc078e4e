"""maillint lints e-mail templates and messages before they are sent.

``lint`` does it; ``Config`` holds the settings; ``render`` shows a report as ``maillint check`` does. What goes
wrong is a ``LintError``. All of it is described in docs/library.md.
"""

from __future__ import annotations

from maillint._version import __version__

TYPE_CHECKING = False  # typing itself costs milliseconds
if TYPE_CHECKING:
    from maillint.api import Config, LintError, lint, render
    from maillint.finding import Edit, FileReport, Finding, Fix, FurtherPlace, Related, Report, Severity, Unknown


__all__ = [
    "Config",
    "Edit",
    "FileReport",
    "Finding",
    "Fix",
    "FurtherPlace",
    "LintError",
    "Related",
    "Report",
    "Severity",
    "Unknown",
    "__version__",
    "lint",
    "render",
]


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: ``import maillint`` alone costs next to nothing."""
    if name in __all__:
        from maillint import api  # noqa: PLC0415

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
