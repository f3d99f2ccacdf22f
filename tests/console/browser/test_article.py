"""The article's walk through the console: domain, types, start, the chart, Summary, Events, Activities. Nothing is prepared by command."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.console.browser.conftest import Watched
from tests.console.browser.standing import Standing, states

DECISION = ("DecisionTaskScheduled", "DecisionTaskStarted", "DecisionTaskCompleted")
ACTIVITY = ("ActivityTaskScheduled", "ActivityTaskStarted", "ActivityTaskCompleted")
ORDER = ["WorkflowExecutionStarted", *DECISION, *ACTIVITY, *DECISION, *ACTIVITY, *DECISION, "WorkflowExecutionCompleted"]
"""The events of the article's screenshots."""


def test_the_article_from_the_empty_console_to_a_fruit(
    stand: Callable[..., Standing], open_page: Callable[..., Page], watched: Watched
) -> None:
    here = stand("fruit")
    page = open_page(here.console)
    page.goto(f"{here.console}/")
    _register(page)
    _start(page)
    _before_the_decider(page)
    _turns_green(page, here)
    _read(page)
    assert watched.questions == []


def _register(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Domains")
    expect(page.locator(".empty")).to_contain_text("no domain yet")
    page.get_by_label("Name").fill("TEST_SWF")
    page.get_by_label("Description").fill("Orchestrating tasks")
    page.get_by_role("button", name="Register").click()
    expect(page.locator(".said")).to_have_text("The domain TEST_SWF is registered.")
    page.get_by_role("link", name="TEST_SWF").click()
    expect(page.locator(".empty")).to_contain_text("Nothing has been started in TEST_SWF yet")

    page.get_by_role("link", name="Workflow types").click()
    _type(page, "FruitWorkflow", {"Task list": "TestTasks", "Execution may take": "3600", "A decision may take": "30"})
    expect(page.locator(".said")).to_have_text("The workflow type FruitWorkflow 1.0 is registered.")
    page.get_by_role("link", name="Activity types").click()
    for name in ("Test_Task_A", "Test_Task_B"):
        _type(page, name, {"Task list": "TestTasks", "May run": "300"})
        expect(page.locator(".said")).to_have_text(f"The activity type {name} 1.0 is registered.")
    page.get_by_role("link", name="Test_Task_A").click()
    expect(page.locator("dl.facts")).to_contain_text("TestTasks")


def _type(page: Page, name: str, defaults: dict[str, str]) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_text("Defaults").click()
    for label, value in defaults.items():
        page.get_by_label(re.compile(f"^{label}")).fill(value)
    page.get_by_role("button", name="Register").click()


def _start(page: Page) -> None:
    page.get_by_role("link", name="Start", exact=True).click()
    page.get_by_role("link", name="FruitWorkflow").click()
    expect(page.get_by_label("workflowId")).to_have_value(re.compile("^FruitWorkflow-"))
    page.get_by_label("workflowId").fill("Demo")
    page.get_by_role("button", name="Start").click()
    expect(page.locator(".said")).to_have_text("Demo is started.")


def _before_the_decider(page: Page) -> None:
    """Until a decision is made, nothing is scheduled, the article says."""
    page.get_by_role("link", name="Events").click()
    expect(page.locator("table.events tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Activities").click()
    expect(page.locator(".empty")).to_contain_text("No activity has been scheduled yet")
    page.get_by_role("link", name="Chart").click()
    expect(page.locator("#node-pick_letter")).to_have_class(re.compile(r"\bopen\b"))
    assert states(page.content()) == dict.fromkeys(("is_letter", "name_fruit", "done", "no_letter"), "idle") | {"pick_letter": "open"}


def _turns_green(page: Page, here: Standing) -> None:
    page.evaluate("window.never_reloaded = true")
    turn = here.run("decider", "--once", here.spec("fruit"))
    assert turn.returncode == 0, turn.stderr
    expect(page.locator(".tabs")).to_contain_text("Events 6")
    turn = here.run("worker", "--once", here.spec("fruit"))
    assert turn.returncode == 0, turn.stderr
    expect(page.locator(".tabs")).to_contain_text("Events 9")
    here.start("decider")
    here.start("worker1")
    for node in ("pick_letter", "is_letter", "name_fruit", "done"):
        expect(page.locator(f"#node-{node}")).to_have_class(re.compile(r"\bcompleted\b"))
    expect(page.locator("#node-no_letter")).to_have_class(re.compile(r"\bskipped\b"))
    expect(page.locator(".head .status")).to_have_text("Completed")
    assert page.evaluate("window.never_reloaded")


def _read(page: Page) -> None:
    page.get_by_role("link", name="Summary").click()
    facts = page.locator("dl.facts").first
    expect(facts).to_contain_text("FruitWorkflow 1.0")
    fruit = page.get_by_role("region", name="Output").locator(".payload").inner_text()
    expect(page.get_by_role("region", name="Configuration")).to_contain_text("TestTasks")

    page.get_by_role("link", name="Events").click()
    expect(page.locator("table.events tbody tr").last).to_contain_text(ORDER[-1])
    kinds = page.locator("table.events tbody tr td:nth-child(4)").all_inner_texts()
    assert [kind for kind in kinds if kind != "MarkerRecorded"] == ORDER
    page.get_by_label("Events with").fill("ActivityTaskCompleted name_fruit")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("table.events tbody tr")).to_have_count(1)
    page.locator("table.events summary").click()
    expect(page.locator("table.events dd")).to_contain_text([fruit])
    page.get_by_role("link", name=re.compile("^event ")).first.click()
    expect(page.locator("tr:target")).to_contain_text("ActivityTask")

    page.get_by_role("link", name="Activities").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Test_Task_A 1.0")
    expect(rows.nth(1)).to_contain_text("Test_Task_B 1.0")
    for row in rows.all():
        expect(row.locator(".status")).to_have_text("completed")

    page.get_by_role("link", name="Executions").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("Completed")
