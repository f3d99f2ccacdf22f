"""Registering what specs name, and saying what was there before."""

from __future__ import annotations

from pathlib import Path

from engine.runtime.register import Difference, Kind, Registration, Standing, register
from engine.swf.client import Client
from tests.runtime.world import begin, chain, events_of, plan_of


def standings(registrations: tuple[Registration, ...]) -> dict[str, Standing]:
    return {f"{one.kind} {one.name} {one.version}".strip(): one.standing for one in registrations}


def test_the_domain_and_all_types_are_created_with_the_specs_values(client: Client, tmp_path: Path) -> None:
    document = {**chain("a"), "taskPriority": 7, "childPolicy": "ABANDON", "description": "Adds."}
    document["activities"]["AddOne"]["timeouts"] = {"startToClose": "5m", "scheduleToStart": 10}
    done = register(client, [plan_of(tmp_path, document).spec])
    assert standings(done) == dict.fromkeys(["domain TEST", "workflow type Chain 1.0", "activity type AddOne 1.0"], Standing.CREATED)
    workflow = client.call("DescribeWorkflowType", {"domain": "TEST", "workflowType": {"name": "Chain", "version": "1.0"}})
    assert workflow["typeInfo"]["description"] == "Adds."
    assert workflow["configuration"] == {
        "defaultTaskList": {"name": "tasks"},
        "defaultExecutionStartToCloseTimeout": "3600",
        "defaultTaskStartToCloseTimeout": "30",
        "defaultChildPolicy": "ABANDON",
        "defaultTaskPriority": "7",
    }
    activity = client.call("DescribeActivityType", {"domain": "TEST", "activityType": {"name": "AddOne", "version": "1.0"}})
    assert activity["configuration"] == {
        "defaultTaskList": {"name": "tasks"},
        "defaultTaskStartToCloseTimeout": "300",
        "defaultTaskScheduleToStartTimeout": "10",
        "defaultTaskScheduleToCloseTimeout": "NONE",
        "defaultTaskHeartbeatTimeout": "60",
    }


def test_registering_again_changes_nothing_and_says_so(client: Client, tmp_path: Path) -> None:
    spec = plan_of(tmp_path, chain("a")).spec
    register(client, [spec])
    assert set(standings(register(client, [spec])).values()) == {Standing.EXISTS}


def test_what_differs_is_named_with_both_values(client: Client, tmp_path: Path) -> None:
    register(client, [plan_of(tmp_path, {**chain("a"), "taskPriority": 3}).spec])
    changed = {**chain("a"), "taskList": "others"}
    _, workflow, activity = register(client, [plan_of(tmp_path, changed, file="changed.json").spec])
    assert workflow.standing is activity.standing is Standing.DIFFERS
    assert workflow.differences == (
        Difference(default="defaultTaskList", registered="tasks", ours="others"),
        Difference(default="defaultTaskPriority", registered="3", ours=""),
    )
    assert [difference.default for difference in activity.differences] == ["defaultTaskList"]


def test_what_is_deprecated_is_said_to_be(client: Client, tmp_path: Path) -> None:
    spec = plan_of(tmp_path, chain("a")).spec
    register(client, [spec])
    client.call("DeprecateActivityType", {"domain": "TEST", "activityType": {"name": "AddOne", "version": "1.0"}})
    assert standings(register(client, [spec]))["activity type AddOne 1.0"] is Standing.DEPRECATED
    client.call("DeprecateDomain", {"name": "TEST"})
    assert standings(register(client, [spec])) == {"domain TEST": Standing.DEPRECATED}


def test_what_several_specs_share_is_registered_once(client: Client, tmp_path: Path) -> None:
    first = plan_of(tmp_path, chain("a", name="First"), file="first.json").spec
    second = plan_of(tmp_path, chain("a", name="Second"), file="second.json").spec
    kinds = [one.kind for one in register(client, [first, second])]
    assert kinds == [Kind.DOMAIN, Kind.WORKFLOW, Kind.ACTIVITY, Kind.WORKFLOW]


def test_children_and_next_runs_find_the_role_of_the_spec_in_its_type_and_starts_state_it(client: Client, tmp_path: Path) -> None:
    role = "arn:aws:iam::123456789012:role/lambda"
    plan = plan_of(tmp_path, {**chain("a"), "lambdaRole": role})
    execution = begin(client, plan, 1)
    workflow = client.call("DescribeWorkflowType", {"domain": "TEST", "workflowType": {"name": "Chain", "version": "1.0"}})
    assert workflow["configuration"]["defaultLambdaRole"] == role
    started = events_of(client, execution)[0]["workflowExecutionStartedEventAttributes"]
    assert started["lambdaRole"] == role
