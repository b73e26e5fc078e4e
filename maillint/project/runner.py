"""Lint the messages of a run, side by side, with results of earlier runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from maillint.data.checkout import digest
from maillint.files.paths import shown_path
from maillint.finding import Failure, FileReport, Report
from maillint.project.discovery import Group
from maillint.project.loader import LoadedMessage, failure, load, read_files
from maillint.project.parallel import spread
from maillint.project.result_cache import CacheKey, Inputs, ResultCaches, Touched, inputs_of, touched
from maillint.values import NamedTuple, frozen, replace

if TYPE_CHECKING:
    from maillint.engine.clock import Clock
    from maillint.message.model import Message

Messages = dict[tuple[str, ...], "Message"]
"""Messages by the paths of their files."""

MANY = 1_000
"""In a run over more messages, reports are packed until they are shown: that takes a fiftieth of a run's time."""

Observe = Callable[[LoadedMessage], Any]
"""Looks at a message while it is loaded. What it returns comes back from another process: it has to be small."""


@frozen
class Work:
    """How to go about a run.

    ``jobs`` is the number of processes; ``cache`` whether results of earlier runs count. ``done`` is called with the
    number of messages that are finished. ``observe`` is called with every message that could be loaded. ``clock``
    measures a run in one process.
    """

    jobs: int = 1
    cache: bool = False
    done: Callable[[int], None] = lambda count: None
    observe: Observe | None = None
    clock: Clock | None = None


class Run(NamedTuple):
    """The report of a run, and what ``observe`` has returned for each message that could be loaded."""

    report: Report
    observed: tuple[tuple[Group, Any], ...] = ()


class _Item(NamedTuple):
    """A message to work on, with what has been read of it already, and the reports of an earlier run if they hold."""

    group: Group
    contents: Sequence[bytes] | None = None
    key: CacheKey | None = None
    stored: Sequence[FileReport] | None = None
    touched: Touched | None = None


class _Result(NamedTuple):
    """What comes of one message; ``inputs`` are those of new reports, which are to be stored."""

    reports: Sequence[FileReport] = ()
    failure: Failure | None = None
    observed: Any = None
    inputs: Inputs | None = None


def lint_groups(groups: Sequence[Group], work: Work | None = None) -> Run:
    """Lint every message; a file that cannot be read becomes a failure and costs the others nothing.

    With a cache, files are read here, since it knows results by what they hold; else where they are linted.
    """
    work = work or Work()
    caches = ResultCaches(groups) if work.cache else None
    items = [_look_up(group, caches) if caches else _Item(group) for group in groups]
    results = [_finished(item, work.observe) for item in items]
    missing = [index for index, result in enumerate(results) if result is None]
    finished = len(groups) - len(missing)
    bundles = _bundles(missing, groups)
    waiting = [[items[index] for index in bundle] for bundle in bundles]
    lint_bundle = partial(_lint_bundle, work.observe, work.clock, len(groups) > MANY)
    new = spread(lint_bundle, waiting, work.jobs, lambda count: work.done(finished + count), _lost)
    together = [result for bundle in new for result in bundle]
    for index, result in zip(chain.from_iterable(bundles), together, strict=True):
        results[index] = result
        key = items[index].key
        if caches and key and result.inputs:
            caches.put(groups[index], key, result.inputs, result.reports, items[index].touched)
    if caches:
        caches.save()
    pairs = [(group, result) for group, result in zip(groups, results, strict=True) if result is not None]
    files = tuple(file for _, result in pairs for file in result.reports)
    failures = tuple(result.failure for _, result in pairs if result.failure)
    observed = tuple(
        (group, result.observed)
        for group, result in pairs
        if work.observe and not result.failure and group.plan is None
    )
    return Run(Report(files, failures=failures), observed)


def _look_up(group: Group, caches: ResultCaches) -> _Item:
    """Look for the result of an earlier run, and read a message's files unless nobody has touched them since.

    What cannot be read fails when it is linted.
    """
    variant = caches.variant(group)
    before = touched(group)
    found = caches.find_untouched(group, variant, before) if variant is not None else None
    if found is not None:
        return _Item(group, stored=found)
    try:
        contents = read_files(group)
    except Exception:  # what is wrong is told where it is linted
        return _Item(group)
    if variant is None:
        return _Item(group, contents)
    key = CacheKey(variant, digest(contents))
    return _Item(group, contents, key, caches.find(group, key, contents, before), before)


