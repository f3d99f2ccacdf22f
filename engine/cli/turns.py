"""How `swfgraph decider` and `swfgraph worker` run: until a signal, or (`--once`) for one task or until nothing has come for a while.

Imports `runtime.until_signal` and the narration; imported by the two commands.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass

import click

from engine.cli import narration
from engine.cli.exits import Exit
from engine.cli.options import Common, Decorator
from engine.cli.output import note
from engine.cli.overheard import ActivityReceived, DecisionReceived, Heard
from engine.runtime.until_signal import Once, Steppable, run_until_signal

once_option: Decorator = click.option("--once", is_flag=True, help="Do one task, say what it was and what came of it, and end.")
timeout_option: Decorator = click.option(
    "--timeout",
    type=click.FloatRange(min=0, max=60),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="With --once: how long to wait for a task (a long poll takes 60 s). That none came is said, and no failure.",
)
grace_option: Decorator = click.option(
    "--grace",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="When asked to stop (Ctrl-C, SIGTERM): how long what runs may go on. A second Ctrl-C cuts that short.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    once: bool
    timeout: float
    grace: float


class Reporter:
    """Tells what was heard: in words with --once, as a line of JSON per task with --json, else leaves it to the log."""

    def __init__(self, common: Common, turns: Turns) -> None:
        self._json = common.json
        self._words = turns.once and not common.json
        self.received = False

    def hear(self, heard: Heard) -> None:
        self.received = self.received or isinstance(heard, DecisionReceived | ActivityReceived)
        if self._words:
            for line in narration.narrate(heard):
                click.echo(line)
        elif self._json:
            told = narration.as_json(heard)
            if told is not None:
                click.echo(json.dumps(told, ensure_ascii=False))


class OneTask(Once):
    """One step, given up after a while if no task has come by then; one that has come is done to its end."""

    def __init__(self, part: Steppable, timeout: float, reporter: Reporter) -> None:
        super().__init__(part)
        self._timeout = timeout
        self._reporter = reporter

    def start(self, on_end: Callable[[], None]) -> None:
        super().start(on_end)
        patience = threading.Timer(self._timeout, self._give_up, args=(on_end,))
        patience.daemon = True
        patience.start()

    def _give_up(self, on_end: Callable[[], None]) -> None:
        if not self._reporter.received:
            on_end()


def take_turns(part: Steppable, turns: Turns, reporter: Reporter, nothing: str) -> Exit:
    """`nothing`: what to say where no task has come. Raises: what the part ended by."""
    number = run_until_signal([OneTask(part, turns.timeout, reporter) if turns.once else part], turns.grace)
    if number == signal.SIGINT:
        return Exit.INTERRUPTED
    if turns.once and not reporter.received and not number:
        note(f"{nothing} within {turns.timeout:g} s")
    return Exit.DONE
