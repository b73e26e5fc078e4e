"""``--watch`` and Ctrl-C, as a terminal gives them to a real process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.command import maillint

BAD = "<p>Hi <b>Ada</p>\n"
GOOD = "<p>Hi Ada</p>\n"
PATIENCE = 60.0

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="POSIX signals")]


class Running:
    """A ``maillint`` in a process group of its own, whose output goes to files."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._out, self._err = folder.parent / "out", folder.parent / "err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "maillint", *arguments],
                cwd=folder,
                env={**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        self._runs, self._seen = 0, (0, 0)

    @property
    def out(self) -> str:
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return self._err.read_text(encoding="utf-8")

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds; fail where the process ends first, or patience."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert self.process.poll() is None, self.err
            assert time.monotonic() < end, self.out + self.err
            time.sleep(0.02)

    def next_run(self) -> str:
        """What the next run of --watch prints, both streams."""
        self.wait_for(lambda: self.err.count("Watching for changes") > self._runs)
        self._runs += 1
        out, err = self.out, self.err
        new = out[self._seen[0] :] + err[self._seen[1] :]
        self._seen = len(out), len(err)
        return new

    def interrupt(self, *, group: bool = True) -> int:
        """Ctrl-C: the terminal signals the whole process group; return the exit status as a shell tells it."""
        if group:
            os.killpg(self.process.pid, signal.SIGINT)
        else:
            self.process.send_signal(signal.SIGINT)
        status = self.process.wait(PATIENCE)
        return 128 - status if status < 0 else status  # Python ends itself by the signal where it was in an exec()

    def alone(self) -> bool:
        """Whether no process of the group is left."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def end(self) -> None:
        if not self.alone():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


Start = Callable[..., Running]


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "a.html").write_text(GOOD)
    return folder


@pytest.fixture
def start(mail: Path) -> Iterator[Start]:
    started = []

    def run(*arguments: str) -> Running:
        started.append(Running(mail, *arguments))
        return started[-1]

    yield run
    for one in started:
        one.end()


# -- watch


def test_watch_tells_what_a_change_brings_and_what_mends_it(mail: Path, start: Start) -> None:
    running = start("check", "--watch", ".", "-f", "concise")
    assert "no findings in 1 file" in running.next_run()
    (mail / "a.html").write_text(BAD)
    assert "a.html:1:7: error markup/unclosed-tag" in running.next_run()
    (mail / "b.html").write_text(BAD)
    assert "b.html:1:7: error markup/unclosed-tag" in running.next_run()
    (mail / "b.html").unlink()
    assert "b.html" not in running.next_run()
    (mail / "a.html").write_text("---\ntouch: one\n---\n")
    assert "maillint: a.html: " in running.next_run()
    (mail / "a.html").write_bytes(b"\0\0")
    assert "maillint: a.html: binary data" in running.next_run()
    (mail / "a.html").write_text(GOOD)
    assert "no findings in 1 file" in running.next_run()
    (mail / "a.html").unlink()
    assert "maillint: no templates or messages found in /" in running.next_run().lower()
    (mail / "a.html").write_text(BAD)
    assert "a.html:1:7: error markup/unclosed-tag" in running.next_run()
    assert running.interrupt() == 130
    assert "Traceback" not in running.err
    assert running.alone()


def test_watch_reads_settings_anew(mail: Path, start: Start) -> None:
    """Settings above the folder, in pyproject.toml, extended, named on the command line's behalf: all count."""
    (mail / "a.html").write_text(BAD)
    (mail.parent / "house").mkdir()
    (mail.parent / ".git").mkdir()
    running = start("check", "--watch", ".", "-f", "concise")
    assert " error markup/unclosed-tag" in running.next_run()
    (mail.parent / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert " error markup/unclosed-tag" in running.next_run()
    (mail.parent / "pyproject.toml").write_text("[tool.maillint]\nrules = {markup = 'warning'}\n")
    assert " warning markup/unclosed-tag" in running.next_run()
    (mail / "maillint.yaml").write_text("extends: [../house/base.yaml]\nrule-folders: [../house/rules]\n")
    assert 'no file "../house/base.yaml"' in running.next_run()
    (mail.parent / "house/rules/own").mkdir(parents=True)
    (mail.parent / "house/base.yaml").write_text("rules: {markup: info}\n")
    (mail / "maillint.yaml").write_text("extends: ../house/base.yaml\nrule-folders: [../house/rules]\n")
    assert " info markup/unclosed-tag" in running.next_run()
    (mail.parent / "house/base.yaml").write_text("rules: {markup: erorr}\n")
    assert 'severity must be error, warning, info or off, not "erorr"' in running.next_run()
    (mail.parent / "house/base.yaml").write_text("rules: {markup: error}\n")
    assert " error markup/unclosed-tag" in running.next_run()
    (mail.parent / "house/rules/own/no-ada.yaml").write_text(
        "summary: s\ncheck: pattern\noptions: {pattern: Ada}\nseverity: info\nmessage: no {match}\nwhy: w\n"
    )
    assert " info own/no-ada no Ada" in running.next_run()


def test_watch_is_not_woken_by_what_it_writes_itself(mail: Path, start: Start) -> None:
    (mail / "a.html").write_text("<p>One</br>Two</p>\n")
    running = start("check", "--watch", ".", "--fix", "-f", "concise", "-f", "json=report.json", "-f", "sarif=x.yaml")
    assert "Applied 1 fix" in running.next_run()
    assert "Applied" not in running.next_run()  # the mended file is a change
    (mail / "b.html").write_text(BAD)
    assert "b.html:1:7" in running.next_run()
    time.sleep(1.5)
    assert running.err.count("Watching for changes") == 3


def test_watch_of_a_file_sees_its_twin_and_what_it_includes(mail: Path, start: Start) -> None:
    (mail / "a.mjml").write_text('<mjml><mj-body><mj-include path="parts/x.mjml" /></mj-body></mjml>\n')
    (mail / "a.html").unlink()
    running = start("check", "--watch", "a.mjml", "-f", "json")
    running.next_run()
    (mail / "a.txt").write_text("Hi\n")
    running.next_run()
    (mail / "parts").mkdir()
    (mail / "parts/x.mjml").write_text("<mj-section></mj-section>\n")
    running.next_run()


# -- Ctrl-C


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("group", [True, False], ids=["terminal", "kill"])
def test_ctrl_c_in_a_long_run(mail: Path, start: Start, jobs: str, group: bool) -> None:
    for number in range(400):
        (mail / f"{number:03}.html").write_text((BAD + "<table><tr><td>x</td></tr></table>\n" * 40) * 3)
    running = start("check", ".", "-j", jobs, "-f", "json=report.json")
    first = f"/proc/{running.process.pid}/task/{running.process.pid}/children"
    if jobs == "2" and Path(first).exists():
        running.wait_for(lambda: len(Path(first).read_text().split()) == 2)
    else:
        time.sleep(1.0)
    assert running.interrupt(group=group) == 130, running.err
    assert (running.out, running.err.strip()) == ("", "")
    assert running.alone()
    assert not (mail / "report.json").exists()
    assert list(mail.glob(".maillint_cache/*.tmp")) == []
    assert list(mail.glob("*.tmp")) == []


def test_ctrl_c_while_fixing_leaves_every_file_as_it_was_or_mended(mail: Path, start: Start) -> None:
    before = "<p>One</br>Two</p>\n"
    mended = before.replace("</br>", "<br>")
    for number in range(300):
        (mail / f"{number:03}.html").write_text(before)
    running = start("check", ".", "--fix", "-f", "json")
    running.wait_for(lambda: (mail / "000.html").read_text() == mended)
    assert running.interrupt() == 130
    assert running.err.strip() == ""
    assert {path.read_text() for path in mail.glob("[0-9]*.html")} == {before, mended}
    assert list(mail.glob("*.tmp")) == []


def test_ctrl_c_while_the_cache_is_written_keeps_it_whole(mail: Path, start: Start) -> None:
    for number in range(300):
        (mail / f"{number:03}.html").write_text(BAD * 10)
    running = start("check", ".", "-f", "summary")
    running.wait_for((mail / ".maillint_cache").exists)
    assert running.interrupt() in {1, 130}
    assert "Traceback" not in running.err
    stored = mail / ".maillint_cache/results.json"
    assert not stored.exists() or json.loads(stored.read_text())["messages"]
    assert list(mail.glob(".maillint_cache/*.tmp")) == []


def test_ctrl_c_while_starting_is_quiet(mail: Path) -> None:
    (mail / "click.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    result = maillint("check", ".", folder=mail, PYTHONPATH=os.pathsep.join([str(mail), *sys.path]))
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "")
