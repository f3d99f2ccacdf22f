"""A run's whole state as JSON: what is wanted and not begun is left out, since it follows; a timer is the time at which it is due.

It can be taken when no work is open (see `draining`). Imports `board`, `carried`, `closing`, `compensation`, `fanout`, `intents`, `nodes`,
`parts`, `ledger`, `works`, `spec.model`; imported by `draining`.
"""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from engine.interpreter import carried as c
from engine.interpreter import intents as i
from engine.interpreter.board import EdgeState, Place
from engine.interpreter.closing import Ending
from engine.interpreter.compensation import Done, undo_of
from engine.interpreter.fanout import FanOut, Job
from engine.interpreter.ledger import Timer
from engine.interpreter.nodes import Nodes
from engine.interpreter.parts import Chain, Parts
from engine.interpreter.states import NodeState
from engine.interpreter.works import Order
from engine.spec.model import ABSENT, Absent, Json

T = TypeVar("T")


def packed(parts: Parts, chain: Chain) -> Json:
    """The state. No work may be open."""
    board, data, nodes, closing = parts.board, parts.data, parts.nodes, parts.closing
    undoing = closing.compensation
    state = c.State(
        digest=parts.plan.digest,
        run=c.PackedRun(
            id=chain.run_id, start=chain.start, before=chain.before, timeout=_unset(chain.timeout), deadline=_unset(chain.deadline)
        ),
        places={name: _packed_place(place) for name, place in board.places.items()},
        live=tuple(board.live),
        failures=tuple(board.failed),
        taken=tuple(edge for edge, where in board.edges.items() if where is EdgeState.TAKEN),
        dead=tuple(edge for edge, where in board.edges.items() if where is EdgeState.DEAD),
        turns=board.taken,
        repeated=board.repeated,
        visits=data.visits,
        results=data.results,
        errors=data.errors,
        signals=data.signals,
        kept={name: list(kept) for name, kept in nodes.signals.kept.items() if kept},
        waiting={name: list(waiting) for name, waiting in nodes.signals.waiting.items() if waiting},
        orders={name: _packed_order(order) for name, order in nodes.orders.items() if name in board.live},
        due={name: wait.due for name, wait in nodes.waits.items() if name in board.live and isinstance(wait, Timer)},
        fans={name: _packed_fan(fan, light=_is_told(parts, name), live=name in board.live) for name, fan in nodes.fanouts.nodes.items()},
        children=tuple(_packed_children(nodes)),
        known=dict(nodes.known),
        canceled=closing.canceled,
        end=UNSET if closing.ending is ABSENT else _packed_end(closing.ending),
        done=tuple(_packed_done(done) for done in undoing.done),
        undone=undoing.undone,
        undo_failed=undoing.failed,
        undo=_packed_undo(parts),
    )
    return msgspec.to_builtins(state, str_keys=True)


def _unset(value: T | Literal[Absent.ABSENT]) -> T | UnsetType:
    return UNSET if value is ABSENT else value


def _packed_place(place: Place) -> c.PackedPlace:
    times = place.times
    entered, scheduled, started, closed = (
        None if time is ABSENT else time for time in (times.entered, times.scheduled, times.started, times.closed)
    )
    return c.PackedPlace(place.state, place.visit, place.attempt, entered, scheduled, started, closed)


def _packed_order(order: Order) -> c.PackedOrder:
    return c.PackedOrder(input=_unset(order.input), workflow_id=_unset(order.workflow_id), tags=order.tags)


def _packed_fan(fan: FanOut, *, light: bool, live: bool) -> c.PackedFan:
    return c.PackedFan(
        visit=fan.visit,
        count=len(fan.items),
        most=fan.most,
        tolerated=fan.tolerated,
        next=fan.next,
        completed=fan.completed,
        done={} if light else _stretches(fan),
        items=[] if light else _items(fan),
        known={index: known for index, known in fan.known.items() if index >= fan.next and not light},
        open=tuple(_packed_job(job) for job in fan.open.values() if live),
        failed=fan.failed,
    )


def _items(fan: FanOut) -> list[Json]:
    """Those that are begun or to begin; the place of another is held by what is shortest in JSON."""
    if fan.next == len(fan.items) and not fan.open:
        return []
    return [item if index >= fan.next or index in fan.open else 0 for index, item in enumerate(fan.items)]


def _stretches(fan: FanOut) -> dict[int, list[Json]]:
    stretches: dict[int, list[Json]] = {}
    first, after = 0, -1
    for index in sorted(fan.done):
        first = first if index == after else index
        after = index + 1
        stretches.setdefault(first, []).append(fan.results[index])
    return stretches


def _is_told(parts: Parts, node: str) -> bool:
    """Nobody needs to know its items any more: it has completed, and the whole of its result is what is known of it."""
    return parts.board.places[node].state is NodeState.COMPLETED and undo_of(parts.plan, node) is ABSENT


def _packed_job(job: Job) -> c.PackedJob:
    due: c.Due = job.waits.due if isinstance(job.waits, Timer) else UNSET
    return c.PackedJob(index=job.index, attempt=job.attempt, order=_packed_order(job.order), due=due)


def _packed_children(nodes: Nodes) -> list[c.PackedChild]:
    """Of nodes without items: of items there may be thousands, and they are only for people to look at."""
    found = ((name, children.get(ABSENT)) for name, children in nodes.works.children.items())
    return [c.PackedChild(name, child.workflow_id, child.run_id) for name, child in found if child is not None]


def _packed_done(done: Done) -> c.PackedDone:
    return c.PackedDone(node=done.node, visit=done.visit, result=done.result, index=_unset(done.index), item=_unset(done.item))


def _packed_undo(parts: Parts) -> c.PackedUndo | UnsetType:
    undo = parts.closing.compensation.open
    if undo is ABSENT:
        return UNSET
    due: c.Due = undo.waits.due if isinstance(undo.waits, Timer) else UNSET
    return c.PackedUndo(done=_packed_done(undo.done), attempt=undo.attempt, input=_unset(undo.input), due=due)


def _packed_end(ending: Ending) -> c.PackedEnd:
    match ending.intent:
        case i.CompleteExecution(result=result):
            return c.PackedEnd(close=c.CloseKind.COMPLETE, text=_unset(result))
        case i.FailExecution(reason=reason, details=details):
            return c.PackedEnd(close=c.CloseKind.FAIL, ours=ending.ours, text=details, reason=reason)
        case i.CancelExecution(details=details):
            return c.PackedEnd(close=c.CloseKind.CANCEL, ours=ending.ours, text=details)
        case i.ContinueExecution(input=text):
            return c.PackedEnd(close=c.CloseKind.CONTINUE, text=_unset(text))
