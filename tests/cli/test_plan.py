"""``maillint plan`` as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from maillint.plan.read import read_plan
from maillint.text.source import Source
from tests.cli.command import maillint

pytestmark = pytest.mark.slow

PLAN = """\
goal: {kind: meeting, sentence: Book calls with CFOs}
audience: {size: 200}
sender: {age-days: 12, mailboxes: 3}
tracking: {opens: {enabled: true}}
metrics: [{name: meetings, primary: true, action: change the ask}]
steps: [{template: a.html}, {template: b.html, wait-days: 2, condition: opened}]
volume: {per-day: [20, 90]}
results:
  - {step: 1, sent: 200, replies: 1, positive: 0, meetings: 0, bounces: 2, complaints: 0, first-reply-hours: 30}
  - {step: 2, sent: 190, replies: 9, positive: 2, segment: "met [them]"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "october.campaign.yaml").write_text(PLAN)
    return tmp_path


def test_the_page_walks_through_the_decision(folder: Path) -> None:
    result = maillint("plan", folder=folder)
    assert (result.returncode, result.stderr) == (0, "")
    for line in (
        "1. What is it for, in one sentence?\n   Book calls with CFOs\n",
        "2. How much risk is acceptable?\n   none: avoid everything",
        "3. No link, one, or several?\n   no link\n",
        "4. What to measure that you act on?\n   replies and meetings",
        "5. Which small test comes first?\n   no A/B test: send to the first 50 by hand",
        "=> Track opens and clicks?\n   no, neither opens nor clicks\n",
        "The plan has it otherwise: opens.",
        "The plan has it otherwise: step 2 by opens or clicks.",
        "a burst: 4.5 times the 20 before",
        "   - replies come after the last step only (9 of 10)\n",
        "first reply after 30 hours",
    ):
        assert line in result.stdout
    assert max(map(len, result.stdout.splitlines()[:-1])) <= 88
    assert "rules: campaign/goal-missing, campaign/goal-vanity" in result.stdout


def test_json_says_the_same(folder: Path) -> None:
    found = json.loads(maillint("plan", "october.campaign.yaml", "-f", "json", folder=folder).stdout)
    assert found["track"] == {"opens": False, "clicks": False}
    assert (found["links"], found["risks"]) == ("none", ["the domain is 12 days old, and counts as new up to 30"])
    assert [answer["step"] for answer in found["answers"]] == [1, 2, 3, 4, 5, None, None]
    assert [day["sent"] for day in found["ramp"]["planned"]] == [20, 90]
    assert [day["sent"] for day in found["ramp"]["proposed"]] == [30, 45, 67, 90]
    assert [step["replies"] for step in found["results"]["steps"]] == [1, 9]
    assert [statement["kind"] for statement in found["results"]["statements"]] == [
        "late-replies", "few-positive", "too-few",
    ]  # fmt: skip


def test_the_configuration_has_the_numbers(folder: Path) -> None:
    (folder / "maillint.yaml").write_text("rules: {campaign/tracking-risky: {domain-days: 7}}\n")
    assert json.loads(maillint("plan", "-f", "json", folder=folder).stdout)["risks"] == []


def test_the_journal_is_markdown(folder: Path) -> None:
    result = maillint("plan", "--journal", "--week", "2026-11-26", folder=folder)
    assert result.stdout.startswith(
        "## Week of 2026-11-23\n\nGoal: Book calls with CFOs.\n\n- step 1: 200 sent, 1 reply (0.5"
    )
    assert "- [ ] meetings: change the ask\n" in result.stdout
    today = maillint("plan", "--journal", folder=folder).stdout
    assert today.partition("\n")[2] == result.stdout.partition("\n")[2]


def test_without_a_block_the_chart_is_drawn_with_hashes(folder: Path) -> None:
    ascii_only = maillint("plan", "--ramp", "60", folder=folder, PYTHONIOENCODING="ascii").stdout
    assert "#####" in ascii_only and "\\u" not in ascii_only
    assert "█████" in maillint("plan", "--ramp", "60", folder=folder).stdout


HOSTILE = """\
goal: {kind: reply, sentence: "a\\e]0;x\\a\\nb ::error::c\\u202e"}
results: [{segment: "\\e[2J", sent: 5, replies: 1}]
"""


