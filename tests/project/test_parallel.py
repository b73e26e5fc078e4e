"""Work in several processes: results in order, whatever happens in one of them."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maillint.project.parallel import WORTH_FORKING, cores, spread

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
MANY = range(4 * WORTH_FORKING)


@pytest.fixture(autouse=True)
def unfrozen() -> None:
    """What one test has frozen must not change the next."""
    gc.unfreeze()


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C as in a terminal: a command in the background ignores it, and so do the tests that it runs."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def squares(items: range) -> list[int]:
    return [item * item for item in items]


def open_files() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").glob("*")}


@pytest.mark.parametrize("jobs", [0, 1, 2, 3, 7, 100])
@pytest.mark.parametrize("count", [0, 1, WORTH_FORKING - 1, WORTH_FORKING, WORTH_FORKING + 1, 100])
def test_results_are_those_of_one_process_in_order(jobs: int, count: int) -> None:
    heard: list[int] = []
    assert spread(lambda item: item * item, range(count), jobs, heard.append) == squares(range(count))
    assert heard == sorted(heard)
    assert heard[-1:] == ([count] if count else [])


@forks
@pytest.mark.parametrize(
    ("count", "jobs", "processes"),
    [
        (WORTH_FORKING, 1, 0),
        (WORTH_FORKING - 1, 9, 0),
        (WORTH_FORKING, 9, 2),
        (WORTH_FORKING, 2, 2),
        (3 * WORTH_FORKING // 2, 9, 3),
        (100, 4, 4),
    ],
)
def test_how_many_processes_are_worth_it(count: int, jobs: int, processes: int) -> None:
    """Each has eight items at least."""
    found = set(spread(lambda item: os.getpid(), range(count), jobs))
    assert len(found) == max(processes, 1)
    assert (os.getpid() in found) is (processes == 0)


@forks
def test_the_work_is_dealt_out_in_turn() -> None:
    workers = spread(lambda item: os.getpid(), MANY, 2)
    assert len(set(workers[::2])) == len(set(workers[1::2])) == 1
    assert workers[0] != workers[1]


def test_without_fork_everything_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork", raising=False)
    heard: list[int] = []
    assert set(spread(lambda item: os.getpid(), MANY, 8, heard.append)) == {os.getpid()}
    assert heard == [item + 1 for item in MANY]


@forks
@pytest.mark.parametrize("size", [0, 1, 1 << 16, (1 << 16) + 1, 300_000])
def test_results_of_any_size_come_through(size: int) -> None:
    assert spread(lambda item: bytes([item]) * size, MANY, 2) == [bytes([item]) * size for item in MANY]


@forks
def test_a_result_may_be_larger_than_any_file() -> None:
    assert [len(result) for result in spread(lambda item: bytes(17_000_000 * (item == 3)), MANY, 2)] == [
        17_000_000 * (item == 3) for item in MANY
    ]


read_again: list[int] = []


class Result:
    """Notes that it has come out of a pipe."""

    def __init__(self, item: int) -> None:
        self.item = item

    def __setstate__(self, state: dict[str, int]) -> None:
        read_again.append(state["item"])


@forks
def test_each_result_is_read_once() -> None:
    read_again.clear()
    spread(Result, MANY, 2)
    assert sorted(read_again) == list(MANY)


@forks
def test_progress_is_heard_while_others_work() -> None:
    def work(item: int) -> int:
        time.sleep(0.5 if item == 1 else 0)
        return item

    heard: list[tuple[int, float]] = []
    spread(work, MANY, 2, lambda count: heard.append((count, time.monotonic())))
    half = next(when for count, when in heard if count >= len(MANY) // 2)
    assert heard[-1][1] - half > 0.2


# -- what goes wrong ----------------------------------------------------------------------------------


def test_an_error_here_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        spread(lambda item: 1 // item, range(3), 1)


def die(item: int) -> int:
    if item == 5:
        os._exit(0)
    return item


def fail(item: int) -> int:
    return 1 // (item - 5)


def get_killed(item: int) -> int:
    if item == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


@forks
@pytest.mark.parametrize("work", [die, fail, get_killed])
def test_a_process_that_ends_early_is_an_error_and_leaves_nothing_behind(work: Callable[[int], int]) -> None:
    """Of 64 items in two processes, the one with the odd items has done 1 and 3."""
    before = open_files()
    with pytest.raises(RuntimeError, match=r"^a process ended early: 30 of 64 files were not linted$"):
        spread(work, MANY, 2)
    assert open_files() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@forks
@pytest.mark.parametrize("work", [die, fail, get_killed])
def test_another_process_takes_over_what_one_that_ends_early_has_left(work: Callable[[int], int]) -> None:
    before = open_files()
    expected = [-5 if item == 5 else 1 // (item - 5) if work is fail else item for item in MANY]
    assert spread(work, MANY, 2, lost=lambda item: -item) == expected
    assert open_files() == before
    assert set(spread(lambda item: os._exit(0), MANY, 2, lost=str)) == {str(item) for item in MANY}


@forks
def test_an_error_while_collecting_ends_the_children_whatever_they_block() -> None:
    def work(item: int) -> int:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        time.sleep(60 if item > 1 else 0)
        return item

    def stop(count: int) -> None:
        raise KeyboardInterrupt

    before, start = open_files(), time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        spread(work, MANY, 2, stop)
    assert time.monotonic() - start < 30
    assert open_files() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


ORPHANS = """
import os, signal
from maillint.project.parallel import spread

