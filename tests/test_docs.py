"""The documents tell the truth: every run in them prints what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maillint.catalogue.load import shipped
from maillint.cli import COMMANDS
from tests.docs import PAGES, ROOT, shown
from tests.rule_pages import FOLDER, pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_run_prints_what_the_page_says(page: Path) -> None:
    assert shown(page) == page.read_text(encoding="utf-8"), "python -m tests.docs rewrites the pages"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_rule_and_command_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    families = "|".join(shipped().families)
    for name in re.findall(rf"`((?:{families})/[a-z0-9-]+)`", text):
        assert name in shipped().rules, name
    for name in re.findall(r"`maillint ([a-z]+)", text):
        assert name in COMMANDS, name


def test_the_rule_pages_are_made_from_the_rule_files() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == pages(), "python -m tests.rule_pages writes them"
