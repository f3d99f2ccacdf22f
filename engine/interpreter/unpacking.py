"""A run that stands where an earlier one stood: what was wanted is wished for again, what was waited for is due when it was.

The spec has to be the same, to the digest. Imports `board`, `carried`, `closing`, `compensation`, `fanout`, `intents`, `ledger`, `nodes`,
`parts`, `texts`, `work`, `works`, `errors`, `spec.model`; imported by `run`.
"""

from __future__ import annotations

from collections import deque
from typing import Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from engine.errors import HistoryError, SpecMismatch
from engine.interpreter import carried as c
from engine.interpreter import intents as i
from engine.interpreter.board import EdgeState, Place, Times
from engine.interpreter.closing import Ending, Phase
from engine.interpreter.compensation import Done, Undo
from engine.interpreter.fanout import FanOut, Job
from engine.interpreter.ledger import Purpose, Timer
from engine.interpreter.nodes import address_of
from engine.interpreter.parts import Chain, Parts
from engine.interpreter.texts import control, timer_id
from engine.interpreter.work import Address
from engine.interpreter.works import WORK_NODES, Child, Order
from engine.spec.model import ABSENT, Absent, Json, WaitNode, WaitSignal

T = TypeVar("T")


def read_state(value: Json, digest: str, event_id: int) -> c.State:
    """Raises: HistoryError (it is none of this version), SpecMismatch (it is another spec's)."""
    try:
        state = msgspec.convert(value, c.State, str_keys=True)
    except msgspec.ValidationError as error:
        raise HistoryError(event_id, f"the state that is carried in its input can't be read: {error}") from error
    if state.digest != digest:
        raise SpecMismatch(event_id, recorded=state.digest, ours=digest)
    return state


def chain_of(state: c.State) -> Chain:
    """The chain, as the run says it that goes on from this state."""
    run = state.run
    return Chain(
        run_id=run.id, start=run.start, before=run.before + 1, timeout=_absent(run.timeout), deadline=_absent(run.deadline)
    )  # fmt: skip


def take_up(parts: Parts, state: c.State) -> None:
    """Stand where the earlier run stood. (The data's input and execution, and how to continue, are the run's to give.)"""
    _take_up_board(parts, state)
    data, nodes = parts.data, parts.nodes
    data.visits.update(state.visits)
    data.results.update(state.results)
    data.errors.update(state.errors)
    data.signals.update(state.signals)
    nodes.known.update(state.known)
    nodes.signals.kept.update({name: deque(kept) for name, kept in state.kept.items()})
    nodes.signals.waiting.update({name: deque(waiting) for name, waiting in state.waiting.items()})
    nodes.orders.update({name: _order(order) for name, order in state.orders.items()})
    for child in state.children:
        nodes.works.children[child.node] = {ABSENT: Child(workflow_id=child.workflow_id, run_id=child.run_id)}
    for name, fan in state.fans.items():
        nodes.fanouts.nodes[name] = _fan(parts, name, fan)
    _take_up_end(parts, state)
    for name in state.live:
        _wish_again(parts, parts.board.places[name], state)


def _absent(value: T | UnsetType) -> T | Literal[Absent.ABSENT]:
    return ABSENT if value is UNSET else value


def _take_up_board(parts: Parts, state: c.State) -> None:
    plan, board = parts.plan, parts.board
    places = {}
    for name, at in state.places.items():
        times = Times(entered=_time(at.entered), scheduled=_time(at.scheduled), started=_time(at.started), closed=_time(at.closed))
        degree = len(plan.incoming[name])
        places[name] = Place(node=plan.nodes[name], degree=degree, state=at.state, visit=at.visit, attempt=at.attempt, times=times)
    edges = dict.fromkeys(state.taken, EdgeState.TAKEN) | dict.fromkeys(state.dead, EdgeState.DEAD)
    board.put_back(places, edges, state.live, state.failures)
    board.taken = dict(state.turns)
    board.repeated = {node: dict(rules) for node, rules in state.repeated.items()}


