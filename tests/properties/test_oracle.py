"""Law: the interpreter agrees with the naive oracle about every node, after everything that happens."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph.compile import compile_spec
from engine.interpreter.view import NodeError
from engine.spec.model import Spec
from tests.interpreter.swf import Execution
from tests.properties.driving import Driver
from tests.properties.oracle import Oracle
from tests.strategies import inputs, specs

NAMED = {"START_TO_CLOSE": "Timeout.StartToClose", "HEARTBEAT": "Timeout.Heartbeat", "SCHEDULE_TO_CLOSE": "Timeout.ScheduleToClose"}
NAMED |= {"SCHEDULE_TO_START": "Timeout.ScheduleToStart"}


@given(specs(), inputs(), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_the_interpreter_agrees_with_the_oracle_at_every_step(spec: Spec, value: dict[str, Any], random: Random) -> None:
    swf = Execution(compile_spec(spec)).start(value)
    oracle = Oracle(swf.plan, value)
    oracle.begin()
    driver = Driver(swf, random)
    agree(swf, oracle)
    while not swf.closed:
        driver.step()
        tell(oracle, swf, *driver.done[-1])
        agree(swf, oracle)
    assert oracle.ended


def tell(oracle: Oracle, swf: Execution, did: str, arguments: tuple[Any, ...]) -> None:
    """What the last action means to the oracle, which knows nodes, visits and attempts only."""
    if did == "fire":
        control = swf.control_of(arguments[0])
        if ".retry." in arguments[0]:
            oracle.paused_enough(control["node"], control["visit"], control["attempt"])
        elif ".wait." in arguments[0]:
            oracle.completed(control["node"], control["visit"], control["attempt"], None)
    elif did in {"complete", "fail", "time_out", "cancel"}:
        control = swf.control_of(arguments[0])
        where = control["node"], control["visit"], control["attempt"]
        if did == "complete":
            oracle.completed(*where, arguments[1])
        elif did == "fail":
            oracle.failed(*where, arguments[1] or "Failed", arguments[2])
        elif did == "time_out":
            oracle.failed(*where, NAMED[arguments[1]], "")


def agree(swf: Execution, oracle: Oracle) -> None:
    view = swf.run.view()
    assert {name: (str(node.state), node.visit) for name, node in view.nodes.items()} == {
        name: (oracle.state(name), oracle.visit.get(name, 0)) for name in swf.plan.nodes
    }
    attempts = {name: node.attempt for name, node in view.nodes.items() if node.state in {"open", "retrying"}}
    assert attempts == {name: oracle.attempt[name] for name in attempts}
    errors = {name: node.error.name for name, node in view.nodes.items() if isinstance(node.error, NodeError)}
    assert errors == {name: error["name"] for name, error in oracle.errors.items()}
