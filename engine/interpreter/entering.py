"""What nodes do when they are entered: pass, decision and terminal nodes are over at once, the others wish for what they wait for.

Imports `board`, `choosing`, `closing`, `failure`, `nodes`, `scope`, `states`, `terminal`, `waiting`, `works`, `graph.plan`, `spec`;
imported by `course`.
"""

from __future__ import annotations

from functools import partial
from typing import assert_never

from engine.errors import ExpressionError
from engine.graph.plan import EdgeKind
from engine.interpreter.board import Board, Place
from engine.interpreter.choosing import choose
from engine.interpreter.closing import Ending
from engine.interpreter.failure import Failure, of_expression
from engine.interpreter.nodes import Nodes, address_of
from engine.interpreter.scope import Data
from engine.interpreter.states import NodeTrigger
from engine.interpreter.terminal import terminal_intent
from engine.interpreter.waiting import timer_of
from engine.interpreter.works import WorkNode
from engine.spec.model import (
    ABSENT,
    ActivityNode,
    DecisionNode,
    ForEach,
    Json,
    LambdaNode,
    PassNode,
    TerminalNode,
    WaitNode,
    WaitSignal,
    WorkflowNode,
)


class Entering:
    """Part of a run."""

    __slots__ = ("_board", "_data", "_nodes")

    def __init__(self, board: Board, data: Data, nodes: Nodes) -> None:
        self._board = board
        self._data = data
        self._nodes = nodes

    def enter(self, place: Place, now: float) -> None:
        self._board.enter(place, now)
        node = place.node
        self._data.visits[node.name] = place.visit
        known = self._nodes.known.pop(node.name, {})
        match node:
            case ActivityNode() | WorkflowNode() | LambdaNode() | WaitNode() if "result" in known:
                self._nodes.over_with(place, known["result"], now)
            case ActivityNode() | WorkflowNode() | LambdaNode():
                self._nodes.works.forget_children(node.name)
                if node.for_each is ABSENT:
                    self._enter_work(place, node, now)
                else:
                    items = {int(index): result for index, result in known.get("items", {}).items()}
                    self._enter_items(place, node, node.for_each, items, now)
            case WaitNode():
                self._enter_wait(place, node, now)
            case PassNode():
                self._nodes.complete(place, None, now)
            case DecisionNode():
                self._decide(place, node, now)
            case TerminalNode():
                self._end(place, node, now)
            case _:
                assert_never(node)

    def _enter_work(self, place: Place, node: WorkNode, now: float) -> None:
        order = self._nodes.works.order(node, self._data.at(now))
        if isinstance(order, Failure):
            self._nodes.fail(place, order, now)
            return
        self._nodes.orders[node.name] = order
        self._nodes.ask(place, node)

    def _enter_items(self, place: Place, node: WorkNode, each: ForEach, known: dict[int, Json], now: float) -> None:
        try:
            meaning = self._nodes.fanouts.enter(node, each, place.visit, now, known)
        except ExpressionError as error:
            self._nodes.fail(place, of_expression(error, final=True), now)
            return
        self._nodes.items_over(place, meaning, now)

    def _enter_wait(self, place: Place, node: WaitNode, now: float) -> None:
        kept = self._nodes.signals.take(node.on.signal) if isinstance(node.on, WaitSignal) else ABSENT
        if kept is not ABSENT:
            self._nodes.complete(place, kept[0], now)
            return
        try:
            timer = timer_of(node.on, self._data.at(now), address_of(place))
        except ExpressionError as error:
            self._nodes.fail(place, of_expression(error, final=True), now)
            return
        if isinstance(node.on, WaitSignal):
            self._nodes.signals.wait(node.on.signal, node.name, place.visit)
        if timer is not ABSENT:
            self._nodes.wait(place, timer)

    def _decide(self, place: Place, node: DecisionNode, now: float) -> None:
        spent = partial(self._nodes.spent, node.name, EdgeKind.CHOICE)
        try:
            chosen = choose(node, self._data.at(now), spent)
        except ExpressionError as error:
            self._nodes.fail(place, of_expression(error, final=True), now)
            return
        if chosen is not ABSENT:
            self._nodes.over(place, NodeTrigger.COMPLETE, now)
            self._nodes.follow(place, EdgeKind.CHOICE, chosen, node.choices[chosen].then)
        elif node.default:
            self._nodes.over(place, NodeTrigger.COMPLETE, now)
            self._board.leave(place, EdgeKind.DEFAULT, 0)
        else:
            self._nodes.fail(place, Failure(name="NoChoice", message="no choice holds, and there is no default", final=True), now)

    def _end(self, place: Place, node: TerminalNode, now: float) -> None:
        try:
            close = terminal_intent(node, self._data.at(now), self._nodes.again, self._data.longest)
        except ExpressionError as error:
            self._nodes.fail(place, of_expression(error, final=True), now)
            return
        if isinstance(close, Failure):
            self._nodes.fail(place, close, now)
            return
        self._nodes.over(place, NodeTrigger.COMPLETE, now)
        self._nodes.end(Ending(intent=close, ours=False), now, undo=node.compensate)
