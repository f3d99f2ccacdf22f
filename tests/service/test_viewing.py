"""DescribeWorkflowExecution, GetWorkflowExecutionHistory and the lists, as one looks at executions through the core."""

from __future__ import annotations

from typing import Any

import pytest

from engine.service.faults import Fault
from tests.service.driving import DOMAIN, START, WORKFLOW, Service, complete, schedule, start_child, timer


def test_an_open_execution_is_described_as_it_is_now() -> None:
    service = Service()
    run_id = service.start(tagList=["a"], taskPriority="3", input="not shown")
    service.decide(service.poll_decision(), schedule(), timer("one"), timer("two"), start_child(), executionContext="half way")
    assert service.describe() == {
        "executionInfo": {
            "execution": {"workflowId": "flow", "runId": run_id},
            "workflowType": WORKFLOW,
            "startTimestamp": START,
            "executionStatus": "OPEN",
            "cancelRequested": False,
            "tagList": ["a"],
        },
        "executionConfiguration": {
            "taskStartToCloseTimeout": "300",
            "executionStartToCloseTimeout": "3600",
            "taskPriority": "3",
            "childPolicy": "TERMINATE",
            "taskList": {"name": "decisions"},
        },
        "openCounts": {
            "openActivityTasks": 1,
            "openDecisionTasks": 1,
            "openTimers": 2,
            "openChildWorkflowExecutions": 1,
            "openLambdaFunctions": 0,
        },
        "latestActivityTaskTimestamp": START,
        "latestExecutionContext": "half way",
    }


def test_a_closed_execution_is_described_from_its_history() -> None:
    service = Service()
    run_id = service.start()
    service.decide(service.poll_decision(), schedule(), executionContext="begun")
    service.complete(service.poll_activity())
    service.pass_time(5)
    service.decide_next(complete(result="r"))
    service.restart()
    described = service.describe()
    assert described["executionInfo"] == {
        "execution": {"workflowId": "flow", "runId": run_id},
        "workflowType": WORKFLOW,
        "startTimestamp": START,
        "executionStatus": "CLOSED",
        "cancelRequested": False,
        "closeTimestamp": START + 5,
        "closeStatus": "COMPLETED",
    }
    assert described["latestExecutionContext"] == "begun"
    assert set(described["openCounts"].values()) == {0}


@pytest.mark.parametrize("size", [1, 4, 5, 1000])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_history_is_read_page_by_page_in_either_order(*, size: int, backwards: bool) -> None:
    service = Service()
    run_id = service.start()
    service.decide_next(complete())
    request: dict[str, Any] = {
        "domain": DOMAIN,
        "execution": {"workflowId": "flow", "runId": run_id},
        "maximumPageSize": size,
        "reverseOrder": backwards,
    }
    page = service.call("GetWorkflowExecutionHistory", **request)
    found = [event["eventId"] for event in page["events"]]
    while "nextPageToken" in page:
        page = service.call("GetWorkflowExecutionHistory", **request, nextPageToken=page["nextPageToken"])
        assert 0 < len(page["events"]) <= size
        found += [event["eventId"] for event in page["events"]]
    assert found == ([5, 4, 3, 2, 1] if backwards else [1, 2, 3, 4, 5])


@pytest.mark.parametrize("operation", ["DescribeWorkflowExecution", "GetWorkflowExecutionHistory"])
def test_what_does_not_exist_is_an_unknown_resource(operation: str) -> None:
    service = Service()
    run_id = service.start()
    for domain, workflow_id, run in (("nowhere", "flow", run_id), (DOMAIN, "other", run_id), (DOMAIN, "flow", "other")):
        with pytest.raises(Fault, match="UnknownResourceFault"):
            service.call(operation, domain=domain, execution={"workflowId": workflow_id, "runId": run})


def test_the_lists_show_the_same_as_the_description() -> None:
    service = Service()
    service.start("closed")
    service.decide_next(complete())
    service.start("open", tagList=["t"])
    service.call("RequestCancelWorkflowExecution", domain=DOMAIN, workflowId="open")
    since = {"startTimeFilter": {"oldestDate": 0}}
    for operation, workflow_id in (("ListOpenWorkflowExecutions", "open"), ("ListClosedWorkflowExecutions", "closed")):
        listed = service.call(operation, domain=DOMAIN, **since)["executionInfos"]
        assert listed == [service.describe(workflow_id)["executionInfo"]]
    for operation in ("CountOpenWorkflowExecutions", "CountClosedWorkflowExecutions"):
        assert service.call(operation, domain=DOMAIN, **since) == {"count": 1, "truncated": False}


@pytest.mark.parametrize("operation", ["ListOpenWorkflowExecutions", "CountClosedWorkflowExecutions"])
def test_the_lists_of_an_unknown_domain_are_refused(operation: str) -> None:
    with pytest.raises(Fault, match="Unknown domain: nowhere"):
        Service().call(operation, domain="nowhere", startTimeFilter={"oldestDate": 0})
