"""The whole language in real processes that are killed at random moments: what is done outside is what the histories say."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.courses import COURSES, DOMAIN, completed_steps, deeds, step, write
from tests.scenarios.killing import await_closed, executions, kill_one
from tests.scenarios.processes import Cluster, cluster

KILLS = 10

REGIONS = ["africa is well", "asia is well", "eu is well", "us is well"]


def begin(processes: Cluster, folder: Path, name: str, workflow_id: str, value: Any = None) -> str:
    given = [] if value is None else ["--input", json.dumps(value)]
    processes.json("start", folder / f"{name.lower()}.json", "--workflow-id", workflow_id, *given)
    return workflow_id


def history(processes: Cluster, workflow_id: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = processes.json("history", workflow_id, "--domain", DOMAIN)
    assert [event["eventId"] for event in events] == list(range(1, len(events) + 1))
    return events


def output(processes: Cluster, workflow_id: str) -> Any:
    status = processes.json("status", workflow_id, "--domain", DOMAIN)
    assert status["status"] == "COMPLETED", status
    return status["output"]


def await_deed(folder: Path, order: str, deed: str) -> None:
    deadline = time.monotonic() + 60
    while deed not in deeds(folder, order):
        assert time.monotonic() < deadline, deeds(folder, order)
        time.sleep(0.05)


def check_undone(processes: Cluster, folder: Path, workflow_id: str, status: str) -> None:
    """What had completed was undone in reverse order, by the history and by the deeds; nothing else was."""
    events = history(processes, workflow_id)
    assert events[-1]["eventType"] == f"WorkflowExecution{status}"
    reverse = list(reversed(completed_steps(events)))
    assert completed_steps(events, "Undo") == reverse
    assert [line for line in deeds(folder, workflow_id) if line.startswith("undo")] == [f"undo {one}" for one in reverse]
    details = json.loads(events[-1][f"workflowExecution{status}EventAttributes"]["details"]) if status == "Canceled" else None
    assert details is None or (len(details["compensation"]["undone"]), details["compensation"]["failed"]) == (len(reverse), [])
    (marker,) = [e["markerRecordedEventAttributes"] for e in events if e["eventType"] == "MarkerRecorded" and "compensation" in str(e)]
    told = json.loads(marker["details"])
    assert (len(told["undone"]), told["failed"]) == (len(reverse), [])


@pytest.mark.parametrize("seed", range(1))
def test_what_was_done_is_undone_the_last_first_whatever_is_killed(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    spec = write(tmp_path, "Saga", COURSES["Saga"])
    with cluster(tmp_path, [spec]) as processes:
        failing = [begin(processes, tmp_path, "Saga", f"failing-{number}") for number in range(4)]
        waiting = [begin(processes, tmp_path, "Saga", f"waiting-{number}", "wait") for number in range(4)]
        for number in range(KILLS):
            kill_one(processes, chance)
            if number >= KILLS - len(waiting):
                assert processes.run("cancel", waiting[number - KILLS], "--domain", DOMAIN).returncode == 0
        await_closed(processes, DOMAIN, [*failing, *waiting])
        for workflow_id in failing:
            check_undone(processes, tmp_path, workflow_id, "Failed")
            assert len(completed_steps(history(processes, workflow_id), "Undo")) == 7
        for workflow_id in waiting:
            check_undone(processes, tmp_path, workflow_id, "Canceled")


def test_items_signals_and_loops_come_to_their_right_ends_whatever_is_killed(tmp_path: Path) -> None:
    chance = random.Random(3)
    names = ("Map", "Answers", "Poll")
    specs = [write(tmp_path, name, COURSES[name]) for name in names]
    with cluster(tmp_path, specs) as processes:
        begun = [begin(processes, tmp_path, name, f"{name}-{number}") for name in names for number in range(3)]
        for answer in range(3):
            for number in range(3):
                sent = processes.run("signal", f"Answers-{number}", "answer", "--input", str(answer), "--domain", DOMAIN)
                assert sent.returncode == 0, sent.stderr
            kill_one(processes, chance)
            kill_one(processes, chance)
        await_closed(processes, DOMAIN, begun)
        for number in range(3):
            mapped = output(processes, f"Map-{number}")
            assert mapped["squares"] == [None if one % 7 == 0 else one * one for one in range(1, 41)]
            assert mapped["failed"] == [6, 13, 20, 27, 34]
            assert output(processes, f"Answers-{number}") == [0, 1, 2]
            assert output(processes, f"Poll-{number}") == 8
            assert completed_steps(history(processes, f"Poll-{number}")) == ["look"] * 8


def test_children_do_their_part_though_they_are_terminated_and_processes_are_killed(tmp_path: Path) -> None:
    chance = random.Random(4)
    specs = [write(tmp_path, name, COURSES[name]) for name in ("Region", "Regions")]
    with cluster(tmp_path, specs) as processes:
        begun = [begin(processes, tmp_path, "Regions", f"regions-{number}") for number in range(3)]
        terminated = 0

        def terminate_one() -> bool:
            children = [one["execution"]["workflowId"] for one in executions(processes, DOMAIN) if is_open_child(one)]
            return bool(children) and processes.run("terminate", chance.choice(children), "--domain", DOMAIN).returncode == 0

        await_that(terminate_one)
        for _ in range(KILLS):
            kill_one(processes, chance)
            terminated += terminate_one()
        found = await_closed(processes, DOMAIN, begun)
        assert not [one for one in found if is_open_child(one)]
        assert sum(one.get("closeStatus") == "TERMINATED" for one in found) == 1 + terminated
        for workflow_id in begun:
            assert sorted(output(processes, workflow_id)) == REGIONS
            done = set(deeds(tmp_path, workflow_id))
            assert done == {f"do {what} {region}" for what in ("deploy", "verify") for region in ("eu", "us", "asia", "africa")}


def is_open_child(one: dict[str, Any]) -> bool:
    return (one["workflowType"]["name"], one["executionStatus"]) == ("Region", "OPEN")


def test_a_cancel_request_goes_on_to_the_children_and_on_cancel_has_the_last_word(tmp_path: Path) -> None:
    nodes = {
        **COURSES["Regions"],
        "tidy": step("tidy up", "tidied"),
        "tidied": {"type": "terminal", "status": "canceled", "details": "tidy"},
    }
    slow = {**COURSES["Region"], "settle": {"type": "wait", "for": "1h", "next": "verify"}}
    specs = [write(tmp_path, "Region", slow), write(tmp_path, "Regions", nodes, onCancel="tidy")]
    with cluster(tmp_path, specs) as processes:
        begin(processes, tmp_path, "Regions", "regions")
        await_deed(tmp_path, "regions", "do deploy asia")
        assert processes.run("cancel", "regions", "--domain", DOMAIN).returncode == 0
        processes.kill("decider")
        processes.start("decider")
        found = await_closed(processes, DOMAIN, ["regions"])
        assert {one["closeStatus"] for one in found} == {"CANCELED"}
        assert len(found) == 4, "of the four regions, three had begun"
        assert deeds(tmp_path, "regions")[-1] == "do tidy up"
        assert history(processes, "regions")[-1]["workflowExecutionCanceledEventAttributes"]["details"] == "tidy"


def test_a_long_loop_goes_on_in_new_executions_whatever_is_killed(tmp_path: Path) -> None:
    chance = random.Random(5)
    nodes = {
        "turn": {
            "type": "activity",
            "activity": "UnlessSeven",
            "forEach": {"items": "[1..150]", "tolerate": "20%"},
            "input": "{% item %}",
            "next": "more",
        },
        "more": {
            "type": "decision",
            "choices": [{"when": "execution.visits.turn < 28", "retryFrom": "turn", "maxTimes": 100}],
            "default": "done",
        },
        "done": {"type": "terminal", "status": "completed", "output": "{% [execution.visits.turn, $sum(results.turn[$ != null])] %}"},
    }
    spec = write(tmp_path, "Loop", nodes)
    with cluster(tmp_path, [spec]) as processes:
        begin(processes, tmp_path, "Loop", "loop")
        for _ in range(KILLS):
            kill_one(processes, chance)
        runs = await_closed(processes, DOMAIN, ["loop"])
        assert output(processes, "loop") == [28, sum(one * one for one in range(1, 151) if one % 7)]
        assert sorted(one["closeStatus"] for one in runs) == ["COMPLETED", "CONTINUED_AS_NEW"]
        lengths = [len(processes.json("history", "loop", "--domain", DOMAIN, "--run-id", one["execution"]["runId"])) for one in runs]
        assert max(lengths) < 10_000


def test_a_failed_execution_is_taken_up_where_it_failed_and_what_was_done_is_not_done_again(tmp_path: Path) -> None:
    chance = random.Random(6)
    spec = write(tmp_path, "Fixing", COURSES["Fixing"])
    with cluster(tmp_path, [spec]) as processes:
        begun = [begin(processes, tmp_path, "Fixing", f"fixing-{number}") for number in range(4)]
        await_closed(processes, DOMAIN, begun)
        (tmp_path / "fixed").touch()
        before = {order: deeds(tmp_path, order) for order in begun}
        assert set(map(tuple, before.values())) == {("do first",)}
        for order in begun:
            told = processes.json("retry", order, "--spec", spec, "--domain", DOMAIN)
            assert told["takenOver"] == [{"node": "first"}]
            kill_one(processes, chance)
        await_closed(processes, DOMAIN, begun)
        for order in begun:
            assert output(processes, order) == ["first", "second", "third"]
            assert deeds(tmp_path, order) == ["do first", "do second", "do third"]
            assert (tmp_path / f"{order}.deeds").read_text(encoding="utf-8").count("do first") == 1


def test_megabytes_go_to_children_and_come_with_signals_whatever_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(8)
    monkeypatch.setenv("SWFGRAPH_PAYLOADS", str(tmp_path / "payloads"))
    specs = [write(tmp_path, name, COURSES[name]) for name in ("Mirror", "Large")]
    (tmp_path / "more.json").write_text(json.dumps("more" * 500_000), encoding="utf-8")
    with cluster(tmp_path, specs) as processes:
        begun = [begin(processes, tmp_path, "Large", f"large-{number}") for number in range(3)]
        for order in begun:
            kill_one(processes, chance)
            assert processes.run("signal", order, "more", "--input", f"@{tmp_path}/more.json", "--domain", DOMAIN).returncode == 0
            kill_one(processes, chance)
        await_closed(processes, DOMAIN, begun)
        sweep = processes.run("payloads", "sweep", "--older-than", "0s")
        assert sweep.returncode == 0, sweep.stderr
        for order in begun:
            assert output(processes, order) == {"turned": "nürg" * 750_000, "more": 2_000_000}
            raw = processes.json("history", order, "--domain", DOMAIN, "--raw")
            assert max(len(json.dumps(event)) for event in raw) < 5_000


def test_a_schedule_starts_each_time_once_whatever_is_killed(tmp_path: Path) -> None:
    chance = random.Random(7)
    schedule = {"cron": "* * * * * *", "overlap": "queue", "catchUp": "1h", "input": "{% schedule.time %}"}
    nodes = {"work": step("night", "done"), "done": {"type": "terminal", "status": "completed", "output": "{% input %}"}}
    spec = write(tmp_path, "Nightly", nodes, schedule=schedule)

    def times(processes: Cluster) -> list[str]:
        return [one["execution"]["workflowId"] for one in executions(processes, DOMAIN) if one["workflowType"]["name"] == "Nightly"]

    with cluster(tmp_path, [spec], schedulers=2) as processes:
        await_that(lambda: len(times(processes)) > 1)
        for _ in range(KILLS):
            kill_one(processes, chance)
        seen = len(times(processes))
        await_that(lambda: len(times(processes)) > seen)
        for name in ("scheduler1", "scheduler2"):
            processes.kill(name)
        found = times(processes)
        await_closed(processes, DOMAIN, found)
        assert len(set(found)) == len(found)
        ordered = sorted(found)
        stamps = [time.mktime(time.strptime(one.removeprefix("Nightly."), "%Y%m%dT%H%M%SZ")) for one in ordered]
        assert [later - earlier for earlier, later in pairwise(stamps)] == [1.0] * (len(stamps) - 1)
        assert all(output(processes, one) for one in ordered[:3])


def await_that(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.3)
