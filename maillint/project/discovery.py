"""Which files a run lints, and which of them are one message."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from maillint.catalogue.load import Catalogue, shipped
from maillint.config.config import Config, Overrides, load_config
from maillint.config.files import find_config
from maillint.errors import LintError
from maillint.message.kinds import kind_of
from maillint.message.sidecars import is_meta
from maillint.project.message_files import Folder, stem_of
from maillint.text.globs import matches

SKIPPED_FOLDERS = frozenset(
    {
        ".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "env", "node_modules", "bower_components",
        "vendor", "site-packages", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", "dist", "build",
        "htmlcov", "coverage", ".maillint_cache", ".idea", ".vscode",
    }
)  # fmt: skip
"""Folders that a walk never enters; a file in one can still be named."""


@dataclass(frozen=True)
class Group:
    """The files of one message, the one it is named after first, and those whose findings are asked for.

    ``roots`` are the folders in which files that the message names may be read: those given to the run, those
    of files given to it, and the project's, where there is a configuration.
    """

    paths: tuple[str, ...]
    wanted: frozenset[str]
    config: Config = field(repr=False)
    roots: tuple[str, ...] = ()


class MissingPathError(LintError):
    """A path on the command line that is not there."""


class Discovery:
    """Finds files and their configuration; one per run, so that each folder is looked up once."""

    def __init__(self, config_path: str | None = None, overrides: Overrides | None = None) -> None:
        self._fixed = config_path
        self._overrides = overrides or Overrides()
        self._configs: dict[str | None, Config] = {}
        self._folders: dict[str, str | None] = {}
        self._for_files: dict[tuple[int, tuple[int, ...], int | None], Config] = {}
        self._contents: dict[str, Folder] = {}
        self.excluded = 0

    def config_for(self, path: str) -> Config:
        """The configuration of a file: the one named on the command line, or the nearest above it."""
        folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120
        if self._fixed is not None:
            found: str | None = self._fixed
        else:
            if folder not in self._folders:
                self._folders[folder] = find_config(folder)
            found = self._folders[folder]
        if found not in self._configs:
            self._configs[found] = load_config(found, self._overrides)
        return self._configs[found]

    @property
    def configs(self) -> tuple[Config, ...]:
        """The configurations met so far."""
        return tuple(self._configs.values())

    @property
    def catalogue(self) -> Catalogue:
        """Every rule of the configurations met so far."""
        rules = dict(shipped().rules)
        for config in self.configs:
            rules.update(config.catalogue.rules)
        return Catalogue(rules)

    def groups(self, paths: Sequence[str]) -> list[Group]:
        """Every message under the paths, in the order given; raises MissingPathError."""
        wanted: dict[str, None] = {}
        for path in paths:
            if os.path.isdir(path):  # noqa: PTH112
                for found in self._walk(path):
                    wanted.setdefault(found)
            elif os.path.lexists(path):
                if self._excluded(path) or (is_meta(path) and len(self._message(path)) == 1):
                    self.excluded += 1  # another tool's meta.json, which a hook passes along
                else:
                    wanted.setdefault(os.path.normpath(path))
            else:
                raise MissingPathError(f"{path}: no such file or folder")
        groups: dict[tuple[str, ...], set[str]] = {}
        for path in wanted:
            groups.setdefault(self._message(path), set()).add(path)
        given = tuple(
            dict.fromkeys(path if os.path.isdir(path) else os.path.dirname(path) or "." for path in paths)  # noqa: PTH112, PTH120
        )
        return [self._group(files, frozenset(own), given) for files, own in groups.items()]

    def _group(self, files: tuple[str, ...], wanted: frozenset[str], given: tuple[str, ...]) -> Group:
        config = self.config_for(files[0]).for_file(files[0])
        return Group(files, wanted, config, given if config.path is None else (*given, config.folder))

    def _config_of(self, path: str) -> Config:
        """The settings of one file; files with the same layers and touch share them, and their rules."""
        base = self.config_for(path)
        own = base.for_file(path)
        key = (id(base), tuple(map(id, own.layers)), own.touch)
        return self._for_files.setdefault(key, own)

    def _excluded(self, path: str) -> bool:
        config = self.config_for(path)
        return bool(config.exclude) and matches(config.relative(path), config.exclude)

    def _message(self, path: str) -> tuple[str, ...]:
        folder = os.path.dirname(path)  # noqa: PTH120
        if folder not in self._contents:
            self._contents[folder] = Folder(folder)
        return message_files(path, self._contents[folder])

    def _walk(self, top: str) -> Iterator[str]:
        pending = [os.path.normpath(top)]
        while pending:
            folder = pending.pop()
            names = sorted(os.listdir(folder))  # noqa: PTH208
            self._contents["" if folder == "." else folder] = Folder(folder, names)
            folders = []
            stems = frozenset(stem_of(name) for name in names if kind_of(name) in {"html", "mjml"})
            for name in names:
                path = os.path.join(folder, name) if folder != "." else name  # noqa: PTH118
                if os.path.isdir(path):  # noqa: PTH112
                    if name not in SKIPPED_FOLDERS and not os.path.islink(path):  # noqa: PTH114
                        folders.append(path)
                elif self._takes(path, stems) and not self._excluded(path):
                    yield path
            pending.extend(reversed(folders))

    def _takes(self, path: str, stems: frozenset[str]) -> bool:
        """Whether a walk takes a file: messages and HTML always, plain text where it belongs to a message."""
        kind = kind_of(path)
        name = os.path.basename(path)  # noqa: PTH119
        if kind in {"eml", "html", "mjml"}:
            return True
        if kind == "txt" and stem_of(name) in stems:
            return True
        if (kind == "txt" or is_meta(path)) and len(self._message(path)) > 1:
            return True
        if kind == "txt" and _has_front_matter(path):
            return True
        config = self.config_for(path)
        return bool(config.include) and matches(config.relative(path), config.include)


def message_files(path: str, folder: Folder | None = None) -> tuple[str, ...]:
    """The files of the message that a file belongs to, the one it is named after first; ``folder`` is its own."""
    return (folder or Folder(os.path.dirname(path))).message(path)  # noqa: PTH120


def _has_front_matter(path: str) -> bool:
    try:
        if not os.path.isfile(path):  # noqa: PTH113 -- a pipe would keep us waiting
            return False
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read(4) in {b"---\n", b"---\r"}
    except OSError:
        return False
