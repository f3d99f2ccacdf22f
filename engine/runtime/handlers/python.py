"""The `python` handler: an activity is a function of a module, called in the worker's own process with the input's value.
An `async def` is run in an event loop of its own.

It is found when the worker starts, so a spec that names what is not there stops the worker, not the task. Cancelling is
cooperative: nothing can end a Python function from outside. Imports `output`, `runtime.activity` and `runtime.task`.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from engine.runtime.activity import Activity, ActivityCanceled, call_as
from engine.runtime.handlers.output import result_of_value
from engine.runtime.task import REASON_LIMIT, Canceled, Completed, Failed, Job, Leash, Outcome, stopped
from engine.spec.model import ABSENT, Json, PythonRun
from engine.spec.payload import decode

log = logging.getLogger(__name__)

_MESSAGE_HEAD: Final = 8192
_TRACEBACK_TAIL: Final = 8192
"""Characters of a message and of its traceback that become a failure's details: of the latter the end, where the error is."""

_OUR_FRAMES: Final = 3
"""The handler's, `call_as` and `_call`: of no interest to the author."""

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonHandler:
    run_as: PythonRun
    function: Callable[..., Json]
    arity: int
    """How many of (input, activity) it is called with: 0, 1 or 2."""

    def run(self, job: Job, leash: Leash) -> Outcome:
        name = f"{self.run_as.module}:{self.run_as.function}"
        log.info("Execute %s with python: %s", job.activity, name, extra=job.address)
        activity = Activity(job=job, leash=leash)
        value = decode(job.input) if job.input else None
        try:
            result = call_as(activity, partial(_call, self.function, (value, activity)[: self.arity]))
        except ActivityCanceled as canceled:
            return Canceled(details=canceled.details) if leash.why is ABSENT else stopped(leash.why, canceled.details)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the author's code: whatever it raises is the task's failure
            return failure(error)
        return Completed() if job.token else result_of_value(result, f"the return value of {name}", job.longest)


def _call(function: Callable[..., Json], arguments: Sequence[Json]) -> Json:
    result = function(*arguments)
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def arity(function: Callable[..., Json]) -> int:
    """With how many arguments it is called: 0 where it takes none, 1 (the input), 2 (and the Activity) where a second one is required.

    Raises: TypeError where it can't be called like that.
    """
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())
    positional = [parameter for parameter in parameters if parameter.kind in _POSITIONAL]
    required = [parameter for parameter in positional if parameter.default is inspect.Parameter.empty]
    takes_any = any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters)
    count = max(min(1, len(positional) + takes_any), min(2, len(required)))
    signature.bind(*range(count))
    return count


def failure(error: BaseException) -> Failed:
    """The exception's class is the error's name, so that retry and catch rules can match it; its message and traceback the details."""
    message = "".join(traceback.format_exception_only(error)).strip()
    frames = "".join(traceback.format_tb(error.__traceback__)[_OUR_FRAMES:])
    details = f"{message[:_MESSAGE_HEAD]}\n\n{frames[-_TRACEBACK_TAIL:]}" if frames else message[:_MESSAGE_HEAD]
    return Failed(reason=type(error).__name__[:REASON_LIMIT], details=details)
