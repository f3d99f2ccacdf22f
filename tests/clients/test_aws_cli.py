"""A walk through the API with the AWS CLI: what a person at a shell does and sees."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.clients.serving import KEY, SECRET, serving
from tests.scenarios.processes import PATIENCE

pytestmark = pytest.mark.timeout(600)
"""The CLI may have to be installed first."""

EXECUTION = "workflowId=walk,runId={run_id}"
RUN_OUT = {
    "decisionType": "ScheduleActivityTask",
    "scheduleActivityTaskDecisionAttributes": {
        "activityId": "step",
        "activityType": {"name": "Step", "version": "1"},
        "input": "one\ntwo",
    },
}
COMPLETE = {"decisionType": "CompleteWorkflowExecution", "completeWorkflowExecutionDecisionAttributes": {"result": "arrived"}}


class Shell:
    """The command `aws swf`, told where the service is and who asks, and nothing from this user's own configuration."""

    def __init__(self, aws: list[str | Path], url: str, folder: Path, secret: str = SECRET) -> None:
        configuration = folder / "aws.cfg"
        configuration.write_text("[default]\ncli_timestamp_format = iso8601\n", encoding="utf-8")  # what version 2 does anyhow
        self._aws = aws
        self._url = url
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_CONFIG_FILE": str(configuration),
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_PAGER": "",
        }

    def run(self, command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        argv = [*self._aws, "swf", command, "--endpoint-url", self._url, "--output", "json"]
        for name, value in options.items():
            argv.append(f"--{name.replace('_', '-')}")
            argv += [] if value is True else [value if isinstance(value, str) else json.dumps(value)]
        return subprocess.run(argv, env=self._environment, capture_output=True, text=True, check=False, timeout=PATIENCE)

    def __call__(self, command: str, **options: Any) -> Any:
        done = self.run(command, **options)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return json.loads(done.stdout) if done.stdout else None


@pytest.fixture
def shell(aws: list[str | Path], tmp_path: Path) -> Iterator[Shell]:
    with serving(tmp_path, signed=True) as server:
        yield Shell(aws, server.url, tmp_path)


def register(shell: Shell) -> None:
    shell("register-domain", name="cli", workflow_execution_retention_period_in_days="NONE", description="a walk")
    shell(
        "register-workflow-type",
        domain="cli",
        name="Walk",
        workflow_version="1",
        default_task_list="name=decisions",
        default_child_policy="TERMINATE",
        default_execution_start_to_close_timeout="3600",
        default_task_start_to_close_timeout="NONE",
    )
    shell(
        "register-activity-type",
        domain="cli",
        name="Step",
        activity_version="1",
        default_task_list="name=steps",
        default_task_heartbeat_timeout="NONE",
        default_task_schedule_to_start_timeout="NONE",
        default_task_schedule_to_close_timeout="NONE",
        default_task_start_to_close_timeout="60",
    )


def test_a_walk_from_registering_to_listing_what_has_closed(shell: Shell) -> None:
    register(shell)
    assert shell("list-activity-types", domain="cli", registration_status="REGISTERED")["typeInfos"][0]["activityType"]["name"] == "Step"
    walk = {"domain": "cli", "workflow_id": "walk", "workflow_type": "name=Walk,version=1"}
    run_id = shell("start-workflow-execution", **walk, input="from here", tag_list=["a", "b"])["runId"]

    decision = shell("poll-for-decision-task", domain="cli", task_list="name=decisions", identity="me")
    assert decision["workflowExecution"] == {"workflowId": "walk", "runId": run_id}
    assert [event["eventType"] for event in decision["events"]][-1] == "DecisionTaskStarted"
    shell("respond-decision-task-completed", task_token=decision["taskToken"], decisions=[RUN_OUT], execution_context="under way")

    task = shell("poll-for-activity-task", domain="cli", task_list="name=steps")
    assert (task["activityId"], task["input"]) == ("step", "one\ntwo")
    assert shell("record-activity-task-heartbeat", task_token=task["taskToken"])["cancelRequested"] is False
    shell("respond-activity-task-completed", task_token=task["taskToken"], result="stepped")
    shell("signal-workflow-execution", domain="cli", workflow_id="walk", signal_name="hurry")
    described = shell("describe-workflow-execution", domain="cli", execution=EXECUTION.format(run_id=run_id))
    assert (described["latestExecutionContext"], described["openCounts"]["openDecisionTasks"]) == ("under way", 1)

    decision = shell("poll-for-decision-task", domain="cli", task_list="name=decisions", no_paginate=True, reverse_order=True)
    assert decision["events"][0]["eventId"] == decision["startedEventId"]
    shell("respond-decision-task-completed", task_token=decision["taskToken"], decisions=[COMPLETE])
    assert_seen_afterwards(shell, run_id)


def assert_seen_afterwards(shell: Shell, run_id: str) -> None:
    """The CLI follows the pages by itself."""
    paged = shell("get-workflow-execution-history", domain="cli", execution=EXECUTION.format(run_id=run_id), page_size="2")
    types = [event["eventType"] for event in paged["events"]]
    assert (types[0], types[-1], types.count("WorkflowExecutionSignaled")) == ("WorkflowExecutionStarted", "WorkflowExecutionCompleted", 1)
    assert [event["eventId"] for event in paged["events"]] == list(range(1, len(types) + 1))
    since = {"start_time_filter": "oldestDate=2020-01-01T00:00:00Z"}
    (info,) = shell("list-closed-workflow-executions", domain="cli", **since, tag_filter="tag=b")["executionInfos"]
    assert (info["closeStatus"], info["tagList"]) == ("COMPLETED", ["a", "b"])
    assert datetime.fromisoformat(info["startTimestamp"]) <= datetime.fromisoformat(info["closeTimestamp"])
    assert shell("list-open-workflow-executions", domain="cli", **since) == {"executionInfos": []}
    assert shell("count-closed-workflow-executions", domain="cli", **since)["count"] == 1


def test_a_fault_is_told_as_the_cli_tells_those_of_aws(shell: Shell) -> None:
    done = shell.run("describe-domain", name="nowhere")
    assert done.returncode not in {0, 1}
    assert "(UnknownResourceFault) when calling the DescribeDomain operation: Unknown domain: nowhere" in done.stderr


def test_another_secret_is_refused(aws: list[str | Path], tmp_path: Path) -> None:
    with serving(tmp_path, signed=True) as server:
        stranger = Shell(aws, server.url, tmp_path, secret=SECRET.lower())
        done = stranger.run("list-domains", registration_status="REGISTERED")
        assert "(InvalidSignatureException)" in done.stderr