@pytest.mark.parametrize("arguments", [[], ["--journal"], ["-f", "json"]])
def test_what_a_plan_says_controls_no_terminal(folder: Path, arguments: list[str]) -> None:
    (folder / "october.campaign.yaml").write_text(HOSTILE)
    printed = maillint("plan", *arguments, folder=folder).stdout
    assert "\x1b" not in printed and "\x07" not in printed
    assert not any(line.startswith("::") for line in printed.splitlines())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["gone.campaign.yaml"], "gone.campaign.yaml: no such file"),
        (["broken.campaign.yaml"], "broken.campaign.yaml: line 1, column 10: not valid YAML: expected"),
        (["binary.campaign.yaml"], "binary.campaign.yaml: binary data (it has NUL bytes), not text"),
        ([], "name a plan: there are binary.campaign.yaml, broken.campaign.yaml, october.campaign.yaml"),
        (["--compare", "1", "2"], "--compare: '1' is not a count and what was sent"),
        (["--compare", "1/4", "0/3"], "these counts say nothing: they are so few"),
        (["--compare", "5/4", "0/3"], "these counts say nothing: an arm counts more than it sent"),
        (["--compare", "9999999999/1", "0/3"], "--compare: '9999999999/1' has numbers that are too large"),
        (["--sample", "3", "3"], "these counts say nothing: the two rates are equal"),
        (["--sample", "0", "3"], "--sample: 0.0 is not in the range"),
        (["--compare", "1/4", "0/3", "x.campaign.yaml"], "arithmetic needs no plan"),
        (["--journal", "--new"], "each stand alone"),
        (["--week", "2026-01-01"], "--week goes with --journal"),
        (["--journal", "--week", "x", "october.campaign.yaml"], "--week: 'x' is not a date such as 2026-11-23"),
        (["--journal", "--week", "0001-01-01", "october.campaign.yaml"], ""),
        (["--set", "goal.kind=reply"], "--set goes with --new"),
        (["--start", "5"], "--start goes with --ramp"),
        (["--new"], "--new needs --set goal.kind=… and --set goal.sentence=… without a terminal"),
        (["--new", "--set", "goal.kind"], "--set: no key 'goal.kind' to give as KEY=VALUE"),
        (["--new", "--set", "goal.kin=x"], "no key 'goal.kin' to give as KEY=VALUE; did you mean \"goal.kind\"?"),
        (["--new", "--set", "goal.kind=meetings"], "--set goal.kind: unknown kind \"meetings\"; did you mean"),
        (["--new", "--set", "sender.mailboxes=many"], "--set sender.mailboxes: mailboxes must be a whole number"),
        (["--new", "october.campaign.yaml"], "october.campaign.yaml already exists; nothing written"),
        (["--new", "plan.txt"], "plan.txt: the name of a plan ends in .campaign.yaml"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(folder: Path, arguments: list[str], says: str) -> None:
    (folder / "broken.campaign.yaml").write_text("steps: [x")
    (folder / "binary.campaign.yaml").write_bytes(b"\0")
    result = maillint("plan", *arguments, folder=folder)
    if not says:
        assert result.returncode == 0
        return
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("maillint: ") and result.stderr.count("\n") == 1
    assert says in result.stderr


def test_arithmetic(folder: Path) -> None:
    assert maillint("plan", "--sample", "3", "6", folder=folder).stdout == (
        "to tell 3% from 6%: 749 messages per arm (two-sided 5%, power 80%)\n"
    )
    assert "p = 0.0043 (test of two proportions): they differ beyond chance" in (
        maillint("plan", "--compare", "12/400", "30/400", folder=folder).stdout
    )
    assert maillint("plan", "--none-in", "600", folder=folder).stdout == (
        "none in 600: the rate may still be 0.5% (rule of three, 95%)\n"
    )


def test_standard_input(folder: Path) -> None:
    assert "Book calls with CFOs" in maillint("plan", "-", folder=folder, stdin=PLAN).stdout
    broken = maillint("plan", "-", folder=folder, stdin="steps: [x")
    assert (broken.returncode, broken.stderr) == (
        2, "maillint: standard input: line 1, column 10: not valid YAML: expected ',' or ']', but got '<stream end>'\n",
    )  # fmt: skip


# -- new plans ----------------------------------------------------------------------------------------

GIVEN = ("--set", "goal.kind=meeting", "--set", "goal.sentence=Book \"calls\": with CFOs",
         "--set", "sender.mailboxes=3",
         "--set", "volume=500", "--set", "steps=intro-1.html, intro-2.html", "--set", "audience.jurisdictions=de,no",
         "--set", "sender.recent-trouble=no")  # fmt: skip


def test_a_new_plan_from_flags_is_one_that_no_rule_finds_fault_with(tmp_path: Path) -> None:
    made = maillint("plan", "--new", "x.campaign.yaml", *GIVEN, folder=tmp_path)
    assert made.stdout == "Wrote x.campaign.yaml; maillint plan x.campaign.yaml goes through it.\n"
    for name, text in (("intro-1.html", "<p>Is Friday good?</p>"), ("intro-2.html", "<p>Shall I send the case?</p>")):
        (tmp_path / name).write_text(text)
    checked = maillint("check", "x.campaign.yaml", "--fail-on", "info", "--select", "campaign", folder=tmp_path)
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    plan = read_plan(Source.from_text("x", (tmp_path / "x.campaign.yaml").read_text()))
    assert plan.goal is not None and plan.volume is not None and plan.audience is not None
    assert plan.goal.sentence == 'Book "calls": with CFOs'
    assert plan.volume.per_day == (30, 45, 67, 100, 150)
    assert plan.audience.jurisdictions == ("de", "no")
    page = maillint("plan", "x.campaign.yaml", folder=tmp_path).stdout
    assert "The plan has it otherwise" not in page and "steady, as planned" in page


def test_a_new_plan_goes_to_standard_output_without_a_name(tmp_path: Path) -> None:
    made = maillint("plan", "--new", *GIVEN, folder=tmp_path)
    assert read_plan(Source.from_text("x", made.stdout)).links == "none"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="a pseudo-terminal")
def test_a_new_plan_asks_on_a_terminal(tmp_path: Path) -> None:
    import pty

    main, terminal = pty.openpty()
    answers = ["Readers order", "purchases", "purchase", "20000", "", "", "", "", "", "own", "", "", "", "", "", "400"]
    os.write(main, "".join(f"{answer}\n" for answer in answers).encode())
    result = subprocess.run(
        [sys.executable, "-m", "maillint", "plan", "--new"],
        cwd=tmp_path, stdin=terminal, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    os.close(terminal)
    os.close(main)
    asked, plan = result.stderr.decode(), read_plan(Source.from_text("x", result.stdout.decode()))
    assert 'maillint: unknown kind "purchases"; did you mean "purchase"?' in asked
    assert plan.goal is not None and plan.audience is not None and plan.sender is not None and plan.volume is not None
    assert (plan.goal.kind, plan.goal.sentence, plan.audience.size) == ("purchase", "Readers order", 20_000)
    assert (plan.sender.servers, plan.links, plan.volume.per_day[-1]) == ("own", "one", 400)
