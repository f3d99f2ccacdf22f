"""What a page's script adds for whoever reads it: their own time, copies, sizes, pages that keep up. Nobody works here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.console.browser.standing import Standing, standing


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing(tmp_path_factory.mktemp("reading"), "approval") as found:
        found.work()
        yield found


def test_times_are_the_readers_and_addresses_have_utc(here: Standing, open_page: Callable[..., Page]) -> None:
    here.begin("approval", "Timed")
    page = open_page(here.console, zone="Asia/Kolkata")
    page.goto(f"{here.console}/d/examples/executions?workflowId=Timed")
    expect(page.locator(".zone")).to_have_text(re.compile("^Asia/(Kolkata|Calcutta)$"))
    shown = page.locator("tbody time")
    utc = shown.get_attribute("datetime") or ""
    day, hour, minute = utc[:10], int(utc[11:13]), int(utc[14:16])
    expect(shown).to_contain_text(f"{(hour * 60 + minute + 330) // 60 % 24:02}:{(minute + 30) % 60:02}:")

    page.get_by_label("Started from").fill("2001-02-03T05:30")
    page.get_by_label("to", exact=True).fill("2001-02-03T06:00")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".empty")).to_be_visible()
    assert page.url.endswith("?workflowId=Timed&from=2001-02-03T00%3A00&to=2001-02-03T00%3A30")
    expect(page.get_by_label("Started from")).to_have_value("2001-02-03T05:30")
    page.goto(f"{here.console}/d/examples/executions?workflowId=Timed&from={day}T{hour:02}:{minute:02}")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_what_nobody_decides_says_so_and_gets_older(here: Standing, open_page: Callable[..., Page]) -> None:
    page = open_page(here.console)
    page.goto(here.console + here.begin("approval", "Waiting"))
    waits = page.get_by_role("region", name="Waits for")
    expect(waits).to_contain_text("nobody has taken the task from the task list approval")
    ticking = waits.locator(".ticks")
    expect(ticking).not_to_have_text(ticking.inner_text())
    expect(page.locator(".pulse")).to_have_text("Live")
    waits.get_by_role("link", name="approval").click()
    expect(page.locator("tr.trouble")).to_contain_text("is there a decider for it?")


def test_slider_and_title_keep_up_with_what_happens(here: Standing, open_page: Callable[..., Page]) -> None:
    address = here.begin("approval", "Followed")
    named = {"domain": "examples", "workflowId": "Followed"}
    page = open_page(here.console)
    page.goto(here.console + address)
    slider = page.get_by_label("As of event")
    expect(slider).to_have_attribute("max", "2")
    here.client.call("SignalWorkflowExecution", {**named, "signalName": "answer"})
    expect(slider).to_have_attribute("max", "3")
    expect(slider).to_have_value("3")
    page.get_by_role("link", name="One event earlier").click()
    expect(page.locator("#moment")).to_contain_text("2 of 3")
    page.get_by_role("link", name="Now", exact=True).click()
    expect(page).to_have_title(re.compile("^Followed: open"))
    here.client.call("TerminateWorkflowExecution", {**named, "reason": "no more"})
    expect(page).to_have_title(re.compile("^Followed: terminated"))
    expect(page.locator(".why")).to_have_text("no more")


def test_ids_and_payloads_are_copied(here: Standing, open_page: Callable[..., Page]) -> None:
    address = here.begin("approval", "Copied", {"what": "a desk"})
    page = open_page(here.console)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{here.console}{address}?tab=summary")
    page.get_by_role("button", name="Copy runId").click()
    expect(page.get_by_role("button", name="Copy runId")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == address.rpartition("/")[2]
    page.get_by_role("button", name="Copy input").click()
    page.wait_for_function("navigator.clipboard.readText().then(text => text.includes('a desk'))")


def test_a_chart_is_as_large_as_its_reader_wants_it_and_marks_the_chosen_node(here: Standing, open_page: Callable[..., Page]) -> None:
    page = open_page(here.console)
    page.goto(f"{here.console}{here.begin('approval', 'Sized')}?node=no_answer")
    expect(page.locator("#node-no_answer")).to_have_class(re.compile(r"\bchosen\b"))
    expect(page.locator("#node-no_answer")).to_be_in_viewport()
    drawing = page.locator("#chart svg")
    sizes = []
    for name in ("Fit", "Larger", "Larger", "Smaller"):
        page.get_by_role("button", name=name).click()
        sizes.append(round((drawing.bounding_box() or {"width": 0})["width"]))
    fit, larger, largest, smaller = sizes
    assert fit < larger < largest
    assert abs(smaller - larger) <= 1
