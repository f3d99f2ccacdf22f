"""The part of the tiny SWF that works elsewhere: child executions and Lambda functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self

from tests.interpreter.record import Record, check_id, result_of

CHILD = "StartChildWorkflowExecution"
CANCEL = "RequestCancelExternalWorkflowExecution"


class Elsewhere(Record):
    """Children start when the decisions of the task that started them are all carried out, as on SWF."""

    children: dict[str, int]
    """Open children: workflowId -> initiatedEventId."""
    runs: dict[str, str]
    """Those that have started: workflowId -> the runId that is open."""
    strangers: set[str]
    """workflowIds that somebody else's open executions have."""
    asked: set[str]
    """Of activity tasks and children: those whose cancellation has been asked for."""
    functions: dict[str, int]
    """Open functions: id -> scheduledEventId."""
    invoked: dict[str, int]

    def set_up(self) -> None:
        self.children, self.runs, self.strangers, self.asked, self.functions, self.invoked = {}, {}, set(), set(), {}, {}
        self._begun = 0
        self._deliveries: list[tuple[str, Mapping[str, Any], int]] = []

    # What happens.

    def end_child(self, workflow_id: str, how: str = "Completed", result: Any = None, **given: Any) -> Self:
        """Completed, Failed (reason, details), Canceled (details), Terminated, TimedOut."""
        about = {"workflowExecution": {"workflowId": workflow_id, "runId": self.runs.pop(workflow_id)}}
        initiated = self.children.pop(workflow_id)
        self.news()
        timeout = {"timeoutType": "START_TO_CLOSE"} if how == "TimedOut" else {}
        kind = f"ChildWorkflowExecution{how}"
        self.event(kind, **about, initiatedEventId=initiated, startedEventId=0, **result_of(result), **timeout, **given)
        return self

    def continue_child(self, workflow_id: str) -> Self:
        """It continues as new: the parent hears nothing of it, the workflowId stays."""
        self.runs[workflow_id] += "+"
        return self

    def invoke(self, name: str) -> Self:
        self.invoked[name] = self.event("LambdaFunctionStarted", scheduledEventId=self.functions[name])
        return self

    def end_function(self, name: str, how: str = "Completed", result: Any = None, **given: Any) -> Self:
        """Completed, Failed (reason, details), TimedOut."""
        if name not in self.invoked:
            self.invoke(name)
        self.news()
        ids = {"scheduledEventId": self.functions.pop(name), "startedEventId": self.invoked.pop(name)}
        self.event(f"LambdaFunction{how}", **ids, **result_of(result), **given)
        return self

    def no_role_for(self, name: str) -> Self:
        self.news()
        self.event(
            "StartLambdaFunctionFailed", scheduledEventId=self.functions.pop(name), cause="ASSUME_ROLE_FAILED", message="no such role"
        )  # fmt: skip
        return self

    # Decisions.

    def start_child(self, kind: str, given: Mapping[str, Any]) -> None:
        workflow_id = given["workflowId"]
        check_id(workflow_id)
        assert len(given.get("input", "")) <= 32_768
        about = {key: given[key] for key in ("workflowId", "workflowType", "control")}
        if self.refused(kind, **about, initiatedEventId=0):
            return
        policy = {"childPolicy": "TERMINATE", "taskList": {"name": "children"}}
        self._deliveries.append((kind, about, self.event(f"{kind}Initiated", **(policy | dict(given)))))

    def cancel_child(self, kind: str, given: Mapping[str, Any]) -> None:
        if not self.refused(kind, **given, initiatedEventId=0):
            self._deliveries.append((kind, given, self.event(f"{kind}Initiated", **given)))

    def schedule_function(self, kind: str, given: Mapping[str, Any]) -> None:
        check_id(given["id"])
        assert given["id"] not in self.functions
        if not self.refused(kind, id=given["id"], name=given["name"]):
            self.controls[given["id"]] = json.loads(given["control"])
            self.functions[given["id"]] = self.event("LambdaFunctionScheduled", **given)

    def deliver(self) -> None:
        deliveries, self._deliveries = self._deliveries, []
        for kind, about, initiated in deliveries:
            self.due = True
            if kind == CHILD:
                self._begin_child(about, initiated)
            else:
                self._hand_on(about, initiated)

    def _begin_child(self, about: Mapping[str, Any], initiated: int) -> None:
        workflow_id = about["workflowId"]
        if workflow_id in self.runs or workflow_id in self.strangers:
            self.event(f"{CHILD}Failed", **about, cause="WORKFLOW_ALREADY_RUNNING", initiatedEventId=initiated)
            return
        self.children[workflow_id] = initiated
        self._begun += 1
        self.runs[workflow_id] = f"run-{self._begun}"
        self.controls[workflow_id] = json.loads(about["control"])
        self.asked.discard(workflow_id)
        where = {"workflowId": workflow_id, "runId": self.runs[workflow_id]}
        self.event("ChildWorkflowExecutionStarted", workflowExecution=where, workflowType=about["workflowType"], initiatedEventId=initiated)

    def _hand_on(self, about: Mapping[str, Any], initiated: int) -> None:
        workflow_id = about["workflowId"]
        run_id = self.runs.get(workflow_id, "")
        if not run_id or about.get("runId", run_id) != run_id:
            self.event(f"{CANCEL}Failed", **about, cause="UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION", initiatedEventId=initiated)
            return
        self.asked.add(workflow_id)
        self.event("ExternalWorkflowExecutionCancelRequested", workflowExecution={"workflowId": workflow_id, "runId": run_id})
