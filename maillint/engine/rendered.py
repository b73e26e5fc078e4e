"""Rules over what a template becomes when it is rendered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from maillint.catalogue.rule import ActiveRule
from maillint.data.lists import load_list
from maillint.engine.locate import hits_to_findings, internal_error_finding
from maillint.finding import (
    Finding,
    Severity,
)
from maillint.hits import Hit
from maillint.message.rendering.model import PartialOffsetMap, Rendering


def judges_renderings(rules: Iterable[ActiveRule]) -> bool:
    judging = {name for lists in load_list("rendered")["judged"].values() for names in lists.values() for name in names}
    return any(active.rule.name in judging or active.rule.family in judging for active in rules)


def findings_in_rendering(
    rendering: Rendering, rules: Iterable[ActiveRule], already: Sequence[Finding]
) -> list[Finding]:
    """What the rules that judge a rendered message find in it, beyond what the template itself shows."""
    judged = load_list("rendered")["judged"][rendering.by]
    message = rendering.message
    result: list[Finding] = []
    for active in rules:
        rule, level = active.rule, active.level_for(message.profile)
        whole = rule.name in judged["whole"]
        if not isinstance(level, Severity) or rule.subject != "message":
            continue
        if not whole and rule.name not in judged["placed"] and rule.family not in judged["placed"]:
            continue
        try:
            hits = [hit for hit in rule.check.run(message, active.options) if isinstance(hit, Hit)]
            found = list(hits_to_findings(rule, level, [hit for hit in hits if whole or _leads_back(hit)]))
        except Exception as error:
            result.append(internal_error_finding(message, rule, error))
            continue
        known = [other for other in already if other.rule == rule.name]
        for finding in found:
            if not any(whole or _overlap(finding, other) for other in known):
                view = f"{finding.view}, {rendering.label}" if finding.view else rendering.label
                result.append(replace(finding, view=view, fix=None))
    return result


def _leads_back(hit: Hit) -> bool:
    """Whether a fault of a rendered text stands in something that stands in the template too."""
    return isinstance(hit.place.map, PartialOffsetMap) and hit.place.map.knows(hit.span)


def _overlap(one: Finding, other: Finding) -> bool:
    return one.path == other.path and (one.start == other.start or (one.start < other.end and other.start < one.end))
