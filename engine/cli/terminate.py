"""`swfgraph terminate`: TerminateWorkflowExecution."""

from __future__ import annotations

from typing import Any

import click

from engine.cli.endpoint import domain_for, existing
from engine.cli.exits import Exit
from engine.cli.options import Common, execution_command, run_id_option, workflow_id_argument
from engine.cli.output import note, print_json

CHILD_POLICIES = ("TERMINATE", "REQUEST_CANCEL", "ABANDON")


@click.command("terminate")
@workflow_id_argument
@click.option("--reason", default="", metavar="TEXT", help="Why, in a few words (up to 256 characters).")
@click.option("--details", default="", metavar="TEXT", help="More of it (up to 32,768 characters).")
@click.option(
    "--child-policy",
    type=click.Choice(CHILD_POLICIES, case_sensitive=False),
    default=None,
    help="What becomes of its open children. [default: what it was started with]",
)
@run_id_option
@execution_command
def command(common: Common, workflow_id: str, **given: Any) -> Exit:
    """End the open execution WORKFLOW_ID at once. Nothing is cleaned up; running activities learn of it at their next heartbeat.

    To let its decider wind it up, see `swfgraph cancel`.

    \b
    Example:
      swfgraph terminate order-17 --reason "wrong price list"
    """
    with existing(common) as client:
        domain = domain_for(client, common)
        named = {"reason": given["reason"], "details": given["details"], "childPolicy": given["child_policy"], "runId": given["run_id"]}
        request = {"domain": domain, "workflowId": workflow_id} | {name: value for name, value in named.items() if value}
        client.call("TerminateWorkflowExecution", request)
    if common.json:
        print_json({"domain": domain, "workflowId": workflow_id})
    elif not common.quiet:
        note(f"{workflow_id} is terminated")
    return Exit.DONE
