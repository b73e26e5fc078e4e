"""Measure ``maillint list`` beside simpler tools on one made list: ``python -m benchmarks.lists --help``."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from benchmarks.measure import Run, Task, run

_PROVIDERS = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "web.de", "orange.fr", "mail.ru")
_ODD = ("gmial.com", "hotmail.con", "mailinator.com", "yahooo.com", "gmail", "acme..example")
_COMPANIES = 200_000
_AT_ONCE = 100_000

CSV_LOOP = """
import csv, sys
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    print(sum(1 for row in csv.reader(file)))
"""
DUCKDB = """
import duckdb, sys
query = "SELECT count(*), count(DISTINCT lower(email)) FROM read_csv(?, header = true, all_varchar = true)"
print(duckdb.connect().execute(query, [sys.argv[1]]).fetchone())
"""


def rows(count: int) -> Iterator[str]:
    """Rows of a list: 60 of 100 at large providers, 2 that repeat an earlier one, 1 with a fault."""
    made = random.Random(20)
    recent: list[str] = []
    for number in range(count):
        draw = made.random()
        if draw < 0.02 and recent:
            address = made.choice(recent)
        else:
            domain = (
                made.choice(_ODD)
                if draw < 0.03
                else made.choice(_PROVIDERS)
                if draw < 0.63
                else f"company{made.randrange(_COMPANIES)}.example"
            )
            address = f"person{made.randrange(10**9)}.{number % 89}@{domain}"
            recent[made.randrange(1_000) if len(recent) == 1_000 else len(recent) :] = [address]
        yield f"{address},Person {number % 7919},Company {number % 104729},2026-0{number % 9 + 1}-1{number % 10}\n"


def make(path: Path, count: int) -> None:
    """Write a list of so many rows."""
    made = rows(count)
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,company,signup date\n")
        while some := list(islice(made, _AT_ONCE)):
            file.write("".join(some))


def tasks(maillint: str, count: int) -> Iterator[Task]:
    """What is measured, the simplest first."""
    lint = (maillint, "list", "list.csv", "--fail-on", "never", "-f", "json", "-o", "report.json")
    yield Task("wc -l", "counts lines", ("wc", "-l", "list.csv"), str(count + 1))
    yield Task("sort -u", "sorts whole lines", ("sort", "-u", "list.csv", "-o", "sorted.csv"))
    yield Task("csv", "an empty loop over csv.reader", (sys.executable, "-c", CSV_LOOP, "list.csv"), str(count + 1))
    yield Task("DuckDB", "counts rows and distinct addresses", (sys.executable, "-c", DUCKDB, "list.csv"), str(count))
    yield Task("maillint list", "all rules but duplicates", (*lint, "--ignore", "recipients/duplicate-address"))
    yield Task("maillint list", "all rules", lint)
    yield Task("maillint list", "all rules, --split", (*lint, "--split", "split"))


def table(results: Sequence[tuple[Task, Run]], count: int) -> str:
    """The results as Markdown; rows are counted for each second of processor time, whatever else the machine does."""
    lines = ["| tool | work | processor seconds | rows for each | seconds | peak MiB |", "|---|---|---|---|---|---|"]
    for task, result in results:
        speed = f"{count / result.cpu:,.0f}"
        lines.append(
            f"| {task.tool} | {task.work} | {result.cpu:.1f} | {speed} | {result.wall:.0f} | {result.memory:,.0f} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a list, run every task once, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lists", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, metavar="N", help="rows of the list (10,000,000)")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="work below this folder; it needs room for 6 GB")
    parser.add_argument("--maillint", default=str(Path(sys.executable).with_name("maillint")), metavar="COMMAND",
                        help="the command to measure (default: the one beside this Python)")  # fmt: skip
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        make(folder / "list.csv", given.rows)
        print(f"{given.rows:,} rows, {(folder / 'list.csv').stat().st_size / 1e6:,.0f} MB", flush=True)
        results = []
        for task in tasks(given.maillint, given.rows):
            results.append((task, run(task, folder)))
            print(task.tool, task.work, results[-1][1], flush=True)
            shutil.rmtree(folder / "split", ignore_errors=True)
        print(table(results, given.rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
