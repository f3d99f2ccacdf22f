"""The two faces of the host: `Session.call` blocks a thread, `Session.admit` gives an event loop something to await.

Here: how a caller waits, and what becomes of a caller that stops waiting. A poll parked in an event loop costs no thread. A loop
that is to lead a commit does so at the end of its round, so that all that arrived in one round shares one commit: itself, and no
thread is switched; or, where the disk is slow, in another thread, and goes on meanwhile. Never: what a request means.
Imports host, invoking and parking.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn, TypeAlias

from engine.errors import DatabaseUnusable, EndpointUnavailable
from engine.service.answers import Answer, Later, Reply
from engine.service.core import Core
from engine.service.faults import Fault
from engine.service.host import Host
from engine.service.invoking import Errand, TakeInvocation
from engine.service.journal import Standing
from engine.service.parking import Caller, Visit

Request: TypeAlias = tuple[str, Mapping[str, Any]]
"""Operation and request."""

Answered: TypeAlias = Callable[[], Mapping[str, Any]]
"""Gives an answer, or raises as `Session.call` does."""

Told: TypeAlias = tuple[Request, Callable[[Answered], None]]
"""A request, and who is told what came of it, once."""


class Session:
    """One caller's connection to a host. Safe to use from many threads and from one event loop at once."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._caller = Caller()

    def call(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer, once it is durable; a poll that finds nothing blocks for up to a minute.

        Raises: Fault, EndpointUnavailable (nothing of the request is kept, as far as can be known), EndpointError (closed).
        """
        gate = threading.Lock()
        gate.acquire()
        return self._settle(Visit(gate.release, self._caller, operation, request), gate)

    def exchange(self, answers: Sequence[Told], poll: Request, most: int) -> list[Mapping[str, Any]]:
        """All requests, one after the other; what the poll brought, and as many tasks more as there are at once, up to `most` in all.

        An answer's outcome is told once that is durable, which the poll's own changes are too by then: so there is one wait for all.
        Raises: as `call`, for the poll.
        """
        settled, found = threading.Lock(), threading.Lock()
        visits = [Visit(settled.release, self._caller, *request) for request, _ in answers]
        polls = [Visit(found.release, self._caller, *poll)]
        settled.acquire()
        found.acquire()
        try:
            seated, standing = self._host.admit_all(visits, polls, most)
        except EndpointUnavailable as error:
            for _, told in answers:
                told(partial(_refuse, error))
            raise
        parked = seated is not polls[0]
        try:
            if standing is not Standing.DURABLE:
                self._wait(seated, settled if parked else found, standing)
        except BaseException:
            self._abandon(*(visit for visit in polls if visit is not seated))
            raise
        try:
            for visit, (_, told) in zip(visits, answers, strict=True):
                visit.error = seated.error
                told(partial(self.answer, visit))
        except BaseException:
            self._abandon(*polls)
            raise
        if parked:
            self._wait(polls[0], found, Standing.WAIT)
        for visit in polls[1:]:
            visit.error = seated.error
        return [self.answer(visit) for visit in polls]

    def attend(self, errand: Errand) -> Mapping[str, Any]:
        """As `call`, with an errand of the service itself; one that finds nothing comes back empty after a minute."""
        gate = threading.Lock()
        gate.acquire()
        return self._settle(_Errand(gate.release, self._caller, errand), gate)

    def _settle(self, visit: Visit, gate: threading.Lock) -> Mapping[str, Any]:
        standing = self._host.admit(visit)
        if standing is not Standing.DURABLE:
            self._wait(visit, gate, standing)
        return self.answer(visit)

    def _wait(self, visit: Visit, gate: threading.Lock, standing: Standing) -> None:
        try:
            if standing is Standing.LEAD:
                parked = visit.answer is None
                self._lead(visit, parked=parked)
                if not parked:
                    return
            gate.acquire()
        except BaseException:
            self._abandon(visit)
            raise
        if visit.leads:
            self._lead(visit, parked=False)

    def _abandon(self, *visits: Visit) -> None:
        """Nobody waits for them any more."""
        for visit in visits:
            if self._host.abandon(visit):
                self._lead(visit, parked=True)

    def _lead(self, visit: Visit, *, parked: bool) -> None:
        """`parked`: what fails is not this visit's own."""
        visit.leads = False
        try:
            self._host.lead()
        except DatabaseUnusable as error:
            if not parked:
                visit.error = error

    def admit(self, operation: str, request: Mapping[str, Any]) -> Awaited:
        """Apply the request, in the running event loop; then await its `settled()` and ask for `answer`. Raises: as `call`."""
        visit = Awaited(self._host, self._caller, operation, request)
        visit.follow(self._host.admit(visit))
        return visit

    async def acall(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """As `call`, in the running event loop. Canceling it loses no task."""
        visit = self.admit(operation, request)
        await visit.settled()
        return self.answer(visit)

    def answer(self, visit: Visit) -> Mapping[str, Any]:
        """What a visit that has been waited for gives. Raises: as `call`."""
        if visit.error is not None:
            message = f"nothing of this request is kept, since it could not be made durable; ask again later ({visit.error})"
            raise EndpointUnavailable(self._host.url, message) from visit.error
        match visit.answer:
            case Reply(body=body):
                return body
            case Later(build=build):
                return build()
            case Fault() as fault:
                raise fault
            case None:
                raise RuntimeError("a visit is asked for its answer before it has settled")

    def interrupt(self) -> None:
        """End this session's parked polls as if their time were over, and its polls to come at once."""
        self._host.interrupt(self._caller)


class _Errand(Visit):
    """A visit by the service itself."""

    __slots__ = ("_errand",)

    def __init__(self, wake: Callable[[], object], caller: Caller, errand: Errand) -> None:
        super().__init__(wake, caller, type(errand).__name__, {})
        self._errand = errand

    @property
    def polls(self) -> bool:
        return type(self._errand) is TakeInvocation

    def ask(self, core: Core, now: float) -> Answer:
        return core.attend(self._errand, now)

    def empty(self, _core: Core) -> Reply:
        return Reply({})


class Awaited(Visit):
    """A visit that an event loop waits for."""

    __slots__ = ("_future", "_host", "_loop", "_thread")

    def __init__(self, host: Host, caller: Caller, operation: str, request: Mapping[str, Any]) -> None:
        super().__init__(self._woken, caller, operation, request)
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._future: asyncio.Future[None] = self._loop.create_future()

    @property
    def parked(self) -> bool:
        """It has found nothing so far, and may wait for long."""
        return self.answer is None

    def follow(self, standing: Standing) -> None:
        """Do what the host asked for when it admitted the visit."""
        match standing:
            case Standing.DURABLE:
                self._resolve()
            case Standing.LEAD:
                self._loop.call_soon(partial(self._lead_first, parked=self.parked))
            case Standing.WAIT:
                pass

    async def settled(self) -> None:
        """Wait for the answer. Canceling this loses no task: it goes to the next who asks."""
        if self._future.done():
            return
        try:
            await self._future
        except asyncio.CancelledError:
            self._hang_up()
            raise

    async def settled_before(self, other: asyncio.Future[Any]) -> bool:
        """Wait for the answer or for the other, whichever comes first. False: it was the other, and nobody wants the answer now."""
        try:
            await asyncio.wait({self._future, other}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._hang_up()
            raise
        if other.done():
            self._hang_up()
            return False
        return True

    def _hang_up(self) -> None:
        # Where it has been named leader, the note to the loop that says so is under way, and `_resume` sees to it.
        self._future.cancel()
        self._host.abandon(self)

    def _woken(self) -> None:
        """Called by whoever ends the wait, in any thread, perhaps with the host's mutex held: so no more than a note to the loop."""
        if threading.get_ident() == self._thread:
            self._loop.call_soon(self._resume)
        else:
            self._loop.call_soon_threadsafe(self._resume)

    def _resume(self) -> None:
        if self.leads:
            self._lead_first(parked=False)
        else:
            self._resolve()

    def _lead_first(self, *, parked: bool) -> None:
        """Lead, here and now where that is quick: no thread is switched then. `parked`: it will still wait for its own answer."""
        if not self._host.writes_slowly:
            self._lead(parked=parked)
            self._have_led(parked=parked)
            return
        elsewhere = self._loop.run_in_executor(None, partial(self._lead, parked=parked))
        elsewhere.add_done_callback(lambda _: self._have_led(parked=parked))

    def _have_led(self, *, parked: bool) -> None:
        if not parked:
            self._resolve()

    def _lead(self, *, parked: bool) -> None:
        try:
            self._host.lead()
        except Exception as error:  # noqa: BLE001  a callback of the loop: there is nobody above to tell but the visitor
            if not parked:
                self.error = error

    def _resolve(self) -> None:
        if not self._future.done():
            self._future.set_result(None)


def _refuse(error: EndpointUnavailable) -> NoReturn:
    raise error
