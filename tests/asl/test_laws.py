"""Laws, on random machines with any cycles: an imported spec ends as the machine does; nothing but a refusal is ever raised."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.asl.importing import import_machine
from engine.asl.report import Weight
from engine.asl.scope import Options
from engine.errors import AslError
from engine.spec.model import ABSENT
from tests.asl.oracle import TaskFailed, Unlike, walk
from tests.asl.running import ECHO, imported, remarks, run

NAMES = st.sampled_from("ab")
PATHS = st.sampled_from(["$", "$.a", "$.b"])
VALUES = st.one_of(
    st.none(), st.integers(0, 3), st.lists(st.integers(0, 1), max_size=2), st.fixed_dictionaries({"a": st.integers(0, 3), "b": st.none()})
)
RESULTS = st.sampled_from(["$", None, "$.a", "$.b"])
ERRORS = ("Busy", "Broken")
MOST = 40


@st.composite
def shapes(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if draw(st.booleans()):
        found["ResultPath"] = draw(RESULTS)
    kind = draw(st.sampled_from(["", "", "Parameters", "InputPath"]))
    if kind == "Parameters":
        found[kind] = {f"{draw(NAMES)}.$": draw(PATHS), "c": draw(st.integers(0, 3))}
    elif kind:
        found[kind] = draw(PATHS)
    return found


@st.composite
def retries(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from([*ERRORS, "States.ALL"]), max_size=3, unique=True))
    rules = [
        {"ErrorEquals": [name], "MaxAttempts": draw(st.integers(0, 2))} for name in sorted(names, key=lambda name: name == "States.ALL")
    ]
    return {"Retry": rules} if rules else {}


@st.composite
def states(draw: st.DrawFn, names: list[str], depth: int) -> dict[str, Any]:  # noqa: PLR0911 - one for each type of state
    target = st.sampled_from(names)
    kind = draw(
        st.sampled_from(["Pass", "Pass", "Task", "Task", "Choice", "Choice", "Wait", "Succeed", "Fail", *(["Parallel"] if depth else [])])
    )
    follows: dict[str, Any] = {"End": True} if draw(st.integers(0, 4)) == 0 else {"Next": draw(target)}
    match kind:
        case "Pass":
            result: dict[str, Any] = {"Result": draw(VALUES)} if draw(st.booleans()) else {}
            return {"Type": kind, **draw(shapes()), **result, **follows}
        case "Task":
            rules = [
                {"ErrorEquals": [draw(st.sampled_from(["States.ALL", *ERRORS]))], "Next": draw(target), "ResultPath": draw(RESULTS)}
                for _ in range(draw(st.integers(0, 2)))
            ]
            rules.sort(key=lambda rule: rule["ErrorEquals"] == ["States.ALL"])
            catch: dict[str, Any] = {"Catch": rules} if rules else {}
            return {"Type": kind, "Resource": ECHO, **draw(shapes()), **catch, **draw(retries()), **follows}
        case "Choice":
            tests: list[dict[str, Any]] = [{"NumericLessThan": 2}, {"IsPresent": True}, {"IsPresent": False}]
            test = draw(st.sampled_from(tests))
            return {
                "Type": kind,
                "Choices": [{"Variable": draw(st.sampled_from(["$.a", "$.b"])), **test, "Next": draw(target)}],
                "Default": draw(target),
            }
        case "Wait":
            return {"Type": kind, "Seconds": 1, **follows}
        case "Parallel":
            branches = [draw(machines(depth - 1)) for _ in range(draw(st.integers(1, 2)))]
            return {"Type": kind, "Branches": branches, **draw(shapes()), **follows}
        case "Fail":
            return {"Type": kind, "Error": "Given"}
        case _:
            return {"Type": kind}


@st.composite
def machines(draw: st.DrawFn, depth: int = 1) -> dict[str, Any]:
    names = [f"S{number}" for number in range(draw(st.integers(1, 6)))]
    return {"StartAt": "S0", "States": {name: draw(states(names, depth)) for name in names}}


ANSWERS = st.lists(st.one_of(VALUES, st.sampled_from(ERRORS)), min_size=1, max_size=4)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
)
@given(machine=machines(), value=VALUES, answers=ANSWERS)
def test_an_imported_spec_ends_as_the_machine_does(machine: dict[str, Any], value: Any, answers: list[Any]) -> None:
    assume(
        "Parallel" not in json.dumps(machine) or all(not isinstance(answer, str) for answer in answers)
    )  # else it is chance who fails first
    asked: Counter[str] = Counter()

    def work(name: str, given: Any) -> Any:
        """A task answers by what it is given, so that the order of branches does not matter; without branches in turn."""
        asked[name] += 1
        place = len(json.dumps(given)) if "Parallel" in json.dumps(machine) else asked.total()
        answer = answers[place % len(answers)]
        if isinstance(answer, str):
            raise TaskFailed(answer)
        return answer

    try:
        expected = walk(machine, value, work, MOST)
    except Unlike:
        expected = None
    assume(expected is not None)
    assert expected is not None
    asked.clear()
    found = imported(machine)
    assert {what for _, what in remarks(found, Weight.LOSS)} <= {"Retry"}  # rules within a loop
    assume(not found.losses)
    outcome = run(found, value, {"echo": _raising(work)})
    assert outcome.status == expected.status, (expected, outcome.reason, outcome.details)
    if expected.status == "completed":
        assert (None if outcome.output is ABSENT else outcome.output) == expected.output


def _raising(work: Any) -> Any:
    kinds = {name: type(name, (Exception,), {}) for name in ERRORS}

    def answer(given: Any) -> Any:
        try:
            return work("", given)
        except TaskFailed as failure:
            raise kinds[str(failure)] from None

    return answer


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "$", "$.a", "S0", "{% x %}", "States.ALL"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["Type", "Next", "States", "a.$"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(machine=machines(), data=st.data())
def test_of_a_spoiled_machine_there_is_a_spec_or_a_refusal(machine: dict[str, Any], data: st.DataObject) -> None:
    spoiled = json.loads(json.dumps(machine))
    state = spoiled["States"]["S0"]
    place = data.draw(st.sampled_from([spoiled, state, *(rule for rule in state.get("Choices", []) + state.get("Catch", []))]))
    fields = [
        *place,
        "Type",
        "Catch",
        "Retry",
        "Choices",
        "Branches",
        "ItemProcessor",
        "Resource",
        "Seconds",
        "Assign",
        "Output",
        "ErrorEquals",
        "Parameters",
    ]
    place[data.draw(st.sampled_from(fields))] = data.draw(JSON)
    with suppress(AslError):
        assert import_machine(spoiled, Options(name="M")).specs
