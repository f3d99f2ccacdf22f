"""A booking whose card is declined: retries counted on the chart, going back, earlier moments, and another try from where it failed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.console.browser.standing import Standing, standing, states


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing(tmp_path_factory.mktemp("booking"), "booking") as found:
        found.rewrite("booking", '"backoff": 2', '"backoff": 1')
        found.work("decider", "worker1")
        yield found


def test_retries_and_going_back_are_counted_on_the_chart(here: Standing, open_page: Callable[..., Page]) -> None:
    page = open_page(here.console)
    page.goto(f"{here.console}/d/boto_tutorial/start")
    page.get_by_role("link", name="BookingWorkflow").click()
    page.get_by_label("workflowId").fill("Trip")
    page.get_by_label("passenger").fill("Grace Hopper")
    page.get_by_label("cards").fill('["declined-1", "visa-2"]')
    page.get_by_role("button", name="Start").click()

    expect(page.locator("#node-booked")).to_have_class(re.compile(r"\bcompleted\b"))
    titles = page.locator(".chart .edge title").all_text_contents()
    assert "retry ≤ 2, taken twice" in titles
    assert "any error, ≤ 2 times, taken once" in titles
    expect(page.locator("#node-payment")).to_contain_text("visit 2")

    page.locator("#node-payment").click()
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", level=2)).to_contain_text("payment completed")
    expect(panel.locator("summary .status").filter(has_text="failed")).to_have_count(3)
    expect(panel).to_contain_text("the card declined-1 was declined for")
    expect(panel).to_contain_text("visa-2-")
    assert "node=payment" in page.url

    page.get_by_role("link", name="Close").click()
    expect(panel).to_have_count(0)
    page.get_by_role("link", name="Timeline").click()
    expect(page.locator(".timeline .bar.activity.failed")).to_have_count(3)
    expect(page.locator(".timeline .bar.timer.fired")).to_have_count(2)


def test_the_slider_shows_how_it_was(here: Standing, open_page: Callable[..., Page]) -> None:
    address = here.begin("booking", "Slider", {"cards": ["declined-1", "visa-2"]})
    page = open_page(here.console)
    page.goto(here.console + address)
    expect(page.locator("#node-booked")).to_have_class(re.compile(r"\bcompleted\b"))
    page.evaluate("window.never_reloaded = true")
    page.get_by_label("As of event").fill("8")
    expect(page.locator("#node-itinerary")).to_have_class(re.compile(r"\bcompleted\b"))
    expect(page.locator("#node-payment")).to_have_class(re.compile(r"\bidle\b"))
    expect(page.locator("#moment")).to_contain_text("8 of")
    assert page.evaluate("window.never_reloaded")

    page.get_by_role("link", name="Activities").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Events").click()
    expect(page.locator("table.events tbody tr")).to_have_count(8)
    page.get_by_role("link", name="One event earlier").click()
    expect(page.locator("table.events tbody tr")).to_have_count(7)
    page.get_by_role("link", name="Now", exact=True).click()
    expect(page.locator("table.events tbody tr")).not_to_have_count(7)

    paused = page.locator("table.events tbody tr").filter(has_text="TimerStarted").first.get_attribute("id")
    page.goto(f"{here.console}{address}?at={(paused or '').removeprefix('e')}")
    expect(page.locator("#node-payment")).to_have_class(re.compile(r"\bretrying\b"))


@pytest.mark.parametrize("paid", [True, False], ids=["then it is paid", "it fails again"])
def test_a_failed_booking_is_tried_again_from_the_payment(here: Standing, open_page: Callable[..., Page], *, paid: bool) -> None:
    if paid:  # the shop's clerk is ill at first
        script = here.specs / "booking" / "confirmation.py"
        well = script.read_text(encoding="utf-8")
        script.write_text("raise SystemExit('out of ink')", encoding="utf-8")
    name = f"Again {paid}"
    cards = ["visa-1"] if paid else ["declined-1"]
    address = here.begin("booking", name, {"cards": cards})
    page = open_page(here.console)
    page.goto(here.console + address)
    expect(page.locator(".head .status")).to_have_text("Failed")

    page.get_by_role("link", name="Retry from failure").click()
    taken = page.locator("dt:has-text('Taken over') + dd")
    expect(taken).to_contain_text("itinerary")
    if paid:
        script.write_text(well, encoding="utf-8")
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(".said")).to_contain_text(f"{name} goes on from where {name} ended")
    expect(page.locator(".head .status")).to_have_text("Completed" if paid else "Failed")
    assert states(page.content())["booked"] == ("completed" if paid else "skipped")
    page.get_by_role("link", name="Activities").click()
    expect(page.locator("tbody")).not_to_contain_text("SelectItinerary")
