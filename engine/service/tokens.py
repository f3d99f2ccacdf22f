"""Task tokens: opaque texts that name one start of one task, and survive a restart (page tokens are paging.py's).

A task token carries the beginning of the runId, so that a token from another database is unknown here, not another's task.
Imports: faults.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.service.faults import invalid

_CHECK = 8


class TaskToken(NamedTuple):
    """What a task token names: one start of one task."""

    run: int
    scheduled_id: int
    started_id: int
    check: str

    def of(self, run_id: str) -> bool:
        """Whether the token was given out for that execution."""
        return run_id.startswith(self.check)


def write_task_token(run: int, scheduled_id: int, started_id: int, run_id: str) -> str:
    """The token of a task that was just started."""
    return f"{run}.{scheduled_id}.{started_id}.{run_id[:_CHECK]}"


def read_task_token(text: str) -> TaskToken:
    """Raises: Fault ValidationException for a text that this service never gave out."""
    parts = text.split(".")
    try:
        run, scheduled_id, started_id, check = parts
        token = TaskToken(int(run), int(scheduled_id), int(started_id), check)
        if token.started_id < 1 or len(check) != _CHECK or text != ".".join(map(str, token)):
            raise ValueError(text)  # read, but not what was written: a part is missing, or written in another way
        return token
    except ValueError:
        raise invalid("Invalid token: not a task token of this service; send back the taskToken of the poll's response unchanged") from None
