"""`swfgraph signal`: SignalWorkflowExecution."""

from __future__ import annotations

import click

from engine.cli.endpoint import domain_for, existing
from engine.cli.exits import Exit
from engine.cli.options import Common, execution_command, input_option, read_text, run_id_option, workflow_id_argument
from engine.cli.output import note, print_json


@click.command("signal")
@workflow_id_argument
@click.argument("name")
@input_option
@run_id_option
@execution_command
def command(common: Common, workflow_id: str, name: str, given_input: str | None, run_id: str) -> Exit:
    """Send the signal NAME to the open execution WORKFLOW_ID. Its input goes along as it is given.

    \b
    Examples:
      swfgraph signal order-17 approved
      swfgraph signal order-17 approved --input '{"by": "ann"}'
    """
    with existing(common) as client:
        domain = domain_for(client, common)
        request = {"domain": domain, "workflowId": workflow_id, "signalName": name}
        if run_id:
            request["runId"] = run_id
        if given_input is not None:
            request["input"] = read_text(given_input)
        client.call("SignalWorkflowExecution", request)
    if common.json:
        print_json({"domain": domain, "workflowId": workflow_id, "signalName": name})
    elif not common.quiet:
        note(f"{workflow_id} has got the signal {name}")
    return Exit.DONE
