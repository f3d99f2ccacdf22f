"""The whole language in real processes that are killed at random moments: what is done outside is what the histories say."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from engine.errors import SwfFault
from engine.graph.check import load_plan
from engine.runtime.reading.executions import Info, find
from engine.runtime.reading.searching import Wanted
from engine.runtime.retry import prepare, retry
from engine.runtime.start import Started, StartOptions, signal_input
from tests.scenarios.asking import ask, await_closed, await_that, begin, executions, history, output, raw_history
from tests.scenarios.courses import DOMAIN, completed_steps, deeds, write
from tests.scenarios.killing import Reaper
from tests.scenarios.processes import Cluster, cluster

KILLS = 8
"""Each process of a cluster twice."""

STEPS = 7
"""Of a saga, before its gate."""

pytestmark = pytest.mark.timeout(600)


def check_undone(processes: Cluster, folder: Path, workflow_id: str, status: str) -> list[str]:
    """What had completed was undone in reverse order, by the history and by the deeds; nothing else was."""
    events = history(processes, DOMAIN, workflow_id)
    assert events[-1]["eventType"] == f"WorkflowExecution{status}"
    reverse = list(reversed(completed_steps(events)))
    assert completed_steps(events, "Undo") == reverse
    assert [line for line in deeds(folder, workflow_id) if line.startswith("undo")] == [f"undo {one}" for one in reverse]
    details = json.loads(events[-1][f"workflowExecution{status}EventAttributes"]["details"]) if status == "Canceled" else None
    assert details is None or (len(details["compensation"]["undone"]), details["compensation"]["failed"]) == (len(reverse), [])
    (marker,) = [e["markerRecordedEventAttributes"] for e in events if e["eventType"] == "MarkerRecorded" and "compensation" in str(e)]
    told = json.loads(marker["details"])
    assert (len(told["undone"]), told["failed"]) == (len(reverse), [])
    return reverse


def test_what_was_done_is_undone_the_last_first_whatever_is_killed(tmp_path: Path) -> None:
    spec = write(tmp_path, "Saga")
    with cluster(tmp_path, [spec]) as processes:
        reaper = Reaper(processes, 0)
        failing = [begin(processes, spec, f"failing-{number}") for number in range(4)]
        waiting = [begin(processes, spec, f"waiting-{number}", "wait") for number in range(4)]
        for number in range(KILLS):
            reaper.kill_one()
            if number >= KILLS - len(waiting):
                order = waiting[number - KILLS]
                await_that(lambda: bool(completed_steps(raw_history(processes, DOMAIN, order))))  # noqa: B023 - asked at once
                ask(processes, "RequestCancelWorkflowExecution", DOMAIN, order)
        await_closed(processes, DOMAIN, [*failing, *waiting])
        for workflow_id in failing:
            assert len(check_undone(processes, tmp_path, workflow_id, "Failed")) == STEPS
        for workflow_id in waiting:
            check_undone(processes, tmp_path, workflow_id, "Canceled")


def test_items_signals_and_loops_come_to_their_right_ends_whatever_is_killed(tmp_path: Path) -> None:
    specs = {name: write(tmp_path, name) for name in ("Map", "Answers", "Poll")}
    with cluster(tmp_path, list(specs.values())) as processes:
        reaper = Reaper(processes, 3)
        begun = [begin(processes, spec, f"{name}-{number}") for name, spec in specs.items() for number in range(3)]
        for answer in range(3):
            for number in range(3):
                ask(processes, "SignalWorkflowExecution", DOMAIN, f"Answers-{number}", signalName="answer", input=str(answer))
            reaper.kill_one()
            reaper.kill_one()
        await_closed(processes, DOMAIN, begun)
        for number in range(3):
            mapped = output(processes, DOMAIN, f"Map-{number}")
            assert mapped["squares"] == [None if one % 7 == 0 else one * one for one in range(1, 41)]
            assert mapped["failed"] == [6, 13, 20, 27, 34]
            assert output(processes, DOMAIN, f"Answers-{number}") == [0, 1, 2]
            assert output(processes, DOMAIN, f"Poll-{number}") == 8
            assert completed_steps(history(processes, DOMAIN, f"Poll-{number}")) == ["look"] * 8


REGIONS = {"eu", "us", "asia", "africa"}


def open_regions(processes: Cluster, parents: Sequence[str]) -> list[Info]:
    """The children of these that are open."""
    found = executions(processes, DOMAIN, Wanted(which="open", type_name="Region"))
    return [one for one in found if one.wire["parent"]["workflowId"] in parents]


def test_children_do_their_part_though_they_are_terminated_and_processes_are_killed(tmp_path: Path) -> None:
    """Until they are told that they have settled, there is always one that is open."""
    specs = [write(tmp_path, name) for name in ("Region", "Regions")]
    with cluster(tmp_path, specs) as processes:
        reaper = Reaper(processes, 4)
        begun = [begin(processes, specs[1], f"regions-{number}") for number in range(3)]
        for _ in range(KILLS):
            await_that(lambda: bool(open_regions(processes, begun)))
            child = reaper.chance.choice(open_regions(processes, begun))
            ask(processes, "TerminateWorkflowExecution", DOMAIN, child.workflow_id, runId=child.run_id)
            reaper.kill_one()
        settle(processes, begun)
        found = executions(processes, DOMAIN)
        assert {one.status for one in found} == {"COMPLETED", "TERMINATED"}
        assert sum(one.status == "TERMINATED" for one in found) == KILLS
        for workflow_id in begun:
            assert set(output(processes, DOMAIN, workflow_id)) == {f"{region} is well" for region in REGIONS}
            assert set(deeds(tmp_path, workflow_id)) == {f"do {what} {region}" for what in ("deploy", "verify") for region in REGIONS}


def settle(processes: Cluster, parents: Sequence[str]) -> None:
    """Tell each of their children once, also those that begin later, until the parents are closed."""
    told: set[str] = set()

    def all_closed() -> bool:
        for child in open_regions(processes, parents):
            if child.run_id not in told:
                with contextlib.suppress(SwfFault):  # it was told before it waited, and is through
                    ask(processes, "SignalWorkflowExecution", DOMAIN, child.workflow_id, runId=child.run_id, signalName="settled")
                told.add(child.run_id)
        return not {one.workflow_id for one in executions(processes, DOMAIN, Wanted(which="open"))} & set(parents)

    await_that(all_closed)


def test_a_cancel_request_goes_on_to_the_children_and_on_cancel_has_the_last_word(tmp_path: Path) -> None:
    specs = [write(tmp_path, name) for name in ("Region", "Regions")]
    with cluster(tmp_path, specs) as processes:
        begin(processes, specs[1], "regions")
        begun = {f"do deploy {region}" for region in ("eu", "us", "asia")}
        await_that(lambda: set(deeds(tmp_path, "regions")) == begun, lambda: deeds(tmp_path, "regions"))
        ask(processes, "RequestCancelWorkflowExecution", DOMAIN, "regions")
        processes.kill("decider")
        processes.start("decider")
        found = await_closed(processes, DOMAIN, ["regions"])
        assert {one.status for one in found} == {"CANCELED"}
        assert len(found) == 4, "three of the four regions at once, and none of the three came to its end"
        assert deeds(tmp_path, "regions")[-1] == "do tidy up"
        assert history(processes, DOMAIN, "regions")[-1]["workflowExecutionCanceledEventAttributes"]["details"] == "tidy"


def test_a_long_loop_goes_on_in_new_executions_whatever_is_killed(tmp_path: Path) -> None:
    spec = write(tmp_path, "Loop")
    with cluster(tmp_path, [spec]) as processes:
        reaper = Reaper(processes, 5)
        begin(processes, spec, "loop")
        for _ in range(KILLS):
            reaper.kill_one()
        runs = await_closed(processes, DOMAIN, ["loop"])
        assert output(processes, DOMAIN, "loop") == [22, sum(one * one for one in range(1, 151) if one % 7)]
        last, *before = runs
        assert last.status == "COMPLETED"
        assert {one.status for one in before} == {"CONTINUED_AS_NEW"}
        assert max(len(raw_history(processes, DOMAIN, "loop", one.run_id)) for one in runs) < 10_000


def test_a_failed_execution_is_taken_up_where_it_failed_and_what_was_done_is_not_done_again(tmp_path: Path) -> None:
    spec = write(tmp_path, "Fixing")
    plan = load_plan(spec)
    with cluster(tmp_path, [spec]) as processes:
        reaper = Reaper(processes, 6)
        begun = [begin(processes, spec, f"fixing-{number}") for number in range(4)]
        await_closed(processes, DOMAIN, begun)
        (tmp_path / "fixed").touch()
        before = {order: (tmp_path / f"{order}.deeds").read_text(encoding="utf-8") for order in begun}
        assert all(set(text.splitlines()) == {"do first"} for text in before.values())
        for order in begun:
            failed = Started(domain=DOMAIN, workflow_id=order, run_id=find(processes.client, DOMAIN, order, "").run_id)
            again = prepare(processes.client, plan, failed, processes.claims)
            assert [taken.node for taken in again.taken] == ["first"]
            retry(processes.client, again, StartOptions(), processes.claims)
            reaper.kill_one()
        await_closed(processes, DOMAIN, begun)
        for order in begun:
            assert output(processes, DOMAIN, order) == ["first", "second", "third"]
            assert deeds(tmp_path, order) == ["do first", "do second", "do third"]
            assert (tmp_path / f"{order}.deeds").read_text(encoding="utf-8").count("do first") == before[order].count("do first")


def test_megabytes_go_to_children_and_come_with_signals_whatever_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWFGRAPH_PAYLOADS", str(tmp_path / "payloads"))
    specs = [write(tmp_path, name) for name in ("Mirror", "Large")]
    more = json.dumps("more" * 500_000)
    with cluster(tmp_path, specs) as processes:
        reaper = Reaper(processes, 8)
        begun = [begin(processes, specs[1], f"large-{number}") for number in range(2)]
        for order in begun:
            reaper.kill_one()
            sent = signal_input("more", more, processes.claims)
            ask(processes, "SignalWorkflowExecution", DOMAIN, order, signalName="more", input=sent)
            reaper.kill_one()
        await_closed(processes, DOMAIN, begun)
        sweep = processes.run("payloads", "sweep", "--older-than", "0s")
        assert sweep.returncode == 0, sweep.stderr
        for order in begun:
            assert output(processes, DOMAIN, order) == {"turned": "nürg" * 750_000, "more": 2_000_000}
            assert max(len(json.dumps(event)) for event in raw_history(processes, DOMAIN, order)) < 5_000


def test_a_schedule_starts_each_time_once_whatever_is_killed(tmp_path: Path) -> None:
    """A time that nobody was there for is made up for within the hour, in its turn: none is left out, however slow the machine."""
    spec = write(tmp_path, "Nightly")

    def times(processes: Cluster) -> list[str]:
        return sorted(one.workflow_id for one in executions(processes, DOMAIN, Wanted(type_name="Nightly")))

    with cluster(tmp_path, [spec], workers=0, schedulers=2) as processes:
        reaper = Reaper(processes, 7)
        await_that(lambda: len(times(processes)) > 1)
        for _ in range(KILLS):
            reaper.kill_one()
        seen = len(times(processes))
        await_that(lambda: len(times(processes)) > seen)
        for name in ("scheduler1", "scheduler2"):
            processes.kill(name)
        found = times(processes)
        await_closed(processes, DOMAIN, found)
        assert len(set(found)) == len(found)
        stamps = [moment_of(one) for one in found]
        assert [later - earlier for earlier, later in pairwise(stamps)] == [1.0] * (len(stamps) - 1)
        for workflow_id, stamp in zip(found, stamps, strict=True):
            assert datetime.fromisoformat(output(processes, DOMAIN, workflow_id)).timestamp() == stamp


def moment_of(workflow_id: str) -> float:
    named = time.strptime(workflow_id.removeprefix("Nightly."), "%Y%m%dT%H%M%SZ")
    return datetime(*named[:6], tzinfo=UTC).timestamp()
