"""One activity task as the worker and its handlers see it: what to run (`Job`), how it ended (`Outcome`), and what ties
it to its worker meanwhile (`Leash`). No client, no process, no thread of its own. Imports `spec` only.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, Protocol, TypeAlias

from msgspec import Struct

from engine.spec.model import ABSENT, Absent

PAYLOAD_LIMIT: Final = 32_768
"""Characters in a result, an input or details: API reference, RespondActivityTaskCompleted."""

REASON_LIMIT: Final = 256
"""API reference, RespondActivityTaskFailed."""

Text: TypeAlias = str | Literal[Absent.ABSENT]

_ACTIVITY_ID = re.compile(
    r"(?P<node>[^.]+)(?P<undo>\.undo)?(?:(?P<counted>\.[1-9]\d*)\.(?P<attempt>[1-9]\d*)(?:\.(?P<item>0|[1-9]\d*))?)?(?(undo)(?(counted)|(?!)))"
)
"""`node`, else `node.<visit>.<attempt>`, with items `node.<visit>.<attempt>.<item>`; what undoes a node: `node.undo.` and the same.
PollForActivityTask does not show the task's `control`, which says it too."""


class Job(Struct, frozen=True, kw_only=True):
    """A task that was handed out. Handlers run it; they don't answer it, and have its token only to hand it on."""

    activity: str
    version: str
    activity_id: str
    domain: str
    task_list: str
    workflow_id: str
    run_id: str
    input: str
    """The payload; empty where there is none."""
    longest: int = PAYLOAD_LIMIT
    """Characters of the longest result that can be answered."""
    token: str = ""
    """What is run is given it, and what it gives is not looked at: its activity type is answered later. Else empty."""

    @property
    def address(self) -> dict[str, str]:
        """`extra` for log records: which task a line is about."""
        return {"workflowId": self.workflow_id, "runId": self.run_id, "activityId": self.activity_id}

    @property
    def node(self) -> str:
        """The node of the spec that scheduled it; an activityId of another decider's making is taken whole."""
        match = _ACTIVITY_ID.fullmatch(self.activity_id)
        return match["node"] if match else self.activity_id

    @property
    def item(self) -> int | Literal[Absent.ABSENT]:
        """The index of the item that it is for, where its node has items."""
        match = _ACTIVITY_ID.fullmatch(self.activity_id)
        return int(match["item"]) if match and match["item"] else ABSENT

    @property
    def attempt(self) -> int:
        """1 for the first."""
        match = _ACTIVITY_ID.fullmatch(self.activity_id)
        return int(match["attempt"] or 1) if match else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    result: Text = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """`reason` is the error's name, which a spec's retry and catch rules match."""

    reason: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Canceled:
    details: Text = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """The service no longer waits for this task: there is nobody to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOn:
    """What was run has ended well; the task stays open until whoever has its token answers it."""


Outcome: TypeAlias = Completed | Failed | Canceled | Abandoned | HandedOn


class Why(StrEnum):
    """Why a running task is to stop."""

    CANCELED = "its cancellation was requested"
    LOST = "the service gave it up (it timed out, or its execution closed)"
    DRAINED = "the worker is stopping"


class Leash:
    """What ties a running task to its worker: requests to stop go in, progress comes out. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._why: Why | Literal[Absent.ABSENT] = ABSENT
        self._listener: Callable[[], None] = _nothing
        self._progress: Text = ABSENT
        self._urgent = False

    @property
    def why(self) -> Why | Literal[Absent.ABSENT]:
        """Absent while nobody wants it to stop."""
        return self._why

    def stop(self, why: Why) -> None:
        """The first reason stays, except that a lost task is lost whatever was said before."""
        with self._lock:
            if self._why is ABSENT or why is Why.LOST:
                self._why = why
            self._listener()

    @property
    def urgent(self) -> bool:
        """Whether it is to stop without any grace."""
        return self._urgent

    def hurry(self) -> None:
        """Of what was asked to stop: at once."""
        with self._lock:
            self._urgent = True
            self._listener()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call it at every request to stop, at once if there was one. It must be quick, and not raise."""
        with self._lock:
            self._listener = listener
            if self._why is not ABSENT:
                listener()

    def unlisten(self) -> None:
        """Call nobody any more."""
        with self._lock:
            self._listener = _nothing

    def report(self, progress: str) -> None:
        """Heartbeat details; the latest ones win."""
        self._progress = progress

    @property
    def progress(self) -> Text:
        return self._progress


def _nothing() -> None:
    return


def stopped(why: Why, details: Text = ABSENT) -> Outcome:
    """What to answer for a task that stopped because it was asked to."""
    match why:
        case Why.CANCELED:
            return Canceled(details=details)
        case Why.LOST:
            return Abandoned()
        case Why.DRAINED:
            return Failed(reason="Worker.Stopped", details="the worker was stopped before the task had ended; another attempt may run it")


class Handler(Protocol):
    """Knows how to run the tasks of one activity type."""

    def run(self, job: Job, leash: Leash) -> Outcome:
        """Run to the end, or until the leash says so. Raises nothing that the task's own code did."""
        ...
