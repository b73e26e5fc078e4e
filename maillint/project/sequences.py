"""Sequences of the configuration whose files are not there: a mistyped one would leave a first message unjudged."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from maillint.config.config import LayeredConfig
from maillint.data.yamlfile import FileError


def check_sequences(config: LayeredConfig, paths: Iterable[str], skipped_folders: frozenset[str]) -> None:
    """Raise FileError for an entry of ``sequences`` that matches no file.

    ``paths`` are files that are known to be there; what they leave open is looked for below the configuration's
    folder, but for ``skipped_folders``.
    """
    left = {
        place: pattern
        for sequence in config.sequences
        for pattern, place in zip(sequence.patterns, sequence.places, strict=True)
    }
    for path in _each(paths, config.folder, skipped_folders):
        if not left:
            return
        relative = config.relative(path)
        matched = {pattern for sequence in config.sequences for pattern in sequence.matching(relative)}
        left = {place: pattern for place, pattern in left.items() if pattern not in matched}
    for place, pattern in sorted(left.items()):
        raise FileError(*place, f'no file matches "{pattern}" (in sequences)')


def _each(paths: Iterable[str], folder: str, skipped: frozenset[str]) -> Iterator[str]:
    """The files that are known, then those below a folder."""
    yield from paths
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in skipped)
        for name in sorted(names):
            yield os.path.join(top, name)  # noqa: PTH118
