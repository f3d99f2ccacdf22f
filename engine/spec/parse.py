"""A document that pass 1 found nothing wrong with, as a Spec. With `parse_nodes` and `parse_rules` the one place that reads a spec's JSON.

One function per object of the schema, reading like it. Never complains: what the schema lets through, this turns into values.
What is so where nobody says anything: the defaults of the classes in `spec.model`. Imports `spec.model`, `spec.duration`, `spec.source`,
`spec.parse_nodes`, `spec.parse_rules`; imported by `graph` and the CLI.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.spec.duration import parse_duration
from engine.spec.model import (
    ABSENT,
    UNLIMITED,
    ActivityRun,
    ActivityTimeouts,
    ActivityType,
    Alert,
    AlertOn,
    ChildPolicy,
    CommandRun,
    FileOutput,
    HttpRun,
    Overlap,
    PythonRun,
    Schedule,
    Spec,
    Template,
    WorkflowTimeouts,
)
from engine.spec.parse_nodes import Above, Defaults, node_of
from engine.spec.parse_rules import Object, activity_timeouts, duration, one_or_several, retry_rules, seconds, template, whole
from engine.spec.source import Document


def parse_spec(document: Document) -> Spec:
    """The spec that a document holds. The document must have passed `schema.schema_findings`."""
    top: Object = document.value
    defaults = _defaults(top.get("defaults", {}), top["taskList"])
    activities = {name: _activity_type(name, value, defaults) for name, value in top.get("activities", {}).items()}
    above = Above(activities=activities, defaults=defaults)
    parsed = Spec(
        name=top["name"],
        version=top["version"],
        domain=top["domain"],
        task_list=top["taskList"],
        activities=activities,
        nodes={name: node_of(name, value, above) for name, value in top["nodes"].items()},
        start=top.get("start", ABSENT),
        folder=Path(document.file).parent,
        file=document.file,
        timeouts=_workflow_timeouts(top.get("timeouts", {})),
        tags=tuple(top.get("tags", ())),
        task_priority=whole(top, "taskPriority"),
        input_schema=top.get("inputSchema", ABSENT),
        lambda_role=top.get("lambdaRole", ABSENT),
        on_cancel=top.get("onCancel", ABSENT),
        schedule=_schedule(top["schedule"]) if "schedule" in top else ABSENT,
        alerts=tuple(_alert(value) for value in top.get("alerts", ())),
        description=top.get("description", ""),
    )
    return replace(parsed, child_policy=ChildPolicy(top["childPolicy"])) if "childPolicy" in top else parsed


def _defaults(value: Object, task_list: str) -> Defaults:
    return Defaults(
        retry=retry_rules(value["retry"]) if "retry" in value else (),
        timeouts=activity_timeouts(value.get("timeouts", {}), ActivityTimeouts()),
        task_list=value.get("taskList", task_list),
    )


def _workflow_timeouts(value: Object) -> WorkflowTimeouts:
    timeouts = WorkflowTimeouts()
    if "execution" in value:
        timeouts = replace(timeouts, execution=seconds(value["execution"]))
    if "decision" in value:
        timeouts = replace(timeouts, decision=parse_duration(value["decision"]))
    if "cancel" in value:
        timeouts = replace(timeouts, cancel=seconds(value["cancel"]))
    return timeouts


def _activity_type(name: str, value: Object, defaults: Defaults) -> ActivityType:
    later = "answer" in value
    inherited = replace(defaults.timeouts, heartbeat=UNLIMITED) if later else defaults.timeouts  # no worker is there to send any
    return ActivityType(
        name=name,
        version=value["version"],
        task_list=value.get("taskList", defaults.task_list),
        timeouts=activity_timeouts(value.get("timeouts", {}), inherited),
        answered_later=later,
        run=_run(value["run"]) if "run" in value else ABSENT,
        output=FileOutput(path=Template(value=value["output"]["file"])) if "output" in value else ABSENT,
        input_schema=value.get("inputSchema", ABSENT),
        description=value.get("description", ""),
    )


def _http(value: Object) -> HttpRun:
    return HttpRun(
        url=Template(value=value["url"]),
        method=value.get("method", "POST" if "body" in value else "GET"),
        headers={name: Template(value=text) for name, text in value.get("headers", {}).items()},
        secret_headers=dict(value.get("secretHeaders", {})),
        body=Template(value=value["body"]) if "body" in value else ABSENT,
        timeout=seconds(value.get("timeout", 60)),
        expect=tuple(value.get("expect", ("2xx",))),
    )


def _run(value: Object) -> ActivityRun:
    if "python" in value:
        module, function = value["python"].split(":")
        return PythonRun(module=module, function=function)
    if "http" in value:
        return _http(value["http"])
    return CommandRun(argv=tuple(Template(value=argument) for argument in value["command"]), environment=dict(value.get("env", {})))


def _schedule(value: Object) -> Schedule:
    schedule = Schedule(cron=value["cron"])
    return Schedule(
        cron=value["cron"],
        time_zone=value.get("timeZone", schedule.time_zone),
        jitter=seconds(value.get("jitter", schedule.jitter)),
        overlap=Overlap(value.get("overlap", schedule.overlap)),
        catch_up=seconds(value.get("catchUp", schedule.catch_up)),
        input=template(value, "input"),
    )


def _alert(value: Object) -> Alert:
    return Alert(
        to=one_or_several(value["to"]),
        on=tuple(AlertOn(outcome) for outcome in value.get("on", ())),
        nodes=tuple(value.get("nodes", ())),
        late=duration(value, "late"),
    )
