"""Lint the messages of a run, side by side, with results of earlier runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from maillint.config.config import Config
from maillint.engine.lint import lint
from maillint.files.access import UnreadableError
from maillint.files.paths import shown_path
from maillint.finding import Failure, FileReport, Report
from maillint.message.read import MessageError, Settings, read_message
from maillint.project.discovery import Group
from maillint.project.loader import load, settings_of, wanted_paths
from maillint.project.parallel import spread
from maillint.project.result_cache import ResultCaches
from maillint.text.source import Source


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
    caches = ResultCaches() if work.cache else None
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
        from maillint.engine.suppression import suppress  # noqa: PLC0415 -- few messages have such a comment

        reports = suppress(message, reports, rules, config.catalogue)
    return [file for file in reports if wanted is None or file.path in wanted]
