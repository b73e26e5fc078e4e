"""Work in several threads at once: calls side by side, and values that are worked out once for all threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from maillint.values import field, mutable

Item = TypeVar("Item")
Result = TypeVar("Result")
Key = TypeVar("Key")
Value = TypeVar("Value")


def run_in_threads(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int,
    done: Callable[[int], None] = lambda count: None,
) -> list[Result]:
    """Call ``work`` with every item, at most ``workers`` at once, and return the results in the order of the items.

    Calls start in the order of the items. After each, ``done`` gets the number of calls that have finished, in
    the calling thread. An exception of a call is raised here, and no further call starts then. The threads are
    daemons: an interrupted program ends without waiting for a call that has not returned.
    """
    waiting: SimpleQueue[tuple[int, Item]] = SimpleQueue()
    finished: SimpleQueue[BaseException | None] = SimpleQueue()
    results: dict[int, Result] = {}
    count = 0
    for item in items:
        waiting.put((count, item))
        count += 1

    def worker() -> None:
        while True:
            try:
                index, item = waiting.get_nowait()
            except Empty:
                return
            try:
                results[index] = work(item)
            except BaseException as error:  # raised again in the calling thread
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
    return [results[index] for index in range(count)]


class Once(Generic[Key, Value]):
    """Works out one value for each key, however many threads want it at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[Key, _Entry[Value]] = {}

    def get(self, key: Key, work: Callable[[], Value]) -> Value:
        """Return the key's value; only the first call for a key calls ``work``, and others wait for it.

        An exception of ``work`` is raised, and the next call tries again.
        """
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
        with entry.lock:
            if not entry.values:
                entry.values.append(work())
            return entry.values[0]


@mutable
class _Entry(Generic[Value]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    values: list[Value] = field(default_factory=list)
    """The value, once it is there."""
