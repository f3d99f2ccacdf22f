"""How an execution or an activity task is configured: what the request gives, else what its type was registered with.

Here: the tables of what must come from one of the two, with the cause that is named where neither has it, and the attributes of the
event that opens the thing. Never: writing the event. Imports events, rows.
Source: API reference, StartWorkflowExecution and the ScheduleActivityTask, StartChildWorkflowExecution, ContinueAsNew... decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.service.events import Attributes
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


def missing_settings(settings: Sequence[Setting], given: Attributes, row: TypeRow) -> tuple[Setting, ...]:
    """Those that neither the request nor the type has."""
    defaults = row.defaults
    return tuple(setting for setting in settings if setting.member not in given and setting.default not in defaults)


def execution_configuration(given: Attributes, row: TypeRow) -> dict[str, Any]:
    """The configuration of an execution; nothing of it may be missing."""
    return _configuration(EXECUTION_SETTINGS, _EXECUTION_OPTIONS, given, row)


def activity_configuration(given: Attributes, row: TypeRow) -> dict[str, Any]:
    """The configuration of an activity task; nothing of it may be missing."""
    return _configuration(ACTIVITY_SETTINGS, _ACTIVITY_OPTIONS, given, row)


def _configuration(settings: Sequence[Setting], options: Sequence[tuple[str, str]], given: Attributes, row: TypeRow) -> dict[str, Any]:
    defaults = row.defaults
    result: dict[str, Any] = {}
    for setting in settings:
        member = setting.member
        result[member] = given[member] if member in given else defaults[setting.default]
    for member, default in options:
        if member in given:
            result[member] = given[member]
        elif default in defaults:
            result[member] = defaults[default]
    return result
