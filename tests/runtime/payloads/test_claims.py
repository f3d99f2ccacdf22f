"""What is too long goes and comes back the same, wherever SWF lets data travel; the rest is not touched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.errors import PayloadError, PayloadMissing, PayloadStoreUnusable
from engine.runtime.payloads.claims import ALL, DECISIONS, LIMIT, NEWS, NO_CLAIMS, Claims, brought, references_in
from engine.runtime.payloads.reference import Reference, parse
from engine.runtime.payloads.store import NoStore
from engine.service.model import decision_attributes, event_attributes, members


class Shelf(NoStore):
    """A store in memory."""

    longest = 10 * LIMIT  # type: ignore[misc]  # a store that takes something

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def put(self, sha256: str, content: bytes) -> None:
        self.contents[sha256] = content

    def get(self, sha256: str) -> bytes:
        return self.contents[sha256]


SEEMING = Reference(sha256="0" * 64, size=7).text
LONG = "long " * LIMIT

texts = st.one_of(st.text(), st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=5), st.integers(1, 2 * LIMIT)))


def event(kind: str, **attributes: Any) -> dict[str, Any]:
    return {"eventId": 1, "eventTimestamp": 0.0, "eventType": kind, f"{kind[0].lower()}{kind[1:]}EventAttributes": attributes}


def decision(kind: str, **attributes: Any) -> dict[str, Any]:
    return {"decisionType": kind, f"{kind[0].lower()}{kind[1:]}DecisionAttributes": attributes}


@given(texts)
@example(SEEMING)
@example("x" * LIMIT)
@example("x" * (LIMIT + 1))
def test_resolving_undoes_keeping_and_what_is_sent_fits(text: str) -> None:
    claims = Claims(store=Shelf())
    sent = claims.kept(text)
    assert len(sent) <= LIMIT
    assert claims.resolved(sent) == text


@given(st.text(max_size=LIMIT).filter(lambda text: parse(text) is None))
def test_what_fits_travels_as_it_is(text: str) -> None:
    assert Claims(store=Shelf()).kept(text) is text


def test_a_text_that_only_looks_like_a_reference_is_not_taken_for_one() -> None:
    claims = Claims(store=Shelf())
    sent = claims.kept(SEEMING)
    assert sent != SEEMING
    assert claims.resolved(sent) == SEEMING


@pytest.mark.parametrize("kind", sorted(NEWS))
def test_events_come_with_their_payloads_and_the_service_keeps_its_own(kind: str) -> None:
    claims = Claims(store=Shelf())
    name = NEWS[kind][1]
    told = [event("DecisionTaskScheduled"), event(kind, **{name: claims.kept(LONG)}, other=1), event(kind)]
    read = claims.events(told)
    assert read == [told[0], event(kind, **{name: LONG}, other=1), told[2]]
    assert told[1] == event(kind, **{name: claims.kept(LONG)}, other=1)
    assert brought(told, read) == len(LONG)


@pytest.mark.parametrize("kind", sorted(DECISIONS))
def test_decisions_go_with_references_to_what_is_too_long(kind: str) -> None:
    claims = Claims(store=Shelf())
    name = DECISIONS[kind][1]
    wanted = [decision(kind, **{name: LONG}), decision(kind, **{name: "short"}), decision("StartTimer", timerId="t")]
    sent = claims.decisions(wanted)
    assert sent == [decision(kind, **{name: claims.kept(LONG)}), *wanted[1:]]
    assert wanted[0] == decision(kind, **{name: LONG})


def test_where_nothing_is_long_nothing_is_copied() -> None:
    events = [event("ActivityTaskCompleted", result="1"), event("DecisionTaskStarted")]
    decisions = [decision("ScheduleActivityTask", input="1")]
    for claims in (Claims(store=Shelf()), NO_CLAIMS):
        assert claims.events(events) is events
        assert claims.decisions(decisions) is decisions


def test_a_history_is_shown_with_what_was_decided_too() -> None:
    claims = Claims(store=Shelf())
    scheduled = event("ActivityTaskScheduled", input=claims.kept(LONG), control="{}")
    assert claims.events([scheduled])[0] is scheduled
    assert claims.shown(scheduled) == event("ActivityTaskScheduled", input=LONG, control="{}")


def test_a_history_names_the_payloads_that_it_needs() -> None:
    claims = Claims(store=Shelf())
    told = [event("ActivityTaskScheduled", input=claims.kept(LONG)), event("ActivityTaskCompleted", result="1"), event("TimerFired")]
    (digest,) = references_in(told)
    assert digest == parse(claims.kept(LONG)).sha256  # type: ignore[union-attr]


def test_what_was_changed_in_the_store_is_not_believed() -> None:
    shelf = Shelf()
    claims = Claims(store=shelf)
    sent = claims.kept(LONG)
    (digest,) = shelf.contents
    shelf.contents[digest] = b"something else"
    with pytest.raises(PayloadMissing, match="damaged"):
        claims.resolved(sent)


def test_without_a_store_a_reference_is_an_error_that_names_the_option() -> None:
    with pytest.raises(PayloadError, match="--payloads"):
        NO_CLAIMS.resolved(SEEMING)


def test_without_a_store_what_looks_like_a_reference_is_sent_as_the_same_json_that_does_not() -> None:
    sent = NO_CLAIMS.kept(SEEMING)
    assert parse(sent) is None
    assert NO_CLAIMS.resolved(sent) == sent
    assert json.loads(sent) == json.loads(SEEMING)


def test_a_store_takes_no_more_than_it_says() -> None:
    claims = Claims(store=Shelf())
    assert claims.longest == 10 * LIMIT
    with pytest.raises(PayloadStoreUnusable, match="too long"):
        claims.kept("x" * (claims.longest + 1))


def test_the_tables_name_members_of_the_api() -> None:
    for kind, (member, name) in ALL.items():
        assert member == event_attributes()[kind]
        assert name in members(f"{kind}EventAttributes")
    for kind, (member, name) in DECISIONS.items():
        assert member == decision_attributes()[kind]
        assert name in members(f"{kind}DecisionAttributes")
