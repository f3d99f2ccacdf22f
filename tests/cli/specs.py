"""Specs for the command's tests, written where the test is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ACTIVITIES = {
    "Echo": {"version": "1.0", "run": {"command": ["cat"]}},
    "Fail": {"version": "1.0", "run": {"command": ["sh", "-c", "echo no luck >&2; exit 3"]}},
    "OnceLong": {"version": "1.0", "run": {"command": ["sh", "-c", "test -e begun || { touch begun; exec sleep 600; }"]}},
    "Nap": {"version": "1.0", "run": {"command": ["sleep", "{% $string(input) %}"]}},
    "Wait": {"version": "1.0", "run": {"command": ["sh", "-c", "until test -e {% input %}; do sleep 0.02; done"]}},
}


def write(folder: Path, nodes: Mapping[str, Any], *, file: str = "spec.json", **top: Any) -> Path:
    spec = {
        "name": "Flow",
        "version": "1.0",
        "domain": "TEST",
        "taskList": "tasks",
        "timeouts": {"execution": "10m"},
        "activities": {name: run for name, run in ACTIVITIES.items() if name in {node.get("activity") for node in nodes.values()}},
        "nodes": dict(nodes),
        **top,
    }
    path = folder / file
    path.write_text(json.dumps(spec, indent=2), encoding="utf-8")
    return path


def echo(folder: Path, **top: Any) -> Path:
    """Gives its input back; an input that is `odd` is skipped past a node."""
    nodes = {
        "say": {"type": "activity", "activity": "Echo", "input": "{% input %}", "next": "which"},
        "which": {"type": "decision", "choices": [{"when": "input = 'odd'", "next": "more"}], "default": "done"},
        "more": {"type": "pass", "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": "{% results.say %}"},
    }
    return write(folder, nodes, **top)


def failing(folder: Path, **top: Any) -> Path:
    nodes = {
        "try": {"type": "activity", "activity": "Fail", "retry": {"maxAttempts": 2, "interval": 0}, "next": "done"},
        "done": {"type": "terminal", "status": "completed"},
    }
    return write(folder, nodes, **top)


def waiting(folder: Path, **top: Any) -> Path:
    """Two activities that end when there are files `one` and `two`; the second one is retried."""
    nodes = {
        "one": {"type": "activity", "activity": "Wait", "input": "one", "next": "two"},
        "two": {"type": "activity", "activity": "Wait", "input": "two", "retry": {"maxAttempts": 20, "interval": 0}, "next": "done"},
        "done": {"type": "terminal", "status": "completed", "output": "rested"},
    }
    return write(folder, nodes, **top)


def undoing(folder: Path) -> Path:
    """Two steps, which a terminal with details of its own has undone; the first one can't be."""
    nodes = {
        "reserve": {"type": "activity", "activity": "Echo", "compensate": {"activity": "Fail"}, "next": "charge"},
        "charge": {"type": "activity", "activity": "Echo", "compensate": {"activity": "Echo"}, "next": "given_up"},
        "given_up": {"type": "terminal", "status": "failed", "reason": "GivenUp", "details": "as planned", "compensate": True},
    }
    return write(folder, nodes, activities={name: ACTIVITIES[name] for name in ("Echo", "Fail")})


def interruptible(folder: Path) -> Path:
    """Sleeps for long in its first attempt; the second one has nothing to do."""
    nodes = {
        "work": {"type": "activity", "activity": "OnceLong", "retry": {"maxAttempts": 2, "interval": 0}, "next": "done"},
        "done": {"type": "terminal", "status": "completed"},
    }
    return write(folder, nodes)


def broken(folder: Path, file: str = "broken.json") -> Path:
    nodes = {
        "say": {"type": "activity", "activity": "Ehco", "next": "done"},
        "heard": {"type": "activity", "activity": "Echo", "next": "nowhere"},
        "done": {"type": "terminal", "status": "completed"},
    }
    return write(folder, nodes, file=file)
