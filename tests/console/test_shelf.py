"""Specs on the shelf, what is different between two, and histories that are read on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.console.comparing import compare
from engine.console.histories import Histories, Refused
from engine.console.shelf import Shelf
from engine.graph.chart import State
from engine.graph.check import load_plan
from engine.interpreter.states import NodeState
from engine.runtime.payloads.claims import NO_CLAIMS
from engine.runtime.reading.colouring import overlay_of
from engine.runtime.start import StartOptions, start
from engine.spec.model import ABSENT
from engine.swf.client import Client
from tests.console.conftest import SPECS

FRUIT = SPECS / "fruit" / "fruit.json"


def _written(folder: Path, name: str, change: Callable[[dict[str, Any]], object]) -> Path:
    document = json.loads(FRUIT.read_text(encoding="utf-8"))
    change(document)
    file = folder / name
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(tmp_path: Path) -> None:
    file = _written(tmp_path, "one.json", lambda _spec: None)
    shelf = Shelf([file])
    plan = shelf.plan("FruitWorkflow", "1.0")
    assert plan is not ABSENT
    assert shelf.plan("FruitWorkflow", "1.0") is plan
    _written(tmp_path, "one.json", lambda spec: spec.update(version="2.0"))
    os.utime(file, ns=(1, 1))
    assert shelf.plan("FruitWorkflow", "1.0") is ABSENT
    assert shelf.plan("FruitWorkflow", "2.0") is not ABSENT


def test_a_broken_file_has_findings_and_no_plan_and_a_file_that_is_gone_has_nothing(tmp_path: Path) -> None:
    broken = _written(tmp_path, "broken.json", lambda spec: spec["nodes"].pop("done"))
    gone = _written(tmp_path, "gone.json", lambda _spec: None)
    shelf = Shelf([broken, gone])
    gone.unlink()
    [shelved] = shelf.all()
    assert shelved.checked.plan is ABSENT
    assert shelved.checked.findings


def test_two_versions_are_told_apart_node_by_node(tmp_path: Path) -> None:
    def change(spec: dict[str, Any]) -> None:
        spec["nodes"]["name_fruit"]["next"] = "shout"
        spec["nodes"]["shout"] = {"type": "pass", "output": "{% results.name_fruit %}", "next": "done"}
        spec["nodes"]["pick_letter"]["description"] = "prose is no difference"
        spec["nodes"]["is_letter"]["default"] = "done"
        del spec["nodes"]["no_letter"]

    compared = compare(load_plan(FRUIT), load_plan(_written(tmp_path, "new.json", change)))
    assert (compared.added, compared.removed) == (("shout",), ("no_letter",))
    assert [node for node, _ in compared.changed] == ["is_letter", "name_fruit"]
    assert not compared.same_digest
    assert compared.gone.nodes["no_letter"].state is State.FAILED
    assert compared.come.nodes["shout"].state is State.COMPLETED
    assert compared.come.nodes["name_fruit"].note == "next"


def test_prose_alone_makes_no_other_workflow(tmp_path: Path) -> None:
    new = _written(tmp_path, "new.json", lambda spec: spec["nodes"]["pick_letter"].update(description="other words"))
    compared = compare(load_plan(FRUIT), load_plan(new))
    assert (compared.added, compared.removed, compared.changed, compared.same_digest) == ((), (), (), True)


class TestHistories:
    """What has been read of a history is kept, and only what is new is asked for."""

    @pytest.fixture
    def address(self, client: Client) -> tuple[str, str, str]:
        begun = start(client, load_plan(FRUIT).spec, ABSENT, StartOptions(workflow_id="Demo"))
        return ("TEST_SWF", "Demo", begun.run_id)

    def test_new_events_are_added_to_those_that_are_known(self, client: Client, address: tuple[str, str, str]) -> None:
        histories = Histories(client, NO_CLAIMS)
        assert len(histories.events(address)) == 2
        client.call("SignalWorkflowExecution", {"domain": "TEST_SWF", "workflowId": "Demo", "signalName": "hello"})
        assert [event["eventId"] for event in histories.events(address)] == [1, 2, 3]
        assert histories.events(address)[2]["eventType"] == "WorkflowExecutionSignaled"

    def test_a_view_is_of_its_moment_and_looking_back_does_not_disturb_the_present(
        self, client: Client, address: tuple[str, str, str]
    ) -> None:
        histories, plan = Histories(client, NO_CLAIMS), load_plan(FRUIT)
        client.call("TerminateWorkflowExecution", {"domain": "TEST_SWF", "workflowId": "Demo"})
        number = len(histories.events(address))
        now, then, again = (histories.view(address, plan, at) for at in (number, 1, number))
        assert not isinstance(now, Refused)
        assert not isinstance(then, Refused)
        assert (then.outcome is ABSENT, now.outcome is ABSENT) == (True, False)
        assert again == now

    def test_the_overlay_has_every_node_in_its_state(self, client: Client, address: tuple[str, str, str]) -> None:
        histories, plan = Histories(client, NO_CLAIMS), load_plan(FRUIT)
        view = histories.view(address, plan, len(histories.events(address)))
        assert not isinstance(view, Refused)
        overlay = overlay_of(plan, view)
        assert {name: str(status.state) for name, status in overlay.nodes.items()} == {
            name: str(one.state) for name, one in view.nodes.items()
        }
        assert overlay.nodes["pick_letter"].state is State.OPEN
        assert set(overlay.edges) == {edge.id for edge in plan.edges}


def test_every_state_of_a_node_has_its_colour() -> None:
    assert {str(state) for state in NodeState} <= {str(state) for state in State}
