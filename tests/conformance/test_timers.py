"""Timers: started, fired, canceled, refused."""

from __future__ import annotations

from tests.conformance.world import World, cancel_timer, complete, timer


def test_a_timer_fires_when_its_time_is_over_and_asks_for_a_decision(world: World) -> None:
    """StartTimerDecisionAttributes; TimerStartedEventAttributes; TimerFiredEventAttributes."""
    flow = world.start()
    flow.decide(timer("egg", 1, control="soft"))
    assert flow.last("TimerStarted") == {
        "timerId": "egg",
        "startToFireTimeout": "1",
        "control": "soft",
        "decisionTaskCompletedEventId": 4,
    }
    assert flow.open_counts()["openTimers"] == 1
    world.wait(1)
    assert flow.last("TimerFired") == {"timerId": "egg", "startedEventId": flow.event_id("TimerStarted")}
    assert flow.open_counts()["openTimers"] == 0
    flow.decide()


def test_a_timer_of_zero_seconds_fires_at_once(world: World) -> None:
    """StartTimerDecisionAttributes: startToFireTimeout, "an integer greater than or equal to 0"."""
    flow = world.start()
    flow.decide(timer(seconds=0))
    world.wait(0)
    assert flow.types()[-2:] == ["TimerFired", "DecisionTaskScheduled"]


def test_a_timer_that_is_canceled_does_not_fire(world: World) -> None:
    """CancelTimerDecisionAttributes; TimerCanceledEventAttributes."""
    flow = world.start()
    flow.decide(timer("egg", 1))
    flow.signal(input="")
    flow.decide(cancel_timer("egg"))
    assert flow.last("TimerCanceled") == {
        "timerId": "egg",
        "startedEventId": flow.event_id("TimerStarted"),
        "decisionTaskCompletedEventId": flow.event_id("DecisionTaskCompleted"),
    }
    world.wait(1)
    assert "TimerFired" not in flow.types()
    assert world.pending_decisions(flow.decisions) == 0


def test_a_timer_may_be_started_and_canceled_in_one_answer(world: World) -> None:
    """RespondDecisionTaskCompleted: decisions are processed in their order."""
    flow = world.start()
    flow.decide(timer("egg"), cancel_timer("egg"), timer("egg"))
    assert flow.types()[4:] == ["TimerStarted", "TimerCanceled", "TimerStarted"]


def test_a_timer_id_is_free_again_once_its_timer_is_over(world: World) -> None:
    """StartTimerFailedEventAttributes: TIMER_ID_ALREADY_IN_USE."""
    flow = world.start()
    flow.decide(timer("egg", 1), timer("egg", 1))
    failed = flow.last("StartTimerFailed")
    assert failed == {"timerId": "egg", "cause": "TIMER_ID_ALREADY_IN_USE", "decisionTaskCompletedEventId": 4}
    world.wait(1)
    flow.decide(timer("egg"))
    assert len(flow.all("TimerStarted")) == 2


def test_an_unknown_timer_can_not_be_canceled(world: World) -> None:
    """CancelTimerFailedEventAttributes: TIMER_ID_UNKNOWN."""
    flow = world.start()
    flow.decide(cancel_timer("egg"))
    failed = {"timerId": "egg", "cause": "TIMER_ID_UNKNOWN", "decisionTaskCompletedEventId": 4}
    assert flow.last("CancelTimerFailed") == failed
    flow.decide()


def test_a_timer_dies_with_its_execution(world: World) -> None:
    """CompleteWorkflowExecution closes the execution: nothing follows in its history."""
    flow = world.start()
    flow.decide(timer(seconds=1), complete())
    world.wait(1)
    assert flow.types()[-2:] == ["TimerStarted", "WorkflowExecutionCompleted"]
