"""Export: who does a node's work, how long it may take, what is repeated and caught; items as a Map.

A child is an execution of the state machine of its name, which the task waits for. Imports `reading`, `report`, `errors`, `spec.model`;
imported by `exporting`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from engine.asl.reading import RESULT, expression, template
from engine.asl.report import Report
from engine.errors import AslError
from engine.spec.model import ABSENT, UNLIMITED, ActivityNode, ChildPolicy, ForEach, LambdaNode, RetryRule, Work, WorkflowNode

State = dict[str, Any]
_PLACE: Final = "${AWS::Region}:${AWS::AccountId}"
"""What CloudFormation fills in."""
_NAMES: Final = {"*": "States.ALL", "Timeout.*": "States.Timeout", "Expression.*": "States.QueryEvaluationError"}
_LONGEST_DELAY: Final = 31_622_400


def task_of(node: Work, pointer: str, report: Report) -> State:
    """The Task, without what it hands on and where it leads."""
    given = template(node.input.value) if node.input is not ABSENT else "{% null %}"
    arguments = _child(node, given, pointer, report) if isinstance(node, WorkflowNode) else given
    state = {"Type": "Task", "Resource": _resource(node), "Arguments": arguments, **_timeouts(node, pointer, report)}
    if node.retry:
        state["Retry"] = _retriers(node, pointer, report)
    return state


def raw_of(node: Work) -> str:
    """What the node has given, as an expression."""
    return f"{RESULT}.Output" if isinstance(node, WorkflowNode) else RESULT


def map_of(node: Work, each: ForEach, pointer: str, report: Report) -> State:
    """The Map that does the node's work once per item, without what it hands on and where it leads."""
    if each.tolerate != 0:
        raise AslError(
            f"{pointer}/forEach/tolerate", "items that may fail: only a distributed Map has them, which knows nothing of this one"
        )
    if node.catch:
        why = "in errors, the message of a node with items does not say which item has failed, attempts are 1, and there are no `items`"
        report.loss(f"{pointer}/forEach", "forEach", why)
    output = f"{{% {raw_of(node)} %}}" if node.output is ABSENT else template(node.output.value, raw_of(node))
    name = f"{node.name} item"
    item = {**task_of(node, pointer, report), "Output": output, "End": True}
    source = expression(each.items.source)
    listed = f'($i := {source}; $exists($i) ? ($type($i) = "array" ? $i : [$i]) : $error("there are no items"))'
    return {
        "Type": "Map",
        "Items": f"{{% {listed} %}}",
        "ItemSelector": {"item": "{% $states.context.Map.Item.Value %}", "index": "{% $states.context.Map.Item.Index %}"},
        **({} if each.max_concurrency is ABSENT else {"MaxConcurrency": each.max_concurrency}),
        "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": name, "States": {name: item}},
    }


def _resource(node: Work) -> str:
    match node:
        case ActivityNode():
            return f"arn:aws:states:{_PLACE}:activity:{node.activity}"
        case LambdaNode():
            return node.function if node.function.startswith("arn:") else f"arn:aws:lambda:{_PLACE}:function:{node.function}"
        case WorkflowNode():
            return "arn:aws:states:::states:startExecution.sync:2"


def _child(node: WorkflowNode, given: Any, pointer: str, report: Report) -> State:
    found = {"StateMachineArn": f"arn:aws:states:{_PLACE}:stateMachine:{node.workflow.name}", "Input": given}
    why = f"it starts the state machine {node.workflow.name}: export the spec of that workflow under this name"
    report.note(f"{pointer}/workflow", "child workflow", why)
    for key, said, lost in (
        ("workflowId", node.workflow_id is not ABSENT, "names of executions can't be used again for 90 days"),
        ("childPolicy", node.child_policy not in {ABSENT, ChildPolicy.TERMINATE}, "what an execution waits for is stopped with it"),
        ("tags", bool(node.tags), "executions of state machines have no tags"),
    ):
        if said:
            report.loss(f"{pointer}/{key}", key, lost)
    return found if node.workflow_id is ABSENT else {**found, "Name": template(node.workflow_id.value)}


