"""What the browser looks at: `swfgraph serve` with the console, a decider, workers and a scheduler, each a process of its own.

Specs are copied first, so that a test may change or break them.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.scenarios.processes import ROOT, Cluster, command

PATIENCE: float = 60.0
"""Seconds until a test gives up waiting for another process; of a console that stands still, not of a slow machine."""


class Standing(Cluster):
    """The processes of `Cluster`, with a console that knows `folder/specs`."""

    def __init__(self, folder: Path, specs: Sequence[str], *, serving: Sequence[str | Path] = ()) -> None:
        self.specs = folder / "specs"
        self.specs.mkdir()
        for name in specs:
            shutil.copytree(ROOT / "specs" / name, self.specs / name)
        super().__init__(folder, [self.specs], workers=1)
        self._arguments["serve"] += ["--specs", str(self.specs), *map(str, serving)]
        self._arguments["scheduler"] = command("schedule", "run", "--url", self.url, self.specs)

    @property
    def console(self) -> str:
        return f"{self.url}/console"

    def spec(self, name: str) -> Path:
        return self.specs / name / f"{name}.json"

    def begin(self, spec: str, workflow_id: str, *arguments: str) -> str:
        """Start an execution; the address of its page, below the console's root."""
        started = self.json("start", self.spec(spec), "--workflow-id", workflow_id, *arguments)
        return f"/d/{started['domain']}/executions/{started['workflowId']}/{started['runId']}"


@contextlib.contextmanager
def standing(folder: Path, *specs: str, processes: Sequence[str] = (), serving: Sequence[str | Path] = ()) -> Iterator[Standing]:
    """`serve`, the specs registered, then the named processes; whatever still runs at the end is killed."""
    found = Standing(folder, specs, serving=serving)
    try:
        found.start("serve")
        if processes:
            registered = found.run("register", found.specs)
            assert registered.returncode == 0, registered.stderr
        for name in processes:
            found.start(name)
        yield found
    finally:
        found.stop()


def await_that(happens: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < deadline, f"in vain: {what}"
        time.sleep(0.1)


def states(markup: str) -> dict[str, str]:
    """Node -> its state, as a page's chart colours it."""
    return dict(re.findall(r'<g id="node-([A-Za-z_]\w*)" class="node \w+ (\w+)', markup))
