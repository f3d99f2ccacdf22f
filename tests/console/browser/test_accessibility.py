"""What axe finds on the pages, in the light and in the dark, on a desk and in a hand: nothing serious."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.console.browser.conftest import Watched
from tests.console.browser.standing import Standing, await_that, standing

GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    specs = ("booking", "approval", "nightly", "map")
    with standing(tmp_path_factory.mktemp("seen"), *specs, processes=("decider", "worker1")) as found:
        yield found


@pytest.fixture(scope="module")
def pages(here: Standing) -> list[str]:
    failed = here.begin("booking", "Trip", "--input", json.dumps({"cards": ["declined-1"]}))
    is_open = here.begin("approval", "Desk")
    items = here.begin("map", "Texts")
    await_that(lambda: here.json("status", "Trip", "--domain", "boto_tutorial")["status"] == "FAILED", "the booking fails")
    source = here.spec("booking").read_text(encoding="utf-8")
    (here.specs / "booking" / "newer.json").write_text(source.replace('"version": "1.0",\n  "domain"', '"version": "2.0",\n  "domain"'))
    (here.specs / "booking" / "broken.json").write_text(source.replace('"next": "details"', '"next": "detials"'))
    here.kill("serve")
    here.start("serve")
    tabs = [f"{failed}?tab={tab}" for tab in ("chart", "summary", "events", "activities", "timeline")]
    return [
        *tabs,
        f"{failed}?node=payment",
        f"{failed}?at=9",
        f"{failed}/retry",
        f"{items}?node=count",
        *(f"{is_open}{what}" for what in ("", "/signal", "/cancel", "/terminate")),
        *("/domains", "/d/examples/executions", "/d/examples/executions?tag=none", "/d/examples/tasks"),
        *("/d/examples/types/workflow", "/d/examples/types/activity", "/d/examples/types/workflow/MapFiles/1.0"),
        *("/d/examples/start", "/d/boto_tutorial/start?type=BookingWorkflow&version=1.0"),
        *("/specs", "/specs/BookingWorkflow/1.0", "/specs/diff?name=BookingWorkflow&from=1.0&to=2.0", "/schedules", "/nowhere"),
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_serious(
    here: Standing, pages: list[str], open_page: Callable[..., Page], watched: Watched, scheme: str, width: int
) -> None:
    watched.expected = ("404",)  # Chromium notes the answer's status
    page = open_page(here.console, color_scheme=scheme, width=width)
    found = [complaint for address in pages for complaint in _complaints(page, here.console + address)]
    assert not found, "\n".join(found)


def _complaints(page: Page, address: str) -> list[str]:
    page.goto(address)
    expect(page.locator("h1")).to_have_count(1)
    violations: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{address}: {one['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for one in violations
        if one["impact"] in GRAVE
        for node in one["nodes"][:3]
    ]
