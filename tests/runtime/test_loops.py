"""Threads that take turns: stopping, ending by an error, signals, and one step at a time."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.runtime.loops import Grace, Loops
from engine.runtime.until_signal import Once, finish, run_until_signal
from tests.runtime.world import PATIENCE


def test_turns_are_taken_until_told_to_stop() -> None:
    loops, turns = Loops("test"), threading.Semaphore(0)
    loops.start([turns.release, turns.release], lambda: None)
    for _ in range(10):
        assert turns.acquire(timeout=PATIENCE)
    loops.stop()
    assert loops.join(Grace(PATIENCE).remaining)
    assert not loops.running


def test_a_turn_that_raises_ends_them_all_and_the_error_is_kept() -> None:
    loops, ended = Loops("test"), threading.Event()

    def fail() -> None:
        raise ZeroDivisionError("in a turn")

    loops.start([fail, lambda: time.sleep(0.01)], ended.set)
    assert ended.wait(PATIENCE)
    assert loops.join(Grace(PATIENCE).remaining)
    with pytest.raises(ZeroDivisionError, match="in a turn"):
        loops.check()


def test_join_says_if_one_still_runs() -> None:
    loops, go = Loops("test"), threading.Event()
    loops.start([go.wait], lambda: None)
    loops.stop()
    assert not loops.join(Grace(0.01).remaining)
    go.set()
    assert loops.join(Grace(PATIENCE).remaining)


class Recorder:
    """A part that notes what is asked of it, and ends as it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self._error = error
        self.grace = Grace(0)
        self.on_end: Callable[[], None] | None = None

    def start(self, on_end: Callable[[], None]) -> None:
        self.asked.append("start")
        threading.Thread(target=on_end).start()

    def drain(self) -> None:
        self.asked.append("drain")

    def finish(self, grace: Grace) -> None:
        self.asked.append("finish")
        self.grace = grace
        if self._error is not None:
            raise self._error

    def step(self) -> bool:
        self.asked.append("step")
        return True


def test_a_part_that_ends_by_itself_takes_the_others_with_it() -> None:
    first, second = Recorder(RuntimeError("first")), Recorder()
    with pytest.raises(RuntimeError, match="first"):
        run_until_signal([first, second], 1)
    assert first.asked == second.asked == ["start", "drain", "finish"]


def test_all_are_drained_before_any_is_waited_for() -> None:
    order: list[str] = []
    first, second = Recorder(), Recorder()
    first.asked = second.asked = order
    finish([first, second], 1000)
    assert order == ["drain", "drain", "finish", "finish"]
    assert first.grace is second.grace
    assert 0 < first.grace.remaining() <= 1000


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_wait_and_is_told(number: signal.Signals) -> None:
    class Waiting(Recorder):
        def start(self, on_end: Callable[[], None]) -> None:
            self.on_end = on_end
            threading.Timer(0.05, os.kill, [os.getpid(), number]).start()

    before = signal.getsignal(number)
    assert run_until_signal([Waiting()], 1) == number
    assert signal.getsignal(number) is before


def test_further_signals_take_the_grace_away_and_raise_nothing() -> None:
    class Slow(Recorder):
        def start(self, on_end: Callable[[], None]) -> None:
            self.on_end = on_end
            os.kill(os.getpid(), signal.SIGINT)

        def finish(self, grace: Grace) -> None:
            assert grace.remaining() > 0
            os.kill(os.getpid(), signal.SIGINT)
            while grace.remaining() > 0:
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGTERM)
            super().finish(grace)

    slow = Slow()
    assert run_until_signal([slow], 1000) == signal.SIGINT
    assert slow.asked == ["drain", "finish"]
    assert slow.grace.cuts == 2


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with worker_handles() as number:
            assert number == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@contextlib.contextmanager
def worker_handles() -> Iterator[object]:
    """What becomes of SIGHUP while a part runs."""
    seen: list[object] = []

    class Looking(Recorder):
        def start(self, on_end: Callable[[], None]) -> None:
            seen.append(signal.getsignal(signal.SIGHUP))
            super().start(on_end)

    run_until_signal([Looking()], 1)
    yield seen[0]


def test_once_takes_one_step() -> None:
    part = Recorder()
    once = Once(part)
    assert run_until_signal([once], 1) == 0
    assert once.did_something
    assert part.asked == ["step", "drain", "finish"]


WORKER = """
import logging
import sys
from pathlib import Path
from engine.graph.check import load_plan
from engine.runtime.register import register
from engine.runtime.start import StartOptions, start
from engine.runtime.decider import Decider, DeciderSettings
from engine.runtime.until_signal import run_until_signal
from engine.runtime.worker import Worker, WorkerSettings
from engine.swf.connect import connect

logging.basicConfig(stream=sys.stdout, format="%(message)s")
client, plan, grace = connect("sqlite://:memory:"), load_plan(Path(sys.argv[1])), float(sys.argv[2])
register(client, [plan.spec])
start(client, plan.spec, 1, StartOptions())
parts = [Decider(client, [plan], DeciderSettings()), Worker(client, [plan.spec], WorkerSettings(grace=grace))]
number = run_until_signal(parts, grace)
client.close()
print("ended by", number)
"""

SPEC = """{"name": "S", "version": "1", "domain": "TEST", "taskList": "t",
  "activities": {"Sleep": {"version": "1", "run": {"command": ["sh", "-c", "%s"]}}},
  "nodes": {"sleep": {"type": "activity", "activity": "Sleep", "next": "done"}, "done": {"type": "terminal", "status": "completed"}}}"""


@contextlib.contextmanager
def worker_process(folder: Path, script: str, grace: float) -> Iterator[subprocess.Popen[str]]:
    """A worker in a process of its own, which runs that script already; the script has written its pid."""
    (folder / "spec.json").write_text(SPEC % script, encoding="utf-8")
    argv = [sys.executable, "-c", WORKER, str(folder / "spec.json"), str(grace)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent.parent) as process:
        deadline = time.monotonic() + PATIENCE
        while not (folder / "pid").exists():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.02)
        yield process
        assert not Path(f"/proc/{int((folder / 'pid').read_text())}").exists()


def test_a_process_that_is_told_to_stop_leaves_no_program_behind(tmp_path: Path) -> None:
    with worker_process(tmp_path, "echo $$ > pid.new; mv pid.new pid; exec sleep 60", grace=0.2) as process:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=PATIENCE)
    assert said.endswith(f"ended by {signal.SIGTERM.value}\n")
    assert process.returncode == 0


def test_who_asks_three_times_is_obeyed_at_once_even_by_a_program_that_ignores_term(tmp_path: Path) -> None:
    script = "trap '' TERM; echo $$ > pid.new; mv pid.new pid; while :; do sleep 0.05; done"
    with worker_process(tmp_path, script, grace=1000) as process:
        assert process.stdout is not None
        for expected in ("Stopping:", "Sleep is to stop:"):
            process.send_signal(signal.SIGINT)
            assert expected in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
