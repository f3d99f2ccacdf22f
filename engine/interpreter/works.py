"""What work nodes ask for: activity tasks, child executions, Lambda functions, and pauses between attempts. Nothing is decided here.

A piece of work is asked for in two steps: its `Order` is what every attempt of a visit (or of an item in it) has in common, made when the
node (the item) is entered; each attempt begins from it. Also kept here: where the children are. Imports `envelope`, `failure`, `intents`,
`ledger`, `scope`, `texts`, `work`, `graph.plan`, `spec`; imported by `compensation`, `fanout`, `nodes`, `view`, and
what carries a run on.
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias, assert_never

from msgspec import Struct

from engine.errors import ExpressionError
from engine.graph.plan import Plan
from engine.interpreter import intents as i
from engine.interpreter.envelope import seems_ours
from engine.interpreter.failure import Failure, of_expression, pause, share
from engine.interpreter.ledger import Ledger, Purpose, Timer, Work
from engine.interpreter.scope import At, Data
from engine.interpreter.texts import LONGEST_DATA, LONGEST_ID, child_id, control, reserved, timer_id, too_large, work_id
from engine.interpreter.work import Address
from engine.spec.model import ABSENT, Absent, ActivityNode, Json, LambdaNode, Template, UndoActivity, WorkflowNode
from engine.spec.payload import encode
from engine.spec.template import render

WorkNode: TypeAlias = ActivityNode | WorkflowNode | LambdaNode
WORK_NODES: Final = (ActivityNode, WorkflowNode, LambdaNode)

LONGEST_TAG: Final = 256
"""Characters (API reference, `Tag`)."""
_ILLEGAL: Final = re.compile(r"[:/|\u0000-\u001f\u007f-\u009f]")
"""API reference, StartChildWorkflowExecutionDecisionAttributes, workflowId; nor may it be `arn`, or begin or end with white space."""


class Order(Struct, frozen=True, kw_only=True):
    """What all attempts have in common."""

    input: i.Text
    workflow_id: i.Text = ABSENT
    """As the node says; absent: each attempt has its own."""
    tags: tuple[str, ...] = ()


class Child(Struct, frozen=True, kw_only=True):
    """Where a child execution is, that has started."""

    workflow_id: str
    run_id: str


class Works:
    """Part of a run."""

    __slots__ = ("_data", "_ledger", "_plan", "children")

    def __init__(self, plan: Plan, ledger: Ledger, data: Data) -> None:
        self._plan = plan
        self._ledger = ledger
        self._data = data
        self.children: dict[str, dict[int | Literal[Absent.ABSENT], Child]] = {}
        """Of nodes in their present visit, by item; the last attempt's."""

    def order(self, node: WorkNode, scope: At) -> Order | Failure:
        """What the node asks for, or why that can't be."""
        try:
            value = ABSENT if node.input is ABSENT else render(node.input, scope)
            if isinstance(node, WorkflowNode) and seems_ours(value):
                return reserved("the input of a child")
            text = ABSENT if value is ABSENT else encode(value)
            longest = (
                LONGEST_DATA if isinstance(node, LambdaNode) else self._data.longest
            )  # no worker of ours fetches a function's payloads
            if text is not ABSENT and len(text) > longest:
                return too_large("the input", text, longest)
            return self._child_order(node, text, scope) if isinstance(node, WorkflowNode) else Order(input=text)
        except ExpressionError as error:
            return of_expression(error, final=True)

    def begin(self, node: WorkNode, address: Address, order: Order, item: Json | Literal[Absent.ABSENT] = ABSENT) -> Work:
        """Wish for an attempt."""
        work = Work(address=address, intent=self._intent(node, address, order), item=item)
        self._ledger.want_work(work)
        return work

    def pause(self, node: WorkNode, address: Address, rule: int) -> Timer | Literal[Absent.ABSENT]:
        """Wish for the timer between this attempt, which has failed, and the next one. Absent: the next one is due at once."""
        retry = node.retry[rule]
        name = node.name if address.item is ABSENT else f"{node.name}.{address.item}"
        jitter = share(self._data.run_id, name, address.visit, address.attempt) if retry.jitter else 0.0
        seconds = pause(retry, address.attempt, jitter)
        if not seconds:
            return ABSENT
        start = i.StartTimer(timer_id=timer_id(address, Purpose.RETRY), control=control(address), seconds=seconds)
        timer = Timer(address=address, purpose=Purpose.RETRY, intent=start)
        self._ledger.want_timer(timer)
        return timer

    def started(self, work: Work) -> None:
        if isinstance(work.intent, i.StartChild):
            child = Child(workflow_id=work.intent.workflow_id, run_id=work.run_id)
            self.children.setdefault(work.address.node, {})[work.address.item] = child

    def forget_children(self, node: str) -> None:
        """The node begins anew."""
        self.children.pop(node, None)

    def _intent(self, node: WorkNode, address: Address, order: Order) -> i.Begin:
        match node:
            case ActivityNode():
                return schedule_activity(self._plan, node, address, order.input)
            case WorkflowNode():
                return self._start_child(node, address, order)
            case LambdaNode():
                return i.ScheduleFunction(
                    id=work_id(address), function=node.function, control=control(address), input=order.input, timeout=node.timeout
                )
            case _:
                assert_never(node)

    def _start_child(self, node: WorkflowNode, address: Address, order: Order) -> i.StartChild:
        workflow_id = order.workflow_id
        if workflow_id is ABSENT:
            workflow_id = child_id(self._data.workflow_id, self._data.run_id, work_id(address))
        return i.StartChild(
            workflow_id=workflow_id,
            workflow=node.workflow.name,
            version=node.workflow.version,
            control=control(address),
            input=order.input,
            tags=order.tags,
            child_policy=node.child_policy,
            task_list=node.task_list,
            timeouts=node.timeouts,
            priority=node.priority,
        )

    def _child_order(self, node: WorkflowNode, text: i.Text, scope: At) -> Order | Failure:
        workflow_id = ABSENT if node.workflow_id is ABSENT else _text(node.workflow_id, scope)
        if workflow_id is not ABSENT and not _is_id(workflow_id):
            return Failure(name="WorkflowId.Illegal", message=f"{workflow_id!r} is no workflowId: {_ID_RULE}", final=True)
        tags = tuple(_text(tag, scope) for tag in node.tags)
        for tag in tags:
            if not 0 < len(tag) <= LONGEST_TAG:
                message = f"{tag!r} is no tag: SWF's tags have 1 to {LONGEST_TAG} characters"
                return Failure(name="Tag.Illegal", message=message, final=True)
        return Order(input=text, workflow_id=workflow_id, tags=tags)


_ID_RULE: Final = f"use 1 to {LONGEST_ID} characters without : / | and control characters, no white space at its ends, and not arn"


def _is_id(text: str) -> bool:
    return 0 < len(text) <= LONGEST_ID and text != "arn" and text.strip() == text and not _ILLEGAL.search(text)


def _text(template: Template, scope: At) -> str:
    """Text as it is, any other value as JSON."""
    value: Json = render(template, scope)
    return value if isinstance(value, str) else encode(value)


def schedule_activity(plan: Plan, by: ActivityNode | UndoActivity, address: Address, text: i.Text) -> i.ScheduleActivity:
    """The activity task at that address, with that input: what a node does, or what undoes one."""
    activity = plan.spec.activities[by.activity]
    return i.ScheduleActivity(
        activity_id=work_id(address),
        activity=activity.name,
        version=activity.version,
        control=control(address),
        input=text,
        task_list=by.task_list,
        timeouts=by.timeouts,
        priority=by.priority,
    )
