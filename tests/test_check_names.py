"""Checks are called like the rules that they serve."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from maillint.catalogue.load import shipped
from maillint.checks import all_checks

PREFIXES: Mapping[str, str] = {
    "links": "link-",
    "mjml": "mjml-",
    "rendered": "rendered-",
    "suppression": "suppression-",
}
"""By family, what stands before the name of its rules in the names of its checks; in other families, nothing does."""

GENERIC = {"pattern", "phrases", "element", "count", "header", "property"}
"""Checks that any rule may bind, those of users above all."""

RULES_BY_CHECK: dict[str, list[str]] = {}
for _rule in shipped().rules.values():
    if _rule.check_name not in GENERIC:
        RULES_BY_CHECK.setdefault(_rule.check_name, []).append(_rule.name)


@pytest.mark.parametrize("check", sorted(name for name, rules in RULES_BY_CHECK.items() if len(rules) == 1))
def test_the_check_of_one_rule_has_its_name(check: str) -> None:
    family, _, rule = RULES_BY_CHECK[check][0].partition("/")
    assert check == PREFIXES.get(family, "") + rule


@pytest.mark.parametrize("check", sorted(name for name, rules in RULES_BY_CHECK.items() if len(rules) > 1))
def test_the_check_of_several_rules_has_no_name_of_another_checks_rule(check: str) -> None:
    families = {rule.partition("/")[0] for rule in RULES_BY_CHECK[check]}
    assert len(families) == 1
    family = families.pop()
    called = {name for name in shipped().rules if check == PREFIXES.get(family, "") + name.partition("/")[2]}
    assert called <= set(RULES_BY_CHECK[check])


def test_every_check_serves_a_rule_or_rules_of_users() -> None:
    assert set(all_checks()) - set(RULES_BY_CHECK) == GENERIC
