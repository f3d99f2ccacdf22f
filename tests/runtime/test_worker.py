"""The worker against the real embedded service: what it runs and refuses, heartbeats, cancel requests, lost tasks, draining."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.errors import EndpointUnavailable, UsageError
from engine.graph.check import find_specs, load_plan
from engine.runtime.loops import Grace
from engine.runtime.start import Started
from engine.runtime.worker import Worker, WorkerSettings
from engine.service.clock import VirtualClock
from engine.swf.client import Client
from tests.runtime.world import PATIENCE, Call, Detour, activity, begin, chain, decider, events_of, plan_of, spec, stop, types_of, worker

SLEEPER = "echo $$ > pid.new; mv pid.new pid; exec sleep 60"


def one_step(run: Mapping[str, Any], *, given: Any = None, timeouts: Mapping[str, Any] | None = None, **kind: Any) -> dict[str, Any]:
    """A spec of one activity, `Deed`."""
    node: dict[str, Any] = {"type": "activity", "activity": "Deed", "next": "done", "timeouts": dict(timeouts or {"heartbeat": 30})}
    if given is not None:
        node["input"] = given
    nodes = {"deed": node, "done": {"type": "terminal", "status": "completed", "output": "{% results.deed %}"}}
    return spec(nodes, {"Deed": activity(run, **kind)})


def sh(script: str) -> dict[str, Any]:
    return {"command": ["sh", "-c", script]}


def await_file(path: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} was never written"
        time.sleep(0.01)
    return path.read_text(encoding="utf-8")


def await_event(client: Client, execution: Started, kind: str) -> Mapping[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for event in events_of(client, execution):
            if event["eventType"] == kind:
                attributes: Mapping[str, Any] = event[f"{kind[0].lower()}{kind[1:]}EventAttributes"]
                return attributes
        time.sleep(0.01)
    raise AssertionError(f"no {kind} in {types_of(client, execution)}")


def start_one(client: Client, folder: Path, document: Mapping[str, Any], value: Any = 1, grace: float = 60.0) -> tuple[Worker, Started]:
    """One execution whose activity is scheduled, and a worker that does not run yet."""
    plan = plan_of(folder, document)
    execution = begin(client, plan, value)
    decider(client, plan).step()
    return worker(client, plan, grace=grace), execution


def step_one(client: Client, folder: Path, document: Mapping[str, Any], value: Any = 1) -> Mapping[str, Any]:
    """What the worker's answer to the activity's task was: the last event but for the decision task that it caused."""
    works, execution = start_one(client, folder, document, value)
    assert works.step()
    stop(works)
    event = events_of(client, execution)[-2]
    kind: str = event["eventType"]
    return {kind: event[f"{kind[0].lower()}{kind[1:]}EventAttributes"]}


def test_a_command_runs_with_the_nodes_input_and_its_stdout_is_the_result(client: Client, tmp_path: Path) -> None:
    answer = step_one(client, tmp_path, one_step({"command": ["cat"]}, given={"n": "{% input %}"}), 7)
    assert answer["ActivityTaskCompleted"]["result"] == '{"n":7}'


def test_a_command_that_fails_is_answered_with_its_exit_code_and_stderr(client: Client, tmp_path: Path) -> None:
    answer = step_one(client, tmp_path, one_step(sh("echo broken >&2; exit 3")))
    assert (answer["ActivityTaskFailed"]["reason"], answer["ActivityTaskFailed"]["details"]) == ("ExitCode.3", "broken")


def test_a_command_without_output_has_no_result(client: Client, tmp_path: Path) -> None:
    assert "result" not in step_one(client, tmp_path, one_step({"command": ["true"]}))["ActivityTaskCompleted"]


def test_what_a_command_that_hands_its_task_on_prints_is_no_answer(client: Client, tmp_path: Path) -> None:
    document = one_step(sh('printf "$SWFGRAPH_TASK_TOKEN" > token; printf "\\377"'), answer="later")
    works, execution = start_one(client, tmp_path, document)
    assert works.step()
    stop(works)
    assert types_of(client, execution)[-1] == "ActivityTaskStarted"
    client.call("RespondActivityTaskCompleted", {"taskToken": (tmp_path / "token").read_text(), "result": "7"})
    assert await_event(client, execution, "ActivityTaskCompleted")["result"] == "7"


def test_a_worker_goes_on_to_the_next_task_when_one_was_handed_on(client: Client, tmp_path: Path) -> None:
    document = one_step(sh('printf "$SWFGRAPH_TASK_TOKEN" > "$SWFGRAPH_WORKFLOW_ID"'), answer="later")
    plan = plan_of(tmp_path, document)
    for workflow_id in ("one", "two", "three"):
        begin(client, plan, 1, workflow_id)
        decider(client, plan).step()
    works = worker(client, plan)
    works.start(lambda: None)
    tokens = {await_file(tmp_path / workflow_id) for workflow_id in ("one", "two", "three")}
    stop(works)
    assert len(tokens) == 3


def test_a_python_function_that_hands_its_task_on_knows_the_token(client: Client, tmp_path: Path) -> None:
    (tmp_path / "handing_on_of_tests.py").write_text(
        "from pathlib import Path\ndef ask(given, activity):\n    Path(given).write_text(activity.task_token)\n    return object()\n"
    )
    document = one_step({"python": "handing_on_of_tests:ask"}, given=str(tmp_path / "token"), answer="later")
    works, execution = start_one(client, tmp_path, document)
    assert works.step()
    stop(works)
    client.call("RespondActivityTaskFailed", {"taskToken": (tmp_path / "token").read_text(), "reason": "No"})
    assert await_event(client, execution, "ActivityTaskFailed")["reason"] == "No"


def test_an_activity_that_no_spec_of_ours_names_is_failed_with_what_to_do(client: Client, tmp_path: Path) -> None:
    theirs = plan_of(tmp_path, one_step(sh("touch run")), file="theirs.json")
    ours = plan_of(tmp_path, chain("a"), file="ours.json")
    execution = begin(client, theirs, 1)
    decider(client, theirs).step()
    works = worker(client, ours)
    assert works.step()
    failed = await_event(client, execution, "ActivityTaskFailed")
    assert failed["reason"] == "UnknownActivity"
    assert "Deed 1.0" in failed["details"]
    assert "only AddOne 1.0" in failed["details"]
    assert not (tmp_path / "run").exists()
    stop(works)


def test_an_input_that_the_activitys_schema_refuses_never_reaches_it(client: Client, tmp_path: Path) -> None:
    document = one_step(sh("touch run"), given="{% input %}", inputSchema={"type": "object", "required": ["card"]})
    answer = step_one(client, tmp_path, document, {"cash": 1})
    assert answer["ActivityTaskFailed"]["reason"] == "Input.Invalid"
    assert "card" in answer["ActivityTaskFailed"]["details"]
    assert not (tmp_path / "run").exists()


def test_long_details_are_cut_to_what_swf_takes(client: Client, tmp_path: Path) -> None:
    (tmp_path / "deeds_that_fail.py").write_text("class E(Exception): pass\nE.__name__ = 'E' * 300\ndef act(): raise E('\\ud800')", "utf-8")
    answer = step_one(client, tmp_path, one_step({"python": "deeds_that_fail:act"}))
    assert answer["ActivityTaskFailed"]["reason"] == "E" * 256
    assert "E: ?" in answer["ActivityTaskFailed"]["details"]


def beating(client: Client, on_beat: Callable[[Mapping[str, Any]], object]) -> Client:
    """The client, of whose heartbeats somebody is told when the service has taken them."""

    def way(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        response = call(operation, request)
        if operation == "RecordActivityTaskHeartbeat":
            on_beat(request)
        return response

    return Detour(client, way)


def test_heartbeats_keep_a_long_task_alive(client: Client, clock: VirtualClock, tmp_path: Path) -> None:
    """Only heartbeats let time pass, which takes the task far beyond its heartbeat timeout."""
    beats: list[Mapping[str, Any]] = []

    def note(request: Mapping[str, Any]) -> None:
        beats.append(request)
        clock.advance(0.9)
        if len(beats) == 4:
            (tmp_path / "go").touch()

    document = one_step(sh("until test -e go; do sleep 0.02; done; echo done"), timeouts={"heartbeat": 1})
    works, execution = start_one(beating(client, note), tmp_path, document)
    assert works.step()
    assert "ActivityTaskTimedOut" not in types_of(client, execution)
    assert await_event(client, execution, "ActivityTaskCompleted")["result"] == "done"
    stop(works)


def test_the_progress_that_a_function_reports_survives_in_its_timeout(client: Client, clock: VirtualClock, tmp_path: Path) -> None:
    source = "import time\nfrom engine.runtime.activity import current\n"
    source += "def act():\n    current().heartbeat({'row': 7})\n    while not current().cancel_requested:\n        time.sleep(0.01)\n"
    (tmp_path / "deeds_that_report.py").write_text(source, "utf-8")
    document = one_step({"python": "deeds_that_report:act"}, timeouts={"heartbeat": 1, "startToClose": 2})
    works, execution = start_one(beating(client, lambda _: clock.advance(0.9)), tmp_path, document)
    assert works.step()
    timed_out = await_event(client, execution, "ActivityTaskTimedOut")
    assert (timed_out["timeoutType"], timed_out["details"]) == ("START_TO_CLOSE", '{"row":7}')
    stop(works)


def test_a_cancel_request_ends_the_program_and_is_answered(client: Client, tmp_path: Path) -> None:
    works, execution = start_one(client, tmp_path, one_step(sh(SLEEPER), timeouts={"heartbeat": 1}))
    works.start(lambda: None)
    pid = int(await_file(tmp_path / "pid"))
    client.call("SignalWorkflowExecution", {"domain": "TEST", "workflowId": execution.workflow_id, "signalName": "enough"})
    task = client.call("PollForDecisionTask", {"domain": "TEST", "taskList": {"name": "tasks"}})
    cancel = {"decisionType": "RequestCancelActivityTask", "requestCancelActivityTaskDecisionAttributes": {"activityId": "deed"}}
    client.call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [cancel]})
    await_event(client, execution, "ActivityTaskCanceled")
    assert not Path(f"/proc/{pid}").exists()
    stop(works)


def test_a_task_that_is_lost_ends_its_program(client: Client, tmp_path: Path) -> None:
    works, execution = start_one(client, tmp_path, one_step(sh(SLEEPER), timeouts={"heartbeat": 1}))
    works.start(lambda: None)
    pid = int(await_file(tmp_path / "pid"))
    client.call("TerminateWorkflowExecution", {"domain": "TEST", "workflowId": execution.workflow_id})
    deadline = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    stop(works)


def test_an_answer_that_comes_too_late_is_only_mentioned(
    client: Client, clock: VirtualClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan = plan_of(tmp_path, chain("a", timeouts={"startToClose": 5}))
    execution = begin(client, plan, 1)
    decider(client, plan).step()

    def dawdling(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "RespondActivityTaskCompleted":
            clock.advance(6)
        return call(operation, request)

    works = worker(Detour(client, dawdling), plan)
    assert works.step()
    assert "ended too late" in caplog.records[-1].getMessage()
    assert "ActivityTaskTimedOut" in types_of(client, execution)
    stop(works)


def test_an_endpoint_that_is_away_for_the_answer_is_waited_for(client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, chain("a"))
    execution = begin(client, plan, 1)
    decider(client, plan).step()
    troubles = [1, 2]

    def flaky(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "RespondActivityTaskCompleted" and troubles:
            troubles.pop()
            raise EndpointUnavailable("http://flaky", "reset by peer")
        return call(operation, request)

    works = worker(Detour(client, flaky), plan)
    assert works.step()
    assert "ActivityTaskCompleted" in types_of(client, execution)
    stop(works)


def test_draining_lets_a_running_task_end(live_client: Client, tmp_path: Path) -> None:
    works, execution = start_one(live_client, tmp_path, one_step(sh("touch up; until test -e go; do sleep 0.02; done; echo done")))
    works.start(lambda: None)
    await_file(tmp_path / "up")
    works.drain()
    (tmp_path / "go").touch()
    works.finish(Grace(PATIENCE))
    assert last_but_one(live_client, execution) == "ActivityTaskCompleted"


def last_but_one(client: Client, execution: Started) -> str:
    kind: str = events_of(client, execution)[-2]["eventType"]
    return kind


def test_a_task_that_outlasts_the_grace_is_ended_and_failed(live_client: Client, tmp_path: Path) -> None:
    works, execution = start_one(live_client, tmp_path, one_step(sh(SLEEPER)))
    works.start(lambda: None)
    pid = int(await_file(tmp_path / "pid"))
    works.drain()
    works.finish(Grace(0.1))
    assert await_event(live_client, execution, "ActivityTaskFailed")["reason"] == "Worker.Stopped"
    assert not Path(f"/proc/{pid}").exists()


def test_a_function_that_never_ends_does_not_keep_the_worker(
    live_client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.runtime.worker._AFTER_KILL", 0.1)
    source = "import threading\nfrom pathlib import Path\ngo = threading.Event()\n"
    source += f"def act():\n    Path({str(tmp_path / 'up')!r}).touch()\n    go.wait()\n"
    (tmp_path / "deeds_without_end.py").write_text(source, "utf-8")
    works, _ = start_one(live_client, tmp_path, one_step({"python": "deeds_without_end:act"}), grace=0.1)
    works.start(lambda: None)
    await_file(tmp_path / "up")
    works.drain()
    works.finish(Grace(0))
    assert "can't be ended from outside" in caplog.records[-1].getMessage()
    __import__("deeds_without_end").go.set()


def test_concurrency_is_how_many_tasks_of_a_list_run_at_once(live_client: Client, tmp_path: Path) -> None:
    nodes: dict[str, Any] = {"fan": {"type": "pass", "next": ["a", "b", "c"]}}
    nodes.update({name: {"type": "activity", "activity": "Meet", "next": "done"} for name in "abc"})
    nodes["done"] = {"type": "terminal", "status": "completed"}
    source = "import threading\nbarrier = threading.Barrier(3, timeout=120)\ndef meet():\n    barrier.wait()\n"
    (tmp_path / "deeds_together.py").write_text(source, "utf-8")
    plan = plan_of(tmp_path, spec(nodes, {"Meet": activity({"python": "deeds_together:meet"})}))
    execution = begin(live_client, plan)
    decides, works = decider(live_client, plan), worker(live_client, plan, concurrency=3)
    works.start(lambda: None)
    decides.start(lambda: None)
    await_event(live_client, execution, "WorkflowExecutionCompleted")
    stop(decides, works)


def test_an_error_of_the_endpoint_ends_the_worker_and_is_told(client: Client, tmp_path: Path) -> None:
    ended = threading.Event()
    works = worker(client, plan_of(tmp_path, chain("a")))
    works.start(ended.set)
    assert ended.wait(PATIENCE)
    with pytest.raises(Exception, match="UnknownResourceFault"):
        stop(works)


def test_specs_that_differ_about_what_a_type_runs_are_refused(client: Client, tmp_path: Path) -> None:
    first = plan_of(tmp_path, one_step({"command": ["true"]}), file="first.json")
    second = plan_of(tmp_path, one_step({"command": ["false"]}), file="second.json")
    with pytest.raises(UsageError, match=r"first\.json and .*second\.json differ about .*Deed 1\.0"):
        worker(client, first, second)


def test_specs_that_agree_share_the_type(client: Client, tmp_path: Path) -> None:
    first = plan_of(tmp_path, one_step({"command": ["true"]}), file="first.json")
    second = plan_of(tmp_path, {**one_step({"command": ["true"]}), "name": "Other"}, file="second.json")
    assert len(worker(client, first, second).queues) == 1


def test_a_worker_without_anything_to_run_is_refused(client: Client, tmp_path: Path) -> None:
    document = one_step({})
    del document["activities"]["Deed"]["run"]
    with pytest.raises(UsageError, match="`run`"):
        worker(client, plan_of(tmp_path, document))


def test_a_node_with_a_task_list_of_its_own_is_served_there(client: Client, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, chain("a", "b", taskList="special"))
    works = worker(client, plan)
    assert [queue.task_list for queue in works.queues] == ["special"]
    begin(client, plan, 1)
    decider(client, plan).step()
    assert works.step()
    stop(works)


def test_the_log_names_a_failure_and_its_beginning(client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "engine.runtime")
    step_one(client, tmp_path, one_step(sh("seq 1 1000 >&2; exit 1")))
    (record,) = caplog.records
    assert record.getMessage().startswith("Deed failed with ExitCode.1: 1 2 3")
    assert len(record.getMessage()) < 300


def test_one_worker_runs_the_seed_specs_all_at_once_though_two_of_them_share_a_type_name(client: Client) -> None:
    seeds = [Path(__file__).parents[2] / "specs" / name for name in ("fruit", "hello", "serial", "parallel", "booking")]
    plans = [load_plan(path) for path in find_specs(seeds)]
    queues = Worker(client, [plan.spec for plan in plans], WorkerSettings()).queues
    assert {queue.task_list for queue in queues} == {"TestTasks", "default", "a_tasks", "b_tasks", "c_tasks", "booking"}