def _finished(item: _Item, observe: Observe | None) -> _Result | None:
    return _Result(item.stored) if item.stored is not None and observe is None else None


def _bundles(missing: Sequence[int], groups: Sequence[Group]) -> list[list[int]]:
    """What is worked on together: each message alone, but a plan with the messages of its steps, which come first."""
    plans = [index for index in missing if groups[index].plan is not None]
    if not plans:
        return [[index] for index in missing]
    left = {groups[index].paths: index for index in missing if groups[index].plan is None}
    bundles = []
    for plan in plans:
        steps = dict.fromkeys(step.paths for step in groups[plan].steps if step is not None and step.paths in left)
        bundles.append([*(left.pop(paths) for paths in steps), plan])
    return [*bundles, *([index] for index in left.values())]


def _lost(bundle: Sequence[_Item]) -> list[_Result]:
    """What comes of messages at which a process ended: it was killed, or out of memory."""
    reason = "the process that linted it was killed"
    return [_Result(failure=Failure(shown_path(item.group.paths[0]), reason)) for item in bundle]


def _lint_bundle(observe: Observe | None, clock: Clock | None, pack: bool, bundle: Sequence[_Item]) -> list[_Result]:
    messages: Messages = {}
    return [_lint_item(observe, clock, pack, item, messages if len(bundle) > 1 else None) for item in bundle]


def _lint_item(
    observe: Observe | None, clock: Clock | None, pack: bool, item: _Item, messages: Messages | None
) -> _Result:
    """Lint a message, and put it among ``messages`` for a plan that follows."""
    try:
        if item.group.plan is not None:
            return _lint_plan(item, messages or {}, pack, clock)
        with clock.phase("read") if clock else nullcontext():
            loaded = load(item.group, item.contents)
        if messages is not None:
            messages[item.group.paths] = loaded.message
        reports = lint_loaded(loaded, clock) if item.stored is None else item.stored
        inputs = inputs_of(loaded) if item.key is not None and item.stored is None else None
        reports = [_lean(report, pack) for report in reports]
        return _Result(reports, None, observe(loaded) if observe else None, inputs)
    except Exception as error:  # a fault of maillint's own in one file must not cost the others
        return _Result(failure=failure(item.group, error))


def _lint_plan(item: _Item, messages: Messages, pack: bool, clock: Clock | None) -> _Result:
    """Lint a campaign plan, which nobody observes; ``messages`` are those of its steps that have been loaded."""
    if item.stored is not None:
        return _Result(item.stored)
    from maillint.project.plan_run import lint_campaign, load_campaign  # noqa: PLC0415 -- few runs have a plan

    campaign, inputs = load_campaign(item.group, messages)
    with clock.phase("rules") if clock else nullcontext():
        reports = lint_campaign(item.group, campaign, clock=clock)
    reports = [_lean(report, pack) for report in reports]
    return _Result(reports, inputs=inputs if item.key is not None else None)


def _lean(report: FileReport, pack: bool) -> FileReport:
    """A report as it is kept until the end of the run, and handed over: of a clean file, nothing is shown."""
    if not report.findings:
        return replace(report, text="")
    return report.packed() if pack else report


def lint_loaded(loaded: LoadedMessage, clock: Clock | None = None) -> list[FileReport]:
    """Lint a message; return the reports of the files whose findings are requested."""
    from maillint.engine.lint import lint, out_of_time  # noqa: PLC0415 -- a cached result needs no rule
    from maillint.message.memo import TimeLimit, TimeUpError  # noqa: PLC0415 -- as before

    message, config = loaded.message, loaded.group.config
    rules = config.rules_for(message.profile)
    with clock.phase("rules") if clock else nullcontext():
        reports = list(lint(message, rules, clock, config.time_limit))
    texts = (*(part.text for part in message.parts), *(source.text for source in loaded.sources))
    if any("maillint:" in text for text in texts):
        from maillint.engine.suppression import suppress  # noqa: PLC0415 -- few messages have such a comment

        try:
            with message.memo[TimeLimit].running():
                reports = suppress(message, reports, rules, config.catalogue)
        except TimeUpError:
            reports = out_of_time(message, reports)
    wanted = loaded.wanted
    return [file for file in reports if file.path in wanted]
