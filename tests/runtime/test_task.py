"""What an activityId says about a task, and the leash between a task and its worker."""

from __future__ import annotations

import pytest

from engine.runtime.task import Failed, Leash, Why, stopped
from engine.spec.model import ABSENT
from tests.runtime.handlers.jobs import job


@pytest.mark.parametrize(
    ("activity_id", "node", "attempt", "item"),
    [
        ("pay", "pay", 1, ABSENT),
        ("pay.1.2", "pay", 2, ABSENT),
        ("pay.12.3", "pay", 3, ABSENT),
        ("pay.1.2.0", "pay", 2, 0),
        ("pay.1.1.17", "pay", 1, 17),
        ("pay.undo.1.2", "pay", 2, ABSENT),
        ("pay.undo.1.2.5", "pay", 2, 5),
        ("pay.undo", "pay.undo", 1, ABSENT),
        ("saying.hi", "saying.hi", 1, ABSENT),
        ("x-1 2", "x-1 2", 1, ABSENT),
    ],
)
def test_node_attempt_and_item_are_read_from_the_activity_id(activity_id: str, node: str, attempt: int, item: object) -> None:
    one = job(activity_id=activity_id)
    assert (one.node, one.attempt, one.item) == (node, attempt, item)


def test_the_first_reason_to_stop_stays_but_lost_is_lost() -> None:
    reasons: list[object] = []
    leash = Leash()
    for why in (Why.CANCELED, Why.DRAINED, Why.LOST, Why.CANCELED):
        leash.stop(why)
        reasons.append(leash.why)
    assert reasons == [Why.CANCELED, Why.CANCELED, Why.LOST, Why.LOST]


def test_nobody_wants_a_new_task_to_stop() -> None:
    assert Leash().why is ABSENT


def test_a_listener_hears_of_requests_before_and_after_but_not_when_it_has_left() -> None:
    leash = Leash()
    heard: list[str] = []
    leash.stop(Why.CANCELED)
    leash.listen(lambda: heard.append("!"))
    leash.stop(Why.LOST)
    leash.unlisten()
    leash.hurry()
    assert heard == ["!", "!"]
    assert leash.urgent


def test_a_task_that_a_draining_worker_ends_is_a_failure_that_rules_can_match() -> None:
    outcome = stopped(Why.DRAINED)
    assert isinstance(outcome, Failed)
    assert outcome.reason == "Worker.Stopped"