def work(item):
    if item < 3:
        print(os.getpid(), flush=True)
    return bytes(1_000_000)

def end(count):
    os.kill(os.getpid(), signal.SIGKILL)

spread(work, range(64), 3, end)
"""


@forks
def test_children_end_when_nobody_reads_what_they_write() -> None:
    command = [sys.executable, "-c", ORPHANS]
    root = Path(__file__).parents[2]
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}  # so that each line is written at once
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, cwd=root, timeout=60, env=buffered)
    assert result.returncode == -signal.SIGKILL
    children = list(map(int, result.stdout.split()))
    deadline = time.monotonic() + 20
    while alive := [child for child in children if is_alive(child)]:
        assert time.monotonic() < deadline, alive
        time.sleep(0.05)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


@forks
def test_nothing_of_the_parent_runs_in_a_child(tmp_path: Path) -> None:
    """No exit handler, and no second writing of what the parent has not written out yet."""
    program = (
        "import atexit, os, sys\n"
        "from maillint.project.parallel import spread\n"
        "atexit.register(lambda: os.write(1, b'exit '))\n"
        "print('buffered', end=' ')\n"
        "print(sum(spread(lambda item: item, range(64), 4)), end=' ')\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert sorted(result.stdout.split()) == ["2016", "buffered", "exit"]


@forks
def test_children_take_ctrl_c_as_the_system_means_it_and_the_parent_as_before() -> None:
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    handler = signal.getsignal(signal.SIGINT)
    seen = spread(lambda item: (signal.getsignal(signal.SIGINT), signal.pthread_sigmask(signal.SIG_BLOCK, ())), MANY, 2)
    assert {handled for handled, _ in seen} == {signal.SIG_DFL}
    assert all(signal.SIGINT not in blocked for _, blocked in seen)
    assert signal.getsignal(signal.SIGINT) == handler
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == mask


@forks
@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_while_starting_waits_until_every_child_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    start, started = os.fork, []

    def fork() -> int:
        process = start()
        if process:
            started.append(process)
            signal.raise_signal(signal.SIGINT)
        return process

    monkeypatch.setattr(os, "fork", fork)
    with pytest.raises(KeyboardInterrupt):
        spread(lambda item: time.sleep(60), MANY, 3)
    assert len(started) == 3
    for process in started:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


# -- the garbage collector ----------------------------------------------------------------------------


def is_watched(thing: object) -> bool:
    """Whether the collector still looks at a thing; it does not look at what is frozen."""
    return any(other is thing for other in gc.get_objects())


def watched(items: int, jobs: int) -> list[tuple[bool, bool]]:
    """For each item, whether what its process has made for its first item is watched, and what it has made for this."""
    made: list[list[int]] = []

    def work(item: int) -> tuple[bool, bool]:
        made.append([item])
        return is_watched(made[0]), is_watched(made[-1])

    return spread(work, range(items), jobs)


def test_a_long_run_freezes_what_is_loaded_after_the_first_item_and_nothing_later() -> None:
    assert watched(WORTH_FORKING, 1) == [(True, True), *[(False, True)] * (WORTH_FORKING - 1)]


def test_what_later_items_leave_is_not_frozen() -> None:
    frozen = [count for [count] in spread(lambda item: [gc.get_freeze_count()], range(WORTH_FORKING), 1)]
    assert max(frozen[2:]) <= frozen[1]


def test_a_short_run_freezes_nothing() -> None:
    assert watched(WORTH_FORKING - 1, 1) == [(True, True)] * (WORTH_FORKING - 1)


@forks
def test_a_child_freezes_what_is_loaded_after_its_first_item_and_the_parent_nothing() -> None:
    assert watched(len(MANY), 2) == [(True, True)] * 2 + [(False, True)] * (len(MANY) - 2)
    assert gc.get_freeze_count() == 0


# -- processors ---------------------------------------------------------------------------------------


def test_the_processors_that_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    if hasattr(os, "sched_getaffinity"):
        assert cores() == len(os.sched_getaffinity(0))
        monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 7} if process == 0 else set())
        assert cores() == 3
        monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert cores() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores() == 1
