"""What workers answer, and which answers come too late. Source of each claim: the API reference of the action."""

from __future__ import annotations

from typing import Any

import pytest

from engine.service.faults import Fault
from tests.service.driving import DOMAIN, Service, cancel_activity, complete, schedule


def started(service: Service, **options: Any) -> str:
    service.start()
    service.decide_next(schedule(**options))
    return str(service.poll_activity()["taskToken"])


@pytest.mark.parametrize(
    ("operation", "given", "event_type"),
    [
        ("RespondActivityTaskCompleted", {"result": "r"}, "ActivityTaskCompleted"),
        ("RespondActivityTaskCompleted", {}, "ActivityTaskCompleted"),
        ("RespondActivityTaskFailed", {"reason": "r", "details": "d"}, "ActivityTaskFailed"),
        ("RespondActivityTaskFailed", {}, "ActivityTaskFailed"),
        ("RespondActivityTaskCanceled", {"details": "d"}, "ActivityTaskCanceled"),
    ],
)
def test_a_response_closes_the_task_and_asks_the_decider(operation: str, given: dict[str, str], event_type: str) -> None:
    service = Service()
    token = started(service)
    service.call(operation, taskToken=token, **given)
    assert service.types()[-2:] == [event_type, "DecisionTaskScheduled"]
    assert service.last(event_type) == {**given, "scheduledEventId": 5, "startedEventId": 6}
    assert service.open_counts()["openActivityTasks"] == 0
    for late in ("RespondActivityTaskCompleted", "RespondActivityTaskFailed", "RespondActivityTaskCanceled", "RecordActivityTaskHeartbeat"):
        with pytest.raises(Fault, match="UnknownResourceFault: Unknown activity, scheduledEventId = 5"):
            service.call(late, taskToken=token)


def test_an_answer_after_the_execution_closed_is_too_late() -> None:
    service = Service()
    service.start()
    service.decide_next(schedule("one"), schedule("two"))
    first, second = service.poll_activity(), service.poll_activity()
    service.complete(first)
    service.decide_next(complete())
    with pytest.raises(Fault, match="UnknownResourceFault"):
        service.complete(second)
    with pytest.raises(Fault, match="UnknownResourceFault"):
        service.call("RecordActivityTaskHeartbeat", taskToken=second["taskToken"])


def test_a_heartbeat_tells_whether_cancellation_is_wanted_and_writes_no_event() -> None:
    service = Service()
    token = started(service)
    assert service.call("RecordActivityTaskHeartbeat", taskToken=token, details="half") == {"cancelRequested": False}
    service.call("SignalWorkflowExecution", domain=DOMAIN, workflowId="flow", signalName="stop")
    service.decide_next(cancel_activity())
    before = service.types()
    assert service.call("RecordActivityTaskHeartbeat", taskToken=token) == {"cancelRequested": True}
    assert service.types() == before


def test_a_worker_may_complete_what_it_was_asked_to_cancel() -> None:
    service = Service()
    token = started(service)
    service.call("SignalWorkflowExecution", domain=DOMAIN, workflowId="flow", signalName="stop")
    service.decide_next(cancel_activity())
    service.call("RespondActivityTaskCompleted", taskToken=token, result="done all the same")
    assert service.last("ActivityTaskCompleted")["result"] == "done all the same"


def test_the_heartbeat_of_a_closed_task_leaves_the_disk() -> None:
    service = Service()
    token = started(service)
    service.call("RecordActivityTaskHeartbeat", taskToken=token, details="half")
    assert [row.details for row in service.store.archive.heartbeats()] == ["half"]
    service.call("RespondActivityTaskCompleted", taskToken=token)
    assert list(service.store.archive.heartbeats()) == []


@pytest.mark.parametrize("token", ["nonsense", "1.2.3", "1.2.x.abc", "1.2.0.abc", "1.2.3.4.5"])
def test_a_text_that_is_no_token_is_refused(token: str) -> None:
    service = Service()
    service.start()
    for operation in ("RespondActivityTaskCompleted", "RecordActivityTaskHeartbeat", "RespondDecisionTaskCompleted"):
        with pytest.raises(Fault, match="ValidationException: Invalid token"):
            service.call(operation, taskToken=token)


def test_a_token_of_another_database_names_nothing_here() -> None:
    here, there = Service(seed="here"), Service(seed="there")
    started(here)
    with pytest.raises(Fault, match="UnknownResourceFault"):
        here.call("RespondActivityTaskCompleted", taskToken=started(there))


def test_latest_activity_is_when_the_last_activity_task_changed() -> None:
    """Recorded from AWS: latestActivityTaskTimestamp is also that of a start and of a close."""
    service = Service()
    service.start()
    assert "latestActivityTaskTimestamp" not in service.describe()
    service.decide_next(schedule())
    service.pass_time(1)
    task = service.poll_activity()
    assert service.describe()["latestActivityTaskTimestamp"] == service.now
    service.pass_time(1)
    service.complete(task)
    assert service.describe()["latestActivityTaskTimestamp"] == service.now
