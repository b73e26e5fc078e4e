"""maillint lints e-mail templates and messages before they are sent.

``lint`` does it; ``Config`` holds the settings; ``render`` shows a report as ``maillint check`` does. What goes
wrong is a ``LintError``. All of it is described in docs/library.md.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself costs milliseconds
if TYPE_CHECKING:
    from maillint.finding import Edit, FileReport, Finding, Fix, Related, Report, Severity, Unknown
    from maillint.library import Config, LintError, lint, render

__version__ = "0.1.0"

__all__ = [
    "Config",
    "Edit",
    "FileReport",
    "Finding",
    "Fix",
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
        from maillint import library  # noqa: PLC0415

        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
