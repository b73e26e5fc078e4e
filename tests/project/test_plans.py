"""Plans among the files of a run: what they say of their templates, in the run and beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from maillint import lint
from maillint.finding import Report
from maillint.project.discovery import Discovery
from maillint.project.runner import Work, lint_groups
from tests.cli.command import git, maillint, rules_in
from tests.files import write_files

PLAN = """\
goal: {kind: meeting, sentence: Book calls with CFOs}
audience: {jurisdictions: [de]}
sender: {domain: acme.example}
links: one
steps:
  - {template: mails/intro-1.html}
  - {template: mails/intro-2.html, wait-days: 1, links: none}
stop-on: [reply, bounce, unsubscribe]
"""
LINK = '<p>Hi <a href="https://acme.example/{}">there</a></p>\n'
FILES = {
    "october.campaign.yaml": PLAN,
    "mails/intro-1.html": LINK.format("a") + LINK.format("b"),
    "mails/intro-2.html": LINK.format("a"),
    "mails/other.html": LINK.format("a"),
}
COUNTS = ("links/first-touch-limit", "links/too-many", "campaign/step-links")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_files(tmp_path, FILES)


def run(*paths: str, whole: bool = True) -> Report:
    discovery = Discovery(whole=whole)
    report = lint_groups(discovery.groups(paths)).report
    return Report(report.files, failures=(*discovery.failures, *report.failures))


def counted(report: Report) -> list[tuple[str, int, str]]:
    """The findings about numbers of links: path, line, rule."""
    return [(found.path, found.line, found.rule) for found in report.findings if found.rule in COUNTS]


IN_PLAN = [
    ("october.campaign.yaml", 6, "campaign/step-links"),
    ("october.campaign.yaml", 7, "campaign/step-links"),
]


def test_a_plan_brings_its_templates_with_touch_and_profile(folder: Path) -> None:
    report = run("october.campaign.yaml")
    assert [(file.path, file.kind, file.profile, file.touch) for file in report.files] == [
        ("october.campaign.yaml", "plan", "cold", None),
        ("mails/intro-1.html", "html", "cold", 1),
        ("mails/intro-2.html", "html", "cold", 2),
    ]
    assert report.failures == ()
    assert counted(report) == IN_PLAN


def test_in_a_folder_each_file_is_linted_once_and_others_are_left_alone(folder: Path) -> None:
    report = run(".", "mails", "october.campaign.yaml")
    assert [(file.path, file.touch) for file in report.files] == [
        ("october.campaign.yaml", None), ("mails/intro-1.html", 1), ("mails/intro-2.html", 2),
        ("mails/other.html", None),
    ]  # fmt: skip
    assert counted(report) == IN_PLAN


def test_a_plan_beside_a_template_counts_and_is_not_linted(folder: Path) -> None:
    (folder / "mails/sequence.campaign.yaml").write_text(PLAN.replace("mails/", ""))
    report = run("mails/intro-1.html", "mails/intro-2.html")
    assert [(file.path, file.touch) for file in report.files] == [("mails/intro-1.html", 1), ("mails/intro-2.html", 2)]
    assert counted(report) == [
        ("mails/intro-1.html", 2, "links/first-touch-limit"),
        ("mails/intro-2.html", 1, "links/too-many"),
    ]


def test_where_only_some_lines_are_reported_the_template_has_its_own_findings(folder: Path) -> None:
    found = counted(run("october.campaign.yaml", whole=False))
    assert ("mails/intro-1.html", 2, "links/first-touch-limit") in found


def test_a_broken_plan_beside_a_template_is_its_own_business(folder: Path) -> None:
    (folder / "mails/broken.campaign.yaml").write_text("steps: [x")
    assert run("mails/intro-1.html").failures == ()


def test_a_broken_plan_fails_alone(folder: Path) -> None:
    (folder / "broken.campaign.yaml").write_text("steps: [x")
    (folder / "binary.campaign.yaml").write_bytes(b"\0\1\2")
    report = run(".")
    assert [(failure.path, failure.message) for failure in report.failures] == [
        ("binary.campaign.yaml", "binary data (it has NUL bytes), not text"),
        ("broken.campaign.yaml", "line 1, column 10: not valid YAML: expected ',' or ']', but got '<stream end>'"),
    ]
    assert counted(report) == IN_PLAN


def test_a_file_of_another_tool_is_passed_over_in_a_folder_alone(folder: Path) -> None:
    (folder / "other.campaign.yaml").write_text("apiVersion: v1\nspec: {channels: [sms]}\n")
    assert run(".").failures == ()
    (failure,) = run("other.campaign.yaml").failures
    assert failure.message.startswith("not a campaign plan: none of its keys (there are profile, goal")


def test_the_first_plan_that_names_a_template_counts(folder: Path) -> None:
    (folder / "zz.campaign.yaml").write_text("profile: newsletter\nsteps: [mails/other.html, mails/intro-1.html]\n")
    touches = {file.path: (file.touch, file.profile) for file in run(".").files}
    assert touches["mails/intro-1.html"] == (1, "cold")
    assert touches["mails/other.html"] == (1, "newsletter")


def test_settings_of_the_template_stand_beneath_the_plans(folder: Path) -> None:
    (folder / "maillint.yaml").write_text("profile: newsletter\nrules: {links/insecure: off}\n")
    (folder / "mails/intro-1.html").write_text("---\ntouch: 3\n---\n" + LINK.format("a"))
    touches = {file.path: (file.touch, file.profile) for file in run(".").files}
    assert touches["mails/intro-1.html"] == (3, "cold")  # front matter knows best
    assert touches["mails/other.html"] == (None, "newsletter")


def test_settings_know_better_than_what_a_plan_implies(folder: Path) -> None:
    (folder / "october.campaign.yaml").write_text("sender: {mailboxes: 2}\nsteps: [mails/intro-1.html]\n")
    assert {file.profile for file in run("october.campaign.yaml").files} == {"cold"}
    (folder / "maillint.yaml").write_text("profile: newsletter\n")
    assert {file.profile for file in run("october.campaign.yaml").files} == {"newsletter"}


def test_excluded_templates_are_not_linted(folder: Path) -> None:
    (folder / "maillint.yaml").write_text("exclude: [mails/intro-2.html]\n")
    report = run("october.campaign.yaml")
    assert [file.path for file in report.files] == ["october.campaign.yaml", "mails/intro-1.html"]
    assert counted(report) == IN_PLAN


@pytest.mark.parametrize(
    "name", ["../outside.html", "/etc/hostname.html", "mails", "october.campaign.yaml", "a\\0.html"]
)
def test_nothing_outside_the_folders_is_read(folder: Path, name: str) -> None:
    (folder.parent / "outside.html").write_text(LINK)
    (folder / "october.campaign.yaml").write_text(f'links: none\nsteps: [{{template: "{name}"}}]\n')
    report = run("october.campaign.yaml")
    assert [file.path for file in report.files] == ["october.campaign.yaml"]
    assert not [found for found in report.findings if found.rule == "campaign/step-links"]


def test_a_link_out_of_the_folders_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "x.campaign.yaml"
    other.write_text(PLAN)
    (folder / "link.campaign.yaml").symlink_to(other)
    assert [failure.path for failure in run(".").failures] == ["link.campaign.yaml"]


def test_names_that_are_no_files_are_not_missed(folder: Path) -> None:
    text = (
        "goal: x\nsteps: [Intro 1, Intro 2, mails/gone.html, mails/lost.html]\nstop-on: [reply, bounce, unsubscribe]\n"
    )
    (folder / "october.campaign.yaml").write_text(text)
    (found,) = [found for found in run("october.campaign.yaml").findings if found.rule == "campaign/template-missing"]
    assert found.message == "no such file: mails/gone.html, mails/lost.html"


# -- results of earlier runs --------------------------------------------------------------------------


def cached(folder: Path) -> list[tuple[str, int, str]]:
    discovery = Discovery()
    return counted(lint_groups(discovery.groups(["."]), Work(cache=True)).report)


def test_a_stored_result_goes_with_what_it_was_made_of(folder: Path) -> None:
    assert cached(folder) == IN_PLAN == cached(folder)
    stored = json.loads((folder / ".maillint_cache/results.json").read_text())["messages"]
    assert "october.campaign.yaml" in stored
    (folder / "mails/intro-1.html").write_text("<p>Hi</p>\n")
    assert cached(folder) == IN_PLAN[1:]
    (folder / "mails/intro-2.html").unlink()
    assert cached(folder) == []
    (folder / "mails/intro-2.html").write_text(FILES["mails/intro-2.html"])
    assert cached(folder) == IN_PLAN[1:]
    (folder / "october.campaign.yaml").write_text(PLAN.replace("links: none", "links: one"))
    assert cached(folder) == []


# -- the library --------------------------------------------------------------------------------------


def test_the_library_lints_plans(folder: Path) -> None:
    assert counted(lint(Path("october.campaign.yaml"))) == IN_PLAN
    found = lint(PLAN, filename="x.campaign.yaml")
    assert [(file.path, file.kind) for file in found.files] == [("x.campaign.yaml", "plan")]
    assert "campaign/step-spacing" in {finding.rule for finding in found.findings}
    assert "campaign/step-spacing" in {
        finding.rule for finding in lint(PLAN.encode(), filename="x.campaign.yaml").findings
    }


def test_the_library_takes_a_profile(folder: Path) -> None:
    assert {file.profile for file in lint(Path("october.campaign.yaml"), profile="newsletter").files} == {"newsletter"}
    assert lint(PLAN, filename="x.campaign.yaml", profile="newsletter").files[0].profile == "newsletter"


@pytest.mark.parametrize("text", ["steps: [x", b"\0"])
def test_the_library_says_what_is_wrong_with_a_plan(text: Any) -> None:
    from maillint import LintError

    with pytest.raises(LintError, match=r"x\.campaign\.yaml: (line 1, column 10|binary data)"):
        lint(text, filename="x.campaign.yaml")


# -- the command --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_standard_input_is_a_plan_by_its_name(folder: Path) -> None:
    result = maillint("check", "-", "--stdin-filename", "x.campaign.yaml", "-f", "json", folder=folder, stdin=PLAN)
    files = json.loads(result.stdout)["files"]
    (folder / "x.campaign.yaml").write_text(PLAN)
    assert result.stderr == ""
    assert [file["path"] for file in files] == ["x.campaign.yaml", "mails/intro-1.html", "mails/intro-2.html"]
    assert files == json.loads(maillint("check", "x.campaign.yaml", "-f", "json", folder=folder).stdout)["files"]
    (folder / "x.campaign.yaml").unlink()
    broken = maillint("check", "-", "--stdin-filename", "x.campaign.yaml", folder=folder, stdin="steps: [x")
    assert (broken.returncode, broken.stderr.count("\n")) == (2, 1)
    assert broken.stderr.startswith("maillint: x.campaign.yaml: line 1, column 10: not valid YAML")


SILENCED = PLAN.replace("wait-days: 1, links: none}", "wait-days: 1, links: none}  # maillint: ignore[campaign] soon")
UNUSED = f"# maillint: ignore-file[campaign/goal-missing] later\n{SILENCED}"


@pytest.mark.slow
def test_comments_suppress_and_what_they_do_not_suppress_is_said(folder: Path) -> None:
    (folder / "october.campaign.yaml").write_text(UNUSED)
    result = maillint("check", "october.campaign.yaml", "-f", "concise", "--no-cache", folder=folder)
    assert rules_in(result) == ["suppression/unused", "campaign/step-links"]
    fixed = maillint("check", "--fix", "october.campaign.yaml", "-f", "concise", folder=folder)
    assert rules_in(fixed) == ["campaign/step-links"]
    assert (folder / "october.campaign.yaml").read_text() == SILENCED


@pytest.mark.slow
def test_standard_input_is_fixed(folder: Path) -> None:
    name = ("--stdin-filename", "x.campaign.yaml")
    assert maillint("check", "--fix", "-", *name, folder=folder, stdin=UNUSED).stdout == SILENCED
    diff = maillint("check", "--diff", "-", *name, folder=folder, stdin=UNUSED)
    assert diff.returncode == 1
    assert "-# maillint: ignore-file[campaign/goal-missing] later\n" in diff.stdout
    clean = maillint("check", "--diff", "-", *name, folder=folder, stdin=SILENCED)
    assert (clean.returncode, clean.stdout) == (0, "")
    assert maillint("check", "--fix", "-", *name, folder=folder, stdin="steps: [x").returncode == 2


@pytest.mark.slow
def test_settings_say_that_they_come_from_a_plan(folder: Path) -> None:
    shown = maillint("check", "--show-settings", "october.campaign.yaml", folder=folder).stdout
    page = shown[shown.index("mails/intro-2.html\n") :]
    assert "profile: cold  (october.campaign.yaml:1)" in page
    assert "jurisdictions: de  (october.campaign.yaml:2)" in page
    assert "own-domains: acme.example  (october.campaign.yaml:3)" in page
    assert "touch: 2  (october.campaign.yaml:7)" in page


@pytest.mark.slow
def test_baselines_and_changed_lines_go_with_plans(folder: Path) -> None:
    git("init", "--quiet", folder=folder)
    git("add", ".", folder=folder)
    git("commit", "--quiet", "-m", "a", folder=folder)
    options = ("--select", ",".join(COUNTS), "-f", "concise", "--no-cache")
    assert rules_in(maillint("check", ".", "--diff-base", "HEAD", *options, folder=folder)) == []
    (folder / "mails/intro-2.html").write_text(LINK.format("c"))
    changed = maillint("check", ".", "--diff-base", "HEAD", *options, folder=folder)
    assert rules_in(changed) == ["links/too-many"]
    maillint("check", ".", "--write-baseline", "known.json", *options, folder=folder)
    assert rules_in(maillint("check", ".", "--baseline", "known.json", *options, folder=folder)) == []
