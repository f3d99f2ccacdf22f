"""Makes the pictures of the console in docs/images, from real runs: `python -m tools.screenshots`.

Starts `swfgraph serve`, a decider and a worker over the examples in a folder of its own, starts executions, and photographs pages with
Chromium at the moments that are worth it. The files are PNGs of a palette: small. Needs the test extra and a Chromium.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from engine.spec.model import Json
from tests.console.browser.standing import PATIENCE, Standing, standing

OUT: Final = Path(__file__).parent.parent / "docs" / "images"
SPECS: Final = ("fruit", "booking", "approval", "map", "parallel", "nightly", "saga")
WIDE, PHONE = (1180, 760), (390, 800)
COLOURS: Final = 256
CARDS: Final[dict[str, Json]] = {"passenger": "Grace Hopper", "destination": "Oslo", "cards": ["declined-1", "visa-2"]}


class Camera:
    def __init__(self, browser: Browser, base: str) -> None:
        self._browser = browser
        self._base = base

    @contextlib.contextmanager
    def at(self, address: str, *, dark: bool = False, size: tuple[int, int] = WIDE) -> Iterator[Page]:
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            timezone_id="UTC",
            device_scale_factor=1.5,
        )
        page = context.new_page()
        page.goto(self._base + address)
        yield page
        context.close()


def keep(page: Page, name: str) -> None:
    """A photograph of what is seen, in few colours."""
    file = OUT / f"{name}.png"
    page.screenshot(path=file)
    with Image.open(file) as picture:
        picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, optimize=True)
    print(f"{file.name}: {file.stat().st_size // 1024} KB")


def shoot(camera: Camera, here: Standing) -> None:
    for number, spec in enumerate(("fruit", "map", "parallel", "saga")):
        here.begin(spec, f"{spec}-{number + 1}", tags=("example",))
    approval = here.begin("approval", "Desk-for-Ada", {"what": "a desk", "amount": 240}, ("office",))
    booking = here.begin("booking", "Trip-to-Oslo", CARDS, ("travel",))
    with camera.at(booking) as page:
        expect(page.locator("#node-payment")).to_have_class(re.compile(r"\bretrying\b"))
        expect(page.locator("#node-payment")).to_contain_text("attempt 2")
        keep(page, "chart")
        expect(page.locator("#node-booked")).to_have_class(re.compile(r"\bcompleted\b"))
    for name, query in (("node", "?node=payment"), ("timeline", "?tab=timeline"), ("events", "?tab=events"), ("summary", "?tab=summary")):
        with camera.at(booking + query) as page:
            keep(page, name)
    with camera.at(f"{approval}?node=owner_answers", dark=True) as page:
        expect(page.locator("#node-owner_answers")).to_have_class(re.compile(r"\bopen\b"))
        keep(page, "dark")
    with camera.at("/d/boto_tutorial/start?type=BookingWorkflow&version=1.0") as page:
        page.get_by_label("workflowId").fill("Trip-to-Oslo")
        page.get_by_label("passenger").fill(str(CARDS["passenger"]))
        page.get_by_label("destination").fill(str(CARDS["destination"]))
        page.get_by_label("cards").fill(json.dumps(CARDS["cards"]))
        keep(page, "start")
    with camera.at("/d/examples/executions") as page:
        expect(page.locator("tbody tr")).to_have_count(4)
        keep(page, "executions")
    with camera.at(booking, size=PHONE) as page:
        keep(page, "phone")
    with camera.at("/schedules") as page:
        keep(page, "schedules")
    _compare(camera, here)


def _compare(camera: Camera, here: Standing) -> None:
    """Two versions of the fruit workflow: one node more, two changed."""
    spec = json.loads(here.spec("fruit").read_text(encoding="utf-8"))
    spec["version"] = "2.0"
    spec["nodes"]["pick_letter"]["retry"] = {"maxAttempts": 5, "interval": "2s"}
    spec["nodes"]["name_fruit"]["next"] = "shout"
    spec["nodes"]["shout"] = {"type": "pass", "output": "{% $uppercase(results.name_fruit) %}", "next": "done"}
    (here.specs / "fruit" / "newer.json").write_text(json.dumps(spec, indent=2), encoding="utf-8")
    here.kill("serve")
    here.start("serve")
    with camera.at("/specs/diff?name=FruitWorkflow&from=1.0&to=2.0") as page:
        keep(page, "diff")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("no browser: install Debian's chromium and fonts-liberation")
    expect.set_options(timeout=PATIENCE * 1000)
    processes = ("decider", "worker1", "scheduler")
    with (
        tempfile.TemporaryDirectory() as folder,
        standing(Path(folder), *SPECS, processes=processes) as here,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        shoot(Camera(browser, here.console), here)
        browser.close()


if __name__ == "__main__":
    main()
