"""Detects which template language a text is written in, and whose tags stand inside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from maillint.message.template.dialect import Dialect, all_dialects
from maillint.message.template.signs import needles_in, template_extension
from maillint.patterns import regex
from maillint.text.shorten import shorten
from maillint.values import NamedTuple

SURE = 2.0
"""Evidence of this weight settles which language a text is in."""

_HINT = 0.7

STYLE = regex(r"<(style|script)\b[^>]{0,1000}>(.*?)(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)
"""Style sheets and scripts; the second group is their content."""


@cache
def _extensions() -> Mapping[str, Dialect]:
    return {extension: dialect for dialect in all_dialects() for extension in dialect.extensions}


class Detection(NamedTuple):
    """Which dialect a text is in, None for no template; ``sure``: that is settled; ``why``: what decided, in words."""

    dialect: Dialect | None
    sure: bool
    why: str


def recognise(text: str, path: str) -> Detection:
    """Detect a text's dialect by its file's extension and its content; ``path`` may be a mere name."""
    extension = template_extension(path)
    if extension in _extensions():
        return Detection(_extensions()[extension], True, f"the extension {extension}")
    inner = template_extension(path[: path.rfind(".")]) if path.count(".") > 1 else ""
    stated = _extensions().get(inner)
    if stated is not None and stated.may_be_in(text):  # welcome.liquid.html
        return Detection(stated, True, f"the extension {inner}")
    found = _weigh(text, extension)
    if found.dialect is not None and not found.sure:  # what looks like a tag may be a style sheet's or a script's
        bare = STYLE.sub(lambda match: f"<{match[1]}></{match[1]}>", text)
        return found if bare == text else _weigh(bare, extension)
    return found


def dialects_in(text: str) -> tuple[Dialect, ...]:
    """The dialects that a text could be in: one of their needles stands in it."""
    found = needles_in(text)
    if not found:
        return ()
    return tuple(dialect for dialect in all_dialects() if any(needle.startswith(dialect.needles) for needle in found))


class _Candidate(NamedTuple):
    weight: float
    dialect: Dialect
    evidence: str


def _weigh(text: str, extension: str) -> Detection:
    candidates = []
    for dialect in dialects_in(text):
        weight, evidence = dialect.weigh(text)
        hinted = _HINT if extension and extension in dialect.hints else 0.0
        if weight or hinted:
            candidates.append(_Candidate(weight + hinted, dialect, evidence or extension))
    # the heaviest first, engines before languages that stand inside others, else in the order of the list
    candidates.sort(key=lambda candidate: (-candidate.weight, candidate.dialect.embedded))
    engines = [found for found in candidates if not found.dialect.embedded and found.weight >= SURE]
    candidates = engines or candidates
    if not candidates:
        return Detection(None, True, "")
    best = candidates[0]
    rival = candidates[1] if len(candidates) > 1 else None
    why = f'"{shorten(best.evidence, 40)}"'
    if best.weight >= SURE and (rival is None or best.weight - rival.weight >= 1 or rival.dialect.embedded):
        return Detection(best.dialect, True, why)
    return Detection(best.dialect, False, f"{why}, though it may be {rival.dialect.title}" if rival else why)


def detect(text: str, path: str) -> Dialect | None:
    """Return the dialect of a text, None for one that is no template; ``recognise`` says how sure that is."""
    return recognise(text, path).dialect


def other_dialects(text: str, host: Dialect | None) -> tuple[Dialect, ...]:
    """The languages beside its own whose tags stand in a text: merge tags, and engines that run before or after."""
    return tuple(
        dialect
        for dialect in dialects_in(text)
        if dialect is not host and _can_stand_beside(dialect, host) and dialect.weigh(text)[0] >= SURE
    )


def _can_stand_beside(dialect: Dialect, host: Dialect | None) -> bool:
    """Whether a language can be read beside another: it is made for that, or their tags look different."""
    if dialect.embedded or host is None:
        return True
    return bool(dialect.delimiters) and not any(
        needle in other or other in needle for needle in dialect.needles for other in host.needles
    )
