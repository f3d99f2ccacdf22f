"""What an execution was started with beside its input: a continuation of it (ContinueAsNew) is started with the same. Values only.

`door` reads them from WorkflowExecutionStarted, `decisions` writes them into ContinueAsNewWorkflowExecution. What the event does not have
stays absent, so that the workflow type's registered default holds again. Imports `spec.model`; imported by `events`, `intents`, `door` and
who passes terms on.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct

from engine.spec.model import ABSENT, Absent

Given: TypeAlias = str | Literal[Absent.ABSENT]


class Terms(Struct, frozen=True, kw_only=True):
    """As SWF writes them: timeouts and priority are texts of digits (API reference, ContinueAsNewWorkflowExecutionDecisionAttributes)."""

    execution_timeout: Given = ABSENT
    decision_timeout: Given = ABSENT
    task_list: Given = ABSENT
    child_policy: Given = ABSENT
    priority: Given = ABSENT
    lambda_role: Given = ABSENT
    tags: tuple[str, ...] = ()


NONE_GIVEN: Final = Terms()
