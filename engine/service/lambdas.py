"""Runs Lambda functions: handlers that the operator gave by name, on threads of this process.

A handler is what AWS Lambda's Python runtime calls: `handler(event, context)`; the event is the function's input as a JSON value ({} where
none was given), what it returns becomes the result as JSON text, what it raises a failure (reason: the exception's class; details:
Lambda's own error document). Nothing that arrives in a request names code: it names an entry of the table, or nothing.

At least once: a handler runs only after its LambdaFunctionStarted is durable; one whose end the service did not live to record is run
again. One that outlives its timeout keeps its thread (Python can't end it) but not its place, and its result is dropped.
A function that is not in the table fails with Lambda's ResourceNotFoundException, once it has been started, as an invocation does.
Never here: what is recorded (invoking.py). Imports sessions and clock.
"""

from __future__ import annotations

import json
import logging
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from engine.errors import EndpointError, EndpointUnavailable
from engine.service.clock import Clock
from engine.service.host import PAUSE, Host
from engine.service.invoking import Completed, EndInvocation, Failed, FindInvocations, Invocation, Outcome, TakeInvocation
from engine.service.sessions import Session

log = logging.getLogger(__name__)

AT_ONCE: Final = 16
"""Handlers that run side by side; further functions wait, scheduled, for a place."""

GRACE: Final = 10.0
"""Seconds that handlers get to end when the service closes. Those that take longer are invoked again by the next one."""

DATA_LIMIT: Final = 32_768
"""Characters of a result or of details (API reference, LambdaFunctionCompletedEventAttributes)."""

REASON_LIMIT: Final = 256

_FRAMES_KEPT: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a handler is told about its invocation: the part of AWS Lambda's context object that makes sense here."""

    function_name: str
    aws_request_id: str
    """Names the invocation; the same when it is run again after a restart: a key to make the handler idempotent."""
    invoked_function_arn: str
    """The name that the decider gave, an ARN or not."""
    remaining_seconds: Callable[[], float]

    def get_remaining_time_in_millis(self) -> int:
        """Until the function times out; 0 from then on."""
        return max(0, int(1000 * self.remaining_seconds()))


Function: TypeAlias = Callable[[Any, Context], Any]
Functions: TypeAlias = Mapping[str, Function]


