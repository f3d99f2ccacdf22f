"""One task from several task lists: found where there is one, left after a while where there is none."""

from __future__ import annotations

import threading
from pathlib import Path

from engine.runtime.queues import TaskQueue, default_identity, take_one
from engine.swf.client import Client
from tests.runtime.world import begin, chain, decider, plan_of


def test_the_list_that_has_a_task_is_polled(client: Client, tmp_path: Path) -> None:
    plans = [plan_of(tmp_path, {**chain("a", name=f"W{n}"), "taskList": f"t{n}"}, file=f"{n}.json") for n in range(3)]
    begin(client, plans[2], 1)
    assert decider(client, *plans).step()


def test_with_nothing_anywhere_it_ends_when_told_to(client: Client, tmp_path: Path) -> None:
    begin(client, plan_of(tmp_path, chain("a")), 1)
    stopping = threading.Event()
    stopping.set()
    queues = [TaskQueue(domain="TEST", task_list=name) for name in ("x", "y")]
    polled: list[TaskQueue] = []

    def poll(queue: TaskQueue) -> bool:
        polled.append(queue)
        return True

    assert not take_one(queues, poll, "CountPendingDecisionTasks", client, stopping)
    assert not polled


def test_an_identity_names_host_and_process() -> None:
    assert default_identity().rpartition(":")[2].isdigit()
    assert len(default_identity()) <= 256
