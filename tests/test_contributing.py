"""The page for contributors is true: a new rule is one new file, and a new check one function more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.docs import ROOT, blocks

pytestmark = pytest.mark.slow

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def run(*command: str, folder: Path, **environment: str) -> str:
    """Run a command, without what pytest and the environment of this run would tell it; return what it prints."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHONPATH"))}
    result = subprocess.run(
        command,
        cwd=folder,
        env={**inherited, "GIT_CONFIG_GLOBAL": os.devnull, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        pytest.fail(f"{' '.join(command)}\n{result.stdout}")
    return result.stdout


def changed(folder: Path) -> list[str]:
    """The files of a repository that differ from its last commit or are new."""
    lines = run("git", "status", "--porcelain", "--untracked-files=all", folder=folder).splitlines()
    return sorted(line[3:] for line in lines)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone of the project as it is now, with what is not committed yet."""
    origin, target = tmp_path / "origin", tmp_path / "maillint"
    names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", folder=ROOT)
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():  # else it is deleted, and the deletion not yet committed
            (origin / name).parent.mkdir(parents=True, exist_ok=True)
            (origin / name).write_bytes((ROOT / name).read_bytes())
            (origin / name).chmod((ROOT / name).stat().st_mode)
    run("git", "init", "--quiet", folder=origin)
    run("git", "add", ".", folder=origin)
    author = ("-c", "user.name=A", "-c", "user.email=a@a.example")
    run("git", *author, "commit", "--quiet", "--message", "as it is", folder=origin)
    run("git", "clone", "--quiet", str(origin), str(target), folder=tmp_path)
    return target


def probe(check: str, severity: str, message: str, example: dict[str, str], **options: object) -> str:
    rule = {"summary": "a probe", "check": check, "severity": severity, "message": message, "why": "It is one."}
    rest = {"options": options, "basis": "practice", "examples": [example]}
    return yaml.safe_dump({**rule, **rest}, allow_unicode=True, sort_keys=False)


LONG = {"bad": "«»<p>Hello</p>", "good": f"<p>{'Hello you. ' * 40}</p>"}
DATED = "Date: Fri, 12 Mar 2026 10:00:00 +0000\nMessage-ID: <1@acme.example>"
REPLY = {
    "kind": "eml",
    "bad": "From: «»a@acme.example\n\nHello\n",
    "good": f"From: a@acme.example\nReply-To: b@acme.example\n{DATED}\n\nHello\n",
}
PROBES = {
    "aaa/short-text": probe("count", "info", "{count} words", LONG, what="words", min=50),
    "content/aaa-short-text": probe("count", "info", "{count} words", LONG, what="words", min=50),
    "headers/aaa-reply-to": probe("header", "warning", "no {name}", REPLY, name="Reply-To", require=True),
    "markup/aaa-paragraph": probe(
        "element", "info", "{source}", {"bad": "«<b>»Hi</b>", "good": "Hi"}, select="p, b, td"
    ),
    "auth/aaa-policy": (ROOT / "rules/auth/dmarc-policy-none.yaml").read_text(encoding="utf-8"),
}
"""Rules that find something in nearly every template and message, or cannot know; the first is of a new family."""


def add_probes(clone: Path) -> list[str]:
    """Add the probes to a clone; return their paths in it."""
    for name, text in PROBES.items():
        (clone / f"rules/{name}.yaml").parent.mkdir(exist_ok=True)
        (clone / f"rules/{name}.yaml").write_text(text, encoding="utf-8")
    return [f"rules/{name}.yaml" for name in PROBES]


def test_the_page_is_true_step_by_step(clone: Path) -> None:
    """What it says to save is saved, what it says to run is run, and nothing else has changed in the end.

    The probes are there already, so its last command shows that no test of the fast half minds a new rule. That command
    makes this the longest test of all, about two minutes where both processors are free.
    """
    named = add_probes(clone)
    for info, body in blocks(PAGE):
        language, _, rest = info.partition(" ")
        how, _, name = rest.partition("=")
        if language == "sh":
            run("bash", "-euc", body.replace('pytest -m "not slow"', 'pytest -n 2 -m "not slow"'), folder=clone)
        elif how == "file":
            (clone / name).write_text(body, encoding="utf-8")
        elif how == "append":
            with (clone / name).open("a", encoding="utf-8") as file:
                file.write(f"\n\n{body}")
        else:
            pytest.fail(f"a block that is neither run nor saved: {info}")
        named += [name] if name else []
    assert changed(clone) == sorted(named)


def test_rules_that_find_something_everywhere_change_no_other_file(clone: Path) -> None:
    """But for the page that shows whole runs, with all rules: there a new rule is to be looked at."""
    added = add_probes(clone)
    here = {"PYTHONPATH": str(clone)}
    run(sys.executable, "-m", "pytest", "tests/test_rule_examples.py", "-k", "aaa", folder=clone, **here)
    run(sys.executable, "-m", "tests.docs", folder=clone, **here)
    assert changed(clone) == sorted(["docs/first-runs.md", *added])
