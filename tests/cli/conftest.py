"""A shell in an empty directory, with nothing of the caller's environment in reach."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import Shell


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """Leaves the logging as it was."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SWFGRAPH_")]:
        monkeypatch.delenv(name)
    root, handlers = logging.getLogger(), logging.getLogger("engine.runtime.handlers")
    before = list(root.handlers)
    yield Shell(capsys)
    root.handlers = before
    handlers.handlers, handlers.propagate = [], True
    for name in ("engine", "engine.runtime", "engine.runtime.handlers", "engine.service.serve", "engine.cli.serve"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
