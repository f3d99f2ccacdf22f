"""Run one program to its end: feed its stdin, read its stdout up to a bound, hand on its stderr line by line, stop its whole
process group when told to. Knows nothing of activities: `command` says what to run and what its end means.

One thread, one selector: the pipes, the end of the process and the request to stop are all waited for at once, so nothing here
can deadlock on a full pipe. The program leads a session of its own: a Ctrl-C at our terminal is not its Ctrl-C, and its children
can be ended with it. Children that it leaves behind live on, as they would under cron; if they hold stdout open, what was
written until shortly after the program's end is what counts. Imports `runtime.task`.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from engine.runtime.task import Leash
from engine.spec.model import ABSENT

STDOUT_LIMIT: Final = 1 << 20
"""Bytes of stdout that are kept unless told otherwise: what is longer can't become a result of 32,768 characters."""

STDERR_TAIL: Final = 8192
"""Bytes of stderr that are kept: its end, which becomes a failure's details."""

_CHUNK: Final = 1 << 16
_LINGER: Final = 0.25
"""Seconds after the program's end in which somebody else who holds its pipes may still write."""
_GROUP_POLL: Final = 0.02
_EXIT_POLL: Final = 0.05
"""Seconds between looks where the operating system can't wake us (no pidfd: macOS)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    argv: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    stdin: bytes
    grace: float
    """Seconds between TERM and KILL."""
    stdout_limit: int = STDOUT_LIMIT
    """Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    code: int
    """As `subprocess` counts: negative is a signal's number."""
    stdout: bytes
    stdout_complete: bool
    """False: there was more than the program's stdout_limit."""
    stderr: bytes
    """The last STDERR_TAIL bytes."""
    stopped: bool
    """It was still running when it was told to leash."""


def run_program(program: Program, leash: Leash, on_stderr: Callable[[str], None]) -> Exit:
    """Run it to its end. `on_stderr` gets each line of stderr, without its line break.

    Raises: OSError or ValueError where the program can't be started.
    """
    process = subprocess.Popen(  # noqa: S603 - argv comes from the spec, never from the wire; there is no shell
        program.argv,
        cwd=program.folder,
        env=program.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    )
    try:
        with contextlib.closing(_Watch(process, program, on_stderr)) as watch:
            leash.listen(watch.wake)
            try:
                return watch.until_end(leash)
            finally:
                leash.unlisten()
    finally:
        if process.poll() is None:  # we leave by an exception: nothing may stay behind
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()


@dataclass(slots=True)
class _Lines:
    """Splits bytes into lines as they come; a line longer than a chunk is cut there."""

    emit: Callable[[str], None]
    rest: bytearray = field(default_factory=bytearray)

    def feed(self, chunk: bytes) -> None:
        self.rest += chunk
        *lines, last = self.rest.split(b"\n")
        if len(last) > _CHUNK:
            lines.append(last)
            last = bytearray()
        self.rest = last
        for line in lines:
            self.emit(line.decode("utf-8", "replace").rstrip("\r"))

    def end(self) -> None:
        if self.rest:
            self.feed(b"\n")


