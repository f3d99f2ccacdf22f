"""How SWF's JSON holds what an event says, or a decision: in a member that is named after its type.

Imports nothing; imported by whoever reads histories or writes decisions, above the pure core (which has its own).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def event_member(kind: str) -> str:
    """`activityTaskScheduledEventAttributes`"""
    return f"{kind[0].lower()}{kind[1:]}EventAttributes"


def decision_member(kind: str) -> str:
    """`startTimerDecisionAttributes`"""
    return f"{kind[0].lower()}{kind[1:]}DecisionAttributes"


def event_attributes(event: Mapping[str, Any]) -> Mapping[str, Any]:
    attributes: Mapping[str, Any] = event[event_member(event["eventType"])]
    return attributes


def decision_attributes(decision: Mapping[str, Any]) -> Mapping[str, Any]:
    """Empty where the decision needs none."""
    attributes: Mapping[str, Any] = decision.get(decision_member(decision["decisionType"]), {})
    return attributes


def decision_of(kind: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {"decisionType": kind, decision_member(kind): dict(attributes)}
