"""Every page, with poison in whatever a workflow can carry: nothing of it runs, and nothing breaks a page."""

from __future__ import annotations

import contextlib
import re
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page

from engine.swf.connect import connect
from tests.console.browser.conftest import Watched
from tests.console.browser.standing import Standing
from tests.console.hostile import NAMES, Fiend, shelve

WIDTHS = (1280, 360)
MOST_OF_A_KIND = 1
"""Pages that differ in nothing but the moment, the node or the page's number."""


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
    """Every page that a link leads to, from the first."""
    ahead, seen, kinds, complaints = deque([f"{here.console}/"]), set[str](), dict[str, int](), list[str]()
    while ahead:
        address = ahead.popleft()
        kind = re.sub(r"[?&](at|node|page|q|order)=[^&]*", "", address)
        if address in seen or kinds.get(kind, 0) >= MOST_OF_A_KIND:
            continue
        seen.add(address)
        kinds[kind] = kinds.get(kind, 0) + 1
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


def _examine(page: Page, address: str) -> list[str]:
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.evaluate("document.querySelectorAll('[autofocus], input, a').forEach(one => one.focus())")
    assert page.evaluate("typeof window.ran") == "undefined", f"something ran at {address}"
    assert page.evaluate("Object.prototype.ran") is None
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
