"""Payloads of 50 MB through real processes that share a directory, killed while they store."""

from __future__ import annotations

import json
import time
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from tests.scenarios.processes import Cluster, cluster

SIZE: Final = 50_000_000

LARGE: Final[dict[str, Any]] = {
    "name": "Large",
    "version": "1.0",
    "domain": "large",
    "taskList": "large",
    "timeouts": {"execution": "10m", "decision": "20s"},
    "defaults": {"retry": {"maxAttempts": 50, "interval": 0}, "timeouts": {"heartbeat": "3s"}},
    "activities": {
        "Turn": {"version": "1.0", "run": {"python": "deeds_large:turn"}},
        "Digest": {"version": "1.0", "run": {"command": ["sha256sum"]}},
    },
    "nodes": {
        "turn": {"type": "activity", "activity": "Turn", "input": "{% input %}", "next": "digest"},
        "digest": {"type": "activity", "activity": "Digest", "input": "{% results.turn %}", "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": {"digest": "{% results.digest %}", "turned": "{% results.turn %}"}},
    },
}

DEEDS: Final = """
def turn(text):
    return text[::-1]
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SWFGRAPH_PAYLOADS", str(tmp_path / "payloads"))
    (tmp_path / "deeds_large.py").write_text(DEEDS, encoding="utf-8")
    (tmp_path / "input.json").write_text(json.dumps("ab" * (SIZE // 2)), encoding="utf-8")
    path = tmp_path / "large.json"
    path.write_text(json.dumps(LARGE), encoding="utf-8")
    return path


def await_end(processes: Cluster) -> dict[str, Any]:
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline:
        status: dict[str, Any] = processes.json("status", "w")
        if status["status"] != "OPEN":
            return status
        time.sleep(0.3)
    raise AssertionError(processes.log("decider") + processes.log("worker1"))


def await_writing(payloads: Path) -> None:
    """Until somebody is in the middle of storing one."""
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline:
        if any(payloads.rglob("*.part")):
            return
        time.sleep(0.0005)
    raise AssertionError("nobody has stored anything")


def check(status: dict[str, Any], payloads: Path) -> None:
    turned = "ba" * (SIZE // 2)
    assert status["status"] == "COMPLETED"
    assert status["output"]["digest"].split()[0] == sha256(json.dumps(turned).encode()).hexdigest()
    assert status["output"]["turned"] == turned
    names = [path for path in payloads.rglob("*") if len(path.name) == 64]
    assert all(path.name == sha256(path.read_bytes()).hexdigest() for path in names)
    assert len(names) == 3


def test_payloads_of_50_megabytes_go_through_start_decider_worker_and_status(spec: Path, tmp_path: Path) -> None:
    with cluster(tmp_path, [spec], workers=1) as processes:
        processes.json("start", spec, "--workflow-id", "w", "--input", f"@{tmp_path / 'input.json'}")
        status = await_end(processes)
        check(status, tmp_path / "payloads")
        assert (tmp_path / "swf.db").stat().st_size < 1_000_000
        raw = processes.json("history", "w", "--raw")
        assert max(len(json.dumps(event)) for event in raw) < 2_000
        whole = processes.json("history", "w", "--type", "WorkflowExecutionStarted")
        assert len(json.loads(whole[0]["workflowExecutionStartedEventAttributes"]["input"])) == SIZE


@pytest.mark.parametrize("name", ["worker1", "decider"])
def test_whoever_is_killed_while_storing_leaves_no_half_payload_and_the_work_goes_on(spec: Path, tmp_path: Path, name: str) -> None:
    with cluster(tmp_path, [spec], workers=1) as processes:
        if name == "decider":
            processes.kill("worker1")
        processes.kill("decider")
        processes.json("start", spec, "--workflow-id", "w", "--input", f"@{tmp_path / 'input.json'}")
        if name == "decider":
            _worked_until_the_last_decision(processes)
        processes.start("decider")
        await_writing(tmp_path / "payloads")
        processes.kill(name)
        assert not all(len(path.name) == 64 for path in (tmp_path / "payloads").glob("??/*"))
        processes.start(name)
        if name == "decider":
            processes.start("worker1")
        check(await_end(processes), tmp_path / "payloads")


def _worked_until_the_last_decision(processes: Cluster) -> None:
    """Both activities are done: what is left to store is the output, which nobody has stored yet."""
    for _ in LARGE["activities"]:
        assert processes.run("decider", "--once", "large.json").returncode == 0
        assert processes.run("worker", "--once", "large.json").returncode == 0
