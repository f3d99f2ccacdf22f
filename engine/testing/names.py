"""Does a test file speak of what is in its spec? Generators of findings, one per rule; all of them run.

Imports `errors`, `graph`, `spec`, `answering`, `model`; imported by `fixture` and `suite`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from engine.errors import Finding
from engine.graph.findings import Places, did_you_mean, quoted
from engine.graph.plan import Plan
from engine.spec.expression import check_syntax
from engine.spec.model import ABSENT, ActivityNode, LambdaNode, Node, Spec, Work, WorkflowNode
from engine.spec.source import pointer_to
from engine.testing.answering import Kind
from engine.testing.model import (
    Answer,
    Answers,
    Attempts,
    ByItem,
    Cancel,
    Expectation,
    Scenario,
    Suite,
    Terminate,
    TimeOut,
    TimeoutKind,
    When,
)

_NODES: Final[Mapping[Kind, type[Node]]] = {Kind.ACTIVITY: ActivityNode, Kind.CHILD: WorkflowNode, Kind.LAMBDA: LambdaNode}
_WHAT: Final[Mapping[Kind, str]] = {Kind.ACTIVITY: "activity", Kind.CHILD: "child workflow", Kind.LAMBDA: "Lambda function"}


def name_findings(suite: Suite, plan: Plan, children: Sequence[Plan]) -> tuple[Finding, ...]:
    """Everything that names what is not there, or says what can't be."""
    places = Places(file=str(suite.file), document=suite.document)
    specs = [plan.spec, *(child.spec for child in children)]
    found: list[Finding] = [*_same_names(suite, places)]
    for index, scenario in enumerate(suite.scenarios):
        at = pointer_to("scenarios", index)
        found += _answer_names(scenario, at, specs, places)
        found += _moments(scenario, at, plan.spec, places)
        found += _expected_nodes(scenario.expect, f"{at}/expect", plan.spec, places)
        found += _conditions(scenario.expect, f"{at}/expect", places)
    return tuple(sorted(found, key=lambda finding: (finding.line, finding.column)))


def _same_names(suite: Suite, places: Places) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, scenario in enumerate(suite.scenarios):
        if scenario.name in seen:
            message = f'a second scenario is called "{scenario.name}"'
            yield places.error("same-name", pointer_to("scenarios", index, "name"), message, hint="say what makes it different")
        seen.add(scenario.name)


def _answer_names(scenario: Scenario, at: str, specs: Sequence[Spec], places: Places) -> Iterator[Finding]:
    given: Mapping[Kind, Mapping[str, Answers]] = {
        Kind.ACTIVITY: scenario.activities,
        Kind.CHILD: scenario.children,
        Kind.LAMBDA: scenario.lambdas,
    }
    for kind, answers in given.items():
        known = _known(kind, specs) if answers else {}
        for name, said in answers.items():
            pointer = at + pointer_to(kind, name)
            if name not in known:
                there = f"there are {quoted(known)}" if known else f"there is no {_WHAT[kind]} in this workflow"
                message = f'"{name}" is no {_WHAT[kind]}, nor a node that has one'
                yield places.error("unknown-name", pointer, message, hint=did_you_mean(name, known) or there, key=True)
            elif isinstance(said, ByItem) and known[name]:
                yield places.error(
                    "no-items", pointer, f'node "{name}" has no forEach, so it has no items', hint='give it "result", or a list'
                )
            yield from _answers(kind, said, pointer, places)


def _known(kind: Kind, specs: Sequence[Spec]) -> dict[str, bool]:
    """Every name that answers may have, and whether it is a node without items."""
    known: dict[str, bool] = {}
    for spec in specs:
        for name, node in spec.nodes.items():
            single = isinstance(node, Work) and node.for_each is ABSENT
            names = [name] if isinstance(node, _NODES[kind]) else []
            if kind is Kind.ACTIVITY and isinstance(node, Work) and node.compensate is not ABSENT:
                names.append(f"{name}.undo")
            for each in names:
                known.update({f"{spec.name}/{each}": single, **({each: single} if spec is specs[0] else {})})
    for spec in specs:
        for what in _types(kind, spec):
            known.setdefault(what, False)
    return known


def _types(kind: Kind, spec: Spec) -> Iterator[str]:
    if kind is Kind.ACTIVITY:
        yield from spec.activities
    for node in spec.nodes.values():
        if kind is Kind.CHILD and isinstance(node, WorkflowNode):
            yield node.workflow.name
        elif kind is Kind.LAMBDA and isinstance(node, LambdaNode):
            yield node.function


def _answers(kind: Kind, said: Answers, pointer: str, places: Places) -> Iterator[Finding]:
    for attempts in _all_attempts(said):
        for answer in attempts.answers:
            complaint = _impossible(kind, answer)
            if complaint:
                yield places.error("impossible-answer", pointer, complaint)


def _all_attempts(said: Answers) -> Iterator[Attempts]:
    if isinstance(said, Attempts):
        yield said
        return
    yield from said.items.values()
    if said.others is not ABSENT:
        yield said.others


def _impossible(kind: Kind, answer: Answer) -> str:
    if isinstance(answer, Terminate) and kind is not Kind.CHILD:
        return 'only child executions can be "terminated"'
    if isinstance(answer, Cancel) and kind is Kind.LAMBDA:
        return 'a Lambda function can\'t be "canceled"'
    if isinstance(answer, TimeOut) and kind is not Kind.ACTIVITY and answer.kind is not TimeoutKind.START_TO_CLOSE:
        return f'a {_WHAT[kind]} has no timeout "{answer.kind}", only "{TimeoutKind.START_TO_CLOSE}"'
    return ""


def _moments(scenario: Scenario, at: str, spec: Spec, places: Places) -> Iterator[Finding]:
    moments = [(pointer_to("signals", index, "when"), signal.moment) for index, signal in enumerate(scenario.signals)]
    if scenario.cancel is not ABSENT:
        moments.append(("/cancel/when", scenario.cancel))
    for pointer, moment in moments:
        if isinstance(moment, When):
            yield from _node(moment.node, at + pointer, spec, places)


def _expected_nodes(expect: Expectation, at: str, spec: Spec, places: Places) -> Iterator[Finding]:
    for index, name in enumerate(() if expect.path is ABSENT else expect.path):
        yield from _node(name, at + pointer_to("path", index), spec, places)
    for key in ("visits", "attempts", "inputs", "calls", "results", "errors"):
        for name in getattr(expect, key):
            yield from _node(name, at + pointer_to(key, name), spec, places, key=True)
    for key, entries in (("undone", expect.undone), ("notUndone", expect.not_undone)):
        for index, entry in enumerate(() if entries is ABSENT else entries):
            yield from _node(entry.partition("[")[0], at + pointer_to(key, index), spec, places)


def _node(name: str, pointer: str, spec: Spec, places: Places, *, key: bool = False) -> Iterator[Finding]:
    if name not in spec.nodes:
        message = f'"{name}" is no node of {spec.name}'
        yield places.error("unknown-node", pointer, message, hint=did_you_mean(name, spec.nodes), key=key)


def _conditions(expect: Expectation, at: str, places: Places) -> Iterator[Finding]:
    for index, condition in enumerate(expect.check):
        problem = check_syntax(condition)
        if problem is not None:
            yield places.error_within("expression", at + pointer_to("check", index), condition, problem.offset, problem.message)
