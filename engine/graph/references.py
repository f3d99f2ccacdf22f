"""Where a spec's nodes point: every mention of a node in `next`, `choices`, `default`, `catch`, `retry`, as an edge with its place; and
every mention of an activity type.

The walks over the node types that `compile`, `structure`, `digest` and `draw` share; what is wrong with a target is not said here.
Imports `spec.model` and `graph.plan`; knows nothing of networkx.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from engine.graph.plan import Edge, EdgeKind
from engine.spec.model import (
    ABSENT,
    ActivityNode,
    CatchRule,
    DecisionNode,
    Goto,
    LambdaNode,
    Node,
    PassNode,
    RetryFrom,
    RetryRule,
    Spec,
    TerminalNode,
    WaitNode,
    Work,
    WorkflowNode,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One edge as the author wrote it: the target may be unknown. `pointer`: the JSON pointer of its name, were it in a list."""

    edge: Edge
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityUse:
    """A node's mention of an activity type, which may be unknown."""

    node: str
    activity: str
    pointer: str
    undoes: bool = False
    """Whether it is the node's `compensate` that has the tasks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mention:
    kind: EdgeKind
    target: str
    pointer: str
    rule: int = 0
    label: str = ""
    max_times: int = 0


def references_of(spec: Spec) -> tuple[Reference, ...]:
    """All edges of a spec in the document's order; the edges' ids are their places in this order."""
    found: list[Reference] = []
    for name, node in spec.nodes.items():
        for mention in _mentions(node, f"/nodes/{name}"):
            edge = Edge(
                id=len(found),
                source=name,
                target=mention.target,
                kind=mention.kind,
                rule=mention.rule,
                label=mention.label,
                max_times=mention.max_times,
            )
            found.append(Reference(edge=edge, pointer=mention.pointer))
    return tuple(found)


def activities_used(spec: Spec) -> Iterator[ActivityUse]:
    for name, node in spec.nodes.items():
        if isinstance(node, ActivityNode):
            yield ActivityUse(node=name, activity=node.activity, pointer=f"/nodes/{name}/activity")
        if isinstance(node, Work) and node.compensate is not ABSENT:
            pointer = f"/nodes/{name}/compensate/activity"
            yield ActivityUse(node=name, activity=node.compensate.activity, pointer=pointer, undoes=True)


def _mentions(node: Node, at: str) -> Iterator[_Mention]:
    match node:
        case ActivityNode() | WorkflowNode() | LambdaNode():
            yield from _goto(EdgeKind.NEXT, node.next, f"{at}/next")
            yield from _caught(node.catch, f"{at}/catch")
            yield from _retried(node.name, node.retry, f"{at}/retry")
        case WaitNode():
            yield from _goto(EdgeKind.NEXT, node.next, f"{at}/next")
            yield from _caught(node.catch, f"{at}/catch")
        case PassNode():
            yield from _goto(EdgeKind.NEXT, node.next, f"{at}/next")
        case DecisionNode():
            for index, choice in enumerate(node.choices):
                yield from _then(EdgeKind.CHOICE, choice.then, f"{at}/choices/{index}", rule=index, label=choice.when.source)
            yield from _goto(EdgeKind.DEFAULT, node.default, f"{at}/default")
        case TerminalNode():
            return
        case _:
            assert_never(node)


def _goto(kind: EdgeKind, targets: tuple[str, ...], pointer: str, *, rule: int = 0, label: str = "") -> Iterator[_Mention]:
    for index, target in enumerate(targets):
        yield _Mention(kind=kind, target=target, pointer=f"{pointer}/{index}", rule=rule, label=label)


def _then(kind: EdgeKind, then: Goto | RetryFrom, at: str, *, rule: int, label: str) -> Iterator[_Mention]:
    match then:
        case Goto():
            yield from _goto(kind, then.targets, f"{at}/next", rule=rule, label=label)
        case RetryFrom():
            yield _Mention(
                kind=EdgeKind.RETRY_FROM, target=then.target, pointer=f"{at}/retryFrom", rule=rule, label=label, max_times=then.max_times
            )
        case _:
            assert_never(then)


def _caught(rules: tuple[CatchRule, ...], at: str) -> Iterator[_Mention]:
    for index, rule in enumerate(rules):
        yield from _then(EdgeKind.CATCH, rule.then, f"{at}/{index}", rule=index, label=_errors_label(rule.errors))


def _retried(name: str, rules: tuple[RetryRule, ...], at: str) -> Iterator[_Mention]:
    """One self-edge for all rules of a node, since attempts are counted per visit and not per rule."""
    most = max((rule.max_attempts for rule in rules), default=1)
    if most > 1:
        yield _Mention(kind=EdgeKind.RETRY, target=name, pointer=at, label=_retry_label(rules), max_times=most - 1)


def _retry_label(rules: tuple[RetryRule, ...]) -> str:
    if len(rules) == 1 and rules[0].errors == ("*",):
        return f"retry ≤ {rules[0].max_attempts - 1}"
    return "; ".join(f"retry {_errors_label(rule.errors)} ≤ {rule.max_attempts - 1}" for rule in rules if rule.max_attempts > 1)


def _errors_label(errors: tuple[str, ...]) -> str:
    return "any error" if "*" in errors else ", ".join(errors)
