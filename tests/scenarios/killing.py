"""Killing processes at random moments, and waiting until what they did for somebody has come to an end all the same."""

from __future__ import annotations

import random
import time
from collections.abc import Collection
from typing import Any

from tests.scenarios.processes import Cluster

PATIENCE = 200.0


def kill_one(processes: Cluster, chance: random.Random) -> None:
    time.sleep(chance.uniform(0.0, 0.6))
    name = chance.choice(processes.names)
    processes.kill(name)
    processes.start(name)


def executions(processes: Cluster, domain: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = processes.json("list", "--all", "--domain", domain, "--limit", "1000")
    return found


def await_closed(processes: Cluster, domain: str, workflow_ids: Collection[str]) -> list[dict[str, Any]]:
    """All executions of the domain, once the last runs of these are closed."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = executions(processes, domain)
        still = {one["execution"]["workflowId"] for one in found if one["executionStatus"] != "CLOSED"} & set(workflow_ids)
        if not still:
            assert set(workflow_ids) <= {one["execution"]["workflowId"] for one in found}
            return found
        time.sleep(0.5)
    raise AssertionError(f"still open: {still}\n{processes.log('decider')[-3000:]}")
