from __future__ import annotations

from dataclasses import replace

import pytest

from engine.graph.plan import EdgeKind, Plan
from engine.interpreter.board import Board, EdgeState, Place, Verdict, judge
from engine.interpreter.states import NodeState, NodeTrigger
from engine.spec.model import ABSENT, Join, JoinKind
from tests.interpreter.plans import activity, end, plan_of


@pytest.mark.parametrize(
    ("join", "degree", "taken", "dead", "verdict"),
    [
        (JoinKind.ALL, 3, 2, 0, Verdict.WAIT),
        (JoinKind.ALL, 3, 1, 2, Verdict.ENTER),
        (JoinKind.ALL, 3, 3, 0, Verdict.ENTER),
        (JoinKind.ALL, 3, 0, 3, Verdict.SKIP),
        (JoinKind.ANY, 3, 1, 0, Verdict.ENTER),
        (JoinKind.ANY, 3, 0, 2, Verdict.WAIT),
        (JoinKind.ANY, 3, 0, 3, Verdict.SKIP),
        (2, 3, 1, 1, Verdict.WAIT),
        (2, 3, 2, 0, Verdict.ENTER),
        (2, 3, 1, 2, Verdict.SKIP),
        (2, 3, 0, 2, Verdict.SKIP),
    ],
)
def test_a_join_is_judged_by_how_many_edges_are_taken_and_dead(join: Join, degree: int, taken: int, dead: int, verdict: Verdict) -> None:
    assert judge(join, degree, taken, dead) is verdict


def ready(board: Board) -> list[tuple[str, Verdict]]:
    """Everything that is ready; what is to be skipped is skipped on the way."""
    names = []
    while (found := board.next_ready()) is not ABSENT:
        place, verdict = found
        names.append((place.node.name, verdict))
        if verdict is Verdict.SKIP:
            board.skip(place)
    return names


def enter(board: Board, name: str) -> Place:
    place = board.place(name)
    board.enter(place, 1.0)
    return place


def complete(board: Board, name: str, kind: EdgeKind = EdgeKind.NEXT, rule: int = 0) -> None:
    place = board.place(name)
    board.over(place, NodeTrigger.COMPLETE, 2.0)
    board.leave(place, kind, rule)


def diamond(**join: object) -> Plan:
    return plan_of({"a": activity("b", "c"), "b": activity("d"), "c": activity("d"), "d": activity("done", **join), "done": end()})


def test_nodes_become_ready_in_topological_order() -> None:
    board = Board(diamond())
    enter(board, "a")
    complete(board, "a")
    assert ready(board) == [("b", Verdict.ENTER), ("c", Verdict.ENTER)]


def test_a_dead_edge_skips_the_node_behind_it_and_all_that_only_it_leads_to() -> None:
    choice = {"type": "decision", "choices": [{"when": "true", "next": "b"}], "default": "c"}
    plan = plan_of({"a": choice, "b": activity("done"), "c": activity("e"), "e": activity("done"), "done": end()})
    board = Board(plan)
    enter(board, "a")
    complete(board, "a", EdgeKind.CHOICE)
    assert ready(board) == [("b", Verdict.ENTER), ("c", Verdict.SKIP), ("e", Verdict.SKIP)]
    assert board.place("done").dead == 1


def test_an_entered_node_is_not_judged_again() -> None:
    board = Board(diamond(join="any"))
    for name in "abc":
        enter(board, name)
    complete(board, "b")
    assert ready(board) == [("d", Verdict.ENTER)]
    enter(board, "d")
    complete(board, "c")
    assert ready(board) == []


def looping(join: str = "all") -> Plan:
    check = {"type": "decision", "choices": [{"when": "true", "retryFrom": "b", "maxTimes": 2}], "default": "done"}
    nodes = {"a": activity("b", "c"), "b": activity("d"), "c": activity("d"), "d": activity("check", join=join)}
    return plan_of(nodes | {"check": check, "done": end()})


def test_going_back_unsettles_the_edges_of_what_is_reset_and_no_others() -> None:
    board = Board(looping())
    for name in "abcd":
        enter(board, name)
        complete(board, name)
        ready(board)
    enter(board, "check")
    back = board.back(board._plan.retry_from["check", EdgeKind.CHOICE, 0])
    assert [place.node.name for place in back] == ["b", "d", "check"]
    assert {place.state for place in back} == {NodeState.IDLE}
    assert (board.place("d").taken, board.place("d").dead) == (1, 0)
    assert ready(board) == [("b", Verdict.ENTER)]
    settled = {board._plan.edges[number].source: state for number, state in board.edges.items()}
    assert settled == {"a": EdgeState.TAKEN, "c": EdgeState.TAKEN}


