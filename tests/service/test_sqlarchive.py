"""Claims about engine.service.sqlarchive. What the visibility operations make of it is claimed in test_visibility."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import DatabaseUnusable
from engine.service.archive import (
    ABSENT,
    ByCloseStatus,
    ByTag,
    ByType,
    ByWorkflowId,
    Everything,
    ExecutionQuery,
    Filter,
    Page,
    TimeField,
)
from engine.service.rows import DomainRow, EventAppended, ExecutionClosed, ExecutionOpened, Row
from engine.service.sqlarchive import _ordered
from engine.service.store import Store

T = 1_700_000_000.0
DAY = 86_400.0
RETENTIONS = {"none": -1, "zero": 0, "one": 1, "ninety": 90}

EVERY_FILTER: tuple[Filter, ...] = (
    Everything(),
    ByWorkflowId(workflow_id="w1"),
    ByType(name="T", version=""),
    ByType(name="T", version="1"),
    ByTag(tag="a"),
    ByCloseStatus(status="FAILED"),
)


def lived(run: int, domain: str, closed: float = 0.0) -> Iterator[Row]:
    """An execution; 0.0: it is open."""
    yield ExecutionOpened(
        run=run, domain=domain, workflow_id=f"w{run}", run_id=f"r{run}", type_name="T", type_version="1", started=T, tags=("a",)
    )
    yield from (EventAppended(run=run, event_id=number, event={"eventId": number}) for number in range(1, 11))
    if closed:
        yield ExecutionClosed(run=run, closed=closed, close_status="COMPLETED", cancel_requested=False, latest_activity=0.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    one = Store.open(str(tmp_path / "swf.db"), "sqlite:///here")
    one.write(
        [DomainRow(name=name, status="REGISTERED", description="", retention_days=days, tags={}) for name, days in RETENTIONS.items()]
    )
    yield one
    one.close()


def ids(store: Store, first: int = 1, last: int = 100, limit: int = 100, *, newest_first: bool = False) -> list[int]:
    return [event["eventId"] for event in store.archive.events(1, first=first, last=last, limit=limit, newest_first=newest_first)]


def test_events_come_by_range_from_either_end_and_at_most_so_many(store: Store) -> None:
    store.write([*lived(1, "one"), *lived(2, "one")])
    assert ids(store) == list(range(1, 11))
    assert ids(store, first=4, last=6) == [4, 5, 6]
    assert ids(store, first=4, limit=2) == [4, 5]
    assert ids(store, newest_first=True, limit=3) == [10, 9, 8]
    assert ids(store, last=7, newest_first=True, limit=2) == [7, 6]
    assert ids(store, first=11) == []
    assert store.archive.events(99, limit=10) == []


def test_an_execution_is_found_by_all_three_of_its_names(store: Store) -> None:
    store.write([*lived(1, "one")])
    found = store.archive.execution("one", "w1", "r1")
    assert found is not ABSENT
    assert found.run == 1
    for names in (("zero", "w1", "r1"), ("one", "w2", "r1"), ("one", "w1", "r2")):
        assert store.archive.execution(*names) is ABSENT


def test_the_retention_of_its_domain_decides_when_a_closed_execution_leaves(store: Store) -> None:
    names = list(RETENTIONS)
    for run, name in enumerate(names, 1):
        store.write([*lived(run, name, closed=T)])
        store.write([*lived(10 + run, name)])

    def expired(now: float) -> set[str]:
        return {names[run - 1] for run in store.archive.expired(now, 100)}

    assert expired(T - 0.001) == set()
    assert expired(T) == {"none", "zero"}
    assert expired(T + DAY - 0.001) == {"none", "zero"}
    assert expired(T + DAY) == {"none", "zero", "one"}
    assert expired(T + 90 * DAY) == {"none", "zero", "one", "ninety"}
    assert len(store.archive.expired(T + 90 * DAY, 3)) == 3


def test_long_histories_leave_one_after_the_other(store: Store) -> None:
    for run in (1, 2, 3):
        store.write([*lived(run, "zero", closed=T)])
        store.write([EventAppended(run=run, event_id=9_000, event={"eventId": 9_000})])
    assert store.archive.expired(T, 100) == [1, 2]


def test_the_first_of_the_closed_executions_whose_time_is_over_is_known_before(store: Store) -> None:
    assert store.archive.next_expiry() == math.inf
    store.write([*lived(1, "zero"), *lived(2, "ninety", closed=T)])
    assert store.archive.next_expiry() == T + 90 * DAY
    store.write([*lived(3, "one", closed=T + 5), *lived(4, "one", closed=T + 3)])
    assert store.archive.next_expiry() == T + 3 + DAY
    store.write([*lived(5, "none", closed=T + 7)])
    assert store.archive.next_expiry() == T + 7


EVERY_QUERY = [
    ExecutionQuery(domain="one", is_open=is_open, time=time, oldest=0.0, latest=math.inf, filter=wanted)
    for is_open in (False, True)
    for time in TimeField
    for wanted in EVERY_FILTER
    if not is_open or (time is TimeField.STARTED and not isinstance(wanted, ByCloseStatus))
]


@pytest.mark.parametrize("query", EVERY_QUERY, ids=lambda query: f"{query.is_open}-{query.time.value}-{type(query.filter).__name__}")
@pytest.mark.parametrize(
    "page", [Page(limit=10), Page(limit=10, oldest_first=True), Page(limit=10, after=(T, 5))], ids=["new", "old", "more"]
)
def test_a_page_is_read_along_an_index_in_its_order(store: Store, query: ExecutionQuery, page: Page) -> None:
    sql, values = _ordered(query, page)
    plan = [row[3] for row in store._connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert not [step for step in plan if "TEMP B-TREE" in step]
    assert not [step for step in plan if step.startswith("SCAN s")]


def test_reads_see_what_is_committed_while_a_write_is_under_way(store: Store) -> None:
    store.write([*lived(1, "one")])
    store._connection.execute("BEGIN IMMEDIATE")
    store._connection.execute("DELETE FROM events")
    assert ids(store) == list(range(1, 11))
    store._connection.execute("ROLLBACK")


def test_many_threads_may_ask_while_one_writes(store: Store) -> None:
    store.write([*lived(1, "one")])
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(ids, store) for _ in range(200)]
        for run in range(2, 50):
            store.write([*lived(run, "one")])
        assert all(one.result() == list(range(1, 11)) for one in asked)


def test_an_event_that_is_no_json_is_a_damaged_file(store: Store) -> None:
    store.write([*lived(1, "one")])
    store._connection.execute("UPDATE events SET body = '{' WHERE event_id = 3")
    with pytest.raises(DatabaseUnusable, match="the file is damaged"):
        store.archive.events(1, limit=10)
    assert ids(store, first=4) == list(range(4, 11))
