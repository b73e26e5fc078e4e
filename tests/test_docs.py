"""The documents tell the truth: every run in them prints what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maillint import plugin
from maillint.catalogue.load import shipped
from maillint.cli import COMMANDS
from tests.docs import PAGES, ROOT, anchor, anchors, blocks, links, shown
from tests.rule_pages import pages, write

LINKED = [*PAGES, ROOT / "CONTRIBUTING.md"]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_run_prints_what_the_page_says(page: Path) -> None:
    assert shown(page) == page.read_text(encoding="utf-8"), "python -m tests.docs rewrites the pages"


def test_no_run_is_overlooked() -> None:
    for page in PAGES:
        kinds = {info for info, _ in blocks(page.read_text(encoding="utf-8")) if info.startswith("console")}
        assert kinds <= {"console", "console dns"}, page


@pytest.mark.parametrize("page", LINKED, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(page: Path) -> None:
    for target, place in links(page.read_text(encoding="utf-8")):
        path = page.parent / target if target else page
        assert path.exists(), target
        assert not place or place in anchors(path.read_text(encoding="utf-8")), place


@pytest.mark.parametrize("page", LINKED, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_rule_and_command_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    families = "|".join(shipped().families)
    for name in re.findall(rf"`((?:{families})/[a-z0-9-]+)`", text):
        assert name in shipped().rules, name
    for name in re.findall(r"`maillint ([a-z]+)", text):
        assert name in COMMANDS, name


# -- what authors of checks may use

PLUGIN_PAGE = (ROOT / "docs/plugin.md").read_text(encoding="utf-8")


def test_the_page_for_authors_of_checks_lists_all_that_they_may_import() -> None:
    assert sorted(re.findall(r"^\| `(\w+)` \|", PLUGIN_PAGE, re.MULTILINE)) == sorted(plugin.__all__)


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("message", plugin.Message),
        ("part", plugin.Part),
        ("view", plugin.View),
        ("field", plugin.Field),
        ("link", plugin.LinkInView),
    ],
)
def test_every_attribute_that_the_page_names_exists(subject: str, kind: type) -> None:
    names = set(re.findall(rf"`{subject}\.(\w+)", PLUGIN_PAGE))
    assert names
    assert names <= {*dir(kind), *kind.__annotations__}


def test_the_page_and_the_example_import_nothing_else_of_maillint() -> None:
    code = [PLUGIN_PAGE, *(path.read_text(encoding="utf-8") for path in (ROOT / "examples").rglob("*.py"))]
    modules = {
        module for text in code for module in re.findall(r"^(?:from|import) (maillint[\w.]*)", text, re.MULTILINE)
    }
    assert modules == {"maillint", "maillint.plugin"}


# -- pages about rules


def test_every_rule_has_its_place_on_a_built_page_and_in_the_index() -> None:
    built = pages()
    for rule in shipped().rules.values():
        assert f"\n## {rule.name}\n" in built[f"{rule.family}.md"]
        name = rule.name.partition("/")[2]
        assert f"[{name}]({rule.family}.md#{anchor(rule.name)})" in built["README.md"]


def test_every_link_between_built_pages_leads_somewhere() -> None:
    built = pages()
    for text in built.values():
        for target, place in links(text):
            assert target in built, target
            assert not place or place in anchors(built[target]), place


def test_the_command_writes_the_pages_and_removes_those_of_families_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("# gone\n")
    write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"README.md", *(f"{name}.md" for name in shipped().families)}


# -- the first screen


FIRST_RUNS = (ROOT / "docs/first-runs.md").read_text(encoding="utf-8")


def test_each_first_run_fits_on_a_screen_and_ends_with_what_is_next() -> None:
    for section in FIRST_RUNS.split("\n## ")[1:]:
        assert re.search(r"^Next: .*\]\(\w", section, re.MULTILINE | re.DOTALL), section
        runs = [body.splitlines() for info, body in blocks(section) if info.startswith("console")]
        assert runs
        assert max(len([line for line in run if not line.startswith("$ ")]) for run in runs) < 30, section
