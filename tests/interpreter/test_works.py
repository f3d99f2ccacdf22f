from __future__ import annotations

from typing import Any

import pytest

from engine.interpreter import intents as i
from engine.interpreter.failure import Failure
from engine.interpreter.ledger import Ledger
from engine.interpreter.scope import Data
from engine.interpreter.work import Address
from engine.interpreter.works import WORK_NODES, Child, Order, WorkNode, Works
from engine.spec.model import ABSENT
from tests.interpreter.plans import activity, end, plan_of

CHILD = {"type": "workflow", "workflow": {"name": "Part", "version": "1.0"}, "next": "done"}


def works_of(node: dict[str, Any], value: Any = None, longest: int = 32_768) -> tuple[Works, WorkNode, Ledger, Data]:
    plan = plan_of({"n": node, "done": end()})
    ledger, data = Ledger(), Data("flow", "run", longest)
    data.input = value
    found = plan.nodes["n"]
    assert isinstance(found, WORK_NODES)
    return Works(plan, ledger, data), found, ledger, data


def address(attempt: int = 1, **more: Any) -> Address:
    return Address(node="n", visit=1, attempt=attempt, **more)


def test_an_order_is_what_all_attempts_have_in_common() -> None:
    works, node, ledger, data = works_of(activity("done", input="{% input %}"), 7)
    order = works.order(node, data.at(0.0))
    assert isinstance(order, Order)
    data.input = 8
    first, second = works.begin(node, address(1), order), works.begin(node, address(2), order)
    assert [work.intent.input for work in (first, second)] == ["7", "7"]
    assert list(ledger.pending) == [first.intent, second.intent]


@pytest.mark.parametrize(
    ("node", "name"),
    [
        (activity("done", input="{% input.missing %}"), "Expression.Undefined"),
        (activity("done", input="{% input %}"), "Payload.TooLarge"),
        (CHILD | {"workflowId": "{% input & ':' %}"}, "WorkflowId.Illegal"),
        (CHILD | {"tags": ["{% input %}"]}, "Tag.Illegal"),
    ],
)
def test_an_order_that_can_not_be_made_is_a_failure_that_is_not_repeated(node: dict[str, Any], name: str) -> None:
    works, found, _, data = works_of(node, "x" * 300, longest=100)
    failure = works.order(found, data.at(0.0))
    assert isinstance(failure, Failure)
    assert (failure.name, failure.final) == (name, True)


def test_a_child_has_the_name_that_its_node_gives_it_or_one_for_each_attempt() -> None:
    works, node, _, data = works_of(CHILD)
    order = works.order(node, data.at(0.0))
    assert isinstance(order, Order)
    names = {works.begin(node, where, order).intent.name for where in (address(1), address(2), address(1, item=0), address(1, item=1))}
    assert len(names) == 4
    named = works.begin(node, address(3), Order(input=ABSENT, workflow_id="mine"))
    assert named.intent.name == "mine"


def test_pauses_have_jitter_of_their_own_for_every_item_and_attempt() -> None:
    works, node, _, _ = works_of(activity("done", retry={"maxAttempts": 9, "interval": 1000, "backoff": 1, "jitter": 1}))
    wheres = [address(attempt, item=item) for attempt in (1, 2, 3) for item in (ABSENT, 0, 1, 2)]
    timers = [works.pause(node, where, 0) for where in wheres]
    seconds = {timer.intent.seconds for timer in timers if timer is not ABSENT and isinstance(timer.intent, i.StartTimer)}
    assert len(seconds) > len(wheres) // 2


def test_a_pause_of_zero_seconds_needs_no_timer() -> None:
    works, node, ledger, _ = works_of(activity("done", retry={"interval": 0}))
    assert works.pause(node, address(), 0) is ABSENT
    assert list(ledger.pending) == []


def test_the_last_child_of_each_item_is_known_until_the_node_begins_anew() -> None:
    works, node, _, _ = works_of(CHILD)
    for attempt, run_id in ((1, "one"), (2, "two")):
        work = works.begin(node, address(attempt, item=4), Order(input=ABSENT, workflow_id="c"))
        work.run_id = run_id
        works.started(work)
    assert works.children == {"n": {4: Child(workflow_id="c", run_id="two")}}
    works.forget_children("n")
    assert works.children == {}
