"""The states of one machine within a scope: where each begins, what it is entered from, what a transition becomes.

A region is the scope's own machine, or a branch that is written into it. Imports `flow`, `loops`, `machine`, `scope`; imported by `states`
and what it is made of.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from engine.asl.flow import Back, Flow
from engine.asl.jsonata import template_of
from engine.asl.loops import MOST_TURNS, Turn
from engine.asl.machine import END, Edge, Machine, State
from engine.asl.paths import Sight
from engine.asl.scope import BASE, RESERVED, Scope

EXHAUSTED = "TooManyTurns"


@dataclass(slots=True, kw_only=True)
class Region:
    scope: Scope
    machine: Machine
    flow: Flow
    turns: dict[Back, Turn]
    end: str
    """The node to which states lead that end the machine; empty: a terminal, made when first needed."""
    sources: dict[str, set[str]] = field(default_factory=dict)
    """Per state: the carriers that it may be entered from."""
    entries: dict[str, str] = field(default_factory=dict)
    """Per state: its first node."""
    workers: dict[str, str] = field(default_factory=dict)
    """Per state whose output is made by another node than its first: that node."""
    ended: set[str] = field(default_factory=set)
    """The carriers that the machine may end with."""
    branch: bool = False

    def __post_init__(self) -> None:
        self.scope.rewinds = self.scope.rewinds or Turn.RETRY in self.turns.values()

    def begin(self, source: str) -> str:
        """Name the nodes, enter the first state from this carrier."""
        for name in self.flow.order:
            self.entries[name] = self.scope.fresh(name)
            self.sources[name] = set()
        self.sources[self.machine.start].add(source)
        return self.entries[self.machine.start]

    def sight(self, state: State) -> Sight:
        sight, visits = self.scope.sight(self.sources[state.name], state.name), f"execution.visits.{self.entries[state.name]}"
        here = sight.context["State"]
        if not self.scope.rewinds and not isinstance(here, str):  # who reads it is retried by nodes: see `retrying`
            sight = replace(sight, context={**sight.context, "State": {**here, "RetryCount": f"({visits} - 1)"}})
        return replace(sight, seed=visits)

    def worker(self, state: State) -> str:
        """The node that makes the state's output, and whose errors are the state's."""
        return self.workers.get(state.name, self.entries[state.name])

    def lead(self, state: State, edge: Edge, carriers: set[str]) -> str:
        """The node to go on with after `edge`, for something that passes on one of `carriers`."""
        if edge.target == END:
            self.ended |= carriers
            return self.end_node()
        turn = self.turns.get(Back(state.name, edge))
        if turn is None:
            self.sources[edge.target] |= carriers
            return self.entries[edge.target]
        return self._again(state, edge, carriers) if turn is Turn.CONTINUE else self._back(state, edge)

    def lead_next(self, state: State, carriers: set[str]) -> str:
        edge = next((edge for edge in state.edges if edge.kind == "next"), None)
        return self.never() if edge is None else self.lead(state, edge, carriers)

    def never(self) -> str:
        """The terminal behind what always fails."""
        if "never" not in self.scope.nodes:
            self.scope.taken.add("never")
            self.scope.put("never", {"type": "terminal", "status": "failed", "reason": "States.Runtime"})
        return "never"

    def end_node(self) -> str:
        if not self.end:
            self.end = self.scope.fresh("done")
        return self.end

    def exhausted(self) -> str:
        """The terminal of a retry edge that is spent."""
        name = "too_many_turns"
        if name not in self.scope.nodes:
            self.scope.taken.add(name)
            details = f"a loop of the original, which knows no bound, has run {MOST_TURNS} times"
            self.scope.put(name, {"type": "terminal", "status": "failed", "reason": EXHAUSTED, "details": details})
        return name

    def note_turn(self, state: State, turn: Turn) -> None:
        if turn is Turn.RETRY:
            why = f"a retry edge, which may be taken {MOST_TURNS} times; nothing that the loop changes is looked at before it is set anew"
        else:
            why = "each turn is an execution of its own (it continues as new), since the loop's data go on into its next turn"
        self.scope.report.note(state.pointer, "loop", why)

    def _back(self, state: State, edge: Edge) -> str:
        self.note_turn(state, Turn.RETRY)
        name = self.scope.fresh(f"{self.entries[state.name]}_again")
        choice = {"when": "true", "retryFrom": self.entries[edge.target], "maxTimes": MOST_TURNS}
        return self.scope.put(name, {"type": "decision", "choices": [choice], "default": self.exhausted()})

    def _again(self, state: State, edge: Edge, carriers: set[str]) -> str:
        """One terminal per state that turns begin at would need all that lead there; one per transition reads better."""
        self.note_turn(state, Turn.CONTINUE)
        sight = self.scope.sight(carriers, state.name)
        state_of_it: dict[str, Any] = {"state": edge.target, "data": template_of(sight.data), "vars": template_of(sight.variables)}
        if self.scope.context:
            state_of_it["context"] = "{% results.begin.context %}"
        name = self.scope.fresh(f"{self.entries[state.name]}_again")
        return self.scope.put(name, {"type": "terminal", "status": "continued", "output": {RESERVED: state_of_it}})


def data_at_end(region: Region) -> str:
    """The document that a machine ends with, as an expression."""
    return region.scope.sight(region.ended or {BASE}, "").data
