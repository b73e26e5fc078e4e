"""Fuzz maillint: ``python -m fuzz [--seconds N] [TARGET …]``; see fuzz/README.md."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from fuzz.targets import TARGETS

BUILD = Path("build/fuzz")


def main() -> int:
    """Fuzz each target for a time, in a process of its own; 1 if anything broke."""
    listed = "\n".join(f"  {target.name:10} {target.what}" for target in TARGETS.values())
    parser = argparse.ArgumentParser(
        "python -m fuzz",
        description="Look for inputs that break maillint.",
        epilog=f"targets:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="what to fuzz; without any, everything")
    parser.add_argument("--seconds", type=int, default=60, help="how long to fuzz each target (60)")
    parser.add_argument("--input", type=Path, metavar="FILE", help="try this one input with the named targets instead")
    given = parser.parse_args()
    unknown = [name for name in given.targets if name not in TARGETS]
    if unknown:
        parser.error(f"unknown target {unknown[0]} (known: {', '.join(TARGETS)})")
    targets = given.targets or list(TARGETS)
    if given.input is not None:
        for name in targets:
            TARGETS[name].run(given.input.read_bytes())
        return 0
    if find_spec("atheris") is None:
        print("fuzzing needs atheris: pip install -e '.[dev,fuzz]'", file=sys.stderr)
        return 2
    return max(_fuzz(name, given.seconds) for name in targets)


def _fuzz(name: str, seconds: int) -> int:
    folder = BUILD / name
    folder.mkdir(parents=True, exist_ok=True)
    figures = folder / "figures.json"
    figures.unlink(missing_ok=True)
    with (folder / "log.txt").open("w", encoding="utf-8") as log:
        command = [sys.executable, "-m", "fuzz.worker", name, str(seconds), str(folder)]
        status = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode
    if status or not figures.is_file():
        print(f"{name}: the fuzzer itself stopped with {status}; see {folder / 'log.txt'}")
        return 1
    found = json.loads(figures.read_text(encoding="utf-8"))
    print(
        f"{name}: {found['inputs']:,} inputs in {found['seconds']:.0f} s, {found['seeds']:,} of them seeds,"
        f" slowest {found['slowest']:.2f} s, {len(found['faults'])} faults",
        flush=True,
    )
    for fault in found["faults"]:
        print(f"  {fault['error']}\n    {fault['file']}")
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
