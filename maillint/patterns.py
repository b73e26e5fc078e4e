"""Regular expressions that are compiled when they are first used: most runs use few of them."""

from __future__ import annotations

import re

TYPE_CHECKING = False  # typing itself costs milliseconds
if TYPE_CHECKING:
    from typing import Any, AnyStr


class _Pattern:
    """Compiles at the first look at an attribute; every later look finds the compiled pattern's own method."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """Take an attribute from the compiled pattern, and keep it."""
        compiled = self.__dict__.get("_compiled")
        if compiled is None:
            compiled = self._compiled = re.compile(*self._source)
        found = self.__dict__[name] = getattr(compiled, name)
        return found

    def __repr__(self) -> str:
        return f"regex({self._source[0]!r})"


def regex(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a regular expression as ``re.compile`` does, but compile it when it is first used.

    A mistake in it shows only then, so patterns that come from data are compiled with ``re`` itself.
    """
    return _Pattern(source, flags)  # type: ignore[return-value]
