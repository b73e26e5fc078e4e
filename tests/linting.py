"""What tests of checks begin with: a message from a text, rules as a run has them, and what becomes of findings.

A new rule must not break the tests of other things, even if it finds something in nearly every mail. So tests lint with
the rules that they are about, or without those of ``talkative()``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from maillint.catalogue.load import shipped
from maillint.catalogue.rule import ActiveRule, Rule
from maillint.data.profiles import PROFILES
from maillint.engine.lint import lint
from maillint.finding import Finding, Severity
from maillint.message.model import Message
from maillint.message.read import MessageSettings, read_message
from maillint.text.source import Source
from tests.docs import ROOT


def message_of(text: str, kind: str = "html", **settings: Any) -> Message:
    """Read a text as the file ``a.<kind>``; the keywords are those of ``MessageSettings``."""
    return read_message([Source.from_text(f"a.{kind}", text)], MessageSettings(**settings), kind)


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


def domain_rules() -> tuple[str, ...]:
    """The names of the rules about a domain, its mail servers, SPF, DKIM and DMARC: what tests of these lint with."""
    return tuple(name for name in shipped().rules if re.match("auth/(domain|mx|spf|dkim|dmarc)-", name))


def rules_about(subject: str) -> list[ActiveRule]:
    """Every shipped rule about a subject."""
    return [active(rule) for rule in shipped().rules.values() if rule.subject == subject]


@cache
def talkative() -> frozenset[str]:
    """The rules that find something in the plainest mail, or in an example that is clean. So far there are none."""
    mails = [message_of("<p>Hi Ada</p>", profile=profile) for profile in PROFILES]
    mails += [
        message_of(path.read_text(encoding="utf-8"), path.suffix[1:]) for path in (ROOT / "examples/clean").iterdir()
    ]
    rules = rules_about("message")
    return frozenset(found.rule for mail in mails for report in lint(mail, rules) for found in report.findings)


def quiet_rules() -> list[ActiveRule]:
    """Every shipped rule about messages but for the talkative ones."""
    return [rule for rule in rules_about("message") if rule.rule.name not in talkative()]


def marked(text: str, findings: Iterable[Finding]) -> list[str]:
    """The characters that each finding points at."""
    return [text[place.start : place.end] for finding in findings for place in finding.at_each_place()]


def mended(text: str, findings: Iterable[Finding]) -> str:
    """The text with the fixes of all findings applied."""
    edits = [edit for finding in findings if finding.whole_fix for edit in finding.whole_fix.edits]
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text
