"""What a schedule's executions are called. Pure: the same workflow and time give the same name everywhere.

SWF takes 256 characters for a workflowId and a task list, none of them : / | (API reference, StartWorkflowExecution); names of
workflow types have the same rule, so they stand in here as they are, or shortened.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

TYPE: Final = "swfgraph.schedule"
"""The workflow type of the executions that hold a schedule's state."""
TYPE_VERSION: Final = "1"

_LONGEST: Final = 200
_TIME: Final = "%Y%m%dT%H%M%SZ"


def schedule_id(workflow: str) -> str:
    """The workflowId of the execution that holds the schedule, and the task list of its decisions."""
    return f"{_stem(workflow)}.schedule"


def execution_id(workflow: str, time: int, *, at_once: bool = False) -> str:
    """The workflowId of the execution for that time; `at_once`: that somebody asked for then, outside of the schedule."""
    return f"{_stem(workflow)}.{datetime.fromtimestamp(time, UTC).strftime(_TIME)}{'.now' if at_once else ''}"


def time_of(workflow: str, workflow_id: str) -> int | None:
    """The time that an execution of the schedule was started for; None where it is none of those."""
    found = re.fullmatch(rf"{re.escape(_stem(workflow))}\.(\d{{8}}T\d{{6}}Z)(\.now)?", workflow_id)
    return int(datetime.strptime(found[1], _TIME).replace(tzinfo=UTC).timestamp()) if found else None


def shown(time: float, zone: str) -> str:
    """ISO 8601 in the time zone: `schedule.time`."""
    return datetime.fromtimestamp(time, ZoneInfo(zone)).isoformat(timespec="seconds")


def lateness(workflow: str, time: int, jitter: int) -> int:
    """Seconds by which the start for that time is late: the same for everybody who asks, 0 .. jitter."""
    share = int.from_bytes(hashlib.sha256(f"{workflow}\n{time}".encode()).digest()[:8], "big")
    return share * (jitter + 1) >> 64


def _stem(workflow: str) -> str:
    if len(workflow) <= _LONGEST:
        return workflow
    return f"{workflow[: _LONGEST - 9]}-{hashlib.sha256(workflow.encode()).hexdigest()[:8]}"
