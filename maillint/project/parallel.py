"""Spread work over processes by forking, where the system can; results come back in order."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

from maillint.project.collector import resume, settle

In = TypeVar("In")
Out = TypeVar("Out")

WORTH_FORKING = 16
"""Fewer items than this are done at once: starting processes would cost more."""

_LENGTH = 4  # bytes before each result


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spread(
    work: Callable[[In], Out], items: Sequence[In], jobs: int, done: Callable[[int], None] = lambda count: None
) -> list[Out]:
    """Return ``[work(item) for item in items]``, made by up to ``jobs`` processes.

    ``done`` is called with the number of items that are finished. Raises what ``work`` raises, but RuntimeError where
    that happens in another process, or where one ends before its work is done. Without ``os.fork`` (Windows), and for
    few items, everything is done in this process.
    """
    jobs = min(jobs, len(items) // (WORTH_FORKING // 2))
    if jobs < 2 or not hasattr(os, "fork"):
        results: list[Out] = []
        for item in items:
            results.append(work(item))
            done(len(results))
            if len(results) == 1 and len(items) > 1:
                (settle if len(items) >= WORTH_FORKING else resume)()
        return results
    children: list[tuple[int, int]] = []
    try:
        _start_all(work, items, jobs, children)
        return _collect(children, len(items), done)
    except BaseException:
        for process, _ in children:
            os.kill(process, 9)
        raise
    finally:
        for process, reader in children:
            os.close(reader)
            os.waitpid(process, 0)


def _start_all(work: Callable[[In], Out], items: Sequence[In], jobs: int, children: list[tuple[int, int]]) -> None:
    """Start the children and add them to the list. Ctrl-C waits until all are in it, so that all are ended."""
    import signal  # noqa: PLC0415

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        children.extend(_start(work, items, number, jobs) for number in range(jobs))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(work: Callable[[In], Out], items: Sequence[In], number: int, jobs: int) -> tuple[int, int]:
    """Fork a child for every ``jobs``-th item; return its process and the pipe that its results come through."""
    import pickle  # noqa: PLC0415
    import signal  # noqa: PLC0415

    reader, writer = os.pipe()
    process = os.fork()
    if process:
        os.close(writer)
        return process, reader
    try:
        os.close(reader)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        with open(writer, "wb") as out:  # noqa: PTH123
            for index in range(number, len(items), jobs):
                if index == number + jobs:
                    settle()
                data = pickle.dumps((index, work(items[index])), pickle.HIGHEST_PROTOCOL)
                out.write(len(data).to_bytes(_LENGTH, "little") + data)
                out.flush()
    finally:
        os._exit(0)  # nothing of the parent's may run here: no exit handlers, no buffers


def _collect(children: Sequence[tuple[int, int]], count: int, done: Callable[[int], None]) -> list[Out]:
    import selectors  # noqa: PLC0415

    results: dict[int, Out] = {}
    buffers = {reader: bytearray() for _, reader in children}
    with selectors.DefaultSelector() as selector:
        for reader in buffers:
            selector.register(reader, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                chunk = os.read(key.fd, 1 << 16)
                if chunk:
                    buffers[key.fd] += chunk
                    _take(buffers[key.fd], results)
                    done(len(results))
                else:
                    selector.unregister(key.fd)
    if len(results) < count:
        raise RuntimeError(f"a process ended early: {count - len(results)} of {count} files were not linted")
    return [results[index] for index in range(count)]


def _take(buffer: bytearray, results: dict[int, Out]) -> None:
    import pickle  # noqa: PLC0415

    position = 0
    while len(buffer) - position >= _LENGTH:
        start = position + _LENGTH
        end = start + int.from_bytes(buffer[position:start], "little")
        if len(buffer) < end:
            break
        index, result = pickle.loads(buffer[start:end])
        results[index] = result
        position = end
    del buffer[:position]
