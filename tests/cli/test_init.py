"""``maillint init``."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from maillint._version import __version__
from maillint.cli import installed
from maillint.cli.init import folders_of_mail
from tests.cli.command import BAD, git, maillint
from tests.cli.limits import as_plain_user

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def write(folder: Path, *names: str, text: str = BAD) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def hook_in(printed: str) -> dict[str, Any]:
    """The hook that was printed, as pre-commit reads it."""
    text = printed.partition("# .pre-commit-config.yaml\n")[2].partition("\n# a step of your CI")[0]
    [repository] = yaml.safe_load(text)["repos"]
    assert repository["repo"] == "local"
    [hook] = repository["hooks"]
    return dict(hook)


def test_init_writes_a_configuration_that_works_and_overwrites_nothing(mail: Path) -> None:
    result = maillint("init", folder=mail)
    assert result.returncode == 0
    assert result.stdout.startswith("Wrote maillint.yaml and maillint.schema.json (1 message in this folder).\n")
    assert maillint("check", ".", "--fail-on", "never", folder=mail).returncode == 0
    before = (mail / "maillint.yaml").read_text()
    again = maillint("init", folder=mail)
    assert again.returncode == 2
    assert again.stderr == "maillint: maillint.yaml already exists; nothing written\n"
    assert (mail / "maillint.yaml").read_text() == before


def test_init_proposes_what_it_has_found(tmp_path: Path) -> None:
    write(tmp_path, "mails/cold/intro-1.html", "mails/cold/intro-2.html")
    write(tmp_path, "mails/order.liquid", text="{% if paid %}<p>Thank you</p>{% endif %}")
    write(tmp_path, "mails/docs/index.html", text="<p>Manual</p>")
    printed = maillint("init", "mails", folder=tmp_path).stdout
    pattern = hook_in(printed)["files"]
    assert re.search(pattern, "mails/order.liquid")
    assert not re.search(pattern, "other/order.liquid")
    assert not re.search(pattern, "mails/order.twig")
    assert "maillint check mails\n" in printed
    written = (tmp_path / "mails/maillint.yaml").read_text().splitlines()
    assert {"#   - cold/intro-{touch}.html", "exclude: [docs/]", "# dialect: liquid"} <= set(written)
    assert any("Found here: liquid (1)." in line for line in written)


def test_the_folders_in_which_mail_was_found_are_named_and_the_hook_takes_them(tmp_path: Path) -> None:
    git("init", "-q", folder=tmp_path)
    write(tmp_path, "app/views/user_mailer/welcome.html.erb", "app/views/user_mailer/new/a.html.erb", "it's/b.html")
    write(tmp_path, "src/main.py", "README.md")
    printed = maillint("init", folder=tmp_path).stdout
    assert "(3 messages in app/views/user_mailer/, it's/)" in printed
    assert "maillint check app/views/user_mailer 'it'\"'\"'s'\n" in printed
    pattern = hook_in(printed)["files"]
    for path, taken in {
        "app/views/user_mailer/welcome.html.erb": True,
        "app/views/user_mailer/new/later.html.erb": True,
        "it's/b.html": True,
        "app/views/pages/home.html.erb": False,
        "src/main.py": False,
        "old/it's/b.html": False,
    }.items():
        assert bool(re.search(pattern, path)) == taken, path


@pytest.mark.parametrize(
    ("paths", "folders"),
    [
        (["/p/a/x.html", "/p/a/b/y.html", "/p/c/z.html"], ["a", "c"]),
        (["/p/x.html", "/p/a/y.html"], ["."]),
        ([f"/p/mails/{name}/x.html" for name in "abcdefg"], ["mails"]),
        ([f"/p/{name}/x.html" for name in "abcdefg"], ["."]),
        ([f"/p/app/{name}/mail/x.html" for name in "abcdefg"] + ["/p/z/x.html"], ["app", "z"]),
        (["/p/a/x.html", "/p/a-b/y.html", "/p/a/b/z.html"], ["a", "a-b"]),
    ],
)
def test_which_folders_are_named(paths: list[str], folders: list[str]) -> None:
    assert folders_of_mail(paths, "/p") == folders


NEWSLETTER = '<p>News</p><a href="https://a.example/unsubscribe?u={{ id }}">Unsubscribe</a>\n'
FIRST = """Subject: quick question

