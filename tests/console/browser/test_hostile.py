"""Every page, with poison in whatever a workflow can carry: nothing of it runs, and nothing breaks a page."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Callable
from random import Random
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page
from starlette.routing import Route

from engine.console.app import ROOT, ROUTES
from engine.swf.connect import connect
from tests.console.browser.conftest import Watched
from tests.console.browser.standing import Standing
from tests.console.hostile import NAMES, Fiend, shelve

WIDTHS = (1280, 360)
MOST_OF_A_KIND = 3
"""Pages that differ in whose they are, in the moment, the node or the page's number. Which of them it looks at is chance, and each time
the same."""


def test_nothing_that_a_workflow_carries_runs_or_breaks_a_page(
    stand: Callable[..., Standing], open_page: Callable[..., Page], watched: Watched
) -> None:
    here = stand()
    with contextlib.closing(connect(here.url)) as client:
        fiend = Fiend(client)
        domain = fiend.register()
        shelve(here.specs / "<b>poison", domain)
        here.kill("serve")
        here.start("serve")
        fiend.call("RegisterActivityType", domain=domain, name="Act", version="1.0")
        fiend.call("RegisterWorkflowType", domain=domain, name="Poisoned", version="1.0")
        types = fiend.call("ListWorkflowTypes", domain=domain, registrationStatus="REGISTERED")["typeInfos"]
        for workflow_id, info in zip((*NAMES, "Poisoned"), types, strict=True):
            fiend.run(domain, workflow_id, **info["workflowType"])
        fiend.close(domain, NAMES[0])
        fiend.close(domain, NAMES[5])
    page = open_page(here.console)
    watched.expected = ("400", "404")  # Chromium notes the answer's status
    seen = _walk(page, here)
    assert {"chart", "summary", "events", "activities", "timeline"} <= {found for one in seen for found in re.findall(r"tab=(\w+)", one)}
    assert len(seen) > 60, seen
    assert watched.questions == []


def _walk(page: Page, here: Standing) -> set[str]:
    """Every kind of page that a link leads to, from the first."""
    ahead, seen, kinds, complaints, dice = [f"{here.console}/"], set[str](), Counter[str](), list[str](), Random(5)
    while ahead:
        address = ahead.pop(dice.randrange(len(ahead)))
        kind = _kind(address)
        if address in seen or kinds[kind] >= MOST_OF_A_KIND:
            continue
        seen.add(address)
        kinds[kind] += 1
        answer = page.goto(address)
        assert answer is not None
        if answer.status >= 500:
            complaints.append(f"{answer.status} at {address}")
            continue
        complaints += _examine(page, address)
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        assert all(urlsplit(link).netloc == urlsplit(here.url).netloc for link in links), f"a link of {address} leads elsewhere"
        ahead.extend(link.partition("#")[0] for link in links)
    assert not complaints, "\n".join(sorted(complaints))
    return seen


def _kind(address: str) -> str:
    """The route, and what is asked of it."""
    place = urlsplit(address)
    path = place.path.removeprefix(ROOT)
    routes = (route for route in ROUTES if isinstance(route, Route))
    route, found = next(((route.path, found) for route in routes if (found := route.path_regex.match(path))), (path, None))
    action = found.groupdict().get("action", "") if found else ""
    asked = parse_qs(place.query)
    return f"{route} {action} {sorted(asked)} {asked.get('tab')}"


def _examine(page: Page, address: str) -> list[str]:
    ran = page.evaluate(
        """() => {
            document.querySelectorAll('details').forEach(one => { one.open = true; });
            document.querySelectorAll('[autofocus], input, a').forEach(one => one.focus());
            return [typeof window.ran, typeof Object.prototype.ran];
        }"""
    )
    assert ran == ["undefined", "undefined"], f"something ran at {address}"
    complaints = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            complaints.append(f"{address} is {wide} px wide in a window of {width}: {_widest(page, width)}")
    return complaints


def _widest(page: Page, width: int) -> list[str]:
    found: list[str] = page.evaluate(
        """width => [...document.querySelectorAll('body *')]
            .filter(one => one.getBoundingClientRect().right > width + 1 && !one.closest('.scroll, .chart, nav, svg'))
            .map(one => one.tagName + '.' + one.className + '#' + one.id).slice(0, 8)""",
        width,
    )
    return found
