"""Lambda functions, as far as the core goes: which to invoke next, and what came of it. Pure.

The service's own errands, not operations of the API: nobody who sends a request can ask for them (core.py, `attend`). The order for each
function: `TakeInvocation` records LambdaFunctionStarted; once that is durable the function is invoked (lambdas.py); `EndInvocation`
records how it ended. An invocation that the service did not live to see the end of is under way in its history still:
`FindInvocations` names it, and it is invoked again, under the same event, with what is left of its time. So a function runs
at least once, as on AWS Lambda. Imports answers, events, execution, ledger, queues, tasks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from engine.service.answers import DONE, Answer, Parked, Reply
from engine.service.archive import ABSENT
from engine.service.execution import Execution
from engine.service.ledger import Ledger
from engine.service.queues import FUNCTIONS
from engine.service.tasks import FunctionTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One function to be invoked."""

    run: int
    run_id: str
    workflow_id: str
    scheduled_id: int
    started_id: int
    name: str
    function_id: str
    """What the decider calls it."""
    input: str
    """Empty: none was given."""
    role: str
    deadline: float
    """Epoch seconds at which it times out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    reason: str
    details: str


Outcome: TypeAlias = Completed | Failed


@dataclass(frozen=True, slots=True)
class TakeInvocation:
    """The next function that waits to be invoked, marked as started: {"invocation": ...}. Parks where there is none."""


@dataclass(frozen=True, slots=True)
class FindInvocations:
    """What a service that has just been loaded has to see to: {"invocations": (those under way ...), "waiting": how many wait}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndInvocation:
    """What came of it. Nothing happens where it has timed out, or its execution has closed."""

    invocation: Invocation
    outcome: Outcome


Errand: TypeAlias = TakeInvocation | FindInvocations | EndInvocation


def attend_to_functions(ledger: Ledger, errand: Errand, now: float) -> Answer:
    match errand:
        case TakeInvocation():
            return _take(ledger, now)
        case FindInvocations():
            return _find(ledger)
        case EndInvocation(invocation=invocation, outcome=outcome):
            _end(ledger, invocation, outcome, now)
            return DONE
        case _:
            assert_never(errand)


def _take(ledger: Ledger, now: float) -> Answer:
    found = ledger.next_task(FUNCTIONS)
    if found is ABSENT:
        return Parked(FUNCTIONS)
    execution, scheduled_id = found
    return Reply({"invocation": _invocation(execution, ledger.start_function(execution, scheduled_id, now))})


def _find(ledger: Ledger) -> Answer:
    under_way = tuple(
        _invocation(execution, task) for execution in ledger.open.values() for task in execution.functions.values() if task.started_id
    )
    return Reply({"invocations": under_way, "waiting": ledger.queues.count(FUNCTIONS)})


def _end(ledger: Ledger, invocation: Invocation, outcome: Outcome, now: float) -> None:
    execution = ledger.open.get(invocation.run, ABSENT)
    if execution is ABSENT or execution.run_id != invocation.run_id:
        return
    task = execution.functions.get(invocation.scheduled_id)
    if task is None or task.started_id != invocation.started_id:
        return
    about = {"scheduledEventId": task.scheduled_id, "startedEventId": task.started_id}
    match outcome:
        case Completed(result=result):
            ledger.close_function(execution, "LambdaFunctionCompleted", {"result": result, **about}, now)
        case Failed(reason=reason, details=details):
            ledger.close_function(execution, "LambdaFunctionFailed", {"reason": reason, "details": details, **about}, now)
        case _:
            assert_never(outcome)


def _invocation(execution: Execution, task: FunctionTask) -> Invocation:
    attributes = task.attributes
    return Invocation(
        run=execution.run,
        run_id=execution.run_id,
        workflow_id=execution.workflow_id,
        scheduled_id=task.scheduled_id,
        started_id=task.started_id,
        name=attributes["name"],
        function_id=attributes["id"],
        input=attributes.get("input", ""),
        role=execution.started["lambdaRole"],
        deadline=task.due(),
    )
