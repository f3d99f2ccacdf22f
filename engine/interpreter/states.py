"""The states of a node, of a piece of work and of a timer, as transition tables: data, and total.

`NODE[state][trigger]` is the next state, or IMPOSSIBLE: nobody may pull that trigger there. For a node that is a bug of ours; for
work or a timer it is a history that can't be, which `ledger` reports. Tests prove the tables total; the diagram in the documentation
is drawn from them. Imports nothing of swfgraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Final, Literal, TypeAlias


class Impossible(Enum):
    IMPOSSIBLE = "impossible"


IMPOSSIBLE: Final = Impossible.IMPOSSIBLE


class NodeState(StrEnum):
    IDLE = "idle"
    """Not entered in this visit."""
    OPEN = "open"
    RETRYING = "retrying"
    """An attempt failed; the next one waits for its timer."""
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELED = "canceled"
    """Stopped since the execution closes, or was asked to cancel."""


class NodeTrigger(StrEnum):
    ENTER = "enter"
    SKIP = "skip"
    COMPLETE = "complete"
    FAIL = "fail"
    POSTPONE = "postpone"
    """An attempt failed and a retry rule has another one left."""
    REPEAT = "repeat"
    STOP = "stop"
    RESET = "reset"
    """A retryFrom went back to this node, or to one before it."""


class WorkState(StrEnum):
    """Of an activity task, a child execution or a Lambda function."""

    WANTED = "wanted"
    """Decided on; no event has confirmed it."""
    WITHDRAWN = "withdrawn"
    """No longer wanted, but the decision may have been sent: its event may still come."""
    REFUSED = "refused"
    """By SWF; it may be wanted again (see `parking`)."""
    SCHEDULED = "scheduled"
    """Of a child: initiated."""
    STARTED = "started"
    CLOSED = "closed"


class WorkTrigger(StrEnum):
    WISH = "wish"
    WITHDRAW = "withdraw"
    SCHEDULE = "schedule"
    REFUSE = "refuse"
    REVOKE = "revoke"
    """SWF had taken a child on, and can't start it after all."""
    START = "start"
    CLOSE = "close"


class TimerState(StrEnum):
    WANTED = "wanted"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    RUNNING = "running"
    CLOSED = "closed"


class TimerTrigger(StrEnum):
    WISH = "wish"
    WITHDRAW = "withdraw"
    START = "start"
    REFUSE = "refuse"
    CLOSE = "close"


NodeStep: TypeAlias = NodeState | Literal[Impossible.IMPOSSIBLE]
WorkStep: TypeAlias = WorkState | Literal[Impossible.IMPOSSIBLE]
TimerStep: TypeAlias = TimerState | Literal[Impossible.IMPOSSIBLE]

_N, _W, _M = NodeState, WorkState, TimerState

NODE: Final[Mapping[NodeState, Mapping[NodeTrigger, NodeStep]]] = {
    _N.IDLE: {
        NodeTrigger.ENTER: _N.OPEN,
        NodeTrigger.SKIP: _N.SKIPPED,
        NodeTrigger.COMPLETE: IMPOSSIBLE,
        NodeTrigger.FAIL: IMPOSSIBLE,
        NodeTrigger.POSTPONE: IMPOSSIBLE,
        NodeTrigger.REPEAT: IMPOSSIBLE,
        NodeTrigger.STOP: IMPOSSIBLE,
        NodeTrigger.RESET: _N.IDLE,
    },
    _N.OPEN: {
        NodeTrigger.ENTER: IMPOSSIBLE,
        NodeTrigger.SKIP: IMPOSSIBLE,
        NodeTrigger.COMPLETE: _N.COMPLETED,
        NodeTrigger.FAIL: _N.FAILED,
        NodeTrigger.POSTPONE: _N.RETRYING,
        NodeTrigger.REPEAT: IMPOSSIBLE,
        NodeTrigger.STOP: _N.CANCELED,
        NodeTrigger.RESET: _N.IDLE,
    },
    _N.RETRYING: {
        NodeTrigger.ENTER: IMPOSSIBLE,
        NodeTrigger.SKIP: IMPOSSIBLE,
        NodeTrigger.COMPLETE: IMPOSSIBLE,
        NodeTrigger.FAIL: _N.FAILED,  # its timer was refused
        NodeTrigger.POSTPONE: IMPOSSIBLE,
        NodeTrigger.REPEAT: _N.OPEN,
        NodeTrigger.STOP: _N.CANCELED,
        NodeTrigger.RESET: _N.IDLE,
    },
    **{
        over: {
            NodeTrigger.ENTER: IMPOSSIBLE,
            NodeTrigger.SKIP: IMPOSSIBLE,
            NodeTrigger.COMPLETE: IMPOSSIBLE,
            NodeTrigger.FAIL: IMPOSSIBLE,
            NodeTrigger.POSTPONE: IMPOSSIBLE,
            NodeTrigger.REPEAT: IMPOSSIBLE,
            NodeTrigger.STOP: IMPOSSIBLE,
            NodeTrigger.RESET: _N.IDLE,
        }
        for over in (_N.COMPLETED, _N.FAILED, _N.SKIPPED, _N.CANCELED)
    },
}

