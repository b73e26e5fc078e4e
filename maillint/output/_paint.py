"""Colours of a terminal, of the sixteen that its own theme sets, and hyperlinks."""

from __future__ import annotations

from maillint.finding import Severity
from maillint.patterns import regex
from maillint.values import frozen

_CODES = {
    "bold": "1",
    "dim": "2",
    "good": "32",
    Severity.ERROR: "1;31",
    Severity.WARNING: "1;33",
    Severity.INFO: "1;36",
}
_URL = regex(r"https?://[!-~]+")


@frozen
class Paint:
    """Colours text where ``enabled``, else returns it unchanged; makes hyperlinks where these are ``linked``, too."""

    enabled: bool = False
    linked: bool = False

    def __call__(self, text: str, style: str | Severity) -> str:
        """Return the text in a style: ``bold``, ``dim``, ``good``, or that of a severity."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.enabled and text else text

    def link(self, text: str, url: str) -> str:
        """Return the text as a link to a page of the web (OSC 8), where the terminal takes that."""
        if not (self.enabled and self.linked and _URL.fullmatch(url)):
            return text
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"
