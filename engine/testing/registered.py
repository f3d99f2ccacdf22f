"""What a service knows before anything happens in it: one domain, and the types that some specs name. The `Archive` that the core loads.

A scenario's core keeps everything in memory and is thrown away with the scenario, so that nothing is ever read back: of executions this
archive truthfully says that there are none. Imports `spec`, `service`, `runtime.register`; imported by `fixture`, `stage`, `suite` and
`world`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from engine.runtime.register import activity_defaults, workflow_defaults
from engine.service.archive import ABSENT, LAST_EVENT, Absent, Event, ExecutionQuery, ExecutionRecord, Page
from engine.service.core import Core
from engine.service.limits import Limits
from engine.service.rows import DomainRow, HeartbeatRecorded, Row, TypeRow
from engine.spec.model import Spec, WorkflowNode, WorkflowType

_FOR_EVER = "90"
"""Days that closed executions are kept: nobody reads them."""

_BARE_DEFAULTS = {
    "defaultTaskList": {"name": "swfgraph.stubs"},
    "defaultExecutionStartToCloseTimeout": "31536000",
    "defaultTaskStartToCloseTimeout": "NONE",
    "defaultChildPolicy": "TERMINATE",
}
"""Of a child's workflow type whose spec nobody has."""


class Registered:
    """Nothing but a domain and its types."""

    def __init__(self, domain: str = "", rows: Iterable[Row] = ()) -> None:
        kept = tuple(rows)
        self.domain = domain
        self._domains = [row for row in kept if isinstance(row, DomainRow)]
        self._types = [row for row in kept if isinstance(row, TypeRow)]

    def domains(self) -> Sequence[DomainRow]:
        return self._domains

    def types(self) -> Sequence[TypeRow]:
        return self._types

    def next_run(self) -> int:
        return 1

    def open_executions(self) -> Sequence[ExecutionRecord]:
        return ()

    def heartbeats(self) -> Sequence[HeartbeatRecorded]:
        return ()

    def events(self, run: int, *, first: int = 1, last: int = LAST_EVENT, limit: int, newest_first: bool = False) -> list[Event]:  # noqa: ARG002
        return []

    def execution(self, domain: str, workflow_id: str, run_id: str) -> ExecutionRecord | Absent:  # noqa: ARG002
        return ABSENT

    def executions(self, query: ExecutionQuery, page: Page) -> Sequence[ExecutionRecord]:  # noqa: ARG002
        return ()

    def count(self, query: ExecutionQuery) -> int:  # noqa: ARG002
        return 0

    def expired(self, now: float, limit: int) -> Sequence[int]:  # noqa: ARG002
        return ()

    def next_expiry(self) -> float:
        return math.inf


def register(spec: Spec, children: Iterable[Spec]) -> Registered:
    """The spec's domain, with its types and its children's; the service itself says what becomes of a registration."""
    core = Core(Registered(), Limits())
    core.load()
    core.handle("RegisterDomain", {"name": spec.domain, "workflowExecutionRetentionPeriodInDays": _FOR_EVER}, 0.0)
    specs = (spec, *children)
    workflows = {(one.name, one.version): workflow_defaults(one) for one in specs}
    for child in _children_of(specs):
        workflows.setdefault((child.name, child.version), _BARE_DEFAULTS)
    for (name, version), defaults in workflows.items():
        core.handle("RegisterWorkflowType", {"domain": spec.domain, "name": name, "version": version, **defaults}, 0.0)
    activities = {(one.name, one.version): activity_defaults(one) for each in specs for one in each.activities.values()}
    for (name, version), defaults in activities.items():
        core.handle("RegisterActivityType", {"domain": spec.domain, "name": name, "version": version, **defaults}, 0.0)
    return Registered(spec.domain, core.take_changes())


def _children_of(specs: Iterable[Spec]) -> Iterator[WorkflowType]:
    for spec in specs:
        yield from (node.workflow for node in spec.nodes.values() if isinstance(node, WorkflowNode))
