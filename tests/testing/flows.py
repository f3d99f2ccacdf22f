"""Specs for the tests of spec tests, written where the test is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DONE = {"type": "terminal", "status": "completed"}


def flow(folder: Path, nodes: Mapping[str, Any], *, name: str = "Flow", file: str = "flow.json", **top: Any) -> Path:
    """Activities are those that its nodes name; each has a startToClose timeout of an hour and a heartbeat of a minute."""
    said = json.dumps(nodes)
    spec = {
        "name": name,
        "version": "1.0",
        "domain": "TEST",
        "taskList": "tasks",
        "timeouts": {"execution": "30d"},
        "defaults": {"timeouts": {"startToClose": "1h"}},
        "activities": {each: {"version": "1.0"} for each in ("Work", "More", "Undo") if f'"{each}"' in said},
        "nodes": nodes,
        **top,
    }
    path = folder / file
    path.write_text(json.dumps(spec, indent=1), encoding="utf-8")
    return path


def work(activity: str = "Work", **more: Any) -> dict[str, Any]:
    return {"type": "activity", "activity": activity, "next": "done", **more}


def one(folder: Path, *, output: str = "{% results.work %}", **more: Any) -> Path:
    """One activity, whose result is the output."""
    return flow(folder, {"work": work(**more), "done": {**DONE, "output": output}})


def scenarios(beside: Path, *given: Mapping[str, Any], **top: Any) -> Path:
    """The test file beside a spec."""
    path = beside.with_name(f"{beside.stem}.test.json")
    path.write_text(json.dumps({**top, "scenarios": given}, indent=1), encoding="utf-8")
    return path