class Lambdas:
    """The functions of one host. Ends with `close`, before the host does."""

    def __init__(self, host: Host, clock: Clock, functions: Functions) -> None:
        self._url = host.url
        self._clock = clock
        self._functions = dict(functions)
        self._session = Session(host)
        self._changed = threading.Condition()
        self._closed = False
        self._running: dict[Invocation, threading.Thread] = {}
        self._dispatcher = threading.Thread(target=self._dispatch, name="swf-lambdas", daemon=True)
        waiting = self._take_up()
        self._dispatches = bool(self._functions or waiting)
        if self._dispatches:
            self._dispatcher.start()

    def close(self, grace: float = GRACE) -> None:
        """Invoke no more, and wait (in real time) for those under way: what ends within the grace is recorded.

        A second call does nothing.
        """
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        self._session.interrupt()
        if self._dispatches:
            self._dispatcher.join()
        with self._changed:
            self._changed.wait_for(lambda: not self._running, grace)
            left = list(self._running)
        for invocation in left:
            log.warning("%s: the function %s has not ended; it is invoked again when the service starts", self._url, _label(invocation))

    def _dispatch(self) -> None:
        in_doubt = False
        while self._await_place():
            try:
                if in_doubt:
                    # A commit that failed may have reached the disk: then a function was started that nobody invokes.
                    self._take_up()
                    in_doubt = False
                found = self._session.attend(TakeInvocation())
            except EndpointUnavailable as error:
                log.error("%s", error)
                in_doubt = True
                self._pause()
            except EndpointError:
                return
            else:
                if found:
                    self._begin(found["invocation"])

    def _take_up(self) -> int:
        """Invoke again what was started and is not running here; how many functions wait besides."""
        running = set(self._running)
        found = self._session.attend(FindInvocations())
        for invocation in found["invocations"]:
            if invocation not in running:
                log.warning("%s: how the function %s ended is not known; it is invoked again", self._url, _label(invocation))
                self._begin(invocation)
        return int(found["waiting"])

    def _await_place(self) -> bool:
        """False: there will be none, since the service closes."""
        with self._changed:
            while not self._closed:
                deadlines = [one.deadline for one in self._running if one.deadline > self._clock.now()]
                if len(deadlines) < AT_ONCE:
                    return True
                self._clock.wait(self._changed, min(deadlines))
        return False

    def _pause(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed, PAUSE)

    def _begin(self, invocation: Invocation) -> None:
        thread = threading.Thread(target=self._invoke, args=(invocation,), name=f"swf-lambda {invocation.name}", daemon=True)
        with self._changed:
            self._running[invocation] = thread
        thread.start()

    def _invoke(self, invocation: Invocation) -> None:
        outcome = self._outcome(invocation)
        try:
            self._report(EndInvocation(invocation=invocation, outcome=outcome))
        finally:
            with self._changed:
                del self._running[invocation]
                self._changed.notify_all()

    def _report(self, end: EndInvocation) -> None:
        """Until it is recorded, or no longer matters."""
        while True:
            try:
                self._session.attend(end)
            except EndpointUnavailable as error:
                log.error("%s: what the function %s gave can't be recorded yet: %s", self._url, _label(end.invocation), error)
                if self._closed:
                    return
                self._pause()
            except EndpointError:
                return
            else:
                return

    def _outcome(self, invocation: Invocation) -> Outcome:
        function = self._functions.get(invocation.name) or self._functions.get(_name_in_arn(invocation.name))
        if function is None:
            known = ", ".join(sorted(self._functions)) or "none"
            return _failure("ResourceNotFoundException", f"Function not found: {invocation.name} (this service was given: {known})")
        try:
            event = json.loads(invocation.input) if invocation.input else {}
        except (ValueError, RecursionError) as error:
            return _failure("InvalidRequestContentException", f"Could not parse the input as JSON: {error}")
        log.info("%s: invoking %s", self._url, _label(invocation))
        try:
            return _completed(function(event, self._context(invocation)))
        except (Exception, SystemExit) as error:  # noqa: BLE001  the operator's code: whatever it raises is the function's failure
            return _raised(error)

    def _context(self, invocation: Invocation) -> Context:
        return Context(
            function_name=_name_in_arn(invocation.name) or invocation.name,
            aws_request_id=f"{invocation.run_id}.{invocation.started_id}",
            invoked_function_arn=invocation.name,
            remaining_seconds=lambda: invocation.deadline - self._clock.now(),
        )


def _name_in_arn(name: str) -> str:
    """The function's name in arn:aws:lambda:region:account:function:NAME[:qualifier]; empty where it is no such ARN."""
    parts = name.split(":")
    return parts[6] if len(parts) >= 7 and parts[0] == "arn" and parts[5] == "function" else ""


def _completed(value: object) -> Outcome:
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        return _failure("Runtime.MarshalError", f"What the function returned is not JSON: {error}")
    if len(text) > DATA_LIMIT:
        return _failure("Payload.TooLarge", f"The result has {len(text)} characters of JSON; SWF takes {DATA_LIMIT}")
    return Completed(result=text)


def _raised(error: BaseException) -> Failed:
    stack = traceback.format_tb(error.__traceback__)[1:][-_FRAMES_KEPT:]
    message = "".join(traceback.format_exception_only(error)).strip().partition(": ")[2]
    return _failure(type(error).__name__, message, stack)


def _failure(kind: str, message: str, stack: list[str] | None = None) -> Failed:
    """Its details are Lambda's error document; too long a one loses its stack, then the end of its message."""
    document: dict[str, Any] = {"errorMessage": message, "errorType": kind}
    details = json.dumps({**document, "stackTrace": stack} if stack else document)
    if len(details) > DATA_LIMIT:
        # A character is at most twelve in JSON's ASCII form.
        details = json.dumps({**document, "errorMessage": message[: DATA_LIMIT // 12 - len(kind) - 100]})
    return Failed(reason=kind[:REASON_LIMIT], details=details)


def _label(invocation: Invocation) -> str:
    return f"{invocation.name} ({invocation.function_id} of {invocation.workflow_id})"
