"""A real browser. Without one these tests are skipped, and say what to install."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, expect, sync_playwright

from tests.console.browser.standing import PATIENCE, Standing, standing

expect.set_options(timeout=PATIENCE * 1000)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass  # no slots: Playwright writes to whose methods it calls
class Watched:
    """What a page did that nobody should see: complaints in the browser's console, requests to other hosts; and what it asked."""

    troubles: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()
    """Words of complaints that a test provokes."""

    def watch(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("page", self._page)

    def _page(self, page: Page) -> None:
        page.on("console", self._message)
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("dialog", self._dialog)

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).scheme != "data" and urlsplit(request.url).hostname != "127.0.0.1":
            self.troubles.append(f"request to {request.url}")

    def _message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"{message.type} at {message.page.url if message.page else '?'}: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        self.questions.append(dialog.message)
        dialog.accept()

    @property
    def unexpected(self) -> list[str]:
        return [one for one in self.troubles if not any(words in one for words in self.expected)]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Of a module, not of the session: while it is open, its event loop stands in the way of tests that run their own."""
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.skip("no browser: install Debian's chromium (apt-get install chromium fonts-liberation), or any Chromium on the PATH")
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to run as root with it
        browser = playwright.chromium.launch(executable_path=executable, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Callable[..., Standing]]:
    """`standing`, until the test is over."""
    with ExitStack() as stack:
        yield lambda *specs, **given: stack.enter_context(standing(tmp_path, *specs, **given))


@pytest.fixture
def open_page(chromium: Browser, watched: Watched, stand: Callable[..., Standing]) -> Iterator[Callable[..., Page]]:
    """Opens pages in windows of their own: `open_page(base, color_scheme="dark")`. At the end nothing may have gone wrong in any.

    They are closed before what they look at ends.
    """
    contexts: list[BrowserContext] = []

    def opened(base: str, *, width: int = 1280, color_scheme: str = "light", zone: str = "UTC") -> Page:
        context = chromium.new_context(
            base_url=base,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if color_scheme == "dark" else "light",
            locale="en-GB",
            timezone_id=zone,
        )
        context.set_default_timeout(PATIENCE * 1000)
        watched.watch(context)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert watched.unexpected == []
