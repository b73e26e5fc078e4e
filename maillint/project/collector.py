"""The garbage collector of the command's process: it does not run while everything is being loaded.

What a start makes stays until the end, so looking at it again and again finds nothing. Only the command line pauses the
collector; a program that uses the library has its own as it was.
"""

from __future__ import annotations

import gc

_paused = False


def pause() -> None:
    """Stop the collector until ``resume``, unless it is stopped already."""
    global _paused  # noqa: PLW0603 -- the collector is the process's, too
    if gc.isenabled():
        gc.disable()
        _paused = True


def settle() -> None:
    """Take what is loaded by now out of the collector's sight: it stays. Then a paused collector goes on."""
    gc.freeze()
    resume()


def resume() -> None:
    """Let a collector that ``pause`` has stopped go on."""
    global _paused  # noqa: PLW0603
    if _paused:
        gc.enable()
        _paused = False
