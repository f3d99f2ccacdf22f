"""The other pages: the live list, specs and their versions, schedules, task lists, logging in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.console.browser.conftest import Watched
from tests.console.browser.standing import Standing

NEVER_NOW = f"30 {(datetime.now(UTC).hour + 12) % 24} * * *"
"""Half a day away, so that no execution is started but those that are asked for."""
KEYS = "[ann]\naws_access_key_id = ANN\naws_secret_access_key = open-sesame-open-sesame\n"


def test_the_list_follows_what_is_started_and_closed(stand: Callable[..., Standing], open_page: Callable[..., Page]) -> None:
    here = stand("fruit", processes=("decider",))
    page = open_page(here.console)
    page.goto(f"{here.console}/d/TEST_SWF/executions")
    expect(page.locator(".empty")).to_be_visible()
    page.evaluate("window.never_reloaded = true")
    here.begin("fruit", "One")
    expect(page.locator("tbody tr")).to_have_count(1)
    here.begin("fruit", "Two")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody .status")).to_have_text(["Open", "Open"])
    here.start("worker1")
    expect(page.locator("tbody .status")).to_have_text(["Completed", "Completed"])
    assert page.evaluate("window.never_reloaded")
    page.get_by_label("workflowId").fill("Two")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Status").select_option("open")
    expect(page.locator(".empty")).to_contain_text("No execution is like that")

    page.get_by_role("link", name="Task lists").click()
    rows = page.locator("tbody tr").filter(has_text="TestTasks")
    expect(rows).to_have_count(2)
    expect(rows.first.locator("li")).to_have_count(1)
    page.evaluate("window.never_reloaded = true")
    here.kill("decider")
    here.begin("fruit", "Three")
    expect(rows.filter(has_text="decisions").locator("td.number")).to_have_text("1")
    assert page.evaluate("window.never_reloaded")


def test_specs_show_their_chart_their_findings_and_what_a_version_changed(
    stand: Callable[..., Standing], open_page: Callable[..., Page]
) -> None:
    here = stand("fruit")
    source = here.spec("fruit").read_text(encoding="utf-8")
    (here.specs / "fruit" / "newer.json").write_text(
        source.replace('"version": "1.0",\n  "domain"', '"version": "2.0",\n  "domain"').replace('"interval": "1s"', '"interval": "9s"'),
        encoding="utf-8",
    )
    (here.specs / "fruit" / "broken.json").write_text(
        source.replace('"version": "1.0",\n  "domain"', '"version": "3.0",\n  "domain"').replace(
            '"next": "is_letter"', '"next": "is_leter"'
        ),
        encoding="utf-8",
    )
    here.kill("serve")  # which files there are is looked up when it starts; what is in them, always
    here.start("serve")
    page = open_page(here.console)
    page.goto(f"{here.console}/specs")
    rows = page.locator("tbody tr").filter(has_text="FruitWorkflow")
    expect(rows).to_have_count(3)
    rows.filter(has_text="broken.json").get_by_role("link").click()
    finding = page.locator(".findings li").first
    expect(finding).to_contain_text("is_leter")
    finding.get_by_role("link").click()
    expect(page.locator("tr:target")).to_contain_text("is_leter")

    page.goto(f"{here.console}/specs/FruitWorkflow/2.0")
    expect(page.locator("#node-pick_letter")).to_be_visible()
    page.get_by_role("link", name="Compare with 1.0").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("FruitWorkflow: from 1.0 to 2.0")
    expect(page.locator("main")).to_contain_text("pick_letter: retry")
    expect(page.locator(".diff .plus").filter(has_text="9s")).to_have_count(1)

    here.spec("fruit").write_text(source.replace("Pick a letter", "Choose a letter"), encoding="utf-8")
    page.goto(f"{here.console}/specs/FruitWorkflow/1.0")
    expect(page.locator(".source")).to_contain_text("Choose a letter")


def test_a_schedule_is_paused_resumed_and_run_now(stand: Callable[..., Standing], open_page: Callable[..., Page], watched: Watched) -> None:
    here = stand("nightly")
    here.rewrite("nightly", "30 2 * * *", NEVER_NOW)
    here.work("decider", "worker1", "scheduler")
    page = open_page(here.console)
    page.goto(f"{here.console}/schedules")
    card = page.get_by_role("region", name="NightlyBatch")
    expect(card).to_contain_text(NEVER_NOW)
    expect(card.locator("ol li")).to_have_count(5)
    expect(card.locator(".status")).to_contain_text("In force")
    card.get_by_role("button", name="Pause").click()
    expect(page.locator(".said")).to_have_text("The schedule of NightlyBatch is paused for all schedulers.")
    expect(card.locator(".status")).to_contain_text("Paused")
    card.get_by_role("button", name="Run now").click()
    expect(page.locator(".said")).to_have_text("The schedule of NightlyBatch is asked for an execution now.")
    expect(card.locator(".facts")).to_contain_text("1 started")
    card.get_by_role("button", name="Resume").click()
    expect(page.locator(".said")).to_have_text("The schedule of NightlyBatch goes on.")
    expect(card.locator(".status")).to_contain_text("In force")
    assert [question.partition(" ")[0] for question in watched.questions] == ["Pause", "Start"]

    page.goto(f"{here.console}/d/examples/executions?type=NightlyBatch:1.0")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr .status")).to_have_text("Completed")


def test_with_credentials_people_log_in_first(
    tmp_path: Path, stand: Callable[..., Standing], open_page: Callable[..., Page], watched: Watched
) -> None:
    keys = tmp_path / "keys.ini"
    keys.write_text(KEYS, encoding="utf-8")
    keys.chmod(0o600)
    here = stand("fruit", serving=("--credentials", keys))
    watched.expected = ("403",)  # Chromium notes the answer's status
    page = open_page(here.console)
    page.goto(f"{here.console}/specs")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    assert "FruitWorkflow" not in page.content()
    page.get_by_label("Token").fill("open barley")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That is none of the tokens.")
    page.get_by_label("Token").fill("open-sesame-open-sesame")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Specs")
    page.get_by_role("button", name=re.compile("^Log out ANN")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    page.goto(f"{here.console}/domains")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
