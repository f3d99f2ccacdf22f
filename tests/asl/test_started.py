"""Executions that a task starts and waits for: activities, or child workflows where the author of the import says so."""

from __future__ import annotations

from typing import Any

import pytest

from engine.asl.importing import Imported
from engine.asl.report import Weight
from tests.asl.running import ECHO, chain, failure, imported, remarks, run

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:Inner"


def start(version: str = ":2", /, **fields: Any) -> dict[str, Any]:
    arguments = {"StateMachineArn": MACHINE, "Input": {"v.$": "$.n"}}
    return {"Type": "Task", "Resource": f"arn:aws:states:::states:startExecution.sync{version}", "Parameters": arguments, **fields}


def family(outer: dict[str, Any], inner: dict[str, Any], *, losses: int = 0) -> Imported:
    found = imported(outer, children=True)
    assert len(found.losses) == losses, found.losses
    child = imported(inner, name="Inner")
    return Imported(specs={**found.specs, **child.specs}, remarks=found.remarks)


WORK = chain({"Type": "Task", "Resource": ECHO})
TOLD = {"ResultSelector": {"out.$": "$.Output", "how.$": "$.Status"}}


def test_they_are_activities_unless_the_author_says_otherwise() -> None:
    (node,) = (node for node in imported(chain(start())).specs["M"]["nodes"].values() if node["type"] != "terminal")
    assert node["activity"] == "states_startExecution_sync_2"
    dynamic = start(Parameters={"StateMachineArn.$": "$.arn"})
    assert imported(chain(dynamic), children=True).specs["M"]["nodes"]["S1"]["type"] == "activity"


@pytest.mark.parametrize(("version", "out"), [(":2", {"v": 7}), ("", '{"v":7}')])
def test_a_child_is_given_its_input_and_gives_its_output(version: str, out: Any) -> None:
    assert run(family(chain(start(version, **TOLD)), WORK), {"n": 7}).output == {"out": out, "how": "SUCCEEDED"}


def test_a_name_is_the_childs_workflow_id() -> None:
    named = start(Parameters={"StateMachineArn": MACHINE, "Input": {}, "Name.$": "$.name"}, **TOLD)
    assert imported(chain(named), children=True).specs["M"]["nodes"]["S1"]["workflowId"] == "{% input.name %}"


@pytest.mark.parametrize(
    ("fields", "losses"),
    [
        ({}, 1),
        ({"ResultSelector": {"id.$": "$.ExecutionArn"}}, 1),
        ({"ResultPath": None}, 0),
        ({"OutputPath": "$.Output.v"}, 0),
        ({"OutputPath": "$.Name"}, 1),
    ],
)
def test_to_read_more_than_is_told_is_a_loss(fields: dict[str, Any], losses: int) -> None:
    found = imported(chain(start(**fields)), children=True)
    assert remarks(found, Weight.LOSS) == [("/States/S1/Resource", "startExecution")] * losses


CATCH = {"Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "S2"}, {"ErrorEquals": ["States.TaskFailed"], "Next": "S3"}], "Next": "S4"}
ENDS: list[dict[str, Any]] = [{"Type": "Pass", "Result": "timed out", "End": True}, {"Type": "Pass", "End": True}, {"Type": "Succeed"}]


def test_a_child_that_fails_is_a_task_that_has_failed() -> None:
    parts = {"Error.$": "$.Error", "told.$": "States.StringToJson($.Cause)"}
    ends = [ENDS[0], {**ENDS[1], "Parameters": parts}, ENDS[2]]
    inner = chain({"Type": "Fail", "Error": "Bad", "Cause": "it is"})
    came = run(family(chain(start(**TOLD, **CATCH), *ends), inner), {"n": 1})
    assert came.output == {"Error": "States.TaskFailed", "told": {"Error": "Bad", "Cause": "it is", "Status": "FAILED"}}


def test_a_child_whose_time_is_over_is_a_timeout_where_the_task_gives_it_one() -> None:
    inner = chain({"Type": "Wait", "Seconds": 100})
    assert run(family(chain(start(**TOLD, **CATCH, TimeoutSeconds=50), *ENDS), inner), {"n": 1}).output == "timed out"


@pytest.mark.parametrize(("names", "pauses"), [(["States.ALL"], 2), (["States.TaskFailed"], 2), (["States.Timeout"], 0), (["Bad"], 0)])
def test_a_child_is_retried_as_a_task_is(names: list[str], pauses: int) -> None:
    rule = {"ErrorEquals": names, "MaxAttempts": 2, "IntervalSeconds": 10, "BackoffRate": 1}
    came = run(family(chain(start(**TOLD, Retry=[rule])), WORK), {"n": 1}, {"echo": failure("Bad")})
    assert (came.status, came.duration) == ("failed", pauses * 10)