def error_names(node: Work, patterns: Sequence[str], pointer: str, report: Report) -> list[str]:
    """ErrorEquals. Raises: AslError for a pattern that ASL can't say."""
    if "*" in patterns:
        return ["States.ALL"]
    if isinstance(node, WorkflowNode):
        return _child_names(patterns, pointer, report)
    found = []
    for pattern in patterns:
        name = _NAMES.get(pattern, "States.Timeout" if pattern.startswith("Timeout.") and "*" not in pattern else pattern)
        if "*" in name:
            raise AslError(pointer, f"the error pattern {pattern!r}: ASL knows whole names only")
        found.append(name)
    return list(dict.fromkeys(found))


def _child_names(patterns: Sequence[str], pointer: str, report: Report) -> list[str]:
    """To the parent, children that have ended otherwise than well have all failed, but for the task's own timeout."""
    found = {
        "Child.*": ["States.TaskFailed", "States.Timeout"],
        "Child.Failed": ["States.TaskFailed"],
        "Expression.*": [_NAMES["Expression.*"]],
    }
    unknown = [pattern for pattern in patterns if pattern not in found]
    if unknown:
        raise AslError(pointer, f"the error pattern {unknown[0]!r}: ASL does not tell by name how a child has ended")
    if "Child.Failed" in patterns and "Child.*" not in patterns:
        report.loss(pointer, "Child.Failed", "children that were stopped, or timed out by themselves, have failed too")
    return list(dict.fromkeys(name for pattern in patterns for name in found[pattern]))


def _retriers(node: Work, pointer: str, report: Report) -> list[State]:
    rules: Sequence[RetryRule] = node.retry
    if len(rules) > 1:
        why = "ASL counts the attempts of each rule for itself, so mixed errors are repeated more often"
        report.loss(f"{pointer}/retry", "retry", why)
    found = []
    for index, rule in enumerate(rules):
        if 0 < rule.jitter < 1:
            report.loss(f"{pointer}/retry/{index}/jitter", "jitter", "ASL has all of it or none: it is left out")
        if rule.interval < 1 and rule.max_attempts > 1:
            report.loss(f"{pointer}/retry/{index}/interval", "interval", "ASL waits for a second at least")
        found.append(
            {
                "ErrorEquals": error_names(node, rule.errors, f"{pointer}/retry/{index}", report),
                "MaxAttempts": rule.max_attempts - 1,
                "IntervalSeconds": max(1, rule.interval),
                "BackoffRate": rule.backoff,
                "MaxDelaySeconds": max(max(1, rule.interval) + 1, min(rule.max_interval, _LONGEST_DELAY)),
                **({"JitterStrategy": "FULL"} if rule.jitter == 1 else {}),
            }
        )
    return found


def _timeouts(node: Work, pointer: str, report: Report) -> dict[str, int]:
    if not isinstance(node, ActivityNode):
        longest = node.timeout if isinstance(node, LambdaNode) else node.timeouts.execution
        return {} if longest is ABSENT else {"TimeoutSeconds": longest}
    given = node.timeouts
    whole, work = given.schedule_to_close, given.start_to_close
    if given.schedule_to_start is not UNLIMITED or (whole is not UNLIMITED and work is not UNLIMITED):
        why = "a Task has one timeout, and a heartbeat: the shortest of the others holds"
        report.loss(f"{pointer}/timeouts", "timeouts", why)
    known = [seconds for seconds in (whole, work) if seconds is not UNLIMITED]
    found = {"TimeoutSeconds": min(known)} if known else {}
    if given.heartbeat is not UNLIMITED and given.heartbeat < found.get("TimeoutSeconds", _LONGEST_DELAY * 4):
        found["HeartbeatSeconds"] = given.heartbeat
    return found
