"""seddy's decider on moto's server: a DAG in JSON, as ours; one decider process, and a plain boto worker, since it has none."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tools.bench.peers.driving import WIDTH, drive
from tools.bench.peers.moto_swf import DOMAIN, TASK_LIST, VERSION, Executions, beside, endpoint, register

DECIDERS = 1


class Seddy:
    def __init__(self, executions: Executions) -> None:
        self._executions = executions

    def serial(self) -> None:
        self._executions.run("serial-3", 1)

    def fan_out(self, width: int) -> None:
        self._executions.run(f"fan-{width}", 1)

    def long_run(self, steps: int) -> Sequence[float]:
        return self._executions.step_times(self._executions.run(f"serial-{steps}", 1))


def _workflow(name: str, tasks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"spec_type": "dag", "name": name, "version": VERSION, "tasks": tasks}


def _task(number: int, given: dict[str, Any], after: list[str]) -> dict[str, Any]:
    return {"id": f"n{number}", "type": {"name": "Nothing", "version": VERSION}, "input": given, "dependencies": after}


def serial(length: int) -> dict[str, Any]:
    first = _task(1, {"type": "workflow-input"}, [])
    rest = [_task(n, {"type": "dependency-result", "id": f"n{n - 1}"}, [f"n{n - 1}"]) for n in range(2, length + 1)]
    return _workflow(f"serial-{length}", [first, *rest])


def fan(width: int) -> dict[str, Any]:
    return _workflow(f"fan-{width}", [_task(n, {"type": "workflow-input"}, []) for n in range(width)])


@contextlib.contextmanager
def open_seddy(folder: Path) -> Iterator[Seddy]:
    workflows = [serial(3), fan(5), fan(WIDTH), serial(json.loads(sys.argv[1])["steps"])]
    specs = folder / "workflows.json"
    specs.write_text(json.dumps({"version": "1.0", "workflows": workflows}))
    with endpoint() as executions:
        register(executions.client, workflows=[one["name"] for one in workflows], activities=["Nothing"])
        decider = ["-m", "seddy", "-q", "decider", str(specs), DOMAIN, TASK_LIST]
        with beside(folder, ["-m", "tools.bench.peers.boto_worker"], *[decider] * DECIDERS):
            yield Seddy(executions)


if __name__ == "__main__":
    drive(open_seddy, ["seddy", "moto", "boto3"])
