"""Files that cannot be read or written as usual: one clear line, exit 2, and nothing is lost."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.command import maillint
from tests.cli.limits import as_plain_user, on_a_full_disk, run
from tests.installed import install_as

pytestmark = pytest.mark.slow

BAD = b"<p>One</br>Two</p>\r\n<p>Hi <b>Ada</p>\n"
MENDED = b"<p>One<br>Two</p>\r\n<p>Hi <b>Ada</p>\n"

WRITES = {
    "fix": (["--fix"], "a.html"),
    "output file": (["-o", "out/x"], "out/x"),
    "format with a file": (["-f", "summary", "-f", "sarif=out/x"], "out/x"),
    "baseline": (["--write-baseline", "out/x"], "out/x"),
}
EMPTY_BASELINE = '{"version": 1, "findings": []}'


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    (tmp_path / "a.html").write_bytes(BAD)
    (tmp_path / "out").mkdir()
    return tmp_path


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".maillint_cache" not in path.parts
    }


def refused(result: subprocess.CompletedProcess[str], name: str, reason: str) -> None:
    assert result.returncode == 2
    lines = [line for line in result.stderr.splitlines() if line]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith(f"maillint: {name}: ")
    assert reason in lines[0]
    assert "nothing written" in lines[0]


@pytest.mark.parametrize("kind", WRITES)
@pytest.mark.usefixtures("plain_user")
def test_a_read_only_file(mail: Path, kind: str) -> None:
    arguments, target = WRITES[kind]
    if target != "a.html":
        (mail / target).write_text(EMPTY_BASELINE)
    (mail / target).chmod(0o444)
    before = tree(mail)
    refused(run(mail, "check", "a.html", *arguments, before=as_plain_user), target, "read-only")
    assert tree(mail) == before


@pytest.mark.parametrize("kind", WRITES)
@pytest.mark.usefixtures("plain_user")
def test_a_read_only_folder(mail: Path, kind: str) -> None:
    arguments, target = WRITES[kind]
    folder = (mail / target).parent
    before = tree(mail)
    folder.chmod(0o555)
    try:
        result = run(mail, "check", "a.html", *arguments, before=as_plain_user)
    finally:
        folder.chmod(0o755)
    refused(result, target, "permission denied")
    assert tree(mail) == before


@pytest.mark.parametrize("there", [False, True], ids=["new", "there already"])
@pytest.mark.parametrize("kind", WRITES)
def test_a_full_disk(mail: Path, kind: str, there: bool) -> None:
    arguments, target = WRITES[kind]
    (mail / "a.html").write_bytes(BAD * 10)
    if there and target != "a.html":
        (mail / target).write_text(EMPTY_BASELINE)
    before = tree(mail)
    refused(run(mail, "check", "a.html", *arguments, before=on_a_full_disk), target, "file too large")
    assert tree(mail) == before


@pytest.mark.parametrize("kind", [kind for kind in WRITES if kind != "fix"])
def test_a_folder_in_the_place_of_a_file(mail: Path, kind: str) -> None:
    arguments, target = WRITES[kind]
    (mail / target).mkdir()
    result = run(mail, "check", "a.html", *arguments)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith(f"maillint: {target}: is a directory")
    assert list((mail / "out").iterdir()) == [mail / target]


def test_one_file_that_cannot_be_fixed_costs_the_others_nothing(mail: Path, plain_user: None) -> None:
    for name in ("b.html", "c.html"):
        (mail / name).write_bytes(BAD)
    (mail / "b.html").chmod(0o444)
    result = run(mail, "check", ".", "--fix", "-f", "concise", before=as_plain_user)
    assert result.returncode == 2
    assert result.stderr == ("Applied 2 fixes in 2 files.\nmaillint: b.html: read-only; nothing written\n")
    assert [(mail / f"{name}.html").read_bytes() for name in "abc"] == [MENDED, BAD, MENDED]


# -- links, pipes, devices


def test_links_are_written_through_and_stay(mail: Path) -> None:
    (mail / "far").mkdir()
    (mail / "far/real.html").write_bytes(BAD)
    (mail / "far/real.html").chmod(0o640)
    (mail / "link.html").symlink_to("far/real.html")
    (mail / "out/x").symlink_to("../far/report.txt")
    maillint("check", "link.html", "--fix", "-o", "out/x", folder=mail)
    assert (mail / "link.html").is_symlink()
    assert (mail / "far/real.html").read_bytes() == MENDED
    assert stat.S_IMODE((mail / "far/real.html").stat().st_mode) == 0o640
    assert (mail / "out/x").is_symlink()
    assert "markup/unclosed-tag" in (mail / "far/report.txt").read_text()


def test_another_name_of_a_fixed_file_keeps_the_old_text(mail: Path) -> None:
    """Written whole or not at all means a new file: what a hard link names is nothing lost."""
    os.link(mail / "a.html", mail / "saved.old")
    maillint("check", "a.html", "--fix", folder=mail)
    assert ((mail / "a.html").read_bytes(), (mail / "saved.old").read_bytes()) == (MENDED, BAD)


def test_a_pipe_among_the_files_is_not_waited_for(mail: Path) -> None:
    os.mkfifo(mail / "pipe.html")
    for arguments in (["."], [".", "--fix"], ["pipe.html"], [".", "--diff"]):
        result = run(mail, "check", *arguments)
        assert result.returncode == 2
        assert "maillint: pipe.html: not a regular file\n" in result.stderr
    assert stat.S_ISFIFO((mail / "pipe.html").stat().st_mode)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no /dev/fd here")
def test_what_a_shell_hands_over_is_read_once(mail: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, BAD)
    os.close(writer)
    result = subprocess.run(
        [sys.executable, "-m", "maillint", "check", f"/dev/fd/{reader}", "-f", "concise"],
        cwd=mail,
        pass_fds=[reader],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(reader)
    assert (result.returncode, result.stderr) == (1, "")
    assert f"/dev/fd/{reader}:2:7: error markup/unclosed-tag" in result.stdout


def test_output_goes_into_a_pipe_or_a_device_as_it_is(mail: Path) -> None:
    os.mkfifo(mail / "pipe")
    got: list[str] = []
    thread = threading.Thread(target=lambda: got.append((mail / "pipe").read_text()), daemon=True)
    thread.start()
    result = run(mail, "check", "a.html", "-f", "json=pipe", "-f", "sarif=/dev/null", "-f", "concise")
    thread.join(60)
    assert (result.returncode, result.stderr) == (1, "")
    assert json.loads(got[0])["summary"]["error"] == 2
    assert stat.S_ISFIFO((mail / "pipe").stat().st_mode)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_standard_output_on_a_full_disk(mail: Path) -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "maillint", "check", "a.html"],
            cwd=mail, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (result.returncode, result.stderr) == (2, "maillint: no space left on device\n")


# -- a file that changes meanwhile

EDITOR = """
from pathlib import Path
from maillint.plugin import check

@check("editor")
def saved(message, options):
    "Saves the file while it is being linted, as an editor may."
    Path(message.source.path).write_bytes(b"<p>Two</br>Three</p>")
    return
    yield
"""
"""A check that stands for whoever saves a file between its reading and its fixing."""


def test_a_file_that_is_saved_while_it_is_linted(mail: Path) -> None:
    site = mail / "site"
    (site / "editor" / "rules" / "mine").mkdir(parents=True)
    (site / "editor" / "__init__.py").write_text(EDITOR)
    (site / "editor" / "rules" / "mine" / "editor.yaml").write_text(
        "summary: s\ncheck: editor\nseverity: warning\nmessage: m\nwhy: w\n"
    )
    install_as("editor", {"maillint.checks": {"editor": "editor"}}, site)
    (mail / "maillint.yaml").write_text("plugins: [editor]\n")
    result = maillint("check", "a.html", "--fix", folder=mail, PYTHONPATH=os.pathsep.join([str(site), *sys.path]))
    refused(result, "a.html", "changed since it was read")
    assert (mail / "a.html").read_bytes() == b"<p>Two</br>Three</p>"
