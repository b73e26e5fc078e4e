"""How a list was read and what is in it, for people: shown above the findings of ``maillint list``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from maillint.finding import FileReport, Severity
from maillint.output._cells import clip, visible
from maillint.output._paint import Paint
from maillint.recipients.layout import DELIMITERS

_LABEL = 11
_MOST_DOMAINS = 8
_NAMES = {character: name for name, character in DELIMITERS.items()}


def overview(file: FileReport, split: str | None, width: int, paint: Paint) -> str:
    """Return a block of lines, with an empty one at the end."""
    facts = cast("Mapping[str, Any]", file.facts["list"])
    lines = [paint(visible(file.path), "bold")]
    for label, text in _rows(file, facts, split):
        lines.append(f"  {paint(label, 'dim')}{' ' * (_LABEL - len(label))}{clip(text, max(width - _LABEL - 2, 40))}")
    lines += ["", *_table(facts, paint)] if facts["rules"] else []
    return "\n".join(lines) + "\n\n"


def _rows(file: FileReport, facts: Mapping[str, Any], split: str | None) -> Iterator[tuple[str, str]]:
    delimiter = facts["delimiter"]
    words = [file.kind, facts["encoding"], *([_NAMES.get(delimiter, repr(delimiter))] if delimiter else [])]
    words += (
        []
        if file.kind == "jsonl" or (not delimiter and not facts["header"])
        else ["header" if facts["header"] else "no header"]
    )
    yield "read as", ", ".join(words)
    if delimiter or facts["header"]:
        yield "addresses", f"column {facts['column']}"
    blank = f" ({facts['blank']:,} blank lines and comments left out)" if facts["blank"] else ""
    yield "rows", f"{facts['rows']:,}{blank}"
    yield "clean", _share(facts["clean"], facts["rows"])
    yield "doubtful", _share(facts["doubtful"], facts["rows"])
    if split is not None:
        yield "written", f"clean rows, doubtful rows and reasons into {split}"
    for number, entry in enumerate(facts["domains"][:_MOST_DOMAINS]):
        doubtful = f", {entry['doubtful']:,} doubtful" if entry["doubtful"] else ""
        yield "" if number else "domains", f"{entry['domain']} {_share(entry['rows'], facts['rows'])}{doubtful}"


def _share(part: int, whole: int) -> str:
    if not part or part == whole:
        return f"{part:,}"
    percent = 100 * part / whole
    return f"{part:,} ({percent:.1f}%)" if percent >= 0.1 else f"{part:,} (less than 0.1%)"


def _table(facts: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    rows = facts["rules"]
    width = max(len(f"{entry['rows']:,}") for entry in rows)
    for entry in rows:
        label = entry["severity"]
        severity = Severity.parse(label)
        assert severity is not None
        yield f"  {entry['rows']:>{width},}  {paint(f'{label:<7}', severity)}  {visible(entry['rule'])}"
