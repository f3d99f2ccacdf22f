"""moto's SWF server in this process, and executions on it: what the drivers of seddy and simpleflow share.

moto keeps everything in memory. It answers an empty poll after a sleep of one second; here after PAUSE, since whoever waits for that
sleep measures nothing else. Its decision tasks lack what SWF always says and seddy reads: previousStartedEventId, 0 the first time, and
the taskToken, empty where there is no task (API reference, PollForDecisionTask); here they are said.
Closings are read from moto's own memory, which costs the server no request. Deciders and workers are
processes of their own.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import boto3
import moto.swf.models as swf
from botocore.config import Config
from moto.server import ThreadedMotoServer
from moto.swf.responses import SWFResponse

DOMAIN = "bench"
TASK_LIST = "bench"
VERSION = "1"
PAUSE = 0.05
LOOK = 0.01
MOST = 200
"""Of the executions, those that are looked at: more than are ever open."""
SECONDS = 60
_numbers = itertools.count()


class Executions:
    """Starts executions and waits for them to close: one thread watches for all that wait."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self._waiting: dict[str, threading.Event] = {}
        threading.Thread(target=self._watch, daemon=True).start()

    def run(self, name: str, value: object) -> str:
        """Until it is closed; returns its runId."""
        workflow_id = f"bench-{next(_numbers)}"
        closed = self._waiting[workflow_id] = threading.Event()
        run_id: str = self.client.start_workflow_execution(
            domain=DOMAIN,
            workflowId=workflow_id,
            workflowType={"name": name, "version": VERSION},
            taskList={"name": TASK_LIST},
            childPolicy="TERMINATE",
            executionStartToCloseTimeout="3600",
            taskStartToCloseTimeout="60",
            input=json.dumps(value),
        )["runId"]
        if not closed.wait(SECONDS):
            raise TimeoutError(f"{workflow_id} ({name}) is still open after {SECONDS} s")
        if _execution(run_id).close_status != "COMPLETED":
            raise AssertionError(f"{workflow_id} ({name}) is {_execution(run_id).close_status}, not COMPLETED")
        return run_id

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK)
            for execution in _executions()[-MOST:]:
                if execution.execution_status == "CLOSED" and execution.workflow_id in self._waiting:
                    self._waiting.pop(execution.workflow_id).set()

    def step_times(self, run_id: str) -> Sequence[float]:
        return [event.event_timestamp for event in _execution(run_id).events() if event.event_type == "ActivityTaskCompleted"]


def _executions() -> list[Any]:
    (domain,) = swf.swf_backends["123456789012"]["us-east-1"].domains
    executions: list[Any] = domain.workflow_executions
    return executions


def _execution(run_id: str) -> Any:
    return next(one for one in reversed(_executions()) if one.run_id == run_id)


@contextlib.contextmanager
def endpoint() -> Iterator[Executions]:
    """The server, with our domain; its address is in the environment, for the child processes too."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    _correct_moto()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    url = f"http://127.0.0.1:{port}"
    os.environ.update(
        AWS_ENDPOINT_URL=url,
        AWS_SWF_ENDPOINT_URL=url,
        AWS_DEFAULT_REGION="us-east-1",
        AWS_ACCESS_KEY_ID="bench",
        AWS_SECRET_ACCESS_KEY="bench",  # noqa: S106  # moto takes any
        AWS_EC2_METADATA_DISABLED="true",
    )
    client = boto3.client("swf", config=Config(max_pool_connections=60))
    client.register_domain(name=DOMAIN, workflowExecutionRetentionPeriodInDays="1")
    try:
        yield Executions(client)
    finally:
        server.stop()


def _correct_moto() -> None:
    swf.sleep = lambda _seconds: time.sleep(PAUSE)  # type: ignore[attr-defined]  # the name as moto's module imported it
    polled = SWFResponse.poll_for_decision_task

    def poll_for_decision_task(response: Any) -> str:
        return json.dumps({"taskToken": "", "previousStartedEventId": 0, **json.loads(polled(response))})

    SWFResponse.poll_for_decision_task = poll_for_decision_task  # type: ignore[method-assign,assignment]  # replaced on purpose


def register(client: Any, *, workflows: Sequence[str], activities: Sequence[str]) -> None:
    for name in workflows:
        client.register_workflow_type(domain=DOMAIN, name=name, version=VERSION)
    for name in activities:
        client.register_activity_type(
            domain=DOMAIN,
            name=name,
            version=VERSION,
            defaultTaskList={"name": TASK_LIST},
            defaultTaskStartToCloseTimeout="60",
            defaultTaskScheduleToStartTimeout="3600",
            defaultTaskScheduleToCloseTimeout="3600",
            defaultTaskHeartbeatTimeout="NONE",
        )


@contextlib.contextmanager
def beside(folder: Path, *commands: Sequence[str]) -> Iterator[None]:
    """Processes of the peer's environment, as long as this lasts; what they say is in the folder."""
    with contextlib.ExitStack() as stack:
        for number, command in enumerate(commands):
            said = stack.enter_context((folder / f"process-{number}.log").open("wb"))
            process = subprocess.Popen([sys.executable, *command], stdin=subprocess.DEVNULL, stdout=said, stderr=said)
            stack.callback(process.wait)
            stack.callback(process.kill)
        yield
