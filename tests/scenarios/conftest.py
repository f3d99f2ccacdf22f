"""Endpoints by their names, and the processes that the examples share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.scenarios.endpoints import Endpoint, all_examples, embedded, moto, processes
from tests.scenarios.processes import Cluster


@pytest.fixture(scope="session")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Endpoint]]:
    """The processes are started when the first test asks for them."""
    with ExitStack() as stack:

        @cache
        def running() -> Cluster:
            return stack.enter_context(all_examples(tmp_path_factory.mktemp("examples")))

        yield {"embedded": embedded, "moto": moto, "processes": processes(running)}


@pytest.fixture
def endpoint(endpoints: dict[str, Endpoint], request: pytest.FixtureRequest) -> Endpoint:
    name: str = request.param
    return endpoints[name]
