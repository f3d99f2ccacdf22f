"""What a sweep removes is needed by nobody, and what it leaves would be missed."""

from __future__ import annotations

import json
import os
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from engine.errors import EndpointUnavailable
from engine.runtime.decider import Decider, DeciderSettings
from engine.runtime.payloads.claims import Claims
from engine.runtime.payloads.directory import DirectoryStore
from engine.runtime.payloads.store import Kept
from engine.runtime.payloads.sweep import Terms, sweep
from engine.runtime.register import register
from engine.runtime.start import Started, StartOptions, start
from engine.service.clock import VirtualClock
from engine.swf.client import Client
from tests.runtime.payloads.stores import s3
from tests.runtime.world import Call, Detour, plan_of, spec

LONG = "x" * 40_000
DAY = 86_400.0


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "payloads")


def put(store: DirectoryStore, text: str) -> str:
    digest = sha256(text.encode()).hexdigest()
    store.put(digest, text.encode())
    return digest


def kept(store: DirectoryStore) -> set[str]:
    return {one.sha256 for one in store.kept()}


def begun(client: Client, folder: Path, store: DirectoryStore, value: Any) -> tuple[Started, Decider]:
    """An execution that will end with its first decision, and who makes that."""
    plan = plan_of(folder, spec({"done": {"type": "terminal", "status": "completed"}}, {}))
    register(client, [plan.spec])
    claims = Claims(store=store)
    started = start(client, plan.spec, value, StartOptions(), claims)
    return started, Decider(client, [plan], DeciderSettings(), claims)


def test_what_is_young_stays_and_no_history_is_read_for_it(client: Client, store: DirectoryStore) -> None:
    put(store, "nobody refers to it")

    def refused(_call: Call, operation: str, _request: object) -> dict[str, Any]:
        raise AssertionError(operation)

    swept = sweep(Detour(client, refused), store, Terms(older_than=DAY), time.time())
    assert (swept.payloads, swept.young, swept.removed) == (1, 1, ())
    assert len(kept(store)) == 1


def test_what_is_old_and_nobody_refers_to_goes(client: Client, store: DirectoryStore) -> None:
    digest = put(store, "nobody refers to it")
    swept = sweep(client, store, Terms(older_than=DAY), time.time() + 2 * DAY)
    assert [one.sha256 for one in swept.removed] == [digest]
    assert kept(store) == set()


def test_what_an_open_execution_refers_to_stays_however_old(client: Client, tmp_path: Path, store: DirectoryStore) -> None:
    begun(client, tmp_path, store, LONG)
    digest = sha256(json.dumps(LONG).encode()).hexdigest()
    swept = sweep(client, store, Terms(older_than=DAY, retention=0), time.time() + 1000 * DAY)
    assert (swept.referred, swept.executions, swept.removed) == (1, 1, ())
    assert kept(store) == {digest}


def test_what_a_closed_execution_refers_to_stays_as_long_as_its_retention(
    client: Client, clock: VirtualClock, tmp_path: Path, store: DirectoryStore
) -> None:
    _, decides = begun(client, tmp_path, store, LONG)
    assert decides.step()
    later = max(time.time(), clock.now()) + 10 * DAY
    assert sweep(client, store, Terms(older_than=DAY), later).removed == ()
    assert sweep(client, store, Terms(older_than=DAY, retention=later - clock.now() + DAY), later).removed == ()
    assert len(sweep(client, store, Terms(older_than=DAY, retention=later - clock.now() - DAY), later).removed) == 1
    assert kept(store) == set()


def test_a_dry_sweep_says_what_would_go_and_leaves_it(client: Client, store: DirectoryStore) -> None:
    digest = put(store, "nobody refers to it")
    swept = sweep(client, store, Terms(older_than=DAY, dry=True), time.time() + 2 * DAY)
    assert [one.sha256 for one in swept.removed] == [digest]
    assert kept(store) == {digest}


def test_where_a_history_can_not_be_read_nothing_goes(client: Client, tmp_path: Path, store: DirectoryStore) -> None:
    begun(client, tmp_path, store, 1)
    digest = put(store, "nobody refers to it")

    def away(call: Call, operation: str, request: Any) -> Any:
        if operation == "GetWorkflowExecutionHistory":
            raise EndpointUnavailable("here", "away")
        return call(operation, request)

    with pytest.raises(EndpointUnavailable):
        sweep(Detour(client, away), store, Terms(older_than=DAY), time.time() + 2 * DAY)
    assert kept(store) == {digest}


def test_what_comes_into_use_while_the_histories_are_read_stays(client: Client, tmp_path: Path, store: DirectoryStore) -> None:
    """Its reference may be on its way into a history that was read already."""
    _, _ = begun(client, tmp_path, store, 1)
    digest = put(store, "used again")
    os.utime(tmp_path / "payloads" / digest[:2] / digest, (1.0, 1.0))

    def reusing(call: Call, operation: str, request: Any) -> Any:
        if operation == "GetWorkflowExecutionHistory":
            put(store, "used again")
        return call(operation, request)

    assert sweep(Detour(client, reusing), store, Terms(older_than=DAY), time.time()).removed == ()
    assert kept(store) == {digest}


def test_s3_is_swept_too(client: Client) -> None:
    with s3() as store:
        content = b"nobody refers to it"
        store.put(sha256(content).hexdigest(), content)
        (removed,) = sweep(client, store, Terms(older_than=DAY), time.time() + 2 * DAY).removed
        assert isinstance(removed, Kept)
        assert list(store.kept()) == []
