from __future__ import annotations

import pytest

from engine.errors import HistoryError
from engine.interpreter import events as e
from engine.interpreter import intents as i
from engine.interpreter.ledger import Ledger, Purpose, Timer, Work
from engine.interpreter.states import TimerState, WorkState
from engine.interpreter.work import Address, WorkKind
from engine.spec.model import ABSENT, ActivityTimeouts


def task(activity_id: str = "a") -> Work:
    intent = i.ScheduleActivity(
        activity_id=activity_id,
        activity="Work",
        version="1.0",
        control="{}",
        input=ABSENT,
        task_list="work",
        timeouts=ActivityTimeouts(),
        priority=ABSENT,
    )
    return Work(address=Address(node="a", visit=1, attempt=1), intent=intent)


def timer(timer_id: str = "t") -> Timer:
    return Timer(
        address=Address(node="a", visit=1, attempt=1),
        purpose=Purpose.WAIT,
        intent=i.StartTimer(timer_id=timer_id, control=ABSENT, seconds=5),
    )


def scheduled(number: int = 5, activity_id: str = "a") -> e.WorkScheduled:
    return e.WorkScheduled(id=number, time=1.0, kind=WorkKind.ACTIVITY, key=activity_id, name=activity_id, type="Work 1.0")


def started(timer_id: str = "t") -> e.TimerStarted:
    return e.TimerStarted(id=5, time=1.0, timer_id=timer_id)


def completed(number: int = 5) -> e.WorkCompleted:
    return e.WorkCompleted(id=9, time=1.0, kind=WorkKind.ACTIVITY, opened=number, result=ABSENT)


def refused(activity_id: str = "a", cause: str = "OPERATION_NOT_PERMITTED") -> e.WorkRefused:
    return e.WorkRefused(id=5, time=1.0, kind=WorkKind.ACTIVITY, key=activity_id, name=activity_id, cause=cause, opened=0)


CANCEL = i.RequestCancelActivity(activity_id="a")


def test_a_wish_is_pending_until_its_event() -> None:
    ledger, wish = Ledger(), task()
    ledger.want_work(wish)
    assert list(ledger.pending) == [wish.intent]
    ledger.work_scheduled(scheduled())
    assert list(ledger.pending) == []
    assert wish.state is WorkState.SCHEDULED
    assert not ledger.quiet


def test_a_wish_that_is_dropped_is_pending_no_more() -> None:
    ledger, wish = Ledger(), task()
    ledger.want_work(wish)
    ledger.drop(wish)
    assert list(ledger.pending) == []


def test_a_dropped_wish_that_was_under_way_is_asked_to_cancel_when_it_comes() -> None:
    ledger, wish, clock = Ledger(), task(), timer()
    ledger.want_work(wish)
    ledger.want_timer(clock)
    ledger.drop(wish)
    ledger.drop(clock)
    ledger.work_scheduled(scheduled())
    ledger.timer_started(started())
    assert list(ledger.pending) == [CANCEL, i.CancelTimer(timer_id="t")]


def test_a_dropped_wish_that_was_under_way_may_be_refused_too() -> None:
    ledger, wish, clock = Ledger(), task(), timer()
    ledger.want_work(wish)
    ledger.want_timer(clock)
    ledger.drop(wish)
    ledger.drop(clock)
    ledger.work_refused(refused())
    ledger.timer_refused(e.StartTimerFailed(id=6, time=1.0, timer_id="t", cause="OPERATION_NOT_PERMITTED"))
    assert (wish.state, clock.state) == (WorkState.REFUSED, TimerState.REFUSED)
    assert list(ledger.pending) == []


def test_a_dropped_wish_is_forgotten_once_the_next_decision_task_starts() -> None:
    ledger, wish, clock = Ledger(), task(), timer()
    ledger.want_work(wish)
    ledger.want_timer(clock)
    ledger.drop(wish)
    ledger.drop(clock)
    ledger.forget_withdrawn()
    with pytest.raises(HistoryError, match="the activity task a is none that this spec wants here"):
        ledger.work_scheduled(scheduled())
    with pytest.raises(HistoryError, match="the timer t is none that this spec wants here"):
        ledger.timer_started(started())


def test_what_came_before_the_decision_task_is_not_forgotten_with_the_rest() -> None:
    ledger, wish = Ledger(), task()
    ledger.want_work(wish)
    ledger.drop(wish)
    ledger.work_scheduled(scheduled())
    ledger.forget_withdrawn()
    assert ledger.work_closed(completed()) is wish


def test_an_open_task_is_asked_to_cancel_once() -> None:
    ledger, wish = Ledger(), task()
    ledger.want_work(wish)
    ledger.work_scheduled(scheduled())
    ledger.drop(wish)
    ledger.drop_all()
    assert list(ledger.pending) == [CANCEL]
    ledger.cancel_requested(e.CancelRequested(id=6, time=1.0, kind=WorkKind.ACTIVITY, key="a"))
    ledger.drop_all()
    assert list(ledger.pending) == []