class _Watch:
    """The one loop over a running program. Made, run once by `until_end`, closed."""

    def __init__(self, process: subprocess.Popen[bytes], program: Program, on_stderr: Callable[[str], None]) -> None:
        self._process = process
        self._grace = program.grace
        self._room = program.stdout_limit
        self._unwritten = memoryview(program.stdin)
        self._stdout = bytearray()
        self._overflow = False
        self._stderr = bytearray()
        self._lines = _Lines(on_stderr)
        self._readers = 2
        self._stopped = False
        self._kill_at = float("inf")
        self._selector = selectors.DefaultSelector()
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)
        self._pidfd = _pidfd(process.pid)
        self._watch_pipes()

    def wake(self) -> None:
        """From any thread: look at the stop signal now."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._waker, b"!")

    def close(self) -> None:
        self._lines.end()
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            _piped(pipe).close()
        for fd in (self._woken, self._waker, self._pidfd):
            if fd >= 0:
                os.close(fd)

    def until_end(self, leash: Leash) -> Exit:
        while self._process.poll() is None:
            self._turn(self._until_next_look())
            self._heed(leash)
        self._linger(leash)
        return Exit(
            code=self._process.returncode,
            stdout=bytes(self._stdout),
            stdout_complete=not self._overflow,
            stderr=bytes(self._stderr[-STDERR_TAIL:]),
            stopped=self._stopped,
        )

    def _watch_pipes(self) -> None:
        if self._unwritten:
            self._watch(_piped(self._process.stdin), selectors.EVENT_WRITE, self._write)
        else:
            _piped(self._process.stdin).close()
        self._watch(_piped(self._process.stdout), selectors.EVENT_READ, self._read_stdout)
        self._watch(_piped(self._process.stderr), selectors.EVENT_READ, self._read_stderr)
        self._selector.register(self._woken, selectors.EVENT_READ, self._read_wake)
        if self._pidfd >= 0:
            self._selector.register(self._pidfd, selectors.EVENT_READ, self._see_end)

    def _watch(self, pipe: IO[bytes], events: int, act: Callable[[IO[bytes]], None]) -> None:
        os.set_blocking(pipe.fileno(), False)
        self._selector.register(pipe, events, lambda: act(pipe))

    def _until_next_look(self) -> float | None:
        if self._pidfd < 0:
            return _EXIT_POLL
        return None if self._kill_at == float("inf") else max(0.0, self._kill_at - time.monotonic())

    def _turn(self, timeout: float | None) -> None:
        for key, _ in self._selector.select(timeout):
            key.data()

    def _heed(self, leash: Leash) -> None:
        if leash.why is not ABSENT and not self._stopped and self._process.poll() is None:
            self._stopped = True
            self._kill_at = time.monotonic() + self._grace
            _signal_group(self._process.pid, signal.SIGTERM)
        elif self._stopped and (leash.urgent or time.monotonic() >= self._kill_at):
            _signal_group(self._process.pid, signal.SIGKILL)
            self._kill_at = float("inf")

    def _linger(self, leash: Leash) -> None:
        """The program has ended. Read what is left; where it was stopped, end what is left of its group too."""
        deadline = time.monotonic() + _LINGER
        while self._readers and time.monotonic() < deadline:
            self._turn(max(0.0, deadline - time.monotonic()))
        if not self._stopped:
            return
        while _group_lives(self._process.pid) and time.monotonic() < self._kill_at and not leash.urgent:
            self._turn(_GROUP_POLL)
        _signal_group(self._process.pid, signal.SIGKILL)

    def _write(self, pipe: IO[bytes]) -> None:
        try:
            written = os.write(pipe.fileno(), self._unwritten[:_CHUNK])
        except BlockingIOError:
            return
        except BrokenPipeError:  # it does not read its input: its own business
            written = len(self._unwritten)
        self._unwritten = self._unwritten[written:]
        if not self._unwritten:
            self._selector.unregister(pipe)
            pipe.close()

    def _read_stdout(self, pipe: IO[bytes]) -> None:
        chunk = self._read(pipe)
        self._overflow = self._overflow or len(chunk) > self._room
        self._stdout += chunk[: self._room]
        self._room -= min(len(chunk), self._room)

    def _read_stderr(self, pipe: IO[bytes]) -> None:
        chunk = self._read(pipe)
        self._lines.feed(chunk)
        self._stderr = (self._stderr + chunk)[-STDERR_TAIL:]

    def _read(self, pipe: IO[bytes]) -> bytes:
        try:
            chunk = os.read(pipe.fileno(), _CHUNK)
        except BlockingIOError:
            return b""
        if not chunk:
            self._readers -= 1
            self._selector.unregister(pipe)
        return chunk

    def _read_wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._woken, _CHUNK)

    def _see_end(self) -> None:
        if self._process.poll() is not None:
            self._selector.unregister(self._pidfd)


def _piped(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the program was started without this pipe")
    return pipe


def _pidfd(pid: int) -> int:
    """A file descriptor that becomes readable when the process ends; -1 where there is no such thing."""
    if sys.platform != "linux":
        return -1
    try:
        return os.pidfd_open(pid)
    except OSError:
        return -1


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says EPERM of a group of zombies
        os.killpg(pid, number)


def _group_lives(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
