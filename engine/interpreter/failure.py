"""What becomes of a failure: repeated, caught, or the end of the execution. Values and pure functions.

Imports `errors`, `events`, `work`, `spec`; imported by `course` and what it is made of, `parking`, `run`, `scope`, `texts`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal, assert_never

from engine.errors import ExpressionError, HistoryError
from engine.interpreter import events as e
from engine.interpreter.work import WorkKind
from engine.spec.errornames import match_any
from engine.spec.model import ABSENT, Absent, CatchRule, RetryFrom, RetryRule

UNNAMED: Final = "Failed"
"""The error name of an activity task or a function that failed without a reason."""

TIMEOUTS: Final = {
    "START_TO_CLOSE": "Timeout.StartToClose",
    "SCHEDULE_TO_START": "Timeout.ScheduleToStart",
    "SCHEDULE_TO_CLOSE": "Timeout.ScheduleToClose",
    "HEARTBEAT": "Timeout.Heartbeat",
}
"""ActivityTaskTimeoutType of the API -> error name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error of a node. `final`: the same would happen again, so retry rules don't repeat it (catch rules still apply)."""

    name: str
    message: str
    final: bool = False


def of_expression(error: ExpressionError, *, final: bool) -> Failure:
    return Failure(name=f"Expression.{error.code}", message=str(error), final=final)


def of_answer(event: e.WorkFailed | e.WorkTimedOut | e.WorkCanceled | e.ChildTerminated | e.FunctionNotStarted) -> Failure:
    """Raises: HistoryError, where an activity task has met a timeout that there is not."""
    child = event.kind is WorkKind.CHILD
    match event:
        case e.WorkFailed():
            reason = "" if event.reason is ABSENT else event.reason
            if child:
                return Failure(name="Child.Failed", message=": ".join(text for text in (reason, event.details) if text))
            return Failure(name=reason or UNNAMED, message=event.details)
        case e.WorkTimedOut():
            return Failure(name="Child.TimedOut" if child else _timeout(event), message=event.details)
        case e.WorkCanceled():
            return Failure(name="Child.Canceled" if child else "Canceled", message=event.details)
        case e.ChildTerminated():
            return Failure(name="Child.Terminated", message="")
        case e.FunctionNotStarted():
            return Failure(name=f"StartFailed.{event.cause}", message=event.message)
        case _:
            assert_never(event)


def _timeout(event: e.WorkTimedOut) -> str:
    if event.kind is WorkKind.FUNCTION:
        return TIMEOUTS["START_TO_CLOSE"]
    name = TIMEOUTS.get(event.timeout)
    if name is None:
        raise HistoryError(event.id, f"{event.timeout!r} is no timeout of an activity task")
    return name


def share(run_id: str, node: str, visit: int, attempt: int) -> float:
    """A number from 0 up to 1 that is the same whenever the same history is folded: what jitter is made of."""
    digest = sha256(f"{run_id} {node} {visit} {attempt}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / (1 << 56)


def rule_for(rules: Sequence[RetryRule], failure: Failure, attempt: int) -> int | Literal[Absent.ABSENT]:
    """The index of the first rule whose errors match, if it allows an attempt after this one (1 is the first)."""
    if failure.final:
        return ABSENT
    for index, rule in enumerate(rules):
        if match_any(rule.errors, failure.name):
            return index if attempt < rule.max_attempts else ABSENT
    return ABSENT


def pause(rule: RetryRule, attempt: int, jitter: float) -> int:
    """Whole seconds between this failed attempt and the next; `jitter` (0..1) is this attempt's `share`."""
    try:
        wait = min(rule.interval * rule.backoff ** (attempt - 1), float(rule.max_interval))
    except OverflowError:
        wait = float(rule.max_interval)
    return round(wait * (1 - rule.jitter * jitter))


def throttle(rounds: int, jitter: float) -> int:
    """Whole seconds until decisions that SWF refused as too many are made again: 1, 2, 4 .. 300, a quarter of it jitter."""
    wait = min(1 << min(rounds - 1, 9), 300)
    return max(1, round(wait * (1 - 0.25 * jitter)))


def catch_for(rules: Sequence[CatchRule], failure: Failure, spent: Callable[[int], bool]) -> int | Literal[Absent.ABSENT]:
    """The index of the first catch rule that matches; a retryFrom rule that is `spent` is passed over."""
    for index, rule in enumerate(rules):
        if match_any(rule.errors, failure.name) and not (isinstance(rule.then, RetryFrom) and spent(index)):
            return index
    return ABSENT
