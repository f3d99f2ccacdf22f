"""What came of a scenario, as frozen values by name: what expectations are held against, and what the pytest fixture gives.

Imports `graph`, `interpreter`, `model`, `spec`; imported by `stage`, `expect`, `coverage` and everyone above.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.graph.plan import Plan
from engine.interpreter.view import RunView
from engine.service.events import Event
from engine.spec.model import ABSENT, Absent, Json
from engine.testing.model import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One execution of a plan, at its end: how it stood, which nodes it entered, what it failed with on the way."""

    plan: Plan
    view: RunView
    path: tuple[str, ...]
    caught: tuple[tuple[str, str], ...]
    """(node, name of the error), in order."""
    repeated: frozenset[str]
    """Nodes that were tried again."""
    undoing: frozenset[str]
    """Nodes whose undoing was begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of the workflow under test; its executions, where it continued as new, are one."""

    status: Status
    output: Json | Literal[Absent.ABSENT]
    """The result; of `continued`, the input of the new execution."""
    reason: str
    details: Json | Literal[Absent.ABSENT]
    """Where they are JSON, their value."""
    duration: float
    """Virtual seconds."""
    runs: int
    path: tuple[str, ...]
    visits: Mapping[str, int]
    attempts: Mapping[str, int]
    calls: Mapping[str, tuple[Json, ...]]
    """What each node's work was given, attempt by attempt."""
    results: Mapping[str, Json]
    errors: Mapping[str, str]
    """The names of the errors that nodes have failed with."""
    undone: tuple[str, ...]
    not_undone: tuple[str, ...]
    open: tuple[str, ...]
    """Nodes that were open when the execution ended."""
    input: Json | Literal[Absent.ABSENT]
    run_id: str
    history: tuple[Event, ...]
    """Both of the last execution of the chain."""
    followed: tuple[Followed, ...]
    """Every execution that was decided by a spec: the chain of the workflow under test, and its children."""

    @property
    def inputs(self) -> Mapping[str, Json]:
        """What each node's work was last given."""
        return {name: given[-1] for name, given in self.calls.items()}

    def document(self) -> dict[str, Json]:
        """What `check` conditions read."""
        return {
            "status": str(self.status),
            "input": None if self.input is ABSENT else self.input,
            **({} if self.output is ABSENT else {"output": self.output}),
            "reason": self.reason,
            **({} if self.details is ABSENT else {"details": self.details}),
            "duration": self.duration,
            "runs": self.runs,
            "path": list(self.path),
            "visits": dict(self.visits),
            "attempts": dict(self.attempts),
            "inputs": self.inputs,
            "calls": {name: list(given) for name, given in self.calls.items()},
            "results": dict(self.results),
            "errors": dict(self.errors),
            "undone": list(self.undone),
            "notUndone": list(self.not_undone),
        }
