"""Task, Map and Parallel: what they have in common (Retry, Catch, output), and tasks themselves.

A task becomes an activity named after its resource, to be filled in; its errors have the names that the task's errors have. A map or a
parallel that is retried or caught is a child workflow as a whole. A child's failure is `Child.Failed` to its parent, with the child's
reason and details in its message; children written here always end with the error's name as their reason and its cause as their
details, so a decision behind the child can tell errors apart. Imports `rules`, `shaping`, `region`, `outside` and below; imported by
`nesting`, `importing`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any, Final

from engine.asl.jsonata import complete, literal, template_of
from engine.asl.machine import Edge, State, texts
from engine.asl.outside import LAMBDA_ARN, activity_of, write_results
from engine.asl.paths import Sight
from engine.asl.payload import payload_template, query_template
from engine.asl.region import Region
from engine.asl.retrying import by_rule, needs_nodes
from engine.asl.rules import ALL, NOBODY, matchings, pace, retry_rules
from engine.asl.scope import draws
from engine.asl.shaping import assigned, description, effective_input, output_of, result_path
from engine.asl.started import name_and_cause, retries, started
from engine.asl.started import tell_untold as tell_started

STAND_IN: Final = "$asl.taskToken"
"""What stands in a task's input where the original has its token."""
_PLAIN_TOKEN: Final = re.compile(
    r"\s*(?:\$\$\.Task\.Token|States\.Format\('[^']*'(?:\s*,\s*\$[\w$.]+)*\s*\)|\{%[^$]*\$states\.context\.Task\.Token[^$]*%\})\s*"
)
"""The token alone, or within a text."""
_THRESHOLD: Final = "States.ExceedToleratedFailureThreshold"
_LONGEST_REASON: Final = 256


def task_state(region: Region, state: State) -> None:
    scope, fields = region.scope, state.fields
    node: dict[str, Any] = {**_doer(region, state), **description(state)}
    sight = _with_token(region, state)
    given = scope.attempt(state.pointer, "the input of this Task", lambda: effective_input(state, sight))
    if scope.rewinds and draws(given) and any(rule.get("MaxAttempts", 3) for rule in fields.get("Retry", [])):
        why = "the input is made once: a UUID or a random number in it is the same for each attempt"
        scope.report.loss(f"{state.pointer}/Retry", "Retry", why)
    if node["type"] == "workflow":
        tell_started(state, scope.report)
        node |= {"workflowId": given["Name"]} if isinstance(given, dict) and "Name" in given else {}
    node["input"] = node.pop("wrap", lambda value: value)(given)
    node["timeouts"] = {**({"heartbeat": "none"} if _hands_on(state) else {}), **_timeouts(region, state)}
    if node["type"] == "lambda":
        longest = node.pop("timeouts").get("scheduleToClose", 0)
        node |= {"timeout": min(longest, 300)} if longest else {}
    if node["type"] == "workflow":
        longest = node.pop("timeouts").get("scheduleToClose", 0)
        node |= {"timeouts": {"execution": longest}} if longest else {}
    if "Credentials" in fields:
        _as_role(region, state, node, sight)
    put_work(region, state, node, raw=node.pop("raw", "result"))


def _as_role(region: Region, state: State, node: dict[str, Any], sight: Sight) -> None:
    """The task's credentials, as a part of its input."""
    given, pointer = state.fields["Credentials"], f"{state.pointer}/Credentials"
    if node["type"] != "activity" or not isinstance(given, dict) or len(given) != 1 or next(iter(given)).removesuffix(".$") != "RoleArn":
        region.scope.report.loss(pointer, "Credentials", "who may do it is the worker's affair: it has credentials of its own")
        return
    write = query_template if state.queries else payload_template
    role = region.scope.attempt(pointer, "the credentials", lambda: write(given, sight))
    node["input"] = {"Credentials": role, "Input": node["input"]}
    why = f"the activity {node['activity']} is given the role beside its input, and is to do its work in it"
    region.scope.report.note(pointer, "Credentials", why)


def put_work(region: Region, state: State, node: dict[str, Any], *, raw: str) -> None:
    """A node that works: its output, retries, catches, and what follows. (With `forEach`, `output` would be that of each item.)"""
    scope, name, sight = region.scope, region.worker(state), region.sight(state)
    raw = f"results.{name}" if "forEach" in node else raw
    output = scope.attempt(state.pointer, "the output of this state", lambda: _output(region, state, sight, raw))
    apart = "forEach" in node and output != template_of(raw)
    if output != template_of("result") and "forEach" not in node:
        node["output"] = output
    risky = "{%" in f"{node.get('input', '')}{node.get('output', '')}".replace(template_of(sight.data), "")
    if node["type"] == "pass":
        scope.put(name, node, carrier=True)
        scope.nodes[name]["next"] = region.lead_next(state, {name})
        return
    child = node["type"] == "workflow"
    if needs_nodes(region, state, child=child, drawn=draws(node.get("input"))):
        handled = _sort_out(region, state, child=child, counted=True)
        error, _ = error_output(state, name, child=child)
        node["catch"] = [{"errors": [ALL], "next": by_rule(region, state, partial(_named, state, name, error), handled)}]
    else:
        node["catch"] = _catches(region, state, risky=risky, child=child)
        node["retry"] = _child_retries(region, state) if child else retry_rules(state, scope.report, risky=risky)
    if "ResultWriter" in state.fields:
        write_results(region, state, name)
        raw, apart = f"results.{name}_written", True
        output = scope.attempt(state.pointer, "the output of this state", lambda: _output(region, state, sight, raw))
    scope.put(name, node, carrier=not apart)
    last = scope.put(scope.fresh(f"{name}_output"), {"type": "pass", "output": output}, carrier=True) if apart else name
    scope.nodes[name]["next"] = last
    if "ResultWriter" in state.fields:
        scope.nodes[name]["next"], scope.nodes[f"{name}_written"]["next"] = f"{name}_written", last
    scope.nodes[last]["next"] = region.lead_next(state, {last})


