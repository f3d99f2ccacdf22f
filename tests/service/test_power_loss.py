"""Power loss: with durability full nothing that was acknowledged is missing afterwards, whatever was on its way to the disk.

Several threads ask a service over a disk that notes what is synced (powerloss.py, which also says what this can't prove); pictures of
what a power cut at random moments would leave are started on afterwards, by a service of its own over Python's sqlite3. The test can
fail: with durability process, the same pictures lack promises, and that is asserted too. Threads take turns as they like: a seed fixes
the requests and the dice, not the order, so a failure may take a few runs to come again.
"""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from engine.service.clock import SystemClock
from engine.service.database import Durability
from engine.service.disk import LIMITS, Disk
from engine.service.host import Host
from engine.service.lock import Unlocked
from engine.service.sessions import Session
from engine.service.store import Store
from tests.service.laws import check_history
from tests.service.powerloss import Disks, Picture
from tests.service.world import ACTIVITY, DOMAIN, PATIENCE, WORKFLOW, Call, furnish

Fact: TypeAlias = tuple[str, str]
"""(runId, what its history must say); for a type that was registered, ("", its name)."""

THREADS = 3
REQUESTS = 40
PICTURE_EVERY = 60
CHECKPOINT_PAGES = 24
"""The write-ahead log is written back so often that cuts fall into that too (SQLite does so every 1,000 pages)."""


@dataclass(slots=True)
class Customer:
    """One thread's requests, on a task list of its own; every acknowledged one is a promise."""

    name: str
    dice: random.Random
    call: Call
    disks: Disks[Fact]
    flows: dict[str, str] = field(default_factory=dict)
    """workflowId -> runId of what is open."""
    failures: list[BaseException] = field(default_factory=list)

    def run(self) -> None:
        try:
            for number in range(REQUESTS):
                self.dice.choice((self.start, self.signal, self.decide, self.decide, self.register))(f"{self.name}.{number}")
        except BaseException as failure:  # noqa: BLE001  the thread of the test tells it
            self.failures.append(failure)

    def start(self, name: str) -> None:
        request = {"domain": DOMAIN, "workflowId": name, "workflowType": WORKFLOW, "taskList": {"name": self.name}}
        self.flows[name] = self.call("StartWorkflowExecution", request)["runId"]
        self.disks.promise((self.flows[name], "started"))

    def signal(self, name: str) -> None:
        if self.flows:
            workflow_id, run_id = self.dice.choice(sorted(self.flows.items()))
            self.call("SignalWorkflowExecution", {"domain": DOMAIN, "workflowId": workflow_id, "signalName": name, "input": "x" * 500})
            self.disks.promise((run_id, f"signaled {name}"))

    def decide(self, name: str) -> None:
        lists = {"domain": DOMAIN, "taskList": {"name": self.name}}
        if not self.call("CountPendingDecisionTasks", lists)["count"]:
            return
        task = self.call("PollForDecisionTask", lists)
        execution = task["workflowExecution"]
        self.disks.promise((execution["runId"], f"begun {task['startedEventId']}"))
        decisions: list[dict[str, Any]] = [{"decisionType": "RecordMarker", "recordMarkerDecisionAttributes": {"markerName": name}}]
        ends = self.dice.random() < 0.3
        if ends:
            decisions.append({"decisionType": "CompleteWorkflowExecution", "completeWorkflowExecutionDecisionAttributes": {}})
        self.call("RespondDecisionTaskCompleted", {"taskToken": task["taskToken"], "decisions": decisions})
        self.disks.promise((execution["runId"], f"marked {name}"))
        if ends:
            self.disks.promise((execution["runId"], "completed"))
            del self.flows[execution["workflowId"]]

    def register(self, name: str) -> None:
        self.call("RegisterActivityType", {"domain": DOMAIN, **ACTIVITY, "name": name})
        self.disks.promise(("", name))


def promises(run_id: str, events: Sequence[Mapping[str, Any]]) -> set[Fact]:
    """What a history says, in the words of the customers."""
    said = set()
    for event in events:
        match event["eventType"]:
            case "WorkflowExecutionStarted":
                said.add("started")
            case "WorkflowExecutionSignaled":
                said.add(f"signaled {event['workflowExecutionSignaledEventAttributes']['signalName']}")
            case "DecisionTaskStarted":
                said.add(f"begun {event['eventId']}")
            case "MarkerRecorded":
                said.add(f"marked {event['markerRecordedEventAttributes']['markerName']}")
            case "WorkflowExecutionCompleted":
                said.add("completed")
    return {(run_id, word) for word in said}


def pictures(folder: Path, durability: Durability, seed: int) -> list[Picture[Fact]]:
    """What power cuts would have left, at random moments of a busy while."""
    dice = random.Random(seed)
    disks = Disks[Fact](seed, every=PICTURE_EVERY)
    store = Store.open(str(folder / "swf.db"), "sqlite:", durability, disks.open)
    store._connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    with closing(Disk(store, Unlocked(), LIMITS)) as disk, closing(Host(disk=disk, clock=SystemClock())) as host:
        session = Session(host)
        furnish(session.call)
        customers = [Customer(f"c{number}", random.Random(dice.random()), session.call, disks) for number in range(THREADS)]
        threads = [threading.Thread(target=customer.run) for customer in customers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        disks.cut()
    for customer in customers:
        for failure in customer.failures:
            raise failure
    return disks.pictures


def recovered(picture: Picture[Fact], path: Path) -> set[Fact]:
    """What a service that is started on the picture knows. Its file is sound, and its histories obey the laws."""
    picture.put(path)
    with closing(Disk.open(path, durability=Durability.FULL)) as disk, closing(Host(disk=disk, clock=SystemClock())) as host:
        call = Session(host).call
        known: set[Fact] = set()
        if not call("ListDomains", {"registrationStatus": "REGISTERED"})["domainInfos"]:
            return known
        types = call("ListActivityTypes", {"domain": DOMAIN, "registrationStatus": "REGISTERED"})["typeInfos"]
        known |= {("", info["activityType"]["name"]) for info in types}
        for operation in ("ListOpenWorkflowExecutions", "ListClosedWorkflowExecutions"):
            for info in call(operation, {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0.0}})["executionInfos"]:
                events = call("GetWorkflowExecutionHistory", {"domain": DOMAIN, "execution": info["execution"]})["events"]
                check_history(events)
                known |= promises(info["execution"]["runId"], events)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    return known


@pytest.mark.parametrize("seed", range(8))
def test_with_durability_full_every_acknowledged_request_is_found_after_a_power_loss(tmp_path: Path, seed: int) -> None:
    found = pictures(tmp_path, Durability.FULL, seed)
    for number, picture in enumerate(found):
        missing = picture.promised - recovered(picture, tmp_path / f"cut{number}.db")
        assert not missing, f"cut {number}, in which {picture.lost_writes} writes were lost"
    assert sum(picture.lost_writes for picture in found) > 0, "or the power never failed"
    assert found[-1].promised, "or nothing was promised"


def test_with_durability_process_a_power_loss_takes_the_last_requests_and_leaves_the_file_sound(tmp_path: Path) -> None:
    """Which also shows that the test above can fail."""
    missing: set[Fact] = set()
    for number, picture in enumerate(pictures(tmp_path, Durability.PROCESS, 0)):
        missing |= picture.promised - recovered(picture, tmp_path / f"cut{number}.db")
    assert missing
