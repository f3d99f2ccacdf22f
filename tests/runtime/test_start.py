"""Starting executions: what is asked for, and what is refused before the service is."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError, UsageError
from engine.runtime.register import register
from engine.runtime.start import StartOptions, start, start_request
from engine.spec.model import ABSENT, UNLIMITED
from engine.swf.client import Client
from tests.runtime.world import chain, plan_of


def test_everything_is_stated_not_left_to_what_is_registered(tmp_path: Path) -> None:
    spec = plan_of(tmp_path, {**chain("a"), "taskPriority": 7, "tags": ["fruit"]}).spec
    assert start_request(spec, {"n": 1}, StartOptions(workflow_id="one", tags=("fruit", "red"))) == {
        "domain": "TEST",
        "workflowId": "one",
        "workflowType": {"name": "Chain", "version": "1.0"},
        "taskList": {"name": "tasks"},
        "executionStartToCloseTimeout": "3600",
        "taskStartToCloseTimeout": "30",
        "childPolicy": "TERMINATE",
        "taskPriority": "7",
        "tagList": ["fruit", "red"],
        "input": '{"n":1}',
    }


def test_options_override_the_spec(tmp_path: Path) -> None:
    options = StartOptions(execution_timeout=60, decision_timeout=UNLIMITED, task_priority=-1)
    request = start_request(plan_of(tmp_path, chain("a")).spec, ABSENT, options)
    assert (request["executionStartToCloseTimeout"], request["taskStartToCloseTimeout"], request["taskPriority"]) == ("60", "NONE", "-1")
    assert "input" not in request
    assert "tagList" not in request


def test_a_workflow_id_is_made_from_the_name_and_never_twice(tmp_path: Path) -> None:
    spec = plan_of(tmp_path, chain("a", name="x" * 256)).spec
    ids = {start_request(spec, ABSENT, StartOptions())["workflowId"] for _ in range(50)}
    assert len(ids) == 50
    assert all(one.startswith("x" * 200 + "-") and len(one) <= 256 for one in ids)


@pytest.mark.parametrize("workflow_id", ["a:b", "a/b", "a|b", "a\nb", "a\x85b", "arn", "x" * 257])
def test_an_illegal_workflow_id_is_refused(tmp_path: Path, workflow_id: str) -> None:
    with pytest.raises(UsageError, match="not legal"):
        start_request(plan_of(tmp_path, chain("a")).spec, ABSENT, StartOptions(workflow_id=workflow_id))


def test_more_tags_than_swf_takes_are_refused(tmp_path: Path) -> None:
    spec = plan_of(tmp_path, {**chain("a"), "tags": ["1", "2", "3"]}).spec
    with pytest.raises(UsageError, match="6 tags"):
        start_request(spec, ABSENT, StartOptions(tags=("4", "5", "6")))


def test_an_input_that_the_schema_refuses_starts_nothing(tmp_path: Path) -> None:
    spec = plan_of(tmp_path, {**chain("a"), "inputSchema": {"type": "integer"}}).spec
    with pytest.raises(InputError, match="Chain"):
        start_request(spec, "one", StartOptions())
    with pytest.raises(InputError):
        start_request(spec, ABSENT, StartOptions())


def test_an_input_that_is_too_large_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="32,768"):
        start_request(plan_of(tmp_path, chain("a")).spec, "x" * 32_767, StartOptions())


def test_a_run_id_comes_back(client: Client, tmp_path: Path) -> None:
    spec = plan_of(tmp_path, chain("a")).spec
    register(client, [spec])
    started = start(client, spec, 1, StartOptions(workflow_id="one"))
    address = {"workflowId": "one", "runId": started.run_id}
    found = client.call("DescribeWorkflowExecution", {"domain": "TEST", "execution": address})
    assert found["executionInfo"]["executionStatus"] == "OPEN"


def test_a_workflow_id_that_is_taken_is_named(client: Client, tmp_path: Path) -> None:
    spec = plan_of(tmp_path, chain("a")).spec
    register(client, [spec])
    start(client, spec, 1, StartOptions(workflow_id="one"))
    with pytest.raises(UsageError, match="workflowId one is open"):
        start(client, spec, 1, StartOptions(workflow_id="one"))


def test_what_is_not_registered_is_to_be_registered_first(client: Client, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="swfgraph register"):
        start(client, plan_of(tmp_path, chain("a")).spec, 1, StartOptions())


def test_a_deprecated_type_is_said_to_be(client: Client, tmp_path: Path) -> None:
    spec = plan_of(tmp_path, chain("a")).spec
    register(client, [spec])
    client.call("DeprecateWorkflowType", {"domain": "TEST", "workflowType": {"name": "Chain", "version": "1.0"}})
    with pytest.raises(UsageError, match="deprecated"):
        start(client, spec, 1, StartOptions())
