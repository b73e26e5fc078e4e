"""Lint files: read each message, run its rules, and keep going where one cannot be read."""

from __future__ import annotations

import os
from collections.abc import Iterable

from maillint.config import Config
from maillint.engine import lint
from maillint.files import Group, shown_path
from maillint.finding import Failure, FileReport, Report
from maillint.message.model import Message
from maillint.message.read import MessageError, kind_of, read_message
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
            message = load(group)
        except UnreadableError as error:
            failures.append(Failure(shown_path(group.paths[0]), str(error)))
            continue
        files.extend(lint_message(message, group.config, frozenset(map(shown_path, group.wanted))))
    return Report(tuple(files), failures=tuple(failures))


def lint_message(message: Message, config: Config, wanted: frozenset[str]) -> list[FileReport]:
    """Lint one message and keep the reports of the files that were asked for."""
    return [file for file in lint(message, config.rules_for(message.profile)) if file.path in wanted]


def load(group: Group) -> Message:
    """Read a group's files as one message; raises UnreadableError."""
    kind = kind_of(group.paths[0]) or "html"
    sources = [source_from(shown_path(path), read_bytes(path), kind) for path in group.paths]
    try:
        return read_message(sources, group.config.message_settings, kind)
    except MessageError as error:
        line, column = sources[0].position(error.offset)
        raise UnreadableError(f"line {line}, column {column}: {error}") from None


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