Hi Anna,

I saw your post on moving the billing team to one tool, and we have just done the same for two firms in Leeds.
Would it be worth fifteen minutes next week?

Ada
"""
COLD = "---\ntouch: 1\n---\n<p>Hi {{ first_name }}</p>\n"


@pytest.mark.parametrize(
    ("files", "line", "found"),
    [
        ({"a.html": NEWSLETTER, "b.html": NEWSLETTER}, "profile: newsletter", "2 of 2 newsletter."),
        ({"a.html": COLD, "b.html": COLD}, "profile: cold", "2 of 2 cold."),
        ({"1.txt": FIRST, "2.txt": FIRST}, "profile: cold", "2 of 2 cold."),
        ({"reset_password.html": BAD, "receipt.html": BAD}, "profile: transactional",
         "2 of 2 transactional, by their names."),
        ({"OrderShipped.html": BAD, "mail.html": BAD}, "# profile: transactional",
         "1 transactional, by their names, 1 undetermined."),
        ({"a.html": BAD}, "# profile: newsletter", "1 undetermined."),
        ({f"{n}.html": NEWSLETTER for n in range(4)} | {"x.html": BAD}, "profile: newsletter",
         "4 of 5 newsletter; 1 undetermined."),
        ({"border.html": BAD, "recorder.html": BAD}, "# profile: newsletter", "2 undetermined."),
    ],
)  # fmt: skip
def test_the_kind_of_mail_by_what_was_seen(tmp_path: Path, files: dict[str, str], line: str, found: str) -> None:
    for name, text in files.items():
        write(tmp_path, name, text=text)
    maillint("init", folder=tmp_path)
    written = (tmp_path / "maillint.yaml").read_text()
    assert f"# Found here: {found}\n{line}\n" in written


def test_kinds_by_folder(tmp_path: Path) -> None:
    write(tmp_path, "cold/a.html", text=COLD)
    write(tmp_path, "news/b.html", "news/c.html", text=NEWSLETTER)
    maillint("init", folder=tmp_path)
    text = (tmp_path / "maillint.yaml").read_text()
    expected = "# overrides:\n#   - {files: [cold/], profile: cold}\n#   - {files: [news/], profile: newsletter}\n"
    assert expected in text
    (tmp_path / "maillint.yaml").write_text(expected.replace("# ", "").replace("#", ""))
    files = json.loads(maillint("check", "-f", "json", "--fail-on", "never", folder=tmp_path).stdout)["files"]
    assert {(file["path"], file["profile"]) for file in files} == {
        ("cold/a.html", "cold"), ("news/b.html", "newsletter"), ("news/c.html", "newsletter"),
    }  # fmt: skip


def test_the_schema_that_the_configuration_points_to_is_there(mail: Path) -> None:
    maillint("init", folder=mail)
    first = (mail / "maillint.yaml").read_text().splitlines()[0]
    name = first.removeprefix("# yaml-language-server: $schema=")
    schema = json.loads((mail / name).read_text())
    assert (mail / name).read_text() == maillint("schema", folder=mail).stdout
    jsonschema.validate(yaml.safe_load((mail / "maillint.yaml").read_text()), schema)


def test_another_file_of_the_schemas_name_stays_and_is_not_pointed_to(mail: Path) -> None:
    (mail / "maillint.schema.json").write_text("{}")
    assert maillint("init", folder=mail).stdout.startswith("Wrote maillint.yaml (1 message")
    assert (mail / "maillint.schema.json").read_text() == "{}"
    assert "$schema" not in (mail / "maillint.yaml").read_text()


def test_a_folder_without_mail(tmp_path: Path) -> None:
    result = maillint("init", folder=tmp_path)
    assert (result.returncode, "no mail found; if it lies elsewhere, name that folder" in result.stdout) == (0, True)


@pytest.mark.parametrize("name", ["maillint.yaml", ".maillint.yaml", "maillint.yml", ".maillint.yml", "pyproject.toml"])
def test_init_overwrites_no_configuration_by_any_name(mail: Path, name: str) -> None:
    text = '[tool.maillint]\nprofile = "cold"\n' if name.endswith("toml") else "profile: cold\n"
    (mail / name).write_text(text)
    result = maillint("init", folder=mail)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert f"{name} already exists; nothing written" in result.stderr
    assert (mail / name).read_text() == text
    assert sorted(path.name for path in mail.iterdir()) == sorted(["a.html", name])


# -- what is installed --------------------------------------------------------------------------------

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (None, f"maillint=={__version__}"),
        ({"url": "https://a.example/maillint.git", "vcs_info": {"vcs": "git", "commit_id": REVISION}},
         f"maillint @ git+https://a.example/maillint.git@{REVISION}"),
        ({"url": "https://a.example/maillint-1.0-py3-none-any.whl", "archive_info": {}},
         "maillint @ https://a.example/maillint-1.0-py3-none-any.whl"),
        ({"url": "file:///nowhere/maillint", "dir_info": {}}, "maillint @ file:///nowhere/maillint"),
    ],
)  # fmt: skip
def test_what_is_printed_installs_what_is_installed(
    monkeypatch: pytest.MonkeyPatch, origin: dict[str, Any] | None, expected: str
) -> None:
    monkeypatch.setattr(installed, "_origin", lambda: origin)
    assert installed.requirement() == expected


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://a.example/owner/maillint.git", "git+https://a.example/owner/maillint.git@"),
        ("https://ada:secret@a.example/owner/maillint", "git+https://a.example/owner/maillint@"),
        ("git@a.example:owner/maillint.git", "git+ssh://git@a.example/owner/maillint.git@"),
        ("ssh://git@a.example/owner/maillint.git", "git+ssh://git@a.example/owner/maillint.git@"),
        ("/srv/maillint.git", "file:"),
        (None, "file:"),
    ],
)
def test_a_clone_knows_where_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remote: str | None, expected: str
) -> None:
    git("init", "-q", folder=tmp_path)
    git("commit", "-qm", "x", "--allow-empty", folder=tmp_path)
    if remote is not None:
        git("remote", "add", "origin", remote, folder=tmp_path)
    monkeypatch.setattr(installed, "_origin", lambda: {"url": tmp_path.as_uri(), "dir_info": {}})
    assert installed.requirement().startswith(f"maillint @ {expected}")


def test_the_printed_hook_works_as_it_is(tmp_path: Path) -> None:
    """pre-commit installs and runs it (from the checkout that these tests run in, where git knows no address)."""
    git("init", "-q", folder=tmp_path)
    write(tmp_path, "mails/a.html")
    printed = maillint("init", folder=tmp_path).stdout
    text = printed.partition("# .pre-commit-config.yaml\n")[2].partition("\n# a step of your CI")[0]
    text = re.sub(r"maillint @ [^\"]*", f"maillint @ {ROOT.as_uri()}", text)
    (tmp_path / ".pre-commit-config.yaml").write_text(text)
    git("add", ".", folder=tmp_path)
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "mails/a.html:1:7" in result.stdout
    (tmp_path / "mails/a.html").write_text("<p>Hi Ada</p>\n")
    (tmp_path / "other.html").write_text(BAD)
    git("add", ".", folder=tmp_path)
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="modes of files")
def test_a_folder_that_cannot_be_written_to(tmp_path: Path, plain_user: None) -> None:
    write(tmp_path, "a.html")
    tmp_path.chmod(0o555)
    command = [sys.executable, "-m", "maillint", "init"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, preexec_fn=as_plain_user, capture_output=True, text=True, check=False
    )
    tmp_path.chmod(0o755)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "maillint: .: the folder cannot be written to; nothing written\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
