"""What tells that a text may be a template at all: most starts need no more of the languages than this."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from maillint.data.lists import load_plain

SIGNS = "dialect-signs.json"
"""The file name of the compiled signs."""

_SHORT = 1_500  # characters: to compile the pattern takes as long as to search so many for each needle
_SOURCES = ("rules/lists/dialects.yaml", "maillint/message/template/")


@cache
def _signs() -> Mapping[str, Any]:
    signs: Mapping[str, Any] = load_plain(SIGNS, _SOURCES, compile_signs)
    return signs


def compile_signs() -> str:
    """Return the extensions, hints and needles of all dialects, as JSON; raises as ``dialects``."""
    import json  # noqa: PLC0415 -- only when it is compiled, as the next

    from maillint.message.template.dialect import all_dialects  # noqa: PLC0415

    signs = {
        "extensions": {extension: dialect.name for dialect in all_dialects() for extension in dialect.extensions},
        "hints": [extension for dialect in all_dialects() for extension in dialect.hints],
        "needles": list(dict.fromkeys(needle for dialect in all_dialects() for needle in dialect.needles)),
    }
    return json.dumps(signs, ensure_ascii=False)


@cache
def _endings() -> tuple[str, ...]:
    return (*_signs()["extensions"], *_signs()["hints"])


def extensions() -> Mapping[str, str]:
    """By extension, the name of the dialect that it says a file is in."""
    found: Mapping[str, str] = _signs()["extensions"]
    return found


def template_extensions() -> frozenset[str]:
    """Every extension that a dialect claims."""
    return frozenset(_endings())


def template_extension(path: str) -> str:
    """The extension at the end of a file's name that a dialect claims (``.blade.php``), "" if there is no such."""
    low = path.lower()
    if not low.endswith(_endings()):
        return ""
    return max((extension for extension in _endings() if low.endswith(extension)), key=len)


def may_be_template(text: str, path: str) -> bool:
    """Whether a text can be in any dialect: it has something of a tag in it, or its name says so; False is certain."""
    names = (path, path[: path.rfind(".")] if path.count(".") > 1 else "")
    return any(map(template_extension, names)) or bool(needles_in(text))


@lru_cache(2)  # the same text is looked at up to four times
def needles_in(text: str) -> frozenset[str]:
    """The needles of the dialects that stand in a text; of those that begin alike at a place, at least the longest."""
    needles: Sequence[str] = _signs()["needles"]
    if len(text) < _SHORT:
        return frozenset(needle for needle in needles if needle in text)
    return frozenset(match[0] + match[match.lastindex or 0] for match in _pattern().finditer(text))


@cache
def _pattern() -> re.Pattern[str]:
    """Finds the longest needle at each place: one pass over a long text takes less time than a search for each."""
    following: dict[str, set[str]] = {}
    for needle in _signs()["needles"]:
        following.setdefault(needle[0], set()).add(needle[1:])
    by_first = (
        f"{re.escape(first)}(?=({'|'.join(map(re.escape, sorted(rest, key=len, reverse=True)))}))"
        for first, rest in following.items()
    )
    return re.compile("|".join(by_first))
