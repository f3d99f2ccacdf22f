"""Claims about engine.service.store: what was written is there, whole, or not at all."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.errors import DatabaseUnusable
from engine.service.archive import ABSENT, ExecutionRecord
from engine.service.database import Durability
from engine.service.rows import (
    DomainRow,
    EventAppended,
    ExecutionClosed,
    ExecutionDeleted,
    ExecutionOpened,
    HeartbeatForgotten,
    HeartbeatRecorded,
    Row,
    TypeDeleted,
    TypeRow,
)
from engine.service.store import Store

T = 1_700_000_000.25
URL = "sqlite:///here"
SHOP = DomainRow(name="shop", status="REGISTERED", description="", retention_days=7, tags={"team": "a", 'odd "key"': "é"})


def opened(run: int, workflow_id: str = "", tags: tuple[str, ...] = ()) -> ExecutionOpened:
    return ExecutionOpened(
        run=run,
        domain="shop",
        workflow_id=workflow_id or f"order-{run}",
        run_id=f"r{run}",
        type_name="Order",
        type_version="1",
        started=T + run,
        tags=tags,
    )


def closed(run: int) -> ExecutionClosed:
    return ExecutionClosed(run=run, closed=T + 100 + run, close_status="COMPLETED", cancel_requested=False, latest_activity=T + 50)


def event(run: int, event_id: int, text: str = "") -> EventAppended:
    attributes = {"markerName": text or f"m{event_id}", "decisionTaskCompletedEventId": 4}
    body = {"eventId": event_id, "eventTimestamp": T, "eventType": "MarkerRecorded", "markerRecordedEventAttributes": attributes}
    return EventAppended(run=run, event_id=event_id, event=body)


def beat(run: int, scheduled: int, details: str = "") -> HeartbeatRecorded:
    return HeartbeatRecorded(run=run, scheduled_event_id=scheduled, at=T, details=details)


def record(store: Store, run: int, workflow_id: str = "") -> ExecutionRecord:
    found = store.archive.execution("shop", workflow_id or f"order-{run}", f"r{run}")
    assert found is not ABSENT
    return found


def bodies(rows: Sequence[EventAppended]) -> list[Any]:
    return [row.event for row in rows]


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    one = Store.open(str(tmp_path / "swf.db") if request.param == "file" else ":memory:", URL)
    one.write([SHOP])
    yield one
    one.close()


def test_a_domain_and_its_types_are_read_back_as_written(store: Store) -> None:
    row = TypeRow(
        kind="activity",
        domain="shop",
        name="Pack",
        version="1.0",
        status="REGISTERED",
        description="it's \u0000 packed",
        created=T,
        deprecated=0.0,
        defaults={"defaultTaskList": {"name": "packers"}, "defaultTaskPriority": "3"},
    )
    store.write([row])
    assert store.archive.domains() == [SHOP]
    assert store.archive.types() == [row]


def test_a_row_of_the_same_key_replaces_the_one_before(store: Store) -> None:
    changed = DomainRow(name="shop", status="DEPRECATED", description="x", retention_days=-1, tags={})
    row = {"kind": "workflow", "domain": "shop", "name": "Order", "version": "1", "description": "", "created": T, "defaults": {}}
    old = TypeRow(status="REGISTERED", deprecated=0.0, **row)  # type: ignore[arg-type]  # as above
    new = TypeRow(status="DEPRECATED", deprecated=T, **row)  # type: ignore[arg-type]  # as above
    store.write([opened(1), old, changed, new])
    assert store.archive.domains() == [changed]
    assert store.archive.types() == [new]
    store.write([TypeDeleted(kind="workflow", domain="shop", name="Order", version="1")])
    assert store.archive.types() == []


def test_an_execution_is_read_back_open_and_then_closed(store: Store) -> None:
    store.write([opened(1, tags=("a", "b")), event(1, 1)])
    assert store.archive.open_executions() == [record(store, 1)]
    assert record(store, 1) == ExecutionRecord(
        run=1,
        domain="shop",
        workflow_id="order-1",
        run_id="r1",
        type_name="Order",
        type_version="1",
        started=T + 1,
        tags=("a", "b"),
        parent=("", ""),
        closed=0.0,
        close_status="",
        cancel_requested=False,
        latest_activity=0.0,
    )
    assert record(store, 1).is_open
    store.write([event(1, 2), ExecutionClosed(run=1, closed=T + 9, close_status="FAILED", cancel_requested=True, latest_activity=T + 8)])
    after = record(store, 1)
    assert (after.closed, after.close_status, after.cancel_requested, after.latest_activity) == (T + 9, "FAILED", True, T + 8)
    assert not after.is_open
    assert store.archive.open_executions() == []


@pytest.mark.parametrize("text", ['"quoted" \\ and / slashed', "line\nbreak\ttab", "\u0000", "é 🍏 \u2028", "null", "{}", "x" * 40_000])
def test_an_event_is_read_back_exactly(store: Store, text: str) -> None:
    rows = [event(1, 1, text), event(1, 2), event(1, 3, text), event(1, 4)]
    store.write([opened(1), *rows[:2]])
    store.write(rows[2:])
    assert store.archive.events(1, limit=10) == bodies(rows)


def test_a_batch_of_any_length_is_written_in_order(store: Store) -> None:
    rows: list[Row] = []
    for run in range(1, 60):
        rows += [opened(run), *(event(run, number) for number in range(1, 11))]
    store.write(rows)
    assert all([one["eventId"] for one in store.archive.events(run, limit=100)] == list(range(1, 11)) for run in range(1, 60))


def test_nothing_is_written_of_nothing(store: Store) -> None:
    store.write([])
    assert store.archive.next_run() == 1


def test_one_workflow_id_can_be_closed_and_opened_again_within_a_batch(store: Store) -> None:
    store.write([opened(1, "cron")])
    store.write([closed(1), opened(2, "cron"), closed(2), opened(3, "cron"), event(1, 1), event(2, 1), event(3, 1)])
    assert store.archive.open_executions() == [record(store, 3, "cron")]


@pytest.mark.parametrize("length", [1, 300])
def test_a_batch_that_fails_leaves_nothing_behind(store: Store, length: int) -> None:
    store.write([opened(1), event(1, 1)])
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE constraint failed: events"):
        store.write([*(event(1, number) for number in range(2, 2 + length)), event(1, 1)])
    assert len(store.archive.events(1, limit=1000)) == 1
    store.write([event(1, 2)])
    assert len(store.archive.events(1, limit=1000)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        [opened(2, "order-1")],
        [event(9, 1)],
        [ExecutionClosed(run=1, closed=T, close_status="DONE", cancel_requested=False, latest_activity=0.0)],
        [DomainRow(name="x", status="GONE", description="", retention_days=1, tags={})],
    ],
    ids=["two open executions of a workflowId", "an event of no execution", "an unknown close status", "an unknown status"],
)
def test_the_database_itself_refuses_what_can_not_be(store: Store, wrong: Sequence[Row]) -> None:
    store.write([opened(1)])
    with pytest.raises(sqlite3.IntegrityError):
        store.write(wrong)


def test_the_last_heartbeat_of_a_task_is_kept_until_it_is_forgotten(store: Store) -> None:
    store.write([opened(1), beat(1, 5, "10 %"), beat(1, 8)])
    store.write([beat(1, 5, "20 %")])
    assert store.archive.heartbeats() == [beat(1, 5, "20 %"), beat(1, 8)]
    store.write(
        [HeartbeatForgotten(run=1, scheduled_event_id=5), beat(1, 8, "x"), HeartbeatForgotten(run=1, scheduled_event_id=8), beat(1, 8)]
    )
    assert store.archive.heartbeats() == [beat(1, 8)]


def test_a_heartbeat_may_say_anything(store: Store) -> None:
    store.write([opened(1), beat(1, 5, "a\u0000b é 🍏")])
    assert store.archive.heartbeats() == [beat(1, 5, "a\u0000b é 🍏")]


def test_the_heartbeats_of_an_execution_leave_when_it_closes(store: Store) -> None:
    store.write([opened(1), opened(2), beat(1, 5), beat(2, 5)])
    store.write([beat(1, 6), closed(1)])
    assert store.archive.heartbeats() == [beat(2, 5)]


def test_a_deleted_execution_takes_everything_of_it_along(store: Store) -> None:
    store.write([opened(1, tags=("a",)), *(event(1, number) for number in range(1, 50)), closed(1), opened(2), event(2, 1)])
    store.write([ExecutionDeleted(run=1)])
    assert store.archive.events(1, limit=10) == []
    assert store.archive.execution("shop", "order-1", "r1") is ABSENT
    assert len(store.archive.events(2, limit=10)) == 1
    left = store._connection.execute("SELECT (SELECT count(*) FROM execution_tags), (SELECT count(*) FROM events)").fetchone()
    assert left == (0, 1)


def test_a_run_number_is_never_used_again(store: Store) -> None:
    assert store.archive.next_run() == 1
    store.write([opened(1), opened(2), closed(2)])
    assert store.archive.next_run() == 3
    store.write([ExecutionDeleted(run=2)])
    assert store.archive.next_run() == 3


@pytest.mark.parametrize("durability", list(Durability))
def test_everything_is_there_when_the_file_is_opened_again(tmp_path: Path, durability: Durability) -> None:
    path = tmp_path / "deep" / "er" / "swf.db"
    first = Store.open(str(path), URL, durability)
    first.write([SHOP, opened(1), event(1, 1), beat(1, 5)])
    first.close()
    assert [file.name for file in path.parent.iterdir()] == ["swf.db"], "one file holds everything once it is closed"
    second = Store.open(str(path), URL, durability)
    assert second.archive.domains() == [SHOP]
    assert [one.run for one in second.archive.open_executions()] == [1]
    assert second.archive.events(1, limit=10) == bodies([event(1, 1)])
    assert second.archive.heartbeats() == [beat(1, 5)]
    second.close()


def test_what_was_written_is_there_though_the_file_was_never_closed(tmp_path: Path) -> None:
    first = Store.open(str(tmp_path / "swf.db"), URL)
    first.write([SHOP, opened(1), event(1, 1)])
    second = Store.open(str(tmp_path / "swf.db"), URL)
    assert second.archive.events(1, limit=10) == bodies([event(1, 1)])
    second.close()
    first.close()


WRITER = """
import sys
from engine.service.database import Durability
from engine.service.rows import DomainRow, EventAppended, ExecutionOpened
from engine.service.store import Store

