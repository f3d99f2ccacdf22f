"""How an execution came to be, from the event that stands first in its history: by whom, after which one, with what input. Pure.

What swfgraph wraps around the input of runs that go on or are tried again is taken off: a person sees what a person gave. Imports
`interpreter.envelope`, `spec.model`, `spec.payload`; imported by the console.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from engine.interpreter.envelope import KEY
from engine.spec.model import ABSENT, Absent, Json
from engine.spec.payload import decode

Run = tuple[str, str]
"""workflowId and runId; empty texts: none."""
NONE: Final[Run] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    input: Json | Literal[Absent.ABSENT]
    tags: tuple[str, ...]
    parent: Run = NONE
    continues: str = ""
    """The runId of the one that it goes on from."""
    retry_of: Run = NONE
    taken: tuple[str, ...] = ()
    """Nodes whose results a retry has taken over."""


def beginning_of(attributes: Mapping[str, Any]) -> Beginning:
    """`attributes` are those of WorkflowExecutionStarted."""
    given: Json | Literal[Absent.ABSENT] = decode(attributes["input"]) if "input" in attributes else ABSENT
    wrapped = given.get(KEY) if isinstance(given, dict) else None
    around = wrapped if isinstance(wrapped, dict) else {}
    known = around.get("known")
    return Beginning(
        input=around.get("input", ABSENT) if around else given,
        tags=tuple(attributes.get("tagList", ())),
        parent=_run(attributes.get("parentWorkflowExecution")),
        continues=attributes.get("continuedExecutionRunId", ""),
        retry_of=_run(around.get("retryOf")),
        taken=tuple(known) if isinstance(known, dict) else (),
    )


def _run(value: Any) -> Run:
    """What a foreign client wrote may look like anything."""
    match value:
        case {"workflowId": str(workflow_id), "runId": str(run_id)}:
            return workflow_id, run_id
        case _:
            return NONE
