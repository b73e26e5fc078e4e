"""What a run is at, on a terminal's standard error, once it has taken a second."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

_PATIENCE = 1.0
_INTERVAL = 0.2
_CLEAR = "\r\x1b[K"


class Progress:
    """One line that is written over and over, and gone at the end of each phase.

    A timer of the system writes it, so that it appears however long one step takes, and costs a short run nothing.
    It is not shown on systems without the timer.
    """

    def __init__(self) -> None:
        self._is_shown = hasattr(signal, "setitimer")
        self._start = monotonic()
        self._text = ""
        self._is_written = False

    @contextmanager
    def phase(self, what: str) -> Iterator[None]:
        """Show what is being done as long as this lasts; only the main thread of a program can."""
        self._text = what
        try:
            before = signal.signal(signal.SIGALRM, self._write) if self._is_shown else None
        except ValueError:
            self._is_shown = False
        if not self._is_shown:
            yield
            return
        signal.setitimer(signal.ITIMER_REAL, max(_PATIENCE + self._start - monotonic(), _INTERVAL), _INTERVAL)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            if self._is_written:
                os.write(2, _CLEAR.encode())
                self._is_written = False

    def show(self, what: str, done: int, count: int) -> None:
        """Say how far it is."""
        self._text = f"{what}: {done} of {count}"

    def _write(self, number: int, frame: object) -> None:
        self._is_written = True
        os.write(2, f"{_CLEAR}{self._text} …".encode())  # at once, past the buffers, in which the run may be writing
