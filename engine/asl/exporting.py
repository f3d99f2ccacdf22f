"""A plan -> a state machine in JSONata mode, where ASL can say it; what it can't say is refused, what does not change the flow is a loss.

Every node is a state of the same name. What our root document holds is held by variables (see `reading`): each state assigns its node's
result. A fan-out is a Parallel (see `nests`), whose branches hand back what they have assigned. A node with items is a Map. A retry edge
is a transition back that counts its turns and forgets the results of what runs again.
Imports `nests`, `outgoing`, `reading`, `report`, `graph.plan`, `spec.model`, `errors`; imported by the CLI.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, assert_never

from engine.asl.nests import nest_of
from engine.asl.outgoing import State, error_names, map_of, raw_of, task_of
from engine.asl.reading import RESULT, expression, template, value_of
from engine.asl.report import NotExpressible, Remark, Report
from engine.errors import AslError
from engine.graph.plan import EdgeKind, Plan
from engine.spec.duration import parse_duration
from engine.spec.model import (
    ABSENT,
    UNLIMITED,
    ActivityNode,
    CatchRule,
    DecisionNode,
    Goto,
    JoinKind,
    Json,
    LambdaNode,
    Node,
    PassNode,
    RetryFrom,
    TerminalNode,
    TerminalStatus,
    WaitFor,
    WaitNode,
    WaitUntil,
    Work,
    WorkflowNode,
)

BEGIN: Final = "$begin"
_TASK_ERROR: Final = '{"name": $states.errorOutput.Error, "message": $states.errorOutput.Cause}'
_CHILD_ERROR: Final = """($e := $states.errorOutput; $e.Error = "States.Timeout" ? {"name": "Child.TimedOut", "message": ""}
 : $substring($e.Cause, 0, 1) = "{" ? ($c := $parse($e.Cause); {"name": $c.Status = "TIMED_OUT" ? "Child.TimedOut"
 : $c.Status = "ABORTED" ? "Child.Terminated" : "Child.Failed", "message": $join([$c.Error, $c.Cause], ": ")})
 : {"name": $e.Error, "message": $e.Cause})""".replace("\n", "")
"""What is known of an error as expressions read it; of a child's, its Cause says how the execution has ended, in JSON."""
_IS_TRUE: Final = "({}) = true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    machine: Mapping[str, Any]
    remarks: tuple[Remark, ...]


def export_plan(plan: Plan) -> Exported:
    """Raises: AslError, with the place in the spec, where ASL can't say it."""
    report = Report()
    _whole(plan, report)
    export = _Export(plan=plan, report=report, states={})
    first = export.target((plan.start,), "/start")
    begin: State = {"Type": "Pass", "Assign": {"input": "{% $states.input %}", "results": {}, "errors": {}, "turns": {}}, "Next": first}
    machine: State = {"QueryLanguage": "JSONata", "StartAt": BEGIN, "States": {BEGIN: begin, **export.states}}
    machine["TimeoutSeconds"] = plan.spec.timeouts.execution
    described = {"Comment": plan.spec.description} if plan.spec.description else {}
    return Exported(machine={**described, **machine}, remarks=tuple(report.remarks))


def _whole(plan: Plan, report: Report) -> None:
    spec = plan.spec
    if spec.on_cancel is not ABSENT:
        raise AslError("/onCancel", "an execution of a state machine that is stopped does nothing more")
    for pointer, given, why in (
        ("/schedule", spec.schedule is not ABSENT, "schedules are another service's (EventBridge Scheduler)"),
        ("/alerts", bool(spec.alerts), "alerts are another service's (EventBridge rules)"),
        ("/inputSchema", spec.input_schema is not ABSENT, "a state machine does not check its input"),
        ("/tags", bool(spec.tags), "executions of state machines have no tags"),
    ):
        if given:
            report.loss(pointer, pointer[1:], why)


