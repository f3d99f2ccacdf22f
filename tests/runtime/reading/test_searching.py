"""Executions by several conditions at once, where SWF takes one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.runtime.reading.searching import Wanted, count, search, search_page
from engine.spec.model import ABSENT
from engine.swf.client import Client
from engine.swf.connect import connect

DOMAIN = "TEST"
NAMES, TAGS = ("A", "B"), ("x", "y", "z")
NUMBER = 40

wanted = st.builds(
    Wanted,
    which=st.sampled_from(["all", "open", "closed"]),
    status=st.sampled_from(["", "", "OPEN", "TERMINATED", "FAILED"]),
    type_name=st.sampled_from(["", *NAMES]),
    type_version=st.sampled_from(["", "1", "2"]),
    tag=st.sampled_from(["", *TAGS]),
    workflow_id=st.sampled_from(["", "run3", "run4", "none"]),
)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Forty executions of two types, every third one terminated."""
    client = connect("sqlite://:memory:")
    client.call("RegisterDomain", {"name": DOMAIN, "workflowExecutionRetentionPeriodInDays": "1"})
    for name in NAMES:
        client.call("RegisterWorkflowType", {"domain": DOMAIN, "name": name, "version": "1"})
    for number in range(NUMBER):
        asked = {
            "domain": DOMAIN,
            "workflowId": f"run{number}",
            "workflowType": {"name": NAMES[number % 2], "version": "1"},
            "tagList": list(TAGS[: number % 4]),
            "taskList": {"name": "none"},
            "executionStartToCloseTimeout": "3600",
            "taskStartToCloseTimeout": "NONE",
            "childPolicy": "TERMINATE",
        }
        client.call("StartWorkflowExecution", asked)
        if number % 3 == 0:
            client.call("TerminateWorkflowExecution", {"domain": DOMAIN, "workflowId": f"run{number}"})
    yield client
    client.close()


@settings(max_examples=60)
@given(asked=wanted, size=st.integers(1, 30))
def test_pages_put_together_are_the_whole(client: Client, asked: Wanted, size: int) -> None:
    whole = [info.run_id for info in search(client, DOMAIN, asked)]
    found, after = [], ""
    while True:
        page = search_page(client, DOMAIN, asked, size, after)
        assert len(page.infos) <= size
        found += [info.run_id for info in page.infos]
        after = page.next
        if not after:
            break
    assert found == whole


@settings(max_examples=60)
@given(asked=wanted)
def test_what_is_found_holds_every_condition_and_nothing_is_left_out(client: Client, asked: Wanted) -> None:
    everything = list(search(client, DOMAIN, Wanted()))
    assert len(everything) == NUMBER
    right = {
        info.run_id for info in everything if asked.holds(info) and (asked.which == "all" or (asked.which == "open") == (not info.closed))
    }
    assert {info.run_id for info in search(client, DOMAIN, asked)} == right


@settings(max_examples=60)
@given(asked=wanted)
def test_a_count_is_the_number_of_what_is_found_or_is_not_given(client: Client, asked: Wanted) -> None:
    counted = count(client, DOMAIN, asked)
    if counted is not ABSENT and not asked.type_version:
        assert counted == str(len(list(search(client, DOMAIN, asked))))


def test_open_ones_come_first_and_each_kind_newest_first(client: Client) -> None:
    found = list(search(client, DOMAIN, Wanted()))
    for closed in (False, True):
        times = [info.started for info in found if bool(info.closed) is closed]
        assert times == sorted(times, reverse=True)
    assert [bool(info.closed) for info in found] == sorted(bool(info.closed) for info in found)
