"""A checked spec, as frozen values. No JSON here, no places in files, no behaviour: `parse` makes these, everyone reads them.

Defaults are resolved: a node's timeouts, retry rules and task list are what holds for it, whoever said so (the node, else its
activity type, else `defaults`, else the constants below). What the author may leave out and has no default is `ABSENT`.
Durations are whole seconds, as SWF's are. The nodes are in `spec.nodes`, which this imports, and nothing else of swfgraph; everyone
imports them from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeAlias

from engine.spec.nodes import (
    ABSENT,
    UNLIMITED,
    Absent,
    ActivityNode,
    ActivityTimeouts,
    CatchRule,
    ChildPolicy,
    ChildTimeouts,
    Choice,
    DecisionNode,
    Expression,
    ForEach,
    Goto,
    Join,
    JoinKind,
    Json,
    LambdaNode,
    Node,
    PassNode,
    Percent,
    RetryFrom,
    RetryRule,
    Template,
    TerminalNode,
    TerminalStatus,
    Timeout,
    UndoActivity,
    Unlimited,
    WaitFor,
    WaitNode,
    WaitSignal,
    WaitUntil,
    Work,
    WorkflowNode,
    WorkflowType,
)

__all__ = [
    "ABSENT",
    "UNLIMITED",
    "Absent",
    "ActivityNode",
    "ActivityRun",
    "ActivityTimeouts",
    "ActivityType",
    "Alert",
    "AlertOn",
    "CatchRule",
    "ChildPolicy",
    "ChildTimeouts",
    "Choice",
    "CommandRun",
    "DecisionNode",
    "Expression",
    "FileOutput",
    "ForEach",
    "Goto",
    "HttpRun",
    "Join",
    "JoinKind",
    "Json",
    "LambdaNode",
    "Node",
    "Overlap",
    "PassNode",
    "Percent",
    "PythonRun",
    "RetryFrom",
    "RetryRule",
    "Schedule",
    "Spec",
    "Template",
    "TerminalNode",
    "TerminalStatus",
    "Timeout",
    "UndoActivity",
    "Unlimited",
    "WaitFor",
    "WaitNode",
    "WaitSignal",
    "WaitUntil",
    "Work",
    "WorkflowNode",
    "WorkflowTimeouts",
    "WorkflowType",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRun:
    """argv, relative to the spec's folder; each argument is a template over the task's `input`."""

    argv: tuple[Template, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonRun:
    """`module:function`, importable from the spec's folder; called with the input's value, its return value is the result."""

    module: str
    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRun:
    """One request; url, header values and body are templates over the task's `input`. The response's body is the result."""

    url: Template
    method: str = "GET"
    headers: Mapping[str, Template] = field(default_factory=dict)
    secret_headers: Mapping[str, str] = field(default_factory=dict)
    """Header -> the worker's environment variable that holds its value."""
    body: Template | Literal[Absent.ABSENT] = ABSENT
    timeout: int = 60
    """Seconds, all in all."""
    expect: tuple[int | str, ...] = ("2xx",)
    """Statuses, and classes of them."""


ActivityRun: TypeAlias = CommandRun | PythonRun | HttpRun


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutput:
    """The result is this file's content (a path relative to the spec's folder; a template over the task's `input`), not stdout."""

    path: Template


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityType:
    name: str
    version: str
    task_list: str
    timeouts: ActivityTimeouts
    """`task_list` and `timeouts` are the registered defaults of the type."""
    run: ActivityRun | Literal[Absent.ABSENT] = ABSENT
    """Absent: some other worker, not swfgraph's, runs it."""
    output: FileOutput | Literal[Absent.ABSENT] = ABSENT
    answered_later: bool = False
    """What is run hands the task's token on; when that has ended well, the task is left open for whoever has the token."""
    input_schema: Json | Literal[Absent.ABSENT] = ABSENT
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowTimeouts:
    execution: int = 30 * 86_400
    """SWF has no NONE here; its maximum is a year."""
    decision: Timeout = 30
    cancel: int = 60
    """How long an execution that is canceled, or that compensates, waits for the answers of open tasks and children."""


class Overlap(StrEnum):
    """What a schedule does at a time at which the execution of an earlier time is still open."""

    SKIP = "skip"
    QUEUE = "queue"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    cron: str
    """Five fields, as crontab has them, or six with seconds in front."""
    time_zone: str = "UTC"
    """An IANA name."""
    jitter: int = 0
    """Seconds: each start is late by a share of this, by a hash of workflow and time."""
    overlap: Overlap = Overlap.SKIP
    catch_up: int = 3600
    """Seconds: times that were missed no longer ago than this are made up for."""
    input: Template | Literal[Absent.ABSENT] = ABSENT
    """Expressions read `schedule.time` (ISO 8601, in the time zone)."""


class AlertOn(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timedOut"
    CANCELED = "canceled"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Whom to tell, of what."""

    to: tuple[str, ...]
    """Channels: names that the alerting process knows, or URLs of the notification library."""
    on: tuple[AlertOn, ...] = ()
    nodes: tuple[str, ...] = ()
    """Tell when one of these has failed for good, be it caught or not."""
    late: int | Literal[Absent.ABSENT] = ABSENT
    """Tell when an execution has been open for so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    name: str
    version: str
    domain: str
    task_list: str
    activities: Mapping[str, ActivityType]
    nodes: Mapping[str, Node]
    """In the document's order."""
    start: str | Literal[Absent.ABSENT] = ABSENT
    """As the author said it; the plan knows the answer where the author did not need to."""
    folder: Path = Path()
    """Of the spec's file: what commands and modules are relative to."""
    file: str = "<spec>"
    timeouts: WorkflowTimeouts = WorkflowTimeouts()
    child_policy: ChildPolicy = ChildPolicy.TERMINATE
    task_priority: int | Literal[Absent.ABSENT] = ABSENT
    tags: tuple[str, ...] = ()
    input_schema: Json | Literal[Absent.ABSENT] = ABSENT
    lambda_role: str | Literal[Absent.ABSENT] = ABSENT
    on_cancel: str | Literal[Absent.ABSENT] = ABSENT
    """The node to go to when the execution is asked to cancel."""
    schedule: Schedule | Literal[Absent.ABSENT] = ABSENT
    alerts: tuple[Alert, ...] = ()
    description: str = ""
