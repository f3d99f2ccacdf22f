from __future__ import annotations

import pytest

from engine.errors import HistoryError
from engine.interpreter import events as e
from engine.interpreter import intents as i
from engine.interpreter.ledger import Ledger, Purpose, Timer, Work
from engine.interpreter.states import TimerState, WorkState
from engine.interpreter.work import MOST_OPEN, Address, WorkKind
from engine.spec.model import ABSENT, ActivityTimeouts, ChildTimeouts


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


# Children and functions.


def child(workflow_id: str = "c", control: str = "{1}") -> Work:
    intent = i.StartChild(
        workflow_id=workflow_id,
        workflow="Part",
        version="1.0",
        control=control,
        input=ABSENT,
        tags=(),
        child_policy=ABSENT,
        task_list=ABSENT,
        timeouts=ChildTimeouts(),
        priority=ABSENT,
    )
    return Work(address=Address(node="c", visit=1, attempt=1), intent=intent)


def function() -> Work:
    intent = i.ScheduleFunction(id="f", function="resize", control="{}", input=ABSENT, timeout=ABSENT)
    return Work(address=Address(node="f", visit=1, attempt=1), intent=intent)


def initiated(number: int = 5, workflow_id: str = "c", control: str = "{1}") -> e.WorkScheduled:
    return e.WorkScheduled(id=number, time=1.0, kind=WorkKind.CHILD, key=control, name=workflow_id, type="Part 1.0")


def begun(number: int = 5) -> e.WorkStarted:
    return e.WorkStarted(id=number + 1, time=1.0, kind=WorkKind.CHILD, opened=number, run_id="run")


def not_canceled(cause: str) -> e.CancelRefused:
    return e.CancelRefused(id=9, time=1.0, kind=WorkKind.CHILD, key="{1}", cause=cause)


def cancel(run_id: i.Text = "run") -> i.RequestCancelChild:
    return i.RequestCancelChild(workflow_id="c", run_id=run_id, control="{1}")


def open_child() -> tuple[Ledger, Work]:
    ledger, wish = Ledger(), child()
    ledger.want_work(wish)
    ledger.work_scheduled(initiated())
    ledger.work_started(begun())
    return ledger, wish


def test_children_of_the_same_name_are_told_apart_by_their_control() -> None:
    ledger, first, second = Ledger(), child(control="{1}"), child(control="{2}")
    ledger.want_work(first)
    ledger.want_work(second)
    assert ledger.work_scheduled(initiated(5, control="{2}")) is second
    assert ledger.work_scheduled(initiated(6, control="{1}")) is first


def test_a_child_is_asked_to_cancel_once_it_has_started() -> None:
    ledger, wish = Ledger(), child()
    ledger.want_work(wish)
    ledger.work_scheduled(initiated())
    ledger.drop(wish)
    assert list(ledger.pending) == []
    ledger.work_started(begun())
    assert list(ledger.pending) == [cancel()]


def test_a_child_that_has_moved_on_is_asked_by_its_name_alone() -> None:
    ledger, wish = open_child()
    ledger.drop(wish)
    ledger.cancel_requested(e.CancelRequested(id=8, time=1.0, kind=WorkKind.CHILD, key="{1}"))
    ledger.cancel_refused(not_canceled("UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"))
    assert list(ledger.pending) == [cancel(ABSENT)]
    ledger.cancel_refused(not_canceled("UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"))
    assert list(ledger.pending) == []


def test_the_refusal_to_cancel_a_child_that_has_answered_changes_nothing() -> None:
    ledger, wish = open_child()
    ledger.drop(wish)
    ledger.work_closed(e.ChildTerminated(id=8, time=1.0, kind=WorkKind.CHILD, opened=5))
    ledger.cancel_refused(not_canceled("UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"))
    assert list(ledger.pending) == []


def test_a_child_can_be_refused_after_it_was_initiated_and_wanted_again() -> None:
    ledger, wish = Ledger(), child()
    ledger.want_work(wish)
    ledger.work_scheduled(initiated())
    late = e.WorkRefused(id=7, time=1.0, kind=WorkKind.CHILD, key="{1}", name="c", cause="OPEN_WORKFLOWS_LIMIT_EXCEEDED", opened=5)
    assert ledger.work_refused(late) is wish
    assert ledger.quiet
    ledger.want_again(wish)
    assert ledger.work_scheduled(initiated(9)) is wish


