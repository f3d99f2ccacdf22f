"""What expressions read: input, results, errors, signals, execution; in a node's output `result`, for an item `item` and `index` too.

`Data` is part of a run; `At` is what one evaluation sees of it, and hands over only what the expression reads, so that an evaluation
costs the same however many nodes have run. Imports `failure`, `texts`, `spec.expression`, `spec.model`; imported by whatever
evaluates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from engine.interpreter.failure import Failure
from engine.interpreter.texts import LONGEST_DATA
from engine.spec.expression import References
from engine.spec.model import ABSENT, Absent, Json

RAW: Final = "result"


class Data:
    """The root document, as of the last event."""

    __slots__ = ("errors", "execution", "input", "longest", "results", "run_id", "signals", "visits", "workflow_id")

    def __init__(self, workflow_id: str, run_id: str, longest: int = LONGEST_DATA) -> None:
        self.longest = longest
        """Characters of a payload that can be carried."""
        self.workflow_id = workflow_id
        self.run_id = run_id
        self.signals: dict[str, list[Json]] = {}
        """The inputs of all that have come, by name, in order."""
        self.input: Json = None
        self.results: dict[str, Json] = {}
        """Of the nodes that are completed in their present visit."""
        self.errors: dict[str, Json] = {}
        """Of the nodes that have failed and not completed since; going back does not clear them."""
        self.visits: dict[str, int] = {}
        self.execution: dict[str, Json] = {"workflowId": workflow_id, "runId": run_id, "visits": self.visits}

    def begin(self, value: Json, name: str, version: str, start_time: float, run_id: str | Literal[Absent.ABSENT] = ABSENT) -> None:
        """`start_time` and `run_id`: of the first of the runs that go on from one another; absent: of this one, which is the first."""
        self.input = value
        self.run_id = self.run_id if run_id is ABSENT else run_id
        self.execution.update(runId=self.run_id, name=name, version=version, startTime=start_time)

    def completed(self, node: str, result: Json) -> None:
        self.results[node] = result
        self.errors.pop(node, None)

    def failed(self, node: str, failure: Failure, attempts: int, items: list[Json] | Literal[Absent.ABSENT] = ABSENT) -> None:
        """`items`: the errors of those that have failed, where the node has items."""
        error: dict[str, Json] = {"name": failure.name, "message": failure.message, "attempts": attempts}
        self.errors[node] = error if items is ABSENT else {**error, "items": items}

    def signaled(self, name: str, value: Json) -> None:
        self.signals.setdefault(name, []).append(value)

    def reset(self, node: str) -> None:
        self.results.pop(node, None)

    def at(self, now: float) -> At:
        return At(self, now, {})

    def with_extra(self, now: float, extra: Mapping[str, Json]) -> At:
        """For what belongs to an item, or undoes something: `item`, `index`, `result`."""
        return At(self, now, extra)

    def with_result(self, now: float, raw: Json) -> At:
        """For a node's output: `result` is what the node gave."""
        return At(self, now, {RAW: raw})


class At:
    """The scope of one evaluation (see engine.spec.expression.Scope)."""

    __slots__ = ("_data", "_extra", "now")

    def __init__(self, data: Data, now: float, extra: Mapping[str, Json]) -> None:
        self._data = data
        self._extra = extra
        self.now = now

    def root(self, refs: References) -> dict[str, Json]:
        """What changes with the run is copied: a value that is handed over may become part of a result."""
        data, everything = self._data, refs.everything
        root = dict(self._extra)
        if everything or "input" in refs.names:
            root["input"] = data.input
        if everything or "results" in refs.names:
            root["results"] = dict(data.results) if everything or "results" in refs.whole else _some(data.results, refs.results)
        if everything or "errors" in refs.names:
            root["errors"] = dict(data.errors) if everything or "errors" in refs.whole else _some(data.errors, refs.errors)
        if everything or "signals" in refs.names:
            signals = data.signals if everything or "signals" in refs.whole else _some(data.signals, refs.signals)
            root["signals"] = {name: list(values) for name, values in signals.items()}
        if everything or "execution" in refs.names:
            whole = everything or "execution" in refs.whole
            root["execution"] = execution = dict(data.execution) if whole else _some(data.execution, refs.execution)
            if "visits" in execution:
                execution["visits"] = dict(data.visits) if whole or "visits" in refs.whole else _some(data.visits, refs.visits)
        return root


def _some(entries: Mapping[str, Json], names: frozenset[str]) -> dict[str, Json]:
    return {name: entries[name] for name in names if name in entries}
