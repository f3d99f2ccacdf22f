"""The styles of states and statuses, in one place. Data only; imported by whatever shows one."""

from __future__ import annotations

from collections.abc import Mapping

from engine.cli.output import Styled

STATUS: Mapping[str, str] = {
    "OPEN": "bold cyan",
    "COMPLETED": "green",
    "FAILED": "bold red",
    "TIMED_OUT": "red",
    "TERMINATED": "magenta",
    "CANCELED": "yellow",
    "CONTINUED_AS_NEW": "blue",
}
"""By close status of the API, and OPEN."""


def colour_of(status: str) -> str:
    """The colour alone, for lines that rich does not write."""
    return STATUS[status].split()[-1]


def status_cell(status: str) -> Styled:
    return Styled(text=status, style=STATUS.get(status, ""))


NODE: Mapping[str, str] = {
    "open": "cyan",
    "queued": "cyan",
    "running": "bold cyan",
    "waiting": "blue",
    "retrying": "yellow",
    "completed": "green",
    "failed": "bold red",
    "skipped": "dim",
    "canceled": "yellow",
    "-": "dim",
}
"""By state of a node, in the words of the run and of the live picture."""
