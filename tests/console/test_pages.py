"""What every page answers where there is nothing, and what the pages say of what there is; without a browser."""

from __future__ import annotations

import re

import pytest
from markupsafe import escape
from starlette.testclient import TestClient

from engine.graph.check import load_plan
from engine.runtime.register import register
from engine.runtime.start import Started, StartOptions, start
from engine.spec.model import ABSENT
from engine.swf.client import Client
from tests.console.asking import path, send
from tests.console.conftest import SPECS
from tests.console.test_security import PAGES

ANYWHERE = {"/", "/domains", "/go", "/login", "/schedules", "/specs"}
"""Pages that are about nothing in particular."""


@pytest.fixture
def demo(client: Client) -> Started:
    return start(client, load_plan(SPECS / "fruit" / "fruit.json").spec, ABSENT, StartOptions(workflow_id="Demo", tags=("a", "b")))


def _about_nothing(route: str) -> str:
    return "/console" + re.sub(r"\{(\w+)(?::part)?\}", lambda part: {"kind": "workflow", "action": "cancel"}.get(part[1], "none"), route)


@pytest.mark.parametrize("route", sorted(set(PAGES) - ANYWHERE))
def test_what_does_not_exist_is_said_to_be_missing(browser: TestClient, route: str) -> None:
    answer = browser.get(_about_nothing(route))
    assert answer.status_code in (400, 404), answer.text
    assert "<h1>" in answer.text
    assert "bug" not in answer.text


@pytest.mark.parametrize("address", ["/console/nowhere", "/console/d/TEST_SWF/types/fruit", "/console/d/TEST_SWF/executions?from=soon"])
def test_an_address_that_means_nothing_is_refused_with_a_reason(browser: TestClient, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code in (400, 404)
    assert re.search(r'role="alert">\s*\S', answer.text)


def test_an_endpoint_that_is_gone_is_said_to_be_gone(browser: TestClient, client: Client) -> None:
    client.close()
    answer = browser.get(path("domains"))
    assert answer.status_code >= 400
    assert "FruitWorkflow" not in answer.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", True),
        ("status=open", True),
        ("status=closed", False),
        ("status=FAILED", False),
        ("type=FruitWorkflow:1.0", True),
        ("type=FruitWorkflow:2.0", False),
        ("type=FruitWorkflow", True),
        ("workflowId=Demo&tag=a", True),
        ("workflowId=Demo&tag=c", False),
        ("tag=b", True),
        ("to=2001-01-01", False),
        ("from=2001-01-01T00:00", True),
    ],
)
def test_the_list_shows_what_the_filters_let_through(browser: TestClient, demo: Started, query: str, *, shown: bool) -> None:
    text = browser.get(f"{path('d', 'TEST_SWF', 'executions')}?{query}").text
    assert (f"/executions/Demo/{demo.run_id}" in text) is shown


def test_a_long_list_goes_on_on_the_next_page(browser: TestClient, client: Client) -> None:
    spec = load_plan(SPECS / "fruit" / "fruit.json").spec
    for number in range(120):
        start(client, spec, ABSENT, StartOptions(workflow_id=f"Run{number}"))
    address, found = path("d", "TEST_SWF", "executions"), []
    while address:
        text = browser.get(address).text
        found += re.findall(r"/executions/(Run\d+)/\w+\"", text)
        following = re.search(r'href="([^"]*)" rel="next"', text)
        address = following[1].replace("&amp;", "&") if following else ""
    assert found == [f"Run{number}" for number in reversed(range(120))]


@pytest.mark.parametrize("tab", ["chart", "summary", "events", "activities", "timeline", "none of these"])
def test_every_tab_of_an_execution_that_has_just_begun(browser: TestClient, demo: Started, tab: str) -> None:
    answer = browser.get(path("d", "TEST_SWF", "executions", "Demo", demo.run_id), params={"tab": tab})
    assert answer.status_code == 200
    assert "<h1>Demo</h1>" in answer.text


@pytest.mark.parametrize("workflow_id", [".", "..", "...", "~", "~..", "~~a", "a b?c#d&e"])
def test_every_workflow_id_has_its_page(browser: TestClient, client: Client, workflow_id: str) -> None:
    started = start(client, load_plan(SPECS / "fruit" / "fruit.json").spec, ABSENT, StartOptions(workflow_id=workflow_id))
    listed = browser.get(path("d", "TEST_SWF", "executions")).text
    [address] = re.findall(rf'href="([^"]*/{started.run_id})"', listed)
    assert f"<h1>{escape(workflow_id)}</h1>" in browser.get(address).text
    assert f"Signal {escape(workflow_id)}?" in browser.get(f"{address}/signal").text


def test_pages_about_no_domain_lead_back_to_the_one_looked_at_last(browser: TestClient, client: Client) -> None:
    client.call("RegisterDomain", {"name": "Another", "workflowExecutionRetentionPeriodInDays": "1"})
    assert browser.get(path() + "/").headers["location"] == path("d", "Another", "executions")
    browser.get(path("d", "TEST_SWF", "tasks"))
    browser.get(path("d", "none", "tasks"))
    for page in ("specs", "schedules", "domains"):
        assert path("d", "TEST_SWF", "executions") in browser.get(path(page)).text
    assert browser.get(path() + "/").headers["location"] == path("d", "TEST_SWF", "executions")


