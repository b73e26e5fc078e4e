"""The weight of a start: what a run imports, opens and compiles; counted, not timed, so that it holds anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from maillint import output
from maillint.checks import all_checks
from tests.docs import ROOT

PROBE = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import re
import re._compiler
compiled, compile_ = [], re._compiler.compile
def count(pattern, flags=0):
    compiled.append(str(pattern))
    return compile_(pattern, flags)
re._compiler.compile = count
from maillint.__main__ import main
sys.argv = ["maillint", *sys.argv[1:]]
try:
    main()
finally:
    seen = {"modules": sorted(sys.modules), "opened": opened, "compiled": compiled}
    with open("weight.json", "w") as file:
        json.dump(seen, file)
"""

TRIVIAL = '<p>Hello, <a href="https://harbour.example/">here</a>.</p>\n'

MOST_MODULES = 111
"""Of maillint's own, for a file of one link. Each costs a few tenths of a percent of the start."""

MOST_MODULES_CACHED = 56
MOST_PATTERNS = 24
"""Regular expressions that a run compiles beside those that click and the standard library compile."""

NEVER = {"yaml", "bs4", "soupsieve", "turbohtml", "tldextract", "dns", "pathlib", "dataclasses", "urllib.parse",
         "pkgutil", "importlib.metadata", "importlib.resources", "html.entities", "email", "hashlib", "ipaddress",
         "ssl", "pathspec", "idna", "pickle", "tempfile", "shutil", "subprocess", "email_validator",
         "disposable_email_domains", "duckdb", "maillint.recipients"}  # fmt: skip
"""What no run over plain HTML imports."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The working folder, with one file."""
    (tmp_path / "small.html").write_text(TRIVIAL)
    return tmp_path


def weigh(folder: Path, *args: str, python_path: str = str(ROOT)) -> dict[str, Any]:
    """Run the command twice, so that all that can be stored is; return what the second run has needed."""
    environment = {key: value for key, value in os.environ.items() if key != "COVERAGE_PROCESS_START"}
    environment |= {"MAILLINT_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": python_path, "COLUMNS": "80"}
    for _ in range(2):
        command = [sys.executable, "-c", PROBE, "check", "--fail-on", "never", *args]
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    seen: dict[str, Any] = json.loads((folder / "weight.json").read_text())
    return seen


def own(seen: dict[str, Any]) -> list[str]:
    return [name for name in seen["modules"] if name.partition(".")[0] == "maillint"]


def yaml_files(seen: dict[str, Any]) -> list[str]:
    return [path for path in seen["opened"] if path.endswith((".yaml", ".yml"))]


def checks_imported(seen: dict[str, Any]) -> set[str]:
    return {name.removeprefix("maillint.checks.") for name in seen["modules"] if name.startswith("maillint.checks.")}


def standard(pattern: str) -> bool:
    """Whether importing click, and what a command line needs of the standard library, compiles a pattern."""
    return pattern in _STANDARD


def _standard() -> set[str]:
    code = PROBE.replace("from maillint.__main__ import main", "import click, difflib, json, locale\nmain = int")
    code = code.replace('"weight.json"', "sys.argv[1]")
    name = "/dev/stdout" if os.name != "nt" else "CON"
    done = subprocess.run([sys.executable, "-c", code, name], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout)["compiled"])


_STANDARD = _standard()


@pytest.mark.slow  # not for its time: a rule that somebody is about to add may need more
def test_a_cold_run_over_a_trivial_file(folder: Path) -> None:
    seen = weigh(folder, "--no-cache", "small.html")
    assert NEVER.isdisjoint(seen["modules"])
    assert len(own(seen)) <= MOST_MODULES, own(seen)
    assert yaml_files(seen) == []
    assert [name for name in own(seen) if name.startswith(("maillint.message.mjml", "maillint.network"))] == []
    patterns = [pattern for pattern in seen["compiled"] if not standard(pattern)]
    assert len(patterns) <= MOST_PATTERNS, patterns


@pytest.mark.slow  # not for its time: a rule that somebody is about to add may need more
def test_only_checks_that_can_find_something_are_imported(folder: Path) -> None:
    links = {"content", "link_counts", "link_forms", "link_texts", "links"}
    assert checks_imported(weigh(folder, "--no-cache", "small.html")) == links
    (folder / "small.html").write_text("<p>Hello</p>\n")
    assert checks_imported(weigh(folder, "--no-cache", "small.html")) == {"content", "link_counts"}
    (folder / "small.html").write_text("<p>Hello, <b>{{ name }}</p>\n")
    templates = {"content", "link_counts", "markup", "templates", "tracking"}
    assert checks_imported(weigh(folder, "--no-cache", "small.html")) == templates


def test_a_run_whose_results_are_stored(folder: Path) -> None:
    seen = weigh(folder, ".")
    assert NEVER.isdisjoint(seen["modules"])
    assert len(own(seen)) <= MOST_MODULES_CACHED, own(seen)
    assert yaml_files(seen) == []
    rooms = {".".join(name.split(".")[:2]) for name in own(seen)}
    assert rooms.isdisjoint(
        {"maillint.checks", "maillint.check", "maillint.analysis", "maillint.engine", "maillint.web"}
    )
    rooms = {".".join(name.split(".")[1:3]) for name in own(seen) if name.startswith("maillint.message.")}
    assert rooms == {"message.kinds", "message.sidecars", "message.template"}
    assert "maillint.message.template.dialect" not in seen["modules"]


def test_without_a_plan_nothing_of_plans_is_imported(folder: Path) -> None:
    for arguments in (("--no-cache", "small.html"), (".",)):
        seen = weigh(folder, *arguments)
        parts = [name for name in own(seen) if any("plan" in part or "campaign" in part for part in name.split("."))]
        assert parts == []


def test_an_installed_package_looks_at_no_rule_file(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The package as a wheel lays it out: with its rules and their compiled forms inside."""
    import shutil

    from maillint.build import build_all

    site = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "maillint", site / "maillint", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "rules", site / "maillint/_rules")
    build_all(str(site / "maillint/_built"))
    for rule in sorted((site / "maillint/_rules").rglob("*.yaml")):
        rule.write_text("not: [read")
    seen = weigh(folder, "--no-cache", "small.html", python_path=str(site))
    assert yaml_files(seen) == []
    assert not [path for path in seen["opened"] if "_rules" in path]
    assert "yaml" not in seen["modules"]


def test_the_formats_are_the_modules_of_output() -> None:
    found = [path.stem for path in (ROOT / "maillint/output").glob("[a-z]*.py")]
    assert sorted(found) == list(output.formats())


def test_every_check_has_its_module_in_the_index() -> None:
    assert all(all_checks().module_of(name) for name in all_checks())
