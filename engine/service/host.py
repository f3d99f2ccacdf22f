"""The shell around the core: it alone has the mutex, the time and the disk, and nobody is answered before the disk knows.

The steps of a request (sessions.py takes them, from a thread or from an event loop):

1. Under the mutex: what is due fires, the core handles the request, polls that got a task thereby are handed it (their pollers
   sleep on), and all the changes go to the journal.
2. Outside: one of those who wait makes everything durable that was added so far (journal.py).
3. Then everybody concerned answers: reads and faults too, for they may have seen what was not durable yet.

A poll that finds nothing parks (parking.py). One more thread, the timekeeper, sleeps until something is due. Where a write fails,
or the core meets a bug, memory is dropped and read again from disk: nobody is told that something holds which does not.
Never here: what a request means (core), what a row looks like on disk (store). Imports the rest of the service but its HTTP face.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from engine.errors import DatabaseUnusable, EndpointError, EndpointUnavailable
from engine.service.answers import Parked, Reply
from engine.service.clock import Clock
from engine.service.disk import Disk
from engine.service.faults import Fault
from engine.service.journal import Journal, Standing
from engine.service.parking import Answer, Caller, Parking, Visit
from engine.service.tally import Census

log = logging.getLogger(__name__)

SLOW = 0.0005
"""Seconds: several times what it costs to have another thread write."""

PAUSE = 1.0
"""Seconds before the timekeeper tries again what failed."""


def _nothing(_now: float) -> None:
    return


class Host:
    """One embedded service over one database. Safe to use from many threads; ends with `close`."""

    def __init__(self, *, disk: Disk, clock: Clock) -> None:
        self.url = disk.url
        self._disk = disk
        self._clock = clock
        self._mutex = threading.Lock()
        self._journal = Journal(disk.write, self._mutex, self._forget)
        self._parking = Parking()
        self._latest = 0.0
        self._closed = False
        self._core = disk.load()
        self._stale = False
        self._alarm = threading.Condition(self._mutex)
        self._wakes_at = -math.inf
        self._timekeeper = threading.Thread(target=self._keep_time, name="swf-timekeeper", daemon=True)
        self._timekeeper.start()

    def admit(self, visit: Visit) -> Standing:
        """Apply the request. Then: DURABLE, answer; LEAD, call `lead`; WAIT, and after LEAD without an answer too, until woken."""
        with self._mutex:
            if self._is_sent_away(visit):
                return Standing.DURABLE
            handed = self._apply([visit])
            standing = self._stand(visit)
            if handed:
                self._seat(handed)
            return standing

    def admit_all(self, answers: Sequence[Visit], polls: list[Visit], most: int) -> tuple[Visit, Standing]:
        """Apply requests and the one poll after them, which may park; where it finds a task, `polls` gets more that did so too, up to
        `most`. Which visit has to settle before `answers` may be answered, and where that one stands; once it has settled, polls that
        found something may be answered too.
        """
        [poll] = polls
        with self._mutex:
            if self._is_sent_away(poll):
                handed = self._apply(answers)
            else:
                handed = self._apply([*answers, poll], then=partial(self._repeat, polls, most))
            self._note_changes()
            self._reset_alarm()
            seated = answers[0] if poll.answer is None else poll
            standing = self._journal.take_seat(seated)  # before any poll that is handed something: so it settles before it
            self._seat(handed)
            return seated, standing

    @property
    def writes_slowly(self) -> bool:
        """A write takes so long, lately, that an event loop had better not stand still meanwhile."""
        return self._journal.pace > SLOW

    def lead(self) -> None:
        """Make everything durable that was added so far. Raises: DatabaseUnusable (it can't be; everybody concerned knows)."""
        self._journal.lead()

    def abandon(self, visit: Visit) -> bool:
        """The caller goes away before its answer: a task that was started for it goes to the next who asks. True: call `lead`."""
        with self._mutex:
            leads = self._journal.leave(visit)
            self._parking.leave(visit)
            if visit.holds_task:
                self._pass_on(visit)
            return leads

    def interrupt(self, caller: Caller) -> None:
        """Answer the caller's parked polls as if their time were over, and its polls to come at once."""
        with self._mutex:
            caller.interrupted = True
            self._send_away(self._parking.of(caller))

    def census(self) -> Census:
        """What there is now."""
        with self._mutex:
            return self._core.census(self._parking.counts())

    def close(self) -> None:
        """Answer every parked poll with nothing, write what is left. Requests after this are refused, and the disk is not touched."""
        with self._mutex:
            if self._closed:
                return
            self._closed = True
            self._send_away(self._parking.everybody())
            self._alarm.notify()
        self._timekeeper.join()
        self._journal.drain()

    # Everything below wants the mutex held, but `_keep_time` and `_lead_for_all`.

    def _moment(self) -> float:
        """Now; never earlier than it has been, whatever is done to the machine's clock: events are in order of time."""
        now = self._clock.now()
        self._latest = max(self._latest, now)
        return self._latest

    def _catch_up(self, handed: list[Visit]) -> float:
        """Read the core again where it was dropped, and offer the parked polls what it has then. What is due, it fires itself."""
        now = self._moment()
        if self._stale:
            self._journal.await_writer()
            try:
                self._core = self._disk.load()
            except DatabaseUnusable as error:
                raise EndpointUnavailable(self.url, f"it has to be read again after a failure, and can't be yet: {error}") from error
            self._stale = False
            for poll in self._parking.everybody():
                self._offer(poll, handed, now)
        return now

    def _is_sent_away(self, visit: Visit) -> bool:
        """An interrupted caller's polls end at once."""
        if visit.caller.interrupted and visit.polls:
            visit.answer = self._nothing(visit)
            return True
        return False

    def _apply(self, visits: Sequence[Visit], then: Callable[[float], None] = _nothing) -> list[Visit]:
        """Have the core handle them, one after the other, and do what comes then; the parked polls that were handed a task thereby."""
        if self._closed:
            raise EndpointError(self.url, "this embedded service has been closed; connect again")
        handed: list[Visit] = []
        try:
            now = self._catch_up(handed)
            for visit in visits:
                self._serve(visit, now)
                self._hand_out(handed, now)
            then(now)
        except BaseException as error:
            for visit in visits:
                self._parking.leave(visit)
            self._start_over(error, handed)
            raise
        return handed

    def _serve(self, visit: Visit, now: float) -> None:
        if self._parking.has_left_behind and visit.polls:
            visit.answer = self._parking.claim(visit, now)
            if visit.answer is not None:
                return
        answer = self._ask(visit, now)
        if isinstance(answer, Parked):
            self._parking.park(visit, answer.queue, now)
        else:
            visit.answer = answer

    def _repeat(self, polls: list[Visit], most: int, now: float) -> None:
        """Add polls like the first one, as long as there are tasks for them."""
        while len(polls) < most and polls[-1].holds_task:
            poll = polls[0].again()
            answer = self._ask(poll, now)
            if isinstance(answer, Parked):
                return
            poll.answer = answer
            polls.append(poll)

    def _ask(self, visit: Visit, now: float) -> Answer | Parked:
        try:
            return visit.ask(self._core, now)
        except Fault as fault:
            return fault

    def _hand_out(self, handed: list[Visit], now: float) -> None:
        """Give the tasks there are to the polls that wait for them: one poll per task, the one that has waited longest."""
        while ready := self._core.take_ready():
            for queue in ready:
                poll = self._parking.first(queue)
                if poll is not None:
                    self._offer(poll, handed, now)

    def _offer(self, poll: Visit, handed: list[Visit], now: float) -> None:
        answer = self._ask(poll, now)
        if not isinstance(answer, Parked):
            self._parking.leave(poll)
            poll.answer = answer
            handed.append(poll)

    def _pass_on(self, visit: Visit) -> None:
        """What a poller that went away would have had: to one that asks the same, now or soon."""
        for poll in self._parking.everybody():
            if poll.asks_like(visit):
                self._parking.leave(poll)
                poll.answer = visit.answer
                self._seat([poll])
                return
        self._parking.leave_behind(visit, self._moment())

    def _stand(self, visit: Visit) -> Standing:
        """Where the visit stands, once all that it caused is in the journal."""
        changed = self._note_changes()
        if visit.answer is not None:
            if changed:
                self._reset_alarm()
            return self._journal.take_seat(visit)
        self._reset_alarm()
        return Standing.LEAD if self._journal.volunteer() else Standing.WAIT

    def _note_changes(self) -> bool:
        """Whether there were any."""
        rows = self._core.take_changes()
        if rows:
            self._journal.add(rows)
        return bool(rows)

    def _reset_alarm(self) -> None:
        """Wake the timekeeper where something may be due before it would wake by itself: it knows better then."""
        if self._stale or min(self._core.next_look(), self._parking.next_deadline()) < self._wakes_at:
            self._alarm.notify()

    def _seat(self, handed: Iterable[Visit]) -> None:
        """Have those who were handed a task answer once it is durable. Somebody leads already, or there is nothing to write."""
        for poll in handed:
            if self._journal.take_seat(poll) is Standing.DURABLE:
                poll.wake()

    def _send_away(self, polls: Iterable[Visit]) -> None:
        for poll in polls:
            self._parking.leave(poll)
            poll.answer = self._nothing(poll)
            poll.wake()

    def _nothing(self, poll: Visit) -> Reply:
        return poll.empty(self._core)

    def _start_over(self, error: BaseException, handed: Iterable[Visit]) -> None:
        """Drop memory, which may be half changed, and all that rests on it."""
        self._journal.throw_away(error)
        for poll in handed:
            poll.error = error
            poll.wake()

    def _forget(self) -> None:
        self._stale = True
        self._parking.forget_left()
        self._alarm.notify()

    def _next_due(self) -> float:
        if self._stale:
            return -math.inf
        due, deadline = self._core.next_due(), self._parking.next_deadline()
        return min(deadline, due)

    def _keep_time(self) -> None:
        while True:
            with self._mutex:
                self._sleep()
                if self._closed:
                    return
                leads = self._fire()
            if leads:
                self._lead_for_all()

    def _sleep(self) -> None:
        """Until something is due."""
        while not self._closed and self._next_due() > self._moment():
            self._wakes_at = self._next_due()
            self._clock.wait(self._alarm, self._wakes_at)
            self._wakes_at = -math.inf

    def _fire(self) -> bool:
        """Everything that is due. True: there are changes, and the timekeeper leads."""
        handed: list[Visit] = []
        try:
            now = self._catch_up(handed)
            self._core.tick(now)
            self._hand_out(handed, now)
        except Exception as error:  # the outermost loop of its thread: it goes on
            log.exception("%s: what was due could not be done; trying again from what is on disk", self.url)
            self._start_over(error, handed)
            self._alarm.wait(PAUSE)
            return False
        self._note_changes()
        leads = self._journal.volunteer()
        self._seat(handed)
        self._send_away(self._parking.expired(now))
        return leads

    def _lead_for_all(self) -> None:
        try:
            self._journal.lead()
        except Exception:  # the outermost loop of its thread: it goes on
            log.exception("%s: what was due could not be made durable; trying again from what is on disk", self.url)
            with self._mutex:
                self._alarm.wait(PAUSE)
