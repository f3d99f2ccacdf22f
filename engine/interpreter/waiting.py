"""When a wait node's timer fires. Pure functions of the node and the scope.

Imports `errors`, `intents`, `texts`, `wishes`, `work`, `spec`; imported by `entering`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil
from typing import Literal, assert_never

from engine.errors import ExpressionError
from engine.interpreter.intents import Start, StartTimer, StartTimerUntil
from engine.interpreter.texts import control, timer_id
from engine.interpreter.wishes import Purpose, Timer
from engine.interpreter.work import Address
from engine.spec.duration import parse_duration
from engine.spec.expression import Scope, evaluate
from engine.spec.model import ABSENT, UNLIMITED, Absent, Json, WaitFor, WaitSignal, WaitUntil
from engine.spec.template import render


def timer_of(on: WaitFor | WaitUntil | WaitSignal, scope: Scope, address: Address) -> Timer | Literal[Absent.ABSENT]:
    """The timer that the node waits for; absent: it waits for a signal, without end.

    Raises: ExpressionError, with the code NotDuration or NotTime where it gives none.
    """
    purpose = Purpose.SIGNAL if isinstance(on, WaitSignal) else Purpose.WAIT
    start = _start(on, scope, timer_id(address, purpose), control(address))
    return start if start is ABSENT else Timer(address=address, purpose=purpose, intent=start)


def _start(on: WaitFor | WaitUntil | WaitSignal, scope: Scope, name: str, told: str) -> Start | Literal[Absent.ABSENT]:
    match on:
        case WaitFor():
            value = render(on.duration, scope)
            return StartTimer(timer_id=name, control=told, seconds=_seconds(value, str(on.duration.value)))
        case WaitUntil():
            time = _time(evaluate(on.time, scope), on.time.source)
            return StartTimerUntil(timer_id=name, control=told, time=time)
        case WaitSignal():
            value = "none" if on.timeout is ABSENT else render(on.timeout, scope)
            if value == "none":
                return ABSENT
            return StartTimer(timer_id=name, control=told, seconds=_seconds(value, str(value)))
        case _:
            assert_never(on)


def _seconds(value: Json, source: str) -> int:
    """Numbers are seconds: rounded up, and 0 where they are negative (a time that has passed)."""
    try:
        seconds = parse_duration(max(0, ceil(value)) if _is_number(value) else value)
    except ValueError as error:
        raise ExpressionError("NotDuration", str(error), source) from error
    if seconds is UNLIMITED:
        raise ExpressionError("NotDuration", "a wait without end", source)
    return seconds


def _time(value: Json, source: str) -> float:
    """Epoch seconds of an ISO 8601 time (UTC where it names no zone) or of epoch seconds."""
    if _is_number(value):
        return float(value)
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        hint = 'use ISO 8601, such as "2030-01-31T18:00:00Z", or epoch seconds'
        raise ExpressionError("NotTime", f"{value!r} is no time ({hint})", source) from error
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
