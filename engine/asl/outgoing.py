"""Export: who does a node's work, how long it may take, what is repeated and caught. Imports `report`, `errors`, `spec.model`; imported by
`exporting`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from engine.asl.report import Report
from engine.errors import AslError
from engine.spec.model import ABSENT, UNLIMITED, ActivityNode, LambdaNode, RetryRule

_PLACE: Final = "${AWS::Region}:${AWS::AccountId}"
"""What CloudFormation fills in."""
_NAMES: Final = {"*": "States.ALL", "Timeout.*": "States.Timeout", "Expression.*": "States.QueryEvaluationError"}
_LONGEST_DELAY: Final = 31_622_400


def resource_of(node: ActivityNode | LambdaNode) -> str:
    if isinstance(node, ActivityNode):
        return f"arn:aws:states:{_PLACE}:activity:{node.activity}"
    return node.function if node.function.startswith("arn:") else f"arn:aws:lambda:{_PLACE}:function:{node.function}"


def error_names(patterns: Sequence[str], pointer: str) -> list[str]:
    """ErrorEquals. Raises: AslError for a pattern that ASL can't say."""
    if "*" in patterns:
        return ["States.ALL"]
    found = []
    for pattern in patterns:
        name = _NAMES.get(pattern, "States.Timeout" if pattern.startswith("Timeout.") and "*" not in pattern else pattern)
        if "*" in name:
            raise AslError(pointer, f"the error pattern {pattern!r}: ASL knows whole names only")
        found.append(name)
    return list(dict.fromkeys(found))


def retriers(rules: Sequence[RetryRule], pointer: str, report: Report) -> list[dict[str, Any]]:
    if len(rules) > 1:
        why = "ASL counts the attempts of each rule for itself, so mixed errors are repeated more often"
        report.loss(f"{pointer}/retry", "retry", why)
    found = []
    for index, rule in enumerate(rules):
        if 0 < rule.jitter < 1:
            report.loss(f"{pointer}/retry/{index}/jitter", "jitter", "ASL has all of it or none: it is left out")
        found.append(
            {
                "ErrorEquals": error_names(rule.errors, f"{pointer}/retry/{index}"),
                "MaxAttempts": rule.max_attempts - 1,
                "IntervalSeconds": max(1, rule.interval),
                "BackoffRate": rule.backoff,
                "MaxDelaySeconds": max(max(1, rule.interval) + 1, min(rule.max_interval, _LONGEST_DELAY)),
                **({"JitterStrategy": "FULL"} if rule.jitter == 1 else {}),
            }
        )
    return found


def timeouts(node: ActivityNode | LambdaNode, pointer: str, report: Report) -> dict[str, int]:
    if isinstance(node, LambdaNode):
        return {} if node.timeout is ABSENT else {"TimeoutSeconds": node.timeout}
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
