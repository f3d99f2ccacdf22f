"""`swfgraph cancel`: RequestCancelWorkflowExecution."""

from __future__ import annotations

import click

from engine.cli.endpoint import domain_for, existing
from engine.cli.exits import Exit
from engine.cli.options import Common, execution_command, run_id_option, workflow_id_argument
from engine.cli.output import note, print_json


@click.command("cancel")
@workflow_id_argument
@run_id_option
@execution_command
def command(common: Common, workflow_id: str, run_id: str) -> Exit:
    """Ask the open execution WORKFLOW_ID to cancel.

    Its decider asks what is open to cancel, children too, undoes what has completed and can be undone, and closes it as canceled; or it
    goes on with the spec's `onCancel`. That takes a decider that runs. To end it at once, and without one, see `swfgraph terminate`.

    \b
    Example:
      swfgraph cancel order-17
    """
    with existing(common) as client:
        domain = domain_for(client, common)
        request = {"domain": domain, "workflowId": workflow_id}
        if run_id:
            request["runId"] = run_id
        client.call("RequestCancelWorkflowExecution", request)
    if common.json:
        print_json({"domain": domain, "workflowId": workflow_id})
    elif not common.quiet:
        note(f"{workflow_id} has been asked to cancel")
    return Exit.DONE
