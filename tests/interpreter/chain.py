"""A tiny SWF for one execution and the ones that it goes on as: where a run carries its state on, the next one begins at once.

To its users it is one execution, with a history of its own for each run; `closed` says how the last one ended.
"""

from __future__ import annotations

from typing import Any, Self

from engine.graph.plan import Plan
from engine.interpreter.envelope import whole_of
from engine.interpreter.portions import ANY, CARRIED, Means, number_of
from engine.interpreter.run import Run
from engine.interpreter.texts import LONGEST_DATA
from engine.spec.model import ABSENT
from tests.interpreter.swf import Execution

KEPT = ("executionStartToCloseTimeout", "taskStartToCloseTimeout", "childPolicy", "taskList", "taskPriority", "lambdaRole", "tagList")


class Chain(Execution):
    """`runs_before`: the histories of those that have gone on."""

    def __init__(self, plan: Plan, *, most_events: int, longest: int = LONGEST_DATA, means: Means = ANY) -> None:
        super().__init__(plan)
        self.most_events = most_events
        self.means = means
        self.longest = longest
        self.runs_before: list[list[dict[str, Any]]] = []
        self.run = self.new_run()

    def new_run(self) -> Run:
        number = len(self.runs_before) + 1
        return Run(
            self.plan,
            workflow_id="w",
            run_id=f"r{number}",
            longest=self.longest,
            most_events=self.most_events,
            means=self.means,
        )

    def respond(self) -> Self:
        super().respond()
        last = self.history[-1]
        going_on = last.get("workflowExecutionContinuedAsNewEventAttributes", {})
        if '"$swfgraph"' in going_on.get("input", ""):
            self._next(going_on)
        return self

    def _next(self, given: dict[str, Any]) -> None:
        """What was open stays behind; ids of tasks stay taken, since a worker may be at work on one of them still."""
        assert not self.tasks
        assert not self.children
        assert not self.functions
        self.runs_before.append(self.history)
        self.history, self.timers, self.closed = [], {}, ""
        self.run = self.new_run()
        self.start(input=whole_input(given["input"], self.runs_before[-1]), **{key: given[key] for key in KEPT if key in given})
        self.unseen = False


def whole_input(text: str, before: list[dict[str, Any]]) -> str:
    """As a decider reads it: what is in the last markers of the history before, in the place of what stands for it."""
    whole = whole_of(text)
    if whole is ABSENT:
        return text
    markers = [event["markerRecordedEventAttributes"] for event in before if event["eventType"] == "MarkerRecorded"]
    numbered = {number_of(marker["markerName"], CARRIED): marker["details"] for marker in markers}
    put_together = whole.put_together({number: details for number, details in numbered.items() if number is not ABSENT})
    assert put_together is not ABSENT
    return put_together


def input_of(swf: Execution) -> str:
    """That this run was started with."""
    return str(swf.history[0]["workflowExecutionStartedEventAttributes"]["input"])
