"""Parallel and Map: fan-out in the spec, children, and what of them is repeated, caught, collected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.asl.report import Weight
from tests.asl.running import ECHO, chain, failure, imported, output, remarks, run, without_loss


def parallel(*branches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Parallel", "Branches": list(branches), **fields}


def constant(value: Any) -> dict[str, Any]:
    return {"Type": "Pass", "Result": value}


def work(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": ECHO, **fields}


def bad_at_first() -> Callable[[Any], Any]:
    """Fails when it is called for the first time, and gives what it is given ever after."""
    calls: list[Any] = []

    def answer(given: Any) -> Any:
        calls.append(given)
        if len(calls) == 1:
            raise ValueError("bad")
        return given

    return answer


def test_branches_run_side_by_side_and_their_results_are_a_list() -> None:
    machine = chain(
        parallel(chain(constant([1])), chain({"Type": "Wait", "Seconds": 9}, work()), chain({"Type": "Wait", "Seconds": 9}, constant(None)))
    )
    outcome = run(without_loss(machine), {"v": 1})
    assert outcome.output == [[1], {"v": 1}, None]
    assert outcome.duration == 9
    assert len(without_loss(machine).specs) == 1


def test_the_list_is_shaped_like_any_result() -> None:
    shape = {"Parameters": {"p.$": "$.v"}, "ResultSelector": {"last.$": "$[1]"}, "ResultPath": "$.r"}
    assert output(chain(parallel(chain(work()), chain(work(InputPath="$.p")), **shape)), {"v": [2]}) == {"v": [2], "r": {"last": [2]}}


def test_parallels_stand_in_parallels() -> None:
    inner = chain(parallel(chain(constant(1)), chain(constant(2))), constant(3))
    assert output(chain(parallel(inner, chain(parallel(chain(constant([]))))), work())) == [3, [[]]]


def test_a_branch_may_end_in_several_places() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.v", "IsString": True, "Next": "S2"}], "Default": "S3"}
    branch = chain(choice, {**constant("text"), "End": True}, {"Type": "Succeed", "InputPath": "$.v"})
    assert output(chain(parallel(branch, branch)), {"v": "x"}) == ["text", "text"]
    assert output(chain(parallel(branch, branch)), {"v": 5}) == [5, 5]


def test_a_branch_that_fails_fails_it_all() -> None:
    machine = chain(parallel(chain({"Type": "Wait", "Seconds": 50}), chain({"Type": "Fail", "Error": "Bad", "Cause": "c"})))
    outcome = run(without_loss(machine))
    assert (outcome.status, outcome.reason, outcome.duration) == ("failed", "Bad", 0)


def test_a_caught_parallel_is_a_child_whose_errors_keep_their_names() -> None:
    branches = [chain(constant(1)), chain(work())]
    rules = [
        {"ErrorEquals": ["Known"], "Next": "S2", "ResultPath": "$.e"},
        {"ErrorEquals": ["States.ALL"], "Next": "S3", "ResultPath": None},
    ]
    first = parallel(*branches, Catch=rules, Next="S4")
    machine = chain(first, {"Type": "Pass", "End": True}, {**constant("all"), "End": True}, {"Type": "Pass"})
    assert len(without_loss(machine).specs) == 2
    assert output(machine, {"v": 1}) == [1, {"v": 1}]
    assert output(machine, {"v": 1}, {"echo": failure("Known", "c: d")}) == {"v": 1, "e": {"Error": "Known", "Cause": "c: d"}}
    assert output(machine, {"v": 1}, {"echo": failure("Odd")}) == "all"


def test_what_is_not_caught_goes_on_up_by_its_name() -> None:
    inner = parallel(chain(work()), Catch=[{"ErrorEquals": ["Other"], "Next": "S2"}], Next="S2")
    outer = parallel(chain(inner, {"Type": "Pass"}), Catch=[{"ErrorEquals": ["Deep"], "Next": "S2"}])
    machine = chain({**outer, "Next": "S2"}, {"Type": "Pass"})
    found = without_loss(machine)
    deepest = max(found.specs, key=len)
    task = next(name for name, node in found.specs[deepest]["nodes"].items() if node["type"] == "activity")
    assert run(found, {}, {f"{deepest}/{task}": failure("Deep", "why")}).output == {"Error": "Deep", "Cause": "why"}


def test_a_retried_parallel_runs_again_as_a_whole() -> None:
    rule = {"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "IntervalSeconds": 7, "BackoffRate": 1}
    machine = chain(parallel(chain(work()), chain(work()), Retry=[rule]))
    outcome = run(without_loss(machine), 5, {"echo": bad_at_first()})
    assert (outcome.output, outcome.duration) == ([5, 5], 7)


@pytest.mark.parametrize(
    ("error", "names", "times"),
    [("Busy", ["Busy"], 3), ("Busy", ["Other"], 1), ("Busy", ["States.TaskFailed"], 3), ("States.Runtime", ["States.ALL"], 1)],
)
def test_a_child_is_retried_for_the_errors_that_are_named(error: str, names: list[str], times: int) -> None:
    rules = [{"ErrorEquals": names, "MaxAttempts": 2}]
    machine = chain(parallel(chain({"Type": "Task", "Resource": f"{ECHO}2"}, {"Type": "Fail", "Error": error}), Retry=rules))
    calls: list[Any] = []
    assert run(without_loss(machine), 1, {"echo2": calls.append}).status == "failed"
    assert len(calls) == times


def test_rules_of_a_child_that_is_retried_in_a_loop_are_a_loss() -> None:
    again = {"Type": "Choice", "Choices": [{"Variable": "$.go", "IsPresent": True, "Next": "S1"}], "Default": "S3"}
    first = parallel(chain(work()), Retry=[{"ErrorEquals": ["Busy"]}], ResultPath=None)
    assert remarks(imported(chain(first, again, {"Type": "Succeed"})), Weight.LOSS) == [("/States/S1/Retry/0", "Retry")]


def mapped(processor: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Map", "ItemProcessor": processor, **fields}


def test_each_item_is_a_child_and_the_results_are_in_order() -> None:
    machine = chain(mapped(chain({"Type": "Wait", "SecondsPath": "$"}, work()), ItemsPath="$.items"))
    outcome = run(without_loss(machine), {"items": [3, 1, 2]})
    assert (outcome.output, outcome.duration) == ([3, 1, 2], 3)
    assert run(without_loss(machine), {"items": []}).output == []
    assert run(without_loss(machine), {"items": "x"}).status == "failed"


def test_an_item_is_told_what_its_selector_says() -> None:
    selector = {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "all.$": "$.n"}
    for field in ("ItemSelector", "Parameters"):
        machine = chain(mapped(chain(work()), ItemsPath="$.l", ResultPath="$.r", **{field: selector}))
        assert output(machine, {"l": [[7]], "n": 2}) == {"l": [[7]], "n": 2, "r": [{"i": 0, "v": [7], "all": 2}]}


def test_an_item_knows_its_place_inside_too() -> None:
    inside = chain({"Type": "Pass", "Parameters": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "n.$": "$$.Execution.Name"}})
    assert output(chain(mapped(inside)), ["a"]) == [{"i": 0, "v": "a", "n": "scenario"}]


def test_no_more_at_once_than_allowed() -> None:
    machine = chain(mapped(chain({"Type": "Wait", "Seconds": 5}), MaxConcurrency=2))
    assert run(without_loss(machine), [1, 2, 3, 4, 5]).duration == 15


def test_a_map_that_fails_is_caught_by_the_error_of_its_item() -> None:
    machine = chain(mapped(chain(work()), Catch=[{"ErrorEquals": ["Bad"], "Next": "S2"}], Next="S2"), {"Type": "Pass"})
    assert output(machine, [1], {"M S1/S1": failure("Bad", "c")}) == {"Error": "Bad", "Cause": "c"}
    assert run(machine, [1], {"M S1/S1": failure("Worse", "c")}).reason == "Worse"


def test_a_retried_map_runs_all_its_items_again() -> None:
    machine = chain(mapped(chain(work()), Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3}]))
    outcome = run(without_loss(machine), [1, 2], {"echo": bad_at_first()})
    assert (outcome.output, outcome.duration) == ([1, 2], 3)


def test_the_reader_of_a_distributed_map_is_an_activity() -> None:
    reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}, "Parameters": {"Bucket.$": "$.b"}}
    batches = {"MaxItemsPerBatch": 2, "BatchInput": {"b.$": "$.b"}}
    processor = {**chain(work()), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    machine = chain(mapped(processor, ItemReader=reader, ItemBatcher=batches, ResultPath="$.r"))
    outcome = run(without_loss(machine), {"b": "x"}, {"s3_getObject": lambda given: [given["Parameters"]["Bucket"], 2, 3]})
    batch = {"BatchInput": {"b": "x"}}
    assert outcome.output == {"b": "x", "r": [{"Items": ["x", 2], **batch}, {"Items": [3], **batch}]}


def test_the_writer_of_a_distributed_map_is_an_activity() -> None:
    machine = chain(mapped(chain(work()), ResultWriter={"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}}))
    assert output(machine, [1], {"s3_putObject": lambda given: given}) == {"Results": [1], "Parameters": {"Bucket": "b"}}
