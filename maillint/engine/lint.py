"""Lint a message: the message itself, what it is rendered as, and its links online."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from maillint.analysis.traits import Traits
from maillint.catalogue.rule import ActiveRule, Rule
from maillint.data.lists import load_list
from maillint.engine.locate import locate
from maillint.engine.run import run_rules
from maillint.engine.subject import FileSubject
from maillint.finding import SIZE_LIMIT, TIME_LIMIT, FileReport, Finding, FurtherPlace, Severity, Unknown
from maillint.hits import Hit, NotKnown
from maillint.message.memo import TimeLimit, TimeUpError, running_limit
from maillint.message.model import Message
from maillint.text.source import Source
from maillint.text.spans import Span
from maillint.values import replace

if TYPE_CHECKING:
    from maillint.check import PlainNeeds
    from maillint.engine.clock import Clock
    from maillint.message.rendering.model import Rendering


_MOST_NAMED = 5

_SHORTEST_FIRST, _LONGEST_FIRST = 120, 20_000
"""Characters of what may be a first message, with its markup."""

_PlaceT = TypeVar("_PlaceT", Finding, FurtherPlace)


def lint(
    message: Message, rules: Iterable[ActiveRule], clock: Clock | None = None, seconds: float | None = None
) -> tuple[FileReport, ...]:
    """Run the rules about messages over one, and over what it is rendered as; a report for each of its files.

    After so many ``seconds`` of processor time, reading it included, the rules that are left do not look at it, which a
    finding says.
    """
    if seconds is None:
        subject = _MessageSubject(message)
        return run_rules(subject, rules, subject.traits.runs, clock)
    limit: TimeLimit = message.memo.setdefault(TimeLimit, TimeLimit(seconds))
    with limit.running():
        subject = _MessageSubject(message)

        def runs(needs: PlainNeeds, options: Mapping[str, Any]) -> bool | NotKnown:
            limit.check()
            return subject.traits.runs(needs, options)

        return run_rules(subject, rules, runs, clock)


def out_of_time(message: Message, reports: Iterable[FileReport]) -> list[FileReport]:
    """Reports with a finding which says that the time was over before the message's comments were read."""
    limit: TimeLimit = message.memo[TimeLimit]
    words = f"linting took longer than {limit.seconds:g} s (time-limit), and its comments were not read"
    found = locate(TIME_LIMIT, Severity.ERROR, words, message.start, Span(0, 0))
    return [
        replace(report, findings=(found, *report.findings)) if report.path == found.path else report
        for report in reports
    ]


def lint_online(message: Message, online: Any, rules: Iterable[ActiveRule]) -> tuple[FileReport, ...]:
    """Run the rules about links online over a message; ``online`` is what their checks read."""
    return run_rules(_FilesOfMessage(message, "online", online), rules)


class _FilesOfMessage(FileSubject):
    """Whatever is found in the files of a message."""

    def __init__(self, message: Message, kind: str, facts: Any) -> None:
        super().__init__(kind, message.profile, facts, message.start, message.sources)
        self.message = message
        self.is_over = False  # the time for it

    def file_report(self, source: Source, findings: tuple[Finding, ...], unknown: tuple[Unknown, ...]) -> FileReport:
        """The report of one of the files, with what is known of the message."""
        message, main = self.message, source is self.sources[0]
        notes = (*message.notes, "" if self.is_over else message.branches_without_view) if main else ()
        return FileReport(
            source.path,
            message.kind if main else "json" if source.path.endswith(".json") else "txt",
            message.dialect,
            message.profile,
            message.profile_inferred,
            message.touch,
            findings,
            unknown,
            source.text,
            tuple(note for note in notes if note),
            looks_first=main and not self.is_over and self._looks_first(),
        )

    def _looks_first(self) -> bool:
        """Whether the message reads like a first one to a stranger, and nobody says whether it is."""
        message = self.message
        if message.touch is not None or not message.profile_inferred or message.profile != "general":
            return False
        if not _SHORTEST_FIRST < sum(len(part.text) for part in message.parts) < _LONGEST_FIRST or message.unread:
            return False
        from maillint.analysis.first_messages import reads_like_first_message  # noqa: PLC0415 -- few are so short

        return reads_like_first_message(message)


