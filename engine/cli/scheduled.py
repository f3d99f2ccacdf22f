"""What the commands on schedules have in common: the spec that has one, and what to say when nobody is there to see to it.

Imports `runtime.schedule`; imported by the schedule_* commands.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from engine.cli.options import Common
from engine.cli.output import note
from engine.cli.specs import load_all
from engine.runtime.schedule.asking import taken_up
from engine.runtime.schedule.scheduler import Scheduled, scheduled
from engine.swf.client import Client

_PATIENCE: Final = 3.0
"""Seconds for a scheduler that runs somewhere to take up what was asked."""


def load_scheduled(paths: Sequence[Path], common: Common) -> list[Scheduled]:
    """The specs that have a schedule. Raises: UsageError where none has."""
    return scheduled([plan.spec for plan in load_all(paths, common)])


def tell_whether_taken_up(client: Client, one: Scheduled, common: Common) -> bool:
    """Wait a little for a scheduler; whether there was one. Says so where there was none."""
    deadline = time.monotonic() + _PATIENCE
    while not taken_up(client, one.spec):
        if time.monotonic() >= deadline:
            if not common.quiet:
                note(
                    f"no scheduler has taken it up yet: it is kept, and done as soon as one runs (`swfgraph schedule run {one.spec.file}`)"
                )
            return False
        time.sleep(0.05)
    return True