WORK: Final[Mapping[WorkState, Mapping[WorkTrigger, WorkStep]]] = {
    _W.WANTED: {
        WorkTrigger.WISH: IMPOSSIBLE,
        WorkTrigger.WITHDRAW: _W.WITHDRAWN,
        WorkTrigger.SCHEDULE: _W.SCHEDULED,
        WorkTrigger.REFUSE: _W.REFUSED,
        WorkTrigger.REVOKE: IMPOSSIBLE,
        WorkTrigger.START: IMPOSSIBLE,
        WorkTrigger.CLOSE: IMPOSSIBLE,
    },
    _W.WITHDRAWN: {
        WorkTrigger.WISH: IMPOSSIBLE,
        WorkTrigger.WITHDRAW: IMPOSSIBLE,
        WorkTrigger.SCHEDULE: _W.SCHEDULED,
        WorkTrigger.REFUSE: _W.REFUSED,
        WorkTrigger.REVOKE: IMPOSSIBLE,
        WorkTrigger.START: IMPOSSIBLE,
        WorkTrigger.CLOSE: IMPOSSIBLE,
    },
    _W.REFUSED: {**dict.fromkeys(WorkTrigger, IMPOSSIBLE), WorkTrigger.WISH: _W.WANTED},
    _W.SCHEDULED: {
        WorkTrigger.WISH: IMPOSSIBLE,
        WorkTrigger.WITHDRAW: IMPOSSIBLE,
        WorkTrigger.SCHEDULE: IMPOSSIBLE,
        WorkTrigger.REFUSE: IMPOSSIBLE,
        WorkTrigger.REVOKE: _W.REFUSED,
        WorkTrigger.START: _W.STARTED,
        WorkTrigger.CLOSE: _W.CLOSED,
    },
    _W.STARTED: {
        WorkTrigger.WISH: IMPOSSIBLE,
        WorkTrigger.WITHDRAW: IMPOSSIBLE,
        WorkTrigger.SCHEDULE: IMPOSSIBLE,
        WorkTrigger.REFUSE: IMPOSSIBLE,
        WorkTrigger.REVOKE: IMPOSSIBLE,
        WorkTrigger.START: IMPOSSIBLE,
        WorkTrigger.CLOSE: _W.CLOSED,
    },
    _W.CLOSED: dict.fromkeys(WorkTrigger, IMPOSSIBLE),
}

TIMER: Final[Mapping[TimerState, Mapping[TimerTrigger, TimerStep]]] = {
    _M.WANTED: {
        TimerTrigger.WISH: IMPOSSIBLE,
        TimerTrigger.WITHDRAW: _M.WITHDRAWN,
        TimerTrigger.START: _M.RUNNING,
        TimerTrigger.REFUSE: _M.REFUSED,
        TimerTrigger.CLOSE: IMPOSSIBLE,
    },
    _M.WITHDRAWN: {
        TimerTrigger.WISH: IMPOSSIBLE,
        TimerTrigger.WITHDRAW: IMPOSSIBLE,
        TimerTrigger.START: _M.RUNNING,
        TimerTrigger.REFUSE: _M.REFUSED,
        TimerTrigger.CLOSE: IMPOSSIBLE,
    },
    _M.REFUSED: {**dict.fromkeys(TimerTrigger, IMPOSSIBLE), TimerTrigger.WISH: _M.WANTED},
    _M.RUNNING: {
        TimerTrigger.WISH: IMPOSSIBLE,
        TimerTrigger.WITHDRAW: IMPOSSIBLE,
        TimerTrigger.START: IMPOSSIBLE,
        TimerTrigger.REFUSE: IMPOSSIBLE,
        TimerTrigger.CLOSE: _M.CLOSED,
    },
    _M.CLOSED: dict.fromkeys(TimerTrigger, IMPOSSIBLE),
}
