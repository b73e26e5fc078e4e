"""Does work in threads that hold nobody up: an interrupted command ends at once, whatever they still wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from typing import TypeVar

Item = TypeVar("Item")


def run_in_threads(
    work: Callable[[Item], object], items: Iterable[Item], workers: int, done: Callable[[int], None]
) -> None:
    """Call ``work`` with every item, so many at once and begun in order; ``done`` hears how many are finished.

    Raises what a call raised, and begins no other then.
    """
    waiting: SimpleQueue[Item] = SimpleQueue()
    finished: SimpleQueue[BaseException | None] = SimpleQueue()
    count = 0
    for item in items:
        waiting.put(item)
        count += 1

    def worker() -> None:
        while True:
            try:
                item = waiting.get_nowait()
            except Empty:
                return
            try:
                work(item)
            except BaseException as error:  # told to whoever waits
                finished.put(error)
            else:
                finished.put(None)

    for _ in range(min(workers, count)):
        threading.Thread(target=worker, daemon=True).start()
    try:
        for number in range(1, count + 1):
            error = finished.get()
            if error is not None:
                raise error
            done(number)
    finally:
        while not waiting.empty():
            try:
                waiting.get_nowait()
            except Empty:
                break
