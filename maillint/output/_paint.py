"""Colours of a terminal, of the sixteen that its own theme sets."""

from __future__ import annotations

from maillint.finding import Severity
from maillint.values import frozen

_CODES = {
    "bold": "1",
    "dim": "2",
    "good": "32",
    Severity.ERROR: "1;31",
    Severity.WARNING: "1;33",
    Severity.INFO: "1;36",
}


@frozen
class Paint:
    """Colours text where ``enabled``, else returns it unchanged."""

    enabled: bool = False

    def __call__(self, text: str, style: str | Severity) -> str:
        """Return the text in a style: ``bold``, ``dim``, ``good``, or that of a severity."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.enabled and text else text
