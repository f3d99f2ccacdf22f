"""The quotas that SWF puts on one execution and one domain, with its documented values. Imports nothing.

Source: Amazon SWF Developer Guide, "Amazon SWF Quotas". Throttling quotas (`*_RATE_EXCEEDED`) are not kept: this service has
one tenant.
"""

from __future__ import annotations

from dataclasses import dataclass

YEAR = 31_536_000.0
"""Seconds: no execution runs longer (API reference, StartWorkflowExecution, executionStartToCloseTimeout)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What may be open at once, and how long a history may grow."""

    open_activities: int = 1_000
    open_timers: int = 1_000
    open_children: int = 1_000
    open_lambda_functions: int = 1_000
    open_executions: int = 100_000
    """Per domain."""
    events: int = 25_000
    """An execution that gets there is terminated, cause EVENT_LIMIT_EXCEEDED."""
