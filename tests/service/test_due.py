"""What falls due: every timeout with the event that AWS writes for it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.service.due import FIRE
from engine.service.faults import Fault
from engine.service.timeouts import Due
from tests.service.driving import DOMAIN, Service, complete, schedule, timer


def test_the_table_has_everything_that_can_fall_due() -> None:
    assert FIRE.keys() == set(Due)


def test_an_execution_times_out_as_a_whole() -> None:
    service = Service()
    service.start(executionStartToCloseTimeout="100", childPolicy="ABANDON")
    service.decide_next(schedule(), timer(seconds=200))
    service.pass_time(99)
    assert service.describe()["executionInfo"]["executionStatus"] == "OPEN"
    service.pass_time(1)
    assert service.last("WorkflowExecutionTimedOut") == {"timeoutType": "START_TO_CLOSE", "childPolicy": "ABANDON"}
    assert service.describe()["executionInfo"]["closeStatus"] == "TIMED_OUT"
    assert service.poll_activity()["taskToken"] == ""


def test_a_decision_task_that_is_not_completed_in_time_is_scheduled_again() -> None:
    service = Service()
    service.start(taskStartToCloseTimeout="10")
    service.pass_time(100)
    lost = service.poll_decision()
    service.pass_time(10)
    assert service.types()[-2:] == ["DecisionTaskTimedOut", "DecisionTaskScheduled"]
    assert service.last("DecisionTaskTimedOut") == {"timeoutType": "START_TO_CLOSE", "scheduledEventId": 2, "startedEventId": 3}
    with pytest.raises(Fault, match="UnknownResourceFault"):
        service.decide(lost, complete())
    service.decide_next(complete())


def test_a_lost_decision_task_is_followed_by_the_one_that_was_scheduled_meanwhile() -> None:
    service = Service()
    service.start(taskStartToCloseTimeout="10")
    service.poll_decision()
    service.call("SignalWorkflowExecution", domain=DOMAIN, workflowId="flow", signalName="go")
    service.pass_time(10)
    assert service.types()[3:] == ["WorkflowExecutionSignaled", "DecisionTaskScheduled", "DecisionTaskTimedOut"]
    assert service.poll_decision()["startedEventId"] == 7


def test_previous_started_event_is_of_the_last_decision_task_that_was_completed() -> None:
    """API reference, DecisionTask, previousStartedEventId: "that was processed by the decider"."""
    service = Service()
    service.start(taskStartToCloseTimeout="10")
    service.poll_decision()
    service.pass_time(10)
    assert service.poll_decision()["previousStartedEventId"] == 0


@pytest.mark.parametrize(
    ("timeouts", "started", "after", "timeout_type"),
    [
        ({"scheduleToStartTimeout": "10", "scheduleToCloseTimeout": "50"}, False, 10, "SCHEDULE_TO_START"),
        ({"scheduleToStartTimeout": "NONE", "scheduleToCloseTimeout": "50"}, False, 50, "SCHEDULE_TO_CLOSE"),
        ({"startToCloseTimeout": "20", "scheduleToCloseTimeout": "50"}, True, 20, "START_TO_CLOSE"),
        ({"startToCloseTimeout": "NONE", "scheduleToCloseTimeout": "50"}, True, 50, "SCHEDULE_TO_CLOSE"),
        ({"startToCloseTimeout": "20", "scheduleToCloseTimeout": "50", "heartbeatTimeout": "5"}, True, 5, "HEARTBEAT"),
    ],
)
def test_an_activity_task_times_out_on_whatever_comes_first(
    timeouts: dict[str, str], *, started: bool, after: int, timeout_type: str
) -> None:
    service = Service()
    service.start()
    service.decide_next(schedule(**timeouts))
    if started:
        service.poll_activity()
    service.pass_time(after - 0.001)
    assert service.types()[-1] in ("ActivityTaskScheduled", "ActivityTaskStarted")
    service.pass_time(0.001)
    expected: dict[str, Any] = {"timeoutType": timeout_type, "scheduledEventId": 5, "startedEventId": 6 if started else 0}
    assert service.last("ActivityTaskTimedOut") == expected
    assert service.types()[-1] == "DecisionTaskScheduled"
    assert service.poll_activity()["taskToken"] == ""


def test_heartbeats_put_the_timeout_off_and_their_last_details_are_told() -> None:
    service = Service()
    service.start()
    service.decide_next(schedule(heartbeatTimeout="10"))
    token = service.poll_activity()["taskToken"]
    for details in ("one", "two"):
        service.pass_time(9)
        assert service.call("RecordActivityTaskHeartbeat", taskToken=token, details=details) == {"cancelRequested": False}
    service.pass_time(9)
    service.call("RecordActivityTaskHeartbeat", taskToken=token)
    service.pass_time(9)
    assert service.types()[-1] == "ActivityTaskStarted"
    service.pass_time(1)
    assert service.last("ActivityTaskTimedOut") == {
        "timeoutType": "HEARTBEAT",
        "details": "two",
        "scheduledEventId": 5,
        "startedEventId": 6,
    }


def test_heartbeats_survive_a_restart() -> None:
    service = Service()
    service.start()
    service.decide_next(schedule(heartbeatTimeout="10"))
    token = service.poll_activity()["taskToken"]
    service.pass_time(9)
    service.call("RecordActivityTaskHeartbeat", taskToken=token, details="alive")
    service.restart()
    service.pass_time(9)
    assert service.types()[-1] == "ActivityTaskStarted"
    service.pass_time(1)
    assert service.last("ActivityTaskTimedOut")["details"] == "alive"


def test_what_is_due_happens_in_due_order_also_when_it_happens_late() -> None:
    service = Service()
    service.start()
    service.decide_next(timer("late", 30), timer("early", 10), schedule(scheduleToStartTimeout="20"))
    service.now += 1000
    service.core.tick(service.now)
    service.store.write(service.core.take_changes())
    assert service.types()[-4:] == ["TimerFired", "DecisionTaskScheduled", "ActivityTaskTimedOut", "TimerFired"]
    fired = [event["timerFiredEventAttributes"]["timerId"] for event in service.history() if event["eventType"] == "TimerFired"]
    assert fired == ["early", "late"]
