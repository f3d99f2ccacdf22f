"""What an edge means, once more: slow, naive, straight from DESIGN's section 3, to compare the interpreter with.

Nothing is incremental: after everything that happens, the nodes are gone through in topological order, again and again, until none of
them changes. Edges are not stored: what an edge is follows from what its source did.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from engine.errors import ExpressionError
from engine.graph.plan import Edge, EdgeKind, Plan
from engine.spec.errornames import match_any
from engine.spec.expression import References, evaluate_condition
from engine.spec.model import (
    ABSENT,
    ActivityNode,
    DecisionNode,
    JoinKind,
    PassNode,
    RetryFrom,
    TerminalNode,
    WaitNode,
)
from engine.spec.template import render


@dataclass(slots=True)
class Knowledge:
    """The oracle's scope."""

    data: dict[str, Any]
    now: float = 0.0

    def root(self, _references: References) -> dict[str, Any]:
        return self.data


@dataclass(slots=True)
class Oracle:
    plan: Plan
    input: Any
    open: set[str] = field(default_factory=set)
    retrying: set[str] = field(default_factory=set)
    outcome: dict[str, tuple[str, EdgeKind, int]] = field(default_factory=dict)
    """Nodes that are over: completed or failed, and which of their outgoing edges are taken."""
    skipped: set[str] = field(default_factory=set)
    visit: dict[str, int] = field(default_factory=dict)
    attempt: dict[str, int] = field(default_factory=dict)
    gone_back: dict[int, int] = field(default_factory=dict)
    forced: set[str] = field(default_factory=set)
    held: dict[str, set[int]] = field(default_factory=dict)
    """Nodes that a retryFrom has reset, and which of their edges stayed settled: they are judged once another one is."""
    results: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, Any] = field(default_factory=dict)
    ended: str = ""
    """How: the terminal's name, or the error that nothing has caught."""

    def begin(self) -> None:
        self.forced.add(self.plan.start)
        self.go_on()

    def state(self, name: str) -> str:
        if name in self.outcome:
            return self.outcome[name][0]
        if name in self.open:
            return "canceled" if self.ended else "open"
        if name in self.retrying:
            return "canceled" if self.ended else "retrying"
        return "skipped" if name in self.skipped else "idle"

    # What happens.

    def completed(self, name: str, visit: int, attempt: int, value: Any) -> None:
        if self.waits_for(name, visit, attempt):
            self.complete(name, value)
            self.go_on()

    def failed(self, name: str, visit: int, attempt: int, error: str, message: str) -> None:
        if self.waits_for(name, visit, attempt):
            self.fail(name, error, message)
            self.go_on()

    def paused_enough(self, name: str, visit: int, attempt: int) -> None:
        """A retry's timer has fired."""
        if not self.ended and name in self.retrying and (self.visit[name], self.attempt[name]) == (visit, attempt):
            self.retrying.remove(name)
            self.again(name)

    def waits_for(self, name: str, visit: int, attempt: int) -> bool:
        return not self.ended and name in self.open and (self.visit[name], self.attempt[name]) == (visit, attempt)

    # Edges and joins.

    def taken(self, edge: Edge) -> bool:
        return edge.source in self.outcome and self.outcome[edge.source][1:] == (edge.kind, edge.rule)

    def settled(self, edge: Edge) -> bool:
        return edge.source in self.outcome or edge.source in self.skipped

    def joins(self, name: str) -> str:
        """enter, skip or wait."""
        if name in self.forced:
            return "enter"
        edges = self.plan.incoming[name]
        if name in self.held and all(edge.id in self.held[name] for edge in edges if self.settled(edge)):
            return "wait"
        join = self.plan.nodes[name].join
        yes = [edge for edge in edges if self.settled(edge) and self.taken(edge)]
        no = [edge for edge in edges if self.settled(edge) and not self.taken(edge)]
        if edges and len(no) == len(edges):
            return "skip"
        if join is JoinKind.ALL:
            return "enter" if edges and len(yes) + len(no) == len(edges) else "wait"
        needed = 1 if join is JoinKind.ANY else join
        if len(yes) >= needed:
            return "enter"
        return "skip" if len(edges) - len(no) < needed else "wait"

    def go_on(self) -> None:
        while not self.ended and any(self.look_at(name) for name in sorted(self.plan.nodes, key=lambda name: self.plan.order[name])):
            pass
        if not self.ended and not self.open and not self.retrying:
            self.ended = "Stalled"

    def look_at(self, name: str) -> bool:
        """Whether something has changed."""
        if name in self.open | self.retrying | self.skipped | set(self.outcome):
            return False
        verdict = self.joins(name)
        if verdict == "skip":
            self.skipped.add(name)
        elif verdict == "enter":
            self.enter(name)
        return verdict != "wait"

    # Nodes.

    def enter(self, name: str) -> None:
        self.forced.discard(name)
        self.visit[name] = self.visit.get(name, 0) + 1
        self.attempt[name] = 1
        self.open.add(name)
        node = self.plan.nodes[name]
        match node:
            case ActivityNode(input=template) if template is not ABSENT:
                self.value_of(name, template)
            case PassNode(output=template):
                value = None if template is ABSENT else self.value_of(name, template)
                if name in self.open:
                    self.complete(name, value)
            case DecisionNode():
                self.decide(name, node)
            case TerminalNode():
                self.end(name, node)
            case _:
                pass

    def value_of(self, name: str, template: Any) -> Any:
        try:
            return render(template, self.knowledge())
        except ExpressionError as error:
            self.fail(name, f"Expression.{error.code}", str(error), hopeless=True)

    def decide(self, name: str, node: DecisionNode) -> None:
        for rule, choice in enumerate(node.choices):
            back = isinstance(choice.then, RetryFrom)
            if back and self.spent(name, EdgeKind.CHOICE, rule):
                continue
            if evaluate_condition(choice.when, self.knowledge()):
                self.over(name, "completed", EdgeKind.CHOICE, rule)
                if back:
                    self.go_back(name, EdgeKind.CHOICE, rule)
                return
        if node.default:
            self.over(name, "completed", EdgeKind.DEFAULT, 0)
        else:
            self.fail(name, "NoChoice", "")

    def end(self, name: str, node: TerminalNode) -> None:
        for template in (node.output, node.reason, node.details):
            if template is not ABSENT and name in self.open:
                self.value_of(name, template)
        if name in self.open:
            self.over(name, "completed", EdgeKind.NEXT, 0)
            self.ended = name

    def complete(self, name: str, value: Any) -> None:
        node = self.plan.nodes[name]
        if isinstance(node, ActivityNode | WaitNode) and node.output is not ABSENT:
            value = self.value_of(name, node.output)
        if name in self.open:
            self.over(name, "completed", EdgeKind.NEXT, 0)
            self.results[name] = value
            self.errors.pop(name, None)

    def fail(self, name: str, error: str, message: str, *, hopeless: bool = False) -> None:
        node = self.plan.nodes[name]
        self.errors[name] = {"name": error, "message": message, "attempts": self.attempt[name]}
        rules = [] if hopeless or not isinstance(node, ActivityNode) else [rule for rule in node.retry if match_any(rule.errors, error)]
        if rules and self.attempt[name] < rules[0].max_attempts:
            self.open.remove(name)
            if rules[0].interval == 0:
                self.again(name)
            else:
                self.retrying.add(name)
            return
        catches = node.catch if isinstance(node, ActivityNode | WaitNode) else ()
        for rule, caught in enumerate(catches):
            back = isinstance(caught.then, RetryFrom)
            if match_any(caught.errors, error) and not (back and self.spent(name, EdgeKind.CATCH, rule)):
                self.over(name, "failed", EdgeKind.CATCH, rule)
                if back:
                    self.go_back(name, EdgeKind.CATCH, rule)
                return
        self.over(name, "failed", EdgeKind.RETRY, 0)
        self.ended = f"{name}: {error}"

    def again(self, name: str) -> None:
        self.attempt[name] += 1
        self.open.add(name)

    def over(self, name: str, state: str, kind: EdgeKind, rule: int) -> None:
        self.open.discard(name)
        self.outcome[name] = (state, kind, rule)

    def spent(self, name: str, kind: EdgeKind, rule: int) -> bool:
        edge = self.plan.retry_from[name, kind, rule]
        return self.gone_back.get(edge.id, 0) >= edge.max_times

    def go_back(self, name: str, kind: EdgeKind, rule: int) -> None:
        edge = self.plan.retry_from[name, kind, rule]
        self.gone_back[edge.id] = self.gone_back.get(edge.id, 0) + 1
        forward: nx.DiGraph[str] = nx.DiGraph([(edge.source, edge.target) for edge in self.plan.edges if edge.forward])
        reset = {edge.target, *nx.descendants(forward, edge.target)}
        for place in reset:
            self.open.discard(place)
            self.retrying.discard(place)
            self.skipped.discard(place)
            self.forced.discard(place)
            self.outcome.pop(place, None)
            self.results.pop(place, None)
        for place in reset:
            self.held[place] = {incoming.id for incoming in self.plan.incoming[place] if self.settled(incoming)}
        self.forced.add(edge.target)

    def knowledge(self) -> Knowledge:
        return Knowledge({"input": self.input, "results": self.results, "errors": self.errors})