def _time(time: float | None) -> float | Literal[Absent.ABSENT]:
    return ABSENT if time is None else time


def _order(order: c.PackedOrder) -> Order:
    return Order(input=_absent(order.input), workflow_id=_absent(order.workflow_id), tags=order.tags)


def _done(done: c.PackedDone) -> Done:
    return Done(node=done.node, visit=done.visit, result=done.result, index=_absent(done.index), item=_absent(done.item))


def _take_up_end(parts: Parts, state: c.State) -> None:
    closing = parts.closing
    closing.canceled = state.canceled
    undoing = closing.compensation
    undoing.done = [_done(done) for done in state.done]
    undoing.undone = list(state.undone)
    undoing.failed = list(state.undo_failed)
    if not isinstance(state.end, UnsetType):
        closing.phase = Phase.COMPENSATING
        closing.undoes = True
        closing.ending = _ending(state.end, parts.nodes.again)
    if not isinstance(state.undo, UnsetType):
        undo = Undo(done=_done(state.undo.done), attempt=state.undo.attempt, input=_absent(state.undo.input))
        undoing.take_up(undo, _absent(state.undo.due))


def _ending(end: c.PackedEnd, again: i.ContinueExecution) -> Ending:
    text = _absent(end.text)
    intents: dict[c.CloseKind, i.Close] = {
        c.CloseKind.COMPLETE: i.CompleteExecution(result=text),
        c.CloseKind.FAIL: i.FailExecution(reason=end.reason, details="" if text is ABSENT else text),
        c.CloseKind.CANCEL: i.CancelExecution(details="" if text is ABSENT else text),
        c.CloseKind.CONTINUE: replace(again, input=text),
    }
    return Ending(intent=intents[end.close], ours=end.ours)


def _fan(parts: Parts, name: str, packed: c.PackedFan) -> FanOut:
    node = parts.plan.nodes[name]
    if not isinstance(node, WORK_NODES):
        raise AssertionError(f"{name} has no items")
    results = [None] * packed.count
    done: set[int] = set()
    for first, stretch in packed.done.items():
        results[first : first + len(stretch)] = stretch
        done.update(range(first, first + len(stretch)))
    return FanOut(
        node=node,
        visit=packed.visit,
        items=packed.items or [None] * packed.count,
        results=results,
        most=packed.most,
        tolerated=packed.tolerated,
        known=packed.known,
        next=packed.next,
        failed=dict(packed.failed),
        done=done,
        completed=packed.completed,
    )


def _wish_again(parts: Parts, place: Place, state: c.State) -> None:
    """What an open or retrying node waits for."""
    name, node, nodes = place.node.name, place.node, parts.nodes
    if isinstance(node, WORK_NODES) and name in state.fans:
        fan = nodes.fanouts.nodes[name]
        for packed in state.fans[name].open:
            job = fan.open[packed.index] = Job(index=packed.index, attempt=packed.attempt, order=_order(packed.order))
            address = Address(node=name, visit=fan.visit, attempt=job.attempt, item=job.index)
            due = _absent(packed.due)
            if due is ABSENT:
                job.waits = nodes.works.begin(node, address, job.order, fan.items[job.index])
            else:
                job.waits = _timer(parts, address, Purpose.RETRY, due)
        nodes.fanouts.take_up(fan)
    elif name in state.due:
        nodes.waits[name] = _timer(parts, address_of(place), _purpose(place), state.due[name])
    elif isinstance(node, WORK_NODES):
        nodes.waits[name] = nodes.works.begin(node, address_of(place), nodes.orders[name])


def _purpose(place: Place) -> Purpose:
    if isinstance(place.node, WaitNode):
        return Purpose.SIGNAL if isinstance(place.node.on, WaitSignal) else Purpose.WAIT
    return Purpose.RETRY


def _timer(parts: Parts, address: Address, purpose: Purpose, due: float) -> Timer:
    start = i.StartTimerUntil(timer_id=timer_id(address, purpose), control=control(address), time=due)
    timer = Timer(address=address, purpose=purpose, intent=start)
    parts.ledger.want_timer(timer)
    return timer