def _output(region: Region, state: State, sight: Sight, raw: str) -> Any:
    seen = replace(sight, result=raw)  # what Output and Assign see
    source = assigned(state, seen if state.queries else sight.on(raw, whole=True))
    return region.scope.passed_on(output_of(state, seen, raw), sight, source)


def _doer(region: Region, state: State) -> dict[str, Any]:
    """Who does it: an activity, the Lambda function, or a child workflow."""
    scope, resource = region.scope, state.fields["Resource"]
    arguments = state.fields.get("Parameters", state.fields.get("Arguments"))
    if resource.startswith(("$.", "$$", "{%")):
        scope.report.loss(f"{state.pointer}/Resource", "Resource", "which resource it is would be known only at run time")
    child = started(state, scope.options)
    if child:
        return child
    direct = LAMBDA_ARN.fullmatch(resource)
    if scope.options.functions and direct:
        return {"type": "lambda", "function": resource}
    if scope.options.functions and resource.endswith(":states:::lambda:invoke") and isinstance(arguments, dict):
        function = arguments.get("FunctionName")
        if isinstance(function, str) and not function.startswith("{%"):
            raw = '{"Payload": result, "StatusCode": 200}'
            return {"type": "lambda", "function": function, "raw": raw, "wrap": _payload_alone}
    return {"type": "activity", "activity": activity_of(scope, resource, as_role="RoleArn" in str(state.fields.get("Credentials")))}


def _payload_alone(given: Any) -> Any:
    return given.get("Payload", {}) if isinstance(given, dict) else given


def _with_token(region: Region, state: State) -> Sight:
    sight = region.sight(state)
    if not _hands_on(state):
        return sight
    why = (
        f"""give the activity a "run" and "answer": "later"; what is run puts $SWFGRAPH_TASK_TOKEN in the place of {STAND_IN} in its """
        "input. RespondActivityTaskCompleted is SendTaskSuccess, RespondActivityTaskFailed SendTaskFailure"
    )
    region.scope.report.note(f"{state.pointer}/Resource", "waitForTaskToken", why)
    reads = [text for text in texts(state.fields.get("Parameters", state.fields.get("Arguments"))) if "Task.Token" in text]
    if not all(map(_PLAIN_TOKEN.fullmatch, reads)):
        why = "the token goes through a function, and its stand-in with it: the worker can't put the token there"
        region.scope.report.loss(f"{state.pointer}/Resource", "Task.Token", why)
    return replace(sight, context={**sight.context, "Task": {"Token": literal(STAND_IN)}})


def _hands_on(state: State) -> bool:
    """Whether somebody else answers, who is given the task's token."""
    resource = state.fields["Resource"]
    by_substitution = resource.startswith("${") and any("Task.Token" in text for text in texts(state.fields))
    return by_substitution or resource.endswith(".waitForTaskToken")


def _timeouts(region: Region, state: State) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, key in (("TimeoutSeconds", "scheduleToClose"), ("HeartbeatSeconds", "heartbeat")):
        if isinstance(state.fields.get(field), int):
            found[key] = state.fields[field]
        for given in (field, f"{field}Path"):
            if given in state.fields and key not in found:
                region.scope.report.loss(
                    f"{state.pointer}/{given}", given, "a timeout that is known only at run time; ours stand in the spec"
                )
    return found


