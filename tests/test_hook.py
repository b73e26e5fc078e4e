"""The pre-commit hook, installed by pre-commit itself from a clone of this repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent

GOOD = "<p>Hi Ada, are you in on Friday?</p>\n"
BAD = "<p>Hi <b>Ada, are you in on Friday?</p>\n"


def run(*command: str, folder: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@a.example",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@a.example",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PRE_COMMIT_HOME": str(folder.parent / "cache"),
    }
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if check and result.returncode:
        pytest.fail(f"{' '.join(command)}\n{result.stdout}{result.stderr}")
    return result


@pytest.mark.slow
def test_a_bad_template_cannot_be_committed_and_a_good_one_can(tmp_path: Path) -> None:
    hooks, project = tmp_path / "maillint", tmp_path / "project"
    run("git", "clone", "--quiet", str(ROOT), str(hooks), folder=tmp_path)
    revision = run("git", "rev-parse", "HEAD", folder=hooks).stdout.strip()
    project.mkdir()
    run("git", "init", "--quiet", folder=project)
    (project / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {hooks}\n    rev: {revision}\n    hooks: [{{id: maillint}}]\n"
    )
    run(sys.executable, "-m", "pre_commit", "install", folder=project)
    (project / "intro.html").write_text(GOOD)
    (project / "requirements.txt").write_text("the hook leaves this alone: <b>\n")
    (project / "draft.txt").write_text("Subject: Friday\n\nHi Ada, are you in on Friday?\n")
    run("git", "add", ".", folder=project)
    run("git", "commit", "--quiet", "-m", "good", folder=project)

    (project / "intro.html").write_text(BAD)
    refused = run("git", "commit", "--quiet", "-am", "bad", folder=project, check=False)
    assert refused.returncode == 1
    assert "intro.html:1:7" in refused.stdout + refused.stderr
    assert "markup/unclosed-tag" in refused.stdout + refused.stderr
    assert run("git", "log", "--format=%s", folder=project).stdout == "good\n"

    (project / "intro.html").write_text(GOOD)
    (project / "draft.txt").write_text("Subject: Re: Friday\n\nHi Ada, are you in on Friday?\n")
    refused = run("git", "commit", "--quiet", "-am", "bad", folder=project, check=False)
    assert "draft.txt:1:10  error  content/subject-fake-reply" in refused.stdout + refused.stderr
    (project / "draft.txt").write_text("Subject: Friday\n\nHi Ada, are you in on Friday?\n")

    (project / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {hooks}\n    rev: {revision}\n    hooks: [{{id: maillint-fix}}]\n"
    )
    (project / "intro.html").write_text(GOOD.replace(" are", "</br>are"))
    mended = run("git", "commit", "--quiet", "-am", "mended", folder=project, check=False)
    assert mended.returncode == 1
    assert "files were modified by this hook" in mended.stdout + mended.stderr
    assert (project / "intro.html").read_text() == GOOD.replace(" are", "<br>are")
    run("git", "commit", "--quiet", "-am", "mended", folder=project)
    assert run("git", "show", "HEAD:intro.html", folder=project).stdout == GOOD.replace(" are", "<br>are")


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("mail/a.html", True),
        ("mail/a.html.j2", True),
        ("a.mjml", True),
        ("a.eml", True),
        ("a.HTM", True),
        ("intro.txt", True),
        ("views/welcome.blade.php", True),
        ("views/welcome-text.blade.php", True),
        ("mail/order-body-html.jinja", True),
        ("mail/welcome/html.ejs", True),
        ("mail/email.body.gotmpl", True),
        ("mailer/welcome.text.erb", True),
        ("plans/october.campaign.yaml", True),
        ("october.campaign.yml", True),
        ("campaign.yaml", False),
        ("mail/welcome_subject.txt", True),
        ("mail/welcome/subject.txt.j2", True),
        ("postmark/order/meta.json", True),
        ("mymeta.json", False),
        ("mail/subject.py", False),
        ("site.css.j2", False),
        ("app.js.erb", False),
        ("README.md", False),
        ("a.html.gz", False),
        ("htmlfile", False),
    ],
)
def test_the_hooks_take_templates_messages_and_sidecars(path: str, taken: bool) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {bool(re.search(hook["files"], path)) for hook in hooks} == {taken}


@pytest.mark.parametrize("name", ["maillint", "maillint-fix", "maillint-dns"])
def test_every_hook_is_declared(name: str) -> None:
    assert f"id: {name}\n" in (ROOT / ".pre-commit-hooks.yaml").read_text()
