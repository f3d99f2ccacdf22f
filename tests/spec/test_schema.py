"""Claims about `engine.spec.schema` and about `schemas/workflow.schema.json` itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.errors import Finding
from engine.spec.model import Json
from engine.spec.schema import schema_findings, workflow_schema
from engine.spec.source import parse_document, read_document
from tests.spec.documents import END, document_of, spec_of

SPECS = [path for path in sorted((Path(__file__).parents[2] / "specs").glob("*/*.json")) if not path.name.endswith(".test.json")]

LONG_TEXT = "x" * 257
CHILD: Json = {"name": "Child", "version": "1"}
EACH: Json = {"items": "input"}
CRON: Json = {"cron": "0 3 * * *"}


def found_in(value: Json) -> list[Finding]:
    return schema_findings(document_of(value))


def only_finding_in(value: Json) -> Finding:
    (finding,) = found_in(value)
    return finding


def node(**keys: Json) -> dict[str, Json]:
    return spec_of(nodes={"n": keys}, activities={"work": {"version": "1"}})


def objects(schema: Json) -> Iterator[dict[str, Json]]:
    """Every schema inside that says what an object has."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema and "description" in schema:
            yield schema
        for inner in schema.values():
            yield from objects(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects(inner)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(workflow_schema())


def test_no_object_has_keys_that_the_schema_does_not_name() -> None:
    described = list(objects(workflow_schema()))
    assert len(described) > 10
    open_ones = [it["description"] for it in described if it.get("additionalProperties") is not False and "allOf" not in it]
    assert open_ones == []


def test_the_examples_are_right() -> None:
    defined = workflow_schema()["$defs"]
    given = [(name, example) for name, definition in defined.items() for example in definition.get("examples", ())]
    assert given
    for name, example in given:
        Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": defined}).validate(example)


def test_every_key_is_described() -> None:
    for schema in objects(workflow_schema()):
        for key, value in schema["properties"].items():
            assert value.get("description", "").endswith("."), key


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_specs_of_the_repository_are_right(path: Path) -> None:
    assert schema_findings(read_document(path)) == []


def test_the_smallest_spec_is_right() -> None:
    assert found_in(spec_of()) == []


@pytest.mark.parametrize(
    "value",
    [
        node(type="activity", activity="work"),
        node(type="activity", activity="work", retry={"maxAttempts": 5}, next=["a", "b"], join=2, priority=-1),
        node(type="activity", activity="work", retry=[{"errors": ["Timeout.*"], "backoff": 1.5, "jitter": 0.1}, {"interval": "5s"}]),
        node(type="activity", activity="work", catch=[{"errors": ["*"], "retryFrom": "n", "maxTimes": 2}, {"next": "n"}]),
        node(type="activity", activity="work", timeouts={"heartbeat": "none", "startToClose": 5.0}, input=None, output=[1]),
        node(type="decision", choices=[{"when": "true", "next": ["a"]}, {"when": "x", "retryFrom": "n", "maxTimes": 1}], default="n"),
        node(type="pass", output={"a": "{% input %}"}, join="any", description="."),
        node(type="terminal", status="failed", reason="X", details={"a": 1}),
        node(type="terminal", status="canceled", details="why"),
        node(type="wait", **{"for": "5m"}),
        node(type="wait", **{"for": 0}),
        node(type="wait", **{"for": "{% input.seconds %}"}),
        node(type="wait", until="input.time", catch=[{"next": "n"}]),
        node(type="activity", activity="work", forEach={"items": "input"}),
        node(type="activity", activity="work", forEach={"items": "[1..3]", "maxConcurrency": 2, "tolerate": "12.5%"}),
        node(type="activity", activity="work", compensate={"activity": "work", "input": "{% result %}", "retry": {}, "priority": 1}),
        node(type="workflow", workflow={"name": "Child", "version": "1"}),
        node(type="workflow", workflow=CHILD, workflowId="c-{% item %}", childPolicy="ABANDON", tags=["{% item %}"], priority=0),
        node(type="workflow", workflow=CHILD, timeouts={"execution": "1h", "decision": "none"}, taskList="t", forEach={"items": "input"}),
        node(type="workflow", workflow=CHILD, retry={}, catch=[{"next": "n"}], compensate={"activity": "work"}, output="{% result %}"),
        node(type="lambda", function="f", timeout="5m", input={}, forEach={"items": "input", "tolerate": 3}),
        node(type="wait", signal="go"),
        node(type="wait", signal="go", timeout="{% input.patience %}", output="{% result.by %}", catch=[{"next": "n"}]),
        node(type="terminal", status="completed", compensate=True),
        node(type="terminal", status="continued", output={"n": "{% input.n + 1 %}"}),
        spec_of(onCancel="end", lambdaRole="arn:aws:iam::123456789012:role/path/swf", timeouts={"cancel": "5m"}),
        spec_of(schedule={"cron": "*/5 * * * *"}),
        spec_of(
            schedule={
                "cron": "0 0 3 * * mon-fri",
                "timeZone": "Europe/Berlin",
                "jitter": "5m",
                "overlap": "queue",
                "catchUp": 0,
                "input": {},
            }
        ),
        spec_of(alerts=[{"to": "ops", "on": ["failed", "timedOut"]}, {"to": ["mailto://a", "ops"], "nodes": ["end"], "late": "2h"}]),
        spec_of(start="end", tags=["a"] * 5, taskPriority=3, childPolicy="ABANDON", timeouts={"execution": "365d", "decision": "none"}),
        spec_of(defaults={"retry": {}, "timeouts": {}, "taskList": "t"}, inputSchema=True) | {"$schema": "x"},
        spec_of(activities={"a": {"version": "1", "run": {"command": ["ls"], "env": {"A": "b"}}, "output": {"file": "out.json"}}}),
        spec_of(activities={"a": {"version": "1", "run": {"python": "package.module:function"}, "inputSchema": {"type": "object"}}}),
    ],
)
def test_the_language_is_accepted(value: Json) -> None:
    assert found_in(value) == []


@pytest.mark.parametrize(
    ("value", "pointer", "message"),
    [
        (spec_of(name=None), "", 'the document has no "name"'),
        (spec_of(nodes={}), "/nodes", '"nodes" needs at least 1 entry'),
        (spec_of(name=""), "/name", '"name" must not be empty'),
        (spec_of(name=5), "/name", '"name" must be a string, not a number'),
        (spec_of(name=LONG_TEXT), "/name", '"name" has more than 256 characters'),
        (spec_of(version="x" * 65), "/version", '"version" has more than 64 characters'),
        (spec_of(name="a:b"), "/name", '"name" can\'t be "a:b"'),
        (spec_of(name="arn"), "/name", '"name" can\'t be "arn"'),
        (spec_of(name=" a"), "/name", '"name" can\'t be " a"'),
        (spec_of(domain="a\n"), "/domain", '"domain" can\'t be "a\\n"'),
        (spec_of(tags=["a"] * 6), "/tags", '"tags" has more than 5 entries'),
        (spec_of(tags=[5]), "/tags/0", 'entry 1 of "tags" must be a string, not a number'),
        (spec_of(taskPriority=2**31), "/taskPriority", '"taskPriority" must be at most 2147483647'),
        (spec_of(taskPriority=1.5), "/taskPriority", '"taskPriority" must be an integer, not a number'),
        (spec_of(timeouts={"execution": "none"}), "/timeouts/execution", '"execution" can\'t be "none"'),
        (spec_of(timeouts={"execution": "366d"}), "/timeouts/execution", "at most a year"),
        (spec_of(timeouts={"decision": "1158d"}), "/timeouts/decision", "SWF allows 0 to 99999999"),
        (spec_of(nodes={"a b": END}), "/nodes/a b", '"a b" is no name for this'),
        (spec_of(nodes={"true": END}), "/nodes/true", "is no name for this"),
        (spec_of(nodes={"end\n": END}), "/nodes/end\n", "is no name for this"),
        (spec_of(nodes={"n": []}), "/nodes/n", '"n" must be an object, not an array'),
        (spec_of(nodes={"n": {}}), "/nodes/n", '"n" has no "type"'),
        (node(type="activity"), "/nodes/n", '"n" has no "activity"'),
        (node(type="activity", activity="work", retry="x"), "/nodes/n/retry", '"retry" must be an object or an array, not a string'),
        (node(type="activity", activity="work", retry=[]), "/nodes/n/retry", '"retry" needs at least 1 entry'),
        (node(type="activity", activity="work", retry={"maxAttempts": 0}), "/nodes/n/retry/maxAttempts", "must be at least 1"),
        (node(type="activity", activity="work", retry=[{"interval": "none"}]), "/nodes/n/retry/0/interval", "can't be"),
        (node(type="activity", activity="work", catch=[{"errors": ["*"]}]), "/nodes/n/catch/0", 'needs "next" or "retryFrom"'),
        (node(type="activity", activity="work", catch=[{"retryFrom": "n"}]), "/nodes/n/catch/0", '"retryFrom" without "maxTimes"'),
        (node(type="activity", activity="work", next=["n", "n"]), "/nodes/n/next", '"next" says something twice'),
        (node(type="activity", activity="work", next=[]), "/nodes/n/next", '"next" needs at least 1 entry'),
        (node(type="activity", activity="work", join="most"), "/nodes/n/join", '"join" can\'t be "most"'),
        (node(type="activity", activity="work", join=0), "/nodes/n/join", '"join" must be at least 1'),
        (node(type="activity", activity="work", timeouts={"heartbeat": True}), "/nodes/n/timeouts/heartbeat", "not a boolean"),
        (node(type="decision", choices=[]), "/nodes/n/choices", "needs at least 1 entry"),
        (node(type="decision", choices=[{"next": "n"}]), "/nodes/n/choices/0", 'has no "when"'),
        (node(type="decision", choices=[{"when": "", "next": "n"}]), "/nodes/n/choices/0/when", "must not be empty"),
        (node(type="wait"), "/nodes/n", '"n" needs "for" or "until" or "signal"'),
        (node(type="wait", until="x", **{"for": "1s"}), "/nodes/n", '"n" has "for" and "until"'),
        (node(type="wait", **{"for": "none"}), "/nodes/n/for", "a wait needs an end"),
        (node(type="wait", **{"for": "soon"}), "/nodes/n/for", "is no duration"),
        (node(type="terminal", status="failed", output=1), "/nodes/n/output", '"output" means nothing here'),
        (node(type="terminal", status="completed", reason="x"), "/nodes/n/reason", '"reason" means nothing here'),
        (node(type="terminal", status="canceled", reason="x"), "/nodes/n/reason", '"reason" means nothing here'),
        (spec_of(activities={"arn": {"version": "1"}}), "/activities/arn", '"arn" is no name for this'),
        (spec_of(activities={"a": {"version": "1", "run": {}}}), "/activities/a/run", 'needs "command"'),
        (spec_of(activities={"a": {"version": "1", "run": {"command": "ls"}}}), "/activities/a/run/command", "must be an array"),
        (spec_of(activities={"a": {"version": "1", "run": {"python": "f"}}}), "/activities/a/run/python", 'can\'t be "f"'),
        (spec_of(inputSchema={"type": "objct"}), "/inputSchema/type", 'can\'t be "objct"'),
        (spec_of(inputSchema={"properties": {"a": {"$ref": "#/b"}}}), "/inputSchema/properties/a/$ref", '"#/b" leads nowhere'),
        (spec_of(inputSchema=5), "/inputSchema", '"inputSchema" must be an object or a boolean, not a number'),
        (spec_of(activities={"a": {"version": "1", "inputSchema": {"pattern": "("}}}), "/activities/a/inputSchema/pattern", '"pattern"'),
        (node(type="activity", activity="work", forEach={}), "/nodes/n/forEach", '"forEach" has no "items"'),
        (node(type="activity", activity="work", forEach={"items": ""}), "/nodes/n/forEach/items", "must not be empty"),
        (node(type="activity", activity="work", forEach=EACH | {"tolerate": "101%"}), "/nodes/n/forEach/tolerate", 'can\'t be "101%"'),
        (node(type="activity", activity="work", forEach=EACH | {"tolerate": -1}), "/nodes/n/forEach/tolerate", "at least 0"),
        (node(type="activity", activity="work", forEach=EACH | {"maxConcurrency": 0}), "/nodes/n/forEach/maxConcurrency", "at least 1"),
        (node(type="activity", activity="work", compensate="x"), "/nodes/n/compensate", "must be an object, not a string"),
        (node(type="activity", activity="work", compensate={}), "/nodes/n/compensate", 'has no "activity"'),
        (node(type="workflow"), "/nodes/n", '"n" has no "workflow"'),
        (node(type="workflow", workflow={"name": "a"}), "/nodes/n/workflow", 'has no "version"'),
        (node(type="workflow", workflow=CHILD, workflowId=""), "/nodes/n/workflowId", "must not be empty"),
        (node(type="workflow", workflow=CHILD, tags=["a"] * 6), "/nodes/n/tags", "more than 5 entries"),
        (node(type="workflow", workflow=CHILD, timeouts={"execution": "none"}), "/nodes/n/timeouts/execution", "can't be"),
        (node(type="lambda"), "/nodes/n", '"n" has no "function"'),
        (node(type="lambda", function="f" * 65), "/nodes/n/function", "more than 64 characters"),
        (node(type="lambda", function="f", timeout="16m"), "/nodes/n/timeout", "1 to 900 seconds"),
        (node(type="lambda", function="f", timeout=0), "/nodes/n/timeout", "1 to 900 seconds"),
        (node(type="wait", signal="go", until="x"), "/nodes/n", '"n" has "until" and "signal"'),
        (node(type="wait", signal=""), "/nodes/n/signal", "must not be empty"),
        (node(type="wait", timeout="5m", **{"for": "1m"}), "/nodes/n", '"timeout" without "signal"'),
        (node(type="wait", signal="go", timeout="none"), "/nodes/n/timeout", "a wait needs an end"),
        (node(type="terminal", status="completed", compensate="yes"), "/nodes/n/compensate", "must be a boolean"),
        (node(type="terminal", status="continued", reason="x"), "/nodes/n/reason", '"reason" means nothing here'),
        (spec_of(lambdaRole="swf"), "/lambdaRole", 'can\'t be "swf"'),
        (spec_of(schedule={}), "/schedule", 'has no "cron"'),
        (spec_of(schedule="rate(1 day)"), "/schedule", "must be an object"),
        (spec_of(schedule={"cron": "61 * * * *"}), "/schedule/cron", "something is wrong with its minute"),
        (spec_of(schedule=CRON | {"timeZone": "Europe/Berlni"}), "/schedule/timeZone", 'did you mean "Europe/Berlin"?'),
        (spec_of(schedule=CRON | {"overlap": "wait"}), "/schedule/overlap", 'one of "skip", "queue", "cancel"'),
        (spec_of(alerts=[{"to": "ops"}]), "/alerts/0", 'needs "on" or "nodes" or "late"'),
        (spec_of(alerts=[{"on": ["failed"]}]), "/alerts/0", 'has no "to"'),
        (spec_of(alerts=[{"to": [], "late": 5}]), "/alerts/0/to", "at least 1 entry"),
        (spec_of(alerts=[{"to": "", "late": 5}]), "/alerts/0/to", "must not be empty"),
        (spec_of(alerts=[{"to": "ops", "on": ["done"]}]), "/alerts/0/on/0", "it is one of"),
        ([], "", "the document must be an object, not an array"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_finding_with_its_pointer(value: Json, pointer: str, message: str) -> None:
    finding = only_finding_in(value)
    assert finding.pointer == pointer
    assert message in finding.message


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (node(type="activty"), 'did you mean "activity"?'),
        (node(type="activity", activity="work", nxt="n"), 'did you mean "next"?'),
        (node(type="activity", activity="work", task_list="t"), 'did you mean "taskList"?'),
        (node(type="activity", activity="work", retry={"max_attempts": 2}), 'did you mean "maxAttempts"?'),
        (node(type="activity", activity="work", foreach={}), 'did you mean "forEach"?'),
        (spec_of(alerts=[{"to": "ops", "lat": 5}]), 'did you mean "late"?'),
        (spec_of(childPolicy="terminate"), 'did you mean "TERMINATE"?'),
        (spec_of(inputschema={}), 'did you mean "inputSchema"?'),
        (spec_of(taskList=None, tasklist="t"), 'did you mean "taskList"?'),
        (node(type="activity", activity="work", catch=[{"nxt": "n"}]), 'did you mean "next"?'),
        (node(type="task"), 'did you mean "activity"?'),
        (node(type="terminal", status="succeeded"), 'did you mean "completed"?'),
        (node(type="wait", seconds=5), 'did you mean "for"?'),
        (node(type="activity", activity="work", retry={"attempts": 2}), 'did you mean "maxAttempts"?'),
        (spec_of(schedule={"crom": "0 3 * * *"}), 'did you mean "cron"?'),
        (spec_of(schedule=CRON | {"timezone": "Europe/Berlin"}), 'did you mean "timeZone"?'),
        (node(type="activity", activity="work", catch={"next": "n"}), 'e.g. [{"errors": ["Timeout.*"], "next": "give_up"}]'),
        (node(type="activity", activity="work", retry=3), 'e.g. {"maxAttempts": 5, "interval": "2s"}'),
        (spec_of(tags="a"), "a list stands in [ and ]"),
    ],
)
def test_what_was_meant_is_guessed(value: Json, hint: str) -> None:
    assert only_finding_in(value).hint == hint


def test_of_a_union_of_objects_only_the_type_is_said_where_there_is_none() -> None:
    found = only_finding_in(spec_of(activities={"work": {"version": "1", "run": "python3 work.py"}}))
    assert (found.rule, found.pointer) == ("type", "/activities/work/run")


def test_an_unknown_key_is_found_where_the_key_stands() -> None:
    text = '{"name": "a", "version": "1", "domain": "d", "taskList": "t",\n "nodes": {"end": {"type": "pass",\n  "outptu": 1}}}'
    (finding,) = schema_findings(parse_document(text, "spec.json"))
    assert (finding.line, finding.column, finding.pointer) == (3, 3, "/nodes/end/outptu")


def test_all_mistakes_of_a_document_are_found_at_once_in_its_order() -> None:
    value = {
        "name": "Messy", "version": 1.0, "domain": "a:b", "tasklist": "t",
        "childPolicy": "TERMINTE",
        "tags": ["a", "b", "c", "d", "e", "f"],
        "nodes": {
            "first": {"type": "activty"},
            "second": {"type": "activity", "activity": "work", "retry": "often", "forAll": {}},
            "third": {"type": "decision", "choices": [{"when": "x", "next": "end", "retryFrom": "first", "maxTimes": 1}]},
            "end": {"type": "terminal", "status": "complete", "join": 0},
        },
    }  # fmt: skip
    found = found_in(value)
    assert [it.pointer for it in found] == [
        "/version", "/domain", "/tasklist", "/childPolicy", "/tags", "/nodes/first/type", "/nodes/second/retry",
        "/nodes/second/forAll", "/nodes/third/choices/0", "/nodes/end/status", "/nodes/end/join",
    ]  # fmt: skip
    assert all("any of the given schemas" not in it.message for it in found)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from([
    "type", "next", "join", "retry", "catch", "choices", "status", "for", "until", "activity", "timeouts", "input", "forEach", "compensate",
    "workflow", "workflowId", "tags", "function", "timeout", "signal",
])  # fmt: skip
TYPES = st.sampled_from(["activity", "workflow", "lambda", "decision", "pass", "terminal", "wait"])


@given(st.dictionaries(KEYS, ANYTHING), TYPES, st.dictionaries(st.sampled_from(list(workflow_schema()["properties"])), ANYTHING))
def test_whatever_a_document_holds_it_gets_findings_and_no_traceback(keys: dict[str, Json], kind: str, top: dict[str, Json]) -> None:
    value = {**spec_of(nodes={"n": {**keys, "type": kind}}), **top}
    for finding in found_in(value):
        assert finding.message
        assert "is not valid under any" not in finding.message
