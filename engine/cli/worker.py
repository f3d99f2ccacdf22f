"""`swfgraph worker`: the generic worker as a process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from engine.cli.endpoint import claims_of, endpoint
from engine.cli.exits import Exit
from engine.cli.options import Common, log_work, spec_data_command, specs_argument
from engine.cli.overheard import Overheard
from engine.cli.specs import load_all
from engine.cli.turns import Reporter, Turns, grace_option, once_option, take_turns, timeout_option
from engine.runtime.worker import Worker, WorkerSettings


@click.command("worker")
@specs_argument
@once_option
@timeout_option
@click.option("--concurrency", type=click.IntRange(min=1), default=1, show_default=True, metavar="N", help="Tasks at once, per task list.")
@click.option(
    "--task-list", "task_lists", multiple=True, metavar="NAME", help="Poll this one only. Repeatable. [default: all of the specs]"
)
@grace_option
@spec_data_command
def command(common: Common, specs: tuple[Path, ...], **given: Any) -> Exit:
    """Run the activities of these specs, until Ctrl-C or SIGTERM.

    It runs what the specs say and nothing else. While a task runs, it sends the heartbeats. With --json each task is a line of
    JSON on stdout.

    \b
    Examples:
      swfgraph worker fruit.json
      swfgraph worker specs/ --concurrency 8 --url http://10.0.0.5:4510
      swfgraph worker --once fruit.json     (one task, told step by step)
    """
    plans = load_all(specs, common)
    turns = Turns(once=given["once"], timeout=given["timeout"], grace=given["grace"])
    reporter = Reporter(common, turns)
    log_work(common, once=turns.once)
    claims = claims_of(common)
    settings = WorkerSettings(concurrency=given["concurrency"], grace=given["grace"], task_lists=frozenset(given["task_lists"]))
    with endpoint(common) as client:
        worker = Worker(Overheard(client, reporter.hear), [plan.spec for plan in plans], settings, claims)
        where = ", ".join(f"{queue.task_list} ({queue.domain})" for queue in worker.queues)
        return take_turns(worker, turns, reporter, f"no activity task on {where}")
