"""What a poll brings, as frozen values: the one place that reads the members of a poll's response.

Never here: polling, answering, the meaning of events and payloads. Imports nothing of swfgraph.
Source: API reference, PollForDecisionTask and PollForActivityTask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct


class Empty(Enum):
    """What a poll brings that found nothing in its minute."""

    EMPTY = "empty"


EMPTY: Final = Empty.EMPTY

Nothing: TypeAlias = Literal[Empty.EMPTY]


class DecisionTask(Struct, frozen=True, kw_only=True):
    """A workflow execution that wants decisions."""

    token: str
    workflow_id: str
    run_id: str
    name: str
    """Of the workflow type."""
    version: str
    started_event_id: int
    previous_started_event_id: int
    """0 where this is the execution's first decision task."""
    events: Sequence[Mapping[str, Any]]
    """The first page of the history, from wherever the poll asked for."""


class ActivityTask(Struct, frozen=True, kw_only=True):
    """Work to do."""

    token: str
    activity_id: str
    name: str
    """Of the activity type."""
    version: str
    workflow_id: str
    run_id: str
    started_event_id: int
    input: str
    """Empty where the decision gave none: to SWF an empty input is none."""


def parse_decision_task(response: Mapping[str, Any]) -> DecisionTask | Nothing:
    """The task in a response of PollForDecisionTask."""
    if not response.get("taskToken"):
        return EMPTY
    execution, kind = response["workflowExecution"], response["workflowType"]
    return DecisionTask(
        token=response["taskToken"],
        workflow_id=execution["workflowId"],
        run_id=execution["runId"],
        name=kind["name"],
        version=kind["version"],
        started_event_id=response["startedEventId"],
        previous_started_event_id=response.get("previousStartedEventId", 0),
        events=response["events"],
    )


def parse_activity_task(response: Mapping[str, Any]) -> ActivityTask | Nothing:
    """The task in a response of PollForActivityTask."""
    if not response.get("taskToken"):
        return EMPTY
    execution, kind = response["workflowExecution"], response["activityType"]
    return ActivityTask(
        token=response["taskToken"],
        activity_id=response["activityId"],
        name=kind["name"],
        version=kind["version"],
        workflow_id=execution["workflowId"],
        run_id=execution["runId"],
        started_event_id=response["startedEventId"],
        input=response.get("input", ""),
    )
