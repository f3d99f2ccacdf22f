"""Schedulers against the real service, under virtual time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UsageError
from engine.runtime.register import register
from engine.runtime.schedule.asking import ask, known_times, pause, resume, standing, times_between
from engine.runtime.schedule.names import schedule_id
from engine.runtime.schedule.scheduler import Scheduler, scheduled
from engine.service.clock import VirtualClock
from engine.spec.model import ABSENT
from engine.swf.client import Client
from tests.runtime.schedule.clockwork import Clockwork, document, moment
from tests.runtime.world import Call, Detour, plan_of


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(moment("2026-03-01T12:00"))


@pytest.fixture
def begin(client: Client, clock: VirtualClock, tmp_path: Path) -> Callable[..., Clockwork]:
    def begun(cron: str, **more: Any) -> Clockwork:
        top = {name: more.pop(name) for name in ("tags", "inputSchema") if name in more}
        return Clockwork(client, clock, tmp_path, {"cron": cron, **more}, **top)

    return begun


def test_an_execution_starts_at_each_time_with_its_time_in_the_name(begin: Callable[..., Clockwork]) -> None:
    works = begin(
        "0 2 * * *", input={"day": "{% $substringBefore(schedule.time, 'T') %}", "at": "{% schedule.time %}"}, timeZone="Europe/Berlin"
    )
    works.go("2026-03-02T02:00")
    assert works.times() == ["20260302T010000Z"]
    assert works.input_of("Nightly.20260302T010000Z") == {"day": "2026-03-02", "at": "2026-03-02T02:00:00+01:00"}
    works.end()
    works.go("2026-03-03T12:00")
    assert works.times() == ["20260302T010000Z", "20260303T010000Z"]


def test_what_was_before_the_schedule_is_not_made_up_for(begin: Callable[..., Clockwork]) -> None:
    works = begin("*/10 * * * *", catchUp="1d")
    works.go("2026-03-01T12:09")
    assert works.times() == []


def test_starts_are_exact_to_the_second_and_never_early(begin: Callable[..., Clockwork], clock: VirtualClock) -> None:
    clock.advance(0.75)
    works = begin("0 13 * * *")
    works.go("2026-03-01T14:00")
    [info] = works.client.call("ListOpenWorkflowExecutions", by_type("Nightly"))["executionInfos"]
    assert 0 <= info["startTimestamp"] - moment("2026-03-01T13:00") <= 1


def test_jitter_is_the_same_for_every_scheduler_and_within_its_bound(begin: Callable[..., Clockwork]) -> None:
    works = begin("0 * * * *", jitter="10m", overlap="queue")
    late = []
    for hour in range(13, 23):
        works.go(f"2026-03-01T{hour}:59")
        [info] = works.client.call("ListOpenWorkflowExecutions", by_type("Nightly"))["executionInfos"]
        late.append(info["startTimestamp"] - moment(f"2026-03-01T{hour}:00"))
        works.end()
    assert all(0 <= seconds <= 601 for seconds in late)
    assert len({round(seconds) for seconds in late}) > 5


def test_skip_starts_nothing_while_one_is_open(begin: Callable[..., Clockwork]) -> None:
    works = begin("0 * * * *")
    works.go("2026-03-01T15:30")
    works.end()
    works.go("2026-03-01T16:30")
    assert works.times() == ["20260301T130000Z", "20260301T160000Z"]
    assert works.state.skipped == 2


def test_queue_starts_them_one_after_the_other_in_order(begin: Callable[..., Clockwork]) -> None:
    works = begin("0 * * * *", overlap="queue")
    works.go("2026-03-01T15:30")
    for hour in (13, 14, 15):
        assert works.open() == [f"Nightly.20260301T{hour}0000Z"]
        works.end()
        works.settle()
    assert works.open() == []


def test_cancel_asks_the_open_one_and_starts_when_it_has_ended(begin: Callable[..., Clockwork]) -> None:
    works = begin("0 * * * *", overlap="cancel")
    works.go("2026-03-01T15:30")
    [info] = works.client.call("ListOpenWorkflowExecutions", by_type("Nightly"))["executionInfos"]
    assert (info["execution"]["workflowId"], info["cancelRequested"]) == ("Nightly.20260301T130000Z", True)
    works.end()
    works.settle()
    assert works.times() == ["20260301T130000Z", "20260301T150000Z"]  # what came while it was being canceled: the last one


def test_times_missed_within_the_window_are_made_up_for(begin: Callable[..., Clockwork], clock: VirtualClock) -> None:
    works = begin("0 * * * *", overlap="queue", catchUp="150m")
    works.sleep("2026-03-01T17:00")
    while works.pending:
        works.settle()
        clock.advance(1)
        if works.open():
            works.end()
    assert works.times() == ["20260301T150000Z", "20260301T160000Z", "20260301T170000Z"]
    assert works.state.missed


def test_of_several_missed_times_skip_makes_up_for_the_last(begin: Callable[..., Clockwork]) -> None:
    works = begin("0 * * * *", catchUp="1d")
    works.sleep("2026-03-01T17:30")
    works.settle()
    assert works.times() == ["20260301T170000Z"]


def test_pausing_holds_for_every_scheduler_and_is_not_caught_up(begin: Callable[..., Clockwork]) -> None:
    works = begin("0 * * * *", catchUp="1d")
    pause(works.client, works.one.spec, "maintenance")
    works.go("2026-03-01T13:30")
    works.new_scheduler()
    works.go("2026-03-01T15:30")
    assert (works.times(), works.state.paused, works.state.reason) == ([], True, "maintenance")
    resume(works.client, works.one.spec)
    works.go("2026-03-01T16:30")
    assert works.times() == ["20260301T160000Z"]


def test_pausing_takes_effect_without_a_scheduler(begin: Callable[..., Clockwork]) -> None:
    """The order of what happened counts, not when somebody looked."""
    works = begin("0 * * * *", catchUp="1d", overlap="queue")
    works.sleep("2026-03-01T13:30")
    pause(works.client, works.one.spec, "")
    works.sleep("2026-03-01T14:30")
    resume(works.client, works.one.spec)
    works.sleep("2026-03-01T15:30")
    works.settle()
    assert works.times() == ["20260301T130000Z"]
    works.end()
    works.settle()
    assert works.open() == ["Nightly.20260301T150000Z"]


def test_now_starts_at_once_and_counts_as_open(begin: Callable[..., Clockwork], clock: VirtualClock) -> None:
    works = begin("0 * * * *")
    ask(works.client, works.one.spec, [int(clock.now())], at_once=True)
    works.settle()
    assert works.open() == ["Nightly.20260301T120000Z.now"]
    works.go("2026-03-01T13:30")
    assert works.open() == ["Nightly.20260301T120000Z.now"]
    works.end()
    works.settle()
    assert works.open() == ["Nightly.20260301T130000Z"]  # it waited: it was not the schedule's own that stood in its way


def test_backfill_runs_the_past_in_order_and_nothing_twice(begin: Callable[..., Clockwork]) -> None:
    works = begin("0 2 * * *")
    spec, schedule = works.one.spec, works.one.schedule
    wanted = times_between(schedule, moment("2026-02-25T00:00"), moment("2026-02-27T23:00"))
    for _ in range(2):
        ask(works.client, spec, wanted, at_once=False)
        works.settle()
        while works.open():
            works.go(1.0)
            works.end()
            works.settle()
    assert works.times() == ["20260225T020000Z", "20260226T020000Z", "20260227T020000Z"]
    assert known_times(works.client, spec, 0) == set(wanted)


def test_what_was_backfilled_long_ago_is_looked_up(begin: Callable[..., Clockwork]) -> None:
    """Not only the latest ones, which the state knows."""
    works = begin("* * * * *", overlap="queue")
    for minute in range(1, 31):
        works.go(f"2026-03-01T12:{minute:02}")
        works.end()
        works.settle()
    pause(works.client, works.one.spec, "")
    ask(works.client, works.one.spec, [int(moment("2026-03-01T12:01"))], at_once=False)
    works.settle()
    assert works.open() == []
    assert works.times().count("20260301T120100Z") == 1


def test_too_many_times_are_refused(begin: Callable[..., Clockwork]) -> None:
    works = begin("* * * * *")
    with pytest.raises(UsageError, match="more than 1,000 times"):
        times_between(works.one.schedule, 0, moment("2026-03-01T12:00"))


def test_another_rule_holds_from_now_on(begin: Callable[..., Clockwork]) -> None:
    works = begin("0 2 * * *", catchUp="1d")
    works.sleep("2026-03-01T18:30")
    works.change({"cron": "0 * * * *", "catchUp": "1d"})
    works.new_scheduler().begin()
    works.settle()
    assert works.times() == []
    works.go("2026-03-01T19:30")
    assert works.times() == ["20260301T190000Z"]


def test_a_start_that_swf_refuses_for_now_is_tried_again(begin: Callable[..., Clockwork], monkeypatch: pytest.MonkeyPatch) -> None:
    works = begin("0 * * * *")
    spec = works.one.spec
    kind = {"domain": "TEST", "workflowType": {"name": spec.name, "version": spec.version}}
    works.client.call("DeprecateWorkflowType", kind)
    works.go("2026-03-01T13:30")
    assert works.times() == []
    assert works.state.problem == "Nightly.20260301T130000Z: WORKFLOW_TYPE_DEPRECATED"
    works.client.call("UndeprecateWorkflowType", kind)
    works.go("2026-03-01T14:30")
    assert works.times() == ["20260301T140000Z"]
    assert works.state.problem == ""


def test_an_execution_that_somebody_else_has_begun_is_taken_for_the_times_own(begin: Callable[..., Clockwork]) -> None:
    works = begin("0 * * * *", overlap="queue")
    works.client.call("StartWorkflowExecution", started_by_hand("Nightly.20260301T130000Z"))
    works.go("2026-03-01T14:30")
    assert works.open() == ["Nightly.20260301T130000Z"]
    works.end()
    works.go(90.0)
    assert works.open() == ["Nightly.20260301T140000Z"]


def test_an_input_that_does_not_fit_is_said_and_the_next_time_is_another_one(begin: Callable[..., Clockwork]) -> None:
    works = begin("0 * * * *", input="{% schedule.time %}", inputSchema={"type": "string", "pattern": "T14"})
    works.go("2026-03-01T13:30")
    assert "it must match T14" in works.state.problem
    works.go("2026-03-01T14:30")
    assert works.times() == ["20260301T140000Z"]


def test_a_decision_that_is_lost_is_made_again_and_starts_nothing_twice(begin: Callable[..., Clockwork], clock: VirtualClock) -> None:
    """Killed between its decision and its answer; it comes back when another one has long answered."""
    works = begin("0 * * * *")
    held: list[Mapping[str, Any]] = []

    def lose(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "RespondDecisionTaskCompleted":
            held.append(request)
            return {}
        return call(operation, request)

    works.sleep("2026-03-01T13:00")
    lost = Scheduler(Detour(works.client, lose), [works.one], "lost")
    assert lost.step(works.one)
    assert works.times() == []
    clock.advance(31)
    works.settle()
    assert works.times() == ["20260301T130000Z"]
    works.end()
    works.settle()
    with pytest.raises(Exception, match="UnknownResourceFault"):
        works.client.call("RespondDecisionTaskCompleted", held[0])
    assert works.times() == ["20260301T130000Z"]


def test_a_long_history_is_continued_as_new_and_the_state_goes_on(begin: Callable[..., Clockwork], clock: VirtualClock) -> None:
    works = begin("* * * * *")
    first = standing(works.client, works.one.spec)
    for _ in range(120):
        works.go(60.0)
        works.end()
        works.settle()
    second = standing(works.client, works.one.spec)
    assert first is not ABSENT
    assert second is not ABSENT
    assert first.run_id != second.run_id
    assert len(works.runs()) == len(set(works.runs())) == works.state.started == 120


def test_a_schedule_that_was_ended_begins_anew(begin: Callable[..., Clockwork]) -> None:
    works = begin("0 * * * *", catchUp="1d")
    works.client.call("TerminateWorkflowExecution", {"domain": "TEST", "workflowId": schedule_id("Nightly")})
    works.sleep("2026-03-01T15:30")
    works.new_scheduler().begin()
    works.go("2026-03-01T16:30")
    assert works.times() == ["20260301T160000Z"]


def test_what_it_started_outlives_it(begin: Callable[..., Clockwork]) -> None:
    works = begin("0 * * * *")
    works.go("2026-03-01T13:30")
    works.client.call("TerminateWorkflowExecution", {"domain": "TEST", "workflowId": schedule_id("Nightly")})
    assert works.open() == ["Nightly.20260301T130000Z"]


def test_a_workflow_that_is_not_registered_is_said(client: Client, tmp_path: Path) -> None:
    specs = scheduled([plan_of(tmp_path, document({"cron": "0 2 * * *"})).spec])
    with pytest.raises(UsageError, match="swfgraph register"):
        Scheduler(client, specs, "test").begin()


def test_specs_without_a_schedule_and_two_versions_of_one_are_refused(client: Client, tmp_path: Path) -> None:
    plain = {name: value for name, value in document({}).items() if name != "schedule"}
    with pytest.raises(UsageError, match='has a "schedule"'):
        scheduled([plan_of(tmp_path, plain).spec])
    one, other = (plan_of(tmp_path, document({"cron": "0 2 * * *"}, version=version)).spec for version in ("1.0", "2.0"))
    register(client, [one, other])
    with pytest.raises(UsageError, match="two specs of the workflow Nightly"):
        scheduled([one, other])


def by_type(name: str) -> dict[str, Any]:
    return {"domain": "TEST", "typeFilter": {"name": name}, "startTimeFilter": {"oldestDate": 0.0}}


def started_by_hand(workflow_id: str) -> dict[str, Any]:
    return {
        "domain": "TEST",
        "workflowId": workflow_id,
        "workflowType": {"name": "Nightly", "version": "1.0"},
    }


def test_a_state_of_another_version_is_left_alone(
    begin: Callable[..., Clockwork], caplog: pytest.LogCaptureFixture, clock: VirtualClock
) -> None:
    works = begin("0 * * * *")

    def newer(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "RespondDecisionTaskCompleted":
            request = {**request, "executionContext": request["executionContext"].replace('"v":1', '"v":2')}
        return call(operation, request)

    works.sleep("2026-03-01T13:00")
    assert Scheduler(Detour(works.client, newer), [works.one], "newer").step(works.one)
    works.end()
    assert works.scheduler.step(works.one)
    assert "is another one at work?" in caplog.text
    with pytest.raises(UsageError, match="another one at work"):
        standing(works.client, works.one.spec)


def test_an_execution_that_continues_as_new_is_still_open(begin: Callable[..., Clockwork]) -> None:
    works = begin("0 * * * *")
    works.go("2026-03-01T13:30")
    task = works.client.call("PollForDecisionTask", {"domain": "TEST", "taskList": {"name": "tasks"}})
    anew = {"decisionType": "ContinueAsNewWorkflowExecution"}
    works.client.call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [anew]})
    works.go("2026-03-01T15:30")
    assert works.open() == ["Nightly.20260301T130000Z"]
    works.end()
    works.go("2026-03-01T16:30")
    assert works.open() == ["Nightly.20260301T160000Z"]
    assert works.state.skipped == 2
