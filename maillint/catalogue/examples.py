"""The examples of rules: read from the rule's file, and compared with what has been found in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from maillint.catalogue.rule import Example, Rule
from maillint.data.yamlfile import Keys, read_yaml
from maillint.finding import Finding
from maillint.patterns import regex
from maillint.text.spans import Span

_TEXTS = ("bad", "good", "fixed")
_KEYS = (
    *_TEXTS,
    *("headers", "dialect", "touch", "profile", "options"),
    *("dns", "web", "files", "kind", "note", "suppress"),
)
_MARK = regex("[«»]")


def examples(rule: Rule) -> list[Example]:
    """Read a rule's examples from its file; raises FileError."""
    file = read_yaml(rule.path, Path(rule.path).read_text(encoding="utf-8"))
    result = []
    for index, item in enumerate(file.data.get("examples") or ()):
        keys: Keys = ("examples", index)
        values = file.mapping(keys, item, "an example")
        file.known_keys(keys, values, _KEYS, "example key")
        if "bad" not in values and "good" not in values:
            raise file.error(keys, 'an example needs "bad", "good" or both')
        setting = {key: value for key, value in values.items() if key not in _TEXTS}
        result.append(Example(values.get("bad"), values.get("good"), values.get("fixed"), setting))
    return result


# -- marks --------------------------------------------------------------------------------------------


def unmark(marked: str) -> tuple[str, list[Span]]:
    """Take the ``«»`` out of a text and return the spans that they marked, in order.

    Raises ValueError for a mark without its counterpart.
    """
    pieces: list[str] = []
    starts: list[int] = []
    spans: list[Span] = []
    position = length = 0
    for mark in _MARK.finditer(marked):
        pieces.append(marked[position : mark.start()])
        length += mark.start() - position
        position = mark.end()
        if mark[0] == "«":
            starts.append(length)
        elif starts:
            spans.append(Span(starts.pop(), length))
        else:
            raise ValueError("a » without its «")
    if starts:
        raise ValueError("a « without its »")
    return "".join([*pieces, marked[position:]]), sorted(spans)


def mark(text: str, spans: Iterable[Span]) -> str:
    """Put ``«»`` around spans of a text; spans inside others, empty ones and equal ones are all to be seen."""
    ordered = sorted(spans)
    # at one offset, what began before ends first; then what is empty; then the longest begins
    marks = [(end, 0, -start, "»") for start, end in ordered if end > start]
    marks += [(start, 1, 0, "«»") for start, end in ordered if end <= start]
    marks += [(start, 2, -end, "«") for start, end in ordered if end > start]
    pieces, position = [], 0
    for offset, _, _, character in sorted(marks):
        pieces += [text[position:offset], character]
        position = offset
    return "".join([*pieces, text[position:]])


def difference(text: str, expected: Sequence[Span], findings: Sequence[Finding]) -> str:
    """Say how findings differ from the spans that are expected in a text, in order; "" where they agree.

    Shows the text twice, with marks around what is expected and around what was found, and the findings' messages.
    """
    found = sorted(Span(finding.start, finding.end) for finding in findings)
    if found == list(expected):
        return ""
    lines = ["expected:", *_indented(mark(text, expected)), "found:", *_indented(mark(text, found))]
    messages = [f"  {finding.line}:{finding.column}: {finding.rule} {finding.message}" for finding in findings]
    return "\n".join([*lines, *messages])


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.split("\n")]
