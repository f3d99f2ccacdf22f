"""A history folded as if it had been begun under another plan than it was: the marker that says which one is read as this plan's, and so
are the type's name and version. Whether it could have been shows in what follows. Imports `interpreter`, `graph.plan`, `spec`;
imported by `adopt`, `against` and `retry`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from engine.graph.plan import Plan
from engine.interpreter.envelope import KEY
from engine.interpreter.portions import CARRIED, TAKEN
from engine.interpreter.run import SPEC_MARKER
from engine.spec.payload import decode, encode

_MARKER: Final = "markerRecordedEventAttributes"
_STARTED: Final = "workflowExecutionStartedEventAttributes"

_FIRST_PORTIONS: Final = (f"{CARRIED}0", f"{TAKEN}0")
_DIGEST: Final = re.compile(r'(?<=^\{"\$swfgraph":\{"v":2,"state":\{"digest":")[0-9a-f]+')
"""Where a state that is too long for an input has it."""


def as_if_under(plan: Plan, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event as a history of this plan's would have it."""
    match event["eventType"]:
        case "WorkflowExecutionStarted":
            kind = {"name": plan.spec.name, "version": plan.spec.version}
            return {**event, _STARTED: _with_state(plan, {**event[_STARTED], "workflowType": kind})}
        case "MarkerRecorded" if event[_MARKER]["markerName"] in _FIRST_PORTIONS:
            return {**event, _MARKER: {**event[_MARKER], "details": _DIGEST.sub(plan.digest, event[_MARKER].get("details", ""), count=1)}}
        case "MarkerRecorded" if event[_MARKER]["markerName"] == SPEC_MARKER:
            return {**event, _MARKER: {**event[_MARKER], "details": marker_details(plan, event[_MARKER].get("details", ""))}}
    return event


def _with_state(plan: Plan, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """The state that a long run was given by the run before it names the plan too."""
    value = decode(attributes.get("input", ""))
    match value:
        case {"$swfgraph": {"state": {**state}} as carried}:
            return {**attributes, "input": encode({KEY: {**carried, "state": {**state, "digest": plan.digest}}})}
    return attributes


def marker_details(plan: Plan, details: str) -> str:
    """What the marker says, with this plan's digest in it."""
    told = decode(details)
    return encode({**(told if isinstance(told, dict) else {}), "digest": plan.digest, "spec": plan.spec.name, "version": plan.spec.version})


def digest_in(event: Mapping[str, Any]) -> str:
    """The digest of the spec under which the execution was begun, if this is the event that says so."""
    if event["eventType"] != "MarkerRecorded" or event[_MARKER]["markerName"] != SPEC_MARKER:
        return ""
    told = decode(event[_MARKER].get("details", ""))
    return str(told.get("digest", "")) if isinstance(told, dict) else ""
