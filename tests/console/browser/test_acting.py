"""What can be done to an execution, from its page: signal, cancel, terminate, start again. Each asks first, and says what it did."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.console.browser.conftest import Watched
from tests.console.browser.standing import Standing, standing

WAITING = re.compile(r"\bopen\b")
DONE = re.compile(r"\bcompleted\b")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing(tmp_path_factory.mktemp("acting"), "approval", processes=("decider", "worker1")) as found:
        yield found


def _approval(here: Standing, open_page: Callable[..., Page], workflow_id: str) -> Page:
    page = open_page(here.console)
    page.goto(here.console + here.begin("approval", workflow_id, {"what": "a lamp", "amount": 30}, ("office",)))
    expect(page.locator("#node-owner_answers")).to_have_class(WAITING)
    return page


def test_an_approval_is_given_by_a_signal(here: Standing, open_page: Callable[..., Page]) -> None:
    page = _approval(here, open_page, "Desk")
    page.get_by_role("link", name="Signal").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Signal Desk?")
    expect(page.get_by_label("Name of the signal")).to_have_value("answer")
    page.get_by_label("Input").fill('{"approved": true, "by": "Ada"}')
    page.get_by_role("button", name="Send the signal").click()
    expect(page.locator(".said")).to_have_text("Desk has got the signal answer.")
    expect(page.locator("#node-bought")).to_have_class(DONE)
    page.get_by_role("link", name="Summary").click()
    expect(page.get_by_role("region", name="Output").locator(".payload")).to_have_text("bought a lamp for 30, approved by Ada")


def test_a_cancelled_execution_closes_as_canceled(here: Standing, open_page: Callable[..., Page]) -> None:
    page = _approval(here, open_page, "Canceled")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Back").click()
    expect(page.locator("#node-owner_answers")).to_have_class(WAITING)
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Ask it to cancel").click()
    expect(page.locator(".said")).to_have_text("Canceled is asked to cancel.")
    expect(page.locator(".head .status").first).to_have_text("Canceled")
    expect(page.locator("#node-owner_answers")).to_have_class(re.compile(r"\bcanceled\b"))
    expect(page.get_by_role("link", name="Signal")).to_have_count(0)


def test_a_terminated_one_says_why_and_can_be_started_again(here: Standing, open_page: Callable[..., Page]) -> None:
    page = _approval(here, open_page, "Lamp")
    page.get_by_role("link", name="Terminate").click()
    page.get_by_label("Reason").fill("the lamp is here already")
    page.get_by_role("button", name="Terminate it").click()
    expect(page.locator(".said")).to_have_text("Lamp is terminated.")
    page.get_by_role("link", name="Summary").click()
    expect(page.locator("dt:has-text('Reason') + dd")).to_have_text("the lamp is here already")

    page.get_by_role("link", name="Start again").click()
    expect(page.get_by_label("what")).to_have_value("a lamp")
    expect(page.get_by_label("amount")).to_have_value("30")
    expect(page.get_by_label("Tags")).to_have_value("office")
    page.get_by_label("workflowId").fill("Lamp 2")
    page.get_by_role("button", name="Start").click()
    expect(page.locator(".said")).to_have_text("Lamp 2 is started.")
    expect(page.locator("#node-owner_answers")).to_have_class(WAITING)


def test_what_can_not_be_started_is_said_beside_what_was_filled_in(
    here: Standing, open_page: Callable[..., Page], watched: Watched
) -> None:
    watched.expected = ("400",)  # Chromium notes the answer's status
    page = _approval(here, open_page, "Open")
    page.get_by_role("link", name="Start", exact=True).click()
    page.get_by_role("link", name="ApprovalWorkflow").click()
    page.get_by_label("workflowId").fill("Open")
    page.get_by_label("what").fill("a chair")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_contain_text("An execution with this workflowId is open")
    expect(page.get_by_label("what")).to_have_value("a chair")
    page.get_by_label("workflowId").fill("Chair")
    page.get_by_label("amount").fill("-3")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert")).to_contain_text("amount")
    page.get_by_label("amount").fill("3")
    page.get_by_role("button", name="Start").click()
    expect(page.locator(".said")).to_have_text("Chair is started.")


def test_everything_goes_by_keyboard(here: Standing, open_page: Callable[..., Page]) -> None:
    """From the list to the execution, to a node, along the slider, and to a signal: Tab, Enter and arrows only."""
    page = _approval(here, open_page, "Keys")
    page.goto(page.url.partition("/executions")[0] + "/executions")
    page.keyboard.press("Tab")
    assert _focused(page) == "Skip to the content"
    _tab_to(page, "Keys")
    page.keyboard.press("Enter")
    expect(page.locator("#node-owner_answers")).to_have_class(WAITING)
    _tab_to(page, "ask_owner")
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_contain_text("ask_owner")
    slider = page.get_by_label("As of event")
    last = slider.input_value()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "at":
            break
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#moment")).to_contain_text(f"{int(last) - 1} of {last}")
    expect(slider).to_be_focused()
    _tab_to(page, "Signal", backwards=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Signal Keys?")
    _tab_to(page, "answer")
    page.keyboard.press("Tab")
    page.keyboard.type('{"approved": false, "by": "Ada"}')
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_have_text("Keys has got the signal answer.")
    expect(page.locator("#node-refused")).to_have_class(DONE)


def _focused(page: Page) -> str:
    text: str = page.evaluate("(document.activeElement.value || document.activeElement.innerText || '').trim()")
    return text


def _tab_to(page: Page, text: str, *, backwards: bool = False) -> None:
    seen = []
    for _ in range(80):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        seen.append(_focused(page))
        if seen[-1] == text:
            return
    raise AssertionError(f"no Tab leads to {text}: {seen}")
