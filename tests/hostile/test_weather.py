"""One bad thing stops nothing else: all else is linted, fixed, shown and counted; the bad file is named; exit 2."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from maillint.project.cache_file import sealed
from tests.cli.command import BAD, maillint
from tests.cli.limits import as_plain_user, run

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="POSIX only")]

MENDABLE = "<p>One</br>Two</p>\n"
RULE = ("--select", "markup/unclosed-tag", "-f", "concise")


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.html").write_text(BAD)
    return tmp_path


def linted(output: str) -> list[str]:
    return [line.split(":")[0] for line in output.splitlines() if "markup/unclosed-tag" in line]


# -- files and folders ------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_listed(mail: Path) -> None:
    (mail / "closed").mkdir()
    (mail / "closed/x.html").write_text(BAD)
    (mail / "closed").chmod(0)
    try:
        for more in ([], ["--fix"], ["--diff"]):
            result = run(mail, "check", ".", *RULE, *more, before=as_plain_user)
            if "permission denied" not in result.stderr:
                pytest.skip("root reads everything here")
            assert (result.returncode, result.stderr) == (2, "maillint: closed: permission denied\n")
            assert more == ["--diff"] or linted(result.stdout) == ["a.html", "b.html", "c.html"]
        shown = run(mail, "check", ".", "--show-settings", before=as_plain_user)
        assert (shown.returncode, shown.stderr) == (2, "maillint: closed: permission denied\n")
    finally:
        (mail / "closed").chmod(0o755)


VANISHING = """
import os, sys
import maillint.project.discovery as discovery
find = discovery.Discovery.groups
def groups(self, paths):
    found = find(self, paths)
    os.unlink("b.html")
    return found
