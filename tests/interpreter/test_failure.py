from __future__ import annotations

from typing import Any

import pytest

from engine.errors import ExpressionError, HistoryError
from engine.interpreter import events as e
from engine.interpreter.failure import TIMEOUTS, Failure, catch_for, of_answer, of_expression, pause, rule_for, share, throttle
from engine.interpreter.work import WorkKind
from engine.spec.model import ABSENT, CatchRule, Goto, RetryFrom, RetryRule
from tests.interpreter.api import enum_of

BROKEN = Failure(name="Broken", message="")


def test_the_first_rule_that_matches_decides_even_when_it_is_spent() -> None:
    rules = (RetryRule(errors=("Other",), max_attempts=9), RetryRule(errors=("B*",), max_attempts=2), RetryRule(max_attempts=9))
    assert rule_for(rules, BROKEN, 1) == 1
    assert rule_for(rules, BROKEN, 2) is ABSENT


def test_max_attempts_counts_all_attempts_of_the_visit() -> None:
    rules = (RetryRule(errors=("Broken",), max_attempts=3), RetryRule(errors=("Timeout.*",), max_attempts=2))
    assert rule_for(rules, Failure(name="Timeout.Heartbeat", message=""), 2) is ABSENT


def test_what_is_final_is_never_repeated() -> None:
    assert rule_for((RetryRule(),), Failure(name="Broken", message="", final=True), 1) is ABSENT


def test_one_attempt_means_no_retry() -> None:
    assert rule_for((RetryRule(max_attempts=1),), BROKEN, 1) is ABSENT


def test_pauses_grow_up_to_the_maximum() -> None:
    rule = RetryRule(interval=2, backoff=3.0, max_interval=50)
    assert [pause(rule, attempt, 0.0) for attempt in range(1, 6)] == [2, 6, 18, 50, 50]


def test_a_pause_after_very_many_attempts_is_the_maximum() -> None:
    assert pause(RetryRule(interval=1, backoff=10.0, max_interval=60), 100_000, 0.0) == 60


def test_jitter_takes_off_up_to_its_share() -> None:
    rule = RetryRule(interval=100, jitter=0.5)
    assert pause(rule, 1, 0.0) == 100
    assert pause(rule, 1, 0.999999) == 50


def test_an_interval_of_zero_is_no_pause() -> None:
    assert pause(RetryRule(interval=0), 5, 0.0) == 0


def test_shares_are_the_same_whenever_they_are_asked_for_and_differ_by_attempt() -> None:
    shares = [share("run", "node", 1, attempt) for attempt in range(1, 200)]
    assert shares == [share("run", "node", 1, attempt) for attempt in range(1, 200)]
    assert len(set(shares)) == len(shares)
    assert all(0 <= part < 1 for part in shares)
    assert 0.4 < sum(shares) / len(shares) < 0.6
    assert share("run", "node", 1, 1) != share("other run", "node", 1, 1)


def test_throttled_decisions_wait_longer_each_time_but_not_for_ever() -> None:
    assert [throttle(refusals, 0.0) for refusals in (1, 2, 3, 4, 9, 10, 1000)] == [1, 2, 4, 8, 256, 300, 300]
    assert throttle(1, 0.99) == 1
    assert throttle(9, 0.99) == 193


def test_a_catch_rule_whose_budget_is_spent_is_passed_over() -> None:
    rules = (
        CatchRule(errors=("Broken",), then=RetryFrom(target="a", max_times=1)),
        CatchRule(errors=("*",), then=Goto(targets=("b",))),
    )
    assert catch_for(rules, BROKEN, lambda _: False) == 0
    assert catch_for(rules, BROKEN, lambda _: True) == 1
    assert catch_for(rules[:1], BROKEN, lambda _: True) is ABSENT


def test_error_names_are_compared_with_case() -> None:
    assert catch_for((CatchRule(errors=("broken",), then=Goto(targets=("b",))),), BROKEN, lambda _: False) is ABSENT


def test_an_expressions_error_is_named_by_its_code() -> None:
    failure = of_expression(ExpressionError("Undefined", "nothing there", "results.x"), final=True)
    assert failure.name == "Expression.Undefined"
    assert "'results.x'" in failure.message


def test_every_timeout_of_the_api_has_a_name() -> None:
    assert set(TIMEOUTS) == enum_of("ActivityTaskTimeoutType")
    assert TIMEOUTS["SCHEDULE_TO_START"] == "Timeout.ScheduleToStart"


ANSWERED = [
    (e.WorkFailed, {"kind": WorkKind.ACTIVITY, "reason": "Broken", "details": "it fell"}, "Broken", "it fell"),
    (e.WorkFailed, {"kind": WorkKind.ACTIVITY, "reason": ABSENT, "details": ""}, "Failed", ""),
    (e.WorkFailed, {"kind": WorkKind.FUNCTION, "reason": "KeyError", "details": "'n'"}, "KeyError", "'n'"),
    (e.WorkFailed, {"kind": WorkKind.CHILD, "reason": "a: Broken", "details": "it fell"}, "Child.Failed", "a: Broken: it fell"),
    (e.WorkFailed, {"kind": WorkKind.CHILD, "reason": ABSENT, "details": "it fell"}, "Child.Failed", "it fell"),
    (e.WorkTimedOut, {"kind": WorkKind.ACTIVITY, "timeout": "HEARTBEAT", "details": "half"}, "Timeout.Heartbeat", "half"),
    (e.WorkTimedOut, {"kind": WorkKind.FUNCTION, "timeout": "", "details": ""}, "Timeout.StartToClose", ""),
    (e.WorkTimedOut, {"kind": WorkKind.CHILD, "timeout": "START_TO_CLOSE", "details": ""}, "Child.TimedOut", ""),
    (e.WorkCanceled, {"kind": WorkKind.ACTIVITY, "details": "why"}, "Canceled", "why"),
    (e.WorkCanceled, {"kind": WorkKind.CHILD, "details": "why"}, "Child.Canceled", "why"),
    (e.ChildTerminated, {"kind": WorkKind.CHILD}, "Child.Terminated", ""),
    (
        e.FunctionNotStarted,
        {"kind": WorkKind.FUNCTION, "cause": "ASSUME_ROLE_FAILED", "message": "no"},
        "StartFailed.ASSUME_ROLE_FAILED",
        "no",
    ),
]


@pytest.mark.parametrize(("event", "fields", "name", "message"), ANSWERED)
def test_every_answer_that_is_no_result_has_a_name(event: type[Any], fields: dict[str, Any], name: str, message: str) -> None:
    assert of_answer(event(id=3, time=1.0, opened=2, **fields)) == Failure(name=name, message=message)


def test_a_timeout_that_there_is_not_is_no_history() -> None:
    with pytest.raises(HistoryError, match="'LATE' is no timeout of an activity task"):
        of_answer(e.WorkTimedOut(id=3, time=1.0, kind=WorkKind.ACTIVITY, opened=2, timeout="LATE", details=""))
