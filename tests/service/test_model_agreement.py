"""The whole service, on a file, under a clock moved by hand, agrees with the model of modelled.py: also when it is killed midway.

A kill: what is on disk at that moment (the database and its write-ahead log, as another process sees them) is copied, and a new service
goes on from the copy; the old one is not told. So nothing that it does when it closes can help.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.service.clock import VirtualClock
from engine.service.database import Durability
from engine.service.disk import Disk
from engine.service.events import ATTRIBUTES
from engine.service.faults import Fault
from engine.service.host import Host
from engine.service.sessions import Session
from tests.service.laws import check_history, open_counts
from tests.service.modelled import (
    ACTIVITY_TIMEOUTS,
    DECISION_TIMEOUT,
    EXECUTION_TIMEOUT,
    AlreadyStarted,
    Decision,
    Execution,
    Model,
    Unknown,
)
from tests.service.world import ACTIVITY, DOMAIN, LIST, POLL, WORKFLOW, furnish

START = 1_700_000_000.0
TIMEOUTS = {"executionStartToCloseTimeout": str(EXECUTION_TIMEOUT), "taskStartToCloseTimeout": str(DECISION_TIMEOUT)}
COMPARED = {"scheduledEventId", "startedEventId", "activityId", "timerId", "timeoutType", "cause"}
"""The attributes that the model tells of an event, where it has them."""

FAULTS: Mapping[type[Exception], str] = {Unknown: "UnknownResourceFault", AlreadyStarted: "WorkflowExecutionAlreadyStartedFault"}

FLOWS = st.sampled_from(["one", "two", "three"])
SELDOM = st.sampled_from([0, 0, 0, 1])
NAMES = st.sampled_from(["a", "b", "c"])
SECONDS = st.sampled_from(["NONE", "NONE", "NONE", "30", "3", "0"])
SCHEDULE = st.builds(
    lambda name, priority, timeouts: ("schedule", {"activityId": name, "taskPriority": priority, **timeouts}),
    NAMES,
    st.sampled_from(["-1", "0", "7"]),
    st.fixed_dictionaries(dict.fromkeys(ACTIVITY_TIMEOUTS, SECONDS)),
)
OPENING = st.one_of(
    SCHEDULE,
    SCHEDULE,
    SCHEDULE,
    st.builds(lambda name: ("cancel activity", {"activityId": name}), NAMES),
    st.builds(lambda name, seconds: ("timer", {"timerId": name, "seconds": seconds}), NAMES, st.sampled_from([0, 2, 9])),
    st.builds(lambda name: ("cancel timer", {"timerId": name}), NAMES),
    st.just(("marker", {})),
)
CLOSING: st.SearchStrategy[Decision] = st.sampled_from([("complete", {}), ("fail", {}), ("cancel", {}), ("continue", {})])
DECISIONS = st.builds(
    lambda opening, last: [*opening, *last],
    st.lists(OPENING, min_size=1, max_size=4),
    SELDOM.flatmap(lambda close: st.lists(CLOSING, min_size=close, max_size=close)),
)


def written(decision: Decision) -> dict[str, Any]:
    """The decision as the API takes it."""
    kind, facts = decision
    name, attributes = {
        "schedule": ("ScheduleActivityTask", {"activityType": ACTIVITY, "taskList": LIST, **facts}),
        "cancel activity": ("RequestCancelActivityTask", facts),
        "timer": ("StartTimer", {"timerId": facts.get("timerId"), "startToFireTimeout": str(facts.get("seconds"))}),
        "cancel timer": ("CancelTimer", facts),
        "marker": ("RecordMarker", {"markerName": "m"}),
        "complete": ("CompleteWorkflowExecution", {}),
        "fail": ("FailWorkflowExecution", {}),
        "cancel": ("CancelWorkflowExecution", {}),
        "continue": ("ContinueAsNewWorkflowExecution", TIMEOUTS),
    }[kind]
    return {"decisionType": name, f"{name[0].lower()}{name[1:]}DecisionAttributes": attributes}


class Agreement(RuleBasedStateMachine):
    """Each request goes to the service and to the model."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="swf-model-"))
        self.lives = 0
        self.ended: list[tuple[Disk, Host]] = []
        self.model = Model(START)
        self.run_ids: dict[int, str] = {}
        self.deciding: list[tuple[str, Execution, int]] = []
        self.working: list[tuple[str, Execution, str, int]] = []
        self._live()
        furnish(self.call)

    def _live(self) -> None:
        self.clock = VirtualClock(self.model.now)
        self.disk = Disk.open(self.path, durability=Durability.PROCESS)
        self.host = Host(disk=self.disk, clock=self.clock)
        self.call = Session(self.host).call

    @property
    def path(self) -> Path:
        return self.folder / f"life{self.lives}.db"

    def teardown(self) -> None:
        for disk, host in [*self.ended, (self.disk, self.host)]:
            host.close()
            disk.close()
        shutil.rmtree(self.folder)

    def agree(self, operation: str, request: Mapping[str, Any], expected: Any) -> Mapping[str, Any]:
        """The service answers, or refuses as the model does."""
        if expected is None:
            return self.call(operation, request)
        with pytest.raises(Fault) as met:
            self.call(operation, request)
        assert met.value.code == expected
        return {}

    def modelled(self, do: Any, *arguments: Any) -> Any:
        """None, or the fault that the model meets."""
        try:
            do(*arguments)
        except (Unknown, AlreadyStarted) as error:
            return FAULTS[type(error)]
        return None

    @rule(flow=FLOWS)
    def start(self, flow: str) -> None:
        request = {"domain": DOMAIN, "workflowId": flow, "workflowType": WORKFLOW, **TIMEOUTS}
        body = self.agree("StartWorkflowExecution", request, self.modelled(self.model.start, flow))
        if body:
            self.run_ids[len(self.model.executions) - 1] = body["runId"]

    @rule(flow=FLOWS, kind=st.sampled_from(["WorkflowExecutionSignaled", "WorkflowExecutionCancelRequested"]))
    def tell(self, flow: str, kind: str) -> None:
        operation = "SignalWorkflowExecution" if kind == "WorkflowExecutionSignaled" else "RequestCancelWorkflowExecution"
        content = {"signalName": "s"} if operation == "SignalWorkflowExecution" else {}
        self.agree(operation, {"domain": DOMAIN, "workflowId": flow, **content}, self.modelled(self.model.tell, flow, kind))

    @rule(flow=FLOWS, seldom=SELDOM)
    def terminate(self, flow: str, seldom: int) -> None:
        if seldom:
            request = {"domain": DOMAIN, "workflowId": flow}
            self.agree("TerminateWorkflowExecution", request, self.modelled(self.model.terminate, flow))

    @precondition(lambda self: self.model.waiting_decisions())
    @rule()
    def poll_decision(self) -> None:
        execution = self.model.poll_decision()
        task = self.call("PollForDecisionTask", POLL)
        assert task["workflowExecution"] == {"workflowId": execution.workflow_id, "runId": self.run_ids[execution.order]}
        assert (task["startedEventId"], task["previousStartedEventId"]) == (len(execution.events), execution.previous)
        compare(task["events"], execution)
        self.deciding.append((task["taskToken"], execution, task["startedEventId"]))

    @precondition(lambda self: self.model.waiting_decisions())
    @rule(decisions=DECISIONS)
    def poll_and_decide(self, decisions: Sequence[Decision]) -> None:
        self.poll_decision()
        self._decide(*self.deciding[-1], decisions)

    @precondition(lambda self: self.deciding)
    @rule(data=st.data(), decisions=DECISIONS)
    def decide(self, data: st.DataObject, decisions: Sequence[Decision]) -> None:
        self._decide(*data.draw(st.sampled_from(self.deciding[-3:]), label="task"), decisions)

    def _decide(self, token: str, execution: Execution, started: int, decisions: Sequence[Decision]) -> None:
        request = {"taskToken": token, "decisions": [written(decision) for decision in decisions]}
        known = len(self.model.executions)
        self.agree("RespondDecisionTaskCompleted", request, self.modelled(self.model.decide, execution, started, decisions))
        if len(self.model.executions) > known:
            continued = self.history(execution)[-1]
            self.run_ids[known] = continued["workflowExecutionContinuedAsNewEventAttributes"]["newExecutionRunId"]

    @precondition(lambda self: self.model.waiting_activities())
    @rule()
    def poll_activity(self) -> None:
        execution, name, started = self.model.poll_activity()
        task = self.call("PollForActivityTask", POLL)
        assert task["workflowExecution"]["runId"] == self.run_ids[execution.order]
        assert (task["activityId"], task["startedEventId"]) == (name, started)
        self.working.append((task["taskToken"], execution, name, started))

    @precondition(lambda self: self.working)
    @rule(data=st.data(), kind=st.sampled_from(["Completed", "Failed", "Canceled"]))
    def answer(self, data: st.DataObject, kind: str) -> None:
        token, *task = data.draw(st.sampled_from(self.working[-3:]), label="task")
        expected = self.modelled(self.model.answer, *task, f"ActivityTask{kind}")
        self.agree(f"RespondActivityTask{kind}", {"taskToken": token}, expected)

    @precondition(lambda self: self.working)
    @rule(data=st.data())
    def beat(self, data: st.DataObject) -> None:
        token, execution, name, started = data.draw(st.sampled_from(self.working[-3:]), label="task")
        cancel: list[bool] = []
        expected = self.modelled(lambda: cancel.append(self.model.beat(execution, name, started)))
        body = self.agree("RecordActivityTaskHeartbeat", {"taskToken": token}, expected)
        assert [body["cancelRequested"]] == cancel if body else not cancel

    @rule(seconds=st.sampled_from([0.25, 1, 3, 3, 9, 25]))
    def pass_time(self, seconds: float) -> None:
        self.model.advance(seconds)
        self.clock.advance(seconds)

    @rule(seconds=st.sampled_from([0, 0, 0, 5, 40]))
    def be_killed_and_started_again(self, seconds: float) -> None:
        # What is due may be happening: once this is answered it has happened, and the model says that it has.
        self.call("ListDomains", {"registrationStatus": "REGISTERED"})
        before = self.path
        self.lives += 1
        for suffix in ("", "-wal"):
            if before.with_name(before.name + suffix).exists():
                shutil.copyfile(before.with_name(before.name + suffix), self.path.with_name(self.path.name + suffix))
        self.ended.append((self.disk, self.host))
        self.model.advance(seconds)
        self._live()

    def history(self, execution: Execution) -> Sequence[Mapping[str, Any]]:
        named = {"workflowId": execution.workflow_id, "runId": self.run_ids[execution.order]}
        events: Sequence[Mapping[str, Any]] = self.call("GetWorkflowExecutionHistory", {"domain": DOMAIN, "execution": named})["events"]
        return events

    @invariant()
    def the_service_is_as_the_model_is(self) -> None:
        for execution in self.model.executions:
            events = self.history(execution)
            compare(events, execution)
            check_history(events)
            named = {"workflowId": execution.workflow_id, "runId": self.run_ids[execution.order]}
            described = self.call("DescribeWorkflowExecution", {"domain": DOMAIN, "execution": named})
            assert (described["executionInfo"]["executionStatus"] == "OPEN") == execution.is_open
            assert described["openCounts"] == open_counts(events)
            assert described["openCounts"]["openActivityTasks"] == len(execution.activities)
            assert described["openCounts"]["openTimers"] == len(execution.timers)
            assert described["openCounts"]["openDecisionTasks"] == int(bool(execution.scheduled or execution.deciding))

    @invariant()
    def it_lists_and_counts_what_the_model_has(self) -> None:
        for is_open, operation in ((True, "ListOpenWorkflowExecutions"), (False, "ListClosedWorkflowExecutions")):
            listed = self.call(operation, {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0.0}})["executionInfos"]
            wanted = {self.run_ids[one.order] for one in self.model.executions if one.is_open == is_open}
            assert {info["execution"]["runId"] for info in listed} == wanted
        asked = {"domain": DOMAIN, "taskList": LIST}
        assert self.call("CountPendingDecisionTasks", asked)["count"] == len(self.model.waiting_decisions())
        assert self.call("CountPendingActivityTasks", asked)["count"] == len(self.model.waiting_activities())


def compare(events: Sequence[Mapping[str, Any]], execution: Execution) -> None:
    told = []
    for event, modelled in zip(events, execution.events, strict=True):
        attributes = event[ATTRIBUTES[event["eventType"]]]
        known = {name: attributes[name] for name in COMPARED & modelled.facts.keys() if name in attributes}
        told.append((event["eventId"], event["eventType"], event["eventTimestamp"], known))
    wanted = [
        (event.number, event.kind, event.at, {name: event.facts[name] for name in COMPARED & event.facts.keys()})
        for event in execution.events
    ]
    assert told == wanted


Agreement.TestCase.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
test_the_service_agrees_with_the_model = Agreement.TestCase
