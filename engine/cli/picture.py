"""A run -> the rows that a person is shown. Pure: a view and a time in, rows out.

Imports `interpreter.view`, `graph.plan`, `spec.model`; imported by `progress` and `result`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from engine.cli.rows import Look, Row
from engine.graph.plan import EdgeKind, Plan
from engine.interpreter.board import EdgeState
from engine.interpreter.states import NodeState
from engine.interpreter.view import ItemsView, NodeView, RunView, Time
from engine.runtime.reading import moments
from engine.spec.duration import parse_duration
from engine.spec.model import ABSENT, ActivityNode, Json, LambdaNode, PassNode, WaitNode, WaitSignal, WaitUntil, Work, WorkflowNode

LOOKS: Final[Mapping[NodeState, Look]] = {
    NodeState.IDLE: Look.IDLE,
    NodeState.OPEN: Look.RUNNING,
    NodeState.RETRYING: Look.RETRYING,
    NodeState.COMPLETED: Look.COMPLETED,
    NodeState.FAILED: Look.FAILED,
    NodeState.SKIPPED: Look.SKIPPED,
    NodeState.CANCELED: Look.CANCELED,
}


def picture(plan: Plan, view: RunView) -> list[Row]:
    """A row per node, in the order in which they come up; ties as in the document."""
    return [_row(plan, view, view.nodes[name]) for name in sorted(plan.nodes, key=plan.order.__getitem__)]


def _row(plan: Plan, view: RunView, node: NodeView) -> Row:
    look = _look(plan, node)
    return Row(
        node=node.name,
        look=look,
        visit=node.visit,
        attempt=node.attempt,
        since=_seconds(node.entered if node.attempt > 1 or node.started is ABSENT else node.started),
        until=_seconds(node.closed),
        note=NOTES[look](plan, view, node),
        tenths=_tenths(node),
    )


def _tenths(node: NodeView) -> int:
    items = node.items
    return 0 if items is ABSENT or not items.total else (items.done + items.failed) * 10 // items.total


def _look(plan: Plan, node: NodeView) -> Look:
    look = LOOKS[node.state]
    if look is not Look.RUNNING:
        return look
    if isinstance(plan.nodes[node.name], Work):
        return Look.QUEUED if node.started is ABSENT and node.items is ABSENT else Look.RUNNING
    return Look.WAITING


def _waits_for(plan: Plan, view: RunView, node: NodeView) -> str:
    sources = dict.fromkeys(edge.source for edge in plan.incoming[node.name] if view.edges[edge.id].state is EdgeState.UNSETTLED)
    return f"after {', '.join(sources)}" if sources else ""


def _queued(plan: Plan, _view: RunView, node: NodeView) -> str:
    if node.scheduled is ABSENT:
        return f"waits for a decider on {plan.spec.task_list}"
    match plan.nodes[node.name]:
        case ActivityNode(task_list=task_list):
            return f"waits for a worker on {task_list}"
        case WorkflowNode(workflow=workflow):
            return f"waits for a child {workflow.name} {workflow.version} to start"
        case LambdaNode(function=function):
            return f"waits for the Lambda function {function}"
    return ""


def _wait(plan: Plan, _view: RunView, node: NodeView) -> str:
    """When it will go on, where the spec says that outright; else the spec's words."""
    of = plan.nodes[node.name]
    if not isinstance(of, WaitNode):
        return ""
    if isinstance(of.on, WaitSignal):
        return f"for the signal {of.on.signal}"
    if isinstance(of.on, WaitUntil):
        return f"until {of.on.time.source}"
    try:
        duration = parse_duration(of.on.duration.value)
    except ValueError:
        return f"for {of.on.duration.value}"
    begun = node.entered if node.scheduled is ABSENT else node.scheduled
    return f"until {moments.clock(begun + duration)}" if isinstance(duration, int) and begun is not ABSENT else ""


def _running(_plan: Plan, _view: RunView, node: NodeView) -> str:
    """How far it is with its items, or which child it waits for; and what went wrong before."""
    if node.items is not ABSENT:
        return _items(node.items)
    again = "" if node.error is ABSENT else f"again, after {node.error.name}"
    child = f"child {node.children[-1].workflow_id}" if node.children else ""
    return "; ".join(filter(None, (child, again)))


def _items(items: ItemsView) -> str:
    """`7 of 20 items done, 1 failed, 4 under way`"""
    failed = f", {items.failed} failed" if items.failed else ""
    return f"{items.done} of {items.total} items done{failed}{f', {items.open} under way' if items.open else ''}"


def _before_again(plan: Plan, view: RunView, node: NodeView) -> str:
    return f"tries again after {_error(plan, view, node)}"


def _error(_plan: Plan, _view: RunView, node: NodeView) -> str:
    if node.error is ABSENT:
        return ""
    message = f": {node.error.message.strip()}" if node.error.message else ""
    return node.error.name + message


def _outcome(plan: Plan, view: RunView, node: NodeView) -> str:
    """What it gave; of a decision, where it went."""
    if isinstance(plan.nodes[node.name], Work | PassNode | WaitNode):
        return "" if node.result is ABSENT or node.result is None else _brief(node.result)
    ways = [edge for edge in plan.outgoing[node.name] if edge.kind is not EdgeKind.NEXT and view.edges[edge.id].state is EdgeState.TAKEN]
    return f"-> {', '.join(dict.fromkeys(edge.target for edge in ways))}" if ways else ""


def _nothing(_plan: Plan, _view: RunView, _node: NodeView) -> str:
    return ""


def _brief(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _seconds(time: Time) -> float:
    return 0.0 if time is ABSENT else time


NOTES: Final[Mapping[Look, Callable[[Plan, RunView, NodeView], str]]] = {
    Look.IDLE: _waits_for,
    Look.QUEUED: _queued,
    Look.RUNNING: _running,
    Look.WAITING: _wait,
    Look.RETRYING: _before_again,
    Look.COMPLETED: _outcome,
    Look.FAILED: _error,
    Look.SKIPPED: _nothing,
    Look.CANCELED: _error,
}
"""What is said beside a node, by how it stands."""
