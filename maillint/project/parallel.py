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
    work: Callable[[In], Out],
    items: Sequence[In],
    jobs: int,
    done: Callable[[int], None] = lambda count: None,
    lost: Callable[[In], Out] | None = None,
) -> list[Out]:
    """Return ``[work(item) for item in items]``, made by up to ``jobs`` processes.

    ``done`` is called with the number of items that are finished. Raises what ``work`` raises, but RuntimeError where
    that happens in another process. Without ``os.fork`` (Windows), and for few items, everything is done in this
    process.

    Where a process ends before its work is done, ``lost`` says what comes of the item that it was at, and another
    process takes over the rest; without ``lost``, RuntimeError is raised.
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
    collected: dict[int, Out] = {}
    shares: list[Sequence[int]] = [range(number, len(items), jobs) for number in range(jobs)]
    while shares:
        _run_round(work, items, shares, collected, done)
        left = [[index for index in share if index not in collected] for share in shares]
        shares = [share[1:] for share in left if len(share) > 1]
        for share in left:
            if share:
                if lost is None:
                    missing = sum(map(len, left))
                    raise RuntimeError(f"a process ended early: {missing} of {len(items)} files were not linted")
                collected[share[0]] = lost(items[share[0]])
    return [collected[index] for index in range(len(items))]


def _run_round(
    work: Callable[[In], Out],
    items: Sequence[In],
    shares: Sequence[Sequence[int]],
    results: dict[int, Out],
    done: Callable[[int], None],
) -> None:
    """Start a process for each share of the items, and collect what they make until all have ended."""
    children: list[tuple[int, int]] = []
    try:
        _start_all(work, items, shares, children)
        _collect(children, results, done)
    except BaseException:
        for process, _ in children:
            os.kill(process, 9)
        raise
    finally:
        for process, reader in children:
            os.close(reader)
            os.waitpid(process, 0)


def _start_all(
    work: Callable[[In], Out], items: Sequence[In], shares: Sequence[Sequence[int]], children: list[tuple[int, int]]
) -> None:
    """Start the children and add them to the list. Ctrl-C waits until all are in it, so that all are ended."""
    import signal  # noqa: PLC0415

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        children.extend(_start(work, items, share) for share in shares)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(work: Callable[[In], Out], items: Sequence[In], share: Sequence[int]) -> tuple[int, int]:
    """Fork a child for a share of the items; return its process and the pipe that its results come through."""
    import pickle  # noqa: PLC0415
    import signal  # noqa: PLC0415

    reader, writer = os.pipe()
    process = os.fork()
    if process:
        os.close(writer)
        return process, reader
    try:
        os.close(reader)
        ends = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
        for number in ends:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ends)
        with open(writer, "wb") as out:  # noqa: PTH123
            for place, index in enumerate(share):
                if place == 1:
                    settle()
                data = pickle.dumps((index, work(items[index])), pickle.HIGHEST_PROTOCOL)
                out.write(len(data).to_bytes(_LENGTH, "little") + data)
                out.flush()
    finally:
        os._exit(0)  # nothing of the parent's may run here: no exit handlers, no buffers


def _collect(children: Sequence[tuple[int, int]], results: dict[int, Out], done: Callable[[int], None]) -> None:
    import selectors  # noqa: PLC0415

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
