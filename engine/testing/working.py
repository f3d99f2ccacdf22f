"""The workers of a scenario: they take what is scheduled and answer as the scenario says, at the virtual time at which they would.

A worker here does what swfgraph's own does: it heartbeats while it works, stops when it is asked to cancel, and an answer that comes too
late is nobody's. What times out, the service times out. Imports `errors`, `agenda`, `answering`, `model`, `world`, `service`, `spec`;
imported by `stage` and `stubs`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from engine.errors import ScenarioError
from engine.runtime import task as worked
from engine.runtime.handlers.output import result_of_value
from engine.service.faults import Fault
from engine.service.invoking import Completed, Failed
from engine.service.tasks import read_seconds
from engine.spec.model import ABSENT
from engine.spec.payload import encode
from engine.testing.agenda import Agenda
from engine.testing.answering import Answerbook, Asked, filled_in
from engine.testing.model import Answer, Call, Cancel, Fail, Result, Terminate, TimeOut, TimeoutKind
from engine.testing.world import World

NOBODY: Final = "swfgraph.nobody"
"""A task list that nobody polls: where the tasks go that time out before they are started."""

_BEFORE: Final = 0.001
"""Seconds before a heartbeat is due, at which it is sent."""

_KINDS: Final[Mapping[str, TimeoutKind]] = {
    "START_TO_CLOSE": TimeoutKind.START_TO_CLOSE,
    "HEARTBEAT": TimeoutKind.HEARTBEAT,
    "SCHEDULE_TO_START": TimeoutKind.SCHEDULE_TO_START,
    "SCHEDULE_TO_CLOSE": TimeoutKind.SCHEDULE_TO_CLOSE,
}
_MEMBERS: Final[Mapping[TimeoutKind, str]] = {kind: f"{kind}Timeout" for kind in TimeoutKind if kind is not TimeoutKind.HEARTBEAT} | {
    TimeoutKind.HEARTBEAT: "heartbeatTimeout"
}


@dataclass(slots=True, kw_only=True)
class _Task:
    """An activity task that was asked for; `token` once it is started."""

    asked: Asked
    answer: Answer
    heartbeat: float
    token: str = ""


class Workers:
    """Of all executions of one scenario."""

    def __init__(self, world: World, agenda: Agenda, book: Answerbook) -> None:
        self._world = world
        self._agenda = agenda
        self._book = book
        self._tasks: dict[tuple[str, str], _Task] = {}
        """By runId and activityId."""
        self._functions: dict[tuple[str, str], Asked] = {}

    def expect_task(self, run_id: str, attributes: dict[str, Any], asked: Asked) -> None:
        """An activity task is about to be scheduled; one that nobody is to start goes to a list of its own. Raises: ScenarioError."""
        key = (run_id, attributes["activityId"])
        if key in self._tasks:  # SWF refused it for a while, and it is asked for again
            answer = self._tasks[key].answer
        else:
            self._book.note(asked)
            answer = self._book.answer(asked)
            self._tasks[key] = _Task(asked=asked, answer=answer, heartbeat=read_seconds(attributes["heartbeatTimeout"]))
        if isinstance(answer, TimeOut) and _never_started(answer.kind, attributes):
            attributes["taskList"] = {"name": NOBODY}

    def expect_function(self, run_id: str, attributes: Mapping[str, Any], asked: Asked) -> None:
        """A Lambda function is about to be scheduled."""
        key = (run_id, attributes["id"])
        if key not in self._functions:
            self._book.note(asked)
            self._functions[key] = asked

    def take_tasks(self, task_list: str) -> None:
        """Start whatever waits in a list."""
        if task_list == NOBODY:
            return
        request = {"domain": self._world.domain, "taskList": {"name": task_list}, "identity": "scenario"}
        while task := self._world.call("PollForActivityTask", request):
            self._start(task)

    def take_functions(self) -> None:
        while (invocation := self._world.take_invocation()) is not None:
            asked = self._functions[invocation.run_id, invocation.function_id]
            answer = called(self._book.answer(asked), asked)
            end = self._world.end_invocation
            match answer:
                case Result():
                    outcome = Completed(result=result_text(answer, asked, self._world.now))
                    self._agenda.put(self._world.now + answer.delay, partial(end, invocation, outcome))
                case Fail():
                    failed = Failed(reason=answer.name, details=answer.message)
                    self._agenda.put(self._world.now + answer.delay, partial(end, invocation, failed))
                case TimeOut():
                    pass
                case Cancel() | Terminate() | Call():
                    raise ScenarioError(f"a Lambda function can't answer with {type(answer).__name__.lower()}")

    def asked_to_cancel(self, run_id: str, attributes: Mapping[str, Any]) -> None:
        """ActivityTaskCancelRequested: what can be stopped stops at once."""
        task = self._tasks[run_id, attributes["activityId"]]
        stubborn = isinstance(task.answer, TimeOut) or (isinstance(task.answer, Result | Fail) and task.answer.ignores_cancel)
        if task.token and not stubborn:
            self._agenda.put(self._world.now, partial(self._respond, "RespondActivityTaskCanceled", {"taskToken": task.token}))

    def timed_out(self, run_id: str, attributes: Mapping[str, Any]) -> None:
        """ActivityTaskTimedOut. Raises: ScenarioError, where the scenario wants another timeout than the one that came first."""
        scheduled = self._world.event(run_id, attributes["scheduledEventId"])
        task = self._tasks[run_id, scheduled["activityId"]]
        kind = _KINDS[attributes["timeoutType"]]
        if isinstance(task.answer, TimeOut) and task.answer.kind is not kind:
            message = f"node {task.asked.who} is to time out by {task.answer.kind}, but {kind} ({_said(scheduled, kind)}) comes first"
            raise ScenarioError(message, hint=f"its {task.answer.kind} timeout is {_said(scheduled, task.answer.kind)}")

    def _start(self, polled: Mapping[str, Any]) -> None:
        run_id = polled["workflowExecution"]["runId"]
        task = self._tasks[run_id, polled["activityId"]]
        task.token = polled["taskToken"]
        task.answer = called(task.answer, task.asked)
        at, action = self._planned(task)
        if action is not None:
            self._agenda.put(at, action)
        dies = isinstance(task.answer, TimeOut) and task.answer.kind is TimeoutKind.HEARTBEAT
        if not dies and at >= self._world.now + task.heartbeat:
            self._beat_later(task, at)

    def _planned(self, task: _Task) -> tuple[float, partial[bool] | None]:
        """When the task is answered, and how."""
        now, token = self._world.now, {"taskToken": task.token}
        match task.answer:
            case Result() as answer:
                value = filled_in(answer.value, task.asked, now) if answer.templates else answer.value
                return now + answer.delay, self._result(token, result_of_value(value, f"the answer of {task.asked.who}"))
            case Fail() as answer:
                failed = token | {"reason": answer.name} | ({"details": answer.message} if answer.message else {})
                return now + answer.delay, partial(self._respond, "RespondActivityTaskFailed", failed)
            case Cancel() as answer:
                canceled = token | ({"details": answer.details} if answer.details else {})
                return now + answer.delay, partial(self._respond, "RespondActivityTaskCanceled", canceled)
            case TimeOut():
                return math.inf, None
            case Terminate() | Call():
                raise ScenarioError(f"the activity {task.asked.what} can't be terminated: that is for child executions")

    def _result(self, token: dict[str, str], result: worked.Completed | worked.Failed) -> partial[bool]:
        """As a worker sends it; one that is too long for SWF, or no JSON, is a failure."""
        match result:
            case worked.Completed(result=text):
                return partial(self._respond, "RespondActivityTaskCompleted", token if text is ABSENT else token | {"result": text})
            case worked.Failed(reason=reason, details=details):
                return partial(self._respond, "RespondActivityTaskFailed", token | {"reason": reason, "details": details})

    def _beat_later(self, task: _Task, until: float) -> None:
        at = self._world.now + max(task.heartbeat - _BEFORE, _BEFORE)
        if at < until:
            self._agenda.put(at, partial(self._beat, task, until))

    def _beat(self, task: _Task, until: float) -> None:
        """A task that is over has no further heartbeats."""
        if self._respond("RecordActivityTaskHeartbeat", {"taskToken": task.token}):
            self._beat_later(task, until)

    def _respond(self, operation: str, request: Mapping[str, Any]) -> bool:
        """False: too late, the task is over."""
        try:
            self._world.call(operation, request)
        except Fault as fault:
            if fault.code != "UnknownResourceFault":
                raise
            return False
        return True


def called(answer: Answer, asked: Asked) -> Answer:
    """What a Python function answers: a value, an answer, or what it raises. An assert that fails in it is the test's, not the task's."""
    if not isinstance(answer, Call):
        return answer
    try:
        value = answer.function(None if asked.input is ABSENT else asked.input)
    except (AssertionError, ScenarioError):
        raise
    except Exception as error:  # noqa: BLE001  (the author's function: whatever it raises is the task's failure, as with a worker)
        return Fail(name=type(error).__name__, message=str(error))
    return value if isinstance(value, Result | Fail | TimeOut | Cancel) else Result(value=value, templates=False)


def result_text(result: Result, asked: Asked, now: float) -> str:
    """The payload. Raises: ScenarioError, where a template can't be filled in, or a Python function gave what JSON can't hold."""
    value = filled_in(result.value, asked, now) if result.templates else result.value
    try:
        return encode(value)
    except (TypeError, ValueError) as error:
        raise ScenarioError(f"the result for {asked.who} is nothing that JSON can hold: {error}") from error


def _never_started(kind: TimeoutKind, attributes: Mapping[str, Any]) -> bool:
    """Whether a task is to time out before anybody starts it. Raises: ScenarioError, where it has no such timeout."""
    if attributes[_MEMBERS[kind]] == "NONE":
        raise ScenarioError(
            f"the activity task {attributes['activityId']} has no {kind} timeout, so it can't time out by it",
            hint=f'give the node "timeouts": {{"{kind}": ...}} in the spec, or let it time out otherwise',
        )
    if kind is TimeoutKind.SCHEDULE_TO_CLOSE:
        return read_seconds(attributes["startToCloseTimeout"]) <= read_seconds(attributes["scheduleToCloseTimeout"])
    return kind is TimeoutKind.SCHEDULE_TO_START


def _said(attributes: Mapping[str, Any], kind: TimeoutKind) -> str:
    text: str = attributes[_MEMBERS[kind]]
    return "none" if text == "NONE" else f"{text} s"
