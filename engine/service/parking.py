"""The polls that found nothing and wait: one line per task list, first come, first served; each leaves after LONG_POLL seconds.

Here too: answers whose poller went away before they reached it, kept for the next poll that asks the same. Never: putting a request to the
core, waking anybody; host.py does that, and holds its mutex around every call. Imports journal (a poll waits in a seat) and core's types.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from engine.service.answers import Answer as AnyAnswer
from engine.service.answers import Later, Reply
from engine.service.core import Core
from engine.service.faults import Fault
from engine.service.journal import Seat
from engine.service.queues import QueueKey

LONG_POLL = 60.0
"""Seconds that SWF parks a poll (API reference, PollForDecisionTask)."""

KEPT = 10.0
"""Seconds that an answer without a poller is kept; then the task's own timeouts see to it, as they would on AWS."""

POLLS = frozenset({"PollForActivityTask", "PollForDecisionTask"})

Answer: TypeAlias = Reply | Later | Fault


class Caller:
    """One connection to the service, whose polls can be ended all at once."""

    __slots__ = ("interrupted",)

    def __init__(self) -> None:
        self.interrupted = False


class Visit(Seat):
    """One request from its arrival to its answer."""

    __slots__ = ("answer", "caller", "deadline", "operation", "request")

    def __init__(self, wake: Callable[[], object], caller: Caller, operation: str, request: Mapping[str, Any]) -> None:
        # Seat's own, written out: one is made for every request.
        self.wake = wake
        self.ticket = 0
        self.leads = False
        self.error = None
        self.caller = caller
        self.operation = operation
        self.request = request
        self.answer: Answer | None = None
        """None while it waits in the parking."""
        self.deadline = math.inf

    def again(self) -> Visit:
        """Another one that asks for the same."""
        return Visit(self.wake, self.caller, self.operation, self.request)

    def ask(self, core: Core, now: float) -> AnyAnswer:
        """Put the request to the core. Raises: Fault."""
        return core.handle(self.operation, self.request, now)

    def empty(self, core: Core) -> Reply:
        """The answer of a poll that found nothing."""
        return Reply(core.empty_poll(self.operation))

    @property
    def polls(self) -> bool:
        return self.operation in POLLS

    @property
    def holds_task(self) -> bool:
        """It is a poll, and its answer is a task that has been started."""
        match self.answer:
            case Reply(body=body):
                return self.polls and bool(body.get("taskToken"))
            case Later():
                return self.polls
            case _:
                return False

    def asks_like(self, other: Visit) -> bool:
        """Both ask for the same; who asks makes no difference to a poll's answer."""
        return self.operation == other.operation and _question(self.request) == _question(other.request)


class Parking:
    """All parked polls."""

    def __init__(self) -> None:
        self._lines: dict[QueueKey, OrderedDict[Visit, None]] = {}
        self._all: OrderedDict[Visit, QueueKey] = OrderedDict()
        self._left: list[tuple[float, Visit]] = []

    def park(self, visit: Visit, queue: QueueKey, now: float) -> None:
        """To the end of the line. `now` never goes back from one call to the next: so the line of deadlines is the line of arrivals."""
        visit.deadline = now + LONG_POLL
        self._all[visit] = queue
        line = self._lines.get(queue)
        if line is None:
            line = self._lines[queue] = OrderedDict()
        line[visit] = None

    def leave(self, visit: Visit) -> None:
        """Out of the line, where it is in one."""
        queue = self._all.pop(visit, None)
        if queue is None:
            return
        line = self._lines[queue]
        del line[visit]
        if not line:
            del self._lines[queue]

    def first(self, queue: QueueKey) -> Visit | None:
        line = self._lines.get(queue)
        return next(iter(line)) if line else None

    def everybody(self) -> list[Visit]:
        """In order of arrival."""
        return list(self._all)

    def of(self, caller: Caller) -> list[Visit]:
        return [visit for visit in self._all if visit.caller is caller]

    def expired(self, now: float) -> list[Visit]:
        """Those whose time is over, first of all the longest waiting."""
        over = []
        for visit in self._all:
            if visit.deadline > now:
                break
            over.append(visit)
        return over

    def counts(self) -> dict[QueueKey, int]:
        """How many polls wait, in each line that has any."""
        return {queue: len(line) for queue, line in self._lines.items()}

    def next_deadline(self) -> float:
        return next(iter(self._all)).deadline if self._all else math.inf

    def leave_behind(self, visit: Visit, now: float) -> None:
        """Keep the answer of a poll whose poller went away after a task had been started for it."""
        self._left.append((now + KEPT, visit))

    @property
    def has_left_behind(self) -> bool:
        return bool(self._left)

    def claim(self, visit: Visit, now: float) -> Answer | None:
        """An answer that was left behind and is what this poll asks for."""
        self._left = [(until, left) for until, left in self._left if until > now]
        for entry in self._left:
            if entry[1].asks_like(visit):
                self._left.remove(entry)
                return entry[1].answer
        return None

    def forget_left(self) -> None:
        """Give up the answers without a poller: what they rest on was lost."""
        self._left.clear()


def _question(request: Mapping[str, Any]) -> dict[str, Any]:
    """What a poll asks for; who asks makes no difference to the answer."""
    return {name: value for name, value in request.items() if name != "identity"}
