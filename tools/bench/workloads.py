"""What is measured: the specs, compiled, and the activity that they all run (it does nothing: the engine is measured, not the work)."""

from __future__ import annotations

import json
from typing import Any

from engine.graph.compile import compile_spec
from engine.graph.plan import Plan
from engine.spec.parse import parse_spec
from engine.spec.source import parse_document
from engine.swf.client import Client

DOMAIN = "bench"


def nothing(value: object) -> object:
    return value


def _plan(name: str, nodes: dict[str, Any]) -> Plan:
    spec = {
        "name": name,
        "version": "1",
        "domain": DOMAIN,
        "taskList": "bench",
        "activities": {"Nothing": {"version": "1", "run": {"python": "tools.bench.workloads:nothing"}}},
        "nodes": nodes,
    }
    text = json.dumps(spec)
    return compile_spec(parse_spec(parse_document(text, f"{name}.json")))


def _activity(**keys: Any) -> dict[str, Any]:
    return {"type": "activity", "activity": "Nothing", **keys}


def serial(length: int) -> Plan:
    """`length` activities in a row, each result the next one's input: length + 1 decisions, 4 + 3 * 2 * length + 1 events."""
    nodes: dict[str, Any] = {"n1": _activity(input="{% input %}", next="n2")}
    for number in range(2, length + 1):
        nodes[f"n{number}"] = _activity(input=f"{{% results.n{number - 1} %}}", next=f"n{number + 1}")
    nodes[f"n{length + 1}"] = {"type": "terminal", "status": "completed", "output": f"{{% results.n{length} %}}"}
    return _plan(f"serial{length}", nodes)


def loop(turns: int) -> Plan:
    """One activity, `turns` times, by going back: a long serial run without a long spec."""
    return _plan(
        f"loop{turns}",
        {
            "turn": _activity(input="{% execution.visits.turn %}", next="again"),
            "again": {
                "type": "decision",
                "choices": [{"when": f"execution.visits.turn < {turns}", "retryFrom": "turn", "maxTimes": turns}],
                "default": "done",
            },
            "done": {"type": "terminal", "status": "completed"},
        },
    )


def fan_out(width: int) -> Plan:
    """`width` activities at once, then the end."""
    names = [f"n{number}" for number in range(width)]
    return _plan(
        f"fan{width}",
        {
            "begin": {"type": "pass", "next": names},
            **{name: _activity(input="{% input %}", next="done") for name in names},
            "done": {"type": "terminal", "status": "completed"},
        },
    )


def waiting() -> Plan:
    """Open for a year: what lies in the file while others run."""
    return _plan("waiting", {"wait": {"type": "wait", "for": "364d", "next": "done"}, "done": {"type": "terminal", "status": "completed"}})


def short() -> Plan:
    """Closed by its first decision."""
    return _plan("short", {"done": {"type": "terminal", "status": "completed"}})


def close_status(client: Client, workflow_id: str, run_id: str) -> str:
    """COMPLETED, ...; empty while it is open."""
    described = client.call("DescribeWorkflowExecution", {"domain": DOMAIN, "execution": {"workflowId": workflow_id, "runId": run_id}})
    status: str = described["executionInfo"].get("closeStatus", "")
    return status
