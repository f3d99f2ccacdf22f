"""Claims about `engine.spec.parse`."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import pytest

from engine.spec.model import (
    ABSENT,
    UNLIMITED,
    ActivityNode,
    ActivityTimeouts,
    Alert,
    AlertOn,
    CatchRule,
    ChildPolicy,
    ChildTimeouts,
    Choice,
    CommandRun,
    DecisionNode,
    Expression,
    FileOutput,
    ForEach,
    Goto,
    HttpRun,
    JoinKind,
    Json,
    LambdaNode,
    Overlap,
    PassNode,
    Percent,
    PythonRun,
    RetryFrom,
    RetryRule,
    Schedule,
    Spec,
    Template,
    TerminalNode,
    TerminalStatus,
    UndoActivity,
    WaitFor,
    WaitNode,
    WaitSignal,
    WaitUntil,
    WorkflowNode,
    WorkflowTimeouts,
    WorkflowType,
)
from engine.spec.parse import parse_spec
from engine.spec.schema import schema_findings
from engine.spec.source import read_document
from tests.spec.documents import document_of, spec_of

SPECS = [path for path in sorted((Path(__file__).parents[2] / "specs").glob("*/*.json")) if not path.name.endswith(".test.json")]

NodeT = TypeVar("NodeT")


def parsed(value: Json) -> Spec:
    document = document_of(value)
    assert schema_findings(document) == []
    return parse_spec(document)


def the_node(kind: type[NodeT], keys: dict[str, Json], **more: Json) -> NodeT:
    node = parsed(spec_of(nodes={"n": keys}, **more)).nodes["n"]
    assert isinstance(node, kind)
    return node


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_specs_of_the_repository_are_parsed_and_know_their_folder(path: Path) -> None:
    spec = parse_spec(read_document(path))
    assert (spec.folder, spec.file) == (path.parent, str(path))


def test_what_nobody_says_is_what_the_model_says() -> None:
    spec = parsed(spec_of())
    assert spec == Spec(
        name="Example", version="1.0", domain="test", task_list="decisions", activities={},
        nodes={"end": TerminalNode(name="end", status=TerminalStatus.COMPLETED)}, folder=Path(), file="spec.json",
    )  # fmt: skip
    assert the_node(ActivityNode, {"type": "activity", "activity": "work"}) == ActivityNode(
        name="n", activity="work", timeouts=ActivityTimeouts(), task_list="decisions"
    )


def test_what_the_author_says_of_the_whole_is_kept() -> None:
    spec = parsed(
        spec_of(
            start="end", tags=["a", "b"], taskPriority=0, childPolicy="ABANDON", description="d", inputSchema=False,
            timeouts={"execution": "2h", "decision": "none", "cancel": "5m"}, onCancel="end", lambdaRole="arn:aws:iam::123456789012:role/r",
        )
    )  # fmt: skip
    assert (spec.start, spec.tags, spec.task_priority, spec.child_policy) == ("end", ("a", "b"), 0, ChildPolicy.ABANDON)
    assert (spec.description, spec.input_schema) == ("d", False)
    assert spec.timeouts == WorkflowTimeouts(execution=7200, decision=UNLIMITED, cancel=300)
    assert (spec.on_cancel, spec.lambda_role) == ("end", "arn:aws:iam::123456789012:role/r")


def test_nodes_keep_the_order_of_the_document() -> None:
    names = ["z", "a", "m", "b"]
    assert list(parsed(spec_of(nodes={name: {"type": "pass"} for name in names})).nodes) == names


ACTIVITY: Json = {"type": "activity", "activity": "work"}


@pytest.mark.parametrize(
    ("node", "activity", "defaults", "task_list"),
    [
        ({"taskList": "node"}, {"taskList": "type"}, {"taskList": "defaults"}, "node"),
        ({}, {"taskList": "type"}, {"taskList": "defaults"}, "type"),
        ({}, {}, {"taskList": "defaults"}, "defaults"),
        ({}, {}, {}, "decisions"),
    ],
)
def test_the_nearest_task_list_holds(node: Json, activity: Json, defaults: Json, task_list: str) -> None:
    found = the_node(ActivityNode, {**ACTIVITY, **node}, activities={"work": {"version": "1", **activity}}, defaults=defaults)
    assert found.task_list == task_list


def test_the_nearest_timeout_holds_one_by_one() -> None:
    value = spec_of(
        nodes={"n": {**ACTIVITY, "timeouts": {"heartbeat": "10s"}}},
        activities={"work": {"version": "1", "timeouts": {"heartbeat": "20s", "startToClose": 0}}},
        defaults={"timeouts": {"heartbeat": "30s", "startToClose": "1m", "scheduleToStart": "2m"}},
    )
    spec = parsed(value)
    node = spec.nodes["n"]
    assert isinstance(node, ActivityNode)
    assert node.timeouts == ActivityTimeouts(heartbeat=10, start_to_close=0, schedule_to_start=120, schedule_to_close=UNLIMITED)
    assert spec.activities["work"].timeouts == ActivityTimeouts(heartbeat=20, start_to_close=0, schedule_to_start=120)


def test_nobody_is_silent_over_a_task_that_is_answered_later_unless_its_author_says_so() -> None:
    later: Json = {"version": "1", "answer": "later", "run": {"command": ["true"]}}
    spec = parsed(
        spec_of(
            nodes={"n": ACTIVITY},
            activities={"work": later, "told": {**later, "timeouts": {"heartbeat": "5m"}}},
            defaults={"timeouts": {"heartbeat": "30s", "startToClose": "1h"}},
        )
    )
    assert [one.answered_later for one in spec.activities.values()] == [True, True]
    assert [one.timeouts.heartbeat for one in spec.activities.values()] == [UNLIMITED, 300]
    assert isinstance(node := spec.nodes["n"], ActivityNode)
    assert node.timeouts == ActivityTimeouts(heartbeat=UNLIMITED, start_to_close=3600)


@pytest.mark.parametrize(
    ("node", "defaults", "rules"),
    [
        ({}, {}, ()),
        ({}, {"retry": {"maxAttempts": 2}}, (RetryRule(max_attempts=2),)),
        ({"retry": {}}, {"retry": {"maxAttempts": 2}}, (RetryRule(),)),
        (
            {"retry": [{"errors": ["A"], "interval": "1m", "backoff": 1, "maxInterval": "1h", "jitter": 0.5}, {}]},
            {},
            (RetryRule(errors=("A",), interval=60, backoff=1.0, max_interval=3600, jitter=0.5), RetryRule()),
        ),
    ],
)
def test_the_nearest_retry_rules_hold_whole(node: Json, defaults: Json, rules: tuple[RetryRule, ...]) -> None:
    assert the_node(ActivityNode, {**ACTIVITY, **node}, defaults=defaults).retry == rules


def test_an_activity_node_is_read_whole() -> None:
    keys = {
        **ACTIVITY, "input": {"a": "{% input %}"}, "output": None, "priority": 0, "join": 2, "next": ["a", "b"], "description": "d",
        "catch": [{"errors": ["A", "B"], "retryFrom": "n", "maxTimes": 3}, {"next": "a"}],
    }  # fmt: skip
    node = the_node(ActivityNode, keys)
    assert (node.input, node.output) == (Template(value={"a": "{% input %}"}), Template(value=None))
    assert (node.priority, node.join, node.next, node.description) == (0, 2, ("a", "b"), "d")
    assert node.catch == (
        CatchRule(errors=("A", "B"), then=RetryFrom(target="n", max_times=3)),
        CatchRule(errors=("*",), then=Goto(targets=("a",))),
    )


def test_the_other_nodes_are_read_whole() -> None:
    choices = [{"when": "x", "next": ["a", "b"]}, {"when": "y", "retryFrom": "n", "maxTimes": 1}]
    assert the_node(DecisionNode, {"type": "decision", "choices": choices, "default": "c", "join": "any"}) == DecisionNode(
        name="n",
        choices=(
            Choice(when=Expression(source="x"), then=Goto(targets=("a", "b"))),
            Choice(when=Expression(source="y"), then=RetryFrom(target="n", max_times=1)),
        ),
        default=("c",),
        join=JoinKind.ANY,
    )
    assert the_node(PassNode, {"type": "pass", "output": 1, "next": "a"}) == PassNode(name="n", output=Template(value=1), next=("a",))
    assert the_node(WaitNode, {"type": "wait", "for": "5m"}).on == WaitFor(duration=Template(value="5m"))
    assert the_node(WaitNode, {"type": "wait", "until": "input.t"}).on == WaitUntil(time=Expression(source="input.t"))
    assert the_node(TerminalNode, {"type": "terminal", "status": "failed", "reason": "R", "details": {}}) == TerminalNode(
        name="n", status=TerminalStatus.FAILED, reason=Template(value="R"), details=Template(value={})
    )


CHILD: Json = {"type": "workflow", "workflow": {"name": "Child", "version": "2"}}
LAMBDA: Json = {"type": "lambda", "function": "f"}


@pytest.mark.parametrize(("kind", "keys"), [(ActivityNode, ACTIVITY), (WorkflowNode, CHILD), (LambdaNode, LAMBDA)])
def test_what_all_work_has_is_read_alike(kind: type[ActivityNode], keys: Json) -> None:
    shared = {
        "input": "{% item %}", "output": "{% result %}", "catch": [{"next": "a"}], "join": "any", "next": "b", "description": "d",
        "forEach": {"items": "input.list", "maxConcurrency": 3.0, "tolerate": "12.5%"},
    }  # fmt: skip
    node = the_node(kind, keys | shared, defaults={"retry": {"maxAttempts": 7}})
    assert (node.input, node.output) == (Template(value="{% item %}"), Template(value="{% result %}"))
    assert node.for_each == ForEach(items=Expression(source="input.list"), max_concurrency=3, tolerate=Percent(value=12.5))
    assert (node.retry, node.join, node.next, node.description) == ((RetryRule(max_attempts=7),), JoinKind.ANY, ("b",), "d")
    assert node.catch == (CatchRule(errors=("*",), then=Goto(targets=("a",))),)


def test_a_for_each_limits_and_tolerates_nothing_unless_it_says_so() -> None:
    node = the_node(LambdaNode, LAMBDA | {"forEach": {"items": "input"}})
    assert node.for_each == ForEach(items=Expression(source="input"), max_concurrency=ABSENT, tolerate=0)


def test_an_undo_inherits_as_an_activity_node_does() -> None:
    keys = CHILD | {"compensate": {"activity": "work", "timeouts": {"heartbeat": "10s"}}}
    activities = {"work": {"version": "1", "taskList": "undoers", "timeouts": {"startToClose": 20}}}
    node = the_node(WorkflowNode, keys, activities=activities, defaults={"retry": {}, "timeouts": {"scheduleToStart": 30}})
    assert node.compensate == UndoActivity(
        activity="work",
        timeouts=ActivityTimeouts(heartbeat=10, start_to_close=20, schedule_to_start=30),
        task_list="undoers",
        retry=(RetryRule(),),
    )


def test_an_undo_is_read_whole() -> None:
    undo = {"activity": "work", "input": "{% result.id %}", "retry": {"maxAttempts": 1}, "taskList": "t", "priority": 0}
    node = the_node(ActivityNode, ACTIVITY | {"compensate": undo})
    assert node.compensate == UndoActivity(
        activity="work",
        timeouts=ActivityTimeouts(),
        task_list="t",
        input=Template(value="{% result.id %}"),
        retry=(RetryRule(max_attempts=1),),
        priority=0,
    )


def test_a_child_is_read_whole_and_inherits_nothing() -> None:
    plain = the_node(WorkflowNode, CHILD, defaults={"taskList": "t", "timeouts": {"heartbeat": 5}})
    assert plain == WorkflowNode(name="n", workflow=WorkflowType(name="Child", version="2"))
    more = {
        "workflowId": "c-{% index %}", "childPolicy": "ABANDON", "tags": ["a", "{% item %}"], "taskList": "t", "priority": -1,
        "timeouts": {"execution": "1h", "decision": "none"},
    }  # fmt: skip
    assert the_node(WorkflowNode, CHILD | more) == WorkflowNode(
        name="n",
        workflow=WorkflowType(name="Child", version="2"),
        workflow_id=Template(value="c-{% index %}"),
        child_policy=ChildPolicy.ABANDON,
        tags=(Template(value="a"), Template(value="{% item %}")),
        timeouts=ChildTimeouts(execution=3600, decision=UNLIMITED),
        task_list="t",
        priority=-1,
    )


def test_a_lambda_knows_its_function_and_timeout() -> None:
    assert the_node(LambdaNode, LAMBDA | {"timeout": "1m"}) == LambdaNode(name="n", function="f", timeout=60)
    assert the_node(LambdaNode, LAMBDA).timeout is ABSENT


def test_a_wait_for_a_signal_may_have_an_end() -> None:
    assert the_node(WaitNode, {"type": "wait", "signal": "go"}).on == WaitSignal(signal="go")
    assert the_node(WaitNode, {"type": "wait", "signal": "go", "timeout": "2d"}).on == WaitSignal(signal="go", timeout=Template(value="2d"))


def test_a_terminal_may_go_on_and_may_undo() -> None:
    node = the_node(TerminalNode, {"type": "terminal", "status": "continued", "output": 1, "compensate": True})
    assert (node.status, node.output, node.compensate) == (TerminalStatus.CONTINUED, Template(value=1), True)


def test_a_schedule_is_read_whole() -> None:
    assert parsed(spec_of(schedule={"cron": "0 3 * * *"})).schedule == Schedule(cron="0 3 * * *")
    whole = {
        "cron": "0 3 * * *",
        "timeZone": "Asia/Tokyo",
        "jitter": "5m",
        "overlap": "cancel",
        "catchUp": "1d",
        "input": "{% schedule.time %}",
    }
    assert parsed(spec_of(schedule=whole)).schedule == Schedule(
        cron="0 3 * * *",
        time_zone="Asia/Tokyo",
        jitter=300,
        overlap=Overlap.CANCEL,
        catch_up=86_400,
        input=Template(value="{% schedule.time %}"),
    )


def test_alerts_are_read_whole() -> None:
    alerts = [{"to": "ops", "on": ["failed", "timedOut"]}, {"to": ["a", "b"], "nodes": ["end"], "late": "1h"}]
    assert parsed(spec_of(alerts=alerts)).alerts == (
        Alert(to=("ops",), on=(AlertOn.FAILED, AlertOn.TIMED_OUT)),
        Alert(to=("a", "b"), nodes=("end",), late=3600),
    )


def test_an_activity_type_is_read_whole() -> None:
    types = parsed(
        spec_of(
            activities={
                "a": {
                    "version": "2", "description": "d", "run": {"command": ["ls", "{% input %}"], "env": {"A": "b"}},
                    "output": {"file": "out"}, "inputSchema": {"type": "object"},
                },
                "b": {"version": "1", "run": {"python": "package.module:function"}},
                "c": {"version": "1"},
            }
        )
    ).activities  # fmt: skip
    assert types["a"].run == CommandRun(argv=(Template(value="ls"), Template(value="{% input %}")), environment={"A": "b"})
    assert (types["a"].output, types["a"].input_schema) == (FileOutput(path=Template(value="out")), {"type": "object"})
    assert types["b"].run == PythonRun(module="package.module", function="function")
    assert types["c"].run is ABSENT


def test_an_http_request_is_read_with_its_defaults() -> None:
    run = {"http": {"url": "http://x/{% input %}", "body": {"a": 1}, "headers": {"A": "b"}, "secretHeaders": {"C": "D"}, "timeout": "2m"}}
    spec = parsed(spec_of(activities={"a": {"version": "1", "run": run}, "b": {"version": "1", "run": {"http": {"url": "u"}}}}))
    assert spec.activities["a"].run == HttpRun(
        url=Template(value="http://x/{% input %}"),
        method="POST",
        headers={"A": Template(value="b")},
        secret_headers={"C": "D"},
        body=Template(value={"a": 1}),
        timeout=120,
    )
    assert spec.activities["b"].run == HttpRun(url=Template(value="u"))
