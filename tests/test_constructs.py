"""Faultless pieces of templates in every language: no rule finds anything in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from maillint.engine.lint import lint
from maillint.message.read import MessageSettings, read_message
from maillint.text.source import Source
from tests.test_templates import RULES

DATA = yaml.safe_load((Path(__file__).parent / "constructs.yaml").read_text(encoding="utf-8"))
WORDS = ("IF", "ELSE", "END", "OUT", "COMMENT", "LOOP", "DONE")
HEAD = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>News</title></head><body><p>Acme Ltd</p>'


def findings(text: str, dialect: str) -> list[tuple[str, str, str]]:
    """Rule, characters and message of every finding in the body of a mail."""
    text = f"{HEAD}{text}</body></html>"
    settings = MessageSettings(profile="transactional", dialect=dialect)
    message = read_message([Source.from_text("a.html", text)], settings)
    return [
        (found.rule, text[found.start : found.end], found.message)
        for report in lint(message, RULES)
        for found in report.findings
    ]


@pytest.mark.parametrize("dialect", DATA["languages"])
@pytest.mark.parametrize("construct", DATA["constructs"])
def test_a_construct_has_no_fault_in_any_language(construct: str, dialect: str) -> None:
    written = DATA["languages"][dialect]
    text = re.sub("|".join(WORDS), lambda found: written.get(found[0], ""), construct)
    assert findings(text, dialect) == []


@pytest.mark.parametrize(
    ("dialect", "text"), [(dialect, text) for dialect, texts in DATA["written"].items() for text in texts]
)
def test_what_people_write_has_no_fault(dialect: str, text: str) -> None:
    assert findings(text, dialect) == []
