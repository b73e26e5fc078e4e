"""Lint files: read each message, run its rules, and keep going where one cannot be read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from maillint.config import Config
from maillint.engine import lint
from maillint.files import Group, shown_path
from maillint.finding import Failure, FileReport, Report
from maillint.fix import fix_message
from maillint.message.read import MessageError, kind_of, read_message
from maillint.suppress import suppress
from maillint.text import NotTextError, Source

MAX_BYTES = 20_000_000
"""Files larger than this are refused: no mail provider takes such a message."""


class UnreadableError(ValueError):
    """A file that cannot be linted, told in one line."""


def lint_groups(groups: Iterable[Group]) -> Report:
    """Lint every message; a file that cannot be read becomes a failure and costs the others nothing."""
    files: list[FileReport] = []
    failures: list[Failure] = []
    for group in groups:
        try:
            sources, kind = load(group)
            files.extend(lint_sources(sources, kind, group.config, wanted_paths(group)))
        except UnreadableError as error:
            failures.append(Failure(shown_path(group.paths[0]), str(error)))
    return Report(tuple(files), failures=tuple(failures))


@dataclass(frozen=True)
class Mended:
    """What fixing did to one file: its text before and after, and how many fixes went in."""

    path: str
    before: Source
    after: Source
    fixes: int


def fix_groups(groups: Iterable[Group], *, unsafe: bool) -> tuple[Report, list[Mended]]:
    """Fix every message in memory; return what is left to report and the files that would change."""
    files: list[FileReport] = []
    failures: list[Failure] = []
    mended: list[Mended] = []
    for group in groups:
        wanted = wanted_paths(group)
        try:
            sources, kind = load(group)
            fixed = fix_message(
                sources,
                lambda current: lint_sources(current, kind, group.config, wanted),  # noqa: B023 -- called at once
                unsafe=unsafe,
            )
        except UnreadableError as error:
            failures.append(Failure(shown_path(group.paths[0]), str(error)))
            continue
        files.extend(fixed.reports)
        mended.extend(
            Mended(path, before, after, fixed.applied[before.path])
            for path, before, after in zip(group.paths, sources, fixed.sources, strict=True)
            if before.text != after.text
        )
    return Report(tuple(files), failures=tuple(failures)), mended


def lint_sources(
    sources: Sequence[Source], kind: str, config: Config, wanted: frozenset[str] | None = None
) -> list[FileReport]:
    """Lint the files of one message; reports of the files that are wanted (None: all).

    Raises UnreadableError where a file states something about itself that cannot be.
    """
    try:
        message = read_message(sources, config.message_settings, kind)
    except MessageError as error:
        line, column = sources[0].position(error.offset)
        raise UnreadableError(f"line {line}, column {column}: {error}") from None
    rules = config.rules_for(message.profile)
    reports = suppress(message, lint(message, rules), rules, config.catalogue)
    return [file for file in reports if wanted is None or file.path in wanted]


def wanted_paths(group: Group) -> frozenset[str]:
    """The paths, as shown, of the group's files whose findings are asked for."""
    return frozenset(map(shown_path, group.wanted))


def load(group: Group) -> tuple[list[Source], str]:
    """Read a group's files and tell the kind of message they make; raises UnreadableError."""
    kind = kind_of(group.paths[0]) or "html"
    return [source_from(shown_path(path), read_bytes(path), kind) for path in group.paths], kind


def source_from(path: str, data: bytes, kind: str) -> Source:
    """Decode a file's bytes; raises UnreadableError for binary data."""
    try:
        return Source.from_bytes(path, data, message=kind == "eml")
    except NotTextError as error:
        raise UnreadableError(str(error)) from None


def read_bytes(path: str) -> bytes:
    """Read a file whole; raises UnreadableError with the system's reason."""
    try:
        size = os.path.getsize(path)  # noqa: PTH202
        if size > MAX_BYTES:
            raise UnreadableError(f"too large ({size:,} bytes; the limit is {MAX_BYTES:,})")
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError as error:
        raise UnreadableError((error.strerror or str(error)).lower()) from None
