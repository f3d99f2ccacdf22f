"""Names of members are the API's own, whatever the type."""

from __future__ import annotations

import pytest

from engine.service import model
from engine.swf.wire import decision_attributes, decision_member, decision_of, event_attributes, event_member


@pytest.mark.parametrize("kind", sorted(model.event_attributes()))
def test_an_event_holds_what_it_says_where_the_api_has_it(kind: str) -> None:
    assert event_member(kind) == model.event_attributes()[kind]
    assert event_attributes({"eventType": kind, event_member(kind): {"a": 1}}) == {"a": 1}


@pytest.mark.parametrize("kind", sorted(model.decision_attributes()))
def test_a_decision_holds_what_it_says_where_the_api_has_it(kind: str) -> None:
    assert decision_member(kind) == model.decision_attributes()[kind]
    assert decision_attributes(decision_of(kind, {"a": 1})) == {"a": 1}
    assert decision_attributes({"decisionType": kind}) == {}
