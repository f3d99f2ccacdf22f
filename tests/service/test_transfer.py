"""Claims about `swfgraph db` export and import: what goes out comes in again, and nothing else does."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from engine.errors import DatabaseUnusable, UsageError
from engine.service.checking import check_database
from engine.service.clock import VirtualClock
from engine.service.exporting import export
from engine.service.importing import Imported, import_lines
from engine.service.sessions import Session
from engine.service.snapshot import looking_at
from tests.service.world import ACTIVITY, COMPLETE, DOMAIN, POLL, Call, decide, event_types, furnish, hosting, schedule, start, timer

Line: TypeAlias = dict[str, Any]


def live(call: Call, clock: VirtualClock) -> None:
    """Executions in many states: closed, twice; open with a timer, a running activity that has beaten, and a signal."""
    furnish(call)
    for _ in range(2):
        start(call, "twice")
        decide(call, COMPLETE)
        clock.advance(1)
    call(
        "StartWorkflowExecution",
        {
            "domain": DOMAIN,
            "workflowId": "open",
            "workflowType": {"name": "Workflow", "version": "1"},
            "tagList": ["a", "b"],
            "input": "è\u0000\n",
        },
    )
    decide(call, schedule("one"), timer(600))
    task = call("PollForActivityTask", POLL)
    call("RecordActivityTaskHeartbeat", {"taskToken": task["taskToken"], "details": "half"})
    call("SignalWorkflowExecution", {"domain": DOMAIN, "workflowId": "open", "signalName": "s"})
    call("DeprecateActivityType", {"domain": DOMAIN, "activityType": ACTIVITY})


@pytest.fixture
def database(tmp_path: Path) -> Path:
    clock = VirtualClock()
    with hosting(tmp_path / "swf.db", clock) as host:
        live(Session(host).call, clock)
    return tmp_path / "swf.db"


def write(path: Path, lines: Iterator[bytes]) -> Path:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def change(path: Path, change: Callable[[list[Line]], object]) -> Path:
    """The file with its lines changed."""
    lines = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    change(lines)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def exported(database: Path, tmp_path: Path) -> Path:
    return write(tmp_path / "all.jsonl", export(database))


def test_what_is_exported_and_imported_is_exported_alike(exported: Path, tmp_path: Path) -> None:
    new = tmp_path / "new" / "swf.db"
    assert import_lines(new, exported) == Imported(domains=1, types=2, executions=3, kept=0)
    assert check_database(new).flaws == ()
    assert b"".join(line + b"\n" for line in export(new)) == exported.read_bytes()


def test_an_imported_execution_goes_on_where_it_stood(exported: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    import_lines(new, exported)
    clock = VirtualClock()
    clock.advance(700)
    with hosting(new, clock) as host:
        call = Session(host).call
        task = decide(call, COMPLETE)
        assert task["workflowExecution"]["workflowId"] == "open"
        assert event_types(call, "open", task["workflowExecution"]["runId"])[-1] == "WorkflowExecutionCompleted"
        assert "TimerFired" in [event["eventType"] for event in task["events"]]
        tagged = {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}, "tagFilter": {"tag": "b"}}
        assert call("CountClosedWorkflowExecutions", tagged)["count"] == 1


def test_a_workflow_id_is_exported_with_all_its_runs_and_its_domain(database: Path) -> None:
    lines = [json.loads(line) for line in export(database, workflow_ids=["twice"])]
    assert [line["kind"] for line in lines] == ["export", "domain", "type", "type", "execution", "execution"]
    assert {line["workflowId"] for line in lines[4:]} == {"twice"}
    assert lines[4]["events"][-1]["eventType"] == "WorkflowExecutionCompleted"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"workflow_ids": ["twice", "nobody"]}, "no execution in it of the workflowId 'nobody'"),
        ({"domain": "nowhere"}, "no domain 'nowhere' in it; there are: World"),
        ({"domain": DOMAIN, "workflow_ids": ["nobody"]}, "in the domain 'World' of the workflowId 'nobody'"),
    ],
)
def test_what_is_not_there_can_not_be_exported(database: Path, options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        list(export(database, **options))


def test_what_is_there_is_refused_and_nothing_is_imported(database: Path, exported: Path) -> None:
    def add_another(lines: list[Line]) -> None:
        lines.append({**lines[-2], "workflowId": "another"})

    before = list(export(database))
    with pytest.raises(UsageError, match=r"(?s)nothing was imported:.*all\.jsonl:5: twice .*is there already") as refused:
        import_lines(database, change(exported, add_another))
    assert "another" not in str(refused.value)
    assert list(export(database)) == before


def test_an_older_run_is_not_put_behind_a_newer_one(database: Path, exported: Path) -> None:
    def rename(lines: list[Line]) -> None:
        lines[4]["runId"] = "other"
        del lines[5:]

    with pytest.raises(UsageError, match="ended later than this one began"):
        import_lines(database, change(exported, rename))


def test_domains_and_types_that_are_there_stay_as_they_are(database: Path, exported: Path) -> None:
    def only_a_new_one(lines: list[Line]) -> None:
        lines[1]["description"] = "changed"
        lines[4:] = [{**lines[4], "workflowId": "another"}]

    assert import_lines(database, change(exported, only_a_new_one)) == Imported(domains=1, types=2, executions=1, kept=3)
    with looking_at(database) as snapshot:
        assert [row.description for row in snapshot.domains()] == [""]
        assert [one.workflow_id for one in snapshot.executions()] == ["twice", "twice", "open", "another"]
    assert check_database(database).flaws == ()


def two_started(lines: list[Line]) -> None:
    lines[4]["events"][2]["decisionTaskStartedEventAttributes"]["scheduledEventId"] = 1


def gap(lines: list[Line]) -> None:
    del lines[4]["events"][2]


def beat_of_nothing(lines: list[Line]) -> None:
    lines[4]["heartbeats"] = [{"scheduledEventId": 2, "at": 1.0, "details": ""}]


def open_twice(lines: list[Line]) -> None:
    lines.append({**lines[-1], "runId": "other"})


def without_domain(lines: list[Line]) -> None:
    del lines[1]


def half_deprecated(lines: list[Line]) -> None:
    lines[2]["status"], lines[2]["deprecated"] = "DEPRECATED", 0.0


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (two_started, r":5: twice .*its scheduledEventId is 1, a WorkflowExecutionStarted and no DecisionTaskScheduled"),
        (gap, r":5: twice .*event 3 is missing: 4 stands in its place"),
        (beat_of_nothing, r":5: twice .*heartbeat of an activity task that is not running"),
        (open_twice, r":8: open .*is open"),
        (without_domain, r":2: its domain 'World' is neither in the database nor in a line before it"),
        (half_deprecated, r":3: it is DEPRECATED, and has a time of deprecation of 0\.0"),
        (lambda lines: lines[0].update(format=2), r":1: its format is 2"),
        (lambda lines: lines.pop(0), r":1: the first line, and no other"),
        (lambda lines: lines.append(lines[0]), r":8: the first line, and no other"),
        (lambda lines: lines[4].update(more=1), r":5: this is no line of `swfgraph db export`.*more"),
        (lambda lines: lines[1].update(status="GONE"), r":2: this is no line of `swfgraph db export`.*GONE"),
    ],
)
def test_what_can_not_be_so_is_not_imported(exported: Path, tmp_path: Path, spoil: Callable[[list[Line]], object], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        import_lines(tmp_path / "new.db", change(exported, spoil))
    assert [json.loads(line)["kind"] for line in export(tmp_path / "new.db")] == ["export"]


def test_a_file_in_use_is_exported_from_and_not_imported_into(tmp_path: Path, exported: Path) -> None:
    with hosting(tmp_path / "busy.db") as host:
        furnish(Session(host).call)
        assert len(list(export(tmp_path / "busy.db"))) == 4
        with pytest.raises(DatabaseUnusable, match="in use by process"):
            import_lines(tmp_path / "busy.db", exported)


def test_the_end_of_the_last_run_is_known(database: Path) -> None:
    with looking_at(database) as snapshot:
        ends = [one.closed for one in snapshot.executions() if one.workflow_id == "twice"]
        archive = snapshot._archive
        assert archive.latest_of(DOMAIN, "twice") == max(ends)
        assert archive.latest_of(DOMAIN, "open") == math.inf
        assert archive.latest_of(DOMAIN, "nobody") == -math.inf


def test_an_export_that_is_left_lets_go_of_the_file(database: Path) -> None:
    with closing(export(database)) as lines:  # type: ignore[type-var]  # a generator
        next(lines)
    assert import_lines(database, write(database.with_suffix(".none"), iter([b'{"kind":"export","format":1}']))).executions == 0
