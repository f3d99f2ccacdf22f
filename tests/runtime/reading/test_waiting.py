"""What an open execution waits for, told from its history."""

from __future__ import annotations

from typing import Any

import pytest

from engine.runtime.reading.waiting import Decision, waiting_for
from tests.runtime.reading.test_works import Event, event

STARTED = event(1, "WorkflowExecutionStarted", input="1")
SCHEDULED = event(2, "DecisionTaskScheduled", taskList={"name": "deciding"})
TAKEN = event(3, "DecisionTaskStarted", scheduledEventId=2, identity="ada")


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([STARTED], ()),
        ([STARTED, SCHEDULED], (Decision(task_list="deciding", since=102.0, worker=""),)),
        ([STARTED, SCHEDULED, TAKEN], (Decision(task_list="deciding", since=103.0, worker="ada"),)),
        ([STARTED, SCHEDULED, TAKEN, event(4, "DecisionTaskCompleted", scheduledEventId=2, startedEventId=3)], ()),
        ([STARTED, SCHEDULED, TAKEN, event(4, "DecisionTaskTimedOut", scheduledEventId=2, startedEventId=3)], ()),
        ([STARTED, SCHEDULED, event(3, "DecisionTaskStarted", scheduledEventId=2)],
         (Decision(task_list="deciding", since=103.0, worker="a decider"),)),
        ([STARTED, SCHEDULED, event(3, "WorkflowExecutionSignaled", signalName="go")],
         (Decision(task_list="deciding", since=102.0, worker=""),)),
    ],
    ids=["none yet", "for a decider", "for its decision", "made", "in vain", "of one without a name", "meanwhile signaled"],
)  # fmt: skip
def test_a_decision_is_waited_for_until_it_is_made(history: list[Event], expected: tuple[Decision, ...]) -> None:
    assert waiting_for(history).decisions == expected


def test_work_is_waited_for_until_it_is_over() -> None:
    def scheduled(number: int, name: str, **more: Any) -> Event:
        return event(number, "ActivityTaskScheduled", activityId=name, activityType={"name": "Pay", "version": "1.0"}, **more)

    waiting = waiting_for(
        [
            scheduled(1, "done"),
            scheduled(2, "queued", taskList={"name": "desk"}),
            scheduled(3, "running"),
            event(4, "ActivityTaskCompleted", scheduledEventId=1),
            event(5, "ActivityTaskStarted", scheduledEventId=3, identity="ada"),
            event(6, "TimerStarted", timerId="pause", startToFireTimeout="90"),
        ]
    )
    assert [(work.id, work.task_list, work.started, work.due) for work in waiting.works] == [
        ("queued", "desk", 0.0, 0.0),
        ("running", "", 105.0, 0.0),
        ("pause", "", 106.0, 196.0),
    ]
