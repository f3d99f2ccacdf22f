"""A service of ours that one case has for itself, and may restart."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from engine.service.clock import VirtualClock
from tests.conformance.endpoints import INPROCESS, in_process, over_http
from tests.conformance.world import World


class Private:
    """An Endpoint whose service can end and begin again on the same file, at the same time."""

    is_virtual = True

    def __init__(self, kind: str, database: Path) -> None:
        self.kind = kind
        self._database = database
        self._clock = VirtualClock()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def _open(self) -> None:
        service = (
            in_process(f"sqlite:///{self._database}", self._clock) if self.kind == INPROCESS else over_http(self._database, self._clock)
        )
        self._endpoint = self._stack.enter_context(service)

    def restart(self) -> None:
        """What is in memory is gone, what is on disk is there."""
        self._stack.close()
        self._open()

    def world(self) -> World:
        return World(endpoint=self)

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._endpoint.call(operation, request)

    def now(self) -> float:
        return self._clock.now()

    def wait(self, seconds: float) -> None:
        self._clock.advance(seconds)
