"""`swfgraph decider`: the generic decider as a process."""

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
from engine.runtime.decider import Decider, DeciderSettings


@click.command("decider")
@specs_argument
@once_option
@timeout_option
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True, metavar="N", help="Decisions at once, per task list.")
@click.option(
    "--adopt",
    is_flag=True,
    help="Decide also for executions begun under another spec of the same name and version, where these would have decided alike.",
)
@grace_option
@spec_data_command
def command(common: Common, specs: tuple[Path, ...], threads: int, **given: Any) -> Exit:
    """Make the decisions of these specs' workflows, until Ctrl-C or SIGTERM.

    It holds nothing that can't be lost: kill it, start another one, start ten. With --json each decision task is a line of JSON
    on stdout.

    Executions that were begun under another spec of the same name and version are left alone, unless --adopt is given: then they are
    gone through as `swfgraph check --against` does, and those that agree are decided on. Stop the deciders with the old spec first.

    \b
    Examples:
      swfgraph decider fruit.json
      swfgraph decider specs/ --url aws://eu-west-1 --threads 8
      swfgraph decider --once fruit.json     (one decision, told step by step)
    """
    plans = load_all(specs, common)
    turns = Turns(once=given["once"], timeout=given["timeout"], grace=given["grace"])
    reporter = Reporter(common, turns)
    log_work(common, once=turns.once)
    claims = claims_of(common)
    with endpoint(common) as client:
        decider = Decider(Overheard(client, reporter.hear), plans, DeciderSettings(threads=threads, adopt=given["adopt"]), claims)
        where = ", ".join(f"{queue.task_list} ({queue.domain})" for queue in decider.queues)
        return take_turns(decider, turns, reporter, f"no decision task on {where}")
