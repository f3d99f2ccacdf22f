"""The host through its face for event loops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from engine.errors import EndpointUnavailable
from engine.service.clock import VirtualClock
from engine.service.faults import Fault
from engine.service.host import Host
from engine.service.sessions import Session
from tests.service.test_host import fill_up, make_room, on_disk, parked
from tests.service.world import ACTIVITY, COMPLETE, DOMAIN, NO_TASK, PATIENCE, POLL, WORKFLOW, decide, furnish, hosting, schedule, start

Ask: TypeAlias = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


@pytest.fixture(autouse=True, params=["quick disk", "slow disk"])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is slow, another thread than the loop's writes; nobody must see a difference."""
    monkeypatch.setattr(Host, "writes_slowly", request.param == "slow disk")


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(test(), PATIENCE)

    asyncio.run(bounded())


@asynccontextmanager
async def running(path: Path) -> AsyncIterator[tuple[Host, Session]]:
    with hosting(path / "swf.db") as host:
        session = Session(host)
        furnish(session.call)
        yield host, session


def starting(number: int) -> dict[str, Any]:
    return {"domain": DOMAIN, "workflowId": f"w{number}", "workflowType": WORKFLOW}


async def until_parked(host: Host, number: int) -> None:
    while parked(host) != number:
        await asyncio.sleep(0.001)


def test_requests_that_arrive_together_share_commits(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as (host, session):
            commits = 0
            write = host._disk._store.write

            def counted(rows: Any) -> None:
                nonlocal commits
                commits += 1
                write(rows)

            host._journal._write = counted
            await asyncio.gather(*(session.acall("StartWorkflowExecution", starting(number)) for number in range(100)))
            assert on_disk(tmp_path / "swf.db") == 200
            assert commits < 5

    run(test)


def test_a_thousand_polls_park_without_a_thread(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as (host, session):
            threads = threading.active_count()
            polls = [asyncio.create_task(session.acall("PollForDecisionTask", POLL)) for _ in range(1000)]
            await until_parked(host, 1000)
            assert threading.active_count() <= threads
            await session.acall("StartWorkflowExecution", starting(1))
            await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0.05)
            assert [poll.done() for poll in polls] == [True] + [False] * 999
            session.interrupt()
            answers = await asyncio.gather(*polls)
            assert sum(bool(answer["taskToken"]) for answer in answers) == 1

    run(test)


def test_a_poll_in_a_loop_is_woken_by_a_request_from_a_thread(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as (host, session):
            poll = asyncio.create_task(session.acall("PollForDecisionTask", POLL))
            await until_parked(host, 1)
            await asyncio.to_thread(start, session.call, "w")
            assert (await poll)["workflowExecution"]["workflowId"] == "w"

    run(test)


def test_a_canceled_poll_takes_no_task_with_it(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as (host, session):
            leaver = asyncio.create_task(session.acall("PollForDecisionTask", POLL))
            await until_parked(host, 1)
            stayer = asyncio.create_task(session.acall("PollForDecisionTask", POLL))
            await until_parked(host, 2)
            leaver.cancel()
            await asyncio.wait([leaver])
            await session.acall("StartWorkflowExecution", starting(1))
            assert (await stayer)["workflowExecution"]["workflowId"] == "w1"

    run(test)


@pytest.mark.parametrize("next_one", ["waits already", "comes later"])
def test_a_task_that_was_started_for_a_poller_that_hangs_up_goes_to_the_next_who_asks(tmp_path: Path, next_one: str) -> None:
    async def test() -> None:
        async with running(tmp_path) as (host, session):
            leaver = session.admit("PollForDecisionTask", {**POLL, "identity": "leaver"})
            waiting = leaver.settled()
            if next_one == "waits already":
                stayer = asyncio.create_task(session.acall("PollForDecisionTask", {**POLL, "identity": "stayer"}))
                await until_parked(host, 2)
            start(session.call, "w")  # hands the task over, at once and durably; the loop has not run since
            task = asyncio.create_task(waiting)
            task.cancel()
            host.abandon(leaver)
            if next_one == "comes later":
                stayer = asyncio.create_task(session.acall("PollForDecisionTask", {**POLL, "identity": "stayer"}))
            found = await stayer
            assert found["workflowExecution"]["workflowId"] == "w"
            await session.acall("RespondDecisionTaskCompleted", {"taskToken": found["taskToken"], "decisions": [COMPLETE]})
            await asyncio.wait([task])

    run(test)


def test_a_task_that_was_left_behind_is_not_given_to_who_asks_for_something_else(tmp_path: Path) -> None:
    clock = VirtualClock()
    with hosting(tmp_path / "swf.db", clock) as host:
        session = Session(host)
        furnish(session.call)

        async def leave() -> None:
            leaver = session.admit("PollForDecisionTask", POLL)
            start(session.call, "w")
            host.abandon(leaver)

        run(leave)
        session.interrupt()  # so that a poll which finds nothing ends at once
        other = Session(host)

        async def ask_backwards() -> None:
            poll = asyncio.create_task(other.acall("PollForDecisionTask", {**POLL, "reverseOrder": True}))
            await until_parked(host, 1)
            other.interrupt()
            assert (await poll)["taskToken"] == ""

        run(ask_backwards)
        assert decide(Session(host).call, COMPLETE)["taskToken"]


def test_a_full_disk_is_told_to_everybody_in_the_loop(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as (host, session):
            fill_up(host)
            big = [{**starting(number), "input": "x" * 20_000} for number in range(20)]
            outcomes = await asyncio.gather(*(session.acall("StartWorkflowExecution", one) for one in big), return_exceptions=True)
            assert all(isinstance(outcome, EndpointUnavailable) for outcome in outcomes)
            make_room(host)
            await session.acall("StartWorkflowExecution", starting(1))
            assert on_disk(tmp_path / "swf.db") == 2

    run(test)


def test_a_fault_is_raised_in_the_loop(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as (_, session):
            with pytest.raises(Fault, match="UnknownResourceFault"):
                await session.acall("DescribeDomain", {"name": "nowhere"})

    run(test)


def test_threads_and_a_loop_may_use_one_host_at_once(tmp_path: Path) -> None:
    """Deciders in the loop, workers and starters in threads; every execution ends."""

    async def decider(session: Session, done: asyncio.Queue[str]) -> None:
        while task := await session.acall("PollForDecisionTask", POLL):
            if not task["taskToken"]:
                return
            first = task["previousStartedEventId"] == 0
            decisions = [schedule("a")] if first else [COMPLETE]
            await session.acall("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": decisions})
            if not first:
                done.put_nowait(task["workflowExecution"]["workflowId"])

    def worker(session: Session) -> None:
        while (task := session.call("PollForActivityTask", POLL)) != NO_TASK:
            assert task["activityType"] == ACTIVITY
            session.call("RespondActivityTaskCompleted", {"taskToken": task["taskToken"]})

    async def test() -> None:
        async with running(tmp_path) as (_, session):
            done: asyncio.Queue[str] = asyncio.Queue()
            deciders = [asyncio.create_task(decider(session, done)) for _ in range(5)]
            workers = [threading.Thread(target=worker, args=(session,)) for _ in range(5)]
            for one in workers:
                one.start()
            await asyncio.to_thread(lambda: [start(session.call, f"w{number}") for number in range(60)])
            ended = {await done.get() for _ in range(60)}
            assert ended == {f"w{number}" for number in range(60)}
            session.interrupt()
            await asyncio.gather(*deciders)
            for one in workers:
                await asyncio.to_thread(one.join)

    run(test)
