"""One target under atheris, in a process of its own: ``python -m fuzz.worker TARGET SECONDS FOLDER``.

A fault does not end the run: each is kept once, by the place where it arose, with the first input that caused it.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import pkgutil
import re
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent.parent / "maillint"

LONGEST = 4096
"""Bytes of an input at the most."""

SLOW = 10.0
"""Seconds of computing that one input may take."""


class SlowError(BaseException):
    """An input takes too long; no reader catches this."""


def _too_slow(*_: object) -> None:
    raise SlowError(f"takes more than {SLOW:.0f} s")


class Recorder:
    """Counts inputs, measures them, and keeps each fault once."""

    def __init__(self, target: Any, seconds: float, folder: Path, seeds: int) -> None:
        self.target, self.folder = target, folder
        self.begin = time.monotonic()
        self.end = self.begin + seconds
        self.figures: dict[str, Any] = {"inputs": 0, "seeds": seeds, "slowest": 0.0, "faults": []}
        self.known: set[str] = set()

    def __call__(self, data: bytes) -> None:
        """Try one input; ends the process when the time is over."""
        before = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SLOW)
        try:
            self.target.run(data)
        except (Exception, SlowError) as error:
            self.keep(data, self.place(error), f"{type(error).__name__}: {error}"[:300])
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        taken = time.process_time() - before
        self.figures["inputs"] += 1
        if taken > self.figures["slowest"]:
            self.figures["slowest"] = taken
            (self.folder / "slowest").write_bytes(data)
        if time.monotonic() > self.end:
            self.finish()

    @staticmethod
    def place(error: BaseException) -> str:
        """The kind of an error, and where it was raised; numbers in its words do not count."""
        frame = traceback.extract_tb(error.__traceback__)[-1]
        words = re.sub(r"\d+", "0", str(error))[:60] if frame.filename.endswith("oracles.py") else ""
        return f"{type(error).__name__} {Path(frame.filename).name}:{frame.lineno} {words}"

    def keep(self, data: bytes, place: str, words: str) -> None:
        """Note a fault unless one of the same place is known."""
        if place in self.known:
            return
        self.known.add(place)
        path = self.folder / f"fault-{hashlib.sha256(data).hexdigest()[:12]}"
        path.write_bytes(data)
        self.figures["faults"].append({"error": words, "place": place, "file": str(path)})
        traceback.print_exc()

    def finish(self) -> None:
        """Write the figures, and end the process: the fuzzer itself would run on."""
        self.figures["seconds"] = time.monotonic() - self.begin
        (self.folder / "figures.json").write_text(json.dumps(self.figures, indent=1), encoding="utf-8")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def main(name: str, seconds: str, folder: str) -> None:
    """Fuzz one target; ends with the process."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["maillint"], enable_loader_override=False):
        for module in pkgutil.walk_packages([str(PACKAGE)], "maillint."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
        tokens = importlib.import_module("fuzz.seeds").tokens
        target = importlib.import_module("fuzz.targets").TARGETS[name]
    build = Path(folder).resolve()
    seeds, corpus = build / "seeds", build / "corpus"
    for place in (seeds, corpus):
        place.mkdir(exist_ok=True)
    for data in target.seeds():
        (seeds / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    words = build / "tokens"
    escaped = ("".join(f"\\x{byte:02x}" for byte in token) for token in tokens(target.seeds()))
    words.write_text("".join(f'"{token}"\n' for token in escaped), encoding="ascii")
    record = Recorder(target, float(seconds), build, len(target.seeds()))
    options = [
        f"-max_len={LONGEST}",
        "-timeout=300",
        "-rss_limit_mb=4096",
        f"-dict={words}",
        f"-artifact_prefix={build}/",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus), str(seeds)], record)
    signal.signal(signal.SIGPROF, _too_slow)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
