from __future__ import annotations

import contextlib

from engine.swf.connect import connect
from engine.swf.paging import history, paged, pages
from tests.service.world import COMPLETE, DOMAIN, decide, furnish, schedule, start

LIST_DOMAINS = {"registrationStatus": "REGISTERED", "maximumPageSize": 3}


def test_pages_are_asked_for_one_after_the_other() -> None:
    with contextlib.closing(connect("sqlite://:memory:")) as client:
        for number in range(8):
            client.call("RegisterDomain", {"name": f"d{number}", "workflowExecutionRetentionPeriodInDays": "1"})
        sizes = [len(page["domainInfos"]) for page in pages(client, "ListDomains", LIST_DOMAINS)]
        assert sizes == [3, 3, 2]
        assert [info["name"] for info in paged(client, "ListDomains", LIST_DOMAINS, "domainInfos")] == [f"d{number}" for number in range(8)]


def test_one_goes_on_from_a_page_that_one_has() -> None:
    with contextlib.closing(connect("sqlite://:memory:")) as client:
        for number in range(5):
            client.call("RegisterDomain", {"name": f"d{number}", "workflowExecutionRetentionPeriodInDays": "1"})
        first = client.call("ListDomains", LIST_DOMAINS)
        rest = paged(client, "ListDomains", {**LIST_DOMAINS, "nextPageToken": first["nextPageToken"]}, "domainInfos")
        assert [info["name"] for info in rest] == ["d3", "d4"]


def test_a_history_comes_whole_and_in_order() -> None:
    with contextlib.closing(connect("sqlite://:memory:")) as client:
        furnish(client.call)
        run_id = start(client.call, "w")
        for turn in range(10):
            decide(client.call, *(schedule(f"{turn}.{number}") for number in range(100)))
            client.call("SignalWorkflowExecution", {"domain": DOMAIN, "workflowId": "w", "signalName": "on"})
        decide(client.call, COMPLETE)
        events = list(history(client, DOMAIN, "w", run_id))
        assert [event["eventId"] for event in events] == list(range(1, len(events) + 1))
        assert len(events) > 1000
        assert events[-1]["eventType"] == "WorkflowExecutionCompleted"
