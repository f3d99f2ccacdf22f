"""Threads that take turns: stopping, ending by an error, signals, and one step at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.runtime.loops import Loops
from engine.runtime.until_signal import Once, finish, run_until_signal


def test_turns_are_taken_until_told_to_stop() -> None:
    loops, turns = Loops("test"), threading.Semaphore(0)
    loops.start([turns.release, turns.release], lambda: None)
    for _ in range(10):
        assert turns.acquire(timeout=10)
    loops.stop()
    assert loops.join(10)
    assert not loops.running


def test_a_turn_that_raises_ends_them_all_and_the_error_is_kept() -> None:
    loops, ended = Loops("test"), threading.Event()

    def fail() -> None:
        raise ZeroDivisionError("in a turn")

    loops.start([fail, lambda: time.sleep(0.01)], ended.set)
    assert ended.wait(10)
    assert loops.join(10)
    with pytest.raises(ZeroDivisionError, match="in a turn"):
        loops.check()


def test_join_says_if_one_still_runs() -> None:
    loops, go = Loops("test"), threading.Event()
    loops.start([go.wait], lambda: None)
    loops.stop()
    assert not loops.join(0.01)
    go.set()
    assert loops.join(10)


class Recorder:
    """A part that notes what is asked of it, and ends as it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self._error = error
        self.deadline = 0.0
        self.on_end: Callable[[], None] | None = None

    def start(self, on_end: Callable[[], None]) -> None:
        self.asked.append("start")
        threading.Thread(target=on_end).start()

    def drain(self) -> None:
        self.asked.append("drain")

    def finish(self, deadline: float) -> None:
        self.asked.append("finish")
        self.deadline = deadline
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
    assert first.deadline == second.deadline > time.monotonic()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_wait_and_is_told(number: signal.Signals) -> None:
    class Waiting(Recorder):
        def start(self, on_end: Callable[[], None]) -> None:
            self.on_end = on_end
            threading.Timer(0.05, os.kill, [os.getpid(), number]).start()

    before = signal.getsignal(number)
    assert run_until_signal([Waiting()], 1) == number
    assert signal.getsignal(number) is before


def test_a_second_signal_cuts_the_wait_short() -> None:
    class Slow(Recorder):
        def start(self, on_end: Callable[[], None]) -> None:
            self.on_end = on_end
            os.kill(os.getpid(), signal.SIGINT)

        def finish(self, deadline: float) -> None:
            self.asked.append("finish")
            if len(self.asked) == 2:
                os.kill(os.getpid(), signal.SIGINT)
            while time.monotonic() < deadline:
                time.sleep(0.01)

    slow = Slow()
    run_until_signal([slow], 1000)
    assert slow.asked == ["drain", "finish", "finish"]


def test_once_takes_one_step() -> None:
    part = Recorder()
    once = Once(part)
    assert run_until_signal([once], 1) == 0
    assert once.did_something
    assert part.asked == ["step", "drain", "finish"]


WORKER = """
import sys
from pathlib import Path
from engine.graph.check import load_plan
from engine.runtime.register import register
from engine.runtime.start import StartOptions, start
from engine.runtime.decider import Decider, DeciderSettings
from engine.runtime.until_signal import run_until_signal
from engine.runtime.worker import Worker, WorkerSettings
from engine.swf.connect import connect

client, plan = connect("sqlite://:memory:"), load_plan(Path(sys.argv[1]))
register(client, [plan.spec])
start(client, plan.spec, 1, StartOptions())
parts = [Decider(client, [plan], DeciderSettings()), Worker(client, [plan.spec], WorkerSettings(grace=0.5))]
number = run_until_signal(parts, 0.2)
client.close()
print("ended by", number)
"""


def test_a_process_that_is_told_to_stop_leaves_no_program_behind(tmp_path: Path) -> None:
    script = "echo $$ > pid.new; mv pid.new pid; exec sleep 60"
    spec = """{"name": "S", "version": "1", "domain": "TEST", "taskList": "t",
      "activities": {"Sleep": {"version": "1", "run": {"command": ["sh", "-c", "%s"]}}},
      "nodes": {"sleep": {"type": "activity", "activity": "Sleep", "next": "done"}, "done": {"type": "terminal", "status": "completed"}}}"""
    (tmp_path / "spec.json").write_text(spec % script, encoding="utf-8")
    argv = [sys.executable, "-c", WORKER, str(tmp_path / "spec.json")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent.parent) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "pid").exists():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
    assert (said, process.returncode) == (f"ended by {signal.SIGTERM.value}\n", 0)
    assert not Path(f"/proc/{int((tmp_path / 'pid').read_text())}").exists()
