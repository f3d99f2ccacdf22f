"""Small workflows of the whole language for the scenarios, and the deeds that they do.

A deed is noted in a file of its order, so that what came of it outside of the histories can be held against them: `do a`, `undo a`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DOMAIN = "courses"

DEEDS = """
import time
from pathlib import Path

HERE = Path(__file__).parent


def _note(order, text):
    with (HERE / f"{order}.deeds").open("a") as file:
        file.write(text + "\\n")


def do(given):
    _note(given["order"], f"do {given['step']}")
    time.sleep(0.05)
    return given["step"]


def undo(given):
    _note(given["order"], f"undo {given['step']}")
    time.sleep(0.05)


def refuse(given):
    raise PermissionError("not today")


def unless_seven(number):
    if number % 7 == 0:
        raise ValueError(f"{number} will not do")
    return number * number


def grow(length):
    return "grün" * (length // 4)


def turn(text):
    return text[::-1]


def when_fixed(given):
    if not (HERE / "fixed").exists():
        raise FileNotFoundError("not fixed yet")
    return do(given)
"""

ACTIVITIES = {
    name: {"version": "1.0", "run": {"python": f"deeds_of_courses:{function}"}}
    for name, function in {
        "Do": "do",
        "Undo": "undo",
        "Refuse": "refuse",
        "UnlessSeven": "unless_seven",
        "WhenFixed": "when_fixed",
        "Grow": "grow",
        "Turn": "turn",
    }.items()
}

PERSISTENT = {"errors": ["Timeout.*"], "maxAttempts": 200, "interval": 0}
"""A worker that dies is no reason to give up."""


def step(name: str, following: str | list[str], kind: str = "Do", order: str = "{% execution.workflowId %}", **more: Any) -> dict[str, Any]:
    return {"type": "activity", "activity": kind, "input": {"order": order, "step": name}, "next": following, **more}


def undone(name: str) -> dict[str, Any]:
    """What undoes a step."""
    return {"activity": "Undo", "input": {"order": "{% execution.workflowId %}", "step": name}, "retry": PERSISTENT}


SAGA = {
    "a": step("a", "parts", compensate=undone("a")),
    "b": step("b", "parts", compensate=undone("b")),
    "begin": {"type": "pass", "next": ["a", "b"]},
    "parts": step("part {% item %}", "c", forEach={"items": "[1..4]", "maxConcurrency": 2}, compensate=undone("part {% item %}")),
    "c": step("c", "gate", compensate=undone("c")),
    "gate": {"type": "decision", "choices": [{"when": "input = 'wait'", "next": "forever"}], "default": "last"},
    "forever": {"type": "wait", "signal": "never", "next": "done"},
    "last": step("last", "done", "Refuse", catch=[{"errors": ["PermissionError"], "next": "given_up"}]),
    "done": {"type": "terminal", "status": "completed"},
    "given_up": {"type": "terminal", "status": "failed", "reason": "GivenUp", "compensate": True},
}

MAP = {
    "each": {
        "type": "activity",
        "activity": "UnlessSeven",
        "forEach": {"items": "[1..40]", "maxConcurrency": 10, "tolerate": "15%"},
        "input": "{% item %}",
        "next": "done",
    },
    "done": {
        "type": "terminal",
        "status": "completed",
        "output": {"squares": "{% results.each %}", "failed": "{% [errors.each.items.index] %}"},
    },
}

ANSWERS = {
    "prepare": step("prepare", ["one", "two"]),
    "one": {"type": "wait", "signal": "answer", "next": "both"},
    "two": {"type": "wait", "signal": "answer", "next": "both"},
    "both": {"type": "pass", "next": "more"},
    "more": {
        "type": "wait",
        "signal": "answer",
        "timeout": "1s",
        "catch": [{"errors": ["Timeout.Signal"], "next": "late"}],
        "next": "done",
    },
    "late": {"type": "wait", "signal": "answer", "next": "done"},
    "done": {"type": "terminal", "status": "completed", "output": "{% signals.answer %}"},
}

POLL = {
    "look": step("look", "pause"),
    "pause": {"type": "wait", "for": "{% execution.visits.look % 3 = 0 ? 1 : 0 %}", "next": "enough"},
    "enough": {
        "type": "decision",
        "choices": [{"when": "execution.visits.look < 8", "retryFrom": "look", "maxTimes": 10}],
        "default": "done",
    },
    "done": {"type": "terminal", "status": "completed", "output": "{% execution.visits.look %}"},
}

REGION = {
    "deploy": step("deploy {% input.region %}", "settle", order="{% input.order %}"),
    "settle": {"type": "wait", "signal": "settled", "next": "verify"},
    "verify": step("verify {% input.region %}", "done", order="{% input.order %}"),
    "done": {"type": "terminal", "status": "completed", "output": "{% input.region & ' is well' %}"},
}
"""It is open until somebody says that it has settled."""

REGIONS = {
    "all": {
        "type": "workflow",
        "workflow": {"name": "Region", "version": "1.0"},
        "forEach": {"items": "['eu', 'us', 'asia', 'africa']", "maxConcurrency": 3},
        "input": {"region": "{% item %}", "order": "{% execution.workflowId %}"},
        "retry": {"errors": ["Child.Terminated"], "maxAttempts": 200, "interval": 0},
        "next": "done",
    },
    "done": {"type": "terminal", "status": "completed", "output": "{% results.all %}"},
    "tidy": step("tidy up", "tidied"),
    "tidied": {"type": "terminal", "status": "canceled", "details": "tidy"},
}

LOOP = {
    "turn": {
        "type": "activity",
        "activity": "UnlessSeven",
        "forEach": {"items": "[1..150]", "maxConcurrency": 50, "tolerate": "20%"},
        "input": "{% item %}",
        "next": "more",
    },
    "more": {
        "type": "decision",
        "choices": [{"when": "execution.visits.turn < 22", "retryFrom": "turn", "maxTimes": 100}],
        "default": "done",
    },
    "done": {"type": "terminal", "status": "completed", "output": "{% [execution.visits.turn, $sum(results.turn[$ != null])] %}"},
}
"""Three events for each of 3,300 items, decisions aside: more than one history is let have."""

NIGHTLY = {"done": {"type": "terminal", "status": "completed", "output": "{% input %}"}}

FIXING = {
    "first": step("first", "second"),
    "second": step("second", "third", "WhenFixed"),
    "third": step("third", "done"),
    "done": {"type": "terminal", "status": "completed", "output": "{% [results.first, results.second, results.third] %}"},
}

MIRROR = {
    "turn": {"type": "activity", "activity": "Turn", "input": "{% input %}", "next": "done"},
    "done": {"type": "terminal", "status": "completed", "output": "{% results.turn %}"},
}

LARGE = {
    "grow": {"type": "activity", "activity": "Grow", "input": 3_000_000, "next": ["turned", "more"]},
    "turned": {"type": "workflow", "workflow": {"name": "Mirror", "version": "1.0"}, "input": "{% results.grow %}", "next": "done"},
    "more": {"type": "wait", "signal": "more", "next": "done"},
    "done": {"type": "terminal", "status": "completed", "output": "{% {'turned': results.turned, 'more': $length(results.more)} %}"},
}

COURSES: Mapping[str, Mapping[str, Any]] = {
    "Saga": SAGA,
    "Map": MAP,
    "Answers": ANSWERS,
    "Poll": POLL,
    "Region": REGION,
    "Regions": REGIONS,
    "Fixing": FIXING,
    "Mirror": MIRROR,
    "Large": LARGE,
    "Loop": LOOP,
    "Nightly": NIGHTLY,
}

TOPS: Mapping[str, Mapping[str, Any]] = {
    "Regions": {"onCancel": "tidy"},
    "Nightly": {"schedule": {"cron": "* * * * * *", "overlap": "queue", "catchUp": "1h", "input": "{% schedule.time %}"}},
}
"""What else their specs say."""


def write(folder: Path, name: str) -> Path:
    """The spec of a course, and its deeds beside it."""
    (folder / "deeds_of_courses.py").write_text(DEEDS, encoding="utf-8")
    nodes = COURSES[name]
    used = {one.get("activity") for node in nodes.values() for one in (node, _undo(node))}
    document = {
        "name": name,
        "version": "1.0",
        "domain": DOMAIN,
        "taskList": "courses",
        "timeouts": {"execution": "1h", "decision": "2s", "cancel": "5m"},
        "defaults": {"retry": PERSISTENT, "timeouts": {"heartbeat": "3s", "startToClose": "1m"}},
        "activities": {kind: activity for kind, activity in ACTIVITIES.items() if kind in used},
        "nodes": nodes,
        **TOPS.get(name, {}),
    }
    path = folder / f"{name.lower()}.json"
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return path


def _undo(node: Mapping[str, Any]) -> Mapping[str, Any]:
    given = node.get("compensate")
    return given if isinstance(given, dict) else {}


def deeds(folder: Path, order: str) -> list[str]:
    """What was done, in order. What an attempt did whose worker died, another one may have done again: the first time counts."""
    path = folder / f"{order}.deeds"
    return list(dict.fromkeys(path.read_text(encoding="utf-8").splitlines())) if path.exists() else []


def completed_steps(events: Sequence[Mapping[str, Any]], kind: str = "Do") -> list[str]:
    """The steps whose tasks have completed, in that order."""
    steps = {}
    for event in events:
        if event["eventType"] == "ActivityTaskScheduled":
            task = event["activityTaskScheduledEventAttributes"]
            if task["activityType"]["name"] == kind:
                steps[event["eventId"]] = json.loads(task["input"])["step"]
    closed = [event["activityTaskCompletedEventAttributes"] for event in events if event["eventType"] == "ActivityTaskCompleted"]
    return [steps[one["scheduledEventId"]] for one in closed if one["scheduledEventId"] in steps]
