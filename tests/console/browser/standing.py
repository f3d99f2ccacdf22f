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
from typing import Final, Literal

from engine.graph.check import find_specs, load_plan
from engine.runtime.register import register
from engine.runtime.start import StartOptions, start
from engine.spec.model import ABSENT, Absent, Json
from tests.scenarios.processes import ROOT, Cluster, command

PATIENCE: Final = 120.0
"""Seconds until a test gives up waiting for a page or a process: of a console that stands still, not of a slow machine."""


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

    def rewrite(self, name: str, old: str, new: str) -> None:
        text = self.spec(name).read_text(encoding="utf-8")
        assert old in text
        self.spec(name).write_text(text.replace(old, new), encoding="utf-8")

    def work(self, *processes: str) -> None:
        """Register the specs as they are now, and start the processes."""
        register(self.client, [load_plan(file).spec for file in find_specs([self.specs])])
        for name in processes:
            self.start(name)

    def begin(self, spec: str, workflow_id: str, value: Json | Literal[Absent.ABSENT] = ABSENT, tags: tuple[str, ...] = ()) -> str:
        """Start an execution; the address of its page, below the console's root."""
        options = StartOptions(workflow_id=workflow_id, tags=tags)
        started = start(self.client, load_plan(self.spec(spec)).spec, value, options)
        return f"/d/{started.domain}/executions/{started.workflow_id}/{started.run_id}"


@contextlib.contextmanager
def standing(folder: Path, *specs: str, processes: Sequence[str] = (), serving: Sequence[str | Path] = ()) -> Iterator[Standing]:
    """`serve`, the specs registered, then the named processes; whatever still runs at the end is killed."""
    found = Standing(folder, specs, serving=serving)
    try:
        found.start("serve")
        if processes:
            found.work(*processes)
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
