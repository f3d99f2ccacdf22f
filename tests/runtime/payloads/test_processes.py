"""Long payloads through real processes that share a directory, and are killed while they store."""

from __future__ import annotations

import json
import os
import time
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from tests.scenarios.asking import await_closed, await_that, begin, history, output, raw_history
from tests.scenarios.processes import Cluster, cluster

HUGE: Final = 50_000_000
LONG: Final = 500_000

LARGE: Final[dict[str, Any]] = {
    "name": "Large",
    "version": "1.0",
    "domain": "large",
    "taskList": "large",
    "defaults": {"retry": {"maxAttempts": 50, "interval": 0}, "timeouts": {"heartbeat": "5s"}},
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


def stick() -> None:
    """On the disk of this process nothing that is being stored gets its name."""
    rename = os.replace

    def replace(source: Path | str, target: Path | str) -> None:
        if str(source).endswith(".part"):
            Path("stuck").touch()
            time.sleep(600)
        rename(source, target)

    os.replace = replace  # type: ignore[assignment]  # what pathlib calls, with two arguments


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SWFGRAPH_PAYLOADS", str(tmp_path / "payloads"))
    (tmp_path / "deeds_large.py").write_text(DEEDS, encoding="utf-8")
    return write(tmp_path, decision="1m")


def write(folder: Path, *, decision: str) -> Path:
    path = folder / "large.json"
    path.write_text(json.dumps({**LARGE, "timeouts": {"execution": "1h", "decision": decision}}), encoding="utf-8")
    return path


def check(processes: Cluster, size: int) -> None:
    await_closed(processes, "large", ["w"])
    turned = "ba" * (size // 2)
    ended = output(processes, "large", "w")
    assert ended["digest"].split()[0] == sha256(json.dumps(turned).encode()).hexdigest()
    assert ended["turned"] == turned
    names = [path for path in (processes.folder / "payloads").rglob("*") if len(path.name) == 64]
    assert all(path.name == sha256(path.read_bytes()).hexdigest() for path in names)
    assert len(names) == 3


def test_payloads_of_50_megabytes_go_through_start_decider_worker_and_status(spec: Path, tmp_path: Path) -> None:
    (tmp_path / "input.json").write_text(json.dumps("ab" * (HUGE // 2)), encoding="utf-8")
    with cluster(tmp_path, [spec], workers=1) as processes:
        processes.json("start", spec, "--workflow-id", "w", "--input", f"@{tmp_path / 'input.json'}")
        check(processes, HUGE)
        assert processes.json("status", "w")["output"]["turned"] == "ba" * (HUGE // 2)
        assert (tmp_path / "swf.db").stat().st_size < 1_000_000
        assert max(len(json.dumps(event)) for event in raw_history(processes, "large", "w")) < 2_000
        whole = history(processes, "large", "w")
        assert len(json.loads(whole[0]["workflowExecutionStartedEventAttributes"]["input"])) == HUGE


@pytest.mark.parametrize("name", ["worker1", "decider"])
def test_whoever_is_killed_while_storing_leaves_no_half_payload_and_the_work_goes_on(spec: Path, tmp_path: Path, name: str) -> None:
    with cluster(tmp_path, [write(tmp_path, decision="3s")], workers=1) as processes:
        processes.kill(name)
        processes.start(name, stick)
        begin(processes, spec, "w", "ab" * (LONG // 2))
        await_that((tmp_path / "stuck").exists)
        processes.kill(name)
        assert list((tmp_path / "payloads").glob("??/*.part"))
        processes.start(name)
        check(processes, LONG)
