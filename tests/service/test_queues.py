"""Task lists: priority, order, withdrawal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.service.queues import Queues

KEY = ("activity", "d", "t")


def test_a_list_that_nothing_was_offered_to_is_empty() -> None:
    queues = Queues()
    assert queues.take(KEY) == []
    assert queues.count(KEY) == 0
    queues.withdraw(KEY, (1, 5))


@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(0, 3))), st.data())
def test_tasks_come_by_priority_then_time_then_run_and_withdrawn_ones_do_not(offers: list[tuple[int, int]], data: st.DataObject) -> None:
    queues = Queues()
    tasks = [(priority, at, (run, 5)) for run, (priority, at) in enumerate(offers, 1)]
    for priority, at, task in tasks:
        queues.offer(KEY, priority=priority, at=float(at), task=task)
    assert queues.take_ready() == [KEY] * len(tasks)
    gone = {task for _, _, task in data.draw(st.lists(st.sampled_from(tasks)), label="withdrawn")} if tasks else set()
    for task in gone:
        queues.withdraw(KEY, task)
    left = sorted((-priority, at, task) for priority, at, task in tasks if task not in gone)
    assert queues.count(KEY) == len(left)
    assert [queues.take(KEY)[0] for _ in left] == [task for _, _, task in left]
    assert queues.take(KEY) == []


def test_withdrawn_tasks_do_not_pile_up() -> None:
    queues = Queues()
    queues.offer(KEY, priority=-1, at=0.0, task=(0, 1))
    for run in range(1, 10_000):
        queues.offer(KEY, priority=0, at=0.0, task=(run, 1))
        queues.withdraw(KEY, (run, 1))
    assert len(queues._queues[KEY].heap) < 1_000
    assert queues.take(KEY) == [(0, 1)]
