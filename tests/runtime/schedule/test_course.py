"""What a schedule does next, by itself: no service, no clock."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.runtime.schedule.actions import Cancel, Continue, SetTimer, Start, StopTimer
from engine.runtime.schedule.course import FIRST_HOLD, LONGEST_TIMER, LOOK_UNTOLD, MANY_EVENTS, MOST_WAITING, Moment, Step, decide
from engine.runtime.schedule.events import Ended, Happening, NotContinued, Refused, TimerOver
from engine.runtime.schedule.state import CONTINUE_AT, Open, State, Waiting
from engine.spec.model import Overlap, Schedule

HOUR = 3600
EVERY_HOUR = Schedule(cron="0 * * * *", overlap=Overlap.QUEUE, catch_up=86_400)


class Quiet:
    """A world in which these are open, and nothing is against a start."""

    def __init__(self, *is_open: str) -> None:
        self._open = is_open
        self.asked: list[str] = []

    def is_open(self, workflow_id: str) -> bool:
        self.asked.append(workflow_id)
        return workflow_id in self._open

    def refusal(self, start: Start) -> str:  # noqa: ARG002 - the shape of a World
        return ""


def step(
    state: State, *happened: Happening, now: float, events: int = 10, schedule: Schedule = EVERY_HOUR, world: Quiet | None = None
) -> Step:
    return decide("W", schedule, state, happened, Moment(now=now, events=events), world or Quiet())


def begun(**more: Any) -> State:
    """At the first second of 1970, by our rule."""
    return replace(State(through=0.0, rule="0 * * * * UTC", since=1.0), **more)


def opened(hour: int, **more: Any) -> Open:
    return Open(workflow_id=f"W.19700101T{hour:02}0000Z", time=hour * HOUR, **more)


def kinds(found: Step) -> list[type]:
    return [type(action) for action in found.actions]


def test_a_time_that_has_come_starts_and_the_rest_waits_for_its_end() -> None:
    found = step(begun(), now=2 * HOUR)
    assert kinds(found) == [Start, SetTimer]
    assert [one.workflow_id for one in found.state.open] == ["W.19700101T010000Z"]
    assert found.state.waiting == (Waiting(time=2 * HOUR),)
    ended = step(found.state, Ended(at=2 * HOUR + 5, workflow_id="W.19700101T010000Z"), now=2 * HOUR + 5)
    assert [one.workflow_id for one in ended.state.open] == ["W.19700101T020000Z"]


def test_asked_twice_it_answers_twice_the_same() -> None:
    assert step(begun(), now=5 * HOUR) == step(begun(), now=5 * HOUR)


def test_a_timer_that_wakes_early_enough_is_left_alone() -> None:
    first = step(begun(), now=10.0)
    assert first.actions == (SetTimer(timer_id="wake.1", seconds=HOUR - 10),)
    assert step(first.state, now=20.0).actions == ()


def test_a_timer_that_wakes_too_late_is_replaced() -> None:
    first = step(begun(), now=10.0)
    other = Schedule(cron="*/5 * * * *", overlap=Overlap.QUEUE)
    assert step(first.state, now=20.0, schedule=other).actions == (StopTimer(timer_id="wake.1"), SetTimer(timer_id="wake.2", seconds=280))


def test_a_schedule_that_never_comes_again_sleeps_as_long_as_it_may() -> None:
    never = Schedule(cron="0 0 */30 2 MON#5")
    found = step(begun(rule="0 0 */30 2 MON#5 UTC"), now=10.0, schedule=never)
    assert found.actions == (SetTimer(timer_id="wake.1", seconds=LONGEST_TIMER),)


def test_what_swf_refuses_for_now_is_held_longer_each_time() -> None:
    state, now = begun(), 1.0 * HOUR
    for hold in (FIRST_HOLD, 2 * FIRST_HOLD, 4 * FIRST_HOLD):
        started = step(state, TimerOver(at=now, timer_id=f"wake.{state.timer}"), now=now)
        assert kinds(started)[0] is Start
        refused = Refused(at=now, workflow_id="W.19700101T010000Z", cause="CHILD_CREATION_RATE_EXCEEDED")
        held = step(started.state, refused, now=now)
        assert Start not in kinds(held)
        assert (held.state.held_until, held.state.timer_at) == (now + hold, now + hold)
        state, now = held.state, now + hold
    assert state.started == 0


def test_many_times_wait_and_what_is_more_is_said() -> None:
    found = step(begun(open=(opened(0),), look_at=1e12), now=(MOST_WAITING + 3) * HOUR, schedule=replace(EVERY_HOUR, catch_up=10**8))
    assert len(found.state.waiting) == MOST_WAITING
    assert found.state.skipped == 3
    assert f"{MOST_WAITING} others wait already" in found.notes[0]


def test_a_long_history_goes_on_anew_when_nothing_is_open() -> None:
    assert kinds(step(begun(), now=10.0, events=CONTINUE_AT)) == [Continue]
    assert Continue not in kinds(step(begun(open=(opened(0),), look_at=1e12), now=10.0, events=CONTINUE_AT))


def test_a_very_long_history_goes_on_anew_whatever_is_open_and_looks_after_it_from_then_on() -> None:
    found = step(begun(open=(opened(0),), look_at=1e12, timer=3, timers=3, timer_at=50.0), now=10.0, events=MANY_EVENTS)
    [action] = found.actions
    assert isinstance(action, Continue)
    world = Quiet("W.19700101T000000Z")
    anew = step(action.state, now=11.0, world=world)
    assert world.asked == ["W.19700101T000000Z"]
    assert anew.state.open == (opened(0, told=False),)
    assert anew.actions == (SetTimer(timer_id="wake.1", seconds=LOOK_UNTOLD),)
    gone = step(anew.state, now=11.0 + LOOK_UNTOLD)
    assert gone.state.open == ()


def test_a_history_that_can_not_go_on_anew_is_not_tried_at_every_turn() -> None:
    found = step(begun(), now=10.0, events=CONTINUE_AT)
    again = step(found.state, NotContinued(at=11.0, cause="OPERATION_NOT_PERMITTED"), now=11.0, events=CONTINUE_AT + 5)
    assert kinds(again) == [SetTimer]
    at_once = step(found.state, NotContinued(at=11.0, cause="UNHANDLED_DECISION"), now=11.0, events=CONTINUE_AT + 5)
    assert kinds(at_once) == [Continue]


def test_an_execution_is_asked_to_cancel_once() -> None:
    cancel = replace(EVERY_HOUR, overlap=Overlap.CANCEL)
    first = step(begun(open=(opened(0),), look_at=1e12), now=1.0 * HOUR, schedule=cancel)
    assert first.actions[0] == Cancel(workflow_id="W.19700101T000000Z")
    second = step(first.state, now=2.0 * HOUR, schedule=cancel)
    assert Cancel not in kinds(second)
    assert second.state.waiting == (Waiting(time=2 * HOUR),)


def test_what_is_long_gone_is_not_gone_through_one_by_one() -> None:
    found = step(begun(rule="* * * * * * UTC"), now=10.0**9, schedule=Schedule(cron="* * * * * *", catch_up=20))
    assert found.state.started == 1
    assert len(found.notes) == 2
