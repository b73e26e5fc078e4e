"""What tests of lists begin with: a list written down, and linted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from maillint.finding import FileReport
from maillint.project.recipients import FAMILY, ListRun, lint_list
from maillint.recipients.layout import Wishes, find_layout
from maillint.recipients.model import Batch
from maillint.recipients.opening import ListFile
from maillint.recipients.read import ListReader
from tests.linting import rules_about


def write(folder: Path, content: str | bytes, name: str = "list.csv") -> ListFile:
    """A list in a file."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return ListFile(str(path))


def batches(file: ListFile, **wishes: Any) -> Iterator[Batch]:
    """The batches of a list."""
    return ListReader(file, find_layout(file, Wishes(**wishes))).batches()


def addresses(file: ListFile, **wishes: Any) -> list[str]:
    """The addresses of a list, or what is wrong with each."""
    return [
        f"{address.local_part}@{address.domain}" if not address.fault else address.fault
        for batch in batches(file, **wishes)
        for address in batch.addresses
    ]


def lint(file: ListFile, **run: Any) -> FileReport:
    """Lint a list with all rules about lists."""
    return lint_list(file, rules_about(FAMILY), "newsletter", ListRun(**run))


def facts(report: FileReport) -> Mapping[str, Any]:
    """What was found out beside the findings."""
    return cast("Mapping[str, Any]", report.facts["list"])


def rows_by_rule(report: FileReport) -> dict[str, int]:
    """How many rows each rule found something in."""
    return {entry["rule"].removeprefix(f"{FAMILY}/"): entry["rows"] for entry in facts(report)["rules"]}
