from __future__ import annotations

from engine.graph.plan import EdgeKind
from engine.interpreter.board import EdgeState
from engine.interpreter.closing import Phase
from engine.interpreter.states import NodeState
from engine.interpreter.view import EdgeView, NodeError, NodeView
from engine.spec.model import ABSENT
from tests.interpreter.plans import activity, end, plan_of
from tests.interpreter.swf import T0, Execution
from tests.interpreter.telling import swf_of

LOOP = {
    "a": activity("b"),
    "b": activity(
        "done",
        retry={"maxAttempts": 2, "interval": 5},
        catch=[{"errors": ["Broken"], "retryFrom": "a", "maxTimes": 3}, {"errors": ["*"], "next": "mend"}],
    ),
    "mend": activity("done"),
    "done": end(),
}


def test_before_the_first_event_every_node_is_idle_and_every_edge_unsettled() -> None:
    view = Execution(plan_of(LOOP)).run.view()
    assert list(view.nodes) == list(LOOP)
    assert {node.state for node in view.nodes.values()} == {NodeState.IDLE}
    assert set(view.edges) == {EdgeView(state=EdgeState.UNSETTLED, taken=0)}
    assert (view.phase, view.outcome, view.last_event_id) == (Phase.RUNNING, ABSENT, 0)


def test_a_node_tells_when_it_was_entered_scheduled_started_and_closed() -> None:
    swf = swf_of(LOOP).wait(1).decide().wait(1).begin("a").wait(1).complete("a", {"x": 1})
    assert swf.run.view().nodes["a"] == NodeView(
        name="a",
        state=NodeState.COMPLETED,
        visit=1,
        attempt=1,
        entered=T0,
        scheduled=T0 + 1,
        started=T0 + 2,
        closed=T0 + 3,
        result={"x": 1},
        error=ABSENT,
    )


def test_a_node_that_waits_for_its_retry_tells_the_error_and_not_the_old_times() -> None:
    swf = swf_of(LOOP).decide().complete("a").decide().fail("b", "Other", "it fell")
    node = swf.run.view().nodes["b"]
    assert (node.state, node.attempt, node.error) == (NodeState.RETRYING, 1, NodeError(name="Other", message="it fell", attempts=1))
    node = swf.decide().fire("b.retry.1.1").run.view().nodes["b"]
    assert (node.state, node.attempt, node.scheduled, node.started) == (NodeState.OPEN, 2, ABSENT, ABSENT)


def test_edges_tell_where_they_stand_now_and_how_often_they_were_taken() -> None:
    swf = swf_of(LOOP).decide().complete("a").decide().fail("b", "Broken").decide().fire("b.retry.1.1").decide().fail("b.1.2", "Broken")
    swf.decide().complete("a.2.1")
    seen = {(edge.source, edge.kind, edge.target): view for edge, view in zip(swf.plan.edges, swf.run.view().edges, strict=True)}
    assert seen["a", EdgeKind.NEXT, "b"] == EdgeView(state=EdgeState.TAKEN, taken=2)
    assert seen["b", EdgeKind.RETRY, "b"] == EdgeView(state=EdgeState.TAKEN, taken=1)
    assert seen["b", EdgeKind.RETRY_FROM, "a"] == EdgeView(state=EdgeState.TAKEN, taken=1)
    assert seen["b", EdgeKind.NEXT, "done"] == EdgeView(state=EdgeState.UNSETTLED, taken=0)
    assert swf.run.view().nodes["b"].visit == 2


def test_dead_edges_are_dead() -> None:
    swf = swf_of(LOOP).decide().complete("a").decide().complete("b")
    seen = {(edge.source, edge.kind, edge.target): view for edge, view in zip(swf.plan.edges, swf.run.view().edges, strict=True)}
    assert seen["b", EdgeKind.CATCH, "mend"] == EdgeView(state=EdgeState.DEAD, taken=0)
    assert seen["mend", EdgeKind.NEXT, "done"] == EdgeView(state=EdgeState.DEAD, taken=0)
    assert swf.run.view().nodes["mend"].state is NodeState.SKIPPED


def test_a_view_does_not_change_with_the_run() -> None:
    swf = swf_of(LOOP).decide()
    view = swf.run.view()
    swf.complete("a")
    assert view.nodes["a"].state is NodeState.OPEN
    assert swf.run.view() != view
