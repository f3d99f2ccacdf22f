"""How the console's tests fill in forms: with the token that the page brought."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from httpx2 import Response
from starlette.testclient import TestClient


def token_on(page: Response) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    assert found, page.text
    return found[1]


def send(browser: TestClient, page: str, form: Mapping[str, str], to: str = "") -> Response:
    """Load the page, and post the form as it would."""
    token = token_on(browser.get(page))
    return browser.post(to or page, data={**form, "csrf": token})


def path(*parts: str) -> str:
    return "/console" + "".join(f"/{quote(part, safe='')}" for part in parts)
