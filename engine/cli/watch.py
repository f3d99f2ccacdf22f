"""`swfgraph watch`: an execution as it goes on, in a terminal."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.endpoint import claims_of, on_execution
from engine.cli.exits import Exit
from engine.cli.options import Common, execution_data_command, run_id_option, workflow_id_argument
from engine.cli.output import hint
from engine.cli.progress import watching
from engine.cli.result import report_result
from engine.cli.specs import plan_for
from engine.runtime.follow import follow_on
from engine.runtime.reading.executions import overview
from engine.runtime.start import Started


@click.command("watch")
@workflow_id_argument
@click.argument("specs", nargs=-1, metavar="[SPEC_OR_DIR]...", type=click.Path(exists=True, path_type=Path))
@run_id_option
@execution_data_command
def command(common: Common, workflow_id: str, specs: tuple[Path, ...], run_id: str) -> Exit:
    """Watch an execution until it is closed: the picture that `run` shows, of an execution that others run.

    Its spec is looked for in the files and folders named, else below the current one. The exit code is that of the workflow; Ctrl-C
    ends the watching, not the execution.

    \b
    Examples:
      swfgraph watch Demo
      swfgraph watch Demo specs/ --url http://127.0.0.1:4510
    """
    with on_execution(common, workflow_id, run_id) as (client, execution):
        info = overview(client, execution).info
        plan = plan_for(info.type_name, info.type_version, specs or (Path(),))
        started = Started(domain=execution.domain, workflow_id=execution.workflow_id, run_id=execution.run_id)
        try:
            with watching(common, plan) as watch:
                for run, view in follow_on(client, plan, started, claims=claims_of(common)):
                    watch(run, view)
        except KeyboardInterrupt:
            named = f"{workflow_id} --domain {execution.domain}"
            hint(f"the execution goes on: `swfgraph watch {named}` shows it again, `swfgraph cancel {named}` ends it")
            return Exit.INTERRUPTED
    return report_result(common, plan, watch)
