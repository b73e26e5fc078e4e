"""Whole processes, measured in turn: processor time, wall time and peak memory as the operating system counts them."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """A command over a folder; ``expects`` is what its output must hold for it to have done the work."""

    tool: str
    work: str
    command: Sequence[str]
    expects: str = ""
    statuses: frozenset[int] = frozenset({0, 1})


@dataclass(frozen=True)
class Run:
    """One run: seconds of processor time (its children's too), seconds by the clock, and the peak of memory in MiB."""

    cpu: float
    wall: float
    memory: float


def environment() -> dict[str, str]:
    """The environment of every run: bytecode may be written, and nothing else of Python's is set."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "MAILLINT"))}


def run(task: Task, folder: Path) -> Run:
    """Run a command once; exits with its output if it has not done what it should."""
    with tempfile.TemporaryFile() as output:  # not a pipe: Node's tools lose what they have not written at their end
        start = time.perf_counter()
        process = subprocess.Popen(
            task.command, cwd=folder, env=environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        output.seek(0)
        text = output.read()
    code = process.returncode = os.waitstatus_to_exitcode(status)
    if code not in task.statuses or task.expects.encode() not in text:
        sys.exit(f"{task.tool}, {task.work}: exit {code}\n{text.decode(errors='replace')[-2000:]}")
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def measure(tasks: Sequence[Task], folder: Path, rounds: int) -> Mapping[Task, Run]:
    """Run all tasks in turn, one round after another; the medians of each, without a first round that warms up."""
    runs: dict[Task, list[Run]] = {task: [] for task in tasks}
    for number in range(rounds + 1):
        for task in tasks:
            print(f"\r\x1b[Kround {number} of {rounds}: {task.tool}, {task.work}", end="", file=sys.stderr, flush=True)
            result = run(task, folder)
            if number:
                runs[task].append(result)
    print("\r\x1b[K", end="", file=sys.stderr)
    return {task: _median(results) for task, results in runs.items()}


def _median(results: Sequence[Run]) -> Run:
    return Run(
        statistics.median(result.cpu for result in results),
        statistics.median(result.wall for result in results),
        statistics.median(result.memory for result in results),
    )