discovery.Discovery.groups = groups
from maillint.cli import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize("more", [[], ["--fix"], ["-j", "4"], ["--no-cache"]], ids=str)
def test_a_file_that_vanishes(mail: Path, more: list[str]) -> None:
    for number in range(40):
        (mail / f"{number}.html").write_text(BAD)
    command = [sys.executable, "-c", VANISHING, "check", ".", *RULE, *more]
    result = subprocess.run(command, cwd=mail, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (2, "maillint: b.html: no such file or directory\n")
    assert len(linted(result.stdout)) == 42


BROKEN = """
import os, signal, sys
import maillint.message.read as read
whole = read.read_message
def broken(sources, *given):
    if "BOOM" in sources[0].text:
        {fault}
    return whole(sources, *given)
read.read_message = broken
from maillint.cli import main
main(sys.argv[1:])
"""
FAULTS = {
    "exception": ("raise KeyError('x')", "internal error: KeyError: 'x' (<string>:"),
    "memory": ("raise MemoryError", "internal error: MemoryError:  (<string>:"),
    "recursion": ("broken(sources, *given)", "internal error: RecursionError: maximum recursion depth exceeded"),
    "killed": ("os.kill(os.getpid(), signal.SIGKILL)", "the process that linted it was killed"),
    "terminated": ("os.kill(os.getpid(), signal.SIGTERM)", "the process that linted it was killed"),
    "ended": ("os._exit(0)", "the process that linted it was killed"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_breaks_what_lints_it(mail: Path, fault: str) -> None:
    code, said = FAULTS[fault]
    for number in range(40):
        (mail / f"{number}.html").write_text(MENDABLE + BAD)
    (mail / "7.html").write_text("BOOM")
    (mail / "8.html").write_text("BOOM")
    command = [sys.executable, "-c", BROKEN.format(fault=code), "check", ".", *RULE]
    in_process = "process that linted" not in said
    for more in [["-j", "4"], *([["-j", "1"], ["--fix", "--select", "markup"]] if in_process else [])]:
        result = subprocess.run([*command, *more], cwd=mail, capture_output=True, text=True, check=False)
        assert result.returncode == 2
        failures = [line for line in result.stderr.splitlines() if not line.startswith("Applied")]
        assert len(failures) == 2, result.stderr
        for line, name in zip(failures, ["7.html", "8.html"], strict=True):
            assert line.startswith(f"maillint: {name}: {said}"), line
        assert len(linted(result.stdout)) == 41
        assert "--fix" not in more or (mail / "9.html").read_text() == MENDABLE.replace("</br>", "<br>") + BAD


# -- the cache --------------------------------------------------------------------------------------------

CACHE = ".maillint_cache/results.json"
SHAPES = ["", "[]", "3", "null", '"x"', "{}", "[" * 200_000, '{"a":' * 200_000, "9" * 5000, "\0", '{"messages": 3}']


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: ascii(shape[:12]))
def test_a_cache_of_another_shape(mail: Path, shape: str) -> None:
    expected = maillint("check", ".", *RULE, folder=mail)
    (mail / CACHE).write_text(shape)
    for _ in range(2):
        result = maillint("check", ".", *RULE, folder=mail)
        assert (result.returncode, result.stdout, result.stderr) == (1, expected.stdout, "")
    assert json.loads((mail / CACHE).read_text())["messages"]


@pytest.mark.parametrize("value", [None, 3, -1, 10**30, "x", [], {}, [[]], True, 1.5], ids=str)
def test_a_stored_result_with_other_values(mail: Path, value: object) -> None:
    """Each value of each stored result in turn: a result that holds is used, any other counts as none."""
    expected = maillint("check", ".", *RULE, "-j", "1", folder=mail)
    whole = json.loads((mail / CACHE).read_text())
    del whole["seal"]

    def places(node: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        return [found for key, inner in pairs for found in ((*path, key), *places(inner, (*path, key)))]

    for place in places(whole)[::7]:
        changed = json.loads(json.dumps(whole))
        node = changed
        for key in place[:-1]:
            node = node[key]
        node[place[-1]] = value
        (mail / CACHE).write_bytes(sealed(json.dumps(changed)) or b"")
        result = maillint("check", ".", *RULE, "-j", "1", folder=mail)
        assert result.returncode in {0, 1} and result.stderr == "", (place, result.stderr)
    assert expected.returncode == 1


@pytest.mark.parametrize("what", ["pipe", "folder", "link to a pipe", "closed folder"])
def test_something_else_in_the_place_of_the_cache(mail: Path, what: str) -> None:
    (mail / ".maillint_cache").mkdir()
    if what == "folder":
        (mail / CACHE).mkdir()
    elif what == "closed folder":
        (mail / ".maillint_cache").chmod(0)
    else:
        os.mkfifo(mail / "pipe")
        (mail / CACHE).symlink_to("../pipe") if "link" in what else os.mkfifo(mail / CACHE)
    result = run(mail, "check", ".", *RULE, before=as_plain_user)
    (mail / ".maillint_cache").chmod(0o755)
    assert (result.returncode, len(linted(result.stdout)), result.stderr) == (1, 3, "")


@pytest.mark.parametrize("link", [".maillint_cache", CACHE])
def test_the_cache_is_never_written_through_a_link(
    mail: Path, link: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    away = tmp_path_factory.mktemp("away")
    (mail / link).parent.mkdir(exist_ok=True)
    (mail / link).symlink_to(away if link == ".maillint_cache" else away / "results.json")
    assert maillint("check", ".", *RULE, folder=mail).returncode == 1
    assert list(away.iterdir()) == []
    assert (mail / link).is_symlink()


# -- streams ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-", ">&- 2>&-"])
def test_closed_streams(mail: Path, closed: str) -> None:
    def shell(arguments: str) -> subprocess.CompletedProcess[str]:
        command = f'exec "{sys.executable}" -m maillint {arguments} {closed}'
        return subprocess.run(["sh", "-c", command], cwd=mail, capture_output=True, text=True, check=False)

    result = shell("check a.html --select markup -f concise")
    lost = ">&-" in closed.replace("2>&-", "")
    assert result.returncode == (2 if lost else 1)
    assert "2>&-" in closed or result.stderr == ("maillint: bad file descriptor\n" if lost else "")
    assert lost or linted(result.stdout) == ["a.html"]
    written = shell("check a.html --select markup -f json=report.json")
    assert written.returncode == 1
    assert json.loads((mail / "report.json").read_text())["summary"]["error"] == 1
    assert (mail / "a.html").read_text() == BAD
    if "<&-" in closed:
        assert shell("check -").returncode == 2


def test_an_output_that_cannot_be_written_costs_no_other(mail: Path) -> None:
    (mail / "missing.html").symlink_to("nowhere")
    outputs = (
        "-f",
        "json=a.json",
        "-f",
        "sarif=none/x",
        "-f",
        "gitlab=/dev/full",
        "-f",
        "junit=b.xml",
        "-f",
        "concise",
    )
    result = maillint("check", ".", "--select", "markup/unclosed-tag", *outputs, folder=mail)
    assert (result.returncode, len(linted(result.stdout))) == (2, 3)
    assert result.stderr.splitlines() == [
        "maillint: none/x: no such file or directory; nothing written",
        "maillint: /dev/full: no space left on device; nothing written",
        "maillint: missing.html: no such file or directory",
    ]
    assert (mail / "a.json").exists() and (mail / "b.xml").exists()


@pytest.mark.parametrize("stream", [">", "2>"])
def test_streams_that_are_full(mail: Path, stream: str) -> None:
    (mail / "missing.html").symlink_to("nowhere")

    def shell(arguments: str) -> subprocess.CompletedProcess[str]:
        command = f'exec "{sys.executable}" -m maillint {arguments} {stream}/dev/full'
        return subprocess.run(["sh", "-c", command], cwd=mail, capture_output=True, text=True, check=False)

    result = shell("check . --select markup/unclosed-tag -f concise -f json=report.json")
    assert result.returncode == 2
    assert json.loads((mail / "report.json").read_text())["summary"]["error"] == 3
    if stream == ">":
        assert result.stderr.splitlines() == [
            "maillint: missing.html: no such file or directory",
            "maillint: no space left on device",
        ]
    else:
        assert len(linted(result.stdout)) == 3
    for arguments in ("check nowhere", "check --nonsense", "rule no/such"):
        assert shell(arguments).returncode == 2
    (mail / "missing.html").unlink()
    (mail / "a.html").write_text(MENDABLE)
    assert shell("check a.html --fix --select markup").returncode == (2 if stream == ">" else 0)
    assert (mail / "a.html").read_text() == MENDABLE.replace("</br>", "<br>")


def test_a_reader_who_goes_costs_no_file(mail: Path) -> None:
    for number in range(2000):
        (mail / f"{number}.html").write_text(BAD)
    command = f'"{sys.executable}" -m maillint check . {" ".join(RULE)} -f json=report.json --fix | head -n 1; ls'
    result = subprocess.run(["sh", "-c", command], cwd=mail, capture_output=True, text=True, check=False)
    assert result.stderr == "" and "report.json" in result.stdout.splitlines()


def test_standard_input_has_a_limit(mail: Path) -> None:
    with Path("/dev/zero").open("rb") as endless:
        command = [sys.executable, "-m", "maillint", "check", "-"]
        result = subprocess.run(
            command, cwd=mail, stdin=endless, capture_output=True, text=True, check=False, timeout=60
        )
    assert (result.returncode, result.stderr) == (2, "maillint: stdin: too large (more than 20,000,000 bytes)\n")
    endless_file = maillint("check", "/dev/zero", "a.html", *RULE, folder=mail)
    assert endless_file.stderr == "maillint: /dev/zero: too large (more than 20,000,000 bytes)\n"
    assert (endless_file.returncode, linted(endless_file.stdout)) == (2, ["a.html"])


# -- SIGTERM, SIGHUP --------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("more", [["-j", "1"], ["-j", "2"], ["--fix"]], ids=str)
def test_sigterm_leaves_nothing_half_written_and_no_process(mail: Path, more: list[str], sent: int) -> None:
    for number in range(300):
        (mail / f"{number:03}.html").write_text(MENDABLE + (BAD + "<table><tr><td>x</td></tr></table>\n" * 300) * 2)
    before = {path: path.read_bytes() for path in mail.glob("*.html")}
    command = [sys.executable, "-m", "maillint", "check", ".", *more, "-f", "json=report.json"]
    with subprocess.Popen(command, cwd=mail, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        time.sleep(1)
        process.send_signal(sent)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + sent, "the run was over too soon for this test"
    assert errors == ""
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert list(mail.rglob("*.tmp")) == [] and not (mail / "report.json").exists()
    for path, data in before.items():
        assert path.read_bytes() in {data, data.replace(b"</br>", b"<br>")}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_nohup_keeps_a_run_going(mail: Path, jobs: str) -> None:
    for number in range(100):
        (mail / f"{number:03}.html").write_text(BAD * 200)
    command = ["nohup", sys.executable, "-m", "maillint", "check", ".", *RULE, "-j", jobs, "--no-cache"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=mail, start_new_session=True, **pipes) as process:  # type: ignore[call-overload]
        time.sleep(0.5)
        os.killpg(process.pid, signal.SIGHUP)
        output, errors = process.communicate(timeout=120)
    assert (process.returncode, len(set(linted(output)))) == (1, 103), errors


# -- a baseline -------------------------------------------------------------------------------------------


def test_names_that_are_not_utf8_in_a_baseline_and_in_reports(mail: Path) -> None:
    name = os.fsencode(str(mail)) + b"/caf\xe9.html"
    Path(os.fsdecode(name)).write_text(BAD)
    result = maillint("check", ".", "--write-baseline", "known.json", *RULE[:2], folder=mail)
    assert (result.returncode, result.stderr) == (0, "Wrote 4 findings to known.json.\n")
    assert maillint("check", ".", "--baseline", "known.json", *RULE, folder=mail).returncode == 0
    for kind in ("full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown", "summary"):
        assert maillint("check", ".", *RULE[:2], "-f", f"{kind}=out", "-f", kind, folder=mail).returncode == 1
        result = maillint("check", ".", *RULE[:2], "-f", f"{kind}=out", folder=mail)
        assert (result.returncode, result.stderr) == (1, "")
        (mail / "out").read_text(encoding="utf-8")


def test_a_baseline_that_is_a_pipe_is_not_waited_for(mail: Path) -> None:
    os.mkfifo(mail / "pipe")
    (mail / "maillint.yaml").write_text("baseline: pipe\n")
    result = maillint("check", ".", folder=mail)
    assert (result.returncode, result.stderr.endswith("pipe: not a regular file\n")) == (2, True)


# -- settings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["pipe", "device", "size"])
@pytest.mark.parametrize("name", ["pyproject.toml", "maillint.yaml", "rules/mine/x.yaml", "more.yaml", "known.json"])
def test_settings_that_never_end_are_not_waited_for(mail: Path, name: str, what: str) -> None:
    (mail / "rules/mine").mkdir(parents=True)
    line = {"r": "rule-folders: [rules]", "m": "extends: more.yaml", "k": "baseline: known.json"}.get(name[0])
    if name != "maillint.yaml" and line is not None:
        (mail / "maillint.yaml").write_text(f"{line}\n")
    if what == "pipe":
        os.mkfifo(mail / name)
    elif what == "device":
        (mail / name).symlink_to("/dev/zero")
    else:
        with (mail / name).open("wb") as file:
            file.truncate(5_000_000_000)
    command = [sys.executable, "-m", "maillint", "check", ".", *RULE]
    result = subprocess.run(command, cwd=mail, capture_output=True, text=True, check=False, timeout=30)
    if name == "pyproject.toml" or (name == "maillint.yaml" and what != "size"):
        assert (result.returncode, len(linted(result.stdout)), result.stderr) == (1, 3, "")
    else:
        assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_a_folder_of_rules_is_looked_at_two_levels_deep(mail: Path) -> None:
    """Whatever lies below it: the cache notes the rules that are read, and walks no further."""
    (mail / "rules/mine").mkdir(parents=True)
    (mail / "rules/mine/deep").symlink_to("/proc")
    (mail / "rules/all").symlink_to("/")
    (mail / "maillint.yaml").write_text("rule-folders: [rules]\n")
    start = time.monotonic()
    for _ in range(2):
        assert maillint("check", ".", *RULE, folder=mail).returncode == 1
    assert time.monotonic() - start < 20


def test_a_working_folder_that_is_gone_is_named(mail: Path) -> None:
    (mail / "gone").mkdir()
    command = f'cd gone && rmdir ../gone && exec "{sys.executable}" -m maillint check "{mail}"'
    result = subprocess.run(["sh", "-c", command], cwd=mail, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (2, "maillint: the working folder: no such file or directory\n")
