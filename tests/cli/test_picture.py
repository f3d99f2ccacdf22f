"""Claims about how a run looks to a person, step by step: against the embedded service in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from engine.cli.picture import LOOKS, NOTES, picture
from engine.cli.rows import Look, Row
from engine.graph.check import load_plan
from engine.interpreter.states import NodeState
from engine.runtime.decider import Decider, DeciderSettings
from engine.runtime.follow import Follower
from engine.runtime.register import register
from engine.runtime.start import StartOptions, start
from engine.runtime.worker import Worker, WorkerSettings
from engine.service.clock import VirtualClock
from engine.spec.model import ABSENT
from engine.swf.client import Client
from engine.swf.connect import connect
from tests.cli import specs

Story: TypeAlias = Callable[[Mapping[str, Any], str], dict[str, Row]]


@pytest.fixture
def client() -> Iterator[Client]:
    client = connect("sqlite://:memory:", clock=VirtualClock())
    yield client
    client.close()


@pytest.fixture
def story(client: Client, tmp_path: Path) -> Story:
    """Starts an execution of these nodes, takes steps (d: a decision, w: an activity), and tells how each node looks then."""

    def tell(nodes: Mapping[str, Any], steps: str) -> dict[str, Row]:
        plan = load_plan(specs.write(tmp_path, nodes))
        register(client, [plan.spec])
        started = start(client, plan.spec, ABSENT, StartOptions())
        for step in steps:
            if step == "d":
                assert Decider(client, [plan], DeciderSettings()).step()
            else:
                assert Worker(client, [plan.spec], WorkerSettings()).step()
        follower = Follower(client, plan, started)
        follower.refresh()
        return {row.node: row for row in picture(plan, follower.run.view())}

    return tell


def say(following: str, **more: Any) -> dict[str, Any]:
    return {"type": "activity", "activity": "Echo", "input": {"a": 1}, "next": following, **more}


def test_every_state_has_its_look_and_every_look_its_note() -> None:
    assert set(LOOKS) == set(NodeState)
    assert set(NOTES) == set(Look)


DONE = {"type": "terminal", "status": "completed"}


def test_before_anything_happened_each_node_says_what_it_waits_for(story: Story) -> None:
    rows = story({"one": say("two"), "two": say("done"), "done": DONE}, "")
    assert [(row.look, row.note) for row in rows.values()] == [
        (Look.QUEUED, "waits for a decider on tasks"),
        (Look.IDLE, "after one"),
        (Look.IDLE, "after two"),
    ]


def test_an_activity_is_queued_then_completed_with_its_result(story: Story) -> None:
    nodes = {"one": say("two"), "two": say("done"), "done": DONE}
    queued = story(nodes, "d")["one"]
    assert (queued.look, queued.until, queued.note) == (Look.QUEUED, 0.0, "waits for a worker on tasks")


def test_a_result_is_shown_as_json(story: Story) -> None:
    rows = story({"one": say("two"), "two": say("done"), "done": DONE}, "dw")
    assert (rows["one"].look, rows["one"].note) == (Look.COMPLETED, '{"a": 1}')
    assert rows["two"].look is Look.QUEUED


def test_a_decision_says_where_it_went_and_the_way_not_taken_is_skipped(story: Story) -> None:
    nodes = {
        "which": {"type": "decision", "choices": [{"when": "input = 1", "next": "more"}], "default": "done"},
        "more": {"type": "pass", "next": "done"},
        "done": DONE,
    }
    rows = story(nodes, "d")
    assert [(row.look, row.note) for row in rows.values()] == [
        (Look.COMPLETED, "-> done"),
        (Look.SKIPPED, ""),
        (Look.COMPLETED, ""),
    ]


def test_a_join_names_what_is_still_missing(story: Story) -> None:
    nodes = {"fork": {"type": "pass", "next": ["left", "right"]}, "left": {"type": "pass", "next": "meet"}, "right": say("meet")}
    rows = story({**nodes, "meet": {"type": "pass", "next": "done"}, "done": DONE}, "d")
    assert (rows["meet"].look, rows["meet"].note) == (Look.IDLE, "after right")


def test_a_failed_attempt_waits_for_its_retry_and_says_why(story: Story) -> None:
    nodes = {"try": {"type": "activity", "activity": "Fail", "retry": {"maxAttempts": 2, "interval": "1m"}, "next": "done"}, "done": DONE}
    row = story(nodes, "dwd")["try"]
    assert (row.look, row.note) == (Look.RETRYING, "tries again after ExitCode.3: no luck")


def test_a_node_that_failed_for_good_says_why(story: Story) -> None:
    nodes = {"try": {"type": "activity", "activity": "Fail", "next": "done"}, "done": DONE}
    row = story(nodes, "dwd")["try"]
    assert (row.look, row.note) == (Look.FAILED, "ExitCode.3: no luck")


@pytest.mark.parametrize(
    ("wait", "note"),
    [
        ({"for": "1h30m"}, "until "),
        ({"for": "{% $number('5') %}s"}, "for {% $number('5') %}s"),
        ({"until": "'2999-01-01T00:00:00Z'"}, "until '2999-01-01T00:00:00Z'"),
    ],
)
def test_a_wait_says_how_long(story: Story, wait: dict[str, str], note: str) -> None:
    row = story({"pause": {"type": "wait", **wait, "next": "done"}, "done": DONE}, "d")["pause"]
    assert row.look is Look.WAITING
    assert row.note.startswith(note)
