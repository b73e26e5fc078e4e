"""Lint the messages of a run, side by side, with results of earlier runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from maillint.engine.lint import lint
from maillint.files.access import UnreadableError
from maillint.files.paths import shown_path
from maillint.finding import Failure, FileReport, Report
from maillint.project.discovery import Group
from maillint.project.errors import internal_error
from maillint.project.loader import LoadedMessage, failure, load, read_files
from maillint.project.parallel import spread
from maillint.project.result_cache import CacheKey, Inputs, ResultCaches, inputs_of

Observe = Callable[[LoadedMessage], Any]
"""Looks at a message while it is loaded. What it returns comes back from another process: it has to be small."""


@dataclass(frozen=True)
class Work:
    """How to go about a run.

    ``jobs`` is the number of processes; ``cache`` whether results of earlier runs count. ``done`` is called with the
    number of messages that are finished. ``observe`` is called with every message that could be loaded.
    """

    jobs: int = 1
    cache: bool = False
    done: Callable[[int], None] = lambda count: None
    observe: Observe | None = None


class Run(NamedTuple):
    """The report of a run, and what ``observe`` has returned for each message that could be loaded."""

    report: Report
    observed: tuple[tuple[Group, Any], ...] = ()


class _Result(NamedTuple):
    """What comes of one message. A ``key`` says that the reports are new, and where they are to be stored."""

    reports: Sequence[FileReport] = ()
    failure: Failure | None = None
    observed: Any = None
    key: CacheKey | None = None
    inputs: Inputs | None = None


def lint_groups(groups: Sequence[Group], work: Work | None = None) -> Run:
    """Lint every message; a file that cannot be read becomes a failure and costs the others nothing."""
    work = work or Work()
    caches = ResultCaches(groups) if work.cache else None
    results = spread(partial(_lint_group, caches, work.observe), groups, work.jobs, work.done)
    if caches is not None:
        for group, result in zip(groups, results, strict=True):
            if result.key is not None and result.inputs is not None:
                caches.put(group, result.key, result.inputs, result.reports)
        caches.save()
    files = tuple(file for result in results for file in result.reports)
    failures = tuple(result.failure for result in results if result.failure is not None)
    pairs = zip(groups, results, strict=True)
    observed = tuple((group, result.observed) for group, result in pairs if work.observe and not result.failure)
    return Run(Report(files, failures=failures), observed)


def _lint_group(caches: ResultCaches | None, observe: Observe | None, group: Group) -> _Result:
    try:
        contents = read_files(group)
        key = caches.key(group, contents) if caches else None
        stored = caches.find(group, key, contents) if caches and key else None
        if stored is not None and observe is None:
            return _Result(stored)
        loaded = load(group, contents)
        reports = lint_loaded(loaded) if stored is None else stored
        observed = observe(loaded) if observe else None
        return _Result(reports, None, observed, *((key, inputs_of(loaded)) if stored is None else ()))
    except UnreadableError as error:
        return _Result(failure=failure(group, error))
    except Exception as error:  # a fault of maillint's own in one file must not cost the others
        return _Result(failure=Failure(shown_path(group.paths[0]), internal_error(error)))


def lint_loaded(loaded: LoadedMessage) -> list[FileReport]:
    """Lint a message; return the reports of the files whose findings are requested."""
    message, config = loaded.message, loaded.group.config
    rules = config.rules_for(message.profile)
    reports = list(lint(message, rules))
    texts = (*(part.text for part in message.parts), *(source.text for source in loaded.sources))
    if any("maillint:" in text for text in texts):
        from maillint.engine.suppression import suppress  # noqa: PLC0415 -- few messages have such a comment

        reports = suppress(message, reports, rules, config.catalogue)
    wanted = loaded.wanted
    return [file for file in reports if file.path in wanted]
