"""Child executions that are not run but answered: they are executions of the service, and a stub decides for them.

Its answer is a function of the child's history: wait (a timer of its own) for the delay, then close as the scenario says; where the parent
has it canceled, cancel. Imports `errors`, `answering`, `model`, `working`, `service`; imported by `stage`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import ScenarioError
from engine.service.events import Event
from engine.swf.wire import decision_of
from engine.testing.answering import Asked
from engine.testing.model import Answer, Call, Cancel, Fail, Result, Terminate, TimeOut
from engine.testing.working import result_text

_TIMER = "swfgraph.stub"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    asked: Asked
    answer: Answer


def stub_decisions(stub: Stub, history: Sequence[Event], now: float) -> list[dict[str, Any]]:
    """What decides for the child, whatever has been decided before. Raises: ScenarioError."""
    seen = {event["eventType"] for event in history}
    answer = stub.answer
    if isinstance(answer, TimeOut | Call):  # (a Python function was called when the child was started)
        return []
    stubborn = isinstance(answer, Result | Fail) and answer.ignores_cancel
    if "WorkflowExecutionCancelRequested" in seen and not stubborn:
        return [decision_of("CancelWorkflowExecution", {})]
    if answer.delay and "TimerFired" not in seen:
        timer = {"timerId": _TIMER, "startToFireTimeout": str(answer.delay)}
        return [] if "TimerStarted" in seen else [decision_of("StartTimer", timer)]
    return _end(stub, answer, now)


def _end(stub: Stub, answer: Result | Fail | Cancel | Terminate, now: float) -> list[dict[str, Any]]:
    match answer:
        case Result():
            return [decision_of("CompleteWorkflowExecution", {"result": result_text(answer, stub.asked, now)})]
        case Fail():
            return [decision_of("FailWorkflowExecution", {"reason": answer.name, "details": answer.message})]
        case Cancel():
            return [decision_of("CancelWorkflowExecution", {"details": answer.details} if answer.details else {})]
        case Terminate():
            return []


def terminates(stub: Stub, history: Sequence[Event]) -> bool:
    """Whether somebody terminates the child now."""
    fired = any(event["eventType"] == "TimerFired" for event in history)
    return isinstance(stub.answer, Terminate) and (fired or not stub.answer.delay)


def check_child_answer(asked: Asked, answer: Answer) -> None:
    """Raises: ScenarioError."""
    if isinstance(answer, TimeOut) and answer.kind != "startToClose":
        raise ScenarioError(f"the child workflow {asked.what} can't time out by {answer.kind}: children have startToClose only")
