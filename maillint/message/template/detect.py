"""Tell which template language a text is written in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from maillint.message.template.dialect import Dialect, own_dialects
from maillint.text.shorten import shorten

SURE = 2.0
"""Signs of this weight settle which language a text is in."""

_HINT = 0.7

STYLE = re.compile(r"<(style|script)\b[^>]{0,1000}>(.*?)(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)
"""Style sheets and scripts; the second group is what they hold."""


@cache
def _extensions() -> Mapping[str, Dialect]:
    return {extension: dialect for dialect in own_dialects() for extension in dialect.extensions}


@cache
def _hints() -> frozenset[str]:
    return frozenset(extension for dialect in own_dialects() for extension in dialect.hints)


def template_extension(path: str) -> str:
    """The extension at the end of a file's name that a dialect claims (``.blade.php``), "" if none does."""
    low = path.lower()
    claimed = (known for known in (*_extensions(), *_hints()) if low.endswith(known))
    return max(claimed, key=len, default="")


class Detection(NamedTuple):
    """Which dialect a text is in: None for no template. ``why`` says what decided, ``sure`` whether it settles it."""

    dialect: Dialect | None
    sure: bool
    why: str


@lru_cache(16)
def recognise(text: str, path: str) -> Detection:
    """Tell a text's dialect by its file's extension (a whole name will do) and its content."""
    extension = template_extension(path)
    if extension in _extensions():
        return Detection(_extensions()[extension], True, f"the extension {extension}")
    inner = template_extension(path[: path.rfind(".")]) if path.count(".") > 1 else ""
    stated = _extensions().get(inner)
    if stated is not None and stated.marked(text):  # welcome.liquid.html
        return Detection(stated, True, f"the extension {inner}")
    found = _weigh(text, extension)
    if found.dialect is not None and not found.sure:  # what looks like a tag may be a style sheet's or a script's
        bare = STYLE.sub(lambda match: f"<{match[1]}></{match[1]}>", text)
        return found if bare == text else _weigh(bare, extension)
    return found


def _weigh(text: str, extension: str) -> Detection:
    weighed = []
    for dialect in own_dialects():
        if dialect.marked(text):
            weight, sign = dialect.evidence(text)
            hinted = _HINT if extension and extension in dialect.hints else 0.0
            if weight or hinted:
                weighed.append((weight + hinted, not dialect.guest, dialect, sign or extension))
    weighed.sort(key=lambda item: (-item[0], not item[1]))  # stable: else the file's order decides
    ranked = [item for item in weighed if item[1] and item[0] >= SURE] or weighed
    if not ranked:
        return Detection(None, True, "")
    weight, _, dialect, sign = ranked[0]
    rival = ranked[1] if len(ranked) > 1 else None
    why = f"“{shorten(sign, 40)}”"
    if weight >= SURE and (rival is None or weight - rival[0] >= 1 or not rival[1]):
        return Detection(dialect, True, why)
    return Detection(dialect, False, f"{why}, though it may be {rival[2].title}" if rival else why)


def detect(text: str, path: str) -> Dialect | None:
    """Return the dialect of a text, None for one that is no template; ``recognise`` says how sure that is."""
    return recognise(text, path).dialect


def guests(text: str, host: Dialect | None) -> tuple[Dialect, ...]:
    """The other languages whose tags stand in a text: merge tags, and engines that run before or after its own."""
    return tuple(
        dialect
        for dialect in own_dialects()
        if dialect is not host and dialect.marked(text) and _joins(dialect, host) and dialect.evidence(text)[0] >= SURE
    )


def _joins(dialect: Dialect, host: Dialect | None) -> bool:
    """Whether a language can be read beside another: it is made for that, or their tags do not look alike."""
    if dialect.guest or host is None:
        return True
    return dialect.entry.get("delimiters") is not None and not any(
        mark in other or other in mark for mark in dialect.marks for other in host.marks
    )
