"""What decider and worker received and answered, in words: the manner of the walk in two terminals. Pure: what was heard in, lines out.

    Received a decision task: FruitWorkflow 1.0, Demo
    Making the decision on what is next
    Test_Task_A succeeded
    Decision made: schedule activity -- Test_Task_B

Imports `overheard`, `swf.wire`; imported by what the commands decider and worker take turns in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, assert_never

from engine.cli.output import shorten
from engine.cli.overheard import ActivityEnded, ActivityReceived, Decided, DecisionReceived, Heard
from engine.swf.tasks import ActivityTask, DecisionTask
from engine.swf.wire import decision_attributes, event_attributes

WIDTH: Final = 300
"""Characters of a result or an error's details."""

OWN_MARKERS: Final = ("swfgraph.spec", "swfgraph.carried.", "swfgraph.taken.")
"""What nobody has asked for: the spec's digest, portions of a long run's state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """`words`, and the attribute that says what they are about (empty: nothing does)."""

    words: str
    subject: str = ""


DECISIONS: Final[Mapping[str, Phrase]] = {
    "ScheduleActivityTask": Phrase(words="schedule activity", subject="activityType"),
    "RequestCancelActivityTask": Phrase(words="ask activity to cancel", subject="activityId"),
    "StartChildWorkflowExecution": Phrase(words="start child", subject="workflowId"),
    "RequestCancelExternalWorkflowExecution": Phrase(words="ask child to cancel", subject="workflowId"),
    "ScheduleLambdaFunction": Phrase(words="schedule Lambda function", subject="name"),
    "StartTimer": Phrase(words="start timer", subject="timerId"),
    "CancelTimer": Phrase(words="cancel timer", subject="timerId"),
    "RecordMarker": Phrase(words="record marker", subject="markerName"),
    "CompleteWorkflowExecution": Phrase(words="complete the workflow execution"),
    "FailWorkflowExecution": Phrase(words="fail the workflow execution", subject="reason"),
    "CancelWorkflowExecution": Phrase(words="cancel the workflow execution"),
    "ContinueAsNewWorkflowExecution": Phrase(words="continue the workflow execution as a new one"),
}

OUTCOMES: Final[Mapping[str, Phrase]] = {
    "ActivityTaskCompleted": Phrase(words="succeeded"),
    "ActivityTaskFailed": Phrase(words="failed", subject="reason"),
    "ActivityTaskTimedOut": Phrase(words="timed out", subject="timeoutType"),
    "ActivityTaskCanceled": Phrase(words="was canceled"),
    "ScheduleActivityTaskFailed": Phrase(words="could not be scheduled", subject="cause"),
    "ChildWorkflowExecutionCompleted": Phrase(words="succeeded"),
    "ChildWorkflowExecutionFailed": Phrase(words="failed", subject="reason"),
    "ChildWorkflowExecutionTimedOut": Phrase(words="timed out"),
    "ChildWorkflowExecutionCanceled": Phrase(words="was canceled"),
    "ChildWorkflowExecutionTerminated": Phrase(words="was terminated"),
    "StartChildWorkflowExecutionFailed": Phrase(words="could not be started", subject="cause"),
    "LambdaFunctionCompleted": Phrase(words="succeeded"),
    "LambdaFunctionFailed": Phrase(words="failed", subject="reason"),
    "LambdaFunctionTimedOut": Phrase(words="timed out", subject="timeoutType"),
    "ScheduleLambdaFunctionFailed": Phrase(words="could not be scheduled", subject="cause"),
    "StartLambdaFunctionFailed": Phrase(words="could not be started", subject="cause"),
    "TimerFired": Phrase(words="has fired"),
    "WorkflowExecutionSignaled": Phrase(words="was signaled"),
    "WorkflowExecutionCancelRequested": Phrase(words="was asked to cancel"),
}
"""The events that a decision answers to."""


def narrate(heard: Heard) -> Iterator[str]:
    match heard:
        case DecisionReceived(task=task):
            yield f"Received a decision task: {task.name} {task.version}, {task.workflow_id}"
        case Decided():
            yield from _decided(heard)
        case ActivityReceived(task=task):
            yield f"Received an activity task: {task.name} {task.version}, {task.workflow_id}"
        case ActivityEnded():
            yield _ended(heard)
        case _:
            assert_never(heard)


def as_json(heard: Heard) -> dict[str, Any] | None:
    """One object per task that was done; nothing for one that was only received."""
    match heard:
        case Decided(task=task):
            return {**_address(task), "workflowType": _type(task), "decisions": list(heard.decisions)}
        case ActivityEnded(task=task):
            answer = {name: value for name, value in heard.answer.items() if name != "taskToken"}
            outcome = heard.operation.removeprefix("RespondActivityTask").lower()
            return {**_address(task), "activityType": _type(task), "activityId": task.activity_id, "outcome": outcome, **answer}
        case DecisionReceived() | ActivityReceived():
            return None
        case _:
            assert_never(heard)


def _address(task: DecisionTask | ActivityTask) -> dict[str, str]:
    return {"workflowId": task.workflow_id, "runId": task.run_id}


def _type(task: DecisionTask | ActivityTask) -> dict[str, str]:
    return {"name": task.name, "version": task.version}


def _decided(heard: Decided) -> Iterator[str]:
    yield "Making the decision on what is next"
    for event_id in sorted(heard.events):
        if heard.task.previous_started_event_id < event_id < heard.task.started_event_id:
            yield from _outcome(heard.events[event_id], heard.events)
    told = [line for decision in heard.decisions for line in _decision(decision)]
    yield from told or ["Decision made: wait for what is under way"]


def _outcome(event: Mapping[str, Any], events: Mapping[int, Mapping[str, Any]]) -> Iterator[str]:
    phrase = OUTCOMES.get(event["eventType"])
    if phrase is None:
        return
    attributes = event_attributes(event)
    scheduled = events.get(attributes.get("scheduledEventId", 0))
    about = attributes if scheduled is None else event_attributes(scheduled)
    yield f"{_name(about)} {phrase.words}{_subject(phrase, attributes, ': ')}"


def _name(attributes: Mapping[str, Any]) -> str:
    if "activityType" in attributes:
        return str(attributes["activityType"]["name"])
    if "workflowType" in attributes:
        child = attributes.get("workflowExecution", attributes)
        return f"The child {child['workflowId']}"
    if "name" in attributes:
        return f"The Lambda function {attributes['name']}"
    if "timerId" in attributes:
        return f"The timer {attributes['timerId']}"
    return f"The execution ({attributes['signalName']})" if "signalName" in attributes else "The execution"


def _decision(decision: Mapping[str, Any]) -> Iterator[str]:
    kind, attributes = decision["decisionType"], decision_attributes(decision)
    if str(attributes.get("markerName", "")).startswith(OWN_MARKERS):
        return
    phrase = DECISIONS.get(kind, Phrase(words=kind))
    yield f"Decision made: {phrase.words}{_subject(phrase, attributes, ' -- ')}"


def _subject(phrase: Phrase, attributes: Mapping[str, Any], joint: str) -> str:
    value = attributes.get(phrase.subject, "")
    name = value["name"] if isinstance(value, Mapping) else value
    return f"{joint}{name}" if name else ""


def _ended(heard: ActivityEnded) -> str:
    name, answer = heard.task.name, heard.answer
    match heard.operation:
        case "RespondActivityTaskCompleted":
            return f"{name} succeeded with output: {shorten(answer['result'], WIDTH)}" if "result" in answer else f"{name} succeeded"
        case "RespondActivityTaskFailed":
            details = f": {shorten(answer['details'], WIDTH)}" if answer.get("details") else ""
            return f"{name} failed with {answer.get('reason', 'no reason')}{details}"
        case _:
            return f"{name} was canceled"
