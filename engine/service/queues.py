"""The task lists: tasks that wait for a poller, by priority (higher first), then in the order they were scheduled.

The order is a function of what is in the histories (priority, time, run, event id), so a service that restarts hands tasks
out as it would have done. Never here: what a task is, or who waits for one (host.py parks the polls). Imports nothing.
Source: Amazon SWF Developer Guide, "Setting Task Priority".
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TypeAlias

QueueKey: TypeAlias = tuple[str, str, str]
"""(DECISION or ACTIVITY, domain, task list): decision and activity lists of one name are two lists. FUNCTIONS is one more."""

DECISION = "decision"
ACTIVITY = "activity"

FUNCTIONS: QueueKey = ("lambda", "", "")
"""Lambda functions that wait to be invoked: one list, for this service invokes them itself."""

TaskId: TypeAlias = tuple[int, int]
"""(run, id of the event that scheduled it)"""

_SLACK = 64


class _Queue:
    __slots__ = ("heap", "waiting")

    def __init__(self) -> None:
        self.heap: list[tuple[int, float, int, int]] = []
        self.waiting: set[TaskId] = set()


class Queues:
    """All task lists. A list exists while a task waits in it."""

    __slots__ = ("_queues", "_ready")

    def __init__(self) -> None:
        self._queues: dict[QueueKey, _Queue] = {}
        self._ready: list[QueueKey] = []

    def offer(self, key: QueueKey, *, priority: int, at: float, task: TaskId) -> None:
        """A task to be had from now on; `at` is when it was scheduled."""
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = _Queue()
        heappush(queue.heap, (-priority, at, task[0], task[1]))
        queue.waiting.add(task)
        self._ready.append(key)

    def take(self, key: QueueKey) -> list[TaskId]:
        """The first task of the list, removed; empty when none waits."""
        queue = self._queues.get(key)
        if queue is None:
            return []
        while True:
            _, _, run, scheduled_id = heappop(queue.heap)
            if (run, scheduled_id) in queue.waiting:
                break
        queue.waiting.discard((run, scheduled_id))
        if not queue.waiting:
            del self._queues[key]
        return [(run, scheduled_id)]

    def withdraw(self, key: QueueKey, task: TaskId) -> None:
        """A task is no longer to be had: it timed out, was canceled, or its execution closed."""
        queue = self._queues.get(key)
        if queue is None or task not in queue.waiting:
            return
        queue.waiting.discard(task)
        if not queue.waiting:
            del self._queues[key]
        elif len(queue.heap) > 2 * len(queue.waiting) + _SLACK:
            queue.heap = [entry for entry in queue.heap if (entry[2], entry[3]) in queue.waiting]
            heapify(queue.heap)

    def count(self, key: QueueKey) -> int:
        """How many tasks wait in the list."""
        queue = self._queues.get(key)
        return len(queue.waiting) if queue is not None else 0

    def counts(self) -> dict[QueueKey, int]:
        """How many tasks wait, in each list that has any."""
        return {key: len(queue.waiting) for key, queue in self._queues.items()}

    def take_ready(self) -> list[QueueKey]:
        """The lists that got a task since last asked: one entry per task, in order."""
        ready, self._ready = self._ready, []
        return ready
