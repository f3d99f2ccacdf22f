"""What a run is made of, and what it has in common with the runs that it goes on from: values, for those who need all of it.

Imports `board`, `closing`, `ledger`, `nodes`, `scope`, `terms`, `graph.plan`, `spec.model`; imported by `packing`, `unpacking`, `draining`,
`carry`, `run`.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from engine.graph.plan import Plan
from engine.interpreter.board import Board
from engine.interpreter.closing import Closing
from engine.interpreter.ledger import Ledger
from engine.interpreter.nodes import Nodes
from engine.interpreter.scope import Data
from engine.interpreter.terms import Terms
from engine.spec.model import ABSENT, Absent


class Parts(Struct, frozen=True, kw_only=True):
    """What a run is made of."""

    plan: Plan
    board: Board
    data: Data
    ledger: Ledger
    nodes: Nodes
    closing: Closing


class Chain(Struct, frozen=True, kw_only=True):
    """What all runs have in common that go on from one another."""

    run_id: str
    start: float | int
    before: int
    """Runs before this one."""
    timeout: str | Literal[Absent.ABSENT]
    """executionStartToCloseTimeout of the first one, as SWF writes it."""
    deadline: float | Literal[Absent.ABSENT]


def first_of(run_id: str, start: float, terms: Terms) -> Chain:
    """The chain of a run that goes on from no other one."""
    timeout = terms.execution_timeout
    deadline = start + int(timeout) if timeout is not ABSENT and timeout.isdigit() else ABSENT
    return Chain(run_id=run_id, start=start, before=0, timeout=timeout, deadline=deadline)
