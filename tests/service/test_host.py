"""The host through its blocking face, over real files: who waits for what, who gets a task, what a failure leaves."""

from __future__ import annotations

import random
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.errors import DatabaseUnusable, EndpointError, EndpointUnavailable
from engine.service.answers import Answer
from engine.service.clock import VirtualClock
from engine.service.faults import Fault
from engine.service.host import Host
from engine.service.rows import Row
from engine.service.sessions import Session
from tests.service.world import (
    COMPLETE,
    DOMAIN,
    LIST,
    NO_TASK,
    PATIENCE,
    POLL,
    Bystander,
    Call,
    decide,
    event_types,
    furnish,
    hosting,
    schedule,
    start,
    timer,
)


def await_that(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.002)


def parked(host: Host) -> int:
    with host._mutex:
        return len(host._parking.everybody())


def has_parked(host: Host, number: int) -> bool:
    return parked(host) == number


def on_disk(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        return int(connection.execute("SELECT count(*) FROM events").fetchone()[0])


def test_what_is_acknowledged_is_on_disk(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        furnish(call)
        for number in range(1, 6):
            start(call, f"w{number}")
            assert on_disk(tmp_path / "swf.db") == 2 * number


def test_a_closed_execution_leaves_when_its_days_are_over_though_nothing_else_happens(tmp_path: Path) -> None:
    clock = VirtualClock()
    with hosting(tmp_path / "swf.db", clock) as host:
        call = Session(host).call
        furnish(call)
        start(call, "w")
        decide(call, COMPLETE)
        clock.advance(86_399)
        await_that(lambda: clock.next_waking() == clock.now() + 1)
        assert on_disk(tmp_path / "swf.db") > 0
        clock.advance(1)
        await_that(lambda: on_disk(tmp_path / "swf.db") == 0)


def test_what_is_acknowledged_survives_a_restart(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        furnish(call)
        run_id = start(call, "w")
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        decide(call, COMPLETE)
        assert event_types(call, "w", run_id)[-1] == "WorkflowExecutionCompleted"


def test_a_poll_waits_until_there_is_a_task(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        furnish(call)
        poller = Bystander(call, "PollForDecisionTask", POLL)
        await_that(lambda: parked(host) == 1)
        run_id = start(call, "w")
        assert poller.outcome()["workflowExecution"] == {"workflowId": "w", "runId": run_id}


def test_of_many_parked_polls_one_task_wakes_one_and_it_is_the_longest_waiting(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db") as host:
        session = Session(host)
        furnish(session.call)
        pollers = []
        for number in range(200):
            pollers.append(Bystander(session.call, "PollForDecisionTask", POLL))
            await_that(partial(has_parked, host, number + 1))
        start(session.call, "w")
        assert pollers[0].outcome()["workflowExecution"]["workflowId"] == "w"
        assert parked(host) == 199
        session.interrupt()
        assert all(poller.outcome() == {**NO_TASK, "previousStartedEventId": 0} for poller in pollers[1:])


def test_many_tasks_at_once_wake_as_many_polls(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        furnish(call)
        pollers = [Bystander(call, "PollForActivityTask", POLL) for _ in range(10)]
        await_that(lambda: parked(host) == 10)
        start(call, "w")
        decide(call, *(schedule(f"a{number}") for number in range(10)))
        assert {poller.outcome()["activityId"] for poller in pollers} == {f"a{number}" for number in range(10)}


def test_an_interrupted_session_ends_its_polls_and_nobody_elses(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db") as host:
        going, staying = Session(host), Session(host)
        furnish(going.call)
        leaver = Bystander(going.call, "PollForActivityTask", POLL)
        stayer = Bystander(staying.call, "PollForDecisionTask", POLL)
        await_that(lambda: parked(host) == 2)
        going.interrupt()
        assert leaver.outcome() == NO_TASK
        assert going.call("PollForActivityTask", POLL) == NO_TASK
        start(going.call, "w")
        assert stayer.outcome()["taskToken"]


def test_a_timer_fires_when_its_time_has_come(tmp_path: Path) -> None:
    clock = VirtualClock()
    with hosting(tmp_path / "swf.db", clock) as host:
        call = Session(host).call
        furnish(call)
        run_id = start(call, "w")
        decide(call, timer(30))
        poller = Bystander(call, "PollForDecisionTask", POLL)
        await_that(lambda: parked(host) == 1)
        clock.advance(29.0)
        assert "TimerFired" not in event_types(call, "w", run_id)
        clock.advance(1.0)
        assert poller.outcome()["events"][-3]["eventType"] == "TimerFired"


def test_timers_fire_late_rather_than_never_after_a_restart(tmp_path: Path) -> None:
    clock = VirtualClock()
    with hosting(tmp_path / "swf.db", clock) as host:
        call = Session(host).call
        furnish(call)
        run_id = start(call, "w")
        decide(call, timer(30))
    clock.advance(1000.0)
    with hosting(tmp_path / "swf.db", clock) as host:
        call = Session(host).call
        call("PollForDecisionTask", POLL)
        assert "TimerFired" in event_types(call, "w", run_id)


def test_a_parked_poll_ends_empty_after_a_minute(tmp_path: Path) -> None:
    clock = VirtualClock()
    with hosting(tmp_path / "swf.db", clock) as host:
        call = Session(host).call
        furnish(call)
        poller = Bystander(call, "PollForActivityTask", POLL)
        await_that(lambda: parked(host) == 1 and clock.next_waking() == clock.now() + 60)
        clock.advance(59.9)
        assert parked(host) == 1
        clock.advance(0.1)
        assert poller.outcome() == NO_TASK
        assert parked(host) == 0


def test_a_clock_that_is_set_back_does_not_bring_events_out_of_order(tmp_path: Path) -> None:
    clock = VirtualClock(1000.0)
    with hosting(tmp_path / "swf.db", clock) as host:
        call = Session(host).call
        furnish(call)
        run_id = start(call, "w")
        clock._now = 500.0
        decide(call, COMPLETE)
        history = call("GetWorkflowExecutionHistory", {"domain": DOMAIN, "execution": {"workflowId": "w", "runId": run_id}})["events"]
        assert {event["eventTimestamp"] for event in history} == {1000.0}


def test_a_fault_is_raised_and_changes_nothing(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        furnish(call)
        start(call, "w")
        before = on_disk(tmp_path / "swf.db")
        with pytest.raises(Fault, match="WorkflowExecutionAlreadyStartedFault"):
            start(call, "w")
        assert on_disk(tmp_path / "swf.db") == before


def test_a_closed_host_refuses_and_its_parked_polls_end_empty(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        furnish(call)
        poller = Bystander(call, "PollForActivityTask", POLL)
        await_that(lambda: parked(host) == 1)
        host.close()
        assert poller.outcome() == NO_TASK
        with pytest.raises(EndpointError, match="closed"):
            call("ListDomains", {"registrationStatus": "REGISTERED"})


def fill_up(host: Host) -> None:
    """No further page fits into the database from now on: as on a full disk."""
    connection = host._disk._store._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")


def make_room(host: Host) -> None:
    host._disk._store._connection.execute("PRAGMA max_page_count = 1000000")


def start_until_full(call: Call) -> list[str]:
    """The workflowIds that were acknowledged before the disk was full."""
    for number in range(10_000):
        try:
            start(call, f"w{number}")
        except EndpointUnavailable:
            return [f"w{before}" for before in range(number)]
    raise AssertionError("the disk was never full")


def test_a_full_disk_loses_nothing_that_was_acknowledged_and_keeps_nothing_that_was_not(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        furnish(call)
        fill_up(host)
        acknowledged = start_until_full(call)
        request = {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0.0}, "reverseOrder": True}
        listed = call("ListOpenWorkflowExecutions", request)["executionInfos"]
        assert [info["execution"]["workflowId"] for info in listed] == acknowledged
        waiting = call("CountPendingDecisionTasks", {"domain": DOMAIN, "taskList": LIST})["count"]
        assert waiting == len(acknowledged), "memory is what the disk is"
        make_room(host)
        start(call, f"w{len(acknowledged)}")


def test_a_parked_poll_outlives_a_full_disk_and_gets_the_task_that_fits_again(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        furnish(call)
        poller = Bystander(call, "PollForActivityTask", POLL)
        await_that(lambda: parked(host) == 1)
        fill_up(host)
        start_until_full(call)
        assert parked(host) == 1
        make_room(host)
        decide(call, schedule("a"))
        assert poller.outcome()["activityId"] == "a"


def test_everybody_who_waits_for_a_commit_that_fails_is_told(tmp_path: Path) -> None:
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        furnish(call)
        fill_up(host)
        start_until_full(call)
        askers = [
            Bystander(
                call,
                "StartWorkflowExecution",
                {"domain": DOMAIN, "workflowId": f"x{number}", "workflowType": {"name": "Workflow", "version": "1"}, "input": "x" * 20_000},
            )
            for number in range(20)
        ]
        for asker in askers:
            with pytest.raises(EndpointUnavailable, match="nothing of this request is kept"):
                asker.outcome()


class UnreliableDisk:
    """Writes that fail now and then: before anything is on disk, or, worse, after it is."""

    def __init__(self, host: Host) -> None:
        self._write = host._journal._write
        self._dice = random.Random(1)
        host._journal._write = self.write

    def write(self, rows: Sequence[Row]) -> None:
        fate = self._dice.random()
        if fate < 0.1:
            raise DatabaseUnusable("sqlite:", "the disk failed before it wrote")
        self._write(rows)
        if fate > 0.9:
            raise DatabaseUnusable("sqlite:", "the disk failed after it wrote")


def test_whatever_fails_what_was_acknowledged_holds_and_memory_is_what_the_disk_is(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    closed: list[str] = []

    def persist(call: Call, name: str) -> None:
        for number in range(60):
            with suppress(EndpointUnavailable):
                start(call, f"{name}.{number}")
                acknowledged.add(f"{name}.{number}")

    def serve_tasks(call: Call) -> None:
        while True:
            with suppress(EndpointUnavailable, Fault):  # a task that was lost with its commit is told as unknown
                task = call("PollForDecisionTask", POLL)
                if not task["taskToken"]:
                    return
                call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [COMPLETE]})
                closed.append(task["workflowExecution"]["workflowId"])

    with hosting(tmp_path / "swf.db") as host:
        session = Session(host)
        furnish(session.call)
        UnreliableDisk(host)
        starters = [threading.Thread(target=persist, args=(session.call, name)) for name in "abcd"]
        deciders = [threading.Thread(target=serve_tasks, args=(session.call,)) for _ in range(4)]
        for thread in (*starters, *deciders):
            thread.start()
        for thread in starters:
            thread.join(PATIENCE)
        await_that(lambda: bool(closed))
        session.interrupt()
        for thread in deciders:
            thread.join(PATIENCE)
        host._journal._write = host._disk.write
        calm = Session(host)
        open_in_memory = open_ids(calm.call)
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        assert open_ids(call) == open_in_memory
        assert acknowledged <= open_ids(call) | closed_ids(call)
        assert set(closed) <= closed_ids(call)


def open_ids(call: Call) -> set[str]:
    return ids(call, "ListOpenWorkflowExecutions")


def closed_ids(call: Call) -> set[str]:
    return ids(call, "ListClosedWorkflowExecutions")


def ids(call: Call, operation: str) -> set[str]:
    listed = call(operation, {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0.0}})["executionInfos"]
    return {info["execution"]["workflowId"] for info in listed}


def test_a_bug_in_the_core_costs_its_own_request_and_the_next_one_finds_what_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        furnish(call)
        start(call, "before")

        def stumble() -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(host._core, "take_ready", stumble)
        with pytest.raises(ZeroDivisionError):
            start(call, "lost")
        assert decide(call, COMPLETE)["workflowExecution"]["workflowId"] == "before"
        start(call, "lost")


def test_who_was_handed_a_task_is_told_when_a_bug_in_what_came_with_it_costs_the_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hosting(tmp_path / "swf.db") as host:
        session = Session(host)
        furnish(session.call)
        start(session.call, "w")
        task = session.call("PollForDecisionTask", POLL)
        poller = Bystander(session.call, "PollForActivityTask", POLL)
        await_that(lambda: parked(host) == 1)
        handle = host._core.handle

        def stumble(operation: str, request: Mapping[str, Any], now: float) -> Answer:
            if operation == "PollForDecisionTask":
                raise ZeroDivisionError
            return handle(operation, request, now)

        monkeypatch.setattr(host._core, "handle", stumble)
        answer = ("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [schedule("a")]})
        with pytest.raises(ZeroDivisionError):
            session.exchange([(answer, lambda _: None)], ("PollForDecisionTask", POLL), 1)
        with pytest.raises(EndpointUnavailable):
            poller.outcome()
        session.call(*answer)
        assert session.call("PollForActivityTask", POLL)["activityId"] == "a"


def test_a_poller_that_is_interrupted_by_an_exception_leaves_its_place(tmp_path: Path) -> None:
    """As Ctrl-C in the main thread does: an exception out of the middle of the wait."""
    with hosting(tmp_path / "swf.db") as host:
        session = Session(host)
        furnish(session.call)

        poller = threading.get_ident()

        def waits() -> bool:
            frame = sys._current_frames()[poller]
            return frame.f_code is Session._wait.__code__ and frame.f_lineno > frame.f_code.co_firstlineno

        def press_ctrl_c() -> None:
            await_that(lambda: parked(host) == 1 and waits())
            signal.pthread_kill(poller, signal.SIGINT)

        threading.Thread(target=press_ctrl_c, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            session.call("PollForDecisionTask", POLL)
        assert parked(host) == 0
        start(session.call, "w")
        assert decide(session.call, COMPLETE)["workflowExecution"]["workflowId"] == "w"
