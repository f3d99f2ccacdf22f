"""Laws of schedules: whatever comes to pass, in whatever order, each time is started at most once, one execution at a time."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.runtime.schedule.asking import ask, pause, resume
from engine.runtime.schedule.names import time_of
from engine.runtime.schedule.scheduler import Scheduler
from engine.runtime.schedule.state import Open, State, Waiting, read_state, write_state
from engine.service.clock import VirtualClock
from engine.swf.client import Client
from engine.swf.connect import connect
from tests.runtime.schedule.clockwork import Clockwork, moment
from tests.runtime.world import Call, Detour

OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("work"), st.integers(1, 900)),  # seconds that pass with a scheduler at work
        st.tuples(st.just("sleep"), st.integers(1, 4000)),  # seconds that pass with nobody there
        st.tuples(st.just("die"), st.integers(0, 2)),  # a scheduler makes a decision: killed before it, or right after its answer; lost
        st.tuples(st.just("end"), st.just(0)),
        st.tuples(st.just("pause"), st.just(0)),
        st.tuples(st.just("resume"), st.just(0)),
        st.tuples(st.just("backfill"), st.integers(1, 5)),
        st.tuples(st.just("many"), st.just(0)),  # the history is so long that it is continued as new
    ),
    max_size=25,
)


class Killed(Exception):
    pass


def dying(client: Client, when: int) -> Detour:
    """A client whose process ends: 0 when it has polled, 1 before its answer arrives, 2 after it has."""

    def way(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "RespondDecisionTaskCompleted" and when == 1:
            raise Killed
        response = call(operation, request)
        if (operation, when) in {("PollForDecisionTask", 0), ("RespondDecisionTaskCompleted", 2)}:
            raise Killed
        return response

    return Detour(client, way)


class Run:
    def __init__(self, works: Clockwork) -> None:
        self.works = works
        self.begun = works.clock.now()
        self.most_open = 0

    def do(self, operation: str, number: int) -> None:
        works = self.works
        match operation:
            case "work":
                works.go(float(number))
            case "sleep":
                works.clock.advance(number)
            case "die" if works.pending:
                with contextlib.suppress(Killed):
                    Scheduler(dying(works.client, number), [works.one], "dying").step(works.one)
                works.clock.advance(31)
            case "end" if works.open():
                works.end()
            case "pause":
                pause(works.client, works.one.spec, "")
            case "resume":
                resume(works.client, works.one.spec)
            case "backfill":
                first = int(self.begun) - number * 600
                ask(works.client, works.one.spec, list(range(first, int(self.begun), 600)), at_once=False)
            case "many":
                for _ in range(400):
                    resume(works.client, works.one.spec)
        self.most_open = max(self.most_open, len(works.open()))

    def times(self) -> list[int]:
        found = [time_of("Nightly", workflow_id) for workflow_id in self.works.runs()]
        assert None not in found
        return [time for time in found if time is not None]


@settings(max_examples=40)
@given(st.sampled_from(["skip", "queue", "cancel"]), st.sampled_from([0, 240]), OPERATIONS)
def test_law_each_time_is_started_at_most_once_and_one_is_open_at_a_time(
    overlap: str, jitter: int, operations: list[tuple[str, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = VirtualClock(moment("2026-03-01T12:00"))
        with contextlib.closing(connect("sqlite://:memory:", clock=clock)) as client:
            schedule = {"cron": "*/10 * * * *", "overlap": overlap, "jitter": jitter, "catchUp": 1800}
            run = Run(Clockwork(client, clock, Path(folder), schedule))
            for operation, number in operations:
                run.do(operation, number)
            run.works.settle()
            times = run.times()
            assert len(set(times)) == len(times)
            assert all(time % 600 == 0 for time in times)
            assert run.most_open <= 1
            ours = [time for time in times if time >= run.begun]
            assert ours == sorted(ours)


@settings(max_examples=20)
@given(st.lists(st.sampled_from(["work", "die", "sleep"]), max_size=15))
def test_law_with_a_queue_every_time_within_the_window_is_started(doings: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = VirtualClock(moment("2026-03-01T12:00"))
        with contextlib.closing(connect("sqlite://:memory:", clock=clock)) as client:
            run = Run(Clockwork(client, clock, Path(folder), {"cron": "*/10 * * * *", "overlap": "queue", "catchUp": "1d"}))
            for doing in doings:
                run.do(doing, {"work": 700, "die": 1, "sleep": 1500}[doing])
                run.do("end", 0)
            end = clock.now()
            run.works.settle()
            while run.works.open():
                run.works.end()
                run.works.settle()
            assert sorted(run.times()) == list(range(int(run.begun) + 600, int(end) + 1, 600))


TIMES = st.integers(0, 2**33)
STATES = st.builds(
    State,
    through=st.integers(0, 2**33).map(float),
    rule=st.text(max_size=20),
    paused=st.booleans(),
    reason=st.text(max_size=20),
    open=st.lists(st.builds(Open, workflow_id=st.text(max_size=9), time=TIMES, told=st.booleans()), max_size=2).map(tuple),
    waiting=st.lists(st.builds(Waiting, time=TIMES, asked=st.booleans(), at_once=st.booleans()), max_size=5).map(tuple),
    last=st.lists(st.text(max_size=9), max_size=3).map(tuple),
    problem=st.text(max_size=20),
)


@given(STATES)
def test_law_a_state_survives_its_text(state: State) -> None:
    assert read_state(write_state(state)) == state