@dataclass(slots=True, kw_only=True)
class _Export:
    """`stop`: the join at which the branch that is being written ends."""

    plan: Plan
    report: Report
    states: dict[str, State]
    stop: str = ""
    inside: tuple[str, ...] = ()
    made: set[str] = field(default_factory=set)

    def target(self, names: tuple[str, ...], pointer: str) -> str:
        """The state to go on with; several: a Parallel, made here. "": the end of this branch."""
        if len(names) > 1:
            return self._parallel(names, pointer)
        name = names[0]
        if name == self.stop:
            return ""
        if name not in self.made:
            self.made.add(name)
            try:
                self._node(self.plan.nodes[name], f"/nodes/{name}")
            except NotExpressible as why:
                raise AslError(f"/nodes/{name}", str(why)) from why
        return name

    def leading(self, names: tuple[str, ...], pointer: str) -> State:
        """`Next`, or `End` with what the branch hands back."""
        if not names:
            raise AslError(pointer, "a branch that ends before the execution does")
        target = self.target(names, pointer)
        return {"Next": target} if target else {"Next": self._branch_end()}

    def _branch_end(self) -> str:
        """The last state of a branch: it hands back what its nodes have assigned. (Variables of a branch end with it.)"""
        name = f"{self.stop} end {self.inside[0]}"
        kept = json.dumps(list(self.inside))
        mine = f"$sift(${{}}, function($v, $k) {{{{ $k in {kept} }}}})"
        output = {part: f"{{% $merge([{{}}, {mine.format(part)}]) %}}" for part in ("results", "errors")}
        self.states[name] = {"Type": "Succeed", "Output": output}
        return name

    def _parallel(self, names: tuple[str, ...], pointer: str) -> str:
        nest = nest_of(self.plan, names, pointer)
        fork = " and ".join(names)[:80]
        branches = []
        for inside in nest.branches:
            inner = _Export(plan=self.plan, report=self.report, states={}, stop=nest.join, inside=inside)
            start = inner.target((inside[0],), pointer)
            branches.append({"StartAt": start, "States": inner.states})
        known = {"results": "$results", "errors": _without("$errors", [name for branch in nest.branches for name in branch])}
        assign = {part: f"{{% $merge([{kept}, $states.result.{part}]) %}}" for part, kept in known.items()}
        self.states[fork] = {"Type": "Parallel", "Branches": branches, "Assign": assign, "Output": "{% $input %}"}
        self.states[fork] |= self.leading((nest.join,), pointer)
        return fork

    def _node(self, node: Node, pointer: str) -> None:
        if node.join is not JoinKind.ALL and len(self.plan.incoming[node.name]) > 1:
            raise AslError(f"{pointer}/join", "a join that does not wait for all branches")
        state: State = {}
        self.states[node.name] = state
        match node:
            case ActivityNode() | LambdaNode() | WorkflowNode():
                self._work(node, state, pointer)
            case WaitNode():
                self._wait(node, state, pointer)
            case PassNode():
                output = "null" if node.output is ABSENT else value_of(node.output.value)
                state |= {"Type": "Pass", "Assign": _result(node.name, output), **self.leading(node.next, pointer)}
            case DecisionNode():
                self._decide(node, state, pointer)
            case TerminalNode():
                self._end(node, state, pointer)
            case _:
                assert_never(node)
        if getattr(node, "description", ""):
            state["Comment"] = node.description

    def _work(self, node: Work, state: State, pointer: str) -> None:
        if node.compensate is not ABSENT:
            raise AslError(f"{pointer}/compensate", "a state machine undoes nothing by itself")
        if node.for_each is not ABSENT:
            state |= {**map_of(node, node.for_each, pointer, self.report), "Assign": _result(node.name, RESULT)}
        else:
            output = raw_of(node) if node.output is ABSENT else value_of(node.output.value, raw_of(node))
            state |= {**task_of(node, pointer, self.report), "Assign": _result(node.name, output)}
        if node.catch:
            state["Catch"] = self._catchers(node, node.catch, pointer)
            state["Assign"]["errors"] = f"{{% {_without('$errors', [node.name])} %}}"
        state |= self.leading(node.next, pointer)

    def _catchers(self, node: Work, rules: tuple[CatchRule, ...], pointer: str) -> list[State]:
        found = []
        name, told = node.name, _CHILD_ERROR if isinstance(node, WorkflowNode) else _TASK_ERROR
        for index, rule in enumerate(rules):
            error = f'$merge([{told}, {{"attempts": $states.context.State.RetryCount + 1}}])'
            assign = {"errors": f"{{% $merge([$errors, {{{json.dumps(name)}: {error}}}]) %}}"}
            names = error_names(node, rule.errors, f"{pointer}/catch/{index}", self.report)
            if isinstance(rule.then, Goto):
                then = self.leading(rule.then.targets, pointer)["Next"]
            else:
                if index < len(rules) - 1:
                    raise AslError(f"{pointer}/catch/{index}", "a rule after one that goes back: when that is spent, ASL would not ask it")
                then = self._back(name, EdgeKind.CATCH, index, rule.then)
            found.append({"ErrorEquals": names, "Assign": assign, "Output": "{% $input %}", "Next": then})
        return found

    def _back(self, name: str, kind: EdgeKind, index: int, then: RetryFrom) -> str:
        """A Choice that counts the turns: back while there are any left, else as if the rule were not there."""
        key = f"{name} {kind} {index}"
        again = f"{key} again"
        rule = {
            "Condition": f"{{% {_turns(key)} < {then.max_times} %}}",
            "Assign": self._forgetting(key, then.target),
            "Next": self.target((then.target,), f"/nodes/{name}"),
        }
        spent = f"{key} spent"
        self.states[again] = {"Type": "Choice", "Choices": [rule], "Default": spent}
        error = f"$errors.{name}"
        self.states[spent] = {"Type": "Fail", "Error": f"{{% {error}.name %}}", "Cause": f"{{% $string({error}.message) %}}"}
        return again

    def _forgetting(self, key: str, target: str) -> State:
        kept = f"{{% {_without('$results', sorted(self.plan.downstream[target]))} %}}"
        return {"turns": f"{{% $merge([$turns, {{{json.dumps(key)}: {_turns(key)} + 1}}]) %}}", "results": kept}

    def _wait(self, node: WaitNode, state: State, pointer: str) -> None:
        state["Type"] = "Wait"
        match node.on:
            case WaitFor(duration=duration):
                value = duration.value
                seconds = template(value) if isinstance(value, str) and "{%" in value else parse_duration(value)
                state["Seconds"] = seconds if seconds is not UNLIMITED else 0
            case WaitUntil(time=time):
                state["Timestamp"] = f"{{% {expression(time.source)} %}}"
            case _:
                raise AslError(f"{pointer}/signal", "a state machine has no signals")
        if node.catch:
            raise AslError(f"{pointer}/catch", "a Wait catches nothing")
        if node.output is not ABSENT and "result" in json.dumps(node.output.value):
            raise AslError(f"{pointer}/output", "a Wait has no result")
        state["Assign"] = _result(node.name, "null" if node.output is ABSENT else value_of(node.output.value))
        state |= self.leading(node.next, pointer)

    def _decide(self, node: DecisionNode, state: State, pointer: str) -> None:
        state |= {"Type": "Choice", "Choices": []}
        for index, choice in enumerate(node.choices):
            when = _IS_TRUE.format(expression(choice.when.source))
            if isinstance(choice.then, Goto):
                state["Choices"].append({"Condition": f"{{% {when} %}}", **self.leading(choice.then.targets, pointer)})
                continue
            key = f"{node.name} {EdgeKind.CHOICE} {index}"
            left = f"{{% {when} and {_turns(key)} < {choice.then.max_times} %}}"
            back = {"Assign": self._forgetting(key, choice.then.target), "Next": self.target((choice.then.target,), pointer)}
            state["Choices"].append({"Condition": left, **back})
        if node.default:
            state["Default"] = self.leading(node.default, pointer)["Next"]

    def _end(self, node: TerminalNode, state: State, pointer: str) -> None:
        if node.compensate:
            raise AslError(f"{pointer}/compensate", "a state machine undoes nothing by itself")
        match node.status:
            case TerminalStatus.COMPLETED:
                output = "{% null %}" if node.output is ABSENT else template(node.output.value)
                state |= {"Type": "Succeed", "Output": output}
            case TerminalStatus.FAILED:
                state |= {"Type": "Fail", "Error": node.name if node.reason is ABSENT else _text(node.reason.value)}
                if node.details is not ABSENT:
                    state["Cause"] = _text(node.details.value)
            case _:
                raise AslError(f"{pointer}/status", f"a state machine can't end as {node.status}")


def _result(name: str, source: str) -> State:
    return {"results": f"{{% $merge([$results, {{{json.dumps(name)}: {source}}}]) %}}"}


def _without(source: str, names: Sequence[str]) -> str:
    """An object without these members. (What $sift leaves of nothing is nothing.)"""
    return f"$merge([{{}}, $sift({source}, function($v, $k) {{ $not($k in {json.dumps(names)}) }})])"


def _text(value: Json) -> str:
    """A template as a text, whatever it gives: an Error and a Cause are texts."""
    return value if isinstance(value, str) and "{%" not in value else f"{{% $string({value_of(value)}) %}}"


def _turns(key: str) -> str:
    return f"($lookup($turns, {json.dumps(key)}) ?? 0)"
