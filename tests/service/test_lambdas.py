"""Lambda functions run by handlers: what a handler gets and gives, how many run at once, what a restart makes of those under way."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from engine.errors import DatabaseUnusable, EndpointUnavailable
from engine.service.clock import Clock, SystemClock, VirtualClock
from engine.service.database import Durability
from engine.service.disk import Disk
from engine.service.faults import Fault
from engine.service.host import Host
from engine.service.lambdas import AT_ONCE, DATA_LIMIT, Context, Functions, Lambdas
from engine.service.rows import Row
from engine.service.sessions import Session
from tests.service.world import DOMAIN, PATIENCE, POLL, WORKFLOW, Call, decide, event_types, furnish, schedule_function

ROLE = "arn:aws:iam::123456789012:role/lambda"
EXECUTION = {"domain": DOMAIN, "workflowId": "w", "workflowType": WORKFLOW, "lambdaRole": ROLE}
SYSTEM = SystemClock()


@contextmanager
def running(path: Path, functions: Functions, clock: Clock = SYSTEM) -> Iterator[tuple[Host, Lambdas]]:
    with (
        closing(Disk.open(path, durability=Durability.PROCESS, runs_functions=bool(functions))) as disk,
        closing(Host(disk=disk, clock=clock)) as host,
        closing(Lambdas(host, clock, functions)) as lambdas,
    ):
        yield host, lambdas


def begin(call: Call, *functions: dict[str, Any]) -> str:
    """An execution whose decider schedules these functions; its runId."""
    run_id = str(call("StartWorkflowExecution", EXECUTION)["runId"])
    decide(call, *functions)
    return run_id


def next_end(call: Call) -> Mapping[str, Any]:
    """The event of the next decision task that says how a function ended."""
    task = call("PollForDecisionTask", {**POLL, "reverseOrder": True})
    call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"]})
    events: Sequence[Mapping[str, Any]] = task["events"]
    return next(
        event for event in events if event["eventType"] in {"LambdaFunctionCompleted", "LambdaFunctionFailed", "LambdaFunctionTimedOut"}
    )


def ended(path: Path, functions: Functions, name: str = "f", **options: str) -> Mapping[str, Any]:
    """How one function ends, with the attributes of the event."""
    with running(path, functions) as (host, _):
        call = Session(host).call
        furnish(call)
        begin(call, schedule_function("a", name, **options))
        return next_end(call)


def result(path: Path, function: Callable[[Any, Context], Any], **options: str) -> Any:
    event = ended(path, {"f": function}, **options)
    assert event["eventType"] == "LambdaFunctionCompleted", event
    return json.loads(event["lambdaFunctionCompletedEventAttributes"]["result"])


def failure(path: Path, functions: Functions, name: str = "f", **options: str) -> tuple[str, dict[str, Any]]:
    event = ended(path, functions, name, **options)
    attributes = event["lambdaFunctionFailedEventAttributes"]
    assert len(attributes["details"]) <= DATA_LIMIT
    return attributes["reason"], json.loads(attributes["details"])


def test_a_handler_gets_the_input_as_a_value_and_its_value_is_the_result(tmp_path: Path) -> None:
    assert result(tmp_path / "db", lambda event, _: {"doubled": 2 * event["é"]}, input='{"é": 21}') == {"doubled": 42}


def test_without_input_the_event_is_an_empty_object(tmp_path: Path) -> None:
    assert result(tmp_path / "db", lambda event, _: event) == {}


def test_the_context_says_which_invocation_it_is_and_how_long_it_may_take(tmp_path: Path) -> None:
    def tell(_: Any, context: Context) -> list[Any]:
        assert 0 < context.get_remaining_time_in_millis() <= 7_000
        return [context.function_name, context.invoked_function_arn, context.aws_request_id.partition(".")[2]]

    assert result(tmp_path / "db", tell, startToCloseTimeout="7") == ["f", "f", "6"]


def test_a_function_may_be_named_by_its_arn(tmp_path: Path) -> None:
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:f:live"
    event = ended(tmp_path / "db", {"f": lambda _, context: context.function_name}, arn)
    assert event["lambdaFunctionCompletedEventAttributes"]["result"] == '"f"'


class Unlucky(Exception):
    def __str__(self) -> str:
        raise ZeroDivisionError


def refuse(event: Any, _: Context) -> None:
    match event:
        case "unprintable":
            raise Unlucky
        case "exit":
            raise SystemExit(3)
        case _:
            raise ValueError(event)


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [("no: use", "ValueError", "no: use"), ("exit", "SystemExit", "3"), ("unprintable", "Unlucky", "<exception str() failed>")],
)
def test_what_a_handler_raises_is_the_reason_and_lambdas_error_document_the_details(
    tmp_path: Path, given: str, kind: str, message: str
) -> None:
    reason, details = failure(tmp_path / "db", {"f": refuse}, input=json.dumps(given))
    assert (reason, details["errorType"], details["errorMessage"]) == (kind, kind, message)
    [frame] = details["stackTrace"]
    assert "in refuse" in frame


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda _, __: object(), "Runtime.MarshalError"),
        (lambda _, __: float("nan"), "Runtime.MarshalError"),
        (lambda _, __: "\ud800", "Runtime.MarshalError"),
        (lambda _, __: "x" * DATA_LIMIT, "Payload.TooLarge"),
    ],
)
def test_a_result_that_no_event_can_hold_is_a_failure(tmp_path: Path, function: Callable[..., Any], reason: str) -> None:
    assert failure(tmp_path / "db", {"f": function})[0] == reason


def test_too_long_a_message_is_cut(tmp_path: Path) -> None:
    reason, details = failure(tmp_path / "db", {"f": refuse}, input=json.dumps("é" * 30_000, ensure_ascii=False))
    assert reason == "ValueError"
    assert details["errorMessage"].startswith("éé")


@pytest.mark.parametrize("given", ["{", "[" * 20_000])
def test_an_input_that_is_not_json_fails_as_on_lambda(tmp_path: Path, given: str) -> None:
    assert failure(tmp_path / "db", {"f": refuse}, input=given)[0] == "InvalidRequestContentException"


@pytest.mark.parametrize("name", ["g", "os:abort", "f "])
def test_a_name_that_the_operator_did_not_give_is_a_function_that_is_not_there(tmp_path: Path, name: str) -> None:
    reason, details = failure(tmp_path / "db", {"f": refuse}, name)
    assert reason == "ResourceNotFoundException"
    assert name in details["errorMessage"]


def test_so_many_handlers_run_at_once_and_the_rest_wait_their_turn(tmp_path: Path) -> None:
    gate, full, most, inside = threading.Event(), threading.Event(), [0], [0]
    counting = threading.Lock()

    def wait(_: Any, __: Context) -> None:
        with counting:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            if inside[0] == AT_ONCE:
                full.set()
        gate.wait(PATIENCE)
        with counting:
            inside[0] -= 1

    with running(tmp_path / "db", {"f": wait}) as (host, _):
        call = Session(host).call
        furnish(call)
        run_id = begin(call, *(schedule_function(f"f{number}", "f") for number in range(AT_ONCE + 5)))
        assert full.wait(PATIENCE)
        assert event_types(call, "w", run_id).count("LambdaFunctionStarted") == AT_ONCE
        gate.set()
        while event_types(call, "w", run_id).count("LambdaFunctionCompleted") < AT_ONCE + 5:
            decide(call)
    assert most[0] == AT_ONCE


def test_handlers_that_outlive_their_timeout_give_up_their_places(tmp_path: Path) -> None:
    clock, gate = VirtualClock(), threading.Event()
    functions: Functions = {"stuck": lambda _, __: gate.wait(PATIENCE), "quick": lambda _, __: "done"}
    with running(tmp_path / "db", functions, clock) as (host, _):
        call = Session(host).call
        furnish(call)
        stuck = [schedule_function(f"s{number}", "stuck", startToCloseTimeout="5") for number in range(AT_ONCE)]
        run_id = begin(call, *stuck)
        while event_types(call, "w", run_id).count("LambdaFunctionStarted") < AT_ONCE:
            pass
        clock.advance(5)
        decide(call, schedule_function("q", "quick"))
        assert next_end(call)["eventType"] == "LambdaFunctionCompleted"
        gate.set()
    assert event_types_of(tmp_path / "db", run_id).count("LambdaFunctionTimedOut") == AT_ONCE
    assert event_types_of(tmp_path / "db", run_id).count("LambdaFunctionCompleted") == 1, "late results are dropped"


def event_types_of(path: Path, run_id: str) -> list[str]:
    with running(path, {}) as (host, _):
        return event_types(Session(host).call, "w", run_id)


def test_a_handler_under_way_gets_its_grace_and_its_result_is_kept(tmp_path: Path) -> None:
    inside, gate = threading.Event(), threading.Event()

    def wait(_: Any, __: Context) -> str:
        inside.set()
        gate.wait(PATIENCE)
        return "kept"

    with running(tmp_path / "db", {"f": wait}) as (host, _):
        call = Session(host).call
        furnish(call)
        run_id = begin(call, schedule_function("a", "f"))
        assert inside.wait(PATIENCE)
        threading.Timer(0.05, gate.set).start()
    assert event_types_of(tmp_path / "db", run_id)[-2:] == ["LambdaFunctionCompleted", "DecisionTaskScheduled"]


def test_what_had_not_ended_when_the_service_did_is_invoked_again_under_the_same_name(tmp_path: Path) -> None:
    gate, inside, seen = threading.Event(), threading.Event(), list[str]()

    def hang(_: Any, context: Context) -> None:
        seen.append(context.aws_request_id)
        inside.set()
        gate.wait(PATIENCE)

    def finish(_: Any, context: Context) -> str:
        seen.append(context.aws_request_id)
        return "again"

    with running(tmp_path / "db", {"f": hang}) as (host, lambdas):
        call = Session(host).call
        furnish(call)
        run_id = begin(call, schedule_function("a", "f"))
        assert inside.wait(PATIENCE)
        lambdas.close(grace=0)
    gate.set()
    with running(tmp_path / "db", {"f": finish}) as (host, _):
        call = Session(host).call
        assert next_end(call)["lambdaFunctionCompletedEventAttributes"] == {"result": '"again"', "scheduledEventId": 5, "startedEventId": 6}
        assert event_types(call, "w", run_id).count("LambdaFunctionStarted") == 1
    assert seen[0] == seen[1]


def test_a_service_that_is_given_no_functions_any_more_fails_those_that_wait(tmp_path: Path) -> None:
    with running(tmp_path / "db", {"f": refuse}) as (host, lambdas):
        call = Session(host).call
        furnish(call)
        lambdas.close()
        begin(call, schedule_function("a", "f"))
    with running(tmp_path / "db", {}) as (host, _):
        attributes = next_end(Session(host).call)["lambdaFunctionFailedEventAttributes"]
        assert attributes["reason"] == "ResourceNotFoundException"


@pytest.mark.parametrize("after", [False, True], ids=["before it wrote", "after it wrote"])
def test_a_disk_that_fails_now_and_then_loses_no_function(tmp_path: Path, after: bool) -> None:  # noqa: FBT001
    """Each write about functions fails once: the start, then the end."""
    with running(tmp_path / "db", {"f": lambda _, __: "done"}) as (host, _):
        call = Session(host).call
        furnish(call)
        failed: set[str] = set()
        write = host._journal._write

        def fail_once(rows: Sequence[Row]) -> None:
            new = {kind for kind in ("LambdaFunctionStarted", "LambdaFunctionCompleted") if kind in str(rows)} - failed
            failed.update(new)
            if after or not new:
                write(rows)
            if new:
                raise DatabaseUnusable("sqlite:", "the disk failed")

        host._journal._write = fail_once
        run_id = call("StartWorkflowExecution", EXECUTION)["runId"]
        task = call("PollForDecisionTask", POLL)
        for _ in range(2):  # the function starts in the commit of its decision, and the decider who is told that it failed tries again
            with suppress(EndpointUnavailable, Fault):
                call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [schedule_function("a", "f")]})
        ends: list[str] = []
        while not ends:
            with suppress(EndpointUnavailable):
                ends = [kind for kind in event_types(call, "w", run_id) if kind.startswith("LambdaFunction")][2:]
        assert ends == ["LambdaFunctionCompleted"]
        assert failed == {"LambdaFunctionStarted", "LambdaFunctionCompleted"}