def test_what_was_ready_in_the_same_cascade_is_reset_too() -> None:
    board = Board(looping("any"))
    for name in "abc":
        enter(board, name)
    complete(board, "c")
    board.back(board._plan.retry_from["check", EdgeKind.CHOICE, 0])
    assert ready(board) == [("b", Verdict.ENTER)]


def test_a_join_behind_a_reset_waits_for_its_next_edge() -> None:
    """`any` was satisfied by c before; what is to be redone comes first nevertheless."""
    board = Board(looping("any"))
    for name in "abcd":
        enter(board, name)
    complete(board, "c")
    ready(board)
    board.back(board._plan.retry_from["check", EdgeKind.CHOICE, 0])
    assert ready(board) == [("b", Verdict.ENTER)]
    enter(board, "b")
    complete(board, "b")
    assert ready(board) == [("d", Verdict.ENTER)]


def test_a_retryfrom_edge_is_spent_once_it_was_taken_as_often_as_it_may() -> None:
    board = Board(looping())
    edge = board._plan.retry_from["check", EdgeKind.CHOICE, 0]
    assert not board.spent(edge)
    board.back(edge)
    assert not board.spent(edge)
    board.back(edge)
    assert board.spent(edge)


def test_visits_are_counted_over_the_whole_execution() -> None:
    board = Board(looping())
    assert enter(board, "b").visit == 1
    board.back(board._plan.retry_from["check", EdgeKind.CHOICE, 0])
    assert enter(board, "b").visit == 2


def test_a_trigger_that_is_impossible_is_a_bug_not_a_history_error() -> None:
    board = Board(diamond())
    with pytest.raises(AssertionError, match="the node a is idle: it can't complete"):
        complete(board, "a")


def test_numbers_by_state_are_kept_up_to_date() -> None:
    board = Board(diamond())
    enter(board, "a")
    complete(board, "a")
    enter(board, "b")
    assert board.counts[NodeState.COMPLETED] == board.counts[NodeState.OPEN] == 1
    assert list(board.live) == ["b"]


# Going on somewhere else.


def diverted() -> Plan:
    """`c` and what is behind it is gone on at; `a` leads there too, and so does `b`."""
    nodes = {"a": activity("b", "c"), "b": activity("d"), "c": activity("d"), "d": activity("e"), "e": activity("done"), "done": end()}
    plan = plan_of(nodes)
    return replace(plan, downstream={"c": frozenset({"c", "d", "e", "done"})})


def test_after_going_on_elsewhere_the_edges_that_lead_there_are_dead() -> None:
    board = Board(diverted())
    enter(board, "a")
    complete(board, "a")
    ready(board)
    board.divert("c")
    assert [board.edges.get(edge.id) for edge in board._plan.edges[:3]] == [EdgeState.TAKEN, EdgeState.DEAD, EdgeState.DEAD]
    assert ready(board) == [("c", Verdict.ENTER)]


def test_a_join_behind_it_does_not_wait_for_what_does_not_come() -> None:
    board = Board(diverted())
    enter(board, "a")
    complete(board, "a")
    ready(board)
    board.divert("c")
    ready(board)
    enter(board, "c")
    complete(board, "c")
    assert ready(board) == [("d", Verdict.ENTER)]


def test_going_on_elsewhere_resets_what_is_behind_it_and_nothing_else() -> None:
    board = Board(diverted())
    for name in "abcd":
        enter(board, name)
        complete(board, name)
        ready(board)
    assert [place.node.name for place in board.divert("c")] == ["c", "d"]
    assert ready(board) == [("c", Verdict.ENTER)]
    assert [str(board.place(name).state) for name in "abcd"] == ["completed", "completed", "idle", "idle"]
    assert board.place("c").visit == 1


def test_a_node_that_wants_more_edges_than_can_still_be_taken_is_skipped() -> None:
    nodes = {"a": activity("b", "c"), "b": activity("d"), "c": activity("d"), "d": activity("done", join=2), "done": end()}
    plan = replace(plan_of(nodes), downstream={"c": frozenset({"c", "d", "done"})})
    board = Board(plan)
    enter(board, "a")
    complete(board, "a")
    ready(board)
    board.divert("c")
    assert ready(board) == [("c", Verdict.ENTER), ("d", Verdict.SKIP), ("done", Verdict.SKIP)]