store = Store.open(sys.argv[1], "sqlite:///here", Durability(sys.argv[2]))
store.write([
    DomainRow(name="shop", status="REGISTERED", description="", retention_days=1, tags={}),
    ExecutionOpened(run=1, domain="shop", workflow_id="w", run_id="r", type_name="T", type_version="1", started=1.0, tags=()),
])
for number in range(1, 1_000_000):
    store.write([EventAppended(run=1, event_id=number, event={"eventId": number})])
    print(number, flush=True)
"""


@pytest.mark.parametrize("durability", list(Durability))
def test_what_was_acknowledged_survives_the_killing_of_the_process(tmp_path: Path, durability: Durability) -> None:
    path = str(tmp_path / "swf.db")
    with subprocess.Popen([sys.executable, "-c", WRITER, path, durability], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(200):
            writer.stdout.readline()
        writer.kill()
        acknowledged = 200 + len(writer.stdout.read().splitlines())
    store = Store.open(path, URL)
    found = [one["eventId"] for one in store.archive.events(1, limit=1_000_000)]
    store.close()
    assert found[:acknowledged] == list(range(1, acknowledged + 1))
    assert len(found) <= acknowledged + 1, "a write that was under way may be there as well"


def test_full_durability_syncs_at_every_commit_and_process_durability_does_not(tmp_path: Path) -> None:
    for durability, level in ((Durability.FULL, 2), (Durability.PROCESS, 1)):
        store = Store.open(str(tmp_path / f"{durability}.db"), URL, durability)
        assert store._connection.execute("PRAGMA synchronous").fetchone() == (level,)
        assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        store.close()


def test_a_full_disk_is_told_with_what_to_do_and_loses_nothing(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path / "swf.db"), URL)
    store.write([SHOP, opened(1), event(1, 1)])
    store._connection.execute("PRAGMA max_page_count = 1")  # SQLite keeps to the pages that there are: as full as a full disk
    with pytest.raises(DatabaseUnusable, match=r"the disk is full; nothing that was acknowledged is lost\. Make room"):
        store.write([event(1, number, "x" * 5_000) for number in range(2, 300)])
    store._connection.execute("PRAGMA max_page_count = 1000000")
    assert store.archive.events(1, limit=10) == bodies([event(1, 1)])
    store.write([event(1, 2)])
    store.close()


def test_the_file_shrinks_when_much_of_it_is_deleted_and_keeps_some_room_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "swf.db"
    store = Store.open(str(path), URL)
    store.write([SHOP])
    for run in range(1, 6):
        store.write([opened(run), *(event(run, number, "x" * 5_000) for number in range(1, 100)), closed(run)])
    full = pages(store)
    store.write([ExecutionDeleted(run=1)])
    assert pages(store) == full
    store.write([ExecutionDeleted(run=2), ExecutionDeleted(run=3)])
    assert pages(store) < full / 2
    assert len(store.archive.events(4, limit=1000)) == 99
    assert store._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()


def test_what_is_too_much_to_give_back_at_once_the_next_writes_give_back(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path / "swf.db"), URL)
    store.write([SHOP, opened(1), *(event(1, number, "x" * 50_000) for number in range(1, 400)), opened(2)])
    full = pages(store)
    store.write([closed(1), ExecutionDeleted(run=1)])
    assert full - 1_500 < pages(store) < full
    for number in range(1, 10):
        store.write([event(2, number)])
    assert pages(store) < full / 4
    store.close()


def pages(store: Store) -> int:
    (count,) = store._connection.execute("PRAGMA page_count").fetchone()
    return int(count)