def test_nobody_is_asked_to_cancel_what_has_answered() -> None:
    ledger, wish = Ledger(), task()
    ledger.want_work(wish)
    ledger.work_scheduled(scheduled())
    ledger.drop(wish)
    ledger.work_closed(completed())
    assert list(ledger.pending) == []
    assert ledger.quiet


def test_answers_are_found_by_the_event_that_scheduled_the_task() -> None:
    ledger, first, second = Ledger(), task("a"), task("b")
    ledger.want_work(first)
    ledger.want_work(second)
    ledger.work_scheduled(scheduled(7, "b"))
    ledger.work_scheduled(scheduled(8, "a"))
    assert ledger.work_closed(completed(7)) is second
    assert ledger.work_closed(completed(8)) is first


def test_a_task_answers_once() -> None:
    ledger = Ledger()
    ledger.want_work(task())
    ledger.work_scheduled(scheduled())
    ledger.work_closed(completed())
    with pytest.raises(HistoryError, match="event 5 has scheduled no activity task that is open"):
        ledger.work_closed(completed())


def test_a_timer_fires_once() -> None:
    ledger, fired = Ledger(), e.TimerFired(id=7, time=1.0, timer_id="t")
    ledger.want_timer(timer())
    ledger.timer_started(started())
    ledger.timer_closed(fired)
    with pytest.raises(HistoryError, match="the timer t is none that this spec wants here"):
        ledger.timer_closed(fired)


def test_a_refused_timer_is_not_there() -> None:
    ledger = Ledger()
    ledger.want_timer(timer())
    ledger.timer_refused(e.StartTimerFailed(id=5, time=1.0, timer_id="t", cause="OPERATION_NOT_PERMITTED"))
    with pytest.raises(HistoryError, match="the timer t is none that this spec wants here"):
        ledger.timer_started(started())


def test_a_timer_ticks_from_its_start_to_its_end_whatever_it_is_for() -> None:
    ledger, ticking = Ledger(), []
    ledger.want_timer(timer())
    for happened in (started(), started("swfgraph.more.1")):
        ticking.append(ledger.ticking)
        ledger.timer_started(happened)
    for timer_id in ("t", "swfgraph.more.1"):
        ticking.append(ledger.ticking)
        ledger.timer_closed(e.TimerFired(id=7, time=1.0, timer_id=timer_id))
    assert [*ticking, ledger.ticking] == [False, True, True, True, False]


def test_a_task_starts_once() -> None:
    ledger = Ledger()
    ledger.want_work(task())
    ledger.work_scheduled(scheduled())
    begun = e.WorkStarted(id=6, time=1.0, kind=WorkKind.ACTIVITY, opened=5, run_id="")
    ledger.work_started(begun)
    with pytest.raises(HistoryError, match="the activity task a is started: it can't start"):
        ledger.work_started(begun)


def test_a_refused_timer_can_be_wanted_again() -> None:
    ledger, clock = Ledger(), timer()
    ledger.want_timer(clock)
    ledger.timer_refused(e.StartTimerFailed(id=5, time=1.0, timer_id="t", cause="TIMER_CREATION_RATE_EXCEEDED"))
    ledger.want_again(clock)
    assert list(ledger.pending) == [clock.intent]
    ledger.timer_started(started())
    assert clock.state is TimerState.RUNNING


def test_a_timer_that_cannot_be_canceled_any_more_fires_unheard() -> None:
    ledger, clock = Ledger(), timer()
    ledger.want_timer(clock)
    ledger.timer_started(started())
    ledger.drop(clock)
    ledger.timer_not_canceled(e.CancelTimerFailed(id=6, time=1.0, timer_id="t", cause="OPERATION_NOT_PERMITTED"))
    assert list(ledger.pending) == []
    closed = ledger.timer_closed(e.TimerFired(id=7, time=1.0, timer_id="t"))
    assert closed is clock
    assert not clock.live


def test_timers_for_more_decisions_are_numbered_and_one_at_a_time() -> None:
    ledger = Ledger()
    first = ledger.more
    ledger.timer_started(started("swfgraph.more.1"))
    assert (first, ledger.more) == ("swfgraph.more.1", ABSENT)
    assert ledger.timer_closed(e.TimerFired(id=7, time=1.0, timer_id="swfgraph.more.1")) is ABSENT
    assert ledger.more == "swfgraph.more.2"


def test_a_refused_timer_for_more_decisions_is_asked_for_again() -> None:
    ledger = Ledger()
    refused = e.StartTimerFailed(id=5, time=1.0, timer_id="swfgraph.more.1", cause="OPEN_TIMERS_LIMIT_EXCEEDED")
    assert ledger.timer_refused(refused) is ABSENT
    assert ledger.more == "swfgraph.more.1"


def test_canceling_hears_open_tasks_and_drops_the_rest() -> None:
    ledger, opened, wished, clock = Ledger(), task("a"), task("b"), timer()
    wished.address = Address(node="b", visit=1, attempt=1)
    ledger.want_work(opened)
    ledger.work_scheduled(scheduled())
    ledger.want_work(wished)
    ledger.want_timer(clock)
    assert ledger.cancel_all() == {"a"}
    assert (opened.live, wished.live, clock.live) == (True, False, False)
    assert list(ledger.pending) == [CANCEL]
