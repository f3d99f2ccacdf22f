"""Test files: found, read, checked, held against what came, and what they cover."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import SpecError
from engine.graph.check import find_specs
from engine.testing.suite import Played, SuiteResult, find_suites, load, run_suite
from tests.testing.flows import DONE, flow, one, scenarios, work

SPECS = Path(__file__).parent.parent.parent / "specs"


def played(file: Path) -> SuiteResult:
    return run_suite(load(file), lambda _: True)


def failures(spec: Path, expect: dict[str, Any], **scenario: Any) -> dict[str, tuple[str, ...]]:
    """Of one scenario: what differs -> the lines about it."""
    [only] = played(scenarios(spec, {"name": "it", "expect": expect, **scenario})).played
    return {failure.what: failure.lines for failure in only.failures}


def findings(spec: Path, **scenario: Any) -> list[tuple[str, str]]:
    with pytest.raises(SpecError) as caught:
        load(scenarios(spec, {"name": "it", **scenario}))
    return [(finding.rule, finding.pointer) for finding in caught.value.findings]


def test_files_are_found_in_folders_beside_specs_and_by_name(tmp_path: Path) -> None:
    spec = one(tmp_path)
    file = scenarios(spec, {"name": "it"})
    hidden = tmp_path / ".git"
    hidden.mkdir()
    (hidden / "flow.test.json").write_text("{}", encoding="utf-8")
    assert find_suites([tmp_path]) == find_suites([spec]) == find_suites([file]) == [file]


def test_test_files_are_no_specs(tmp_path: Path) -> None:
    spec = one(tmp_path)
    scenarios(spec, {"name": "it", "input": {"nodes": {}}})
    assert find_specs([tmp_path]) == [spec]


@pytest.mark.parametrize("file", find_suites([SPECS]), ids=lambda file: file.name)
def test_the_examples_do_what_their_tests_say_and_are_covered_whole(file: Path) -> None:
    result = played(file)
    assert [one.scenario.name for one in result.played if not one.passed] == []
    assert result.coverage.gaps == ()


def test_there_is_a_test_for_every_example() -> None:
    assert {file.with_name(file.name.replace(".test.json", ".json")) for file in find_suites([SPECS])} == set(find_specs([SPECS]))


# Held against what came.

ANSWER = {"activities": {"Work": {"result": {"n": 1}, "delay": 5}}}
RIGHT: dict[str, Any] = {
    "status": "completed",
    "output": {"n": 1},
    "path": ["work", "done"],
    "duration": "5s",
    "runs": 1,
    "visits": {"work": 1},
    "attempts": {"work": 1},
    "inputs": {"work": "in"},
    "calls": {"work": ["in"]},
    "results": {"work": {"n": 1}},
    "errors": {},
    "undone": [],
    "notUndone": [],
    "check": ["output.n = 1 and duration < 6", "input = 'in'"],
}


@pytest.mark.parametrize(
    ("wrong", "lines"),
    [
        ({"output": {"n": 2}}, ('- {"n": 2}', '+ {"n": 1}')),
        ({"output": {"n": 1.0, "m": 1}}, ('- {"m": 1, "n": 1.0}', '+ {"n": 1}')),
        ({"path": ["done"]}, ("- done", "+ work → done")),
        ({"path": ["work"]}, ("- work → (the end)", "+ work → done")),
        ({"duration": "1m"}, ("- 1m", "+ 5s")),
        ({"runs": 2}, ("- 2", "+ 1")),
        ({"reason": "Because"}, ('- "Because"', '+ ""')),
        ({"details": None}, ("- null", "+ (nothing)")),
        ({"undone": ["work"]}, ('- ["work"]', "+ []")),
        ({"check": ["output.n > 3"]}, ("  output.n > 3", "  it does not hold")),
        ({"check": ["output.n"]}, ("  output.n", "  a condition must yield true, false or nothing, not a number")),
    ],
)
def test_each_difference_says_what_was_expected_and_what_came(tmp_path: Path, wrong: dict[str, Any], lines: tuple[str, ...]) -> None:
    spec = one(tmp_path, input="{% input %}")
    assert failures(spec, RIGHT, input="in", **ANSWER) == {}
    assert failures(spec, RIGHT | wrong, input="in", **ANSWER) == {next(iter(wrong)): lines}


@pytest.mark.parametrize("key", ["visits", "attempts", "inputs", "calls", "results"])
def test_differences_of_nodes_name_the_node(tmp_path: Path, key: str) -> None:
    spec = one(tmp_path, input="{% input %}")
    wrong = [9] if key == "calls" else 9
    assert list(failures(spec, {key: {"work": wrong}}, input="in", **ANSWER)) == [f"{key} of work"]


def test_an_expected_error_is_a_pattern(tmp_path: Path) -> None:
    spec = one(tmp_path)
    broken = {"activities": {"Work": {"fail": "ExitCode.3"}}}
    assert failures(spec, {"status": "failed", "errors": {"work": "ExitCode.*"}}, **broken) == {}
    assert failures(spec, {"status": "failed", "errors": {"work": "Timeout.*"}}, **broken) == {
        "errors of work": ("- Timeout.*", "+ ExitCode.3")
    }


def test_another_end_than_expected_is_explained_and_not_compared_further(tmp_path: Path) -> None:
    told = failures(one(tmp_path), {"output": 3, "duration": 4}, activities={"Work": {"fail": "Broken", "message": "no paper"}})
    assert list(told) == ["status"]
    assert told["status"][:3] == ('- "completed"', '+ "failed"', "  reason: work: Broken")
    waiting = flow(tmp_path, {"ask": {"type": "wait", "signal": "go", "next": "done"}, "done": DONE})
    assert failures(waiting, {})["status"][-1] == "  after 30d these nodes were still open: ask"


def test_a_failure_has_its_place_in_the_file(tmp_path: Path) -> None:
    file = scenarios(one(tmp_path), {"name": "it", "expect": {"output": 2}, **ANSWER})
    [[failure]] = [each.failures for each in played(file).played]
    line = file.read_text(encoding="utf-8").split("\n")[failure.place.line - 1]
    assert '"output": 2' in line
    assert (failure.place.pointer, line[failure.place.column - 1 :]) == ("/scenarios/0/expect/output", "2")


def test_a_scenario_that_can_not_be_played_is_a_failure_with_a_hint(tmp_path: Path) -> None:
    [only] = played(scenarios(one(tmp_path), {"name": "it"})).played
    [failure] = only.failures
    assert failure.what == "no answer for the activity Work (node work, attempt 1), asked with no input"
    assert failure.lines == ('  say under "activities" what "work" answers, e.g. {"result": null}',)


def test_an_input_that_is_refused_is_a_failure_at_the_input(tmp_path: Path) -> None:
    spec = flow(tmp_path, {"done": DONE}, inputSchema={"type": "number"})
    [only] = played(scenarios(spec, {"name": "it", "input": "three"})).played
    assert [(failure.place.pointer, failure.what) for failure in only.failures] == [("/scenarios/0/input", "the input is refused")]


# What can't be.


@pytest.mark.parametrize(
    ("scenario", "finding"),
    [
        ({"activities": {"wrok": {"result": 1}}}, ("unknown-name", "/activities/wrok")),
        ({"activities": {"done": {"result": 1}}}, ("unknown-name", "/activities/done")),
        ({"children": {"work": {"result": 1}}}, ("unknown-name", "/children/work")),
        ({"activities": {"work": {"each": [{"result": 1}]}}}, ("no-items", "/activities/work")),
        ({"activities": {"work": {"terminated": True}}}, ("impossible-answer", "/activities/work")),
        ({"signals": [{"name": "go", "when": "nowhere"}]}, ("unknown-node", "/signals/0/when")),
        ({"cancel": {"when": "nowhere"}}, ("unknown-node", "/cancel/when")),
        ({"expect": {"path": ["work", "don"]}}, ("unknown-node", "/expect/path/1")),
        ({"expect": {"visits": {"nowhere": 1}}}, ("unknown-node", "/expect/visits/nowhere")),
        ({"expect": {"undone": ["nowhere[1]"]}}, ("unknown-node", "/expect/undone/0")),
        ({"expect": {"check": ["output >"]}}, ("expression", "/expect/check/0")),
        ({"activities": {"work": {"timeout": "heartbeat", "delay": 3}}}, ("not", "/activities/work/delay")),
        ({"activities": {"work": {"result": 1, "fail": "X"}}}, ("oneOf", "/activities/work")),
        ({"activities": {"work": []}}, ("minItems", "/activities/work")),
        ({"start": "yesterday"}, ("format", "/start")),
        ({"expect": {"duration": "none"}}, ("pattern", "/expect/duration")),
        ({"expects": {}}, ("unknown-key", "/expects")),
    ],
)
def test_mistakes_are_findings_with_their_place(tmp_path: Path, scenario: dict[str, Any], finding: tuple[str, str]) -> None:
    rule, pointer = finding
    assert findings(one(tmp_path), **scenario) == [(rule, f"/scenarios/0{pointer}")]


def test_two_scenarios_have_two_names(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match='a second scenario is called "it"'):
        load(scenarios(one(tmp_path), {"name": "it"}, {"name": "it"}))


def test_a_test_without_its_spec_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"there is no spec .*other\.json"):
        load(scenarios(one(tmp_path), {"name": "it"}, spec="other.json"))


def test_a_wrong_spec_is_reported_as_check_does(tmp_path: Path) -> None:
    spec = flow(tmp_path, {"work": work(next="nowhere"), "done": DONE})
    with pytest.raises(SpecError, match="unknown-node"):
        load(scenarios(spec, {"name": "it"}))


# What is covered.

BRANCHING = {
    "work": work(next="which", retry={"errors": ["Busy"], "maxAttempts": 2, "interval": 0}, catch=[{"errors": ["Bad"], "next": "bad"}],
                 compensate={"activity": "Undo"}),
    "which": {"type": "decision", "choices": [{"when": "results.work = 1", "next": "done"}], "default": "other"},
    "done": DONE,
    "other": {**DONE, "compensate": True},
    "bad": DONE,
}  # fmt: skip


def covered(folder: Path, *answers: Any) -> list[str]:
    """What a scenario for each answer leaves out."""
    spec = flow(folder, BRANCHING)
    undo = {"Undo": {"result": None}}
    given = [{"name": str(number), "activities": {"Work": answer, **undo}} for number, answer in enumerate(answers)]
    result = played(scenarios(spec, *given))
    assert all(map(passed, result.played)), result.played
    coverage = result.coverage
    assert coverage.covered + len(coverage.gaps) == coverage.total == 11
    return [gap.what for gap in coverage.gaps]


def passed(one: Played) -> bool:
    return one.passed


def test_what_no_scenario_goes_through_is_told(tmp_path: Path) -> None:
    gaps = ["work → bad (catch Bad)", "work ↻ retry", "work undone", "which → other (default)", "other", "bad"]
    assert covered(tmp_path, {"result": 1}) == gaps
    assert covered(tmp_path, {"result": 1}, {"fail": "Bad"}) == ["work ↻ retry", "work undone", "which → other (default)", "other"]
    assert covered(tmp_path, {"result": 1}, {"fail": "Bad"}, [{"fail": "Busy"}, {"result": 2}]) == []


def test_the_errors_that_nodes_failed_with_are_told_by_name(tmp_path: Path) -> None:
    spec = flow(tmp_path, BRANCHING)
    answers = {"Work": [{"fail": "Busy"}, {"fail": "Bad"}]}
    coverage = played(scenarios(spec, {"name": "it", "activities": answers})).coverage
    assert coverage.errors == {"work": frozenset({"Busy", "Bad"})}


def test_nothing_played_covers_nothing(tmp_path: Path) -> None:
    coverage = run_suite(load(scenarios(one(tmp_path), {"name": "it"})), lambda _: False).coverage
    assert (coverage.percent, coverage.covered, len(coverage.gaps)) == (0, 0, 3)


def test_the_schema_describes_every_key() -> None:
    schema = json.loads((SPECS.parent / "schemas" / "test.schema.json").read_text(encoding="utf-8"))
    holders = [schema, *schema["$defs"].values()]
    bare = [
        key
        for holder in holders
        for key, inner in holder.get("properties", {}).items()
        if "description" not in inner and "$ref" not in inner
    ]
    assert bare == []
