"""`swfgraph signal`: SignalWorkflowExecution."""

from __future__ import annotations

import click

from engine.cli.endpoint import claims_of, domain_for, existing
from engine.cli.exits import Exit
from engine.cli.options import Common, execution_data_command, input_option, read_text, run_id_option, workflow_id_argument
from engine.cli.output import note, print_json
from engine.runtime.start import signal_input


@click.command("signal")
@workflow_id_argument
@click.argument("name")
@input_option
@run_id_option
@execution_data_command
def command(common: Common, workflow_id: str, name: str, given_input: str | None, run_id: str) -> Exit:
    """Send the signal NAME to the open execution WORKFLOW_ID. Its input goes along as it is given.

    \b
    Examples:
      swfgraph signal order-17 approved
      swfgraph signal order-17 approved --input '{"by": "ann"}'
    """
    text = None if given_input is None else read_text(given_input)
    if text is not None:
        text = signal_input(name, text, claims_of(common))
    with existing(common) as client:
        domain = domain_for(client, common)
        request = {"domain": domain, "workflowId": workflow_id, "signalName": name}
        if run_id:
            request["runId"] = run_id
        if text is not None:
            request["input"] = text
        client.call("SignalWorkflowExecution", request)
    if common.json:
        print_json({"domain": domain, "workflowId": workflow_id, "signalName": name})
    elif not common.quiet:
        note(f"{workflow_id} has got the signal {name}")
    return Exit.DONE
