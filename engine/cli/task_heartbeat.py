"""`swfgraph task heartbeat`: RecordActivityTaskHeartbeat."""

from __future__ import annotations

import click

from engine.cli.answering import call, token_argument
from engine.cli.exits import Exit
from engine.cli.options import Common, endpoint_command
from engine.cli.output import print_fields, print_json


@click.command("heartbeat")
@token_argument
@click.option("--details", default=None, metavar="TEXT", help="How far it is (up to 2,048 characters).")
@endpoint_command
def command(common: Common, token: str, details: str | None) -> Exit:
    """Say that somebody is at the task with this TOKEN: its `heartbeat` timeout begins anew. Without TOKEN, it is $SWFGRAPH_TASK_TOKEN.

    What it says is whether the execution has asked for the task to be given up (`swfgraph task cancel` answers that).

    \b
    Examples:
      swfgraph task heartbeat "$TOKEN" --details "row 5,000"
      swfgraph task heartbeat "$TOKEN" --json | jq .cancelRequested
    """
    asked = call(common, "RecordActivityTaskHeartbeat", token, details=details)["cancelRequested"]
    if common.json:
        print_json({"cancelRequested": asked})
    else:
        print_fields([("cancelRequested", "true" if asked else "false")])
    return Exit.DONE