def test_a_child_that_has_started_is_refused_no_more() -> None:
    ledger, _ = open_child()
    late = e.WorkRefused(id=7, time=1.0, kind=WorkKind.CHILD, key="{1}", name="c", cause="WORKFLOW_ALREADY_RUNNING", opened=5)
    with pytest.raises(HistoryError, match="the child execution c is started: it can't revoke"):
        ledger.work_refused(late)


def test_nobody_can_ask_a_function_to_cancel() -> None:
    ledger, wish = Ledger(), function()
    ledger.want_work(wish)
    ledger.work_scheduled(e.WorkScheduled(id=5, time=1.0, kind=WorkKind.FUNCTION, key="f", name="f", type="resize"))
    ledger.drop(wish)
    assert list(ledger.pending) == []
    assert not ledger.quiet


def test_an_answer_is_of_the_kind_that_was_begun() -> None:
    ledger, _ = open_child()
    with pytest.raises(HistoryError, match="event 5 has scheduled no Lambda function that is open"):
        ledger.work_started(e.WorkStarted(id=8, time=1.0, kind=WorkKind.FUNCTION, opened=5, run_id=""))


def test_it_is_known_which_kinds_are_open() -> None:
    ledger, _ = open_child()
    assert [kind for kind in WorkKind if ledger.is_open(kind)] == [WorkKind.CHILD]


# Room.


def many(count: int, ledger: Ledger) -> list[Work]:
    wishes = [task(f"a.{number}") for number in range(count)]
    for wish in wishes:
        ledger.want_work(wish)
    return wishes


def test_there_is_room_until_so_many_are_wanted_or_open() -> None:
    ledger = Ledger()
    many(MOST_OPEN - 1, ledger)
    assert ledger.room
    ledger.want_work(task())
    assert not ledger.room
    ledger.work_scheduled(scheduled())
    assert not ledger.room
    ledger.work_closed(completed())
    assert ledger.room


def test_what_is_dropped_makes_room_unless_it_comes_all_the_same() -> None:
    ledger = Ledger()
    wish = many(MOST_OPEN, ledger)[0]
    ledger.drop(wish)
    assert ledger.room
    ledger.work_scheduled(scheduled(5, "a.0"))
    assert not ledger.room


def test_what_is_refused_makes_room_unless_it_is_kept_for_it() -> None:
    ledger = Ledger()
    wish = many(MOST_OPEN, ledger)[0]
    ledger.work_refused(refused("a.0"))
    assert ledger.room
    ledger.keep_place(wish)
    assert not ledger.room
    ledger.drop(wish)
    assert ledger.room


def test_work_that_waits_to_be_repeated_keeps_its_place() -> None:
    ledger = Ledger()
    many(MOST_OPEN - 1, ledger)
    pause = timer()
    pause.purpose = Purpose.RETRY
    ledger.want_timer(pause)
    assert not ledger.room
    ledger.timer_started(started())
    ledger.timer_closed(e.TimerFired(id=7, time=1.0, timer_id="t"))
    assert ledger.room


# Holding.


def test_while_holding_nothing_begins_and_what_is_open_goes_on() -> None:
    ledger, wanted, own = Ledger(), task("b"), Timer(purpose=Purpose.THROTTLE, intent=timer("own").intent)
    ledger.want_work(task())
    ledger.work_scheduled(scheduled())
    ledger.want_work(wanted)
    ledger.want_timer(own)
    ledger.hold()
    ledger.want_timer(timer())
    assert list(ledger.pending) == [own.intent]
    ledger.work_closed(completed())
    assert ledger.quiet


def test_what_was_asked_for_before_may_come_while_holding() -> None:
    ledger, wish = Ledger(), task()
    ledger.want_work(wish)
    ledger.hold()
    assert ledger.work_scheduled(scheduled()) is wish
    ledger.release()
    assert list(ledger.pending) == []


def test_what_is_dropped_while_holding_is_not_asked_for_afterwards() -> None:
    ledger, kept, dropped = Ledger(), task("a"), task("b")
    ledger.want_work(kept)
    ledger.want_work(dropped)
    ledger.hold()
    ledger.drop(dropped)
    ledger.release()
    assert list(ledger.pending) == [kept.intent]
