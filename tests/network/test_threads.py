"""Work in several threads."""

from __future__ import annotations

import time

import pytest

from maillint.network._threads import Once, run_in_threads


def test_results_come_in_the_order_of_the_items() -> None:
    def work(item: int) -> str:
        time.sleep(0.01 * (4 - item))
        return f"result {item}"

    finished: list[int] = []
    assert run_in_threads(work, range(4), 4, finished.append) == [f"result {item}" for item in range(4)]
    assert finished == [1, 2, 3, 4]


def test_without_items_nothing_is_started() -> None:
    assert run_in_threads(str, [], 4) == []


@pytest.mark.parametrize("workers", [1, 3])
def test_no_more_threads_work_than_workers(workers: int) -> None:
    running: list[int] = []
    most: list[int] = []

    def work(item: int) -> None:
        running.append(item)
        most.append(len(running))
        time.sleep(0.01)
        running.remove(item)

    run_in_threads(work, range(9), workers)
    assert max(most) == workers


def test_an_exception_in_the_work_ends_it() -> None:
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        time.sleep(0.01)
        raise ValueError(item)

    with pytest.raises(ValueError, match=r"[01]"):
        run_in_threads(work, range(100), 2)
    time.sleep(0.1)
    assert len(begun) < 10


def test_a_value_is_worked_out_once_by_all_threads_together() -> None:
    calls: list[str] = []
    once: Once[str, int] = Once()

    def work(key: str) -> int:
        def value() -> int:
            calls.append(key)
            time.sleep(0.01)
            return len(key)

        return once.get(key, value)

    assert run_in_threads(work, ["one", "three"] * 8, 8) == [3, 5] * 8
    assert sorted(calls) == ["one", "three"]


def test_after_an_exception_a_value_is_worked_out_again() -> None:
    once: Once[str, int] = Once()
    with pytest.raises(ZeroDivisionError):
        once.get("key", lambda: 1 // 0)
    assert once.get("key", lambda: 7) == 7


def test_a_value_of_none_is_a_value() -> None:
    once: Once[str, None] = Once()
    calls: list[int] = []
    for _ in range(2):
        once.get("key", lambda: calls.append(1))
    assert calls == [1]
