"""How long something takes, for tests that bound it."""

from __future__ import annotations

import time
from collections.abc import Callable


def fastest(action: Callable[[], object], times: int = 3) -> float:
    """Return the processor time, in seconds, of the fastest of several calls: other programs slow some of them down."""
    seconds = []
    for _ in range(times):
        start = time.process_time()
        action()
        seconds.append(time.process_time() - start)
    return min(seconds)
