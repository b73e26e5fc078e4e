"""Lint files: read each message, run its rules, and keep going where one cannot be read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from maillint.cache import ResultCache, revive, settings_key
from maillint.config import Config
from maillint.data import digest
from maillint.engine import INTERNAL_ERROR, lint
from maillint.files import Group, shown_path
from maillint.finding import Failure, FileReport, Report
from maillint.message.includes import expand
from maillint.message.read import MessageError, Settings, kind_of, read_message
from maillint.message.samples import packages, read_samples, sample_file
from maillint.parallel import spread
from maillint.text import NotTextError, Source

MAX_BYTES = 20_000_000
"""Files larger than this are refused: no mail provider takes such a message."""


class UnreadableError(ValueError):
    """A file that cannot be linted, told in one line; ``path`` names it where it is not the message's first."""

    def __init__(self, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True)
class Work:
    """How to go about a run: processes at once, whether earlier results count, and who hears of progress."""

    jobs: int = 1
    cache: bool = False
    done: Callable[[int], None] = lambda count: None


Outcome = Failure | list[FileReport]


def lint_groups(groups: Sequence[Group], work: Work | None = None) -> Report:
    """Lint every message; a file that cannot be read becomes a failure and costs the others nothing."""
    work = work or Work()
    caches = _Caches() if work.cache else None
    outcomes: list[Outcome | None] = [caches.find(group) if caches else None for group in groups]
    missing = [index for index, outcome in enumerate(outcomes) if outcome is None]
    already = len(groups) - len(missing)
    made = spread(_lint_group, [groups[index] for index in missing], work.jobs, lambda n: work.done(already + n))
    for index, outcome in zip(missing, made, strict=True):
        outcomes[index] = outcome
        if caches and not isinstance(outcome, Failure):
            caches.keep(groups[index], outcome)
    if caches:
        caches.save()
    files = [file for outcome in outcomes if isinstance(outcome, list) for file in outcome]
    failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    return Report(tuple(files), failures=tuple(failures))


def _lint_group(group: Group) -> Outcome:
    try:
        sources, kind = load(group)
        return lint_sources(sources, kind, group.config, wanted_paths(group), settings_of(group))
    except UnreadableError as error:
        return Failure(error.path or shown_path(group.paths[0]), str(error))
    except Exception as error:  # a fault of ours in one file must not cost the others
        return Failure(shown_path(group.paths[0]), internal_error(error))


def internal_error(error: Exception) -> str:
    """One line about a fault of maillint's own: what and where, to be reported."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" ({os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})" if trace else ""  # noqa: PTH119
    return f"internal error: {type(error).__name__}: {' '.join(str(error).split())[:200]}{where}"


class _Caches:
    """The result caches of a run: one for each configuration's folder."""

    def __init__(self) -> None:
        self._caches: dict[str, ResultCache] = {}
        self._settings: dict[int, str] = {}
        self._keys: dict[int, str] = {}

    def find(self, group: Group) -> list[FileReport] | None:
        """The stored reports of a message whose files and settings are as they were."""
        if any(map(_is_handed_over, group.paths)):
            return None  # a pipe is read once
        try:
            contents = [read_bytes(path) for path in group.paths]
        except UnreadableError:
            return None
        beside = _named_files(group, contents[0])
        if beside is None:
            return None
        key = self._key(group, [*contents, beside])
        self._keys[id(group)] = key
        stored = self._cache(group).get(group.paths[0], key)
        if stored is None:
            return None
        kind = kind_of(group.paths[0]) or "html"
        texts = {
            shown_path(path): source_from(shown_path(path), data, kind).text
            for path, data in zip(group.paths, contents, strict=True)
        }
        return [revive(report, texts[report["path"]]) for report in stored]

    def keep(self, group: Group, reports: Sequence[FileReport]) -> None:
        """Store a message's reports, unless a rule failed in it."""
        if id(group) in self._keys and not any(found.rule == INTERNAL_ERROR for r in reports for found in r.findings):
            self._cache(group).put(group.paths[0], self._keys[id(group)], reports)

    def save(self) -> None:
        """Write every cache."""
        for cache in self._caches.values():
            cache.save()

    def _cache(self, group: Group) -> ResultCache:
        folder = group.config.folder
        if folder not in self._caches:
            self._caches[folder] = ResultCache(folder)
        return self._caches[folder]

    def _key(self, group: Group, contents: Sequence[bytes]) -> str:
        config = group.config
        if id(config) not in self._settings:
            self._settings[id(config)] = settings_key(config)
        names = [name for path in group.paths for name in (path, shown_path(path))]
        said = [self._settings[id(config)], *names, *sorted(group.wanted)]
        return digest([*(word.encode("utf-8", "replace") for word in said), *contents])


