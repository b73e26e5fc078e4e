"""Lint a message: the message itself, what it is rendered as, and its links online."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from maillint.analysis.traits import traits
from maillint.catalogue.rule import ActiveRule, Rule
from maillint.data.lists import load_list
from maillint.engine.run import run_rules
from maillint.engine.subject import FileSubject
from maillint.finding import FileReport, Finding, Severity, Unknown
from maillint.hits import Hit
from maillint.message.model import Message
from maillint.text.source import Source
from maillint.values import replace

if TYPE_CHECKING:
    from maillint.message.rendering.model import Rendering


def lint(message: Message, rules: Iterable[ActiveRule]) -> tuple[FileReport, ...]:
    """Run the rules about messages over one, and over what it is rendered as; a report for each of its files."""
    return run_rules(_MessageSubject(message), rules, traits(message).runs)


def lint_online(message: Message, online: Any, rules: Iterable[ActiveRule]) -> tuple[FileReport, ...]:
    """Run the rules about links online over a message; ``online`` is what their checks read."""
    return run_rules(_FilesOfMessage(message, "online", online), rules)


class _FilesOfMessage(FileSubject):
    """Whatever is found in the files of a message."""

    def __init__(self, message: Message, kind: str, facts: Any) -> None:
        super().__init__(kind, message.profile, facts, message.start, message.sources)
        self.message = message

    def file_report(self, source: Source, findings: tuple[Finding, ...], unknown: tuple[Unknown, ...]) -> FileReport:
        """The report of one of the files, with what is known of the message."""
        message, main = self.message, source is self.sources[0]
        notes = (*message.notes, message.branches_without_view) if main else ()
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
        )


class _MessageSubject(_FilesOfMessage):
    """A message, with what it is rendered as."""

    def __init__(self, message: Message) -> None:
        super().__init__(message, "message", message)

    def report(
        self, findings: list[Finding], unknown: list[Unknown], rules: Sequence[ActiveRule]
    ) -> tuple[FileReport, ...]:
        """The usual reports, with what the rules find in renderings beyond what the template itself shows."""
        if traits(self.message).rendered and any(_judges(active.rule, by) for active in rules for by in _judging()):
            from maillint.message.rendering.render import render  # noqa: PLC0415 -- few messages are rendered

            for rendering in render(self.message).made:
                judging = [active for active in rules if _judges(active.rule, rendering.by)]
                reports = run_rules(_RenderingSubject(rendering, findings), judging, traits(rendering.message).runs)
                findings = [*findings, *(found for report in reports for found in report.findings)]
        return super().report(findings, unknown, rules)


# -- renderings ---------------------------------------------------------------------------------------


class _RenderingSubject(_FilesOfMessage):
    """One message that a template becomes; ``already`` is what has been found in the template."""

    def __init__(self, rendering: Rendering, already: Sequence[Finding]) -> None:
        super().__init__(rendering.message, "message", rendering.message)
        self.rendering = rendering
        self.already = already

    def findings(self, rule: Rule, severity: Severity, hits: Iterable[Hit]) -> Iterator[Finding]:
        """Findings about the message as a whole, and those that lead back to something in the template."""
        from maillint.message.rendering.model import leads_back  # noqa: PLC0415 -- few messages are rendered

        whole = rule.name in _judging()[self.rendering.by]["whole"]
        own = (hit for hit in hits if whole or leads_back(hit.place.map, hit.span))
        reported = [other for other in self.already if other.rule == rule.name]
        for finding in super().findings(rule, severity, own):
            if not any(whole or _overlap(finding, other) for other in reported):
                view = f"{finding.view}, {self.rendering.label}" if finding.view else self.rendering.label
                yield replace(finding, view=view, fix=None)


def _judging() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """By way of rendering, the names of the rules and families that judge its result."""
    judged: Mapping[str, Mapping[str, Sequence[str]]] = load_list("rendered")["judged"]
    return judged


def _judges(rule: Rule, by: str) -> bool:
    names = _judging()[by]
    return rule.name in names["whole"] or rule.name in names["placed"] or rule.family in names["placed"]


def _overlap(one: Finding, other: Finding) -> bool:
    return one.path == other.path and (one.start == other.start or (one.start < other.end and other.start < one.end))
