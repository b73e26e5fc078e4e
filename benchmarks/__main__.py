"""Measure maillint beside its peers and write docs/performance.md: ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import corpus, growth, peers, report
from benchmarks.measure import Task, measure
from maillint._version import __version__

ROOT = Path(__file__).parent.parent


def own_tasks(maillint: str, folder: Path, *, messages: bool) -> Iterator[Task]:
    """What maillint runs."""
    check = (maillint, "check", "--fail-on", "never", "-f", "summary")
    fresh = (*check, "--no-cache")
    yield Task("maillint", "a trivial file", (*fresh, "small"), "1 file")
    yield Task("maillint", "one template of 50 KB", (*fresh, "one"), "1 file")
    yield Task("maillint", "500 templates", (*fresh, "-j", "1", "many"), f"{corpus.FILES} files")
    yield Task("maillint", "500 templates on all cores", (*fresh, "many"), f"{corpus.FILES} files")
    yield Task("maillint", "500 templates, unchanged", (*check, "many"), f"{corpus.FILES} files")
    yield Task("maillint", "one file of 5 MB", (*fresh, "large"), "1 file")
    if messages:
        yield Task("maillint", "10,000 messages", (*fresh, "-j", "1", "messages"), f"{corpus.MESSAGES} files")


def write_growth(folder: Path) -> int:
    """Measure growth, and write its section of the page; 1 if something grows faster than the mark."""
    messages = list(growth.many())  # first, since the peak of memory is the process's
    rows = []
    for row in growth.measure():
        print(growth.table([row]).splitlines()[-1], flush=True)
        rows.append(row)
    print(f"wrote {report.put_section(folder, growth.section(rows, messages))}")
    times = [[measured.total for measured in row.measured] for row in rows]
    return int(any(row.exponent(total) > growth.MOST for row, total in zip(rows, times, strict=True)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, metavar="FOLDER", help="take the templates from here instead of making them"
    )
    parser.add_argument("--maillint", default=str(Path(sys.executable).with_name("maillint")), metavar="COMMAND",
                        help="the command to measure (default: the one beside this Python)")  # fmt: skip
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="install htmlhint, html-validate and djlint here")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds of a pass that count (default: 5)")
    parser.add_argument("--passes", type=int, default=2, metavar="N", help="how often to measure it all (default: 2)")
    parser.add_argument("--messages", action="store_true", help="10,000 messages too (minutes)")
    parser.add_argument("--output", type=Path, default=ROOT / "docs", metavar="FOLDER", help="where to write the page")
    parser.add_argument("--growth", action="store_true", help="measure growth alone, and write that section (minutes)")
    given = parser.parse_args(arguments)
    if given.growth:
        return write_growth(given.output)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus.make(folder, given.corpus)
        floor = Task("python", report.FLOOR, (sys.executable, "-c", "pass"))
        tasks = [floor, *own_tasks(given.maillint, folder, messages=given.messages)]
        versions = {"maillint": __version__}
        if given.peers is not None:
            versions |= peers.install(given.peers.resolve())
            tasks += peers.tasks(given.peers.resolve(), "one template of 50 KB", "one")
            tasks += peers.tasks(given.peers.resolve(), "500 templates", "many")
        passes = [dict(measure(tasks, folder, given.rounds)) for _ in range(given.passes)]
    floors = [runs.pop(floor) for runs in passes]
    works = dict.fromkeys(task.work for task in tasks)
    ordered = [
        {task: runs[task] for work in works for task in tasks if task.work == work and task in runs} for runs in passes
    ]
    print(report.table(floors, ordered))
    source = (
        f"{corpus.FILES} of {given.corpus.name}" if given.corpus else "made from a fixed seed (benchmarks/corpus.py)"
    )
    own = report.section_in(given.output, growth.TITLE)
    text = report.page(floors, ordered, versions, source, given.rounds, own)
    for path in report.write(given.output, text, report.plot(floors[-1], ordered[-1])):
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