class _MessageSubject(_FilesOfMessage):
    """A message, with what it is rendered as."""

    def __init__(self, message: Message) -> None:
        super().__init__(message, "message", message)
        self.traits = Traits(message)
        self._limit = running_limit()
        self._left_out: list[str] = []

    def failure(self, rule: Rule, error: Exception) -> Finding:
        """An internal error, or that the time was over before a rule was through."""
        if self._limit is None or error is not self._limit.raised:
            return super().failure(rule, error)
        self._left_out.append(rule.name)
        self.is_over = True
        return locate(TIME_LIMIT, Severity.ERROR, str(error), self.start, Span(0, 0))

    def report(
        self, findings: list[Finding], unknown: list[Unknown], rules: Sequence[ActiveRule]
    ) -> tuple[FileReport, ...]:
        """The usual reports, with what the rules find in renderings beyond what the template itself shows."""
        rendered: list[Finding] = []
        if not self.is_over:
            try:
                rendered = self._in_renderings(findings, rules)
            except TimeUpError:
                self.is_over = True
        if self.is_over:
            findings = [found for found in findings if found.rule != TIME_LIMIT]
            findings.append(locate(TIME_LIMIT, Severity.ERROR, self._not_looked_at(), self.start, Span(0, 0)))
        findings += rendered
        if self.message.unread:
            words = ", ".join(self.message.unread[:_MOST_NAMED])
            reason = f"it holds more tags or header fields than are looked at (size-limit): nothing after {words} is"
            findings.append(locate(SIZE_LIMIT, Severity.ERROR, reason, self.start, Span(0, 0)))
        return super().report(findings, unknown, rules)

    def _in_renderings(self, findings: list[Finding], rules: Sequence[ActiveRule]) -> list[Finding]:
        """What rules find in what the message is rendered as, beyond ``findings``."""
        if not (self.traits.rendered and any(_judges(active.rule, by) for active in rules for by in _judging())):
            return []
        from maillint.message.rendering.render import render  # noqa: PLC0415 -- few messages are rendered

        more: list[Finding] = []
        for rendering in render(self.message).made:
            judging = [active for active in rules if _judges(active.rule, rendering.by)]
            subject = _RenderingSubject(rendering, [*findings, *more])
            reports = run_rules(subject, judging, Traits(rendering.message).runs)
            more.extend(found for report in reports for found in report.findings)
        return more

    def _not_looked_at(self) -> str:
        """That the time was over, and which rules did not look at the message, in words."""
        assert self._limit is not None
        over = f"linting took longer than {self._limit.seconds:g} s (time-limit), and "
        if not self._left_out:
            return f"{over}not all that it is rendered as is looked at"
        count, names = len(self._left_out), ", ".join(self._left_out[:_MOST_NAMED])
        more = f" and {count - _MOST_NAMED} more" if count > _MOST_NAMED else ""
        return f"{over}{count} rule{'s' * (count != 1)} did not look at it: {names}{more}"


# -- renderings ---------------------------------------------------------------------------------------


class _RenderingSubject(_FilesOfMessage):
    """One message that a template becomes; ``already`` is what has been found in the template."""

    def __init__(self, rendering: Rendering, already: Sequence[Finding]) -> None:
        super().__init__(rendering.message, "message", rendering.message)
        self.rendering = rendering
        self.already = already

    def findings(self, rule: Rule, severity: Severity, hits: Iterable[Hit]) -> Iterator[Finding]:
        """Findings that lead back to something in the template, and that the template itself does not show."""
        from maillint.message.rendering.model import leads_back  # noqa: PLC0415 -- few messages are rendered

        own = (hit for hit in hits if leads_back(hit.place.map, hit.span))
        reported = [one for other in self.already if other.rule == rule.name for one in other.at_each_place()]
        for whole in super().findings(rule, severity, own):
            finding = whole.only_where(lambda one: not any(_overlap(one, other) for other in reported))
            if finding is not None:
                yield replace(self._here(finding), places=tuple(map(self._here, finding.places)))

    def _here(self, place: _PlaceT) -> _PlaceT:
        view = f"{place.view}, {self.rendering.label}" if place.view else self.rendering.label
        return replace(place, view=view, fix=None)


def _judging() -> Mapping[str, Sequence[str]]:
    """By way of rendering, the names of the rules and families that judge its result."""
    judged: Mapping[str, Sequence[str]] = load_list("rendered")["judged"]
    return judged


def _judges(rule: Rule, by: str) -> bool:
    return not {rule.name, rule.family}.isdisjoint(_judging()[by])


def _overlap(one: Finding, other: Finding) -> bool:
    return one.path == other.path and (one.start == other.start or (one.start < other.end and other.start < one.end))
