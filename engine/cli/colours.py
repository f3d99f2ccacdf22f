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


def status_cell(status: str) -> Styled:
    return Styled(text=status, style=STATUS.get(status, ""))
