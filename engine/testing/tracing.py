"""One execution of a plan, followed event by event: the real run, and the way that it took. Imports `graph.plan`, `interpreter`, `spec`;
imported by `stage` and `ending`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from engine.graph.plan import Plan
from engine.interpreter.board import LIVE
from engine.interpreter.run import Run
from engine.interpreter.states import NodeTrigger
from engine.interpreter.view import RunView
from engine.service.events import Event
from engine.spec.model import ABSENT

_ENDED_BY_OTHERS: Final = frozenset({"WorkflowExecutionTimedOut", "WorkflowExecutionTerminated"})


class Trace:
    """Watches a run (see engine.interpreter.watching)."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.repeated: set[str] = set()
        """Nodes that were tried again."""
        self.failed: list[str] = []
        """Nodes of which an attempt has failed, until somebody has asked by which error."""

    def moved(self, node: str, trigger: NodeTrigger) -> None:
        if trigger is NodeTrigger.ENTER:
            self.path.append(node)
        elif trigger is NodeTrigger.FAIL or trigger is NodeTrigger.POSTPONE:
            self.failed.append(node)
        elif trigger is NodeTrigger.REPEAT:
            self.repeated.add(node)


class Follower:
    """`caught`: (node, name of the error) of every attempt that failed."""

    def __init__(self, plan: Plan, workflow_id: str, run_id: str) -> None:
        self.plan = plan
        self.workflow_id = workflow_id
        self.run_id = run_id
        self.trace = Trace()
        self.caught: list[tuple[str, str]] = []
        self.undoing: set[str] = set()
        """Nodes whose undoing was asked for."""
        self.left_open: list[str] = []
        """Nodes that were open when the execution was ended by others than its decider."""
        self.run = Run(plan, workflow_id=workflow_id, run_id=run_id, watcher=self.trace)

    def catch_up(self, history: Sequence[Event]) -> None:
        """Fold what is new. Raises: HistoryError."""
        for event in history[self.run.last_event_id :]:
            if event["eventType"] in _ENDED_BY_OTHERS:
                self.left_open = [name for name, node in self.run.view().nodes.items() if node.state in LIVE]
            self.run.fold(event)
            if self.trace.failed:
                self._note_failures()

    def decisions(self) -> list[dict[str, Any]]:
        return self.run.decisions()

    def view(self) -> RunView:
        return self.run.view()

    def _note_failures(self) -> None:
        nodes = self.run.view().nodes
        for name in self.trace.failed:
            error = nodes[name].error
            if error is not ABSENT:
                self.caught.append((name, error.name))
        self.trace.failed.clear()
