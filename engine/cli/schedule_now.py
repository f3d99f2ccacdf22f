"""`swfgraph schedule now`: one execution outside of the schedule's times."""

from __future__ import annotations

import time
from pathlib import Path

import click

from engine.cli.endpoint import endpoint
from engine.cli.exits import Exit
from engine.cli.options import Common, spec_argument, spec_command
from engine.cli.output import print_fields, print_json
from engine.cli.scheduled import load_scheduled, tell_whether_taken_up
from engine.runtime.schedule.asking import ask
from engine.runtime.schedule.names import execution_id


@click.command("now")
@spec_argument
@spec_command
def command(common: Common, spec: Path) -> Exit:
    """Have one execution started now, with the schedule's input (`schedule.time` is now), paused or not.

    If one of the schedule is open, it starts when that has ended. Prints its workflowId.

    \b
    Examples:
      swfgraph schedule now nightly.json
    """
    [one] = load_scheduled([spec], common)
    now = int(time.time())
    workflow_id = execution_id(one.spec.name, now, at_once=True)
    with endpoint(common) as client:
        ask(client, one.spec, [now], at_once=True)
        if common.json:
            print_json({"domain": one.spec.domain, "workflowId": workflow_id})
        else:
            print_fields([("workflowId", workflow_id)])
        tell_whether_taken_up(client, one, common)
    return Exit.DONE
