"""Claims about engine.service.checking: whatever is spoilt in a database is found, and named where it is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.service.checking import check_database
from engine.service.sessions import Session
from tests.service.world import COMPLETE, DOMAIN, POLL, WORKFLOW, decide, furnish, hosting, schedule, start


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Run 1 is closed, run 2 open with a running activity that has beaten, and tagged."""
    with hosting(tmp_path / "swf.db") as host:
        call = Session(host).call
        furnish(call)
        start(call, "closed")
        decide(call, COMPLETE)
        call("StartWorkflowExecution", {"domain": DOMAIN, "workflowId": "open", "workflowType": WORKFLOW, "tagList": ["tag"]})
        decide(call, schedule("a"))
        call("RecordActivityTaskHeartbeat", {"taskToken": call("PollForActivityTask", POLL)["taskToken"], "details": "half"})
    return tmp_path / "swf.db"


def test_nothing_is_found_where_everything_is_right(database: Path) -> None:
    checked = check_database(database)
    assert (checked.executions, checked.events, checked.flaws) == (2, 5 + 6, ())


def spoilt(database: Path, *statements: str) -> list[tuple[str, str]]:
    """What is found after these: workflowId and message."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return [(flaw.workflow_id, flaw.message) for flaw in check_database(database).flaws]


@pytest.mark.parametrize(
    ("statement", "workflow_id", "message"),
    [
        ("DELETE FROM events WHERE run = 1 AND event_id = 2", "closed", "event 2 is missing: 3 stands in its place"),
        ("DELETE FROM events WHERE run = 1 AND event_id = 5", "closed", "has closed"),
        ("DELETE FROM events WHERE run = 1", "closed", "it has no events"),
        ("DELETE FROM execution_tags", "", "the tags of run 2 are not those that a tag filter searches"),
        ("UPDATE executions SET tags = '[]'", "open", "has tags (), by its events it is ('tag',)"),
        ("UPDATE executions SET type_name = 'Other' WHERE run = 2", "open", "has type_name 'Other', by its events it is 'Workflow'"),
        (
            "UPDATE executions SET close_status = 'FAILED' WHERE run = 1",
            "closed",
            "'FAILED', by its events it is 'COMPLETED'",
        ),
        ("UPDATE executions SET started = started - 1 WHERE run = 1", "closed", "has started "),
        ("UPDATE events SET body = '{' WHERE run = 1 AND event_id = 3", "closed", "event 3 is not JSON"),
        ("UPDATE events SET event_id = 9 WHERE run = 1 AND event_id = 5", "closed", "event 9 says that it is event 5"),
        ("UPDATE heartbeats SET scheduled_event_id = 3", "open", "a heartbeat of an activity task that is not running"),
        ("DELETE FROM domains", "", "refers to a row of domains that is not there"),
        ("UPDATE domains SET status = 'GONE'", "", "CHECK constraint failed in domains"),
    ],
)
def test_what_is_spoilt_is_found(database: Path, statement: str, workflow_id: str, message: str) -> None:
    found = spoilt(database, statement)
    assert any(where == workflow_id and message in what for where, what in found), found


def changed(database: Path, run: int, event_id: int, change: Callable[[dict[str, Any]], object]) -> list[tuple[str, str]]:
    """What is found after an event was changed."""
    with closing(sqlite3.connect(database)) as connection:
        (body,) = connection.execute("SELECT body FROM events WHERE run = ? AND event_id = ?", (run, event_id)).fetchone()
        event = json.loads(body)
        change(event)
        connection.execute("UPDATE events SET body = ? WHERE run = ? AND event_id = ?", (json.dumps(event), run, event_id))
        connection.commit()
    return [(flaw.workflow_id, flaw.message) for flaw in check_database(database).flaws]


def test_an_event_that_refers_to_the_wrong_one_is_found(database: Path) -> None:
    found = changed(database, 2, 6, lambda event: event["activityTaskStartedEventAttributes"].update(scheduledEventId=2))
    message = "event 6 (ActivityTaskStarted): its scheduledEventId is 2, a DecisionTaskScheduled and no ActivityTaskScheduled"
    assert found == [("open", message)]


def test_a_file_with_a_spoilt_page_is_told_from_one_that_is_well(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'events'").fetchone()
    content = bytearray(database.read_bytes())
    content[4096 * (page - 1) : 4096 * page] = b"\xff" * 4096
    database.write_bytes(content)
    flaws = check_database(database).flaws
    assert any("not everything can be read" in flaw.message for flaw in flaws)
