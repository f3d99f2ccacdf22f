"""The nodes of a checked spec and what they are made of, as frozen values. No JSON here, no places in files, no behaviour.

Most import these from `spec.model`, where the rest of a spec is. Defaults are resolved: what the author may leave out and has no default
is `ABSENT`. Durations are whole seconds, as SWF's are. Imports nothing of swfgraph.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Final, Literal, TypeAlias

Json: TypeAlias = Any
"""What `json.loads` gives: None, bool, int, float, str, list, dict. Never mutated."""


class Absent(Enum):
    ABSENT = "absent"


class Unlimited(Enum):
    UNLIMITED = "none"


ABSENT: Final = Absent.ABSENT
UNLIMITED: Final = Unlimited.UNLIMITED

Timeout: TypeAlias = int | Literal[Unlimited.UNLIMITED]
"""Whole seconds, or SWF's NONE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """One JSONata expression, bare."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A JSON value whose strings may hold `{% expression %}`."""

    value: Json


class JoinKind(Enum):
    ALL = "all"
    ANY = "any"


Join: TypeAlias = JoinKind | int
"""`all`, `any`, or how many incoming edges must be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """An attempt that failed with one of `errors` (globs) is repeated while the visit has had fewer than `max_attempts`.

    The n-th repetition waits interval * backoff**(n-1) seconds, at most `max_interval`, of which a share of up to `jitter` (0..1)
    is taken off, by a hash of runId, node, visit and attempt.
    """

    errors: tuple[str, ...] = ("*",)
    max_attempts: int = 3
    interval: int = 1
    backoff: float = 2.0
    max_interval: int = 3600
    jitter: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Goto:
    """Take the forward edges to these nodes."""

    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryFrom:
    """Go back to an ancestor, at most `max_times` in one execution (never reset)."""

    target: str
    max_times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchRule:
    errors: tuple[str, ...]
    then: Goto | RetryFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`when` true and budget left (for a RetryFrom): this is where the decision goes."""

    when: Expression
    then: Goto | RetryFrom


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTimeouts:
    schedule_to_start: Timeout = UNLIMITED
    schedule_to_close: Timeout = UNLIMITED
    start_to_close: Timeout = UNLIMITED
    heartbeat: Timeout = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent:
    """0..100."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEach:
    """The node runs once per item; `input`, `output`, `retry` and `workflowId` are the item's, with `item` and `index` in reach."""

    items: Expression
    max_concurrency: int | Literal[Absent.ABSENT] = ABSENT
    """Absent: as many at once as SWF lets be open."""
    tolerate: int | Percent = 0
    """So many items may fail for good without the node failing: the results of those are null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowType:
    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoActivity:
    """An activity task that undoes a node; `result` (and `item`, `index`) in its input are what is undone."""

    activity: str
    """A key of `Spec.activities`."""
    timeouts: ActivityTimeouts
    task_list: str
    input: Template | Literal[Absent.ABSENT] = ABSENT
    """Absent: the result that is undone."""
    retry: tuple[RetryRule, ...] = ()
    priority: int | Literal[Absent.ABSENT] = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityNode:
    name: str
    activity: str
    """A key of `Spec.activities`."""
    timeouts: ActivityTimeouts
    task_list: str
    input: Template | Literal[Absent.ABSENT] = ABSENT
    output: Template | Literal[Absent.ABSENT] = ABSENT
    retry: tuple[RetryRule, ...] = ()
    catch: tuple[CatchRule, ...] = ()
    priority: int | Literal[Absent.ABSENT] = ABSENT
    for_each: ForEach | Literal[Absent.ABSENT] = ABSENT
    compensate: UndoActivity | Literal[Absent.ABSENT] = ABSENT
    join: Join = JoinKind.ALL
    next: tuple[str, ...] = ()
    description: str = ""


class ChildPolicy(StrEnum):
    TERMINATE = "TERMINATE"
    REQUEST_CANCEL = "REQUEST_CANCEL"
    ABANDON = "ABANDON"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildTimeouts:
    """Of a child execution. Absent: what its type was registered with."""

    execution: int | Literal[Absent.ABSENT] = ABSENT
    decision: Timeout | Literal[Absent.ABSENT] = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowNode:
    """A child execution. What is absent is as its workflow type was registered."""

    name: str
    workflow: WorkflowType
    workflow_id: Template | Literal[Absent.ABSENT] = ABSENT
    """Absent: made from the parent's workflowId and runId, the node, visit, attempt and item."""
    child_policy: ChildPolicy | Literal[Absent.ABSENT] = ABSENT
    tags: tuple[Template, ...] = ()
    timeouts: ChildTimeouts = ChildTimeouts()
    task_list: str | Literal[Absent.ABSENT] = ABSENT
    input: Template | Literal[Absent.ABSENT] = ABSENT
    output: Template | Literal[Absent.ABSENT] = ABSENT
    retry: tuple[RetryRule, ...] = ()
    catch: tuple[CatchRule, ...] = ()
    priority: int | Literal[Absent.ABSENT] = ABSENT
    for_each: ForEach | Literal[Absent.ABSENT] = ABSENT
    compensate: UndoActivity | Literal[Absent.ABSENT] = ABSENT
    join: Join = JoinKind.ALL
    next: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaNode:
    name: str
    function: str
    """A function's name or ARN."""
    timeout: int | Literal[Absent.ABSENT] = ABSENT
    """Seconds, 1..900. Absent: SWF's own default, 900 (API reference, ScheduleLambdaFunctionDecisionAttributes, startToCloseTimeout)."""
    input: Template | Literal[Absent.ABSENT] = ABSENT
    output: Template | Literal[Absent.ABSENT] = ABSENT
    retry: tuple[RetryRule, ...] = ()
    catch: tuple[CatchRule, ...] = ()
    for_each: ForEach | Literal[Absent.ABSENT] = ABSENT
    compensate: UndoActivity | Literal[Absent.ABSENT] = ABSENT
    join: Join = JoinKind.ALL
    next: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitFor:
    """A duration: seconds or text such as "5m", or a template that gives one."""

    duration: Template


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitUntil:
    """An expression that gives an ISO 8601 time (with zone; without one it is UTC) or epoch seconds."""

    time: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitSignal:
    """The first signal of that name that no other node has had, be it there already or still to come; its input is the result."""

    signal: str
    timeout: Template | Literal[Absent.ABSENT] = ABSENT
    """A duration; when it is over, the node fails with Timeout.Signal. Absent: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitNode:
    name: str
    on: WaitFor | WaitUntil | WaitSignal
    output: Template | Literal[Absent.ABSENT] = ABSENT
    catch: tuple[CatchRule, ...] = ()
    join: Join = JoinKind.ALL
    next: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassNode:
    name: str
    output: Template | Literal[Absent.ABSENT] = ABSENT
    """Absent: the result is null (a bare join point)."""
    join: Join = JoinKind.ALL
    next: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionNode:
    name: str
    choices: tuple[Choice, ...]
    default: tuple[str, ...] = ()
    """Empty: no default; where no choice holds, the node fails with NoChoice."""
    join: Join = JoinKind.ALL
    description: str = ""


class TerminalStatus(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    CONTINUED = "continued"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalNode:
    name: str
    status: TerminalStatus
    output: Template | Literal[Absent.ABSENT] = ABSENT
    """Of a continued one: the input of the new execution; absent: the same input once more."""
    reason: Template | Literal[Absent.ABSENT] = ABSENT
    details: Template | Literal[Absent.ABSENT] = ABSENT
    compensate: bool = False
    """Undo what has completed before closing."""
    join: Join = JoinKind.ALL
    description: str = ""


Work: TypeAlias = ActivityNode | WorkflowNode | LambdaNode
"""What others do for us: it is scheduled, takes its time, may fail, be repeated, run once per item, be undone."""

Node: TypeAlias = Work | WaitNode | PassNode | DecisionNode | TerminalNode
