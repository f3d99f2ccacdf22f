"""The endpoint of the runtime's tests: the embedded service in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from engine.service.clock import VirtualClock
from engine.swf.client import Client
from engine.swf.connect import connect


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def client(clock: VirtualClock) -> Iterator[Client]:
    """Its time stands still unless the test moves it."""
    client = connect("sqlite://:memory:", clock=clock)
    yield client
    client.close()


@pytest.fixture
def live_client() -> Iterator[Client]:
    """Its time is ours: for what takes real time, as programs do."""
    client = connect("sqlite://:memory:")
    yield client
    client.close()


@pytest.fixture(autouse=True)
def modules_are_forgotten() -> Iterator[None]:
    """Modules of python activities live in folders that go away with the test."""
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith("deeds"):
            del sys.modules[name]