def is_distributed(state: State) -> bool:
    """Of a Map: whether its children are executions of their own in the original too. Its failure has a name of its own."""
    processor = state.fields.get("ItemProcessor", state.fields.get("Iterator", {}))
    return state.kind == "Map" and bool(processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED")


def error_output(state: State, node: str, *, child: bool) -> tuple[str, str]:
    """The name and the cause of a node's error as the original would know them, as expressions."""
    runtime = "States.QueryEvaluationError" if state.queries else "States.Runtime"
    name, cause = f"$asl_error(errors.{node}.name, {literal(runtime)})", f"errors.{node}.message"
    if not child:
        return name, cause
    theirs, why = f"$asl_failed({cause})", f"$asl_cause({cause})"
    if state.kind == "Task":
        theirs, why = name_and_cause(state, node)
    elif is_distributed(state):
        theirs = literal(_THRESHOLD)
    ended = f'$substring(errors.{node}.name, 0, 6) = "Child."'
    return f"({ended} ? {theirs} : {name})", f"({ended} ? {why} : {cause})"


def _catches(region: Region, state: State, *, risky: bool, child: bool) -> list[dict[str, Any]]:
    rules = state.fields.get("Catch", [])
    edges = [edge for edge in state.edges if edge.kind == "catch"]
    if child:
        return [{"errors": [ALL], "next": _sort_out(region, state, child=True)}] if edges or region.scope.child else []
    found = []
    targets = {edge.index: _caught(region, state, edge, child=False) for edge in edges}
    for matching in matchings(rules, queries=state.queries, risky=risky):
        target = _uncaught(region, state, child=False) if matching.rule == NOBODY else targets[matching.rule]
        found.append({"errors": list(matching.patterns), "next": target})
    if region.scope.child and not any(ALL in rule["errors"] for rule in found):
        found.append({"errors": [ALL], "next": _uncaught(region, state, child=False)})
    return found


def _caught(region: Region, state: State, edge: Edge, *, child: bool, counted: bool = False) -> str:
    """The node that carries the data on from a Catch rule. `counted`: each attempt was a visit."""
    scope, rule, node = region.scope, state.fields["Catch"][edge.index], region.worker(state)
    sight = region.sight(state)
    error, cause = error_output(state, node, child=child)
    source = f'{{"Error": {error}, "Cause": {cause}}}'
    here = sight.context["State"]
    if not isinstance(here, str):
        retries = f"(execution.visits.{node} - 1)" if counted else f"(errors.{node}.attempts - 1)"
        sight = replace(sight, context={**sight.context, "State": {**here, "RetryCount": retries}})

    def write() -> Any:
        seen = replace(sight, error=source)
        if state.queries:
            data = query_template(rule["Output"], seen) if "Output" in rule else template_of(source)
            return scope.passed_on(data, sight, assigned(state, seen, rule))
        return scope.passed_on(result_path(rule, sight, source), sight, assigned(state, sight.on(source, whole=True), rule))

    name = scope.fresh(f"{node}_caught")
    scope.put(name, {"type": "pass", "output": scope.attempt(state.pointer, "this Catch", write)}, carrier=True)
    scope.nodes[name]["next"] = region.lead(state, edge, {name})
    return name


def _uncaught(region: Region, state: State, *, child: bool) -> str:
    """The terminal that ends the execution with the state's error."""
    scope, node = region.scope, region.worker(state)
    name = f"{node}_failed"
    if name not in scope.nodes:
        scope.taken.add(name)
        error, cause = error_output(state, node, child=child)
        ends = {"reason": template_of(f"$substring({error}, 0, {_LONGEST_REASON})"), "details": template_of(cause)}
        scope.put(name, {"type": "terminal", "status": "failed", **ends})
    return name


def _sort_out(region: Region, state: State, *, child: bool, counted: bool = False) -> str:
    """Behind what has failed: the decision which Catch rule it is."""
    scope, node = region.scope, region.worker(state)
    failed = _uncaught(region, state, child=child)
    edges = [edge for edge in state.edges if edge.kind == "catch"]
    if not edges:
        return failed
    name = scope.fresh(f"{node}_error")
    error, _ = error_output(state, node, child=child)
    choices = []
    for edge in edges:
        is_it = complete(_named(state, node, error, state.fields["Catch"][edge.index]["ErrorEquals"]))
        choices.append({"when": is_it, "next": _caught(region, state, edge, child=child, counted=counted)})
    return scope.put(name, {"type": "decision", "choices": choices, "default": failed})


def _named(state: State, node: str, error: str, names: list[str]) -> str:
    """Whether an error is one of these."""
    unless = {
        "States.DataLimitExceeded",
        *(() if state.queries else ("States.Runtime",)),
        *(() if "States.ALL" in names else ("States.Timeout",)),
    }
    if {"States.ALL", "States.TaskFailed"} & set(names):
        return f"$not({error} in {literal(sorted(unless - set(names)))})"
    test = f"{error} in {literal([name for name in names if state.queries or name != 'States.Runtime'])}"
    return f'({test} or errors.{node}.name = "Timeout.Heartbeat")' if "States.HeartbeatTimeout" in names else test


def _child_retries(region: Region, state: State) -> list[dict[str, Any]]:
    if state.kind == "Task":
        return retries(state, region.scope.report)
    found = []
    for index, rule in enumerate(state.fields.get("Retry", [])):
        if set(rule["ErrorEquals"]) & {"States.ALL", "States.TaskFailed"}:
            found.append({"errors": [ALL], **pace(rule)})
        else:
            why = "what is retried here is a child workflow, whose errors all have one name to the retry: this rule is left out"
            region.scope.report.loss(f"{state.pointer}/Retry/{index}", "Retry", why)
    return found
