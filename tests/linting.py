"""What tests of checks begin with: a message from a text, rules as a run has them, and what becomes of findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from maillint.catalogue.load import shipped
from maillint.catalogue.rule import ActiveRule, Rule
from maillint.finding import Finding, Severity
from maillint.message.model import Message
from maillint.message.read import Settings, read_message
from maillint.text.source import Source


def message_of(text: str, kind: str = "html", **settings: Any) -> Message:
    """Read a text as the file ``a.<kind>``; the keywords are those of ``Settings``."""
    return read_message([Source.from_text(f"a.{kind}", text)], Settings(**settings), kind)


def active(rule: Rule | str, options: Mapping[str, Any] | None = None) -> ActiveRule:
    """A rule, or the shipped one of that name, with its own options where ``options`` has no others.

    A rule that is off in every profile is a warning.
    """
    if isinstance(rule, str):
        rule = shipped().rules[rule]
    defaults = {name: option.default for name, option in rule.check.options.items()}
    values = {**defaults, **rule.options, **(options or {})}
    off = not any(isinstance(level, Severity) for level in rule.levels.values())
    return ActiveRule(rule, values, Severity.WARNING if off else None, level_given=off)


def rules_about(subject: str, *, without: Iterable[Rule] = ()) -> list[ActiveRule]:
    """Every shipped rule about a subject, but for some."""
    return [active(rule) for rule in shipped().rules.values() if rule.subject == subject and rule not in without]


def marked(text: str, findings: Iterable[Finding]) -> list[str]:
    """The characters that each finding points at."""
    return [text[finding.start : finding.end] for finding in findings]


def mended(text: str, findings: Iterable[Finding]) -> str:
    """The text with the fixes of all findings applied."""
    edits = [edit for finding in findings if finding.fix is not None for edit in finding.fix.edits]
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text