def test_an_open_execution_says_what_it_waits_for(browser: TestClient, client: Client, demo: Started) -> None:
    here = path("d", "TEST_SWF", "executions", "Demo", demo.run_id)
    assert re.search(
        r"<strong>a decider</strong>: nobody has taken the task from the task list <a [^>]*>TestTasks</a>", browser.get(here).text
    )
    assert "Waits for" not in browser.get(here, params={"at": 1}).text
    taken = client.call("PollForDecisionTask", {"domain": "TEST_SWF", "taskList": {"name": "TestTasks"}, "identity": "Ada"})
    assert "which Ada has been making for" in browser.get(here).text
    timer = {"decisionType": "StartTimer", "startTimerDecisionAttributes": {"timerId": "nap", "startToFireTimeout": "600"}}
    client.call("RespondDecisionTaskCompleted", {"taskToken": taken["taskToken"], "decisions": [timer]})
    assert re.search(r"<strong>nap</strong>:\s+a timer, until <time", browser.get(here).text)


@pytest.mark.parametrize("tab", ["chart", "summary", "events", "activities", "timeline"])
def test_every_tab_says_why_an_execution_has_ended(browser: TestClient, demo: Started, tab: str) -> None:
    here = path("d", "TEST_SWF", "executions", "Demo", demo.run_id)
    send(browser, f"{here}/terminate", {"reason": "enough", "details": "of <this>"})
    text = browser.get(here, params={"tab": tab}).text
    assert "enough\nof &lt;this&gt;" in text
    assert "Waits for" not in text


def test_runs_of_a_chain_lead_to_each_other(browser: TestClient, client: Client, demo: Started) -> None:
    task = client.call("PollForDecisionTask", {"domain": "TEST_SWF", "taskList": {"name": "TestTasks"}})
    onward = {"decisionType": "ContinueAsNewWorkflowExecution", "continueAsNewWorkflowExecutionDecisionAttributes": {"input": '"more"'}}
    client.call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": [onward]})
    text = browser.get(path("d", "TEST_SWF", "executions", "Demo", demo.run_id), params={"tab": "summary"}).text
    after = re.findall(r'href="([^"]*)">the run after', text)[0]
    text = browser.get(after, params={"tab": "summary"}).text
    assert re.findall(rf'href="[^"]*/{demo.run_id}">the run before', text)
    assert '<pre class="payload">more</pre>' in text


def test_a_type_leads_to_the_executions_of_its_version(browser: TestClient, demo: Started) -> None:
    [address] = re.findall(
        r'href="([^"]*)">Its executions', browser.get(path("d", "TEST_SWF", "types", "workflow", "FruitWorkflow", "1.0")).text
    )
    assert address.endswith("?type=FruitWorkflow%3A1.0")
    assert f"/executions/Demo/{demo.run_id}" in browser.get(address).text


def test_tasks_that_nobody_comes_for_stand_first(browser: TestClient, client: Client) -> None:
    asked = {"domain": "TEST_SWF", "workflowType": {"name": "FruitWorkflow", "version": "1.0"}, "taskList": {"name": "zzz"}}
    client.call("StartWorkflowExecution", {**asked, "workflowId": "Lost"})
    [first, *_] = re.findall(r"<tr[^>]*>(.*?)</tr>", browser.get(path("d", "TEST_SWF", "tasks")).text.partition("<tbody>")[2], re.DOTALL)
    assert "<td>zzz</td>" in first
    assert "Nobody: is there a decider for it?" in first
    client.call("PollForDecisionTask", {"domain": "TEST_SWF", "taskList": {"name": "zzz"}, "identity": "Ada"})
    last = browser.get(path("d", "TEST_SWF", "tasks")).text.rpartition("<td>zzz</td>")[2]
    assert "Ada" in last


def test_a_form_can_be_written_as_json_and_back(browser: TestClient, client: Client) -> None:
    register(client, [load_plan(SPECS / "booking" / "booking.json").spec])
    form = browser.get(path("d", "boto_tutorial", "start"), params={"type": "BookingWorkflow", "version": "1.0"}).text
    assert 'name="input.passenger"' in form
    [address] = re.findall(r'href="([^"]*)">Write it as JSON', form)
    editor = browser.get(path("d", "boto_tutorial", "start") + address.replace("&amp;", "&")).text
    assert 'name="input"' in editor
    assert "&#34;passenger&#34;" in editor  # what the input must look like
    [address] = re.findall(r'href="([^"]*)">Fill in a form', editor)
    assert 'name="input.passenger"' in browser.get(path("d", "boto_tutorial", "start") + address.replace("&amp;", "&")).text


def test_a_time_of_any_zone_stands_in_its_field_in_utc(browser: TestClient) -> None:
    text = browser.get(path("d", "TEST_SWF", "executions"), params={"from": "2026-11-22T03:30:00+02:00", "to": "2026-11-23"}).text
    assert 'value="2026-11-22T01:30"' in text
    assert 'value="2026-11-23T00:00"' in text


def test_a_page_of_the_past_is_not_live(browser: TestClient, demo: Started) -> None:
    here = path("d", "TEST_SWF", "executions", "Demo", demo.run_id)
    assert "data-live" in browser.get(here).text
    assert "data-live" not in browser.get(here, params={"at": 1}).text


def test_what_is_closed_can_not_be_told_anything(browser: TestClient, client: Client, demo: Started) -> None:
    here = path("d", "TEST_SWF", "executions", "Demo", demo.run_id)
    assert send(browser, f"{here}/terminate", {"reason": "enough"}).status_code == 303
    assert browser.get(f"{here}/signal").status_code == 400
    assert "there is nothing left to be stopped or told" in browser.get(f"{here}/cancel").text
    assert "Retry from failure" in browser.get(here).text


def test_assets_are_kept_and_their_address_changes_with_them(browser: TestClient) -> None:
    [sheet] = re.findall(r'href="([^"]*console\.css[^"]*)"', browser.get(path("domains")).text)
    answer = browser.get(sheet)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert re.search(r"\?v=[0-9a-f]{12}$", sheet)
    assert browser.get(path("domains")).headers["cache-control"] == "no-store"
