"""Read the files of a message."""

from __future__ import annotations

from dataclasses import replace

from maillint.files.access import UnreadableError, read_bytes, source_from
from maillint.files.paths import shown_path
from maillint.message.kinds import kind_of
from maillint.message.read import Settings
from maillint.project.discovery import Group
from maillint.text.source import Source


def wanted_paths(group: Group) -> frozenset[str]:
    """The paths, as shown, of the group's files whose findings are asked for."""
    return frozenset(map(shown_path, group.wanted))


def settings_of(group: Group) -> Settings:
    """What the configuration says of a group's message, and where files that it names may be read."""
    return replace(group.config.message_settings, roots=group.roots)


def load(group: Group) -> tuple[list[Source], str]:
    """Read a group's files and tell the kind of message they make; raises UnreadableError."""
    kind = kind_of(group.paths[0]) or "html"
    return [_load_one(path, kind) for path in group.paths], kind


def _load_one(path: str, kind: str) -> Source:
    try:
        return source_from(shown_path(path), read_bytes(path), kind)
    except UnreadableError as error:
        raise UnreadableError(str(error), shown_path(path)) from None
