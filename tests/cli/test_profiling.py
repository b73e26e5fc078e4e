"""``maillint check --profile-rules``: where the time of a run goes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maillint.engine.clock import PHASES, Clock
from maillint.engine.lint import lint
from maillint.message.model import Part
from maillint.message.views import View
from maillint.project.profiling import watching
from tests.cli.command import maillint
from tests.linting import active, message_of

TEXT = '<p>Hi {{ name }}, <a href="http://acme.example/">click here</a>\n'


def table(folder: Path, *args: str) -> tuple[list[str], dict[str, int]]:
    """The phases of the table that a run prints, and the calls of each rule."""
    done = maillint("check", "--fail-on", "never", "--profile-rules", *args, folder=folder)
    assert done.returncode == 0, done.stderr
    phases = re.findall(r"^ +\d+\.\d ms +\d+\.\d%  (\S.*)$", done.stderr, re.M)
    calls = re.findall(r"^ +\d+\.\d ms +\d+\.\d% +(\d+)  (\S+)$", done.stderr, re.M)
    return phases, {rule: int(count) for count, rule in calls}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The working folder, with twenty files."""
    for number in range(20):
        (tmp_path / f"{number}.html").write_text(TEXT)
    return tmp_path


def test_the_table_has_every_phase_and_the_rules_that_were_called(folder: Path) -> None:
    for _ in range(2):  # stored results do not count
        phases, calls = table(folder, ".", "--select", "links", "-j", "4")
        assert phases == list(PHASES)
        assert calls["links/insecure"] == 20  # in however many processes others would be linted
        assert "links/userinfo" not in calls


def test_standard_output_has_the_report_alone(folder: Path) -> None:
    plain = maillint("check", "--fail-on", "never", "0.html", folder=folder)
    profiled = maillint("check", "--fail-on", "never", "--profile-rules", "0.html", folder=folder)
    assert profiled.stdout == plain.stdout
    assert plain.stderr == ""


def test_standard_input_is_profiled_too(folder: Path) -> None:
    done = maillint("check", "--fail-on", "never", "--profile-rules", "-", folder=folder, stdin=TEXT)
    assert "links/vague-text" in done.stderr


def test_each_phase_and_rule_has_its_own_time() -> None:
    clock = Clock()
    with watching(clock):
        lint(message_of(TEXT), [active("links/insecure"), active("content/spam-words")], clock)
    assert set(clock.rules) == set(clock.calls) == {"links/insecure", "content/spam-words"}
    assert all(clock.phases[phase] > 0 for phase in ("template", "views", "markup", "gather", "rules"))
    assert abs(clock.phases["rules"] - sum(clock.rules.values())) < 1e-9
    assert "watching" not in repr([vars(owner)[name].func for owner, name in ((Part, "views"), (View, "html"))])


def test_what_is_measured_inside_belongs_to_itself() -> None:
    clock = Clock()
    with clock.phase("read"):
        with clock.phase("views"):
            pass
        inner = clock.phases["views"]
    assert clock.phases["read"] >= 0
    assert inner == clock.phases["views"]
