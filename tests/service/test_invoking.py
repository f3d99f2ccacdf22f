"""Lambda functions in the core: their events, every documented cause, their timeout, and what is left of them after a restart."""

from __future__ import annotations

from typing import Any

import pytest

from engine.service.core import Limits
from engine.service.faults import Fault
from engine.service.invoking import Completed, Failed, FindInvocations, Invocation, TakeInvocation
from engine.service.model import enum
from tests.service.driving import DOMAIN, ROLE, START, WORKFLOW, Service, complete, schedule_function

DONE = Completed(result="2")


def begun(*functions: Any, limits: Limits | None = None, runs_functions: bool = True) -> Service:
    """A service with one execution, whose decider has scheduled these functions."""
    service = Service(limits, runs_functions=runs_functions)
    service.start(lambdaRole=ROLE)
    service.decide_next(*functions)
    return service


def under_way(service: Service) -> tuple[Invocation, ...]:
    found: tuple[Invocation, ...] = service.attend(FindInvocations())["invocations"]
    return found


def test_a_function_is_scheduled_started_and_completed() -> None:
    service = begun(schedule_function(input="1", control="c", startToCloseTimeout="30"))
    assert service.last("LambdaFunctionScheduled") == {
        "id": "function",
        "name": "double",
        "control": "c",
        "input": "1",
        "startToCloseTimeout": "30",
        "decisionTaskCompletedEventId": 4,
    }
    assert service.open_counts()["openLambdaFunctions"] == 1
    invocation = service.invoke()
    assert (invocation.name, invocation.input, invocation.role, invocation.deadline) == ("double", "1", ROLE, START + 30)
    assert service.last("LambdaFunctionStarted") == {"scheduledEventId": 5}
    service.end(invocation, DONE)
    assert service.last("LambdaFunctionCompleted") == {"result": "2", "scheduledEventId": 5, "startedEventId": 6}
    assert service.types()[-1] == "DecisionTaskScheduled"
    assert service.open_counts()["openLambdaFunctions"] == 0


def test_a_function_that_fails_tells_its_reason_and_details() -> None:
    service = begun(schedule_function())
    service.end(service.invoke(), Failed(reason="ValueError", details="{}"))
    assert service.last("LambdaFunctionFailed") == {"reason": "ValueError", "details": "{}", "scheduledEventId": 5, "startedEventId": 6}
    assert service.types()[-1] == "DecisionTaskScheduled"


def test_what_the_decider_leaves_out_is_left_out_but_the_timeout_has_its_default() -> None:
    service = begun(schedule_function())
    attributes = {"id": "function", "name": "double", "startToCloseTimeout": "900", "decisionTaskCompletedEventId": 4}
    assert service.last("LambdaFunctionScheduled") == attributes


@pytest.mark.parametrize("timeout", ["0", "901", "NONE", "-1", "soon"])
def test_a_timeout_is_from_1_to_900_seconds(timeout: str) -> None:
    service = Service()
    service.start(lambdaRole=ROLE)
    task = service.poll_decision()
    with pytest.raises(Fault, match="from 1 to 900"):
        service.decide(task, schedule_function(startToCloseTimeout=timeout))


def test_the_timeout_counts_from_the_start_not_from_the_schedule() -> None:
    service = begun(schedule_function(startToCloseTimeout="30"))
    service.pass_time(100)
    assert service.open_counts()["openLambdaFunctions"] == 1
    service.invoke()
    service.pass_time(29.9)
    assert service.types()[-1] == "LambdaFunctionStarted"
    service.pass_time(0.1)
    assert service.last("LambdaFunctionTimedOut") == {"timeoutType": "START_TO_CLOSE", "scheduledEventId": 5, "startedEventId": 6}
    assert service.history()[-2]["eventTimestamp"] == START + 130
    assert service.types()[-1] == "DecisionTaskScheduled"


def test_what_ends_after_its_timeout_or_twice_changes_nothing() -> None:
    service = begun(schedule_function("a", startToCloseTimeout="1"), schedule_function("b"))
    late, twice = service.invoke(), service.invoke()
    service.pass_time(1)
    service.end(twice, DONE)
    before = service.types()
    service.end(late, DONE)
    service.end(twice, DONE)
    assert service.types() == before


def test_functions_are_invoked_in_the_order_in_which_they_were_scheduled() -> None:
    service = begun(schedule_function("b"), schedule_function("a"))
    service.start("other", lambdaRole=ROLE)
    service.now += 1
    service.decide_next(schedule_function("c"))
    assert [service.invoke().function_id for _ in range(3)] == ["b", "a", "c"]
    assert service.attend(TakeInvocation()) == {}


def test_every_documented_cause_of_a_refusal_can_occur_but_throttling() -> None:
    causes = {"ID_ALREADY_IN_USE", "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED", "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"}
    assert causes == set(enum("ScheduleLambdaFunctionFailedCause")) - {"LAMBDA_FUNCTION_CREATION_RATE_EXCEEDED"}
    assert enum("StartLambdaFunctionFailedCause") == ("ASSUME_ROLE_FAILED",)


