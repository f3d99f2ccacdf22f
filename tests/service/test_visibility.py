"""Claims about engine.service.visibility, over a real store in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from engine.service.faults import Fault
from engine.service.model import operations, shape, validate
from engine.service.rows import DomainRow, EventAppended, ExecutionClosed, ExecutionOpened
from engine.service.store import Store
from engine.service.visibility import answer, count_body, question

T = 1_700_000_000.0
EVER = {"oldestDate": 0}
PARENT = {"workflowId": "parent", "runId": "p1"}


@pytest.fixture
def store() -> Iterator[Store]:
    """Eight executions of one domain: 1-6 closed, a minute apart, in the reverse order of their starts; 7 and 8 open."""
    one = Store.open(":memory:", "sqlite://:memory:")
    one.write([DomainRow(name=name, status="REGISTERED", description="", retention_days=1, tags={}) for name in ("shop", "other")])
    for run in range(1, 9):
        one.write(
            [
                ExecutionOpened(
                    run=run,
                    domain="shop",
                    workflow_id=f"order-{run % 4}" if run < 7 else f"order-{run}",
                    run_id=f"r{run}",
                    type_name="Order" if run % 2 else "Return",
                    type_version="2" if run == 3 else "1",
                    started=T + 60 * run,
                    tags=("odd", "all") if run % 2 else ("all",),
                ),
                EventAppended(run=run, event_id=1, event=started_event(run)),
            ]
        )
        if run < 7:
            one.write(
                [
                    ExecutionClosed(
                        run=run,
                        closed=T + 3600 - 60 * run if run != 5 else T + 3600 + 300,
                        close_status="FAILED" if run == 2 else "COMPLETED",
                        cancel_requested=run == 2,
                        latest_activity=0.0,
                    )
                ]
            )
    yield one
    one.close()


def started_event(run: int) -> Mapping[str, Any]:
    attributes = {"parentWorkflowExecution": PARENT} if run == 6 else {}
    return {"eventId": 1, "eventType": "WorkflowExecutionStarted", "workflowExecutionStartedEventAttributes": attributes}


def ask(store: Store, operation: str, domain: str = "shop", **request: Any) -> Mapping[str, Any]:
    asked = question(operation, validate(operation, {"domain": domain, **request}), T)
    body = answer(asked, store.archive, lambda run: run == 8)
    assert shape(operations()[operation].output_shape).accepts(body)
    return body


def runs(body: Mapping[str, Any]) -> list[int]:
    return [int(info["execution"]["runId"][1:]) for info in body["executionInfos"]]


def closed(store: Store, **request: Any) -> list[int]:
    found = runs(ask(store, "ListClosedWorkflowExecutions", **request))
    assert ask(store, "CountClosedWorkflowExecutions", **request)["count"] == len(found)
    return found


def opened(store: Store, **request: Any) -> list[int]:
    found = runs(ask(store, "ListOpenWorkflowExecutions", startTimeFilter=EVER, **request))
    assert ask(store, "CountOpenWorkflowExecutions", startTimeFilter=EVER, **request)["count"] == len(found)
    return found


def refusal(operation: str, **request: Any) -> str:
    with pytest.raises(Fault) as caught:
        question(operation, validate(operation, {"domain": "shop", **request}), T)
    assert caught.value.code == "ValidationException"
    return caught.value.message


def test_closed_executions_are_listed_newest_first_by_the_time_that_is_filtered(store: Store) -> None:
    assert closed(store, startTimeFilter=EVER) == [6, 5, 4, 3, 2, 1]
    assert closed(store, closeTimeFilter=EVER) == [5, 1, 2, 3, 4, 6]


def test_reverse_order_is_oldest_first(store: Store) -> None:
    body = ask(store, "ListClosedWorkflowExecutions", closeTimeFilter=EVER, reverseOrder=True)
    assert runs(body) == [6, 4, 3, 2, 1, 5]


def test_both_ends_of_a_time_range_belong_to_it(store: Store) -> None:
    assert closed(store, startTimeFilter={"oldestDate": T + 120, "latestDate": T + 240}) == [4, 3, 2]
    assert closed(store, startTimeFilter={"oldestDate": T + 121, "latestDate": T + 239.999}) == [3]
    assert closed(store, closeTimeFilter={"oldestDate": T + 3540}) == [5, 1]


def test_open_executions_are_listed_newest_first(store: Store) -> None:
    assert opened(store) == [8, 7]
    assert runs(ask(store, "ListOpenWorkflowExecutions", startTimeFilter=EVER, reverseOrder=True)) == [7, 8]
    assert runs(ask(store, "ListOpenWorkflowExecutions", startTimeFilter={"oldestDate": T + 421})) == [8]


@pytest.mark.parametrize("time", ["startTimeFilter", "closeTimeFilter"])
@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({"executionFilter": {"workflowId": "order-1"}}, {1, 5}),
        ({"executionFilter": {"workflowId": "order-7"}}, set()),
        ({"typeFilter": {"name": "Order"}}, {1, 3, 5}),
        ({"typeFilter": {"name": "Order", "version": "1"}}, {1, 5}),
        ({"typeFilter": {"name": "Order", "version": "2"}}, {3}),
        ({"tagFilter": {"tag": "odd"}}, {1, 3, 5}),
        ({"tagFilter": {"tag": "all"}}, {1, 2, 3, 4, 5, 6}),
        ({"tagFilter": {"tag": "none"}}, set()),
        ({"closeStatusFilter": {"status": "FAILED"}}, {2}),
        ({"closeStatusFilter": {"status": "TIMED_OUT"}}, set()),
    ],
)
def test_a_filter_narrows_what_is_closed_and_keeps_its_order(store: Store, time: str, narrowed: Mapping[str, Any], found: set[int]) -> None:
    everything = closed(store, **{time: EVER})
    assert closed(store, **{time: EVER}, **narrowed) == [run for run in everything if run in found]


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({"executionFilter": {"workflowId": "order-7"}}, [7]),
        ({"executionFilter": {"workflowId": "order-1"}}, []),
        ({"typeFilter": {"name": "Return"}}, [8]),
        ({"typeFilter": {"name": "Return", "version": "2"}}, []),
        ({"tagFilter": {"tag": "odd"}}, [7]),
        ({"tagFilter": {"tag": "all"}}, [8, 7]),
    ],
)
def test_a_filter_narrows_what_is_open(store: Store, narrowed: Mapping[str, Any], found: list[int]) -> None:
    assert opened(store, **narrowed) == found


def test_a_domain_sees_its_own_executions(store: Store) -> None:
    assert closed(store, domain="other", startTimeFilter=EVER) == []
    assert opened(store, domain="other") == []


@pytest.mark.parametrize("time", ["startTimeFilter", "closeTimeFilter"])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("narrowed", [{}, {"executionFilter": {"workflowId": "order-1"}}, {"tagFilter": {"tag": "all"}}])
def test_the_pages_of_a_list_are_the_list(store: Store, time: str, *, backwards: bool, narrowed: Mapping[str, Any]) -> None:
    request = {time: EVER, "reverseOrder": backwards, **narrowed}
    whole = runs(ask(store, "ListClosedWorkflowExecutions", **request))
    found: list[int] = []
    more: Mapping[str, str] = {}
    while not found or more:
        body = ask(store, "ListClosedWorkflowExecutions", **request, maximumPageSize=1, **more)
        found += runs(body)
        more = {"nextPageToken": body["nextPageToken"]} if "nextPageToken" in body else {}
    assert found == whole


def test_executions_of_the_same_moment_are_on_one_page_each(store: Store) -> None:
    for run in range(20, 25):
        store.write(
            [
                ExecutionOpened(
                    run=run, domain="other", workflow_id=f"w{run}", run_id=f"r{run}", type_name="T", type_version="1", started=T, tags=()
                )
            ]
        )
    request: dict[str, Any] = {"domain": "other", "startTimeFilter": EVER, "maximumPageSize": 2}
    first = ask(store, "ListOpenWorkflowExecutions", **request)
    second = ask(store, "ListOpenWorkflowExecutions", **request, nextPageToken=first["nextPageToken"])
    third = ask(store, "ListOpenWorkflowExecutions", **request, nextPageToken=second["nextPageToken"])
    assert [*runs(first), *runs(second), *runs(third)] == [24, 23, 22, 21, 20]


def test_a_closed_execution_is_shown_whole(store: Store) -> None:
    [info] = ask(store, "ListClosedWorkflowExecutions", startTimeFilter=EVER, closeStatusFilter={"status": "FAILED"})["executionInfos"]
    assert info == {
        "execution": {"workflowId": "order-2", "runId": "r2"},
        "workflowType": {"name": "Return", "version": "1"},
        "startTimestamp": T + 120,
        "executionStatus": "CLOSED",
        "closeTimestamp": T + 3480,
        "closeStatus": "FAILED",
        "tagList": ["all"],
        "cancelRequested": True,
    }


def test_an_open_execution_is_shown_with_what_the_core_knows_of_it(store: Store) -> None:
    shown = ask(store, "ListOpenWorkflowExecutions", startTimeFilter=EVER)["executionInfos"]
    assert [info["cancelRequested"] for info in shown] == [True, False]
    assert all(info["executionStatus"] == "OPEN" and "closeTimestamp" not in info and "closeStatus" not in info for info in shown)


def test_a_child_is_shown_with_its_parent(store: Store) -> None:
    shown = ask(store, "ListClosedWorkflowExecutions", startTimeFilter=EVER)["executionInfos"]
    assert {info["execution"]["runId"]: info["parent"] for info in shown if "parent" in info} == {"r6": PARENT}


def test_a_time_filter_is_needed_and_only_one() -> None:
    assert refusal("ListClosedWorkflowExecutions") == "Must specify time filter"
    both = refusal("CountClosedWorkflowExecutions", startTimeFilter=EVER, closeTimeFilter=EVER)
    assert both == "Cannot specify both a startTimeFilter and a closeTimeFilter"


def test_other_filters_exclude_each_other() -> None:
    narrowed = {"typeFilter": {"name": "Order"}, "closeStatusFilter": {"status": "FAILED"}}
    assert refusal("ListClosedWorkflowExecutions", startTimeFilter=EVER, **narrowed) == (
        "Cannot specify more than one exclusive filters in the same query: [WorkflowTypeFilter, CloseStatusFilter]"
    )


def test_a_page_token_of_another_query_is_refused(store: Store) -> None:
    token = ask(store, "ListClosedWorkflowExecutions", startTimeFilter=EVER, maximumPageSize=1)["nextPageToken"]
    assert refusal("ListClosedWorkflowExecutions", closeTimeFilter=EVER, nextPageToken=token).startswith("Invalid token")


def test_a_count_is_never_truncated() -> None:
    assert count_body(3) == {"count": 3, "truncated": False}
