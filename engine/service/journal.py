"""Group commit: requests that arrive together share one transaction and one sync of the disk.

The rules, all of them under one mutex, the host's:

- Whoever changed something, or may have seen something that is not on disk yet, takes a *seat* and is told where it stands:
  everything is durable already; or somebody is committing, wait; or nobody is: *you lead*.
- The leader writes all that has been added so far, without the mutex, so that others go on adding. Then it wakes those whose
  additions are durable, and names the first of the rest its heir, who leads next. With one caller no thread is ever switched.
- A write that fails, fails for all: for those whose rows it had, and for those who came after, whose answers rest on them.

Never here: what a row means, or how it is written. Imports rows.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum

from engine.service.rows import Row

WEIGHT = 0.1
"""Of the latest write in the pace."""


class Standing(Enum):
    DURABLE = "durable"
    WAIT = "wait"
    LEAD = "lead"


class Seat:
    """One caller that waits. `wake` is called by whoever ends the wait, often with the mutex held: so it must not want it.

    After it: `error` says that the write failed; `leads`, that nobody commits unless this caller does.
    """

    __slots__ = ("error", "leads", "ticket", "wake")

    def __init__(self, wake: Callable[[], object]) -> None:
        self.wake = wake
        self.ticket = 0
        self.leads = False
        self.error: BaseException | None = None


class Journal:
    """What has been added and is not durable yet, and who waits for it. Every method but `lead` and `drain` wants the mutex held."""

    def __init__(self, write: Callable[[Sequence[Row]], None], mutex: threading.Lock, lost: Callable[[], None]) -> None:
        """`write` makes rows durable or raises; `lost` is called, with the mutex held, after rows were thrown away."""
        self._write = write
        self._mutex = mutex
        self._lost = lost
        self._rows: list[Row] = []
        self._added = 0
        self._settled = 0
        self._reach = 0
        self._led = False
        self._leader: Seat | None = None
        self._seats: deque[Seat] = deque()
        self._writing = False
        self._written = threading.Condition(mutex)
        self._awaited = 0
        self.pace = 0.0
        """How long a write takes, in seconds: the latest ones count most."""

    def add(self, rows: Sequence[Row]) -> None:
        """Note rows that are to be durable before anybody who comes from now on is answered."""
        self._rows.extend(rows)
        self._added += 1

    def take_seat(self, seat: Seat) -> Standing:
        """Say what the caller must do before it may answer."""
        if self._settled == self._added:
            return Standing.DURABLE
        seat.ticket = self._added
        if self._led:
            self._seats.append(seat)
            return Standing.WAIT
        self._led = True
        self._leader = seat
        return Standing.LEAD

    def volunteer(self) -> bool:
        """True: there are rows that nobody is about to write, and the caller, who need not wait for them, leads from now on."""
        if self._led or self._settled == self._added:
            return False
        self._led = True
        return True

    def leave(self, seat: Seat) -> bool:
        """The seat's caller goes away and will not wait. True: it has been named leader, and has to lead all the same."""
        if seat in self._seats:
            self._seats.remove(seat)
        return seat.leads

    def await_writer(self) -> None:
        """Wait until nobody is writing."""
        while self._writing:
            self._awaited += 1
            self._written.wait()
            self._awaited -= 1

    def lead(self) -> None:
        """Write what has been added, wake who waited for it, pass the lead on. Called without the mutex.

        Raises: what `write` raised, after everybody concerned has been told.
        """
        with self._mutex:
            if self._writing:
                self.await_writer()
            self._leader = None
            rows, self._rows = self._rows, []
            self._reach = self._added
            self._writing = True
        begun = time.perf_counter()
        try:
            if rows:
                self._write(rows)
        except BaseException as error:
            with self._mutex:
                self._reach = 0
                self.throw_away(error)
                self._finish()
            raise
        self.pace += WEIGHT * (time.perf_counter() - begun - self.pace)
        with self._mutex:
            reach, seats = self._reach, self._seats
            self._settled = max(self._settled, reach)  # what came after may have been thrown away meanwhile
            settled = []
            while seats and seats[0].ticket <= reach:
                settled.append(seats.popleft())
            self._finish()
        for seat in settled:  # without the mutex, which is the first thing that most of them will want
            seat.wake()

    def drain(self) -> None:
        """Write what is left, whoever was to do it. Called without the mutex, by the last one to go."""
        with self._mutex:
            self.await_writer()
            left = bool(self._rows)
        if left:
            self.lead()

    def throw_away(self, error: BaseException) -> None:
        """Give up all that is not being written at this moment, and tell everybody who waits for it."""
        self._rows.clear()
        self._settled = self._added
        if self._leader is not None:
            self._leader.error = error
        spared = self._reach if self._writing else 0
        doomed = [seat for seat in self._seats if seat.ticket > spared]
        self._seats = deque(seat for seat in self._seats if seat.ticket <= spared)
        for seat in doomed:
            seat.error = error
            seat.wake()
        self._lost()

    def _finish(self) -> None:
        self._writing = False
        if self._awaited:
            self._written.notify_all()
        self._led = bool(self._seats)
        if self._led:
            self._leader = self._seats.popleft()
            self._leader.leads = True
            self._leader.wake()
