"""What a template tag looks like that nothing has filled: patterns made from the delimiters of every dialect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from maillint.data.lists import load_list, load_plain
from maillint.message.template.dialect import Dialect, all_dialects
from maillint.message.template.spec import LEFTOVERS, DelimiterSpec, Leftover

COMPILED = "dialect-leftovers.json"
"""The file name of the compiled patterns."""

_SOURCES = ("rules/lists/dialects.yaml", "rules/lists/leftovers.yaml", "maillint/message/template/")
_KINDS = frozenset({"output", "statement", "mixed", "code", "printed"})
_NOT_INSIDE = {"}": "{}", "]": r"\[\]", ">": "<", "%": "%", "|": "|"}
_BODY = r"((?:[/#^>&][ ]?)?[A-Za-z_$@.(][^{excluded}\n]{{0,120}}?)"


def leftover_sources() -> Mapping[Leftover, Sequence[str]]:
    """By how certain it is that a text is a tag, patterns with one group, what stands inside; the surest first."""
    found: Mapping[Leftover, Sequence[str]] = load_plain(COMPILED, _SOURCES, compile_leftovers)
    return found


def compile_leftovers() -> str:
    """Return the patterns of all dialects, and the further ones of ``rules/lists/leftovers.yaml``, as JSON."""
    import json  # noqa: PLC0415 -- only when it is compiled

    by_level: dict[str, dict[str, None]] = {level: {} for level in LEFTOVERS if level != "never"}
    for level, patterns in load_list("leftovers")["tags"].items():
        by_level[level].update(dict.fromkeys(patterns))
    for dialect in all_dialects():
        for spec in dialect.delimiters:
            level = leftover_level(spec)
            if level != "never":
                by_level[level].update(dict.fromkeys(_sources(dialect, spec)))
    return json.dumps({level: list(patterns) for level, patterns in by_level.items()}, ensure_ascii=False)


def leftover_level(spec: DelimiterSpec) -> Leftover:
    """How certain it is that what a delimiter matches in a finished message is a tag of its language."""
    if spec.leftover:
        return spec.leftover
    if spec.kind not in _KINDS or spec.directive is not None:
        return "never"
    return "likely" if spec.certain else "named"


def _sources(dialect: Dialect, spec: DelimiterSpec) -> Iterator[str]:
    if spec.tag is not None:
        source = re.sub(r"\(\?P<(?!argument>)\w+>", "(?:", spec.tag.source)
        yield source.replace("(?P<argument>", "(", 1)
        return
    assert spec.open is not None
    assert spec.close is not None
    excluded = "".join(sorted({text for sign, text in _NOT_INSIDE.items() if sign in spec.close.source}))
    body = f"({spec.inside.source})" if spec.inside else _BODY.format(excluded=excluded)
    trim = f"[{re.escape(dialect.trim)}]?" if dialect.trim else ""
    yield rf"{spec.open.source}{trim}[ \t]{{0,3}}{body}[ \t]{{0,3}}{trim}{spec.close.source}"
