"""Executions, types and specs whose every text is made to break a page: markup, scripts, odd Unicode, great lengths.

Made through the API alone, as a foreign client, decider and worker would. The poison calls `window.ran`, if anything runs it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final

from engine.swf.client import Client

MARKUP: Final = "<img src=x onerror=window.ran=1><script>window.ran=1</script>\"'><svg onload=window.ran=1>"
TEXTS: Final = (
    MARKUP,
    "</pre></textarea></title></option></style><script>window.ran=1</script>",
    "javascript:window.ran=1",
    "' onfocus='window.ran=1' autofocus='' x='",
    "{{ 7 * 7 }}{% raise %}${window.ran=1}`",
    "&lt;script&gt; &amp;amp; &#60;b&#62;",
    "\u202egnp.exe\u2066\u2067\u200f\u061c never closed",
    "Z\u0351\u036b\u0343\u036a\u0302" * 60,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466\ufeff\u00ad\u2028\u2029\ufffe",
    "line\r\n\tnext\x0b\x0c\x1b[31mred\x7f\x85",
    "a\x00b",
    "W" * 2_000,
    '{"__proto__": {"ran": 1}, "<b>": ["</script><script>window.ran=1</script>"], "deep": ' + "[" * 200 + "]" * 200 + "}",
    "[" * 3_000,
    "1e999",
    '"\\ud800"',
)
"""What any text may be: inputs, results, reasons, details."""
NAMES: Final = (
    "<img src=x onerror=window.ran=1>",
    "\"'><svg onload=window.ran=1>",
    "a?b=c&d=e#f%2e%00+ ;g",
    "{{ 7 * 7 }}{% raise %}",
    "\u202egnp.exe\u2066\u200f",
    "W" * 200,
    "..",
    "%2e%2e%2f",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u0351\u036b",
)
"""What a name may be: SWF forbids slashes, colons, bars and control characters there."""
SCHEDULE: Final = {
    "scheduleToStartTimeout": "NONE",
    "scheduleToCloseTimeout": "NONE",
    "startToCloseTimeout": "NONE",
    "heartbeatTimeout": "NONE",
}


class Fiend:
    """A client that means harm. Each text it gives is another poison."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._number = count()

    def text(self, longest: int = 32_768) -> str:
        return TEXTS[next(self._number) % len(TEXTS)][:longest]

    def name(self) -> str:
        """Never the same again: types and ids must not clash."""
        number = next(self._number)
        return f"{NAMES[number % len(NAMES)]}{'' if number < len(NAMES) else number}"

    def call(self, operation: str, **asked: Any) -> Mapping[str, Any]:
        return self._client.call(operation, asked)

    def register(self) -> str:
        """A domain, with types; its name."""
        domain = self.name()
        self.call("RegisterDomain", name=domain, description=self.text(1_024), workflowExecutionRetentionPeriodInDays="1")
        for kind in ("Workflow", "Activity"):
            for name in NAMES:
                given = {"defaultTaskList": {"name": self.name()}, "description": self.text(1_024)}
                self.call(f"Register{kind}Type", domain=domain, name=name, version=self.name()[:64], **given)
        return domain

    def run(self, domain: str, workflow_id: str, name: str, version: str) -> None:
        """An execution with every kind of event that a decider, a worker and a person can bring about."""
        lists = {"name": self.name()}
        self._begin(domain, workflow_id, {"name": name, "version": version}, lists)
        activity = self.call("ListActivityTypes", domain=domain, registrationStatus="REGISTERED")["typeInfos"][0]["activityType"]
        tasks = {"name": self.name()}
        scheduled = [
            {"activityId": self.name(), "activityType": activity, "taskList": tasks, "input": self.text(), "control": control, **SCHEDULE}
            for control in (self.text(), json.dumps({"node": MARKUP, "visit": MARKUP, "attempt": 3, "item": "<b>"}), "[" * 3_000, "null")
        ]
        self._decide(domain, lists, [_decision("ScheduleActivityTask", one) for one in scheduled] + self._others(name, version))
        self._work(domain, tasks)
        self.call("SignalWorkflowExecution", domain=domain, workflowId=workflow_id, signalName=self.name(), input=self.text())
        self.call("RequestCancelWorkflowExecution", domain=domain, workflowId=workflow_id)

    def _begin(self, domain: str, workflow_id: str, of: Mapping[str, str], lists: Mapping[str, str]) -> None:
        self.call(
            "StartWorkflowExecution",
            domain=domain,
            workflowId=workflow_id,
            workflowType=of,
            taskList=lists,
            input=self.text(),
            tagList=[self.text(256) for _ in range(5)],
            executionStartToCloseTimeout="3600",
            taskStartToCloseTimeout="NONE",
            childPolicy="ABANDON",
            lambdaRole=self.text(1_600),
        )

    def _others(self, name: str, version: str) -> list[dict[str, Any]]:
        child = {"workflowId": self.name(), "workflowType": {"name": name, "version": version}, "tagList": [self.text(256)]}
        child |= {"taskList": {"name": self.name()}, "executionStartToCloseTimeout": "60", "taskStartToCloseTimeout": "NONE"}
        other = {"workflowId": self.name(), "signalName": self.name(), "input": self.text(), "control": self.text()}
        missing = {"name": self.name(), "version": self.name()[:64]}
        return [
            *(_decision("RecordMarker", {"markerName": text[:256], "details": self.text()}) for text in TEXTS),
            _decision("StartTimer", {"timerId": self.name(), "startToFireTimeout": "3600", "control": self.text()}),
            _decision("StartChildWorkflowExecution", {**child, "childPolicy": "ABANDON", "input": self.text(), "control": self.text()}),
            _decision("SignalExternalWorkflowExecution", other),
            _decision("RequestCancelExternalWorkflowExecution", {"workflowId": self.name(), "control": self.text()}),
            _decision("ScheduleActivityTask", {"activityId": self.name(), "activityType": missing, "control": self.text()}),
            _decision("CancelTimer", {"timerId": self.name()}),
        ]

    def _decide(self, domain: str, lists: Mapping[str, str], decisions: list[dict[str, Any]]) -> None:
        task = self.call("PollForDecisionTask", domain=domain, taskList=lists, identity=self.text(256))
        self.call("RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=decisions, executionContext=self.text())

    def _work(self, domain: str, tasks: Mapping[str, str]) -> None:
        """One fails, one completes, one is canceled, one goes on."""
        token = self._poll(domain, tasks)
        self.call("RecordActivityTaskHeartbeat", taskToken=token, details=self.text(2_048))
        self.call("RespondActivityTaskFailed", taskToken=token, reason=self.text(256), details=self.text())
        self.call("RespondActivityTaskCompleted", taskToken=self._poll(domain, tasks), result=self.text())
        self.call("RespondActivityTaskCanceled", taskToken=self._poll(domain, tasks), details=self.text())
        self._poll(domain, tasks)

    def _poll(self, domain: str, tasks: Mapping[str, str]) -> str:
        token: str = self.call("PollForActivityTask", domain=domain, taskList=tasks, identity=self.text(256))["taskToken"]
        return token

    def close(self, domain: str, workflow_id: str) -> None:
        self.call(
            "TerminateWorkflowExecution",
            domain=domain,
            workflowId=workflow_id,
            reason=self.text(256),
            details=self.text(),
            childPolicy="ABANDON",
        )


def _decision(kind: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {"decisionType": kind, f"{kind[0].lower()}{kind[1:]}DecisionAttributes": attributes}


def shelve(folder: Path, domain: str) -> None:
    """Specs with poison in whatever they say, one of them fit to run, the others broken in several ways."""
    folder.mkdir(parents=True)
    fine = {
        "name": "Poisoned",
        "version": "1.0",
        "domain": domain,
        "taskList": "<b>list</b>",
        "description": MARKUP,
        "timeouts": {"execution": "1h"},
        "inputSchema": {
            "type": "object",
            "properties": {f"p{number}": {"title": text[:300], "description": text, "default": text} for number, text in enumerate(TEXTS)},
        },
        "schedule": {"cron": "0 0 * * *", "input": {"text": MARKUP}},
        "activities": {"Act": {"version": "1.0", "description": MARKUP, "run": {"command": ["echo", MARKUP]}}},
        "nodes": {
            "act": {"type": "activity", "activity": "Act", "description": MARKUP, "next": "choose"},
            "choose": {
                "type": "decision",
                "choices": [{"when": f"results.act = {json.dumps('</svg>' + MARKUP)}", "next": "done"}],
                "default": "bad",
            },
            "done": {"type": "terminal", "status": "completed", "output": MARKUP},
            "bad": {"type": "terminal", "status": "failed", "reason": "</title><script>window.ran=1</script>", "details": MARKUP},
        },
    }
    newer = {**fine, "version": "<b>2</b>", "description": TEXTS[1]}
    wrong = {**fine, "version": "3", "nodes": {MARKUP: {"type": MARKUP}}, "<script>window.ran=1</script>": 1}
    for name, value in {"fine": fine, "newer": newer, "<img src=x onerror=window.ran=1>": wrong}.items():
        (folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    (folder / "nonsense.json").write_text('{"name": "<b>", "nodes": {} \x00 \u202e<script>window.ran=1</script>', encoding="utf-8")
