"""Every expression of a spec: where it stands, which node evaluates it, and what of the root document is there for it.

What an expression sees depends on its place: a node's `output` sees `result`; what belongs to one item of a `forEach` sees `item` and
`index`; a schedule's input sees `schedule` and nothing else, the worker's templates see the task. Imports `spec.model`,
`spec.template`; imported by `data`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_never

from engine.spec.model import (
    ABSENT,
    Absent,
    ActivityNode,
    ActivityType,
    CommandRun,
    DecisionNode,
    Expression,
    HttpRun,
    LambdaNode,
    Node,
    PassNode,
    Spec,
    Template,
    TerminalNode,
    WaitFor,
    WaitNode,
    WaitSignal,
    WaitUntil,
    Work,
    WorkflowNode,
)
from engine.spec.source import pointer_to
from engine.spec.template import expressions_of

_DATA: Final = ("input", "results", "errors", "signals", "execution")
_TASK: Final = ("input", "activityId", "workflowId", "runId")
"""What the templates of an activity's `run` see: the worker has the task, not the execution's data."""
_SCHEDULE: Final = ("schedule",)
_RESULT: Final = ("result",)
_ITEM: Final = ("item", "index")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One expression."""

    source: str
    pointer: str
    roots: tuple[str, ...]
    """The names at the top of the data that it sees."""
    reader: str = ""
    """The node that evaluates it; empty where it is the worker, or whoever starts executions."""
    condition: bool = False
    undoing: bool = False
    """Evaluated when what the node has done is undone, not when it is entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A template, with what all expressions in it see."""

    template: Template
    pointer: str
    roots: tuple[str, ...]
    reader: str = ""

    @property
    def undoing(self) -> bool:
        return self.pointer.endswith("/compensate/input")


_Given: TypeAlias = Template | Literal[Absent.ABSENT]


def sites_of(spec: Spec) -> Iterator[Site]:
    for held in templates_of(spec):
        for suffix, source in expressions_of(held.template):
            yield Site(source=source, pointer=held.pointer + suffix, roots=held.roots, reader=held.reader, undoing=held.undoing)
    for name, node in spec.nodes.items():
        yield from _bare(name, node)


def templates_of(spec: Spec) -> Iterator[Held]:
    for name, activity in spec.activities.items():
        for pointer, template in _of_worker(name, activity):
            yield Held(template=template, pointer=pointer, roots=(*_TASK, "taskToken") if activity.answered_later else _TASK)
    for name, node in spec.nodes.items():
        for key, given, more in _of_node(node):
            if given is not ABSENT:
                yield Held(template=given, pointer=f"/nodes/{name}/{key}", roots=_DATA + more, reader=name)
    if spec.schedule is not ABSENT and spec.schedule.input is not ABSENT:
        yield Held(template=spec.schedule.input, pointer="/schedule/input", roots=_SCHEDULE)


def _bare(name: str, node: Node) -> Iterator[Site]:
    """The expressions that stand without braces."""
    at = f"/nodes/{name}"
    if isinstance(node, DecisionNode):
        for index, choice in enumerate(node.choices):
            yield _site(choice.when, f"{at}/choices/{index}/when", name, condition=True)
    elif isinstance(node, WaitNode) and isinstance(node.on, WaitUntil):
        yield _site(node.on.time, f"{at}/until", name)
    elif isinstance(node, Work) and node.for_each is not ABSENT:
        yield _site(node.for_each.items, f"{at}/forEach/items", name)


def _site(expression: Expression, pointer: str, reader: str, *, condition: bool = False) -> Site:
    return Site(source=expression.source, pointer=pointer, roots=_DATA, reader=reader, condition=condition)


def _of_worker(name: str, activity: ActivityType) -> Iterator[tuple[str, Template]]:
    if isinstance(activity.run, CommandRun):
        for index, argument in enumerate(activity.run.argv):
            yield f"/activities/{name}/run/command/{index}", argument
    elif isinstance(activity.run, HttpRun):
        at = f"/activities/{name}/run/http"
        yield f"{at}/url", activity.run.url
        for header, text in activity.run.headers.items():
            yield f"{at}/headers{pointer_to(header)}", text
        if activity.run.body is not ABSENT:
            yield f"{at}/body", activity.run.body
    if activity.output is not ABSENT:
        yield f"/activities/{name}/output/file", activity.output.path


def _of_node(node: Node) -> Iterator[tuple[str, _Given, tuple[str, ...]]]:
    """Key, template, and what it sees beyond the execution's data."""
    match node:
        case ActivityNode() | WorkflowNode() | LambdaNode():
            yield from _of_work(node)
        case WaitNode():
            if isinstance(node.on, WaitFor):
                yield "for", node.on.duration, ()
            elif isinstance(node.on, WaitSignal):
                yield "timeout", node.on.timeout, ()
            yield "output", node.output, _RESULT
        case PassNode():
            yield "output", node.output, ()
        case TerminalNode():
            yield "output", node.output, ()
            yield "reason", node.reason, ()
            yield "details", node.details, ()
        case DecisionNode():
            return
        case _:
            assert_never(node)


def _of_work(node: Work) -> Iterator[tuple[str, _Given, tuple[str, ...]]]:
    item = () if node.for_each is ABSENT else _ITEM
    yield "input", node.input, item
    if isinstance(node, WorkflowNode):
        yield "workflowId", node.workflow_id, item
        yield from ((f"tags/{index}", tag, item) for index, tag in enumerate(node.tags))
    yield "output", node.output, item + _RESULT
    if node.compensate is not ABSENT:
        yield "compensate/input", node.compensate.input, item + _RESULT
