"""A document that pass 1 found nothing wrong with, as a Spec. The one place that reads a spec's JSON; it resolves the defaults.

One function per object of the schema, reading like it. Never complains: what the schema lets through, this turns into values.
What is so where nobody says anything: the defaults of the classes in `spec.model`. Imports `spec.model`, `spec.duration`, `spec.source`;
imported by `graph` and the CLI.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from engine.spec.duration import parse_duration
from engine.spec.model import (
    ABSENT,
    UNLIMITED,
    Absent,
    ActivityNode,
    ActivityRun,
    ActivityTimeouts,
    ActivityType,
    CatchRule,
    ChildPolicy,
    Choice,
    CommandRun,
    DecisionNode,
    Expression,
    FileOutput,
    Goto,
    Join,
    JoinKind,
    Json,
    Node,
    PassNode,
    PythonRun,
    RetryFrom,
    RetryRule,
    Spec,
    Template,
    TerminalNode,
    TerminalStatus,
    Timeout,
    WaitFor,
    WaitNode,
    WaitUntil,
    WorkflowTimeouts,
)
from engine.spec.source import Document

_Object = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Defaults:
    """What an activity node inherits when neither it nor its activity type says otherwise."""

    retry: tuple[RetryRule, ...]
    timeouts: ActivityTimeouts
    task_list: str


def parse_spec(document: Document) -> Spec:
    """The spec that a document holds. The document must have passed `schema.schema_findings`."""
    top: _Object = document.value
    defaults = _defaults(top.get("defaults", {}), top["taskList"])
    activities = {name: _activity_type(name, value, defaults) for name, value in top.get("activities", {}).items()}
    parsed = Spec(
        name=top["name"],
        version=top["version"],
        domain=top["domain"],
        task_list=top["taskList"],
        activities=activities,
        nodes={name: _NODES[value["type"]](name, value, activities, defaults) for name, value in top["nodes"].items()},
        start=top.get("start", ABSENT),
        folder=Path(document.file).parent,
        file=document.file,
        timeouts=_workflow_timeouts(top.get("timeouts", {})),
        tags=tuple(top.get("tags", ())),
        task_priority=_whole(top, "taskPriority"),
        input_schema=top.get("inputSchema", ABSENT),
        description=top.get("description", ""),
    )
    return replace(parsed, child_policy=ChildPolicy(top["childPolicy"])) if "childPolicy" in top else parsed


def _defaults(value: _Object, task_list: str) -> _Defaults:
    return _Defaults(
        retry=_retry(value["retry"]) if "retry" in value else (),
        timeouts=_activity_timeouts(value.get("timeouts", {}), ActivityTimeouts()),
        task_list=value.get("taskList", task_list),
    )


def _workflow_timeouts(value: _Object) -> WorkflowTimeouts:
    timeouts = WorkflowTimeouts()
    if "execution" in value:
        timeouts = replace(timeouts, execution=_seconds(value["execution"]))
    if "decision" in value:
        timeouts = replace(timeouts, decision=parse_duration(value["decision"]))
    return timeouts


def _activity_timeouts(value: _Object, inherited: ActivityTimeouts) -> ActivityTimeouts:
    def timeout(key: str, otherwise: Timeout) -> Timeout:
        return parse_duration(value[key]) if key in value else otherwise

    return ActivityTimeouts(
        schedule_to_start=timeout("scheduleToStart", inherited.schedule_to_start),
        schedule_to_close=timeout("scheduleToClose", inherited.schedule_to_close),
        start_to_close=timeout("startToClose", inherited.start_to_close),
        heartbeat=timeout("heartbeat", inherited.heartbeat),
    )


def _activity_type(name: str, value: _Object, defaults: _Defaults) -> ActivityType:
    return ActivityType(
        name=name,
        version=value["version"],
        task_list=value.get("taskList", defaults.task_list),
        timeouts=_activity_timeouts(value.get("timeouts", {}), defaults.timeouts),
        run=_run(value["run"]) if "run" in value else ABSENT,
        output=FileOutput(path=Template(value=value["output"]["file"])) if "output" in value else ABSENT,
        input_schema=value.get("inputSchema", ABSENT),
        description=value.get("description", ""),
    )


def _run(value: _Object) -> ActivityRun:
    if "python" in value:
        module, function = value["python"].split(":")
        return PythonRun(module=module, function=function)
    return CommandRun(argv=tuple(Template(value=argument) for argument in value["command"]), environment=dict(value.get("env", {})))


def _activity(name: str, value: _Object, activities: Mapping[str, ActivityType], defaults: _Defaults) -> Node:
    activity = activities.get(value["activity"])  # an unknown one is pass 2's to report; until then the defaults hold
    inherited = activity or defaults
    return ActivityNode(
        name=name,
        activity=value["activity"],
        timeouts=_activity_timeouts(value.get("timeouts", {}), inherited.timeouts),
        task_list=value.get("taskList", inherited.task_list),
        input=_template(value, "input"),
        output=_template(value, "output"),
        retry=_retry(value["retry"]) if "retry" in value else defaults.retry,
        catch=_catch(value),
        priority=_whole(value, "priority"),
        join=_join(value),
        next=_targets(value.get("next", ())),
        description=value.get("description", ""),
    )


def _decision(name: str, value: _Object, _activities: Mapping[str, ActivityType], _defaults: _Defaults) -> Node:
    return DecisionNode(
        name=name,
        choices=tuple(Choice(when=Expression(source=choice["when"]), then=_then(choice)) for choice in value["choices"]),
        default=_targets(value.get("default", ())),
        join=_join(value),
        description=value.get("description", ""),
    )


def _pass(name: str, value: _Object, _activities: Mapping[str, ActivityType], _defaults: _Defaults) -> Node:
    return PassNode(
        name=name,
        output=_template(value, "output"),
        join=_join(value),
        next=_targets(value.get("next", ())),
        description=value.get("description", ""),
    )


def _terminal(name: str, value: _Object, _activities: Mapping[str, ActivityType], _defaults: _Defaults) -> Node:
    return TerminalNode(
        name=name,
        status=TerminalStatus(value["status"]),
        output=_template(value, "output"),
        reason=_template(value, "reason"),
        details=_template(value, "details"),
        join=_join(value),
        description=value.get("description", ""),
    )


def _wait(name: str, value: _Object, _activities: Mapping[str, ActivityType], _defaults: _Defaults) -> Node:
    return WaitNode(
        name=name,
        on=WaitFor(duration=Template(value=value["for"])) if "for" in value else WaitUntil(time=Expression(source=value["until"])),
        output=_template(value, "output"),
        catch=_catch(value),
        join=_join(value),
        next=_targets(value.get("next", ())),
        description=value.get("description", ""),
    )


_NODES: Final[Mapping[str, Callable[[str, _Object, Mapping[str, ActivityType], _Defaults], Node]]] = {
    "activity": _activity,
    "decision": _decision,
    "pass": _pass,
    "terminal": _terminal,
    "wait": _wait,
}


def _retry(value: Json) -> tuple[RetryRule, ...]:
    return tuple(_retry_rule(rule) for rule in (value if isinstance(value, list) else [value]))


def _retry_rule(value: _Object) -> RetryRule:
    rule = RetryRule()
    return RetryRule(
        errors=_errors(value),
        max_attempts=int(value.get("maxAttempts", rule.max_attempts)),
        interval=_seconds(value.get("interval", rule.interval)),
        backoff=float(value.get("backoff", rule.backoff)),
        max_interval=_seconds(value.get("maxInterval", rule.max_interval)),
        jitter=float(value.get("jitter", rule.jitter)),
    )


def _catch(value: _Object) -> tuple[CatchRule, ...]:
    return tuple(CatchRule(errors=_errors(rule), then=_then(rule)) for rule in value.get("catch", ()))


def _errors(value: _Object) -> tuple[str, ...]:
    return tuple(value.get("errors", ("*",)))


def _then(value: _Object) -> Goto | RetryFrom:
    if "next" in value:
        return Goto(targets=_targets(value["next"]))
    return RetryFrom(target=value["retryFrom"], max_times=int(value["maxTimes"]))


def _targets(value: Json) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _join(value: _Object) -> Join:
    join = value.get("join", "all")
    return JoinKind(join) if isinstance(join, str) else int(join)


def _template(value: _Object, key: str) -> Template | Literal[Absent.ABSENT]:
    return Template(value=value[key]) if key in value else ABSENT


def _whole(value: _Object, key: str) -> int | Literal[Absent.ABSENT]:
    """JSON Schema's integers include 5.0."""
    return int(value[key]) if key in value else ABSENT


def _seconds(value: Json) -> int:
    duration = parse_duration(value)
    if duration is UNLIMITED:
        raise ValueError("a duration that the schema does not let be unlimited")
    return duration