def _named_files(group: Group, data: bytes) -> bytes | None:
    """What the files that a message names hold and which packages can render it; None where only linting tells."""
    if b"<mj" not in data and sample_file(group.paths[0]) is None:
        return b""
    path = shown_path(group.paths[0])
    text = source_from(path, data, "html").text
    samples = read_samples(path)
    if samples is not None and _INSERTS.search(text):
        return None
    expanded = expand(text, path, group.roots)
    states = [(include.path, include.state) for include in expanded.includes]
    return repr((expanded.text, states, samples and samples.text, packages())).encode("utf-8", "replace")


_INSERTS = re.compile(r"\{%[-+]?\s*(?:extends|include|import|from)\b")
"""Tags by which a template reads files that its text does not name for certain."""


@dataclass(frozen=True)
class Mended:
    """What fixing did to one file: its text before and after, and how many fixes went in."""

    path: str
    before: Source
    after: Source
    fixes: int


def fix_groups(groups: Iterable[Group], *, unsafe: bool) -> tuple[Report, list[Mended]]:
    """Fix every message in memory; return what is left to report and the files that would change."""
    from maillint.fix import fix_message  # noqa: PLC0415 -- only a run that fixes needs it

    files: list[FileReport] = []
    failures: list[Failure] = []
    mended: list[Mended] = []
    for group in groups:
        wanted = wanted_paths(group)
        try:
            sources, kind = load(group)
            fixed = fix_message(
                sources,
                lambda current: lint_sources(current, kind, group.config, wanted, settings_of(group)),  # noqa: B023 -- called at once
                unsafe=unsafe,
            )
        except UnreadableError as error:
            failures.append(Failure(error.path or shown_path(group.paths[0]), str(error)))
            continue
        files.extend(fixed.reports)
        mended.extend(
            Mended(path, before, after, fixed.applied[before.path])
            for path, before, after in zip(group.paths, sources, fixed.sources, strict=True)
            if before.text != after.text
        )
    return Report(tuple(files), failures=tuple(failures)), mended


def lint_sources(
    sources: Sequence[Source],
    kind: str,
    config: Config,
    wanted: frozenset[str] | None = None,
    settings: Settings | None = None,
) -> list[FileReport]:
    """Lint the files of one message; reports of the files that are wanted (None: all).

    ``settings`` stand in for what the configuration says of messages.
    Raises UnreadableError where a file states something about itself that cannot be.
    """
    try:
        message = read_message(sources, settings or config.message_settings, kind)
    except MessageError as error:
        line, column = error.source.position(error.offset)
        raise UnreadableError(f"line {line}, column {column}: {error}", error.source.path) from None
    rules = config.rules_for(message.profile)
    reports = list(lint(message, rules))
    if any("maillint:" in text for text in (*(part.text for part in message.parts), *(s.text for s in sources))):
        from maillint.suppress import suppress  # noqa: PLC0415 -- few messages have such a comment

        reports = suppress(message, reports, rules, config.catalogue)
    return [file for file in reports if wanted is None or file.path in wanted]


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


def source_from(path: str, data: bytes, kind: str) -> Source:
    """Decode a file's bytes; raises UnreadableError for binary data."""
    try:
        return Source.from_bytes(path, data, message=kind == "eml")
    except NotTextError as error:
        raise UnreadableError(str(error)) from None


def _is_handed_over(path: str) -> bool:
    return path.startswith(("/dev/", "/proc/"))


def read_bytes(path: str) -> bytes:
    """Read a file whole; raises UnreadableError with the system's reason.

    A pipe that lies about in a folder would never end; one that a shell hands over (``/dev/fd/63``) does.
    """
    try:
        status = os.stat(path)  # noqa: PTH116
        size = status.st_size
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode) and not _is_handed_over(path):
            raise UnreadableError("not a regular file")
        if size > MAX_BYTES:
            raise UnreadableError(f"too large ({size:,} bytes; the limit is {MAX_BYTES:,})")
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError as error:
        raise UnreadableError((error.strerror or str(error)).lower()) from None
