"""A console over an embedded service in memory, as a browser would ask it; without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from engine.console.app import console_app
from engine.console.security import Access
from engine.console.shelf import Shelf
from engine.graph.check import find_specs, load_plan
from engine.runtime.register import register
from engine.swf.client import Client
from engine.swf.connect import connect

SPECS = Path(__file__).parents[2] / "specs"
HERE = "http://127.0.0.1:4511"


@pytest.fixture
def client() -> Iterator[Client]:
    """The endpoint that the console shows, with the fruit workflow registered."""
    client = connect("sqlite://:memory:")
    register(client, [load_plan(SPECS / "fruit" / "fruit.json").spec])
    yield client
    client.close()


@pytest.fixture
def browser(client: Client) -> Iterator[TestClient]:
    """What a browser on this machine sees."""
    app = console_app(client, Shelf(find_specs([SPECS])), Access())
    with TestClient(app, base_url=HERE, follow_redirects=False) as browser:
        yield browser
