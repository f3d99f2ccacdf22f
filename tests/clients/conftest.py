"""The SDKs, installed once, and the services that their programs talk to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import installing
from tests.clients.serving import Server, serving


@pytest.fixture(scope="session")
def sdks(request: pytest.FixtureRequest) -> Path:
    """Where installed SDKs are kept from one test run to the next."""
    cache: pytest.Cache = request.config.cache
    return cache.mkdir("swfgraph-sdks")


@pytest.fixture(scope="session")
def boto_python(sdks: Path) -> Path:
    return installing.boto_python(sdks)


@pytest.fixture(scope="session")
def aws(sdks: Path) -> list[str | Path]:
    return installing.aws_cli(sdks)


@pytest.fixture(scope="session")
def node_sdk(sdks: Path) -> Path:
    return installing.node_sdk(sdks)


@pytest.fixture
def service(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A service for one test that verifies every signature; where the test says `open`, it answers whoever names it rightly."""
    with serving(tmp_path / "serve", signed=getattr(request, "param", "signed") == "signed") as server:
        yield server
