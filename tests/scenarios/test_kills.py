"""Kill -9 of decider, worker or service at random moments: every execution still ends right, nothing acknowledged is lost."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.killing import await_closed, kill_one
from tests.scenarios.processes import cluster

EXECUTIONS = 12
KILLS = 14

SURVIVOR = {
    "name": "Survivor",
    "version": "1.0",
    "domain": "kills",
    "taskList": "kills",
    "timeouts": {"execution": "10m", "decision": "1s"},
    "defaults": {"retry": {"maxAttempts": 200, "interval": 0}, "timeouts": {"heartbeat": "2s", "startToClose": "20s"}},
    "activities": {
        "Double": {"version": "1.0", "run": {"python": "survivor:double"}},
        "Sum": {"version": "1.0", "run": {"command": ["python3", "total.py"]}},
    },
    "nodes": {
        "begin": {"type": "activity", "activity": "Double", "input": "{% input.number %}", "next": ["left", "middle", "right"]},
        "left": {"type": "activity", "activity": "Double", "input": "{% results.begin + 1 %}", "next": "total"},
        "middle": {"type": "wait", "for": "1s", "next": "total"},
        "right": {"type": "activity", "activity": "Double", "input": "{% results.begin + 2 %}", "next": "total"},
        "total": {"type": "activity", "activity": "Sum", "input": "{% [results.left, results.right] %}", "next": "often_enough"},
        "often_enough": {
            "type": "decision",
            "choices": [{"when": "execution.visits.begin < 3", "retryFrom": "begin", "maxTimes": 5}],
            "default": "done",
        },
        "done": {"type": "terminal", "status": "completed", "output": "{% results.total %}"},
    },
}

SURVIVOR_PY = """
import time


def double(number: float) -> float:
    time.sleep(0.05)
    return 2 * number
"""

TOTAL_PY = """
import json, sys
print(sum(json.load(sys.stdin)))
"""


def expected(number: int) -> int:
    return 2 * (2 * number + 1) + 2 * (2 * number + 2)


def write_spec(folder: Path) -> Path:
    (folder / "survivor.py").write_text(SURVIVOR_PY, encoding="utf-8")
    (folder / "total.py").write_text(TOTAL_PY, encoding="utf-8")
    spec = folder / "survivor.json"
    spec.write_text(json.dumps(SURVIVOR), encoding="utf-8")
    return spec


@pytest.mark.parametrize("seed", range(2))
def test_every_acknowledged_execution_ends_right_whatever_is_killed(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    spec = write_spec(tmp_path)
    with cluster(tmp_path, [spec]) as processes:
        acknowledged: dict[str, int] = {}
        for number in range(EXECUTIONS):
            workflow_id = f"survivor-{number}"
            processes.json("start", spec, "--workflow-id", workflow_id, "--input", json.dumps({"number": number}))
            acknowledged[workflow_id] = number
            if number % 4 == 3:
                kill_one(processes, chance)
        for _ in range(KILLS):
            kill_one(processes, chance)
        ended = await_closed(processes, "kills", acknowledged)
        assert {one["execution"]["workflowId"] for one in ended} == set(acknowledged)
        for workflow_id, number in acknowledged.items():
            events: list[dict[str, Any]] = processes.json("history", workflow_id, "--domain", "kills")
            assert [event["eventId"] for event in events] == list(range(1, len(events) + 1))
            assert events[-1]["eventType"] == "WorkflowExecutionCompleted", events[-1]
            result = events[-1]["workflowExecutionCompletedEventAttributes"]["result"]
            assert json.loads(result) == expected(number)
