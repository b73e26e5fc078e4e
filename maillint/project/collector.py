"""The garbage collector of the command's process: it does not run while everything is being loaded.

What a start makes stays until the end, so looking at it again and again finds nothing. Only the command line pauses the
collector; a program that uses the library has its own as it was.
"""

from __future__ import annotations

import gc

_paused = False
_usual: tuple[int, int, int] | None = None  # when the collector ran before the command

SELDOM = (30_000, 20, 20)
"""When the collector runs between files: what is made of one refers to itself nowhere, so it goes with its last use."""


def pause() -> None:
    """Stop the collector until ``resume``, unless it is stopped already."""
    global _paused  # noqa: PLW0603 -- the collector is the process's, too
    if gc.isenabled():
        gc.disable()
        _paused = True


def settle() -> None:
    """Take what is loaded by now out of the collector's sight: it stays. A paused collector goes on, but seldom."""
    global _usual  # noqa: PLW0603
    gc.freeze()
    if _paused:
        usual = gc.get_threshold()
        resume()
        gc.set_threshold(*SELDOM)
        _usual = usual


def resume() -> None:
    """Let a collector that ``pause`` has stopped go on as it did."""
    global _paused, _usual  # noqa: PLW0603
    if _usual is not None:
        gc.set_threshold(*_usual)
        _usual = None
    if _paused:
        gc.enable()
        _paused = False
