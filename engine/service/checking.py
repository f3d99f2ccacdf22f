"""Is everything right in a database? SQLite's own checks, then the invariants of every execution, all in one read transaction.

Here: asking everything and naming where each flaw is. Never: what must hold (invariants), changing anything. Imports archive's words,
database, invariants, snapshot.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import msgspec

from engine.errors import DatabaseUnusable
from engine.service.invariants import Told, execution_flaws, heartbeat_flaws
from engine.service.snapshot import Snapshot, StoredExecution, looking_at

_event: Final = msgspec.json.Decoder(dict[str, Any]).decode
_TOLD: Final = tuple(field.name for field in fields(Told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something that can't be so. The first three are empty where it is the file's, not one execution's."""

    domain: str = ""
    workflow_id: str = ""
    run_id: str = ""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    executions: int
    events: int
    flaws: tuple[Flaw, ...]


def check_database(database: Path) -> Checked:
    """Every flaw of the file as it is now. Raises: DatabaseUnusable where it can't be opened, or is no such file."""
    with looking_at(database) as snapshot:
        return _Check(snapshot).run()


class _Check:
    """One pass over one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._executions = 0
        self._events = 0

    def run(self) -> Checked:
        flaws: list[Flaw] = []
        for look in (self._file, self._registry, self._histories):
            try:
                flaws.extend(look())
            except (sqlite3.DatabaseError, DatabaseUnusable) as error:
                flaws.append(Flaw(message=f"not everything can be read: {error}"))
        return Checked(executions=self._executions, events=self._events, flaws=tuple(flaws))

    def _file(self) -> Iterator[Flaw]:
        for damage in self._snapshot.damages():
            yield Flaw(message=damage)

    def _registry(self) -> Iterator[Flaw]:
        """That they can be read is what is to be shown."""
        self._snapshot.domains()
        self._snapshot.types()
        for run in self._snapshot.tags_amiss():
            yield Flaw(message=f"the tags of run {run} are not those that a tag filter searches")

    def _histories(self) -> Iterator[Flaw]:
        for execution in self._snapshot.executions():
            self._executions += 1
            for message in self._execution_flaws(execution):
                yield Flaw(domain=execution.domain, workflow_id=execution.workflow_id, run_id=execution.run_id, message=message)

    def _execution_flaws(self, execution: StoredExecution) -> Iterator[str]:
        rows = self._snapshot.events(execution.run)
        self._events += len(rows)
        events = []
        for event_id, body in rows:
            try:
                event = _event(body)
            except msgspec.DecodeError as error:
                yield f"event {event_id} is not JSON: {error}"
                return
            if event.get("eventId") != event_id:
                yield f"event {event_id} says that it is event {event.get('eventId')}"
                return
            events.append(event)
        flaws = list(execution_flaws(Told(**{name: getattr(execution, name) for name in _TOLD}), events))
        yield from flaws or heartbeat_flaws(events, self._snapshot.heartbeats(execution.run))
