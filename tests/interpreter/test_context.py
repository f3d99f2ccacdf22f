from __future__ import annotations

import json
from typing import Any

from tests.interpreter.plans import activity, end
from tests.interpreter.swf import T0, Execution
from tests.interpreter.telling import swf_of

MEND = [{"errors": ["*"], "next": "mend"}]
NODES = {
    "fork": {"type": "pass", "next": ["a", "b"]},
    "a": activity("c", catch=MEND),
    "b": activity("join", retry={"maxAttempts": 2, "interval": 5}),
    "c": activity("join"),
    "mend": activity("join"),
    "join": activity("done"),
    "done": end(),
}


def told(swf: Execution) -> dict[str, Any]:
    return dict(json.loads(swf.run.context()))


def test_it_says_how_far_the_run_is() -> None:
    swf = swf_of(NODES).wait(3).decide().fail("a", "Broken").fail("b")
    assert told(swf) == {
        "v": 1,
        "nodes": 7,
        "done": 2,
        "skipped": 1,
        "running": 2,
        "open": [
            {"node": "b", "visit": 1, "attempt": 1, "state": "retrying", "since": T0 + 3},
            {"node": "mend", "visit": 1, "attempt": 1, "state": "open", "since": T0 + 3},
        ],
        "failed": ["a"],
        "phase": "running",
    }


def test_before_anything_has_happened_it_says_so() -> None:
    swf = Execution(swf_of(NODES).plan)
    assert told(swf)["running"] == told(swf)["done"] == 0


def test_it_stays_small_however_much_is_open_and_failed() -> None:
    names = [f"{'n' * 60}{number}" for number in range(500)]
    nodes = {"fork": {"type": "pass", "next": names}} | {name: activity("done", catch=MEND) for name in names}
    swf = swf_of(nodes | {"mend": activity("done", join=500), "done": end(join=500)})
    while len(swf.tasks) < 500:
        swf.decide()
        for timer in [timer for timer in swf.timers if timer.startswith("swfgraph.more.")]:
            swf.fire(timer)
    for name in names[:100]:
        swf.fail(name)
    assert (told(swf)["running"], len(told(swf)["open"]), len(told(swf)["failed"])) == (400, 20, 20)
    assert len(swf.run.context()) < 8_000


def test_what_failed_and_runs_again_is_not_failed() -> None:
    catch = [{"errors": ["*"], "retryFrom": "a", "maxTimes": 1}]
    swf = swf_of({"a": activity("b"), "b": activity("done", catch=catch), "done": end()}).decide().complete("a").decide().fail("b")
    assert (told(swf)["failed"], told(swf)["done"], told(swf)["running"]) == ([], 0, 1)


def test_the_phase_tells_of_the_end_before_it_is_there() -> None:
    swf = swf_of(NODES).decide().begin("a").request_cancel()
    assert told(swf)["phase"] == "canceling"
    swf.decide().cancel("a")
    assert told(swf)["phase"] == "closing"
    swf.decide()
    assert told(swf)["phase"] == "closed"
