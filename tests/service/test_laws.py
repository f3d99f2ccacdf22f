"""Laws that hold whatever is asked of the core, in whatever order: of histories, of what is open, of what a restart gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.service.core import Core
from engine.service.execution import Execution
from engine.service.faults import Fault
from engine.service.invoking import Completed, EndInvocation, Failed, Invocation, Outcome, TakeInvocation
from tests.service.driving import (
    ACTIVITY,
    DOMAIN,
    ROLE,
    Service,
    cancel,
    cancel_activity,
    cancel_external,
    cancel_timer,
    complete,
    continue_as_new,
    fail,
    marker,
    schedule,
    schedule_function,
    signal_external,
    start_child,
    timer,
)
from tests.service.laws import check_history, open_counts

FLOWS = st.sampled_from(["one", "two", "three"])
NAMES = st.sampled_from(["a", "b"])
SECONDS = st.sampled_from(["0", "1", "7", "30", "NONE"])
PRIORITIES = st.sampled_from(["-1", "0", "5"])
LISTS = st.sampled_from(["work", "other"])

TIMEOUTS = st.fixed_dictionaries(
    {},
    optional={
        "heartbeatTimeout": SECONDS,
        "scheduleToStartTimeout": SECONDS,
        "scheduleToCloseTimeout": SECONDS,
        "startToCloseTimeout": SECONDS,
        "taskPriority": PRIORITIES,
        "taskList": LISTS.map(lambda name: {"name": name}),
        "activityType": st.sampled_from([ACTIVITY, {"name": "Unknown", "version": "1.0"}]),
    },
)
FUNCTION_OPTIONS = st.fixed_dictionaries({}, optional={"startToCloseTimeout": st.sampled_from(["1", "30"]), "input": st.just("1")})
OPEN_DECISIONS = st.one_of(
    st.builds(lambda name, options: schedule(name, **options), NAMES, TIMEOUTS),
    st.builds(cancel_activity, NAMES),
    st.builds(timer, NAMES, st.sampled_from([0, 1, 7, 30])),
    st.builds(cancel_timer, NAMES),
    st.builds(lambda name, options: schedule_function(name, **options), NAMES, FUNCTION_OPTIONS),
    st.just(marker()),
    st.builds(start_child, FLOWS, childPolicy=st.sampled_from(["TERMINATE", "REQUEST_CANCEL", "ABANDON"])),
    st.builds(signal_external, FLOWS),
    st.builds(cancel_external, FLOWS),
)
CLOSING_DECISIONS = st.sampled_from([complete(result="r"), fail(reason="r"), cancel(), continue_as_new()])
DECISIONS = st.builds(
    lambda decisions, last: [*decisions, *last], st.lists(OPEN_DECISIONS, max_size=5), st.lists(CLOSING_DECISIONS, max_size=1)
)  # fmt: skip
OPTIONS = st.fixed_dictionaries({"taskPriority": PRIORITIES}, optional={"lambdaRole": st.just(ROLE)})
OUTCOMES = st.sampled_from([Completed(result="2"), Failed(reason="ValueError", details="{}")])
STICKY = {"taskList": {"name": "sticky"}}
OVERRIDES = st.one_of(
    st.just({}),
    st.just(STICKY),
    st.builds(lambda seconds: {**STICKY, "taskListScheduleToStartTimeout": seconds}, SECONDS),
    st.builds(lambda text: {"executionContext": text}, st.text(max_size=3)),
)
INTERFERENCES = st.sampled_from(["SignalWorkflowExecution", "RequestCancelWorkflowExecution", "TerminateWorkflowExecution"])


class AnySequence(RuleBasedStateMachine):
    """Requests of every kind in any order, also stale ones; after each, all laws are checked."""

    def __init__(self) -> None:
        super().__init__()
        self.service = Service()
        self.decision_tasks: list[Mapping[str, Any]] = []
        self.activity_tasks: list[Mapping[str, Any]] = []
        self.invocations: list[Invocation] = []

    def may_fail(self, operation: str, *codes: str, **request: Any) -> Mapping[str, Any]:
        """A request that may be refused for these reasons and no other."""
        try:
            return self.service.call(operation, **request)
        except Fault as fault:
            if fault.code not in codes:
                raise
            return {}

    @rule(flow=FLOWS, policy=st.sampled_from(["TERMINATE", "REQUEST_CANCEL", "ABANDON"]), timeout=SECONDS, options=OPTIONS)
    def start(self, flow: str, policy: str, timeout: str, options: Mapping[str, str]) -> None:
        self.may_fail(
            "StartWorkflowExecution",
            "WorkflowExecutionAlreadyStartedFault",
            domain=DOMAIN,
            workflowId=flow,
            workflowType={"name": "Flow", "version": "1.0"},
            childPolicy=policy,
            taskStartToCloseTimeout=timeout,
            **options,
        )

    @rule(name=st.sampled_from(["decisions", "decisions", "sticky"]), sticky=st.booleans())
    def poll_decision(self, name: str, *, sticky: bool) -> None:
        task = self.service.poll_decision(name, startAtPreviousStartedEvent=sticky)
        if not task["taskToken"]:
            return
        self.decision_tasks.append(task)
        first = task["previousStartedEventId"] if sticky and task["previousStartedEventId"] else 1
        assert [event["eventId"] for event in task["events"]] == list(range(first, task["startedEventId"] + 1))
        assert task["events"][-1]["eventType"] == "DecisionTaskStarted"

    @precondition(lambda self: self.decision_tasks)
    @rule(data=st.data(), decisions=DECISIONS, override=OVERRIDES)
    def decide(self, data: st.DataObject, decisions: list[Mapping[str, Any]], override: Mapping[str, Any]) -> None:
        task = data.draw(st.sampled_from(self.decision_tasks), label="task")
        self.may_fail(
            "RespondDecisionTaskCompleted", "UnknownResourceFault", taskToken=task["taskToken"], decisions=decisions, **override
        )  # fmt: skip

    @rule(name=LISTS)
    def poll_activity(self, name: str) -> None:
        task = self.service.poll_activity(name)
        if task["taskToken"]:
            self.activity_tasks.append(task)

    @precondition(lambda self: self.activity_tasks)
    @rule(
        data=st.data(),
        operation=st.sampled_from(
            ["RespondActivityTaskCompleted", "RespondActivityTaskFailed", "RespondActivityTaskCanceled", "RecordActivityTaskHeartbeat"]
        ),
    )
    def answer_activity(self, data: st.DataObject, operation: str) -> None:
        task = data.draw(st.sampled_from(self.activity_tasks), label="task")
        self.may_fail(operation, "UnknownResourceFault", taskToken=task["taskToken"])

    @rule()
    def invoke(self) -> None:
        found = self.service.attend(TakeInvocation())
        if found:
            self.invocations.append(found["invocation"])

    @precondition(lambda self: self.invocations)
    @rule(data=st.data(), outcome=OUTCOMES)
    def end_invocation(self, data: st.DataObject, outcome: Outcome) -> None:
        invocation = data.draw(st.sampled_from(self.invocations), label="invocation")
        self.service.attend(EndInvocation(invocation=invocation, outcome=outcome))

    @rule(flow=FLOWS, operation=INTERFERENCES)
    def interfere(self, flow: str, operation: str) -> None:
        content = {"signalName": "s"} if operation == "SignalWorkflowExecution" else {}
        self.may_fail(operation, "UnknownResourceFault", domain=DOMAIN, workflowId=flow, **content)

    @rule(seconds=st.sampled_from([0.001, 0.5, 1, 7, 30, 300]))
    def pass_time(self, seconds: float) -> None:
        self.service.pass_time(seconds)

    @rule(seconds=st.sampled_from([1, 30, 4000]))
    def be_down(self, seconds: float) -> None:
        self.service.now += seconds
        self.service.restart()
        self.service.pass_time(0)

    @rule()
    def restart(self) -> None:
        self.service.restart()

    @invariant()
    def what_is_in_memory_is_what_a_restart_would_rebuild(self) -> None:
        before = picture(self.service.core)
        again = Core(self.service.store.archive, self.service.limits)
        again.load()
        assert picture(again) == before

    @invariant()
    def every_history_obeys_the_laws(self) -> None:
        for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions"):
            for info in self.service.call(operation, domain=DOMAIN, startTimeFilter={"oldestDate": 0})["executionInfos"]:
                named = info["execution"]
                events = self.service.history(named["workflowId"], named["runId"])
                check_history(events)
                described = self.service.describe(named["workflowId"], named["runId"])
                assert described["executionInfo"] == info
                assert described["openCounts"] == open_counts(events)


def picture(core: Core) -> Mapping[str, Any]:
    """All that a core knows, in comparable form."""
    ledger = core._ledger
    return {
        "executions": {run: {name: getattr(each, name) for name in Execution.__slots__} for run, each in ledger.open.items()},
        "queues": {
            key: sorted(entry for entry in queue.heap if (entry[2], entry[3]) in queue.waiting)
            for key, queue in ledger.queues._queues.items()
        },
        "due": sorted({due for _, *what in ledger.timeouts._heap if (due := (ledger._due_of(*what), *what))[0] != math.inf}),
        "next": core.next_due(),
    }


AnySequence.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
test_the_laws_hold_for_any_sequence_of_requests = AnySequence.TestCase
