"""Kill -9 of decider, worker or service at random moments: every execution still ends right, nothing acknowledged is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scenarios.asking import await_closed, begin, history, output
from tests.scenarios.killing import Reaper
from tests.scenarios.processes import cluster

DOMAIN = "kills"
EXECUTIONS = 12
KILLS = 13
"""With those between the starts, each process four times."""

SURVIVOR = {
    "name": "Survivor",
    "version": "1.0",
    "domain": DOMAIN,
    "taskList": "kills",
    "timeouts": {"execution": "1h", "decision": "2s"},
    "defaults": {"retry": {"maxAttempts": 200, "interval": 0}, "timeouts": {"heartbeat": "3s", "startToClose": "1m"}},
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


@pytest.mark.timeout(600)
def test_every_acknowledged_execution_ends_right_whatever_is_killed(tmp_path: Path) -> None:
    spec = write_spec(tmp_path)
    with cluster(tmp_path, [spec]) as processes:
        reaper = Reaper(processes, 0)
        acknowledged: dict[str, int] = {}
        for number in range(EXECUTIONS):
            acknowledged[begin(processes, spec, f"survivor-{number}", {"number": number})] = number
            if number % 4 == 3:
                reaper.kill_one()
        for _ in range(KILLS):
            reaper.kill_one()
        ended = await_closed(processes, DOMAIN, acknowledged)
        assert {one.workflow_id for one in ended} == set(acknowledged)
        for workflow_id, number in acknowledged.items():
            assert history(processes, DOMAIN, workflow_id)[-1]["eventType"] == "WorkflowExecutionCompleted"
            assert output(processes, DOMAIN, workflow_id) == expected(number)
