"""What a worker can run: the activity types of its specs that have a `run`, and the task lists where their tasks come up.
Built once, at the start; says no to specs that contradict each other. Imports `handlers`, `queues`, `heart` and `spec`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from engine.errors import UsageError
from engine.runtime.handlers.choose import handler_for
from engine.runtime.heart import LONGEST_INTERVAL, SHORTEST_INTERVAL
from engine.runtime.queues import TaskQueue
from engine.runtime.task import Handler
from engine.spec.model import ABSENT, ActivityNode, ActivityTimeouts, ActivityType, Spec

TypeKey: TypeAlias = tuple[TaskQueue, str, str]
"""Where its tasks come up, name, version: two specs may run different things under one name on different task lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    activity: ActivityType
    folder: Path
    file: str
    handler: Handler
    interval: float
    """Seconds between heartbeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repertoire:
    known: Mapping[TypeKey, Known]
    queues: tuple[TaskQueue, ...]


def repertoire(specs: Sequence[Spec], grace: float) -> Repertoire:
    """`grace` is the seconds that a program has between TERM and KILL.

    Raises: UsageError where two specs differ about what a type runs on one task list, a function isn't there, or nothing is left to run.
    """
    known: dict[TypeKey, Known] = {}
    for spec in specs:
        for key, activity in spec.activities.items():
            if activity.run is ABSENT:
                continue
            nodes = [node for node in spec.nodes.values() if isinstance(node, ActivityNode) and node.activity == key]
            interval = min(heartbeat_interval(timeouts) for timeouts in (activity.timeouts, *(node.timeouts for node in nodes)))
            handler = handler_for(activity, spec.folder, grace)
            ours = Known(activity=activity, folder=spec.folder, file=spec.file, handler=handler, interval=interval)
            for task_list in dict.fromkeys([node.task_list for node in nodes] or [activity.task_list]):
                _add(known, TaskQueue(domain=spec.domain, task_list=task_list), ours)
    if not known:
        raise UsageError("none of these specs says how to run an activity (`run`): there is nothing for a worker to do")
    return Repertoire(known=known, queues=tuple(dict.fromkeys(queue for queue, _, _ in known)))


def _add(known: dict[TypeKey, Known], queue: TaskQueue, ours: Known) -> None:
    activity = ours.activity
    key = (queue, activity.name, activity.version)
    before = known.setdefault(key, ours)
    if _what(before) != _what(ours):
        raise UsageError(
            f"{before.file} and {ours.file} differ about what the activity type {activity.name} {activity.version} runs on the task "
            f"list {queue.task_list} of the domain {queue.domain}: give one of them another name, version or task list, "
            "or run two workers on two task lists"
        )
    known[key] = replace(before, interval=min(before.interval, ours.interval))


def _what(known: Known) -> tuple[object, ...]:
    """What is done for a task of it."""
    activity = known.activity
    return activity.run, activity.output, activity.answered_later, known.folder


def heartbeat_interval(timeouts: ActivityTimeouts) -> float:
    """A third of the timeout, so that two may get lost."""
    third = timeouts.heartbeat / 3 if isinstance(timeouts.heartbeat, int) else LONGEST_INTERVAL
    return max(SHORTEST_INTERVAL, min(LONGEST_INTERVAL, third))
