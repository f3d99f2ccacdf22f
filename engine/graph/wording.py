"""What a drawing says of a node and of an edge, in words: plain text, of any length. `chart` wraps it, writers escape it.

Imports `plan`, `spec.model`; imported by `chart`.
"""

from __future__ import annotations

from typing import assert_never

from engine.graph.plan import Edge, EdgeKind, Plan
from engine.spec.model import (
    ABSENT,
    ActivityNode,
    DecisionNode,
    ForEach,
    JoinKind,
    LambdaNode,
    Node,
    PassNode,
    Percent,
    Spec,
    TerminalNode,
    TerminalStatus,
    WaitFor,
    WaitNode,
    WaitSignal,
    WaitUntil,
    Work,
    WorkflowNode,
)


def join_of(plan: Plan, node: Node) -> str:
    """How many incoming edges it waits for, where that is not all of them."""
    arriving = len(plan.incoming[node.name])
    if node.join is JoinKind.ALL or arriving < 2:
        return ""
    return f"any {1 if node.join is JoinKind.ANY else node.join} of {arriving}"


def details_of(node: Node) -> tuple[str, ...]:
    """What stands under a node's name: what it runs, how long it waits, how it ends."""
    match node:
        case ActivityNode():
            return (node.activity, *_items(node))
        case WorkflowNode():
            return (f"{node.workflow.name} {node.workflow.version}", *_items(node))
        case LambdaNode():
            return (f"λ {node.function}", *_items(node))
        case WaitNode():
            return _waited(node.on)
        case TerminalNode():
            return (_ended(node),)
        case PassNode() | DecisionNode():
            return ()
        case _:
            assert_never(node)


def undoing_of(node: Node) -> str:
    """The activity that undoes it; of a terminal, that it has all undone."""
    if isinstance(node, Work) and node.compensate is not ABSENT:
        return f"undo: {node.compensate.activity}"
    return "undo first" if isinstance(node, TerminalNode) and node.compensate else ""


def about(spec: Spec, node: Node) -> str:
    described = node.description
    if isinstance(node, ActivityNode) and not described:
        described = spec.activities[node.activity].description
    return f"{node.name}: {described}" if described else node.name


def label_of(edge: Edge) -> str:
    match edge.kind:
        case EdgeKind.DEFAULT:
            return "else"
        case EdgeKind.RETRY_FROM:
            return f"{edge.label}, ≤ {edge.max_times} times" if edge.max_times > 1 else f"{edge.label}, once"
        case EdgeKind.NEXT | EdgeKind.CHOICE | EdgeKind.CATCH | EdgeKind.RETRY:
            return edge.label
        case _:
            assert_never(edge.kind)


def _items(node: Work) -> tuple[str, ...]:
    if node.for_each is ABSENT:
        return ()
    limits = _limits(node.for_each)
    return (f"for each {node.for_each.items.source}", *([limits] if limits else []))


def _limits(for_each: ForEach) -> str:
    tolerated = f"{for_each.tolerate.value:g}%" if isinstance(for_each.tolerate, Percent) else str(for_each.tolerate or "")
    at_once = "" if for_each.max_concurrency is ABSENT else f"{for_each.max_concurrency} at once"
    return ", ".join(part for part in (at_once, f"{tolerated} may fail" if tolerated else "") if part)


def _waited(on: WaitFor | WaitUntil | WaitSignal) -> tuple[str, ...]:
    match on:
        case WaitFor():
            return (f"for {_said(on.duration.value)}",)
        case WaitUntil():
            return (f"until {on.time.source}",)
        case WaitSignal():
            return (f"signal: {on.signal}", *([] if on.timeout is ABSENT else [f"at most {_said(on.timeout.value)}"]))
        case _:
            assert_never(on)


def _ended(node: TerminalNode) -> str:
    status = "continue as new" if node.status is TerminalStatus.CONTINUED else str(node.status)
    return status if node.reason is ABSENT else f"{status}: {_said(node.reason.value)}"


def _said(value: object) -> str:
    return f"{value} s" if isinstance(value, int) else str(value)
