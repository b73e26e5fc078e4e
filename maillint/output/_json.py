"""JSON on one line, with characters that would control a terminal, or be invisible, escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from maillint.output._cells import UNSEEN, well_formed


def dumps(value: object) -> str:
    """Return a value as JSON with a line end; mappings of any type are objects.

    Raises TypeError or ValueError for a value that JSON cannot hold.
    """
    # The characters to escape are in strings only: between tokens there are just spaces.
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)
    text = UNSEEN.sub(_escape, well_formed(text))
    for name in ("[", "vso", "teamcity"):  # commands in the log of a CI server
        text = text.replace(f"##{name}", f"#\\u0023{name}")
    return f"{text}\n"


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[index : index + 4]}" for index in range(0, len(units), 4))


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} in evidence or facts is not JSON-ready")