def refused(service: Service) -> str:
    assert service.types()[-2:] == ["ScheduleLambdaFunctionFailed", "DecisionTaskScheduled"]
    failed = service.last("ScheduleLambdaFunctionFailed")
    assert failed.keys() == {"id", "name", "cause", "decisionTaskCompletedEventId"}
    return str(failed["cause"])


def test_an_id_is_in_use_until_its_function_ends() -> None:
    service = begun(schedule_function(), schedule_function(name="other"))
    assert refused(service) == "ID_ALREADY_IN_USE"
    assert service.last("ScheduleLambdaFunctionFailed")["name"] == "other"
    service.end(service.invoke(), DONE)
    service.decide_next(schedule_function())
    assert service.types()[-1] == "LambdaFunctionScheduled"


def test_so_many_functions_are_open_at_once_and_no_more() -> None:
    assert Limits().open_lambda_functions == 1_000
    service = begun(*(schedule_function(name) for name in "abc"), limits=Limits(open_lambda_functions=2))
    assert refused(service) == "OPEN_LAMBDA_FUNCTIONS_LIMIT_EXCEEDED"
    assert service.open_counts()["openLambdaFunctions"] == 2


def test_where_no_functions_are_run_there_is_no_lambda_service() -> None:
    assert refused(begun(schedule_function(), runs_functions=False)) == "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"


def test_without_a_role_a_function_is_not_started() -> None:
    service = Service()
    service.start()
    service.decide_next(schedule_function())
    assert service.types()[-3:] == ["LambdaFunctionScheduled", "StartLambdaFunctionFailed", "DecisionTaskScheduled"]
    failed = service.last("StartLambdaFunctionFailed")
    assert (failed["scheduledEventId"], failed["cause"]) == (5, "ASSUME_ROLE_FAILED")
    assert "lambdaRole" in failed["message"]
    assert service.open_counts()["openLambdaFunctions"] == 0
    assert service.attend(TakeInvocation()) == {}


def test_the_types_role_is_the_default() -> None:
    service = Service()
    named = {**WORKFLOW, "version": "2.0"}
    defaults = {"defaultChildPolicy": "TERMINATE", "defaultTaskStartToCloseTimeout": "9", "defaultExecutionStartToCloseTimeout": "99"}
    service.call("RegisterWorkflowType", domain=DOMAIN, **named, **defaults, defaultTaskList={"name": "decisions"}, defaultLambdaRole=ROLE)
    service.start(workflowType=named)
    assert service.describe()["executionConfiguration"]["lambdaRole"] == ROLE
    service.decide_next(schedule_function())
    assert service.invoke().role == ROLE


def test_a_function_of_an_execution_that_has_closed_is_neither_invoked_nor_ended() -> None:
    service = begun(schedule_function("a"), schedule_function("b"))
    running = service.invoke()
    service.call("SignalWorkflowExecution", domain=DOMAIN, workflowId="flow", signalName="s")
    service.decide_next(complete())
    assert service.attend(TakeInvocation()) == {}
    service.end(running, DONE)
    assert service.types()[-1] == "WorkflowExecutionCompleted"
    assert under_way(service) == ()


def test_after_a_restart_what_waited_waits_and_what_was_under_way_is_named() -> None:
    service = begun(schedule_function("a", startToCloseTimeout="30"), schedule_function("b"))
    running = service.invoke()
    service.now += 10
    service.restart()
    assert under_way(service) == (running,), "with the deadline that it had"
    assert service.attend(FindInvocations())["waiting"] == 1
    assert service.invoke().function_id == "b"
    service.end(running, DONE)
    assert service.last("LambdaFunctionCompleted")["startedEventId"] == running.started_id


def test_what_timed_out_while_the_service_was_down_is_not_invoked_again() -> None:
    service = begun(schedule_function(startToCloseTimeout="30"))
    service.invoke()
    service.now += 31
    service.restart()
    assert under_way(service) == ()
    assert service.types()[-2:] == ["LambdaFunctionTimedOut", "DecisionTaskScheduled"]


def test_an_invocation_of_another_database_is_nobodys() -> None:
    service, other = begun(schedule_function()), Service(seed="other")
    other.start(lambdaRole=ROLE)
    other.decide_next(schedule_function())
    other.invoke()
    service.end(service.invoke(), DONE)
    other.end(begun(schedule_function()).invoke(), DONE)
    assert other.types()[-1] == "LambdaFunctionStarted"


def test_nobody_can_ask_for_an_errand_by_a_request() -> None:
    service = begun(schedule_function())
    for name in ("TakeInvocation", "EndInvocation", "FindInvocations"):
        assert name not in service.core.operations
        with pytest.raises(Fault, match="UnknownOperation"):
            service.call(name)
