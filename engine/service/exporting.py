"""Writing executions out as JSON lines (transfer), with their domains and types, as they are at one moment; beside the file's owner.

Imports errors, snapshot and transfer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from engine.errors import UsageError
from engine.service.snapshot import Snapshot, StoredExecution, looking_at
from engine.service.transfer import FORMAT, Header, RawExecutionLine, domain_line, encode, heartbeat_line, type_line


def export(database: Path, *, workflow_ids: Collection[str] = (), domain: str = "") -> Iterator[bytes]:
    """The lines, without line ends. Every run of the workflowIds, of all where none is given; of that domain, or of all.

    Raises: DatabaseUnusable; UsageError where there is no execution of a workflowId, or no such domain.
    """
    with looking_at(database) as snapshot:
        wanted = _wanted(snapshot, frozenset(workflow_ids), domain)
        yield encode(Header(format=FORMAT))
        for row in snapshot.domains():
            if row.name in wanted:
                yield encode(domain_line(row))
        for kind in snapshot.types():
            if kind.domain in wanted:
                yield encode(type_line(kind))
        for execution in snapshot.executions():
            if execution.domain in wanted and (not workflow_ids or execution.workflow_id in workflow_ids):
                yield encode(_execution(snapshot, execution))


def _wanted(snapshot: Snapshot, workflow_ids: frozenset[str], domain: str) -> frozenset[str]:
    """The domains concerned."""
    domains = frozenset(row.name for row in snapshot.domains())
    if domain and domain not in domains:
        raise UsageError(f"{snapshot.url}: there is no domain {domain!r} in it; there are: {', '.join(sorted(domains)) or 'none'}")
    among = {domain} if domain else domains
    if not workflow_ids:
        return frozenset(among)
    found = {(one.domain, one.workflow_id) for one in snapshot.executions() if one.domain in among and one.workflow_id in workflow_ids}
    missing = workflow_ids - {workflow_id for _, workflow_id in found}
    if missing:
        where = f"in the domain {domain!r}" if domain else "in it"
        raise UsageError(f"{snapshot.url}: there is no execution {where} of the workflowId {', '.join(map(repr, sorted(missing)))}")
    return frozenset(name for name, _ in found)


def _execution(snapshot: Snapshot, execution: StoredExecution) -> RawExecutionLine:
    return RawExecutionLine(
        domain=execution.domain,
        workflow_id=execution.workflow_id,
        run_id=execution.run_id,
        heartbeats=[heartbeat_line(row) for row in snapshot.heartbeats(execution.run)],
        events=[msgspec.Raw(body.encode()) for _, body in snapshot.events(execution.run)],
    )
