"""The summary of a run that travels as executionContext: small, bounded JSON, for `status` and the console.

Imports `board`, `closing`, `fanout`, `states`, `spec.model`; imported by `run`.
"""

from __future__ import annotations

from itertools import islice
from typing import Final, Literal

import msgspec

from engine.interpreter.board import Board, Place
from engine.interpreter.closing import Closing
from engine.interpreter.fanout import FanOuts
from engine.interpreter.states import NodeState
from engine.spec.model import ABSENT, Absent, Json

_ENCODER: Final = msgspec.json.Encoder()
"""Fast, and all that it gets is names, whole numbers and times."""

MOST_NAMED: Final = 20
"""Open and failed nodes that are named; their numbers tell of the others."""


def summary(nodes: int, board: Board, closing: Closing, fanouts: FanOuts, carry: str | Literal[Absent.ABSENT] = ABSENT) -> str:
    """JSON: v (1), nodes, done, skipped, running (numbers), open and failed (the first 20), phase. Costs the same for any history.

    Where they say anything: `compensation` (how much is undone, has failed, is left), `carry` (see `draining`).
    """
    counts, undoing = board.counts, closing.compensation
    more: dict[str, Json] = {} if carry is ABSENT else {"carry": carry}
    if closing.undoes:
        more["compensation"] = {"undone": len(undoing.undone), "failed": len(undoing.failed), "left": len(undoing.done)}
    return _ENCODER.encode(
        {
            "v": 1,
            "nodes": nodes,
            "done": counts[NodeState.COMPLETED] + counts[NodeState.FAILED] + counts[NodeState.CANCELED],
            "skipped": counts[NodeState.SKIPPED],
            "running": len(board.live),
            "open": [_open(place, fanouts) for place in islice(board.live.values(), MOST_NAMED)],
            "failed": list(islice(board.failed, MOST_NAMED)),
            "phase": closing.phase,
            **more,
        }
    ).decode()


def _open(place: Place, fanouts: FanOuts) -> dict[str, Json]:
    """`items`: of a node with items, how many there are, are done and have failed."""
    since = place.times.entered if place.times.scheduled is ABSENT else place.times.scheduled
    told = {"node": place.node.name, "visit": place.visit, "attempt": place.attempt, "state": place.state, "since": since}
    fan = fanouts.nodes.get(place.node.name)
    if fan is not None:
        told["items"] = {"total": len(fan.items), "done": fan.completed, "failed": len(fan.failed)}
    return told
