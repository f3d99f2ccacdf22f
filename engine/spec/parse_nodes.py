"""The nodes of a document, as values: one function per kind of node, reading like the schema.

Defaults are resolved here: what a node does not say comes from its activity type, then from `defaults`. Imports `spec.model`,
`spec.duration`, `spec.parse_rules`; imported by `spec.parse`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypedDict

from engine.spec.duration import parse_duration
from engine.spec.model import (
    ABSENT,
    Absent,
    ActivityNode,
    ActivityTimeouts,
    ActivityType,
    CatchRule,
    ChildPolicy,
    ChildTimeouts,
    Choice,
    DecisionNode,
    Expression,
    ForEach,
    Join,
    Json,
    LambdaNode,
    Node,
    PassNode,
    Percent,
    RetryRule,
    Template,
    TerminalNode,
    TerminalStatus,
    UndoActivity,
    WaitFor,
    WaitNode,
    WaitSignal,
    WaitUntil,
    WorkflowNode,
    WorkflowType,
)
from engine.spec.parse_rules import (
    Object,
    activity_timeouts,
    catch_rules,
    duration,
    join,
    one_or_several,
    retry_rules,
    template,
    then,
    whole,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What a node inherits: `retry` every node of work, the rest an activity whose type does not say otherwise."""

    retry: tuple[RetryRule, ...]
    timeouts: ActivityTimeouts
    task_list: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """What is said above the nodes that matters to them."""

    activities: Mapping[str, ActivityType]
    defaults: Defaults

    def of_activity(self, name: str) -> ActivityType | Defaults:
        """Whose timeouts and task list an activity task inherits. An unknown type is pass 2's to report; until then the defaults hold."""
        return self.activities.get(name) or self.defaults

    def retry(self, value: Object) -> tuple[RetryRule, ...]:
        return retry_rules(value["retry"]) if "retry" in value else self.defaults.retry


def node_of(name: str, value: Object, above: Above) -> Node:
    return _NODES[value["type"]](name, value, above)


class _Work(TypedDict):
    """What all nodes of work have."""

    name: str
    input: Template | Literal[Absent.ABSENT]
    output: Template | Literal[Absent.ABSENT]
    retry: tuple[RetryRule, ...]
    catch: tuple[CatchRule, ...]
    for_each: ForEach | Literal[Absent.ABSENT]
    compensate: UndoActivity | Literal[Absent.ABSENT]
    join: Join
    next: tuple[str, ...]
    description: str


def _work(name: str, value: Object, above: Above) -> _Work:
    return _Work(
        name=name,
        input=template(value, "input"),
        output=template(value, "output"),
        retry=above.retry(value),
        catch=catch_rules(value),
        for_each=_for_each(value["forEach"]) if "forEach" in value else ABSENT,
        compensate=_undo(value["compensate"], above) if "compensate" in value else ABSENT,
        join=join(value),
        next=one_or_several(value.get("next", ())),
        description=value.get("description", ""),
    )


def _for_each(value: Object) -> ForEach:
    return ForEach(
        items=Expression(source=value["items"]),
        max_concurrency=whole(value, "maxConcurrency"),
        tolerate=_tolerate(value.get("tolerate", 0)),
    )


def _tolerate(value: Json) -> int | Percent:
    return Percent(value=float(value.removesuffix("%"))) if isinstance(value, str) else int(value)


def _undo(value: Object, above: Above) -> UndoActivity:
    inherited = above.of_activity(value["activity"])
    return UndoActivity(
        activity=value["activity"],
        timeouts=activity_timeouts(value.get("timeouts", {}), inherited.timeouts),
        task_list=value.get("taskList", inherited.task_list),
        input=template(value, "input"),
        retry=above.retry(value),
        priority=whole(value, "priority"),
    )


def _activity(name: str, value: Object, above: Above) -> Node:
    inherited = above.of_activity(value["activity"])
    return ActivityNode(
        activity=value["activity"],
        timeouts=activity_timeouts(value.get("timeouts", {}), inherited.timeouts),
        task_list=value.get("taskList", inherited.task_list),
        priority=whole(value, "priority"),
        **_work(name, value, above),
    )


def _workflow(name: str, value: Object, above: Above) -> Node:
    timeouts = value.get("timeouts", {})
    return WorkflowNode(
        workflow=WorkflowType(name=value["workflow"]["name"], version=value["workflow"]["version"]),
        workflow_id=template(value, "workflowId"),
        child_policy=ChildPolicy(value["childPolicy"]) if "childPolicy" in value else ABSENT,
        tags=tuple(Template(value=tag) for tag in value.get("tags", ())),
        timeouts=ChildTimeouts(
            execution=duration(timeouts, "execution"),
            decision=parse_duration(timeouts["decision"]) if "decision" in timeouts else ABSENT,
        ),
        task_list=value.get("taskList", ABSENT),
        priority=whole(value, "priority"),
        **_work(name, value, above),
    )


def _lambda(name: str, value: Object, above: Above) -> Node:
    return LambdaNode(function=value["function"], timeout=duration(value, "timeout"), **_work(name, value, above))


def _decision(name: str, value: Object, _above: Above) -> Node:
    return DecisionNode(
        name=name,
        choices=tuple(Choice(when=Expression(source=choice["when"]), then=then(choice)) for choice in value["choices"]),
        default=one_or_several(value.get("default", ())),
        join=join(value),
        description=value.get("description", ""),
    )


def _pass(name: str, value: Object, _above: Above) -> Node:
    return PassNode(
        name=name,
        output=template(value, "output"),
        join=join(value),
        next=one_or_several(value.get("next", ())),
        description=value.get("description", ""),
    )


def _terminal(name: str, value: Object, _above: Above) -> Node:
    return TerminalNode(
        name=name,
        status=TerminalStatus(value["status"]),
        output=template(value, "output"),
        reason=template(value, "reason"),
        details=template(value, "details"),
        compensate=value.get("compensate", False),
        join=join(value),
        description=value.get("description", ""),
    )


def _wait(name: str, value: Object, _above: Above) -> Node:
    return WaitNode(
        name=name,
        on=_waited(value),
        output=template(value, "output"),
        catch=catch_rules(value),
        join=join(value),
        next=one_or_several(value.get("next", ())),
        description=value.get("description", ""),
    )


def _waited(value: Object) -> WaitFor | WaitUntil | WaitSignal:
    if "for" in value:
        return WaitFor(duration=Template(value=value["for"]))
    if "until" in value:
        return WaitUntil(time=Expression(source=value["until"]))
    return WaitSignal(signal=value["signal"], timeout=template(value, "timeout"))


_NODES: Final[Mapping[str, Callable[[str, Object, Above], Node]]] = {
    "activity": _activity,
    "workflow": _workflow,
    "lambda": _lambda,
    "decision": _decision,
    "pass": _pass,
    "terminal": _terminal,
    "wait": _wait,
}
