"""Pass 2, node by node: what a node says that can never matter, or lacks what it can't do without. All of these are warnings.

Imports `spec.model`; knows nothing of the graph around a node, `joins` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.errors import Finding
from engine.graph.findings import Places
from engine.spec.model import ABSENT, UNLIMITED, ActivityNode, Goto, LambdaNode, RetryRule, Spec, WaitNode, Work

_EVERYTHING = "*"


def rule_findings(spec: Spec, places: Places) -> Iterator[Finding]:
    for name, node in spec.nodes.items():
        if isinstance(node, Work):
            yield from _shadowed_retries(node.retry, f"/nodes/{name}/retry", places)
            if node.compensate is not ABSENT:
                yield from _shadowed_retries(node.compensate.retry, f"/nodes/{name}/compensate/retry", places)
        if isinstance(node, Work | WaitNode):
            final = [rule.errors if isinstance(rule.then, Goto) else () for rule in node.catch]  # retryFrom ends with its budget
            yield from _shadowed(final, f"/nodes/{name}/catch", "catch", places)
    yield from _without_role(spec, places)
    yield from _unanswered(spec, places)


def _shadowed_retries(rules: Sequence[RetryRule], pointer: str, places: Places) -> Iterator[Finding]:
    yield from _shadowed([rule.errors for rule in rules], pointer, "retry", places)


def _shadowed(rules: Sequence[tuple[str, ...]], pointer: str, what: str, places: Places) -> Iterator[Finding]:
    """The first rule that matches is taken, so nothing after a catch-all is ever looked at."""
    for index, errors in enumerate(rules):
        if _EVERYTHING in errors and index + 1 < len(rules):
            message = f'this {what} rule can never apply: the one before it takes every error ("*")'
            yield places.warning("shadowed-rule", f"{pointer}/{index + 1}", message, hint='put the rule for "*" last')
            return


def _without_role(spec: Spec, places: Places) -> Iterator[Finding]:
    """SWF schedules no Lambda function without one (API reference, StartWorkflowExecution, lambdaRole)."""
    functions = [name for name, node in spec.nodes.items() if isinstance(node, LambdaNode)]
    if functions and spec.lambda_role is ABSENT:
        message = f'node "{functions[0]}" is a Lambda function, and the workflow has no lambdaRole with which SWF could call it'
        yield places.warning("no-lambda-role", f"/nodes/{functions[0]}", message, hint="give the ARN of a role as lambdaRole", key=True)


def _unanswered(spec: Spec, places: Places) -> Iterator[Finding]:
    """Nobody watches over a task that was handed on: only its timeouts end it, if whoever has its token never answers."""
    for name, node in spec.nodes.items():
        if not isinstance(node, ActivityNode) or node.activity not in spec.activities or not spec.activities[node.activity].answered_later:
            continue
        if {node.timeouts.start_to_close, node.timeouts.schedule_to_close, node.timeouts.heartbeat} == {UNLIMITED}:
            message = f'the tasks of node "{name}" are answered later, and nothing ends one that never is'
            yield places.warning("no-timeout", f"/nodes/{name}", message, hint="give the node or its activity type startToClose", key=True)
