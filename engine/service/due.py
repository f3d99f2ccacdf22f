"""What happens when something falls due: timers fire, tasks and executions time out. A table, complete over timeouts.Due.

Imports closing, execution, ledger, tasks, timeouts.
Source: developer guide, "Amazon SWF Timeout Types".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.service.closing import close_execution
from engine.service.execution import Execution
from engine.service.ledger import Ledger
from engine.service.tasks import NO_DECISION
from engine.service.timeouts import Due


def fire_due(ledger: Ledger, now: float, stamp: float) -> None:
    """Everything that is due by now, in due order. `stamp` is `now` in whole milliseconds."""
    while reminders := ledger.timeouts.take(now):
        [(_, run, kind, key)] = reminders
        FIRE[Due(kind)](ledger, ledger.open[run], key, stamp)


def _fire_timer(ledger: Ledger, execution: Execution, key: int, now: float) -> None:
    ledger.record(execution, "TimerFired", {"timerId": execution.timers[key].timer_id, "startedEventId": key}, now)
    ledger.schedule_decision(execution, now)


def _time_out_activity(ledger: Ledger, execution: Execution, key: int, now: float) -> None:
    task = execution.activities[key]
    _, timeout_type = min(task.deadlines(), key=lambda deadline: deadline[0])
    attributes = {"timeoutType": timeout_type, "scheduledEventId": key, "startedEventId": task.started_id}
    if task.beat_details:
        attributes["details"] = task.beat_details
    ledger.close_activity(execution, task, "ActivityTaskTimedOut", attributes, now)


def _time_out_function(ledger: Ledger, execution: Execution, key: int, now: float) -> None:
    started_id = execution.functions[key].started_id
    attributes = {"scheduledEventId": key, "startedEventId": started_id, "timeoutType": "START_TO_CLOSE"}
    ledger.close_function(execution, "LambdaFunctionTimedOut", attributes, now)


def _time_out_decision(ledger: Ledger, execution: Execution, key: int, now: float) -> None:
    task = execution.running if execution.running.scheduled_id == key else execution.waiting
    started = task.started_id > 0
    if not started:
        ledger.queues.withdraw(execution.decision_queue(), (execution.run, key))
    timeout_type = "START_TO_CLOSE" if started else "SCHEDULE_TO_START"
    attributes = {"timeoutType": timeout_type, "scheduledEventId": key, "startedEventId": task.started_id}
    ledger.record(execution, "DecisionTaskTimedOut", attributes, now)
    if execution.waiting is NO_DECISION:
        ledger.schedule_decision(execution, now)
    else:
        ledger.offer_decision(execution)


def _time_out_execution(ledger: Ledger, execution: Execution, _key: int, now: float) -> None:
    attributes = {"timeoutType": "START_TO_CLOSE", "childPolicy": execution.started["childPolicy"]}
    close_execution(ledger, execution, "WorkflowExecutionTimedOut", attributes, now)


FIRE: Mapping[Due, Callable[[Ledger, Execution, int, float], None]] = {
    Due.TIMER: _fire_timer,
    Due.ACTIVITY: _time_out_activity,
    Due.FUNCTION: _time_out_function,
    Due.DECISION: _time_out_decision,
    Due.EXECUTION: _time_out_execution,
}
