"""Which endpoints a case runs on. It says so by what it asks for:

- `world`: on every endpoint, or on the one that `--endpoint` names;
- `virtual`: only where the clock can be moved by hand, since it takes hours or days: on our service, in-process and over HTTP;
- `private`: on a service of ours that nobody else uses: it is restarted, or filled to a limit.

What moto does otherwise is in differences.py; a difference that is none any more fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from tests.conformance.differences import NOT_ASKED_OF_MOTO, OF_MOTO
from tests.conformance.endpoints import GIVEN, MOTO, OURS, Endpoint, MotoEndpoint, given, in_process, of_moto, over_http
from tests.conformance.private import Private
from tests.conformance.seen import SEEN
from tests.conformance.world import World, furnish


class Endpoints:
    """Those that have been asked for, furnished, for as long as the session lasts."""

    def __init__(self, stack: ExitStack, folder: Path, url: str) -> None:
        self._stack = stack
        self._folder = folder
        self._url = url
        self._open: dict[str, Endpoint] = {}

    def of(self, kind: str) -> Endpoint:
        if kind not in self._open:
            endpoint = self._open[kind] = self._stack.enter_context(self._begin(kind))
            furnish(World(endpoint=endpoint))
        return self._open[kind]

    def _begin(self, kind: str) -> AbstractContextManager[Endpoint]:
        match kind:
            case "inprocess":
                return in_process()
            case "http":
                return over_http(self._folder / "swf.db")
            case "moto":
                return of_moto()
            case _:
                return given(self._url)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    elsewhere = bool(metafunc.config.getoption("--endpoint"))
    if "world" in metafunc.fixturenames:
        others = () if metafunc.function.__name__ in NOT_ASKED_OF_MOTO else (MOTO,)
        metafunc.parametrize("world", [GIVEN] if elsewhere else [*OURS, *others], indirect=True, scope="function")
    for name in ("virtual", "private"):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, [] if elsewhere else OURS, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item, "callspec") and item.callspec.params.get("world") == MOTO:
            case = item.name.replace(f"{MOTO}-", "", 1).replace(f"-{MOTO}", "", 1).replace(f"[{MOTO}]", "", 1)
            reason = OF_MOTO.get(case) or OF_MOTO.get(item.originalname)
            if reason:
                item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def pytest_sessionfinish(session: pytest.Session) -> None:
    path = session.config.getoption("--conformance-seen")
    if path:
        SEEN.save(Path(path))


@pytest.fixture(scope="session")
def endpoints(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Endpoints]:
    with ExitStack() as stack:
        yield Endpoints(stack, tmp_path_factory.mktemp("conformance"), request.config.getoption("--endpoint"))


@pytest.fixture
def world(endpoints: Endpoints, request: pytest.FixtureRequest) -> World:
    world = World(endpoint=endpoints.of(request.param))
    if isinstance(world.endpoint, MotoEndpoint):
        # moto reads every execution with each poll, and one that it can't read (say for a timeout NONE) ends all polls to come.
        world.endpoint.forget()
        furnish(world)
    return world


@pytest.fixture
def virtual(endpoints: Endpoints, request: pytest.FixtureRequest) -> World:
    return World(endpoint=endpoints.of(request.param))


@pytest.fixture
def private(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Private]:
    with Private(request.param, tmp_path / "swf.db") as service:
        furnish(service.world())
        yield service
