"""What axe finds on the pages, in the light and in the dark, on a desk and in a hand: nothing serious."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.console.browser.conftest import Watched
from tests.console.browser.standing import Standing, standing
from tests.scenarios.asking import await_closed

GRAVE = ("serious", "critical")
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
WIDTHS: Final = (1280, 360)
SEEN: Final = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
"""Rules that depend on how a page looks."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing(tmp_path_factory.mktemp("seen"), "booking", "approval", "nightly", "map") as found:
        found.rewrite("booking", '"maxTimes": 2', '"maxTimes": 1')
        found.work("decider", "worker1")
        yield found


@pytest.fixture(scope="module")
def pages(here: Standing) -> list[str]:
    failed = here.begin("booking", "Trip", {"cards": ["declined-1"]})
    is_open = here.begin("approval", "Desk")
    items = here.begin("map", "Texts")
    await_closed(here, "boto_tutorial", {"Trip"})
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


def test_axe_finds_nothing_serious(here: Standing, pages: list[str], open_page: Callable[..., Page], watched: Watched) -> None:
    """In either palette, on a desk and in a hand. What a page says is the same in all four: there, only what can be seen is looked at."""
    watched.expected = ("404",)  # Chromium notes the answer's status
    page = open_page(here.console)
    found = [complaint for address in pages for complaint in _complaints(page, here.console + address)]
    assert not found, "\n".join(found)


def _complaints(page: Page, address: str) -> Iterator[str]:
    page.goto(address)
    expect(page.locator("h1")).to_have_count(1)
    for scheme, width in itertools.product(SCHEMES, WIDTHS):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        whole = {"resultTypes": ["violations"]}
        options = whole if (scheme, width) == (SCHEMES[0], WIDTHS[0]) else {**whole, "runOnly": SEEN}
        violations: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
        yield from (
            f"{address}, {scheme}, {width} px: {one['id']}: {node['html'][:200]}: {node['failureSummary']}"
            for one in violations
            if one["impact"] in GRAVE
            for node in one["nodes"][:3]
        )
