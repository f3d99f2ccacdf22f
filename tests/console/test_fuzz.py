"""No address and no form, however odd, meets a bug: hypothesis asks every route with odd paths, queries and fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route
from starlette.testclient import TestClient

from engine.console.app import ROUTES, console_app
from engine.console.security import Access
from engine.console.shelf import Shelf
from engine.graph.check import find_specs
from engine.swf.client import Client
from engine.swf.connect import connect
from tests.console.asking import token_on
from tests.console.conftest import HERE, SPECS
from tests.console.hostile import TEXTS, Fiend

PATHS = sorted({route.path for route in ROUTES if isinstance(route, Route) and not route.path.startswith("/live")})
POSTED = sorted({route.path for route in ROUTES if isinstance(route, Route) and "POST" in (route.methods or ())} - {"/login", "/logout"})
QUERIES = "tab at node page q order status type version workflowId runId tag from to after name domain".split()  # noqa: SIM905
FIELDS = (  # noqa: SIM905
    "name version retention description type workflowId input tags signalName reason details do taskList executionStartToCloseTimeout "
    "childPolicy defaultTaskList input.passenger input.cards"
).split()

odd = st.one_of(
    st.text(max_size=40, alphabet=st.characters(codec="utf-8")),
    st.sampled_from([text[:600] for text in TEXTS]),
    st.integers().map(str),
    st.sampled_from(
        ["", "0", "-1", "9" * 5_000, "²", "٣", "NaN", "1e999", "0001-01-01", "9999-12-31T23:59:59", "0001-01-01T00:00+14:00", "2026-02-30"]
    ),
    st.sampled_from(
        ["OPEN", "open", "closed", "FAILED", "chart", "events", "timeline", "newest", "open x", "closed x", ":", "NONE", "now"]
    ),
)


class World:
    """A console over a domain with the examples' types and an execution that a foreign decider has written into."""

    def __init__(self, client: Client) -> None:
        fiend = Fiend(client)
        fiend.call("RegisterDomain", name="boto_tutorial", workflowExecutionRetentionPeriodInDays="1")
        for kind, name in (("Workflow", "BookingWorkflow"), ("Activity", "SelectItinerary")):
            fiend.call(f"Register{kind}Type", domain="boto_tutorial", name=name, version="1.0")
        fiend.run("boto_tutorial", "odd", "BookingWorkflow", "1.0")
        [info] = client.call("ListOpenWorkflowExecutions", {"domain": "boto_tutorial", "startTimeFilter": {"oldestDate": 0.0},
                             "executionFilter": {"workflowId": "odd"}})["executionInfos"]  # fmt: skip
        self.known = {
            "domain": "boto_tutorial",
            "workflow_id": "odd",
            "run_id": info["execution"]["runId"],
            "name": "BookingWorkflow",
            "version": "1.0",
            "kind": "workflow",
            "action": "signal",
        }


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[TestClient, World]]:
    client = connect("sqlite://:memory:")
    world = World(client)
    app = console_app(client, Shelf(find_specs([SPECS])), Access())
    with TestClient(app, base_url=HERE, follow_redirects=False, raise_server_exceptions=False) as browser:
        yield browser, world
    client.close()


def _filled(data: st.DataObject, route: str, known: dict[str, str]) -> str:
    """Each part of the path is the known one, more often than not."""

    def part(match: re.Match[str]) -> str:
        chosen = known[match[1]] if data.draw(st.integers(0, 3)) else data.draw(odd)
        return quote(chosen[:1_000] or "x", safe="")

    return "/console" + re.sub(r"\{(\w+)(?::part)?\}", part, route)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_no_address_meets_a_bug(world: tuple[TestClient, World], data: st.DataObject) -> None:
    browser, known = world
    path = _filled(data, data.draw(st.sampled_from(PATHS)), known.known)
    query = data.draw(st.dictionaries(st.sampled_from(QUERIES), odd, max_size=4))
    answer = browser.get(f"{path}?{urlencode(query)}")
    assert answer.status_code < 500, f"{path} {json.dumps(query)}"


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_no_form_meets_a_bug(world: tuple[TestClient, World], data: st.DataObject) -> None:
    browser, known = world
    path = _filled(data, data.draw(st.sampled_from(POSTED)), known.known)
    form = data.draw(st.dictionaries(st.sampled_from(FIELDS), odd, max_size=5))
    token = token_on(browser.get("/console/domains"))
    answer = browser.post(path, data={**form, "csrf": token})
    assert answer.status_code < 500, f"{path} {json.dumps(form)}"
    assert not answer.headers.get("location", "/console").startswith(("//", "http"))
