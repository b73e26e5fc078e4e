"""The version and git's tags agree, and no document speaks of a release that does not exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from maillint._version import __version__

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def tags(*arguments: str) -> set[str]:
    result = subprocess.run(["git", "tag", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return set(result.stdout.split())


def test_a_version_that_is_tagged_is_the_tags_and_any_other_is_a_development_version() -> None:
    here = {tag for tag in tags("--points-at", "HEAD") if re.match(r"v\d", tag)}
    assert here == {f"v{__version__}"} or (not here and ".dev" in __version__)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_releases_that_documents_name_exist(page: Path) -> None:
    named = re.findall(r"(?:maillint==|maillint@v|rev: v)(\d[\w.]*)", page.read_text(encoding="utf-8"))
    assert {f"v{version}" for version in named} <= tags()
