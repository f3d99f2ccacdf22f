"""simpleflow on moto's server: its decider and its worker, two processes each (it forks one more for every activity)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.bench.peers.driving import drive
from tools.bench.peers.moto_swf import DOMAIN, TASK_LIST, Executions, beside, endpoint, register

WORKFLOWS = "tools.bench.peers.simpleflow_workflows"
PROCESSES = ["-d", DOMAIN, "-N", "2"]


class Simpleflow:
    def __init__(self, executions: Executions) -> None:
        self._executions = executions

    def _run(self, name: str, size: int) -> str:
        return self._executions.run(name, {"args": [size], "kwargs": {}})

    def serial(self) -> None:
        self._run("serial", 3)

    def fan_out(self, width: int) -> None:
        self._run("fan", width)

    def long_run(self, steps: int) -> Sequence[float]:
        return self._executions.step_times(self._run("serial", steps))


@contextlib.contextmanager
def open_simpleflow(folder: Path) -> Iterator[Simpleflow]:
    with endpoint() as executions:
        register(executions.client, workflows=["serial", "fan"], activities=[f"{WORKFLOWS}.nothing"])
        decider = ["-m", "simpleflow", "decider.start", *PROCESSES, "-t", TASK_LIST, f"{WORKFLOWS}.Serial", f"{WORKFLOWS}.Fan"]
        worker = ["-m", "simpleflow", "worker.start", *PROCESSES, "-t", f"{TASK_LIST}-activities"]
        with beside(folder, decider, worker):
            yield Simpleflow(executions)


if __name__ == "__main__":
    drive(open_simpleflow, ["simpleflow", "moto", "boto3"])
