"""How an execution or an activity task is configured: what the request gives, else what its type was registered with.

Here: the tables of what must come from one of the two, with the cause that is named where neither has it, and the attributes of the
event that opens the thing. Never: writing the event. What is given is copied, not shared with the request. Imports events, rows.
Source: API reference, StartWorkflowExecution and the ScheduleActivityTask, StartChildWorkflowExecution, ContinueAsNew... decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.service.events import Attributes, given
from engine.service.rows import TypeRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A member that must be known, the default of the type that stands in for it, and the cause of a failed decision without either."""

    member: str
    default: str
    cause: str


EXECUTION_SETTINGS = (
    Setting(
        member="executionStartToCloseTimeout",
        default="defaultExecutionStartToCloseTimeout",
        cause="DEFAULT_EXECUTION_START_TO_CLOSE_TIMEOUT_UNDEFINED",
    ),
    Setting(
        member="taskStartToCloseTimeout", default="defaultTaskStartToCloseTimeout", cause="DEFAULT_TASK_START_TO_CLOSE_TIMEOUT_UNDEFINED"
    ),
    Setting(member="taskList", default="defaultTaskList", cause="DEFAULT_TASK_LIST_UNDEFINED"),
    Setting(member="childPolicy", default="defaultChildPolicy", cause="DEFAULT_CHILD_POLICY_UNDEFINED"),
)

_EXECUTION_OPTIONS = (("taskPriority", "defaultTaskPriority"), ("lambdaRole", "defaultLambdaRole"))

ACTIVITY_SETTINGS = (
    Setting(
        member="scheduleToCloseTimeout", default="defaultTaskScheduleToCloseTimeout", cause="DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED"
    ),
    Setting(member="taskList", default="defaultTaskList", cause="DEFAULT_TASK_LIST_UNDEFINED"),
    Setting(
        member="scheduleToStartTimeout", default="defaultTaskScheduleToStartTimeout", cause="DEFAULT_SCHEDULE_TO_START_TIMEOUT_UNDEFINED"
    ),
    Setting(member="startToCloseTimeout", default="defaultTaskStartToCloseTimeout", cause="DEFAULT_START_TO_CLOSE_TIMEOUT_UNDEFINED"),
    Setting(member="heartbeatTimeout", default="defaultTaskHeartbeatTimeout", cause="DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED"),
)

_ACTIVITY_OPTIONS = (("taskPriority", "defaultTaskPriority"),)


def missing_settings(settings: Sequence[Setting], request: Attributes, row: TypeRow) -> tuple[Setting, ...]:
    """Those that neither the request nor the type has."""
    defaults = row.defaults
    return tuple(setting for setting in settings if setting.member not in request and setting.default not in defaults)


def execution_opening(request: Attributes, row: TypeRow) -> dict[str, Any]:
    """What a new execution is and is given: input, tags, configuration (nothing of it may be missing), type."""
    opening = given(request, "input")
    if request.get("tagList"):
        opening["tagList"] = list(request["tagList"])
    opening.update(_configuration(EXECUTION_SETTINGS, _EXECUTION_OPTIONS, request, row))
    opening["workflowType"] = {"name": row.name, "version": row.version}
    return opening


def activity_opening(request: Attributes, row: TypeRow) -> dict[str, Any]:
    """What a new activity task is and is given: type, id, input, control, configuration (nothing of it may be missing)."""
    opening = {"activityType": {"name": row.name, "version": row.version}, **given(request, "activityId", "input", "control")}
    opening.update(_configuration(ACTIVITY_SETTINGS, _ACTIVITY_OPTIONS, request, row))
    return opening


def _configuration(settings: Sequence[Setting], options: Sequence[tuple[str, str]], request: Attributes, row: TypeRow) -> dict[str, Any]:
    defaults = row.defaults
    result: dict[str, Any] = {}
    for setting in settings:
        member = setting.member
        result[member] = request[member] if member in request else defaults[setting.default]
    # A copy: an in-process caller may change its request afterwards, and must not change the event thereby.
    result["taskList"] = {"name": result["taskList"]["name"]}
    for member, default in options:
        if member in request:
            result[member] = request[member]
        elif default in defaults:
            result[member] = defaults[default]
    return result
